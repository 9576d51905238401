"""Vessels and other turned things of the sample collection."""

from __future__ import annotations

import numpy as np

from tools.samples.arrays import Array, blend, colour, smoothstep
from tools.samples.noise import fractal_noise, value_noise
from tools.samples.shapes import blend_union, capsule, lathe, smooth_profile
from tools.samples.studio import Paint, Scene


def clay(light: str, dark: str, *, bands: tuple[tuple[float, float], ...] = ()) -> Paint:
    """Fired clay with stains; painted bands between pairs of heights."""

    def paint(p: Array, _n: Array) -> Array:
        stain = smoothstep(0.3, 0.72, fractal_noise(p * 2.1, 5, 2))
        base = blend(colour(light), colour(dark), stain)
        base *= (0.84 + 0.3 * fractal_noise(p * 26, 3, 9))[:, None]
        for low, high in bands:
            wobble = 0.012 * (value_noise(p * 5, 6) - 0.5)
            inside = smoothstep(low - 0.012, low + 0.012, p[:, 1] + wobble)
            inside *= 1 - smoothstep(high - 0.012, high + 0.012, p[:, 1] + wobble)
            worn = smoothstep(0.28, 0.45, fractal_noise(p * 7, 4, 12))
            base = blend(base, colour("#2e211c"), inside * worn * 0.85)
        return base

    return paint


def amphora() -> Scene:
    """A two-handled jar for wine."""
    line = [(0.02, 0.03), (0.2, 0.05), (0.3, 0.2), (0.62, 0.75), (0.82, 1.35), (0.72, 1.85)]
    line += [(0.36, 2.12), (0.24, 2.35), (0.24, 2.65), (0.33, 2.78), (0.35, 2.82)]
    body = lathe(smooth_profile(line), thickness=0.035)

    def distance(p: Array) -> Array:
        d = body(p)
        side = p.copy()
        side[:, 0] = np.abs(side[:, 0])
        handle = capsule(side, (0.25, 2.62, 0), (0.52, 2.55, 0), 0.05, 0.055)
        handle = blend_union(
            handle, capsule(side, (0.52, 2.55, 0), (0.62, 2.3, 0), 0.055, 0.05), 0.06
        )
        handle = blend_union(
            handle, capsule(side, (0.62, 2.3, 0), (0.62, 1.92, 0), 0.05, 0.06), 0.06
        )
        return blend_union(d, handle, 0.05)

    paint = clay("#c98d5f", "#a9683f", bands=((1.28, 1.34), (1.4, 1.5), (1.56, 1.6), (2.42, 2.5)))
    return Scene(
        distance, paint, (0, 1.42, 0), 1.7, eye=(1.6, 2.5, 6.6), bump=0.006, zoom=3.8,
        backdrop=("#c3b098", "#77664f"), gloss=0.08,
    )  # fmt: skip


def bowl() -> Scene:
    """A red-slipped bowl with a foot ring."""
    line = [(0.02, 0.17), (0.4, 0.16), (0.46, 0.04), (0.52, 0.05), (0.56, 0.17), (0.95, 0.42)]
    line += [(1.3, 0.85), (1.4, 1.12), (1.47, 1.16)]
    body = lathe(smooth_profile(line), thickness=0.042)

    def paint(p: Array, n: Array) -> Array:
        base = clay("#b4512f", "#94391f")(p, n)
        r = np.hypot(p[:, 0], p[:, 2])
        ring = smoothstep(0.035, 0.02, np.abs(r - 0.62)) * smoothstep(0.1, 0.4, n[:, 1])
        rays = 0.5 + 0.5 * np.cos(12 * np.arctan2(p[:, 2], p[:, 0]))
        star = smoothstep(0.85, 0.95, rays) * smoothstep(0.58, 0.5, r) * smoothstep(0.2, 0.3, r)
        inner = np.clip(ring + star * smoothstep(0.1, 0.4, n[:, 1]), 0, 1)
        return blend(base, colour("#5b1f12"), inner * 0.8)

    return Scene(
        body, paint, (0, 0.6, 0), 1.75, eye=(0.4, 4.2, 6.0), look=(0, 0.5, 0), zoom=3.9,
        backdrop=("#a8b0ad", "#59646a"), gloss=0.3, shininess=48, bump=0.0025,
    )  # fmt: skip


def beaker() -> Scene:
    """A green glass beaker with trailed threads."""
    line = [(0.02, 0.1), (0.3, 0.06), (0.42, 0.04), (0.48, 0.1), (0.5, 0.4), (0.6, 1.1)]
    line += [(0.72, 1.75), (0.8, 2.0), (0.84, 2.06)]
    body = lathe(smooth_profile(line), thickness=0.024)

    def distance(p: Array) -> Array:
        r = np.hypot(p[:, 0], p[:, 2])
        turn = np.arctan2(p[:, 2], p[:, 0]) / (2 * np.pi)
        thread = np.abs((p[:, 1] - turn * 0.1) / 0.1 % 1 - 0.5)
        zone = smoothstep(1.25, 1.35, p[:, 1]) * smoothstep(1.85, 1.75, p[:, 1])
        return body(p) - 0.012 * smoothstep(0.2, 0.05, thread) * zone * (r > 0.3)

    def paint(p: Array, _n: Array) -> Array:
        iris = smoothstep(0.5, 0.75, fractal_noise(p * 3.2, 4, 31))
        base = blend(colour("#6f9d7c"), colour("#b9b48a"), iris)
        return base * (0.85 + 0.3 * fractal_noise(p * 12, 3, 8))[:, None]

    return Scene(
        distance, paint, (0, 1.03, 0), 1.4, eye=(0.6, 2.3, 6.0), zoom=3.8, glass=True, gloss=0.55,
        shininess=90, backdrop=("#c9c2b2", "#6b7170"), bump=0.001, light=(-0.65, 0.7, 0.25),
    )  # fmt: skip


def column() -> Scene:
    """A fluted column drum with a broken top."""
    line = [(0.0, 0.0), (1.12, 0.0), (1.12, 0.16), (1.0, 0.2), (1.08, 0.3), (1.0, 0.4)]
    base = np.array([*line, (0.86, 0.46), (0.84, 2.25), (0.0, 2.25)], np.float32)
    body = lathe(base)

    def distance(p: Array) -> Array:
        angle = np.arctan2(p[:, 2], p[:, 0])
        flute = np.abs(np.cos(angle * 10)) ** 0.7
        zone = smoothstep(0.5, 0.62, p[:, 1])
        drum = body(p) + 0.075 * flute * zone
        top = p[:, 1] - 1.95 - 0.35 * fractal_noise(p * np.array([1.3, 0.3, 1.3]), 4, 3)
        top -= 0.22 * p[:, 0]
        chips = 0.05 * smoothstep(0.62, 0.8, fractal_noise(p * 3.4, 3, 14))
        return np.maximum(drum + chips, top * 0.8)

    def paint(p: Array, _n: Array) -> Array:
        vein = smoothstep(0.06, 0.0, np.abs(fractal_noise(p * 1.3, 5, 40) - 0.5))
        stone = blend(colour("#d9d2c2"), colour("#b3aa97"), fractal_noise(p * 4, 4, 41))
        lichen = smoothstep(0.6, 0.7, fractal_noise(p * 2.6, 5, 50))
        stone = blend(stone, colour("#8d8f86"), vein * 0.7)
        return blend(stone, colour("#a58a4c"), lichen * 0.45)

    return Scene(
        distance, paint, (0, 1.1, 0), 1.75, eye=(1.5, 2.6, 6.6), zoom=4.0, bump=0.012, grain=24,
        gloss=0.05, backdrop=("#a9adb0", "#4d545c"),
    )  # fmt: skip


def sherd() -> Scene:
    """A piece of a painted bowl."""
    curve = smooth_profile([(1.2, 0.0), (1.75, 0.8), (2.0, 1.6), (2.05, 2.2), (2.12, 2.3)])
    wall = lathe(curve, thickness=0.07)
    tilt = np.array([[1, 0, 0], [0, 0.34, 0.94], [0, -0.94, 0.34]], np.float32)

    def place(p: Array) -> Array:
        q = (p - np.array([0, 0.25, 0], np.float32)) @ tilt
        return q + np.array([0, 1.35, 1.95], np.float32)

    def distance(p: Array) -> Array:
        q = place(p)
        edge = 0.22 * (fractal_noise(q * 2.2, 4, 77) - 0.5)
        u, v = q[:, 0] + edge, q[:, 1] + edge
        cut = np.maximum.reduce([
            0.55 * u + 0.83 * v - 2.2, -0.96 * u - 0.26 * v - 0.75, 0.94 * u - 0.34 * v - 0.75,
            0.25 * u - 0.97 * v + 0.4, -0.5 * u + 0.86 * v - 2.05,
        ])  # fmt: skip
        return np.maximum(wall(q), np.maximum(cut, -q[:, 2])) * 0.85

    def paint(p: Array, n: Array) -> Array:
        q = place(p)
        base = clay("#cfae86", "#b98f66")(q, n)
        height = q[:, 1]
        wave = np.abs(height - 1.15 - 0.13 * np.sign(np.sin(q[:, 0] * 9)) * np.abs(
            (q[:, 0] * 9 / np.pi) % 1 - 0.5))  # fmt: skip
        lines = [smoothstep(0.035, 0.022, np.abs(height - at)) for at in (0.8, 0.9, 1.45, 1.55)]
        figure = np.clip(smoothstep(0.05, 0.03, wave) + sum(lines), 0, 1)
        worn = smoothstep(0.3, 0.42, fractal_noise(q * 6, 4, 60))
        outside = smoothstep(0.2, 0.5, n[:, 1])
        return blend(base, colour("#3a241b"), figure * worn * outside * 0.9)

    return Scene(
        distance, paint, (0, 0.25, 0), 1.35, eye=(0.5, 4.6, 3.9), look=(0, 0.15, 0.05), zoom=4.0,
        backdrop=("#8f979a", "#5a6165"), gloss=0.07, bump=0.006, grain=22,
    )  # fmt: skip
