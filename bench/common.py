"""What the measurements share: the program, how often to repeat, the rivals that are
there, and the turns that two sides take."""
import json
import os
import statistics
import subprocess
import sys

import install
from rival import Rival, RivalError

ROOT = install.ROOT
BUILD = os.path.join(ROOT, "build-bench")
LACUNA = os.path.join(BUILD, "cli", "lacuna")
LOAD = os.path.join(BUILD, "bench", "load")

LAYOUTS = ("channels first", "channels last")
NAMES = {"f32": "float32", "bf16": "bf16"}
PRECISION = {"f32": ["--precision", "float32"], "bf16": ["--precision", "bf16"]}


class Bench:
    """What the items share: how often to repeat, the folder to work in, the rivals, the
    report."""

    def __init__(self, quick, work, report):
        self.rounds = 1 if quick else 5
        self.steps = 2 if quick else 6
        self.trial_steps = 1 if quick else 3
        self.batches = (64,) if quick else (64, 32, 128, 256)
        self.layouts = LAYOUTS[1:] if quick else LAYOUTS
        self.predict_types = ("f32",) if quick else ("f32", "bf16")
        self.work = work
        self.report = report
        self.versions = set()

    def path(self, *names):
        return os.path.join(self.work, *names)

    def rival(self, script, python=install.PYTHON):
        """A running rival, or None when it is not installed."""
        try:
            rival = Rival(python, script, self.path("rival.log"))
            self.versions.add(rival.name)
            return rival
        except (OSError, RivalError):
            return None

    def torches(self, what):
        """Every PyTorch that is installed: the running rival, and how many times as fast
        lacuna is to train. The others are reported absent, as `what` and their name."""
        for origin, python, targets in (
                ("Debian's PyTorch", install.DEBIAN_PYTHON, {"f32": 4.0, "bf16": 3.0}),
                ("PyPI's PyTorch", install.PYTHON, {"f32": 2.5, "bf16": 2.0})):
            torch = self.rival("rival_torch.py", python)
            if not torch:
                self.report.absent(f"{what} {origin}")
                continue
            yield torch, targets
            torch.close()


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def lacuna(*arguments):
    return subprocess.run([LACUNA, *map(str, arguments)], check=True, stdout=subprocess.PIPE,
                          text=True).stdout


def lacuna_bench(preset="paper", dtype="f32", threads=2, steps=6, **settings):
    """What `lacuna bench` says of a preset's network; of `settings`, model and batch are taken
    in the place of the preset's own."""
    changed = [word for name, value in settings.items() for word in ("--" + name, value)]
    return json.loads(lacuna("bench", "--json", "--preset", preset, "--threads", threads,
                             "--steps", steps, *changed, *PRECISION[dtype]))


def text_of(preset):
    """The preset's network as a text."""
    return lacuna("layers", "--text", "--model", json.loads(lacuna("presets", preset))["model"])


def types():
    """The types of numbers that this processor multiplies."""
    return [dtype for dtype, options in PRECISION.items() if subprocess.run(
        [LACUNA, "bench", "--model", "kimura", "--size", "32", "--batch", "4", "--steps", "1",
         *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0]


def paired(rounds, ours, theirs):
    """Both, turn by turn: median of ours, median of theirs, median of theirs / ours."""
    a, b = [], []
    for _ in range(rounds):
        a.append(ours())
        b.append(theirs())
    ratios = [y / x for x, y in zip(a, b)]
    return statistics.median(a), statistics.median(b), statistics.median(ratios)
