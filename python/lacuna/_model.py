"""Models and what they predict."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _lacuna
from ._arrays import Path, grey_bytes, sources_of


def load(*paths: Path, weigh: bool = False) -> "Model":
    """Load a model: a run folder, a model file, or a folder of runs.

    Several models answer with their mean, with equal weights or, with `weigh`, by the error of
    each on its hold-out, 1 / e^2.
    """
    return Model(_lacuna.model_load(tuple(os.fsencode(path) for path in paths), weigh))


def read_photo(path: Path) -> NDArray[np.uint8]:
    """Read a PNG, JPEG, PGM, PPM or WebP file, turned upright: [height, width, 3] bytes."""
    height, width, rgb = _lacuna.photo_read(os.fsencode(path))
    return np.frombuffer(rgb, np.uint8).reshape(height, width, 3)


class Model:
    """A trained model, or the mean of several, made by `load` or `train`.

    Any number of threads may predict with one model at the same time.

    Attributes:
        network: its name, such as "fast"
        size: side of its pictures, pixels
        names: the points, K of them
        mirror: the index of each point's mirror partner, or its own
        sources: the points of each label source that it answers for
        aside: pixels to the right of its points at which each source marks them, learned where the
            setting `mirror_axis` is "learned", else 0; NaN for a mean, whose members differ
        epoch: after which it was saved; 0 for a mean
        members: how many models it is the mean of
    """

    network: str
    size: int
    names: tuple[str, ...]
    mirror: tuple[int, ...]
    sources: tuple[tuple[str, ...], ...]
    aside: tuple[float, ...]
    epoch: int
    members: int

    def __init__(self, handle: _lacuna.Handle) -> None:
        self._handle = handle
        # Predictors that nobody uses at the moment, by how they predict. A process that was forked
        # makes its own, as the threads of its parent's are not there.
        self._idle: dict[tuple[int, int, bool, int], list[_lacuna.Handle]] = {}
        (self.network, self.size, self.epoch, self.members, self.names, self.mirror,
         has, self.aside) = _lacuna.model_facts(handle)
        self.sources = sources_of(has, self.names)

    def __repr__(self) -> str:
        return (f"<lacuna.Model {self.network}: {len(self.names)} points of {self.size}x"
                f"{self.size} pictures>")

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of its training, as `train` takes them; of a mean, of its first model's."""
        return _lacuna.model_settings(self._handle)

    @property
    def crop(self) -> str:
        """Which square of a photo its pictures are, by detectors: "yunet:1.19,-0.09,0.07"."""
        return str(self.settings["crop"])

    def predict(self, images: ArrayLike, *, flip: bool = False, source: int = 0,
                threads: int = 0) -> NDArray[np.float32]:
        """Predict the points of pictures.

        Args:
            images: [n, size, size] grey values, bytes or numbers of 0 to 255, which are rounded;
                or one picture [size, size]
            flip: average with the prediction of the mirror image, at twice the cost
            source: whose convention of labels to answer in, an index of `sources`
            threads: to compute with; 0 = as many as the processor has cores

        Returns:
            [n, K, 2] x and y in pixels from the centre of the top left one, of one picture [K, 2];
            NaN for points that the source does not have
        """
        pixels = grey_bytes(images)
        if pixels.shape[-1] != self.size:
            side = pixels.shape[-1]
            raise ValueError(f"pictures of {side}x{side}; the model {self.network} needs "
                             f"{self.size}x{self.size}")
        xy = np.empty((*pixels.shape[:-2], len(self.names), 2), np.float32)
        count = 1 if pixels.ndim == 2 else len(pixels)
        with self._predictor(source, flip, threads) as predictor:
            _lacuna.predict(predictor, count, pixels, xy)
        return xy

    def predict_photo(self, photo: Path | ArrayLike, boxes: ArrayLike | None = None, *,
                      crop: str | tuple[float, float, float] | None = None, flip: bool = False,
                      source: int = 0, threads: int = 0) -> NDArray[np.float32]:
        """Predict the points of faces in a photo.

        Args:
            photo: a file, or bytes [height, width, 3] or grey [height, width]
            boxes: [n, 4] x, y, width and height in pixels of the photo, or one box [4]; without
                boxes the whole photo is one
            crop: how boxes become the squares that the model knows: the name of a rule of its
                setting `crop`, such as "yunet", or the side, left and top of one in box widths;
                without a rule, the centred square of the longer side

        The others are as in `predict`. Returns [n, K, 2] in pixels of the photo, [K, 2] of one box.
        """
        rgb = _colours(photo)
        height, width = rgb.shape[:2]
        squares = np.array([0, 0, width, height] if boxes is None else boxes, np.double, order="C")
        if squares.shape == (0,):
            squares = squares.reshape(0, 4)
        if squares.shape[-1:] != (4,) or squares.ndim > 2:
            raise ValueError(f"boxes of shape {squares.shape}, must be [n, 4]")
        rule = _lacuna.model_crop(self._handle, crop) if isinstance(crop, str) else crop
        xy = np.empty((*squares.shape[:-1], len(self.names), 2), np.float32)
        with self._predictor(source, flip, threads) as predictor:
            _lacuna.predict_boxes(predictor, height, width, rgb, squares.size // 4, squares, rule,
                                  xy)
        return xy

    @contextmanager
    def _predictor(self, source: int, flip: bool, threads: int) -> Iterator[_lacuna.Handle]:
        """A predictor of nobody else's; one that failed is not used again."""
        idle = self._idle.setdefault((os.getpid(), source, flip, threads), [])
        try:
            predictor = idle.pop()
        except IndexError:
            predictor = _lacuna.predictor_new(self._handle, source, flip, threads)
        yield predictor
        idle.append(predictor)


def _colours(photo: Path | ArrayLike) -> NDArray[np.uint8]:
    if isinstance(photo, (str, bytes, os.PathLike)):
        return read_photo(photo)
    array = np.asarray(photo)
    if array.dtype != np.uint8:
        raise TypeError(f"a photo of {array.dtype}, must be of bytes")
    if array.ndim == 2:
        array = np.repeat(array[:, :, None], 3, axis=2)
    if array.ndim != 3 or array.shape[2] != 3 or 0 in array.shape:
        raise ValueError(f"a photo of shape {array.shape}, must be [height, width, 3]")
    return np.ascontiguousarray(array)
