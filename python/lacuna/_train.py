"""Trainings and their settings."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import _lacuna
from ._arrays import Path
from ._model import Model, load
from ._table import READ_AS, Table, read_table

Setting = bool | int | float | str


def presets() -> dict[str, dict[str, Any]]:
    """The presets by name: "about", "cost", "measured", and the settings that are not the
    paper's."""
    return {name: json.loads(text) for name, text in _lacuna.presets().items()}


def settings(preset: str = "fast", config: Path | None = None,
             **changes: Setting) -> dict[str, Setting]:
    """All settings of a training: those of a preset, or of a file or run folder `config`, with
    changes by name; from_ stands for from, a word of Python's own. `lacuna help train` says what
    each does, with - for _ in their names."""
    given = {name.removesuffix("_"): value for name, value in changes.items()}
    return _lacuna.settings(preset, None if config is None else os.fsencode(config), given)


@dataclass(frozen=True)
class Progress:
    """What a training tells after every epoch; figures of the hold-out are NaN without one.

    Attributes:
        epoch: from 1
        epochs: of the whole training
        loss: mean training loss of the epoch
        rmse: of the hold-out, pixels
        test_weighted: the same, the label sources weighted as in the test set, if that is known
        failures: share of the hold-out's pictures with a point off by more than 10 % of the side
        images_per_second: of training, this epoch
        seconds: of training so far
        seconds_left: estimate
    """

    epoch: int
    epochs: int
    loss: float
    rmse: float
    test_weighted: float
    failures: float
    images_per_second: float
    seconds: float
    seconds_left: float


def train(table: Table | Path, out: Path, *, preset: str = "fast",
          config: Path | None = None, resume: bool = False,
          callback: Callable[[Progress], object] | None = None, threads: int = 0,
          **changes: Setting) -> Model:
    """Train a model; it is saved in the run folder `out` after every epoch.

    A KeyboardInterrupt (Ctrl-C), and any exception of the callback, ends the training after the
    step and saves its state, before it goes on to the caller.

    Args:
        table: a `Table`, or a path as for `read_table`
        out: folder of the run, made if missing; it may not hold a run unless `resume`
        preset, config, changes: the settings, as for `settings`: train(..., epochs=20, lr=1e-3)
        resume: go on with the run in `out` as if it had never stopped. A run keeps its settings:
            only `epochs`, a new last epoch, may be given
        callback: called with a `Progress` after every epoch; a true answer stops the training
        threads: to compute with; 0 = as many as the processor has cores

    Returns:
        the model as the training left it
    """
    if resume:
        _check_resume(preset, config, changes)
        chosen = _settings_of(out)
    else:
        chosen = settings(preset, config, **changes)
    if not isinstance(table, Table):
        table = read_table(table, missing=chosen["missing"], outside=chosen["outside"],
                           pairs="names" if resume else chosen["pairs"])
    elif not resume:
        chosen |= _read_as(table, changes)
    tell = None if callback is None else lambda *numbers: callback(Progress(*numbers))
    _lacuna.train(table._handle, os.fsencode(out), {} if resume else chosen, resume,
                  changes.get("epochs", 0), threads, tell)
    return load(out)


def _check_resume(preset: str, config: Path | None, changes: dict[str, Setting]) -> None:
    given = [name for name in changes if name != "epochs"]
    if preset != "fast" or config is not None or given:
        what = given[0] if given else "config" if config is not None else "preset"
        raise TypeError(f"{what} does not go with resume: a run keeps its settings")


def _settings_of(run: Path) -> dict[str, Any]:
    """Of its state or, where it was ended before it had one, of its config.json."""
    try:
        return load(run).settings
    except _lacuna.Error as error:
        if error.status != "io":
            raise
    return settings(config=run)


def _read_as(table: Table, changes: dict[str, Setting]) -> dict[str, str]:
    """The settings by which the table was read, which are not to be given once more."""
    for name in READ_AS:
        if name in changes:
            raise TypeError(f"{name} does not go with a Table, which was read already: give it to "
                            "read_table")
    return table._read_as
