"""Draws a model with VTK, without a window; needs OpenGL of any kind (EGL, Mesa, a display)."""

from __future__ import annotations

import math
import os
import sys
from dataclasses import replace
from typing import Any

import numpy

from hdp.ingest.pictures.model import Array, Model, Part

BACKGROUND = 0.97
_SMOOTH_BELOW = 300_000  # faces; more look smooth without normals
_FEATURE_ANGLE = 40.0
_FILLED = 0.94  # of the picture, from its middle to its edge
_WORTH_IT = 1.05
# From where it is seen, with y upwards: from the front, a little right of it and above.
_FROM = (0.55, 0.38, 1.0)


def draw(model: Model, side: int) -> Array:
    """The model on a light ground, (side, side, 3) uint8; OSError where there is no OpenGL."""
    _prepare()
    from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow

    window = vtkRenderWindow()
    try:
        window.SetOffScreenRendering(1)
        window.SetMultiSamples(0)  # it is drawn larger instead, which works everywhere
        window.SetSize(side, side)
        scene = vtkRenderer()
        scene.SetBackground(BACKGROUND, BACKGROUND, BACKGROUND)
        window.AddRenderer(scene)
        for part in _centred(model.parts):
            scene.AddActor(_actor(part))
        _light(scene)
        _look(scene, model.up)
        window.Render()
        seen = _pixels(window, side)
        nearer = _nearer(seen)
        if nearer < _WORTH_IT:
            return seen
        scene.GetActiveCamera().Zoom(nearer)
        window.Render()
        return _pixels(window, side)
    finally:
        window.Finalize()


def _centred(parts: list[Part]) -> list[Part]:
    # Numbers as in maps would lose all their detail in 32 bits.
    low = numpy.min([one.points.min(axis=0) for one in parts], axis=0)
    high = numpy.max([one.points.max(axis=0) for one in parts], axis=0)
    scale = float((high - low).max()) or 1.0
    return [replace(one, points=(one.points - (low + high) / 2) / scale) for one in parts]


def _prepare() -> None:
    if sys.platform.startswith("linux"):
        # A display may be slow, foreign or gone; EGL needs none.
        os.environ.pop("DISPLAY", None)
        os.environ.setdefault("EGL_LOG_LEVEL", "fatal")
        os.environ.setdefault("MESA_SHADER_CACHE_DISABLE", "true")
        os.environ.setdefault("LP_NUM_THREADS", "1")
    import vtkmodules.vtkRenderingOpenGL2  # noqa: F401 - is what draws
    from vtkmodules.vtkCommonCore import vtkLogger, vtkObject

    vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_OFF)
    vtkObject.GlobalWarningDisplayOff()


def _actor(part: Part) -> Any:
    from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

    actor, mapper = vtkActor(), vtkPolyDataMapper()
    mapper.SetInputData(_shape(part))
    mapper.SetColorModeToDirectScalars()
    mapper.SetScalarVisibility(part.colors is not None)
    actor.SetMapper(mapper)
    look = actor.GetProperty()
    look.SetColor(*part.color[:3])
    look.SetOpacity(max(part.color[3], 0.1))
    look.SetAmbient(0.35)
    look.SetDiffuse(0.8)
    look.SetSpecular(0.0)
    look.SetPointSize(2.0)
    if not len(part.faces):
        look.LightingOff()
    if part.texture is not None:
        actor.SetTexture(_texture(part.texture))
    return actor


def _shape(part: Part) -> Any:
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkPolyData

    shape, points = vtkPolyData(), vtkPoints()
    points.SetData(_to_vtk(numpy.ascontiguousarray(part.points, numpy.float32)))
    shape.SetPoints(points)
    of_points = len(part.colors) == len(part.points) if part.colors is not None else True
    if part.colors is not None:
        data = shape.GetPointData() if of_points else shape.GetCellData()
        data.SetScalars(_to_vtk(part.colors))
    if part.uv is not None:
        uv = _to_vtk(numpy.ascontiguousarray(part.uv, numpy.float32))
        shape.GetPointData().SetTCoords(uv)
    if not len(part.faces):
        shape.SetVerts(_cells(numpy.arange(len(part.points)).reshape(-1, 1)))
        return shape
    shape.SetPolys(_cells(part.faces))
    return _smooth(shape) if len(part.faces) < _SMOOTH_BELOW else shape


def _cells(rows: Array) -> Any:
    from vtkmodules.vtkCommonCore import VTK_ID_TYPE
    from vtkmodules.vtkCommonDataModel import vtkCellArray

    cells = vtkCellArray()
    width = rows.shape[1]
    starts = numpy.arange(0, rows.size + 1, width, dtype=numpy.int64)
    corners = numpy.ascontiguousarray(rows.ravel(), dtype=numpy.int64)
    cells.SetData(*(_to_vtk(one, VTK_ID_TYPE)
                    for one in (starts, corners)))  # fmt: skip
    return cells


def _smooth(shape: Any) -> Any:
    from vtkmodules.vtkFiltersCore import vtkPolyDataNormals

    normals = vtkPolyDataNormals()
    normals.SetInputData(shape)
    normals.SetFeatureAngle(_FEATURE_ANGLE)
    normals.ConsistencyOff()
    normals.Update()
    return normals.GetOutput()


def _texture(pixels: Array) -> Any:
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkRenderingCore import vtkTexture

    height, width, channels = pixels.shape
    image = vtkImageData()
    image.SetDimensions(width, height, 1)
    flat = numpy.ascontiguousarray(pixels[::-1]).reshape(-1, channels)
    image.GetPointData().SetScalars(_to_vtk(flat))
    texture = vtkTexture()
    texture.SetInputData(image)
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


def _look(scene: Any, up: str) -> None:
    right, above, front = _FROM
    camera = scene.GetActiveCamera()
    camera.SetViewAngle(25.0)
    camera.SetFocalPoint(0, 0, 0)
    if up == "z":
        camera.SetPosition(right, -front, above)
        camera.SetViewUp(0, 0, 1)
    else:
        camera.SetPosition(right, above, front)
        camera.SetViewUp(0, 1, 0)
    scene.ResetCamera()


def _nearer(seen: Array) -> float:
    """How much larger the model may be and still fit: a box around it says too little."""
    drawn = (numpy.abs(seen.astype(int) - round(BACKGROUND * 255)) > 3).any(axis=2)
    half = len(drawn) / 2
    places = numpy.argwhere(drawn)
    if not len(places):
        return 1.0
    reach = max(half - float(places.min()), float(places.max()) + 1 - half, 1.0)
    return min(_FILLED * half / reach, 4.0)


def _pixels(window: Any, side: int) -> Array:
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
    return _from_vtk(scalars).reshape(height, width, -1)[::-1].copy()


def _to_vtk(values: Array, array_type: int | None = None) -> Any:
    from vtkmodules.util import numpy_support

    convert: Any = numpy_support.numpy_to_vtk
    return convert(values, deep=True, array_type=array_type)


def _from_vtk(values: Any) -> Array:
    from vtkmodules.util import numpy_support

    convert: Any = numpy_support.vtk_to_numpy
    pixels: Array = convert(values)
    return pixels


def can_draw() -> bool:
    """Whether a triangle can be drawn here and is seen."""
    points = numpy.array([[-math.sqrt(3), -1, 0], [math.sqrt(3), -1, 0], [0, 2, 0]])
    one = Part(points, numpy.array([[0, 1, 2]]), color=(1.0, 0.0, 0.0, 1.0))
    seen = draw(Model([one]), 64)
    return bool(int(seen[32, 32, 0]) - int(seen[32, 32, 2]) > 60)
