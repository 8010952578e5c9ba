"""Whether a rival computes what lacuna does: both answer for the same drawn faces with the same
weights, those of a model that lacuna trained for a moment. A rival that is farther off than LIMIT
is not timed.
"""
import csv
import os

from common import PRECISION, lacuna
from rival import RivalError

LIMIT = 1e-3   # pixels; `lacuna predict` rounds to 1e-4
SIDE = 96


def faces_of(b):
    faces = b.path("alike")
    if not os.path.exists(faces):
        lacuna("synth", "--rows", 64, "--test-rows", 8, "--out", faces)
    return faces


def trained(b, preset):
    """The file of a model of the preset's network."""
    run = b.path("alike-" + preset)
    if not os.path.exists(run):
        lacuna("train", "--data", faces_of(b), "--out", run, "--preset", preset, "--epochs", 1,
               "--batch", 16, "--lr", 1e-3, "--start", "he", *PRECISION["f32"])
    return os.path.join(run, "last.safetensors")


def pictures(b):
    """The pixels of the faces, 0 to 255."""
    with open(os.path.join(faces_of(b), "test.csv")) as file:
        return [[int(pixel) for pixel in row["Image"].split()] for row in csv.DictReader(file)]


def answers(b, preset):
    """The points of the first source, in pixels."""
    table = lacuna("predict", "--model", trained(b, preset), "--data", faces_of(b))
    return [[float(cell) for cell in row[1:]] for row in list(csv.reader(table.split()))[1:]]


def differences(b, preset, outputs):
    """Of the points of the first source, which is the beginning of a network's outputs, in units
    of half a side from the middle."""
    return [abs((unit + 1) * SIDE / 2 - pixel)
            for row, answer in zip(outputs, answers(b, preset)) for unit, pixel in zip(row, answer)]


def alike(b, rival, preset, **what):
    """Asks the rival for the outputs of the preset's model, or of `what` was made of it, and
    reports how far off they are."""
    line = f"{rival.name} beside lacuna predict, {preset}"
    what = what or {"model": trained(b, preset)}
    try:
        outputs = rival.ask("outputs", pictures=pictures(b), **what)["outputs"]
        found = differences(b, preset, outputs)
    except RivalError as error:
        b.report.failed(line, error)
        return False
    if not all(off <= LIMIT for off in found):
        b.report.failed(line, f"computes something else: {max(found):.4f} px off")
        return False
    b.report.most(line, max(found), LIMIT, f"{max(found):.5f} px off", f"{LIMIT:g} px")
    return True
