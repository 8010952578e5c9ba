"""Measures lacuna and its rivals and prints the figures beside their targets; usage in
script/bench.

Absolute times mean little on a machine that others use too. So what is compared
alternates in one run, lacuna, rival, lacuna, rival ..., and the medians count; and
fractions of peak take the peak that `lacuna bench` measures between its steps. Both sides
have two threads where nothing else is said.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

import install
import machine
import prediction
import reading
import training
from common import BUILD, ROOT, Bench, lacuna, say
from report import Report
from rival import RivalError

ITEMS = {"step": training.step, "batch": training.batches, "presets": training.presets,
         "rivals": training.rivals, "preset-rivals": training.preset_rivals,
         "predict": prediction.predict, "preset-predict": prediction.preset_rivals,
         "start": prediction.start, "load": reading.read, "memory": reading.memory}


def build():
    """Makes the release build; what ninja says goes to standard error."""
    if not shutil.which("meson") or not shutil.which("ninja"):
        sys.exit("bench: meson and ninja build the program: run script/bootstrap")
    if not os.path.exists(os.path.join(BUILD, "build.ninja")):
        subprocess.run(["meson", "setup", BUILD, ROOT, "-Dbuildtype=release", "-Dtests=disabled"],
                       check=True, stdout=sys.stderr)
    subprocess.run(["ninja", "-C", BUILD, "cli/lacuna", "bench/load"], check=True,
                   stdout=sys.stderr)


def parse():
    parser = argparse.ArgumentParser(prog="script/bench", description="Prints lacuna's figures, "
                                     "and its rivals', beside their targets.")
    parser.add_argument("items", nargs="*", metavar="ITEM", help=", ".join(ITEMS) + " (all)")
    parser.add_argument("--json", metavar="FILE", help="also write every figure to FILE")
    parser.add_argument("--quick", action="store_true",
                        help="few repetitions: to see that it works")
    parser.add_argument("--install", action="store_true", help="first fetch the rivals")
    options = parser.parse_args()
    for item in options.items:
        if item not in ITEMS:
            parser.error(f"no item {item}; there are {', '.join(ITEMS)}")
    return options


def measure(b, items):
    for item in items:
        say(f"{item} ({b.report.seconds():.0f} s)")
        b.report.item = item
        try:
            ITEMS[item](b)
        except (RivalError, subprocess.CalledProcessError) as error:
            b.report.failed(item, error)


def main():
    options = parse()
    try:
        if options.install:
            install.install()
        build()
    except subprocess.CalledProcessError as error:
        sys.exit(f"bench: {error}")
    report = Report(machine.facts(ROOT, lacuna("--version").strip()))
    with tempfile.TemporaryDirectory(prefix="lacuna-bench-") as work:
        b = Bench(options.quick, work, report)
        try:
            measure(b, options.items or ITEMS)
        except KeyboardInterrupt:
            report.failed(report.item, "interrupted")
        report.close(sorted(b.versions))
    if options.json:
        report.write(options.json)
    sys.exit(1 if report.failures else 0)


if __name__ == "__main__":
    main()
