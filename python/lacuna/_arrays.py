"""Arrays as the library takes them."""

import os
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Path = str | bytes | os.PathLike[str] | os.PathLike[bytes]


def grey_bytes(images: ArrayLike) -> NDArray[np.uint8]:
    """Square grey pictures [..., side, side], contiguous and as bytes."""
    array = np.asarray(images)
    if array.ndim not in (2, 3):
        raise ValueError(f"pictures of shape {array.shape}, must be [n, side, side]")
    if array.shape[-1] != array.shape[-2]:
        raise ValueError(f"pictures of {array.shape[-1]}x{array.shape[-2]}, must be square")
    return np.ascontiguousarray(array if array.dtype == np.uint8 else _as_bytes(array))


def _as_bytes(array: NDArray[Any]) -> NDArray[np.uint8]:
    """Numbers of 0 to 255, rounded. Those of 0 to 1 would become black pictures without a word."""
    if array.dtype.kind not in "iuf":
        raise TypeError(f"pictures of {array.dtype}, must be numbers of 0 to 255")
    if array.size == 0:
        return array.astype(np.uint8)
    low, high = array.min(), array.max()
    if not (low >= 0 and high <= 255):
        raise ValueError(f"grey values from {low} to {high}, must be from 0 to 255")
    if array.dtype.kind == "f" and 0 < high <= 1:
        raise ValueError(f"grey values of {high} at most, must reach to 255: multiply them by 255")
    rounded: NDArray[np.uint8] = np.rint(array).astype(np.uint8)
    return rounded


def sources_of(has: bytes, names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The points of each label source; `has` [sources, K] holds 1 where a source has a point."""
    if not names:
        return ()
    rows = np.frombuffer(has, np.uint8).reshape(-1, len(names))
    return tuple(tuple(name for name, there in zip(names, row) if there) for row in rows)
