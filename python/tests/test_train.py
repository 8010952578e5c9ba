"""Trainings are the program's; callbacks, exceptions and Ctrl-C stop them."""

import signal
import subprocess
import sys

import lacuna
import numpy as np
import pytest
from conftest import SETTINGS, program


def train(table, out, **settings):
    return lacuna.train(table, out, **(SETTINGS | settings))


def test_a_training_is_the_programs(model, faces, tmp_path, images):
    seen = []
    trained = train(faces, tmp_path / "run", crop=model.crop, callback=seen.append)
    assert trained.settings == model.settings
    assert (trained.predict(images) == model.predict(images)).all()
    assert [(p.epoch, p.epochs) for p in seen] == [(1, 2), (2, 2)]
    assert all(p.rmse > 0 and p.loss > 0 and 0 <= p.failures <= 1 for p in seen)
    assert seen[1].seconds > seen[0].seconds > 0 == seen[1].seconds_left


def test_arrays_train_as_the_file_does(model, faces, tmp_path, images):
    table = lacuna.read_table(faces)
    table = lacuna.Table(table.images, table.labels, table.names)
    trained = train(table, tmp_path / "run", threads=1)
    assert (trained.predict(images) == model.predict(images)).all()


def test_a_callback_stops_and_the_run_goes_on(model, faces, tmp_path, images):
    run = tmp_path / "run"
    stopped = train(faces, run, callback=lambda p: p.epoch == 1)
    assert stopped.epoch == 1
    with pytest.raises(lacuna.Error, match="holds a run") as caught:
        train(faces, run)
    assert caught.value.status == "argument"
    resumed = lacuna.train(lacuna.read_table(faces), run, resume=True)
    assert resumed.epoch == 2
    assert (resumed.predict(images) == model.predict(images)).all()
    assert lacuna.train(faces, run, resume=True, epochs=3).epoch == 3
    program("train", "--data", faces, "--out", run, "--resume", "--epochs", 4)
    assert lacuna.load(run).epoch == 4


def test_an_exception_of_the_callback_comes_back(faces, tmp_path):
    def fail(progress):
        raise ZeroDivisionError(progress.epoch)

    with pytest.raises(ZeroDivisionError, match="1"):
        train(faces, tmp_path / "run", callback=fail)
    assert lacuna.load(tmp_path / "run").epoch == 1


# A shell's commands in the background ignore Ctrl-C, and so would what they start.
HEARS_CTRL_C = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
"""

INTERRUPTED = """
import sys, lacuna
try:
    lacuna.train(*sys.argv[1:], preset="first", epochs=100000, batch=16, threads=2,
                 callback=lambda p: print(p.epoch, flush=True))
except KeyboardInterrupt:
    print("interrupted")
"""


def interrupt(script, *words):
    """Sends Ctrl-C after the script's first line; its lines."""
    child = subprocess.Popen([sys.executable, "-c", HEARS_CTRL_C + script, *map(str, words)],
                             text=True, stdout=subprocess.PIPE)
    first = child.stdout.readline()
    child.send_signal(signal.SIGINT)
    rest, _ = child.communicate()
    assert child.returncode == 0
    return (first + rest).split()


def test_ctrl_c_saves_and_stops(faces, tmp_path):
    run = tmp_path / "run"
    said = interrupt(INTERRUPTED, faces, run)
    assert said[0] == "1" and said[-1] == "interrupted"
    epoch = lacuna.load(run).epoch
    assert epoch >= 1
    assert lacuna.train(faces, run, resume=True, callback=lambda p: True).epoch == epoch + 1


PREDICTING = """
import sys, lacuna, numpy
model = lacuna.load(sys.argv[1])
pictures = numpy.zeros((100000, 36, 36), numpy.uint8)
try:
    print("start", flush=True)
    while True:
        model.predict(pictures)
except KeyboardInterrupt:
    print("interrupted")
"""


def test_ctrl_c_stops_predictions(run):
    assert interrupt(PREDICTING, run) == ["start", "interrupted"]


def test_a_failure_carries_the_message(faces, tmp_path):
    with pytest.raises(lacuna.Error) as caught:
        train(faces, tmp_path / "run", lr=1e30, optimizer="adam", epochs=20)
    assert caught.value.status == "numeric"
    with pytest.raises(lacuna.Error, match="none") as caught:
        train(tmp_path / "none", tmp_path / "other")
    assert caught.value.status == "io"
    assert not (tmp_path / "other").exists()


def test_settings_are_those_of_the_preset_and_changes(run):
    assert lacuna.settings("paper")["epochs"] == 1000
    assert lacuna.settings(lr=0.1) == lacuna.settings() | {"lr": 0.1}
    assert lacuna.settings(seed=2**64 - 1, mirror=False)["seed"] == 2**64 - 1
    assert lacuna.settings(config=run) == lacuna.load(run).settings
    assert lacuna.settings(**lacuna.settings("best")) == lacuna.settings("best")
    assert lacuna.settings(from_="run")["from"] == "run"
    presets = lacuna.presets()
    assert list(presets) == ["paper", "first", "fast", "best"]
    assert presets["fast"]["model"] == "fast" and presets["fast"]["about"]


@pytest.mark.parametrize("changes, message", [
    ({"epoch": 3}, "epoch"),
    ({"epochs": 0}, "epochs is \"?0\"?, must be"),
    ({"epochs": 2.5}, "epochs"),
    ({"lr": "fast"}, "lr"),
    ({"lr": np.nan}, "lr"),
    ({"rows": "some"}, "rows"),
    ({"preset": "slow"}, "slow"),
])
def test_wrong_settings_are_refused(faces, tmp_path, changes, message):
    with pytest.raises(lacuna.Error, match=message):
        train(faces, tmp_path / "run", **changes)
    assert not (tmp_path / "run").exists()


def test_what_does_not_go_together_is_refused(faces, run):
    with pytest.raises(TypeError, match="lr does not go with resume"):
        lacuna.train(faces, run, resume=True, lr=0.1)
    with pytest.raises(TypeError, match="config does not go with resume"):
        lacuna.train(faces, run, resume=True, config=run)
    with pytest.raises(TypeError, match="pairs does not go with a Table"):
        lacuna.train(lacuna.read_table(faces), run, pairs="data")


def test_a_table_takes_along_how_it_was_read(faces, tmp_path):
    table = lacuna.read_table(faces, missing="-1", outside="keep", pairs="data")
    settings = train(table, tmp_path / "run", epochs=1).settings
    assert (settings["missing"], settings["outside"], settings["pairs"]) == ("-1", "keep", "data")


def test_notes_go_to_the_logger(faces, run, tmp_path, caplog):
    train(faces, tmp_path / "run", from_=run, epochs=1)
    notes = [record.getMessage() for record in caplog.records if record.name == "lacuna"]
    assert any("tensors fit" in note for note in notes)
