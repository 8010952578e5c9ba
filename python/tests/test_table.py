"""Tables as arrays, and arrays as tables."""

import csv

import lacuna
import numpy as np
import pytest


def read_text(path):
    with open(path, newline="") as lines:
        return list(csv.DictReader(lines))


def test_arrays_are_what_the_file_says(faces):
    table = lacuna.read_table(faces)
    rows = read_text(faces / "training.csv")
    assert len(table) == len(rows) == 60 and table.size == 36
    assert table.images.shape == (60, 36, 36) and table.images.dtype == np.uint8
    assert table.labels.shape == (60, 15, 2) and table.labels.dtype == np.float32
    for row, picture, labels in zip(rows, table.images, table.labels):
        assert picture.ravel().tolist() == list(map(int, row["Image"].split()))
        for name, point in zip(table.names, labels):
            for axis, value in zip("xy", point):
                text = row[f"{name}_{axis}"]
                assert np.isnan(value) if text == "" else value == np.float32(text)
    assert np.isnan(table.labels).any()


def test_sources_say_which_points_rows_carry(faces):
    table = lacuna.read_table(faces)
    assert len(table.sources) == 2
    for labels, source in zip(table.labels, table.source):
        has = {name for name, point in zip(table.names, labels) if not np.isnan(point).all()}
        assert has <= set(table.sources[source])


def test_a_test_table_has_no_labels(faces):
    table = lacuna.read_table(faces, "test")
    assert (len(table), table.names, table.sources) == (70, (), ())
    assert table.ids == list(range(1, 71))


def test_gaps_may_be_marked(folder):
    text = "nose_x,nose_y,Image\n1,2," + " ".join("0" * 256) + "\n-1,-1," + " ".join("1" * 256)
    (folder / "marked.csv").write_text(text + "\n")
    with pytest.raises(lacuna.Error, match="marked.csv") as caught:
        lacuna.read_table(folder / "marked.csv")
    assert caught.value.status == "format"
    table = lacuna.read_table(folder / "marked.csv", missing="-1")
    assert table.labels[0].tolist() == [[1, 2]] and np.isnan(table.labels[1]).all()
    kept = lacuna.read_table(folder / "marked.csv", outside="keep")
    assert kept.labels[1].tolist() == [[-1, -1]]


def test_arrays_make_the_same_table(faces):
    table = lacuna.read_table(faces)
    again = lacuna.Table(table.images, table.labels, table.names)
    assert np.array_equal(table.images, again.images)
    assert np.array_equal(table.labels, again.labels, equal_nan=True)
    assert (table.names, table.sources) == (again.names, again.sources)
    assert np.array_equal(table.source, again.source)


def test_arrays_are_read_only(faces):
    table = lacuna.read_table(faces)
    for array in table.images, table.labels, table.source:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


@pytest.mark.parametrize("shape, names, error, message", [
    ((2, 1, 2), ["a", "b"], ValueError, r"labels of shape \(2, 1, 2\) with 2 names"),
    ((3, 1, 2), ["a"], ValueError, r"labels of shape \(3, 1, 2\)"),
    ((2, 2), ["a"], ValueError, r"must be \[n, side, side\] and \[n, names, 2\]"),
    ((2, 2, 2), ["a", "a"], lacuna.Error, "points 0 and 1: both are called a"),
    ((2, 1, 2), [""], lacuna.Error, "point 0: no name"),
])
def test_wrong_arrays_are_refused(shape, names, error, message):
    with pytest.raises(error, match=message):
        lacuna.Table(np.zeros((2, 16, 16), np.uint8), np.ones(shape), names)


def test_infinite_labels_and_no_rows_are_refused():
    with pytest.raises(lacuna.Error, match="not a finite number"):
        lacuna.Table(np.zeros((1, 16, 16), np.uint8), [[[np.inf, 1]]], ["a"])
    with pytest.raises(lacuna.Error, match="at least 1 row"):
        lacuna.Table(np.zeros((0, 16, 16), np.uint8), np.zeros((0, 1, 2)), ["a"])


def test_wrong_words_are_refused(faces):
    with pytest.raises(ValueError, match="kind 'all', must be one of training, test, any"):
        lacuna.read_table(faces, "all")
    with pytest.raises(lacuna.Error, match="outside"):
        lacuna.read_table(faces, outside="perhaps")
