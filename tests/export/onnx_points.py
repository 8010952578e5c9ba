"""Checks an ONNX file and runs it in ONNX Runtime on every picture of a table.

usage: onnx_points.py MODEL.onnx TEST.csv KIND >points.csv    KIND uint8 or float

Prints a line a picture: the points in pixels, as `lacuna predict` does without its header and
its first column.
"""
import csv
import sys

import numpy as np
import onnx
import onnxruntime as ort


def pictures(path):
    with open(path, newline="") as file:
        rows = [row["Image"].split() for row in csv.DictReader(file)]
    size = round(len(rows[0]) ** 0.5)
    return np.array(rows, np.uint8).reshape(len(rows), 1, size, size)


def main():
    path, table, kind = sys.argv[1:]
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    told = {entry.key: entry.value for entry in model.metadata_props}
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    images = pictures(table).astype(np.uint8 if kind == "uint8" else np.float32)
    whole = session.run(["points"], {"pictures": images})[0]
    single = session.run(["points"], {"pictures": images[:1]})[0]
    assert whole.shape == (len(images), len(told["points"].split(",")), 2), whole.shape
    assert np.abs(single - whole[:1]).max() < 1e-3
    for row in whole.reshape(len(images), -1):
        print(",".join(f"{value:.6f}" for value in row))


main()
