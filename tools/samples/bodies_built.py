"""Things of the sample collection that were cut, cast, moulded or strung."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from tools.samples.arrays import Array, blend, colour, smoothstep
from tools.samples.bodies_turned import clay
from tools.samples.noise import cells, fractal_noise, tile_value
from tools.samples.shapes import blend_union, box, capsule, ellipsoid, lathe, sphere
from tools.samples.studio import Scene


def _sample(map_: Array, u: Array, v: Array) -> Array:
    h, w = map_.shape
    x = np.clip(u * (w - 1), 0, w - 1.001)
    y = np.clip(v * (h - 1), 0, h - 1.001)
    i, j = x.astype(int), y.astype(int)
    fx, fy = x - i, y - j
    top = map_[j, i] * (1 - fx) + map_[j, i + 1] * fx
    low = map_[j + 1, i] * (1 - fx) + map_[j + 1, i + 1] * fx
    return top * (1 - fy) + low * fy


def _coin_relief(size: int = 700) -> Array:
    image = Image.new("L", (size, size), 0)
    draw = ImageDraw.Draw(image)
    c = size / 2

    def at(*xy: float) -> list[tuple[float, float]]:
        return [(c + x * c, c + y * c) for x, y in zip(xy[::2], xy[1::2], strict=True)]

    bust = at(
        -0.02, -0.5, 0.14, -0.46, 0.22, -0.34, 0.24, -0.22, 0.22, -0.15, 0.34, 0.0, 0.32, 0.03,
        0.25, 0.04, 0.28, 0.1, 0.25, 0.13, 0.27, 0.18, 0.23, 0.26, 0.12, 0.27, 0.05, 0.25,
        0.06, 0.38, 0.26, 0.5, 0.3, 0.58, -0.36, 0.58, -0.3, 0.46, -0.22, 0.38, -0.2, 0.2,
        -0.3, 0.05, -0.36, -0.15, -0.3, -0.36, -0.16, -0.48,
    )  # fmt: skip
    draw.polygon(bust, fill=150)
    for x, y in zip(
        np.linspace(-0.3, 0.17, 9),
        [-0.12, -0.3, -0.42, -0.5, -0.54, -0.55, -0.52, -0.46, -0.36],
        strict=True,
    ):
        draw.ellipse([*at(x - 0.07, y - 0.06)[0], *at(x + 0.07, y + 0.06)[0]], fill=225)
    draw.ellipse([*at(-0.12, -0.1)[0], *at(-0.02, 0.06)[0]], fill=205)
    draw.ellipse([*at(0.09, -0.14)[0], *at(0.19, -0.08)[0]], fill=90)
    image = image.filter(ImageFilter.GaussianBlur(7))
    font = ImageFont.load_default(58)
    for n, letter in enumerate("· LVCIVS · AMNIS · HOLZVS · "):
        angle = 218 - n * 360 / 27
        glyph = Image.new("L", (90, 90), 0)
        ImageDraw.Draw(glyph).text((45, 45), letter, fill=190, font=font, anchor="mm")
        glyph = glyph.rotate(angle - 90, Image.Resampling.BICUBIC)
        x = c + 0.75 * c * np.cos(np.radians(angle))
        y = c - 0.75 * c * np.sin(np.radians(angle))
        image.paste(glyph, (int(x - 45), int(y - 45)), glyph)
    ring = ImageDraw.Draw(image)
    for k in range(90):
        x, y = c + 0.91 * c * np.cos(k * np.pi / 45), c + 0.91 * c * np.sin(k * np.pi / 45)
        ring.ellipse([x - 8, y - 8, x + 8, y + 8], fill=170)
    return np.asarray(image.filter(ImageFilter.GaussianBlur(2.4)), np.float32) / 255


def coin() -> Scene:
    """A bronze coin with a head and an invented legend."""
    relief = _coin_relief()
    disc = lathe(np.array([(0, 0), (1.0, 0), (1.03, 0.05), (1.0, 0.13), (0, 0.13)], np.float32))

    def height(p: Array) -> Array:
        face = _sample(relief, p[:, 0] / 2.06 + 0.5, p[:, 2] / 2.06 + 0.5)
        worn = 0.7 + 0.3 * fractal_noise(p * 3, 3, 5)
        return 0.05 * face * worn + 0.004 * fractal_noise(p * 20, 3, 6)

    def distance(p: Array) -> Array:
        angle = np.arctan2(p[:, 2], p[:, 0])
        edge = 0.025 * np.sin(angle * 3 + 1) + 0.012 * np.sin(angle * 7)
        q = p.copy()
        q[:, [0, 2]] *= (1 + edge)[:, None]
        return (disc(q) - 0.01) * 0.9

    def paint(p: Array, _n: Array) -> Array:
        face = _sample(relief, p[:, 0] / 2.06 + 0.5, p[:, 2] / 2.06 + 0.5)
        metal = blend(colour("#5c4a2c"), colour("#b08a4e"), smoothstep(0.15, 0.85, face))
        green = smoothstep(0.48, 0.66, fractal_noise(p * 3.1, 5, 70)) * (1 - 0.6 * face)
        return blend(metal, colour("#4f7f68"), green * 0.75)

    return Scene(
        distance, paint, (0, 0.06, 0), 1.2, eye=(0, 5.2, 2.2), look=(0, 0.0, 0.02), zoom=4.1,
        relief=height, gloss=0.35, shininess=20, backdrop=("#7d3f38", "#5a2a26"),
        light=(-0.75, 0.6, -0.25),
    )  # fmt: skip


def brick() -> Scene:
    """A brick with a maker's stamp and the print of a dog's paw."""
    marks = Image.new("L", (1000, 500), 0)
    draw = ImageDraw.Draw(marks)
    draw.rounded_rectangle([110, 90, 560, 230], 22, outline=190, width=14)
    draw.text((335, 160), "LEG · XXX", fill=200, font=ImageFont.load_default(80), anchor="mm")
    draw.ellipse([700, 270, 800, 360], fill=230)
    for x, y in ((672, 235), (722, 195), (782, 195), (832, 235)):
        draw.ellipse([x - 24, y - 34, x + 24, y + 34], fill=220)
    pressed = np.asarray(marks.filter(ImageFilter.GaussianBlur(3)), np.float32) / 255

    def height(p: Array) -> Array:
        depth = _sample(pressed, p[:, 0] / 3.0 + 0.5, p[:, 2] / 1.5 + 0.5)
        return -0.055 * depth * (p[:, 1] > 0.5) + 0.014 * fractal_noise(p * 16, 4, 20)

    def distance(p: Array) -> Array:
        chips = 0.07 * smoothstep(0.55, 0.85, fractal_noise(p * 2.4, 4, 22))
        return box(p, (0, 0.3, 0), (1.5, 0.3, 0.75), 0.05) + chips

    return Scene(
        distance, clay("#b8694a", "#8f4a34"), (0, 0.3, 0), 1.75, eye=(1.3, 4.0, 4.6),
        look=(0, 0.2, 0), zoom=3.3, relief=height, gloss=0.03, backdrop=("#b4aea2", "#6d6a66"),
    )  # fmt: skip


def tablet() -> Scene:
    """A clay tablet with rows of wedges."""
    image = Image.new("L", (800, 1000), 0)
    draw = ImageDraw.Draw(image)
    random = np.random.default_rng(41)
    for row in range(11):
        y = 80 + row * 80
        draw.line([40, y + 64, 760, y + 64], fill=70, width=4)
        x = 60.0
        while x < 730:
            for _ in range(int(random.integers(1, 4))):
                _wedge(draw, x + random.integers(0, 22), y + random.integers(0, 40), random)
            x += random.integers(26, 58)
    signs = np.asarray(image.filter(ImageFilter.GaussianBlur(2)), np.float32) / 255

    def height(p: Array) -> Array:
        face = _sample(signs, p[:, 0] / 1.8 + 0.5, p[:, 2] / 2.3 + 0.5) * (p[:, 1] > 0.3)
        return -0.05 * face + 0.008 * fractal_noise(p * 14, 4, 24)

    def distance(p: Array) -> Array:
        pillow = ellipsoid(p, (0, 0.26, 0), (1.35, 0.42, 1.7))
        block = box(p, (0, 0.26, 0), (0.9, 0.3, 1.15), 0.14)
        crack = 0.06 * smoothstep(0.6, 0.8, fractal_noise(p * 2.2, 4, 26))
        return np.maximum(block, pillow) + crack

    return Scene(
        distance, clay("#b79a75", "#97754f"), (0, 0.26, 0), 1.55, eye=(0.9, 5.2, 3.0),
        look=(0, 0.15, 0), zoom=3.7, relief=height, gloss=0.05, backdrop=("#3f4347", "#22262b"),
        light=(-0.85, 0.5, -0.3),
    )  # fmt: skip


def _wedge(draw: ImageDraw.ImageDraw, x: float, y: float, random: np.random.Generator) -> None:
    if random.random() < 0.55:
        draw.polygon([(x - 8, y), (x + 8, y), (x, y + 44)], fill=220)
    else:
        draw.polygon([(x, y - 7), (x, y + 9), (x + 38, y + 1)], fill=200)


def tile() -> Scene:
    """A glazed stove tile with a rosette."""

    def rosette(p: Array) -> Array:
        r = np.hypot(p[:, 0], p[:, 1] - 1.1)
        angle = np.arctan2(p[:, 1] - 1.1, p[:, 0])
        petal = 0.62 + 0.2 * np.abs(np.cos(angle * 4))
        flower = smoothstep(0.06, -0.06, r - petal) * (0.6 + 0.4 * np.cos(r * 14))
        heart = smoothstep(0.03, -0.03, r - 0.17)
        frame = np.maximum(np.abs(p[:, 0]), np.abs(p[:, 1] - 1.1))
        rim = smoothstep(0.88, 0.93, frame) + 0.6 * smoothstep(0.05, 0.0, np.abs(frame - 0.82))
        front: Array = np.clip(flower * 0.8 + heart + rim, 0, 1.3) * (p[:, 2] > 0.05)
        return front

    def distance(p: Array) -> Array:
        chip = 0.16 * smoothstep(0.62, 0.75, fractal_noise(p * 1.7, 4, 33))
        slab = box(p, (0, 1.1, 0), (1.02, 1.02, 0.14), 0.05) + chip * (
            np.maximum(np.abs(p[:, 0]), np.abs(p[:, 1] - 1.1)) > 0.85
        )
        stand = box(p, (0, 0.05, -0.25), (0.7, 0.05, 0.5), 0.03)
        return np.minimum(slab * 0.8, stand)

    def paint(p: Array, _n: Array) -> Array:
        pool = 1 - np.clip(rosette(p), 0, 1)
        glaze = blend(colour("#5c8a55"), colour("#21492f"), pool)
        glaze *= (0.8 + 0.4 * fractal_noise(p * 3.5, 4, 34))[:, None]
        crackle = smoothstep(0.018, 0.0, np.abs(fractal_noise(p * 6, 3, 35) - 0.5))
        glaze = blend(glaze, colour("#23382b"), crackle * 0.4)
        bare = smoothstep(0.61, 0.66, fractal_noise(p * 1.7, 4, 33))
        return blend(glaze, colour("#b3714c"), bare)

    return Scene(
        distance, paint, (0, 1.05, 0), 1.6, eye=(0.9, 1.7, 6.2), zoom=3.9,
        relief=lambda p: 0.07 * rosette(p) + 0.002 * fractal_noise(p * 12, 2, 36), gloss=0.5,
        shininess=55, backdrop=("#c8bda9", "#85765f"), light=(-0.6, 0.65, 0.55),
    )  # fmt: skip


def necklace() -> Scene:
    """A string of glass and amber beads."""
    count = 34
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False) + 0.1
    sway = 1 + 0.13 * np.cos(angle) - 0.08 * np.cos(3 * angle)
    place = np.stack([1.25 * sway * np.cos(angle), 0 * angle, 1.0 * sway * np.sin(angle)], 1)
    size = 0.085 + 0.055 * np.abs(np.sin(angle * 1.5 + 0.8)) ** 2
    place[:, 1] = size
    tints = ["#2b5fa3", "#c9822b", "#c9822b", "#2f8f8a", "#8e2f2a", "#d8cfae"]
    bead_colours = np.stack([colour(tints[(k * 5 + k // 4) % 6]) for k in range(count)])

    def nearest(p: Array) -> tuple[Array, Array]:
        best, which = np.full(len(p), 9.0, np.float32), np.zeros(len(p), int)
        for k in range(count):
            d = ellipsoid(p, place[k], (size[k], size[k] * 0.92, size[k]))
            closer = d < best
            best, which = np.where(closer, d, best), np.where(closer, k, which)
        return best.astype(np.float32), which

    def distance(p: Array) -> Array:
        return nearest(p)[0]

    def paint(p: Array, _n: Array) -> Array:
        which = nearest(p)[1]
        base = bead_colours[which] * (0.7 + 0.5 * fractal_noise(p * 14, 3, 39))[:, None]
        eye = np.sin((p[:, 1] / size[which]) * 6 + which) > 0.8
        return blend(base, colour("#e6ddc4"), eye * (which % 5 == 0) * 0.8)

    return Scene(
        distance, paint, (0, 0.1, 0), 1.65, eye=(0.3, 4.8, 3.2), look=(0, 0, 0.05), zoom=3.35,
        gloss=0.6, shininess=70, bump=0.001, backdrop=("#d6d0c4", "#a89f8f"),
    )  # fmt: skip


def figurine() -> Scene:
    """A small standing figure of fired clay."""

    def distance(p: Array) -> Array:
        q = p.copy()
        q[:, 0] = np.abs(q[:, 0])
        skirt = capsule(p, (0, 0.28, 0), (0, 1.25, 0), 0.42, 0.2)
        body = blend_union(skirt, ellipsoid(p, (0, 1.5, 0), (0.36, 0.45, 0.24)), 0.15)
        body = blend_union(body, capsule(p, (0, 1.8, 0), (0, 2.05, 0.02), 0.12, 0.1), 0.1)
        body = blend_union(body, ellipsoid(p, (0, 2.28, 0.02), (0.22, 0.28, 0.22)), 0.06)
        nose = capsule(p, (0, 2.33, 0.22), (0, 2.23, 0.28), 0.03, 0.045)
        body = blend_union(body, nose, 0.05)
        body = blend_union(body, ellipsoid(p, (0, 2.5, -0.05), (0.27, 0.14, 0.25)), 0.05)
        arm = capsule(q, (0.36, 1.72, 0), (0.5, 1.35, 0.1), 0.1, 0.085)
        arm = blend_union(arm, capsule(q, (0.5, 1.35, 0.1), (0.16, 1.3, 0.3), 0.085, 0.07), 0.05)
        body = blend_union(body, arm, 0.06)
        eyes = sphere(q, (0.085, 2.32, 0.215), 0.04)
        return np.minimum(np.maximum(body, -p[:, 1]), eyes)

    paint = clay("#c99a72", "#a8714c", bands=((0.12, 0.2), (0.3, 0.34), (0.5, 0.62), (1.88, 1.94)))
    return Scene(
        distance, paint, (0, 1.3, 0), 1.5, eye=(1.3, 2.1, 6.0), zoom=3.7, bump=0.007, gloss=0.05,
        backdrop=("#8b98a3", "#3f4a55"),
    )  # fmt: skip


def mosaic() -> Scene:
    """A floor mosaic with a fish, seen from above."""
    image = Image.new("RGB", (900, 640), "#d9cdb2")
    draw = ImageDraw.Draw(image)
    draw.rectangle([0, 0, 899, 639], outline="#7d2c22", width=44)
    draw.rectangle([66, 66, 833, 573], outline="#2f3a46", width=20)
    for y in (170, 470, 520):
        draw.line([130, y, 330, y - 12, 520, y + 10, 770, y - 6], fill="#8fb0b5", width=16)
    draw.polygon([(640, 320), (760, 220), (735, 320), (760, 420)], fill="#3d6f7d")
    draw.polygon([(330, 240), (430, 160), (520, 245)], fill="#3d6f7d")
    draw.ellipse([160, 220, 680, 420], fill="#5f97a0")
    draw.chord([160, 220, 680, 420], 15, 165, fill="#c9b17c")
    draw.arc([230, 230, 340, 410], 270, 90, fill="#2c4a57", width=22)
    draw.ellipse([205, 280, 250, 325], fill="#efe6cf")
    draw.ellipse([218, 293, 238, 313], fill="#1f1a17")
    picture = (np.asarray(image, np.float32) / 255) ** 2.2

    def tesserae(p: Array) -> tuple[Array, Array, Array]:
        return cells(p[:, 0] * 19.0, p[:, 2] * 19.0, 0.35, 90)

    def height(p: Array) -> Array:
        joint, col, row = tesserae(p)
        low = smoothstep(0.04, 0.22, joint)
        return 0.02 * low + 0.012 * tile_value(col, row, 92) * low

    def paint(p: Array, _n: Array) -> Array:
        joint, col, row = tesserae(p)
        x = np.clip(((col + 0.5) / 19.0 / 3.4 + 0.5) * 899, 0, 899).astype(int)
        y = np.clip(((row + 0.5) / 19.0 / 2.42 + 0.5) * 639, 0, 639).astype(int)
        stone = picture[y, x] * (0.75 + 0.5 * tile_value(col, row, 91))[:, None]
        stone = blend(stone, colour("#9a8d78"), 0.25 * fractal_noise(p * 9, 3, 93))
        lost = smoothstep(
            0.72, 0.74, tile_value(col, row, 94) * 0.12 + fractal_noise(p * 1.1, 3, 95)
        )
        inlaid = smoothstep(0.05, 0.13, joint) * (1 - lost)
        return blend(np.broadcast_to(colour("#8f8471"), stone.shape), stone, inlaid)

    def distance(p: Array) -> Array:
        return box(p, (0, 0.08, 0), (1.7, 0.08, 1.21), 0.03)

    return Scene(
        distance, paint, (0, 0.08, 0), 2.2, eye=(0.0, 6.2, 1.6), look=(0, 0, 0.02), zoom=3.9,
        relief=height, gloss=0.1, backdrop=("#7a756c", "#4e4a45"), light=(-0.6, 0.7, -0.3),
    )  # fmt: skip


def oil_lamp() -> Scene:
    """A small oil lamp with a sooty nozzle."""
    profile = [(0.0, 0.02), (0.42, 0.02), (0.78, 0.3), (0.8, 0.42), (0.62, 0.55), (0.5, 0.56)]
    top = [(0.42, 0.5), (0.12, 0.48), (0.1, 0.36), (0.0, 0.36)]
    disc = lathe(np.array([*profile, *top], np.float32))

    def distance(p: Array) -> Array:
        nozzle = capsule(p, (0.6, 0.3, 0), (1.3, 0.36, 0), 0.24, 0.2)
        body = blend_union(disc(p), nozzle, 0.12)
        grip = np.hypot(np.hypot(p[:, 0] + 0.92, p[:, 1] - 0.4) - 0.2, p[:, 2]) - 0.065
        body = blend_union(body, grip, 0.04)
        hole = np.hypot(p[:, 0] - 1.3, p[:, 2]) - 0.1
        return np.maximum(body, -np.maximum(hole, 0.42 - p[:, 1])) - 0.01

    def relief(p: Array) -> Array:
        r, angle = np.hypot(p[:, 0], p[:, 2]), np.arctan2(p[:, 2], p[:, 0])
        spokes = smoothstep(0.2, 0.8, np.cos(angle * 16)) * smoothstep(0.52, 0.56, r)
        rim = spokes * smoothstep(0.76, 0.7, r) * (p[:, 1] > 0.4) * (p[:, 0] < 0.55)
        return 0.035 * rim + 0.005 * fractal_noise(p * 18, 3, 62)

    def paint(p: Array, n: Array) -> Array:
        base = clay("#c58f62", "#9c5f3d")(p, n)
        away = np.linalg.norm(p - np.array([1.3, 0.5, 0], np.float32), axis=1)
        soot = smoothstep(0.42, 0.1, away + 0.2 * (fractal_noise(p * 5, 3, 64) - 0.5))
        return blend(base, colour("#1c1613"), soot * 0.9)

    return Scene(
        distance, paint, (0.12, 0.35, 0), 1.6, eye=(1.6, 3.0, 4.4), look=(0.12, 0.25, 0), zoom=3.6,
        relief=relief, gloss=0.08, backdrop=("#94836b", "#4d4033"),
    )  # fmt: skip
