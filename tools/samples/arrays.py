"""The array type of the sample makers, and small vector helpers."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]


def unit(v: Array) -> Array:
    """Vectors of length one; shape (..., 3)."""
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)


def smoothstep(low: float, high: float, x: Array) -> Array:
    """0 below `low`, 1 above `high`, smooth between."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def blend(a: Array, b: Array, amount: Array) -> Array:
    """Colours `a` and `b` mixed; `amount` has one value for each."""
    return a + (b - a) * amount[..., None]


def colour(text: str) -> Array:
    """A linear-light colour of `#rrggbb`."""
    rgb = np.array([int(text[i : i + 2], 16) for i in (1, 3, 5)], np.float32) / 255
    return rgb**2.2
