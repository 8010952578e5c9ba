#!/usr/bin/env python3
"""Shows that two builds train the same model, bit for bit, and how fast each is.

usage: bench/same.py [--kaggle DIR] [--work DIR] [--speed] OLD NEW

OLD and NEW are two `lacuna` programs of whatever age: a program that has presets takes the paper's,
and one that divides an epoch evenly is told not to. Both train the paper's networks in float32 and
bf16, on one thread and on two: three epochs on drawn faces, and one on Kaggle's with --kaggle. Of
each run metrics.csv (but for the times) and every tensor of last.safetensors must agree. Then NEW
takes OLD's runs on drawn faces: it predicts with them and goes on with them for an epoch, and both
must be what OLD does. --work keeps the runs; runs that are there already are taken as they are. --speed
times both instead, in turns (A B A B ...), with `lacuna bench`.
"""
import argparse
import itertools
import json
import os
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile

MODELS = ("resnet", "cnn", "kimura")
PRECISIONS = ("float32", "bf16")
TIMES = ("seconds", "images_per_s")
ROUNDS = 7


def as_before(program, verb="train"):
    """What a newer program must be told to do what the older ones do by themselves."""
    options = subprocess.run([program, verb, "--help"], check=True,
                             stdout=subprocess.PIPE).stdout.decode()
    return [word for option, words in (("--preset", ["--preset", "paper"]),
                                       ("--no-even-batches", ["--no-even-batches"]))
            if option in options for word in words]


def train(program, data, out, model, precision, threads, epochs):
    """Trains from the start, or does nothing when the run is there and whole."""
    if os.path.exists(os.path.join(out, "done")):
        return
    subprocess.run(["rm", "-rf", out], check=True)
    subprocess.run([program, "train", "--data", data, "--out", out, "--model", model,
                    "--precision", precision, "--threads", str(threads), "--epochs", str(epochs),
                    *as_before(program)], check=True, stdout=subprocess.DEVNULL)
    open(os.path.join(out, "done"), "w").close()


def metrics(run):
    """The lines of metrics.csv without the columns that hold times."""
    with open(os.path.join(run, "metrics.csv")) as file:
        rows = [line.rstrip("\n").split(",") for line in file]
    kept = [i for i, name in enumerate(rows[0]) if name not in TIMES]
    return [[row[i] for i in kept] for row in rows]


def tensors(run):
    """Name -> (shape, bytes) of every tensor of last.safetensors."""
    with open(os.path.join(run, "last.safetensors"), "rb") as file:
        content = file.read()
    size = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8:8 + size])
    header.pop("__metadata__", None)
    body = content[8 + size:]
    return {name: (tuple(t["shape"]), body[t["data_offsets"][0]:t["data_offsets"][1]])
            for name, t in header.items()}


def differences(old, new):
    """What two runs do not share, in words."""
    found = [] if metrics(old) == metrics(new) else ["metrics.csv"]
    a, b = tensors(old), tensors(new)
    return found + [name for name in sorted(a.keys() | b.keys()) if a.get(name) != b.get(name)]


def same(options, work):
    drawn = os.path.join(work, "faces")
    if not os.path.exists(drawn):
        subprocess.run([options.old, "synth", "--rows", "1000", "--out", drawn], check=True,
                       stdout=subprocess.DEVNULL)
    sets = [("drawn", drawn, 3)] + ([("kaggle", options.kaggle, 1)] if options.kaggle else [])
    failed = 0
    for (name, data, epochs), model, precision, threads in itertools.product(
            sets, MODELS, PRECISIONS, (1, 2)):
        run = f"{name}-{model}-{precision}-{threads}"
        old, new = (os.path.join(work, side, run) for side in ("old", "new"))
        for program, out in ((options.old, old), (options.new, new)):
            os.makedirs(os.path.dirname(out), exist_ok=True)
            train(program, data, out, model, precision, threads, epochs)
        found = differences(old, new)
        failed += bool(found)
        print(f"{name:7s} {model:7s} {precision:8s} threads {threads}  {epochs} epochs  "
              f"{len(tensors(new)):3d} tensors  " +
              ("DIFFER: " + ", ".join(found[:3]) if found else "equal"), flush=True)
    return failed + files_of_before(options, work)


def go_on(program, data, run, out):
    """A copy of a run, trained for one epoch more; its predictions before that."""
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(run, out)
    points = subprocess.run([program, "predict", "--model", out, "--data", data], check=True,
                            stdout=subprocess.PIPE).stdout
    epochs = len(metrics(run))
    subprocess.run([program, "train", "--data", data, "--out", out, "--resume", "--epochs",
                    str(epochs)], check=True, stdout=subprocess.DEVNULL)
    return points


def files_of_before(options, work):
    failed = 0
    drawn = os.path.join(work, "faces")
    for model, precision in itertools.product(MODELS, PRECISIONS):
        run = os.path.join(work, "old", f"drawn-{model}-{precision}-2")
        outs = [os.path.join(work, side) for side in ("on-old", "on-new")]
        points = [go_on(program, drawn, run, out)
                  for program, out in zip((options.old, options.new), outs)]
        found = differences(*outs) + (["predictions"] if points[0] != points[1] else [])
        failed += bool(found)
        print(f"files of before, {model:7s} {precision:8s}  predicted and gone on with  " +
              ("DIFFER: " + ", ".join(found[:3]) if found else "equal"), flush=True)
    return failed


def bench(program, precision, batch):
    out = subprocess.run([program, "bench", "--json", "--model", "resnet", "--steps", "5",
                          "--precision", precision, "--batch", str(batch),
                          *as_before(program, "bench")], check=True,
                         stdout=subprocess.PIPE).stdout
    result = json.loads(out)
    return result["step_seconds"], result["predict_seconds"]


def speed(options):
    for precision, batch in itertools.product(PRECISIONS, (64, 256)):
        times = {options.old: [], options.new: []}
        for _ in range(ROUNDS):
            for program in times:
                times[program].append(bench(program, precision, batch))
        for what, i in (("step", 0), ("one face", 1)):
            old, new = (statistics.median(t[i] for t in times[p]) for p in times)
            ratios = [b[i] / a[i] for a, b in zip(*times.values())]
            print(f"{precision:8s} batch {batch:3d}  {what:8s}  old {1e3 * old:8.2f} ms  "
                  f"new {1e3 * new:8.2f} ms  new/old {new / old:.3f} (median of pairs "
                  f"{statistics.median(ratios):.3f})", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("--kaggle", metavar="DIR")
    parser.add_argument("--work", metavar="DIR")
    parser.add_argument("--speed", action="store_true")
    options = parser.parse_args()
    if options.speed:
        speed(options)
        return 0
    if options.work:
        return 1 if same(options, options.work) else 0
    with tempfile.TemporaryDirectory() as work:
        return 1 if same(options, work) else 0


if __name__ == "__main__":
    sys.exit(main())
