"""Predictions are the program's; what is no picture is refused."""

import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import time

import lacuna
import numpy as np
import pytest
from conftest import cells, cells_by_program, train_by_program

def test_a_model_tells_what_it_is(model, faces):
    table = lacuna.read_table(faces)
    assert (model.network, model.size, model.epoch, model.members) == ("first", 36, 2, 1)
    assert model.names == table.names and len(model.names) == 15
    assert model.sources == table.sources
    assert model.mirror[0] == model.names.index("right_eye_center")
    assert model.settings["epochs"] == 2 and model.settings["mirror"] is True
    assert model.crop == "box:1.2,-0.1,0"


def test_a_model_tells_how_far_aside_its_sources_mark(model, run, faces, folder):
    file = (run / "last.safetensors").read_bytes()
    header = json.loads(file[8:8 + int.from_bytes(file[:8], "little")])
    kept = header["__metadata__"]["aside"].split(",")
    assert model.settings["mirror_axis"] == "learned"
    assert model.aside == tuple(map(float, kept))
    assert len(model.aside) == len(model.sources) and all(model.aside)
    middle = train_by_program(faces, folder / "middle", **{"mirror-axis": "middle"})
    assert lacuna.load(middle).aside == (0, 0)


@pytest.mark.parametrize("flip", [False, True])
def test_predictions_of_a_table_are_the_programs(model, run, faces, images, flip):
    options = ["--flip"] if flip else []
    wanted = cells_by_program(1, "--model", run, "--data", faces / "test.csv", *options)
    assert len(wanted) == 70
    assert cells(model.predict(images, flip=flip)) == wanted


def test_a_source_answers_with_its_points(model, run, faces, images):
    assert len(model.sources) == 2 and len(model.sources[1]) == 4
    wanted = cells_by_program(1, "--model", run, "--data", faces / "test.csv", "--source", 2)
    points = model.predict(images, source=1)
    assert cells(points) == wanted
    has = [name in model.sources[1] for name in model.names]
    assert (~np.isnan(points)).all(axis=(0, 2)).tolist() == has


def test_several_models_are_their_mean(folder, faces, run, images):
    other = train_by_program(faces, folder / "other", seed=2)
    for weigh in False, True:
        options = ["--weigh"] if weigh else []
        wanted = cells_by_program(1, "--model", run, "--model", other / "last.safetensors",
                                  "--data", faces / "test.csv", *options)
        mean = lacuna.load(run, other / "last.safetensors", weigh=weigh)
        assert mean.members == 2 and np.isnan(mean.aside).all()
        assert cells(mean.predict(images)) == wanted


def test_threads_change_nothing(model, images):
    assert (model.predict(images, threads=1) == model.predict(images, threads=3)).all()


def test_one_picture_is_a_picture(model, images):
    points = model.predict(images[3])
    assert points.shape == (15, 2) and points.dtype == np.float32
    assert np.allclose(points, model.predict(images)[3], atol=1e-3)
    assert model.predict(images[:0]).shape == (0, 15, 2)


def test_numbers_are_rounded_to_bytes(model, images):
    wanted = model.predict(images)
    assert (model.predict(images.astype(np.float32) + 0.25 * (images < 255)) == wanted).all()
    assert (model.predict(images.astype(np.int64)) == wanted).all()
    assert (model.predict(np.asfortranarray(images)) == wanted).all()
    assert (model.predict(images.tolist()) == wanted).all()


@pytest.mark.parametrize("change, error, message", [
    (lambda p: p / 255, ValueError, "multiply them by 255"),
    (lambda p: p * 2.0, ValueError, "must be from 0 to 255"),
    (lambda p: p - 300, ValueError, "must be from 0 to 255"),
    (lambda p: np.where(p > 0, p, np.nan), ValueError, "must be from 0 to 255"),
    (lambda p: p > 100, TypeError, "pictures of bool"),
    (lambda p: p[:, :, :30], ValueError, "pictures of 30x36, must be square"),
    (lambda p: p[:, :30, :30], ValueError, "pictures of 30x30; the model first needs 36x36"),
    (lambda p: p[..., None], ValueError, r"shape \(70, 36, 36, 1\), must be \[n, side, side\]"),
    (lambda p: p[0, 0], ValueError, r"shape \(36,\)"),
])
def test_what_is_no_picture_is_refused(model, images, change, error, message):
    with pytest.raises(error, match=message):
        model.predict(change(images.astype(np.int16)))


def test_errors_carry_the_librarys_message(model, images, folder):
    with pytest.raises(lacuna.Error, match="no/run") as caught:
        lacuna.load("no/run")
    assert caught.value.status == "io"
    (folder / "broken.safetensors").write_bytes(b"none")
    with pytest.raises(lacuna.Error, match="broken.safetensors") as caught:
        lacuna.load(folder / "broken.safetensors")
    assert caught.value.status == "format"
    with pytest.raises(lacuna.Error, match="source 3: must be from 0 to 1") as caught:
        model.predict(images, source=3)
    assert caught.value.status == "argument"
    with pytest.raises(lacuna.Error, match="-1"):
        model.predict(images, threads=-1)
    with pytest.raises(lacuna.Error, match="no paths"):
        lacuna.load()
    with pytest.raises(ValueError, match="null"):
        lacuna.load("run\0")


# ---- Photos ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def photos(folder):
    from conftest import program
    program("synth", "--photos", 4, "--seed", 3, "--out", folder / "photos")
    return folder / "photos"


def photo_files(photos):
    return sorted(file for file in photos.iterdir() if file.suffix in (".jpg", ".png", ".pgm"))


def test_boxes_of_photos_are_predicted_as_by_the_program(model, run, photos):
    for file in photo_files(photos):
        for options, crop in ([], None), (["--crop", "box"], "box"), (["--crop", "1,0,0"],
                                                                     (1, 0, 0)):
            wanted = cells_by_program(6, "--model", run, file, "--box", "20,30,80,100", *options)
            boxes = np.array([[5, 5, 60, 60], [20, 30, 80, 100]])
            points = model.predict_photo(file, boxes, crop=crop)
            assert points.shape == (2, 15, 2)
            assert cells(points[1:]) == wanted
            assert boxes.tolist()[0] == [5, 5, 60, 60]


def test_a_photo_may_be_an_array_and_whole(model, run, photos):
    file = photo_files(photos)[0]
    photo = lacuna.read_photo(file)
    assert photo.ndim == 3 and photo.shape[2] == 3 and photo.dtype == np.uint8
    whole = model.predict_photo(file)
    assert cells(whole[None]) == cells_by_program(6, "--model", run, file, "--whole")
    assert (model.predict_photo(photo) == whole).all()
    assert model.predict_photo(photo, []).shape == (0, 15, 2)
    grey = photo[:, :, 0]
    assert (model.predict_photo(grey) == model.predict_photo(np.dstack([grey] * 3))).all()


def test_what_is_no_photo_or_box_is_refused(model, photos):
    photo = lacuna.read_photo(photo_files(photos)[0])
    with pytest.raises(lacuna.Error, match="truth.csv"):
        model.predict_photo(photos / "truth.csv")
    with pytest.raises(TypeError, match="must be of bytes"):
        model.predict_photo(photo / 255)
    with pytest.raises(ValueError, match=r"must be \[height, width, 3\]"):
        model.predict_photo(photo[:, :, :2])
    with pytest.raises(ValueError, match=r"boxes of shape \(3,\)"):
        model.predict_photo(photo, [1, 2, 3])
    with pytest.raises(lacuna.Error):
        model.predict_photo(photo, [0, 0, 0, 0])
    with pytest.raises(lacuna.Error):
        model.predict_photo(photo, [0, 0, np.nan, 5])
    with pytest.raises(lacuna.Error, match="yunet") as caught:
        model.predict_photo(photo, crop="yunet")
    assert caught.value.status == "mismatch"


def test_the_example_predicts_photos(run, photos):
    script = pathlib.Path(__file__).parents[2] / "examples" / "predict.py"
    done = subprocess.run([sys.executable, script, run, photos / "truth.csv",
                           *photo_files(photos)], check=True, text=True, stdout=subprocess.PIPE)
    faces = len((photos / "truth.csv").read_text().splitlines()) - 1
    assert len(done.stdout.splitlines()) == 15 * faces
    assert "face 1: left_eye_center at " in done.stdout


# ---- Threads and processes -------------------------------------------------------------------


def test_one_model_serves_threads_at_the_same_time(model, images):
    wanted = model.predict(images)
    answers = [None] * 4

    def predict(index):
        for _ in range(5):
            answers[index] = model.predict(images, threads=1 + index % 2)

    threads = [threading.Thread(target=predict, args=[i]) for i in range(len(answers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all((answer == wanted).all() for answer in answers)


def test_python_goes_on_while_pictures_are_predicted(model, images):
    many = np.resize(images, (256, 36, 36))  # no more than are predicted at once
    ticks = 0
    meanwhile = []  # ticks while a prediction was made

    def predict():
        for _ in range(9):
            before = ticks
            model.predict(many, threads=1, flip=True)
            meanwhile.append(ticks - before)

    thread = threading.Thread(target=predict)
    thread.start()
    while thread.is_alive():
        ticks += 1
        time.sleep(0.0002)
    # The median is 2 where a prediction keeps the interpreter's lock, else hundreds.
    assert sorted(meanwhile)[4] >= 15


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_predicts_with_its_parents_model(model, images):
    wanted = model.predict(images, threads=2)
    child = os.fork()
    if child == 0:
        same = (model.predict(images, threads=2) == wanted).all()
        model._idle.clear()  # frees what its parent made
        os._exit(0 if same else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert (model.predict(images, threads=2) == wanted).all()


# ---- What is documented ----------------------------------------------------------------------


def test_hints_name_what_the_c_part_has():
    path = pathlib.Path(lacuna.__file__).parent / "_lacuna.pyi"
    hints = re.findall(r"^(?:def |class )?(\w+)[(:]", path.read_text(), re.MULTILINE)
    has = [name for name in dir(lacuna._lacuna) if not name.startswith("__")]
    assert sorted(hints) == sorted(has)


def test_all_that_is_public_explains_itself():
    for name in lacuna.__all__:
        thing = getattr(lacuna, name)
        assert isinstance(thing, str) or thing.__doc__
    assert (pathlib.Path(lacuna.__file__).parent / "py.typed").exists()
    assert re.fullmatch(r"\d+\.\d+\.\d+", lacuna.__version__)
