"""Training tables."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _lacuna
from ._arrays import Path, grey_bytes, sources_of

_KINDS = ("training", "test", "any")  # lac_table
READ_AS = {"missing": "", "outside": "error", "pairs": "names"}  # settings that say how to read


def read_table(path: Path, kind: str = "training", *, missing: str = "", outside: str = "error",
               pairs: str = "names") -> "Table":
    """Read a table in any form that `lacuna data` reads (docs/data.md).

    Args:
        path: a text table, an archive, or a folder with a training table
        kind: "training"; "test", whose labels are not read; or "any", a training table that may
            have no labels
        missing, outside, pairs: as the settings of a training: what marks missing labels, labels
            outside of the picture, and mirror partners
    """
    if kind not in _KINDS:
        raise ValueError(f"kind {kind!r}, must be one of {', '.join(_KINDS)}")
    read_as = dict(zip(READ_AS, (missing, outside, pairs)))
    handle = _lacuna.table_read(os.fsencode(path), _KINDS.index(kind), read_as)
    return Table._of(handle, read_as)


class Table:
    """Square grey pictures with labels, some of which are missing.

    `Table(images, labels, names)` makes one from arrays: images [n, side, side] grey values, bytes
    or numbers of 0 to 255; labels [n, K, 2] pixels, NaN where one is missing; K names, whose "left"
    and "right" tell mirror partners. The arrays are copied.

    Attributes:
        names: the points, K of them
        size: side of the pictures, pixels
        ids: ImageId of each row, a number or a text
        sources: the points of each label source
        crop: which square of a photo the pictures are, by detectors, or ""
    """

    names: tuple[str, ...]
    size: int
    ids: list[int | str]
    sources: tuple[tuple[str, ...], ...]
    crop: str

    def __init__(self, images: ArrayLike, labels: ArrayLike, names: Sequence[str]) -> None:
        pixels = grey_bytes(images)
        values = np.ascontiguousarray(labels, np.float32)
        rows = len(pixels) if pixels.ndim == 3 else 0
        if pixels.ndim != 3 or values.shape != (rows, len(names), 2):
            raise ValueError(f"pictures of shape {pixels.shape} and labels of shape "
                             f"{values.shape} with {len(names)} names, must be [n, side, side] "
                             "and [n, names, 2]")
        words = tuple(name.encode("utf-8", "surrogateescape") for name in names)
        mask = (~np.isnan(values)).astype(np.uint8)
        self._fill(_lacuna.table_make(rows, pixels.shape[-1], words, pixels, values, mask), READ_AS)

    @classmethod
    def _of(cls, handle: _lacuna.Handle, read_as: dict[str, str]) -> "Table":
        table = cls.__new__(cls)
        table._fill(handle, read_as)
        return table

    def _fill(self, handle: _lacuna.Handle, read_as: dict[str, str]) -> None:
        self._handle = handle
        self._read_as = read_as
        (self._rows, self.size, self.names, self.ids, has,
         self.crop) = _lacuna.table_facts(handle)
        self.sources = sources_of(has, self.names)

    def __len__(self) -> int:
        return self._rows

    def __repr__(self) -> str:
        return (f"<lacuna.Table: {self._rows} pictures of {self.size}x{self.size}, "
                f"{len(self.names)} points>")

    @property
    def images(self) -> NDArray[np.uint8]:
        """[n, size, size] the pictures, read-only."""
        return self._arrays[0]

    @property
    def labels(self) -> NDArray[np.float32]:
        """[n, K, 2] pixels, NaN where a label is missing; read-only."""
        return self._arrays[1]

    @property
    def source(self) -> NDArray[np.intc]:
        """[n] the label source of each row, an index of `sources`; read-only."""
        return self._arrays[2]

    @cached_property
    def _arrays(self) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.intc]]:
        arrays = (np.empty((self._rows, self.size, self.size), np.uint8),
                  np.empty((self._rows, len(self.names), 2), np.float32),
                  np.empty(self._rows, np.intc))
        _lacuna.table_copy(self._handle, *arrays)
        for array in arrays:
            array.setflags(write=False)  # a training would not see what is changed
        return arrays
