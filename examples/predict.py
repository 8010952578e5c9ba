#!/usr/bin/env python3
"""Predicts the faces of photos, whose boxes `lacuna detect` has found.

usage: examples/predict.py RUN BOXES.csv PHOTO...
"""

import csv
import os
import sys

import lacuna


def main() -> int:
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    run, boxes, *photos = sys.argv[1:]
    with open(boxes, newline="") as lines:
        found = list(csv.DictReader(lines))
    try:
        model = lacuna.load(run)
        for photo in photos:
            faces = [[float(face[side]) for side in "xywh"] for face in found
                     if os.path.basename(face["file"]) == os.path.basename(photo)]
            for number, points in enumerate(model.predict_photo(photo, faces), 1):
                for name, (x, y) in zip(model.names, points):
                    print(f"{photo}, face {number}: {name} at {x:.1f}, {y:.1f}")
    except lacuna.Error as error:
        sys.exit(f"predict.py: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
