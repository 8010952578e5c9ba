"""Prediction: in multiples of the time that its multiply-adds take at peak, beside
PyTorch and ONNX Runtime, and from the start of the program."""
import os
import statistics
import subprocess
import time

from alike import alike, pictures, trained
from common import LACUNA, NAMES, lacuna, lacuna_bench, paired, say, text_of
from rival import RivalError

PLACES = ((1, 1), (1, 2), (256, 2))   # batch, threads
PRESETS = ("first", "fast", "best")


def run_at(b, batch, threads, preset="paper"):
    """A run of `lacuna bench` for its prediction. The peak wants several steps to be a
    median; at batch 256 each step is long enough to need one."""
    return lacuna_bench(preset, batch=batch, threads=threads,
                        steps=5 * b.steps if batch == 1 else 1)


def seconds_of(run):
    if run["batch"] == 1:
        return run["predict_seconds"]
    return run["batch"] / run["predict_images_per_second"]


def floor_flop():
    """FLOP of one picture forward: the last figure of `lacuna layers`, in MFLOP."""
    return 1e6 * float(lacuna("layers").split()[-1])


def measure(b, batch, threads):
    """Medians: the seconds of a call, and how many times the floor they are."""
    flop = batch * floor_flop()
    runs = [run_at(b, batch, threads) for _ in range(b.rounds)]
    multiples = [seconds_of(run) * run["peak_flop_per_second"] / flop for run in runs]
    return statistics.median(map(seconds_of, runs)), statistics.median(multiples)


def predict(b):
    for threads in (1, 2):
        seconds, multiple = measure(b, 1, threads)
        what = f"prediction, one face, {threads} thread{'s' if threads > 1 else ''}"
        text = f"{multiple:.2f} x the floor, {1e3 * seconds:.2f} ms"
        if threads == 2:
            b.report.most(what, multiple, 2.5, text, "2.5 x floor", seconds=seconds)
        else:
            b.report.line(what, text, value=multiple, seconds=seconds)
    seconds, multiple = measure(b, 256, 2)
    b.report.least("prediction, batch 256", 1 / multiple, 0.8,
                   f"{1 / multiple:.1%} of peak, {256 / seconds:.0f} images/s", "80 %",
                   seconds=seconds)
    torches(b)
    with_onnx(b, paper_onnx)


# ---- Rivals -----------------------------------------------------------------------------

def compare(b, what, rival_call):
    """A line for a rival; rival_call(batch, threads) is a function that times one call."""
    parts = []
    figures = []
    try:
        for batch, threads in PLACES:
            ours, theirs, ratio = paired(
                b.rounds, lambda: seconds_of(run_at(b, batch, threads)),
                rival_call(batch, threads))
            parts.append(f"{ratio:.1f} x {1e3 * theirs:.1f} ms")
            figures.append({"batch": batch, "threads": threads, "lacuna": ours,
                            "rival": theirs, "ratio": ratio})
        b.report.line(what, "; ".join(parts), figures=figures)
    except RivalError as error:
        b.report.failed(what, error)


def repeats(batch):
    return 20 if batch == 1 else 3


def torch_call(b, torch, mode, dtype):
    text = text_of("paper")

    def at(batch, threads):
        def call(layout):
            return torch.ask("predict", text=text, mode=mode, dtype=dtype, layout=layout,
                             batch=batch, threads=threads, steps=repeats(batch))["seconds"]

        best = min(b.layouts, key=call)
        return lambda: call(best)

    return at


def torches(b):
    for torch, _ in b.torches("prediction of"):
        if not alike(b, torch, "paper"):
            continue
        for mode in torch.about["modes"]:
            for dtype in b.predict_types:
                say(f"prediction of {torch.name}, {mode}, {NAMES[dtype]}")
                compare(b, f"{torch.name}, {mode}, {NAMES[dtype]}: 1 face, 1 and 2 threads; 256",
                        torch_call(b, torch, mode, dtype))


class Onnx:
    """ONNX Runtime on the presets' networks, which PyTorch exports for it."""

    def __init__(self, b, runtime, torch):
        self.b, self.runtime, self.torch = b, runtime, torch

    def path(self, preset, batch):
        path = self.b.path(f"{preset}-{batch}.onnx")
        if not os.path.exists(path):
            self.torch.ask("export", model=trained(self.b, preset), path=path, batch=batch)
        return path

    def call(self, preset, batch, threads):
        """A function that times one call."""
        path = self.path(preset, batch)
        return lambda: self.runtime.ask("predict", path=path, batch=batch, threads=threads,
                                        steps=repeats(batch))["seconds"]

    def alike(self, preset):
        return alike(self.b, self.runtime, preset,
                     path=self.path(preset, len(pictures(self.b))))


def with_onnx(b, measure_it):
    """Calls measure_it(Onnx), if all is installed that it takes."""
    runtime = b.rival("rival_onnx.py")
    torch = b.rival("rival_torch.py") if runtime else None
    if not torch:
        b.report.absent("prediction of ONNX Runtime")
        return
    say(f"prediction of {runtime.name}")
    measure_it(Onnx(b, runtime, torch))
    torch.close()
    runtime.close()


def paper_onnx(onnx):
    if onnx.alike("paper"):
        compare(onnx.b, f"{onnx.runtime.name}, float32: 1 face, 1 and 2 threads; 256",
                lambda batch, threads: onnx.call("paper", batch, threads))


def preset_onnx(onnx, preset, batch, threads):
    b = onnx.b
    faces = "one face" if batch == 1 else f"batch {batch}"
    what = (f"prediction, {preset}, {faces}, {threads} thread{'s' if threads > 1 else ''}, "
            f"against {onnx.runtime.name}")
    target = 1.0 if batch == 1 else 1.5
    say(what)
    try:
        ours, theirs, ratio = paired(
            b.rounds, lambda: seconds_of(run_at(b, batch, threads, preset)),
            onnx.call(preset, batch, threads))
        b.report.least(what, ratio, target, f"{ratio:.2f} x; {1e3 * ours:.2f} ms beside "
                       f"{1e3 * theirs:.2f} ms", f"{target:g} x", lacuna=ours, rival=theirs)
    except RivalError as error:
        b.report.failed(what, error)


def preset_rivals(b):
    def measure_it(onnx):
        for preset in PRESETS:
            if onnx.alike(preset):
                for place in PLACES:
                    preset_onnx(onnx, preset, *place)

    with_onnx(b, measure_it)


# ---- The program ------------------------------------------------------------------------

def first_answer(command):
    """Seconds from the start of the process to its first line of keypoints."""
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        answer = process.stdout.readline()
        seconds = time.perf_counter() - started
        process.stdout.read()
    if process.returncode or not answer:
        raise subprocess.CalledProcessError(process.returncode, command)
    return seconds


def start(b):
    faces, run = b.path("few"), b.path("run")
    lacuna("synth", "--rows", 64, "--test-rows", 1, "--out", faces)
    lacuna("train", "--data", faces, "--out", run, "--preset", "paper", "--epochs", 1,
           "--batch", 32)
    command = [LACUNA, "predict", "--model", run, "--data", os.path.join(faces, "test.csv")]
    first_answer(command)
    times = [first_answer(command) for _ in range(6 * b.rounds)]
    seconds = statistics.median(times)
    b.report.most("lacuna predict, from its start to the first answer", seconds, 0.060,
                  f"{1e3 * seconds:.1f} ms", "60 ms", times=times)
