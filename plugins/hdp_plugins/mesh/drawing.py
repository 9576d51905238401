"""Draws a loaded model from any side with VTK, without a window and without a display."""

from __future__ import annotations

import math
import os
import sys
from importlib.util import find_spec
from typing import Any

from hdp_plugins.mesh.opening import Model, material_of

BACKGROUND = 0.97
_SMOOTH_BELOW = 300_000  # triangles; more look smooth without normals
_LARGEST_TEXTURE = 4096  # pixels; what every OpenGL takes


def can_draw() -> bool:
    """Whether the library is installed (not yet: whether there is OpenGL)."""
    return find_spec("vtkmodules") is not None


class Stage:
    """A model in the middle of a picture of `side` pixels; `shot` looks at it."""

    def __init__(self, model: Model, side: int, up: str = "y") -> None:
        _prepare()
        from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow

        self._side, self._up = side, up
        self._window, self._scene = vtkRenderWindow(), vtkRenderer()
        self._window.SetOffScreenRendering(1)
        self._window.SetMultiSamples(0)
        self._window.SetSize(side, side)
        self._scene.SetBackground(BACKGROUND, BACKGROUND, BACKGROUND)
        self._window.AddRenderer(self._scene)
        for actor in _actors(model):
            self._scene.AddActor(actor)
        _light(self._scene)

    def shot(self, turn: float, lift: float) -> Any:
        """The picture, (side, side, 3) uint8, from `turn` degrees around and `lift` above.

        OSError where there is no OpenGL.
        """
        camera = self._scene.GetActiveCamera()
        camera.SetViewAngle(25.0)
        camera.SetFocalPoint(0, 0, 0)
        around, above = math.radians(turn), math.radians(lift)
        right, front = math.sin(around) * math.cos(above), math.cos(around) * math.cos(above)
        high = math.sin(above)
        steep = abs(lift) > 89
        if self._up == "z":
            camera.SetPosition(right, -front, high)
            camera.SetViewUp(*((0, math.copysign(1, lift), 0) if steep else (0, 0, 1)))
        else:
            camera.SetPosition(right, high, front)
            camera.SetViewUp(*((0, 0, -math.copysign(1, lift)) if steep else (0, 1, 0)))
        # The ball around the model is the same from all sides: no jumps on a turntable.
        self._scene.ResetCamera(*(-0.5, 0.5) * 3)
        camera.Zoom(1.25)
        self._scene.ResetCameraClippingRange()
        self._window.Render()
        return _pixels(self._window, self._side)

    def close(self) -> None:
        """Let go of the window."""
        self._window.Finalize()


def _prepare() -> None:
    if sys.platform.startswith("linux"):
        # A display may be slow, foreign or gone; EGL needs none.
        os.environ.pop("DISPLAY", None)
        os.environ.setdefault("EGL_LOG_LEVEL", "fatal")
        os.environ.setdefault("MESA_SHADER_CACHE_DISABLE", "true")
    import vtkmodules.vtkRenderingOpenGL2  # noqa: F401 - is what draws
    from vtkmodules.vtkCommonCore import vtkLogger, vtkObject

    vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_OFF)
    vtkObject.GlobalWarningDisplayOff()


def _actors(model: Model) -> list[Any]:
    low, high = model.scene.bounds
    # Numbers as in maps would lose all their detail in 32 bits.
    scale = float((high - low).max()) or 1.0
    parts = [one for one in model.scene.dump() if len(getattr(one, "faces", ()))]
    return [_actor(one, (one.vertices - (low + high) / 2) / scale) for one in parts]


def _actor(mesh: Any, points: Any) -> Any:
    from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

    actor, mapper = vtkActor(), vtkPolyDataMapper()
    mapper.SetInputData(_shape(mesh, points))
    mapper.SetColorModeToDirectScalars()
    actor.SetMapper(mapper)
    look = actor.GetProperty()
    look.SetAmbient(0.35)
    look.SetDiffuse(0.8)
    look.SetSpecular(0.0)
    texture = _image(mesh)
    colour = _colour(mesh)
    look.SetColor(*colour[:3])
    look.SetOpacity(max(colour[3], 0.1))
    if texture is not None:
        actor.SetTexture(_texture(texture))
    return actor


def _colour(mesh: Any) -> list[float]:
    material = material_of(mesh)
    found = getattr(material, "baseColorFactor", None)
    if found is None and getattr(material, "image", None) is None:
        found = getattr(material, "diffuse", None)
    if found is None:
        plain = 1.0 if _image(mesh) is not None else 0.75
        return [plain, plain, plain, 1.0]
    values = [float(one) / 255 for one in found]
    return values if len(values) == 4 else [*values, 1.0]


def _image(mesh: Any) -> Any:
    if getattr(mesh.visual, "uv", None) is None:
        return None
    material = material_of(mesh)
    image = getattr(material, "baseColorTexture", None)
    image = getattr(material, "image", None) if image is None else image
    if image is None:
        return None
    small = image.convert("RGB")
    small.thumbnail((_LARGEST_TEXTURE, _LARGEST_TEXTURE))
    return small


def _shape(mesh: Any, points: Any) -> Any:
    import numpy
    from vtkmodules.vtkCommonCore import VTK_ID_TYPE, vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData

    shape, placed, cells = vtkPolyData(), vtkPoints(), vtkCellArray()
    placed.SetData(_to_vtk(numpy.ascontiguousarray(points, numpy.float32)))
    shape.SetPoints(placed)
    faces = numpy.ascontiguousarray(mesh.faces, dtype=numpy.int64)
    starts = numpy.arange(0, faces.size + 1, 3, dtype=numpy.int64)
    cells.SetData(_to_vtk(starts, VTK_ID_TYPE), _to_vtk(faces.ravel(), VTK_ID_TYPE))
    shape.SetPolys(cells)
    _paint(mesh, shape)
    return _smooth(shape) if len(faces) < _SMOOTH_BELOW else shape


def _paint(mesh: Any, shape: Any) -> None:
    import numpy

    kind = getattr(mesh.visual, "kind", None)
    if kind == "vertex":
        colours = numpy.ascontiguousarray(mesh.visual.vertex_colors, numpy.uint8)
        shape.GetPointData().SetScalars(_to_vtk(colours))
    elif kind == "face":
        colours = numpy.ascontiguousarray(mesh.visual.face_colors, numpy.uint8)
        shape.GetCellData().SetScalars(_to_vtk(colours))
    elif getattr(mesh.visual, "uv", None) is not None:
        uv = numpy.ascontiguousarray(mesh.visual.uv[:, :2], numpy.float32)
        shape.GetPointData().SetTCoords(_to_vtk(uv))


def _smooth(shape: Any) -> Any:
    from vtkmodules.vtkFiltersCore import vtkPolyDataNormals

    normals = vtkPolyDataNormals()
    normals.SetInputData(shape)
    normals.SetFeatureAngle(40.0)
    normals.ConsistencyOff()
    normals.Update()
    return normals.GetOutput()


def _texture(image: Any) -> Any:
    import numpy
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkRenderingCore import vtkTexture

    pixels, made, texture = numpy.asarray(image)[::-1], vtkImageData(), vtkTexture()
    made.SetDimensions(image.width, image.height, 1)
    flat = numpy.ascontiguousarray(pixels).reshape(-1, 3)
    made.GetPointData().SetScalars(_to_vtk(flat))
    texture.SetInputData(made)
    texture.InterpolateOn()
    texture.MipmapOn()
    texture.RepeatOn()
    texture.SetColorModeToDirectScalars()
    return texture


def _light(scene: Any) -> None:
    from vtkmodules.vtkRenderingCore import vtkLight

    scene.AutomaticLightCreationOff()
    for place, strength in (((-0.4, 0.7, 1.0), 0.95), ((0.9, 0.1, 0.6), 0.55)):
        light = vtkLight()
        light.SetLightTypeToCameraLight()
        light.SetPosition(*place)
        light.SetFocalPoint(0, 0, 0)
        light.SetIntensity(strength)
        scene.AddLight(light)


def _pixels(window: Any, side: int) -> Any:
    from vtkmodules.util import numpy_support
    from vtkmodules.vtkRenderingCore import vtkWindowToImageFilter

    taken = vtkWindowToImageFilter()
    taken.SetInput(window)
    taken.ReadFrontBufferOff()
    taken.SetInputBufferTypeToRGB()
    taken.Update()
    image = taken.GetOutput()
    width, height, _ = image.GetDimensions()
    scalars = image.GetPointData().GetScalars()
    if (width, height) != (side, side) or scalars is None:
        raise OSError("there is no OpenGL here")
    convert: Any = numpy_support.vtk_to_numpy
    return convert(scalars).reshape(height, width, -1)[::-1].copy()


def _to_vtk(values: Any, array_type: int | None = None) -> Any:
    from vtkmodules.util import numpy_support

    convert: Any = numpy_support.numpy_to_vtk
    return convert(values, deep=True, array_type=array_type)
