"""Signed distances of the bodies: negative inside; points have shape (n, 3), y is up."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tools.samples.arrays import Array

Distance = Callable[[Array], Array]


def sphere(p: Array, centre: Sequence[float], radius: float) -> Array:
    """A ball."""
    return np.linalg.norm(p - np.array(centre, np.float32), axis=1) - radius


def ellipsoid(p: Array, centre: Sequence[float], radii: Sequence[float]) -> Array:
    """A stretched ball; the distance is a close lower estimate."""
    r = np.array(radii, np.float32)
    q = p - np.array(centre, np.float32)
    k0 = np.linalg.norm(q / r, axis=1)
    k1 = np.linalg.norm(q / (r * r), axis=1)
    return k0 * (k0 - 1.0) / np.maximum(k1, 1e-6)


def box(p: Array, centre: Sequence[float], half: Sequence[float], rounding: float) -> Array:
    """A box with rounded edges."""
    q = np.abs(p - np.array(centre, np.float32)) - (np.array(half, np.float32) - rounding)
    outside = np.linalg.norm(np.maximum(q, 0), axis=1)
    return outside + np.minimum(q.max(axis=1), 0) - rounding


def capsule(p: Array, a: Sequence[float], b: Sequence[float], ra: float, rb: float) -> Array:
    """A rod from `a` to `b` that may taper."""
    start, end = np.array(a, np.float32), np.array(b, np.float32)
    axis = end - start
    t = np.clip((p - start) @ axis / float(axis @ axis), 0, 1)
    return np.linalg.norm(p - start - t[:, None] * axis, axis=1) - (ra + (rb - ra) * t)


def blend_union(a: Array, b: Array, k: float) -> Array:
    """Both bodies, grown together over the width `k`."""
    h = np.clip(0.5 + 0.5 * (b - a) / k, 0, 1)
    return b + (a - b) * h - k * h * (1 - h)


def smooth_profile(points: Sequence[tuple[float, float]], steps: int = 8) -> Array:
    """A curve through the points (radius, height), rounded between them."""
    p = np.array([points[0], *points, points[-1]], np.float32)
    out = []
    for i in range(1, len(p) - 2):
        t = np.linspace(0, 1, steps, endpoint=False)[:, None]
        a, b, c, d = p[i - 1], p[i], p[i + 1], p[i + 2]
        bend = (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
        out.append(0.5 * (2 * b + (c - a) * t + bend))
    return np.vstack([*out, p[-1:]])


def lathe(profile: Array, thickness: float = 0.0, size: int = 420) -> Distance:
    """A turned body: `profile` as a wall of some thickness, or the closed outline of a solid."""
    reach = float(np.abs(profile).max()) * 1.25
    axis = np.linspace(0, reach, size, dtype=np.float32)
    heights = np.linspace(-0.2 * reach, reach, size, dtype=np.float32)
    r, y = np.meshgrid(axis, heights)
    grid = _polyline(np.stack([r.ravel(), y.ravel()], 1), profile, closed=thickness == 0)
    table = (grid - thickness).reshape(size, size)

    def distance(p: Array) -> Array:
        rr = np.hypot(p[:, 0], p[:, 2])
        u = rr / reach * (size - 1)
        v = (p[:, 1] - heights[0]) / (heights[-1] - heights[0]) * (size - 1)
        return _bilinear(table, u, v)

    return distance


def _polyline(q: Array, line: Array, *, closed: bool) -> Array:
    ends = np.roll(line, -1, axis=0) if closed else line[1:]
    best = np.full(len(q), 1e9, np.float32)
    inside = np.zeros(len(q), bool)
    for a, b in zip(line, ends, strict=False):
        edge, w = b - a, q - a
        t = np.clip(w @ edge / max(float(edge @ edge), 1e-12), 0, 1)
        best = np.minimum(best, np.linalg.norm(w - t[:, None] * edge, axis=1))
        if closed and a[1] != b[1]:
            crosses = (a[1] > q[:, 1]) != (b[1] > q[:, 1])
            inside ^= crosses & (q[:, 0] < edge[0] * (q[:, 1] - a[1]) / edge[1] + a[0])
    return np.where(inside, -best, best) if closed else best


def _bilinear(table: Array, u: Array, v: Array) -> Array:
    last = table.shape[0] - 1
    cu, cv = np.clip(u, 0, last - 1e-3), np.clip(v, 0, last - 1e-3)
    i, j = cu.astype(np.int32), cv.astype(np.int32)
    fu, fv = cu - i, cv - j
    low = table[j, i] * (1 - fu) + table[j, i + 1] * fu
    high = table[j + 1, i] * (1 - fu) + table[j + 1, i + 1] * fu
    return low * (1 - fv) + high * fv
