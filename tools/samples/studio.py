"""Photographs a body in a small studio: a soft light, a warm backdrop, shadows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from tools.samples.arrays import Array, blend, colour, smoothstep, unit
from tools.samples.noise import fractal_noise, value_noise
from tools.samples.shapes import Distance

Paint = Callable[[Array, Array], Array]
"""Colour (n, 3) in linear light at points, given their normals."""

WIDTH, HEIGHT, OVERSAMPLING = 1200, 900, 1.5


@dataclass(frozen=True)
class Scene:
    """A body with its paint, and how it is lit and seen. Lengths in studio units."""

    distance: Distance
    paint: Paint
    centre: tuple[float, float, float]
    radius: float
    eye: tuple[float, float, float] = (0.0, 2.2, 7.0)
    look: tuple[float, float, float] | None = None
    zoom: float = 2.6
    backdrop: tuple[str, str] = ("#b9a78f", "#6e6051")
    bump: float = 0.0
    grain: float = 18.0
    gloss: float = 0.12
    shininess: float = 24.0
    glass: bool = False
    light: tuple[float, float, float] = (-0.55, 0.75, 0.5)
    relief: Callable[[Array], Array] | None = field(default=None)


def photograph(scene: Scene) -> Image.Image:
    """The picture, 1200 by 900 pixels."""
    w, h = int(WIDTH * OVERSAMPLING), int(HEIGHT * OVERSAMPLING)
    origin, rays = _rays(scene, w, h)
    hit = _trace(scene, origin, rays)
    picture = _backdrop(scene, origin, rays, w, h)
    solid = np.isfinite(hit)
    points = origin + rays[solid] * hit[solid, None]
    picture[solid] = _shade(scene, points, rays[solid], picture[solid])
    return _develop(picture.reshape(h, w, 3))


def _rays(scene: Scene, w: int, h: int) -> tuple[Array, Array]:
    origin = np.array(scene.eye, np.float32)
    forward = unit(np.array(scene.look or scene.centre, np.float32) - origin)
    up = np.array([0, 0, -1] if abs(forward[1]) > 0.98 else [0, 1, 0], np.float32)
    right = unit(np.cross(forward, up))
    x, y = np.meshgrid((np.arange(w) + 0.5) / h * 2 - w / h, 1 - (np.arange(h) + 0.5) / h * 2)
    flat = np.stack([x.ravel(), y.ravel()], 1).astype(np.float32)
    rays = forward * scene.zoom + flat[:, :1] * right + flat[:, 1:] * np.cross(right, forward)
    return origin, unit(rays).astype(np.float32)


def _trace(scene: Scene, origin: Array, rays: Array, steps: int = 110) -> Array:
    to_centre = np.array(scene.centre, np.float32) - origin
    along = rays @ to_centre
    miss2 = float(to_centre @ to_centre) - along**2
    inside = miss2 < scene.radius**2
    half = np.sqrt(np.maximum(scene.radius**2 - miss2, 0))
    t = np.where(inside, np.maximum(along - half, 0), np.inf).astype(np.float32)
    found = np.full(len(rays), np.inf, np.float32)
    alive = np.flatnonzero(inside)
    for _ in range(steps):
        d = scene.distance(origin + rays[alive] * t[alive, None])
        t[alive] += d * 0.85
        done = d < 0.0012
        found[alive[done]] = t[alive[done]]
        alive = alive[~done & (t[alive] < along[alive] + half[alive])]
        if not len(alive):
            break
    return found


def _normals(scene: Scene, p: Array) -> Array:
    e = 0.004
    n = np.empty_like(p)
    for axis in range(3):
        step = np.zeros(3, np.float32)
        step[axis] = e
        n[:, axis] = scene.distance(p + step) - scene.distance(p - step)
    n = unit(n)
    surface = scene.relief or (lambda q: scene.bump * fractal_noise(q * scene.grain, 3, 5))
    slope = np.empty_like(p)
    middle = surface(p)
    for axis in range(3):
        step = np.zeros(3, np.float32)
        step[axis] = e
        slope[:, axis] = (surface(p + step) - middle) / e
    return unit(n - (slope - n * np.sum(slope * n, 1, keepdims=True)))


def _shadow(scene: Scene, p: Array, light: Array, softness: float) -> Array:
    away = np.linalg.norm(p - np.array(scene.centre, np.float32), axis=1) / scene.radius
    near = away < 3
    light_in = np.ones(len(p), np.float32)
    t = np.full(len(p), 0.03, np.float32)
    alive = np.flatnonzero(near)
    for _ in range(34):
        d = scene.distance(p[alive] + light * t[alive, None])
        light_in[alive] = np.minimum(light_in[alive], np.clip(softness * d / t[alive], 0, 1))
        t[alive] += np.clip(d, 0.025, 0.25)
        alive = alive[(light_in[alive] > 0.005) & (t[alive] < scene.radius * 3)]
        if not len(alive):
            break
    soft = light_in * light_in * (3 - 2 * light_in)
    return soft + (1 - soft) * smoothstep(1.9, 3.0, away)


def _occlusion(scene: Scene, p: Array, n: Array, reach: float = 0.5) -> Array:
    closed = np.zeros(len(p), np.float32)
    for k in (0.15, 0.4, 0.7, 1.0):
        d = np.minimum(scene.distance(p + n * (k * reach)), (p + n * (k * reach))[:, 1])
        closed += np.maximum(k * reach - d, 0) / (k * reach) * 0.25
    return np.clip(1 - 0.85 * closed, 0, 1)


def _backdrop(scene: Scene, origin: Array, rays: Array, w: int, h: int) -> Array:
    near, far = colour(scene.backdrop[0]), colour(scene.backdrop[1])
    height = np.repeat(np.linspace(0, 1, h, dtype=np.float32), w)
    side = np.tile(np.linspace(-1, 1, w, dtype=np.float32), h)
    wall = blend(far * 1.0, near, smoothstep(0.0, 0.75, height + 0.06 * side))
    wall *= (1 - 0.28 * (side + 0.25) ** 2 * 1.2)[:, None]
    floor = rays[:, 1] < -1e-3
    t = -origin[1] / rays[floor, 1]
    points = origin + rays[floor] * t[:, None]
    light = unit(np.array(scene.light, np.float32))
    up = np.zeros_like(points)
    up[:, 1] = 1
    shade = 0.36 + 0.64 * _shadow(scene, points + up * 0.004, light, 5.0)
    shade *= 0.25 + 0.75 * _occlusion(scene, points, up, scene.radius * 0.6)
    linen = value_noise(points * 42, 3) * 0.05 + value_noise(points * 9, 4) * 0.05 + 0.95
    wall[floor] *= (shade * linen)[:, None]
    return wall.astype(np.float32)


def _shade(scene: Scene, p: Array, rays: Array, behind: Array) -> Array:
    n = _normals(scene, p)
    light = unit(np.array(scene.light, np.float32))
    lit = np.clip(n @ light, 0, 1) * _shadow(scene, p + n * 0.012, light, 9.0)
    fill = np.clip(n @ unit(np.array([0.8, 0.25, 0.5], np.float32)), 0, 1)
    open_sky = _occlusion(scene, p, n)
    base = scene.paint(p, n)
    warm, cool = np.array([1.06, 1.0, 0.92]), np.array([0.82, 0.92, 1.06])
    bounce = colour(scene.backdrop[0]) * np.clip(0.5 - 0.5 * n[:, 1:2], 0, 1) * 0.7
    ambient = (0.17 + 0.16 * n[:, 1:2]) * cool + bounce
    out = base * (1.25 * lit[:, None] * warm + 0.2 * fill[:, None] * cool)
    out += base * ambient * open_sky[:, None]
    half = unit(light - rays)
    shine = np.clip(np.sum(n * half, 1), 0, 1) ** scene.shininess * lit
    edge = (1 - np.clip(-np.sum(n * rays, 1), 0, 1)) ** 4
    out += (scene.gloss * (2.4 * shine + 0.35 * edge * open_sky))[:, None]
    if scene.glass:
        through = 0.18 + 0.82 * edge**0.45
        out = blend(behind * (0.35 + 0.65 * base / base.max()), out, np.clip(through, 0, 1))
        out += (1.6 * shine)[:, None]
    return out


def _develop(linear: Array) -> Image.Image:
    h, w, _ = linear.shape
    y, x = np.mgrid[0:h, 0:w]
    vignette = 1 - 0.22 * (((x / w - 0.5) ** 2 + (y / h - 0.5) ** 2) * 2)
    toned = 1 - np.exp(-1.55 * np.maximum(linear * vignette[..., None], 0))
    pixels = np.clip(toned, 0, 1) ** (1 / 2.2) * 255
    grain = np.random.default_rng(7).normal(0, 1.6, (h, w, 1))
    image = Image.fromarray(np.clip(pixels + grain + 0.5, 0, 255).astype(np.uint8), "RGB")
    return image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
