"""Drawn faces, and models that the program `lacuna`, named by $LACUNA, has trained on them."""

import os
import subprocess

import numpy as np
import pytest

import lacuna


def program(*words):
    """Runs the program; what it printed."""
    done = subprocess.run([os.environ["LACUNA"], *map(str, words)], check=True, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return done.stdout


SETTINGS = {"preset": "first", "epochs": 2, "batch": 16, "precision": "float32"}


def train_by_program(faces, out, **settings):
    options = [word for name, value in (SETTINGS | settings).items()
               for word in (f"--{name}", value)]
    program("train", "--data", faces, "--out", out, *options)
    return out


def cells(points):
    """Points [n, K, 2] as the program writes them, a text each; points that are not there left
    out, as they are in its table."""
    points = points.reshape(len(points), -1)
    return [[f"{value:.4f}" for value in row if not np.isnan(value)] for row in points]


def cells_by_program(skip, *words):
    """The table that the program prints, without its header and first columns."""
    return [line.split(",")[skip:] for line in program("predict", *words).splitlines()[1:]]


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("lacuna")


@pytest.fixture(scope="session")
def faces(folder):
    program("synth", "--rows", 60, "--test-rows", 70, "--size", 36, "--seed", 1, "--out",
            folder / "faces")
    return folder / "faces"


@pytest.fixture(scope="session")
def run(folder, faces):
    return train_by_program(faces, folder / "run", crop="box:1.2,-0.1,0")


@pytest.fixture(scope="session")
def model(run):
    return lacuna.load(run)


@pytest.fixture(scope="session")
def images(faces):
    return lacuna.read_table(faces, "test").images


def pytest_terminal_summary(terminalreporter):
    """The line that script/count-tests reads."""
    count = {word: len(terminalreporter.stats.get(word, []))
             for word in ("passed", "failed", "error", "skipped")}
    failed = count["failed"] + count["error"]
    terminalreporter.write_line(f"{count['passed']} passed, {failed} failed, "
                                f"{count['skipped']} skipped")
