"""3D models as OBJ, MTL, PLY and STL: lengths, and faces that point to vertices which are there."""

from __future__ import annotations

import io
import re
import struct
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hdp.ingest.document_checks import too_large_to_read
from hdp.ingest.problems import COPY, Problem, doubtful, invalid
from hdp.ingest.references import MAX_LINE, MAX_TEXT

AGAIN = "Export the model again."
MAX_MESH = 200 * 1024 * 1024  # bytes of a mesh that is loaded as a whole
_BLOCK = 4 * 1024 * 1024
_NUMBERS = re.compile(rb"v(?:[ \t]+[-+]?\.?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?){3,}[ \t]*(?:#.*)?$")
_V, _VT, _VN = (b"v ", b"v\t"), (b"vt ", b"vt\t"), (b"vn ", b"vn\t")
_ELEMENTS = (b"f ", b"l ", b"p ", b"f\t", b"l\t", b"p\t")
_REST = re.compile(rb"/\S*")
_TEXTURE = re.compile(rb"\d/(\d+)")
_NORMAL = re.compile(rb"/[^/\s]*/(\d+)")


def obj(path: Path) -> Iterator[Problem]:
    """Faces without vertices, indices out of range, numbers that are none."""
    counts = _ObjCounts()
    for block in _blocks(path):
        if b"\0" in block:
            message = f"{path.name} holds binary data from some place on; an OBJ is text."
            yield invalid("obj", message, COPY)
            return
        counts.add(block)
    yield from counts.problems(path.name)


def _blocks(path: Path) -> Iterator[bytes]:
    """The file in blocks that end where lines end."""
    rest = b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            if b"\0" in block:
                yield b"\0"  # no text; a file of three gigabytes need not be read to its end
                return
            block = (rest + block).replace(b"\r", b"\n").replace(b"\\\n\n", b" ")
            block = block.replace(b"\\\n", b" ")
            cut = block.rfind(b"\n") + 1
            # The two bytes of a line's end, or a line to be continued, may lie in two blocks.
            cut = cut if cut < len(block) - 2 else block.rfind(b"\n", 0, max(0, len(block) - 3)) + 1
            rest = block[cut:] if len(block) - cut <= _BLOCK else b"\0"
            yield block[:cut]
    yield rest


class _ObjCounts:
    """What was counted of an OBJ so far."""

    def __init__(self) -> None:
        self.vertices = self.elements = self.wrong = self.bad_numbers = 0
        self.highest = self.highest_texture = self.highest_normal = 0
        self.others = {b"vt": 0, b"vn": 0}

    def add(self, block: bytes) -> None:
        """Count the lines of a block that ends where a line ends."""
        lines = [line.lstrip() for line in block.split(b"\n")]
        before = self.vertices
        vertices = [line for line in lines if line.startswith(_V)]
        self.vertices += len(vertices)
        if vertices:
            self.bad_numbers += _bad_numbers(vertices)
        self.others[b"vt"] += sum(1 for line in lines if line.startswith(_VT))
        self.others[b"vn"] += sum(1 for line in lines if line.startswith(_VN))
        elements = [line[1:] for line in lines if line.startswith(_ELEMENTS)]
        self.elements += len(elements)
        if elements:
            if b"#" in block:
                elements = [line.partition(b"#")[0] for line in elements]
            self._add_corners(b" ".join(elements), block, before)

    def _add_corners(self, text: bytes, block: bytes, before: int) -> None:
        words = text.split()
        try:
            numbers, textures, normals = _corners(words)
        except (ValueError, OverflowError):
            self.wrong += 1
            return
        if len(numbers) and numbers.min() < 0:
            self._add_relative(block, before)
        self.wrong += int((numbers == 0).sum()) if len(numbers) else 1
        self.highest = max(self.highest, int(numbers.max(initial=0)))
        self.highest_texture = max(self.highest_texture, int(textures.max(initial=0)))
        self.highest_normal = max(self.highest_normal, int(normals.max(initial=0)))

    def _add_relative(self, block: bytes, vertices: int) -> None:
        # Numbers below 0 count back from the vertex before the line, so lines matter.
        for line in block.split(b"\n"):
            word, _, rest = line.strip().partition(b" ")
            if word == b"v":
                vertices += 1
            elif word in (b"f", b"l", b"p"):
                corners = _REST.sub(b"", rest.partition(b"#")[0]).split()
                self.wrong += any(int(one) < -vertices for one in corners)

    def problems(self, name: str) -> Iterator[Problem]:
        """The findings at the end of the file."""
        if self.wrong or self.highest > self.vertices:
            what = f"{self.wrong} faces"
            if self.highest > self.vertices:
                what = f"up to vertex {self.highest} of {self.vertices}"
            message = f"{name} has faces that point to vertices which are not there: {what}."
            yield invalid("obj-index", message, AGAIN)
        for key, highest, what in (
            (b"vt", self.highest_texture, "texture coordinates"),
            (b"vn", self.highest_normal, "normals"),
        ):
            if 0 < self.others[key] < highest:
                message = f"{name} points to {what} which are not there: up to {highest}"
                yield doubtful("obj-index", f"{message} of {self.others[key]}.", AGAIN)
        if self.bad_numbers:
            message = f"{name} has {self.bad_numbers} vertices whose coordinates are no numbers."
            yield invalid("obj", message, AGAIN)
        if not self.elements:
            message = f"{name} has no faces ({self.vertices} vertices)."
            many = doubtful if self.vertices else invalid
            yield many("no-faces", message, AGAIN)


def _bad_numbers(lines: list[bytes]) -> int:
    """How many vertices have coordinates that are no numbers."""
    import numpy

    values = _parsed(b" ".join(line[1:] for line in lines), float)
    regular = values is not None and len(values) in [len(lines) * n for n in (3, 4, 6, 7)]
    if regular and numpy.isfinite(values).all():
        return 0
    # One by one: some are wrong, or they are of different lengths.
    return sum(1 for line in lines if not _NUMBERS.match(line))


def _corners(words: list[bytes]) -> tuple[Any, Any, Any]:
    """Numbers of vertices, texture coordinates and normals."""
    import numpy

    none = numpy.zeros(0, numpy.int64)
    text = b" ".join(words)
    marks = numpy.frombuffer(text + b" ", numpy.uint8)
    marks = marks[(marks == 47) | (marks == 32)].tobytes()
    for form, columns in ((b" ", "v"), (b"/ ", "vt"), (b"// ", "vtn"), (b"// ", "vn")):
        both = columns == "vn"
        if marks != form * len(words) or both != (text.count(b"//") == len(words)):
            continue
        plain = text.replace(b"//", b" ").replace(b"/", b" ")
        values = _parsed(plain, numpy.int64)
        if values is not None and len(values) == len(words) * len(columns):
            found = {key: values[n :: len(columns)] for n, key in enumerate(columns)}
            return found["v"], found.get("t", none), found.get("n", none)
    # Corners of different forms.
    numbers = _integers([_REST.sub(b"", one) for one in words])
    return numbers, _integers(_TEXTURE.findall(text)), _integers(_NORMAL.findall(text))


def _parsed(text: bytes, kind: Any) -> Any:
    import numpy

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return numpy.fromstring(text, kind, sep=" ")
        except (ValueError, DeprecationWarning):
            return None


def _integers(words: list[bytes]) -> Any:
    import numpy

    if not words:
        return numpy.zeros(0, numpy.int64)
    return numpy.array(words).astype(numpy.int64)


def mtl(path: Path) -> Iterator[Problem]:
    """A material file that defines no material."""
    with path.open("rb") as file:
        data = file.read(MAX_TEXT)
    if b"\0" in data:
        yield invalid("mtl", f"{path.name} holds binary data; a material file is text.", COPY)
    elif not re.search(rb"^\s*newmtl\b", data, re.MULTILINE | re.IGNORECASE):
        message = f"{path.name} defines no material."
        yield doubtful("no-material", message, "Export the materials again.")
    elif re.search(rb"^\s*K[ads][ \t]+(?!spectral|xyz|[-+.\d])\S", data, re.MULTILINE):
        message = f"{path.name} has colours that are no numbers."
        yield doubtful("mtl", message, "Export the materials again.")


_SIZES = {
    "char": 1, "uchar": 1, "short": 2, "ushort": 2, "int": 4, "uint": 4, "float": 4, "double": 8,
    "int8": 1, "uint8": 1, "int16": 2, "uint16": 2, "int32": 4, "uint32": 4, "float32": 4,
    "float64": 8, "int64": 8, "uint64": 8,
}  # fmt: skip


def ply(path: Path) -> Iterator[Problem]:
    """A PLY without a whole header or vertices, that breaks off, or with indices out of range."""
    with path.open("rb") as file:
        head, end, _ = file.read(MAX_LINE).partition(b"end_header")
    if not head.startswith(b"ply") or not end or b"format " not in head:
        yield invalid("ply", f"{path.name} has no whole PLY header.", AGAIN)
        return
    try:
        binary, counts, least = _ply_header(head.decode("latin-1"))
    except (ValueError, KeyError, IndexError) as error:
        yield invalid("ply", f"{path.name} has a PLY header that is wrong at {error}.", AGAIN)
        return
    if not counts.get("vertex"):
        yield invalid("no-faces", f"{path.name} has no vertices.", AGAIN)
        return
    size = path.stat().st_size - len(head) - len(end)
    if binary and least > size:
        message = f"{path.name} breaks off: it should have at least {least} bytes of data."
        yield invalid("truncated", message, COPY)
    elif path.stat().st_size > MAX_MESH:
        yield too_large_to_read(path)
    else:
        yield from load_mesh(path, "ply", counts)


def _ply_header(text: str) -> tuple[bool, dict[str, int], int]:
    """Whether it is binary, how many there are of each element, and the least bytes they need."""
    counts: dict[str, int] = {}
    least, count, binary = 0, 0, False
    for line in text.split("\n"):
        words = line.split()
        if words[:1] == ["format"]:
            binary = words[1] != "ascii"
        elif words[:1] == ["element"]:
            count = counts[words[1]] = int(words[2])
            if count < 0:
                raise ValueError(line.strip())
        elif words[:1] == ["property"]:
            least += count * _SIZES[words[2] if words[1] == "list" else words[1]]
    return binary, counts, least


def load_mesh(path: Path, kind: str, counts: dict[str, int]) -> Iterator[Problem]:
    """Load a mesh as a whole, and say what its header promised and its data lacks."""
    import numpy
    import trimesh

    try:
        # Without a name or place, the loader cannot open what the file names.
        data = io.BytesIO(path.read_bytes())
        mesh = trimesh.load(data, file_type=kind, process=False)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - loaders raise anything on damaged data
        why = str(error).rstrip(".") or type(error).__name__
        yield invalid("truncated", f"{path.name} is damaged or breaks off: {why[:200]}.", COPY)
        return
    vertices: Any = getattr(mesh, "vertices", None)
    faces: Any = getattr(mesh, "faces", None)
    there = 0 if vertices is None else len(vertices)
    if there < counts.get("vertex", 0):
        message = f"{path.name} says it has {counts['vertex']} vertices; {there} could be read."
        yield invalid("truncated", message, COPY)
    elif faces is not None and len(faces) and not 0 <= faces.min() <= faces.max() < there:
        message = f"{path.name} has faces that point to vertices which are not there: up to vertex"
        yield invalid("mesh-index", f"{message} {faces.max()} of {there}.", AGAIN)
    elif there and not numpy.isfinite(vertices).all():
        message = f"{path.name} has vertices whose coordinates are no numbers."
        yield doubtful("mesh-numbers", message, AGAIN)


def stl(path: Path) -> Iterator[Problem]:
    """A binary STL whose length is not that of its triangles, or a text one that breaks off."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(84)
        file.seek(max(0, size - 1024))
        tail = file.read()
    triangles = struct.unpack("<I", head[80:84])[0] if len(head) == 84 else -1
    if size == 84 + 50 * triangles:
        if not triangles:
            yield invalid("no-faces", f"{path.name} has no triangles.", AGAIN)
        elif size <= MAX_MESH:
            yield from load_mesh(path, "stl", {})
    elif not head.lstrip().startswith(b"solid"):
        message = f"{path.name} does not have the length of its triangles: it breaks off."
        yield invalid("truncated", message, COPY)
    elif b"endsolid" not in tail.lower():
        yield invalid("truncated", f"{path.name} breaks off.", COPY)
    else:
        yield from _text_stl(path)


def _text_stl(path: Path) -> Iterator[Problem]:
    facets = loops = vertices = 0
    for block in _blocks(path):
        facets += len(re.findall(rb"^\s*facet\s", block, re.MULTILINE))
        loops += len(re.findall(rb"^\s*endfacet\b", block, re.MULTILINE))
        numbers = rb"^\s*vertex(?:[ \t]+[-+]?\.?\d\S*){3}"
        vertices += len(re.findall(numbers, block, re.MULTILINE))
    if not facets:
        yield invalid("no-faces", f"{path.name} has no triangles.", AGAIN)
    elif not facets == loops == vertices / 3:
        message = f"{path.name} has {facets} triangles and {vertices} proper corners; damaged."
        yield invalid("truncated", message, COPY)
