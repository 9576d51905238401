"""Repeatable noise, the same on every computer: integers are hashed, not drawn at random."""

from __future__ import annotations

import numpy as np

from tools.samples.arrays import Array


def _hash(x: Array, y: Array, z: Array, seed: int) -> Array:
    n = (x.astype(np.uint32) * np.uint32(374761393)) ^ (y.astype(np.uint32) * np.uint32(668265263))
    n ^= z.astype(np.uint32) * np.uint32(2147483647) + np.uint32(seed * 1274126177 % 2**32)
    n = (n ^ (n >> np.uint32(13))) * np.uint32(1274126177)
    n = (n ^ (n >> np.uint32(15))) * np.uint32(2246822519)
    return ((n ^ (n >> np.uint32(16))) & np.uint32(0xFFFF)).astype(np.float32) / 65535.0


def value_noise(points: Array, seed: int = 0) -> Array:
    """Smooth values in 0..1 at points of shape (n, 3), with one bump a unit."""
    cell = np.floor(points)
    t = (points - cell).astype(np.float32)
    t = t * t * (3 - 2 * t)
    i = cell.astype(np.int64)
    total = np.zeros(len(points), np.float32)
    for corner in range(8):
        step = np.array([corner & 1, corner >> 1 & 1, corner >> 2 & 1])
        weight = np.prod(np.where(step == 1, t, 1 - t), axis=1)
        total += weight * _hash(*(i + step).T, seed)
    return total


def fractal_noise(points: Array, octaves: int = 4, seed: int = 0) -> Array:
    """Noise with finer and finer detail on top, in 0..1."""
    total = np.zeros(len(points), np.float32)
    weight, amount = 0.5, 0.0
    for octave in range(octaves):
        total += weight * value_noise(points * 2.03**octave + 17.3 * octave, seed + octave)
        amount += weight
        weight /= 2
    return total / amount


def cells(u: Array, v: Array, jitter: float, seed: int) -> tuple[Array, Array, Array]:
    """Irregular tiles of a plane: distance to the joint, and the tile's column and row."""
    cu, cv = np.floor(u), np.floor(v)
    near = np.full(u.shape, 9.0, np.float32)
    second = np.full(u.shape, 9.0, np.float32)
    col, row = np.zeros(u.shape, np.int64), np.zeros(u.shape, np.int64)
    for du in (-1, 0, 1):
        for dv in (-1, 0, 1):
            a, b = (cu + du).astype(np.int64), (cv + dv).astype(np.int64)
            pu = a + 0.5 + jitter * (_hash(a, b, a * 0 + 1, seed) - 0.5)
            pv = b + 0.5 + jitter * (_hash(a, b, a * 0 + 2, seed) - 0.5)
            d = np.maximum(np.abs(u - pu), np.abs(v - pv)) * 0.8 + np.hypot(u - pu, v - pv) * 0.2
            closer = d < near
            second = np.where(closer, near, np.minimum(second, d))
            col, row = np.where(closer, a, col), np.where(closer, b, row)
            near = np.minimum(near, d)
    return second - near, col, row


def tile_value(col: Array, row: Array, seed: int) -> Array:
    """One value in 0..1 for each tile."""
    return _hash(col, row, col * 0 + 3, seed)
