#!/usr/bin/env python3
"""Photos a second from files to points, with and without finding the faces, beside dlib and OpenCV.

usage: venv/bench/bin/python bench/photos.py [--photos N] [--yunet FILE] [--onnx FILE] [--model M]
                                             [--work DIR] [--quick]

Draws N photos (200) with `lacuna synth --photos`, and trains on them what --model does not name: a
model by `lacuna import` and `lacuna train --preset first`, and dlib's shape predictor from the
faces without gaps. What they answer is not compared, only how fast. All read the same files; where
faces are found, all look for them in the photo with its longer side reduced to 640 pixels. --yunet
is YuNet as an ONNX file; without it only cascades are measured. --onnx is the model as an ONNX
file, so that OpenCV predicts points too; without it OpenCV only reads, finds and crops. --work
keeps photos and models. --quick measures once: to see that it works.

Lacuna is timed as a whole process, from its start to its end. A rival is timed from its first photo
to its last: interpreter, libraries and models are loaded before. On two threads a rival is two
processes of one thread each, which share the photos. Rounds take turns; the table has the medians,
and the share of the drawn faces that were found (0.4 of the union of both boxes is common).
"""
import argparse
import csv
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time

from bench import build
from common import LACUNA

SIDE = 640        # the longer side of a photo in which faces are found
IN_COMMON = 0.4   # of the union of two boxes that are of one face
CASCADE = "/usr/share/opencv4/haarcascades/haarcascade_frontalface_default.xml"


# ---- Rivals: photo -> boxes; each lives in a worker process ------------------------------

class OpenCV:
    """Reads and finds, then crops, and predicts where there is a network."""

    def __init__(self, options):
        import cv2
        cv2.setNumThreads(1)
        self.cv2, self.kind = cv2, options["detector"]
        self.net = cv2.dnn.readNetFromONNX(options["onnx"]) if options["onnx"] else None
        if self.kind == "haar":
            self.cascade = cv2.CascadeClassifier(CASCADE)
        elif self.kind == "yunet":
            self.yunet = cv2.FaceDetectorYN.create(options["yunet"], "", (SIDE, SIDE), 0.6)

    def find(self, photo):
        scale = min(1, SIDE / max(photo.shape[:2]))
        small = self.cv2.resize(photo, None, fx=scale, fy=scale,
                                interpolation=self.cv2.INTER_AREA)
        if self.kind == "haar":
            found = self.cascade.detectMultiScale(
                self.cv2.cvtColor(small, self.cv2.COLOR_BGR2GRAY), 1.1, 3)
        else:
            self.yunet.setInputSize((small.shape[1], small.shape[0]))
            faces = self.yunet.detect(small)[1]
            found = [] if faces is None else faces[:, :4]
        return [[value / scale for value in box] for box in found]

    def crop(self, grey, box):
        x, y, w, h = box
        side = max(w, h)
        x, y = x - (side - w) / 2, y - (side - h) / 2
        left, top = max(int(x), 0), max(int(y), 0)
        part = grey[top:max(int(y + side), top + 1), left:max(int(x + side), left + 1)]
        return self.cv2.resize(part, (96, 96), interpolation=self.cv2.INTER_AREA)

    def __call__(self, path, boxes):
        photo = self.cv2.imread(path)
        boxes = boxes if self.kind is None else self.find(photo)
        grey = self.cv2.cvtColor(photo, self.cv2.COLOR_BGR2GRAY)
        for box in boxes:
            face = self.crop(grey, box)
            if self.net is not None:
                self.net.setInput(self.cv2.dnn.blobFromImage(face))
                self.net.forward()
        return boxes


class Dlib:
    """Reads, finds by its histograms of gradients, and predicts by its shape predictor."""

    def __init__(self, options):
        import cv2
        import dlib
        cv2.setNumThreads(1)
        self.cv2, self.dlib = cv2, dlib
        self.finds = options["detector"] is not None
        self.detector = dlib.get_frontal_face_detector()
        self.predictor = dlib.shape_predictor(options["predictor"])

    def find(self, grey):
        scale = min(1, SIDE / max(grey.shape))
        small = self.cv2.resize(grey, None, fx=scale, fy=scale,
                                interpolation=self.cv2.INTER_AREA)
        return [[value / scale for value in (r.left(), r.top(), r.width(), r.height())]
                for r in self.detector(small)]

    def __call__(self, path, boxes):
        grey = self.cv2.imread(path, self.cv2.IMREAD_GRAYSCALE)
        boxes = self.find(grey) if self.finds else boxes
        for x, y, w, h in boxes:
            box = self.dlib.rectangle(round(x), round(y), round(x + w) - 1, round(y + h) - 1)
            self.predictor(grey, box)
        return boxes


RIVALS = {"OpenCV": OpenCV, "dlib": Dlib}


def work(name, options, photos, ready, go, results):
    """A worker process: says when it is ready, waits for all, and answers the boxes."""
    try:
        rival = RIVALS[name](options)
        rival(*photos[0])
        ready.put(None)
    except Exception as error:   # whatever a rival's library raises: it is reported as absent
        ready.put(f"{type(error).__name__}: {str(error).splitlines()[0]}")
        return
    go.wait()
    results.put({path: rival(path, boxes) for path, boxes in photos})


def run_rival(name, options, photos, threads):
    """Seconds, and the boxes by file; or why there are none, and None."""
    context = multiprocessing.get_context("spawn")
    ready, results, go = context.Queue(), context.Queue(), context.Event()
    workers = [context.Process(target=work, daemon=True,
                               args=(name, options, photos[i::threads], ready, go, results))
               for i in range(threads)]
    for worker in workers:
        worker.start()
    trouble = [ready.get() for _ in workers]
    if any(trouble):
        for worker in workers:
            worker.terminate()
        return next(filter(None, trouble)), None
    started = time.perf_counter()
    go.set()
    answers = [results.get() for _ in workers]
    seconds = time.perf_counter() - started
    for worker in workers:
        worker.join()
    return seconds, {path: boxes for part in answers for path, boxes in part.items()}


# ---- Lacuna -------------------------------------------------------------------------------

def lacuna(*arguments):
    subprocess.run([LACUNA, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


def run_lacuna(options, photos, threads):
    words = ["predict", "--model", options["model"], "--threads", str(threads)]
    if options["detector"] is None:
        words += ["--boxes", options["truth"]]
    else:
        words += ["--detect", "--crop", "1,0,0"]   # whatever the crop, it takes as long
    if options["detector"] == "yunet":
        words += ["--detector", options["yunet"]]
    words.append(os.path.dirname(photos[0][0]))
    started = time.perf_counter()
    done = subprocess.run([LACUNA, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True)
    seconds = time.perf_counter() - started
    if done.returncode != 0:
        return done.stderr.splitlines()[0] if done.stderr else f"exit {done.returncode}", None
    boxes = {path: [] for path, _ in photos}
    for row in csv.DictReader(done.stdout.splitlines()):
        boxes[row["file"]].append([float(row[name] or "nan") for name in "xywh"])
    return seconds, boxes


# ---- Measuring ----------------------------------------------------------------------------

def common_share(a, b):
    wide = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    high = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    both = max(wide, 0) * max(high, 0)
    return both / (a[2] * a[3] + b[2] * b[3] - both)


def found_share(photos, found):
    total = hit = 0
    for path, boxes in photos:
        total += len(boxes)
        hit += sum(any(common_share(box, other) >= IN_COMMON for other in found[path])
                   for box in boxes)
    return hit / total


def read_truth(folder):
    """Every photo's path and its boxes."""
    boxes = {}
    with open(os.path.join(folder, "truth.csv"), newline="") as file:
        for row in csv.DictReader(file):
            path = os.path.join(folder, row["file"])
            boxes.setdefault(path, []).append([float(row[name]) for name in "xywh"])
    return sorted(boxes.items())


def prepare(options, work_folder):
    """Photos, and the two models where they are missing."""
    folder = os.path.join(work_folder, "photos")
    model = options.model or os.path.join(work_folder, "run")
    predictor = os.path.join(work_folder, "dlib.dat")
    if not os.path.exists(os.path.join(folder, "truth.csv")):
        lacuna("synth", "--photos", options.photos, "--out", folder)
    if not os.path.exists(model):
        faces = os.path.join(work_folder, "faces")
        lacuna("import", os.path.join(folder, "coco.json"), "--out", faces)
        lacuna("train", "--data", faces, "--out", model, "--preset", "first", "--epochs", 2)
    if not os.path.exists(predictor):
        train_dlib(folder, predictor)
    return {"model": model, "predictor": predictor, "onnx": options.onnx,
            "truth": os.path.join(folder, "truth.csv"), "yunet": options.yunet}, folder


def whole_faces(folder):
    """The drawn faces of which no point is missing: path, box, points."""
    with open(os.path.join(folder, "truth.csv"), newline="") as file:
        for row in csv.DictReader(file):
            names = [name for name in row if name.endswith(("_x", "_y"))]
            if all(row[name] for name in names):
                xy = [round(float(row[name])) for name in names]
                yield os.path.join(folder, row["file"]), [int(row[name]) for name in "xywh"], xy


def train_dlib(folder, out):
    try:
        import cv2
        import dlib
    except ImportError:
        print("photos: no dlib or OpenCV here: script/bench --install fetches them",
              file=sys.stderr)
        return
    pictures, faces = [], []
    for path, (x, y, w, h), xy in whole_faces(folder):
        points = [dlib.point(*at) for at in zip(xy[::2], xy[1::2])]
        box = dlib.rectangle(x, y, x + w - 1, y + h - 1)
        pictures.append(cv2.imread(path, cv2.IMREAD_GRAYSCALE))
        faces.append([dlib.full_object_detection(box, points)])
    how = dlib.shape_predictor_training_options()
    dlib.train_shape_predictor(pictures, faces, how).save(out)


def rows(options):
    """What is measured: a title, who, and the detector."""
    for detector in (None, "haar", "yunet"):
        if detector == "yunet" and not options.yunet:
            continue
        title = {None: "boxes given", "haar": "OpenCV's cascade", "yunet": "YuNet"}[detector]
        yield f"lacuna, {title}", "lacuna", detector
        yield f"OpenCV, {title}", "OpenCV", detector
        if detector != "yunet":
            title = "boxes given" if detector is None else "its own detector"
            yield f"dlib, {title}", "dlib", detector


def measure(who, settings, photos, threads):
    run = run_lacuna if who == "lacuna" else lambda *a: run_rival(who, *a)
    return run(settings, photos, threads)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--photos", type=int, default=200, metavar="N")
    for name in ("yunet", "onnx"):
        parser.add_argument("--" + name, metavar="FILE")
    parser.add_argument("--model", metavar="M")
    parser.add_argument("--work", metavar="DIR")
    parser.add_argument("--quick", action="store_true")
    return parser.parse_args()


def main():
    options = parse()
    build()
    with tempfile.TemporaryDirectory() as temporary:
        settings, folder = prepare(options, options.work or temporary)
        photos = read_truth(folder)
        speeds, shares, trouble = {}, {}, {}
        lines = list(rows(options))
        for _ in range(1 if options.quick else 5):
            for title, who, detector in lines:
                for threads in (1, 2):
                    print(f"photos: {title}, {threads} threads", file=sys.stderr)
                    seconds, found = measure(who, {**settings, "detector": detector}, photos,
                                             threads)
                    if found is None:
                        trouble[title] = seconds
                        continue
                    speeds.setdefault((title, threads), []).append(len(photos) / seconds)
                    shares[title] = found_share(photos, found)
    faces = sum(len(boxes) for _, boxes in photos)
    print(f"{len(photos)} photos, {faces} faces\n")
    print("| photos a second | 1 thread | 2 threads | faces found |\n| --- | --- | --- | --- |")
    for title, _, _ in lines:
        if title in trouble:
            print(f"| {title} | absent: {trouble[title]} | | |")
            continue
        one, two = (statistics.median(speeds[title, threads]) for threads in (1, 2))
        print(f"| {title} | {one:.1f} | {two:.1f} | {100 * shares[title]:.1f} % |")


if __name__ == "__main__":
    main()
