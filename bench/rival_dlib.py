#!/usr/bin/env python3
"""dlib's shape predictor (Kazemi and Sullivan 2014) on the rows that lacuna trains on, measured on
those that it holds out.

usage: venv/bench/bin/python bench/rival_dlib.py [--seed N] [--rows N] [--out FILE] [--json] DATA

DATA is a folder as lacuna takes it: training.zip or training.csv, and IdLookupTable.csv for the
weights of the test set. `lacuna data --rows` says which rows are held out with the seed. The
training is dlib's own from its XML, with its default settings: every picture and its mirror image,
the box is the picture, points without a label are left out. dlib's points are whole pixels. The
figures are those of `lacuna eval`, and the median distance of a point from its label. --rows N
trains on the first N rows alone: to see that it works. --out keeps the predictor.
"""
import argparse
import csv
import io
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile

import dlib
import numpy as np

from bench import build
from common import LACUNA

FAILING = 0.10   # of the side


def lacuna(*arguments):
    return subprocess.run([LACUNA, "data", *arguments], check=True, stdout=subprocess.PIPE,
                          text=True).stdout


def records(folder):
    """The rows of the training table as dictionaries."""
    table = os.path.join(folder, "training.csv")
    if os.path.exists(table):
        with open(table, newline="") as file:
            yield from csv.DictReader(file)
    else:
        with zipfile.ZipFile(os.path.join(folder, "training.zip")) as archive:
            with archive.open("training.csv") as file:
                yield from csv.DictReader(io.TextIOWrapper(file))


class Data:
    """`pixels` [rows, side, side]; `labels` [rows, points, 2] with NaN for gaps; `mirror` [points];
    `source` and `is_held` [rows]; `weights`, of the sources in the test set, or None."""

    def __init__(self, folder, seed):
        about = json.loads(lacuna("--json", folder))
        names = [point["name"] for point in about["points"]]
        self.side = about["size"]
        self.mirror = [names.index(point["mirror"]) for point in about["points"]]
        self.weights = [source["test_weight"] for source in about["sources"]]
        rows = list(csv.DictReader(lacuna("--rows", "--seed", str(seed), folder).split()))
        self.source = np.array([int(row["source"]) - 1 for row in rows])
        self.is_held = np.array([row["held_out"] == "1" for row in rows])
        self.pixels = np.empty((len(rows), self.side, self.side), np.uint8)
        self.labels = np.empty((len(rows), len(names), 2))
        for i, record in enumerate(records(folder)):
            self.pixels[i] = np.array(record["Image"].split(), np.uint8).reshape(self.side, -1)
            self.labels[i] = [[float(record[f"{name}_{axis}"] or "nan") for axis in "xy"]
                              for name in names]

    def box(self):
        return dlib.rectangle(0, 0, self.side - 1, self.side - 1)


# ---- Training ---------------------------------------------------------------------------

def both_ways(data, row):
    """Picture and labels of a row, and those of its mirror image."""
    pixels, labels = data.pixels[row], data.labels[row]
    yield pixels, labels
    yield np.ascontiguousarray(pixels[:, ::-1]), \
        (labels * (-1, 1) + (data.side - 1, 0))[data.mirror]


def image_text(data, name, labels):
    parts = "".join(f"<part name='{k:04}' x='{round(x)}' y='{round(y)}'/>"
                    for k, (x, y) in enumerate(labels) if not math.isnan(x + y))
    return (f"<image file='{name}'><box top='0' left='0' width='{data.side}' "
            f"height='{data.side}'>{parts}</box></image>\n")


def write_xml(data, rows, folder):
    """dlib's list of the pictures, which stand beside it as files."""
    path = os.path.join(folder, "training.xml")
    with open(path, "w") as file:
        file.write("<dataset><images>\n")
        for row in rows:
            for side, (pixels, labels) in enumerate(both_ways(data, row)):
                name = f"{row}-{side}.png"
                dlib.save_image(pixels, os.path.join(folder, name))
                file.write(image_text(data, name, labels))
        file.write("</images></dataset>\n")
    return path


def train(data, rows, out):
    """Seconds of the training, without the writing of the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_xml(data, rows, folder)
        started = time.perf_counter()
        dlib.train_shape_predictor(path, out, dlib.shape_predictor_training_options())
        return time.perf_counter() - started


# ---- Figures -----------------------------------------------------------------------------

def predict(data, rows, path):
    """Points [rows, points, 2], and the median seconds of a face."""
    predictor = dlib.shape_predictor(path)
    found = np.empty((len(rows), *data.labels.shape[1:]))
    seconds = []
    for i, row in enumerate(rows):
        started = time.perf_counter()
        shape = predictor(data.pixels[row], data.box())
        seconds.append(time.perf_counter() - started)
        found[i] = [(part.x, part.y) for part in shape.parts()]
    return found, statistics.median(seconds)



def figures(data, rows, found):
    """As src/eval/metrics.c has them: squares over the labels that are there, distances over the
    points with both."""
    off = found - data.labels[rows]
    distance = np.hypot(off[..., 0], off[..., 1])
    measured = ~np.isnan(distance)
    of_source = [np.nanmean(off[data.source[rows] == s] ** 2) for s in range(len(data.weights))]
    known = None not in data.weights
    return {
        "rows": len(rows),
        "rmse": math.sqrt(np.nanmean(off ** 2)),
        "test_weighted_rmse": math.sqrt(np.dot(of_source, data.weights)) if known else None,
        "source_rmse": [math.sqrt(square) for square in of_source],
        "median_distance": np.median(distance[measured]),
        "failure_images": np.mean((distance > FAILING * data.side).any(1)[measured.any(1)]),
    }


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", metavar="DATA")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", type=int, metavar="N")
    parser.add_argument("--out", metavar="FILE")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def main():
    options = parse()
    build()
    data = Data(options.data, options.seed)
    has_label = ~np.isnan(data.labels).all((1, 2))
    learned = np.flatnonzero(~data.is_held & has_label)[:options.rows]
    held = np.flatnonzero(data.is_held)
    print(f"dlib {dlib.__version__}: {len(learned)} rows and their mirror images",
          file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        out = options.out or os.path.join(folder, "predictor.dat")
        seconds = train(data, learned, out)
        found, face = predict(data, held, out)
        result = {"dlib": dlib.__version__, "trained_rows": len(learned), "seconds": seconds,
                  "bytes": os.path.getsize(out), "milliseconds_a_face": 1e3 * face,
                  **figures(data, held, found)}
    if options.json:
        print(json.dumps(result, indent=1))
    else:
        for name, value in result.items():
            print(f"{name:20} {value}")


if __name__ == "__main__":
    main()
