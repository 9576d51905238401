"""mesh.thumbnails: pictures of a model from several sides, and a turntable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from hdp.sdk import (
    Component,
    ComponentError,
    Finding,
    InvalidInput,
    LocalFile,
    Output,
    Params,
    Port,
    Result,
    Step,
)
from hdp_plugins.mesh.drawing import BACKGROUND, Stage, can_draw
from hdp_plugins.mesh.opening import MODELS, open_model
from hdp_plugins.mesh.optimise import refuse_empty

# View -> degrees around the upright axis, degrees above the ground.
VIEWS: dict[str, tuple[float, float]] = {
    "front": (0, 0), "right": (90, 0), "back": (180, 0), "left": (270, 0),
    "top": (0, 90), "bottom": (0, -90), "corner": (29, 19),
}  # fmt: skip


@dataclass(frozen=True)
class ThumbnailParams(Params):
    """From where, how many, how large."""

    views: tuple[str, ...] = field(
        default=("corner", "front", "right", "back", "left", "top"),
        metadata={"help": f"The sides to show: {', '.join(VIEWS)}."},
    )
    turntable: int = field(
        default=0,
        metadata={"help": "Also so many pictures once around, at equal steps.", "min": 0,
                  "max": 360},
    )  # fmt: skip
    side: int = field(
        default=512,
        metadata={"help": "Width and height of a picture.", "min": 32, "max": 4096, "unit": "px"},
    )
    up: Literal["y", "z"] = field(
        default="y", metadata={"help": "Which axis of the file points upwards; glTF says y."}
    )


class Thumbnails(Component[ThumbnailParams]):
    """PNG pictures with colour textures, drawn without a display."""

    id = "mesh.thumbnails"
    version = 1
    title = "Draw a 3D model from several sides"
    inputs = (Port("mesh", MODELS),)
    outputs = (Port("images", ("image/png",), many=True),)
    params = ThumbnailParams
    isolation = "process"

    def check(self) -> Iterable[Finding]:
        """Whether what draws is installed."""
        if not can_draw():
            yield Finding(
                "error",
                "mesh-no-drawing",
                "3D models cannot be drawn here: VTK is not installed.",
                hint="Install HDP's extra: pip install 'heritage-data-processor[pictures]'.",
            )

    def run(self, step: Step[ThumbnailParams]) -> Result:
        """One PNG for each view and step of the turntable."""
        for problem in self.check():
            raise ComponentError(problem.message, code=problem.code, hint=problem.hint)
        file, wanted = step.inputs["mesh"][0], dict(_wanted(step.params))
        model = open_model(file)
        refuse_empty(file, model)
        stage, made = Stage(model, step.params.side, step.params.up), []
        try:
            for name, (turn, lift) in wanted.items():
                step.check_cancelled()
                path = step.workdir / f"{Path(file.name).stem}_{name}.png"
                _save(path, stage.shot(turn, lift))
                made.append(Output(path, derived_from=(file.name,)))
                step.progress(len(made), len(wanted), f"{file.name}: {name}")
        except OSError as error:
            raise _no_opengl(file) from error
        finally:
            stage.close()
        findings = list(_unseen(file, [one.path for one in made]))
        return Result({"images": made}, findings=findings, values={"images": len(made)})


def _wanted(params: ThumbnailParams) -> Iterator[tuple[str, tuple[float, float]]]:
    for view in params.views:
        if view not in VIEWS:
            raise InvalidInput(
                f"“{view}” is no view.", code="mesh-view", hint=f"There are {', '.join(VIEWS)}."
            )
        yield view, VIEWS[view]
    for number in range(params.turntable):
        yield f"turn{number + 1:03}", (360 * number / params.turntable, 15)


def _save(path: Path, pixels: Any) -> None:
    from PIL import Image

    Image.fromarray(pixels).save(path, optimize=True)


def _no_opengl(file: LocalFile) -> ComponentError:
    return ComponentError(
        f"{file.name} cannot be drawn: this computer offers no OpenGL.",
        code="mesh-no-drawing",
        hint="On Linux install libegl1 and libgl1-mesa-dri.",
        where={"file": file.name},
    )


def _unseen(file: LocalFile, paths: list[Path]) -> Iterator[Finding]:
    from PIL import Image

    ground = round(BACKGROUND * 255)
    for path in paths:
        with Image.open(path) as image:
            ranges = image.getextrema()
        if all(abs(one - ground) <= 3 for low_high in ranges for one in low_high):  # type: ignore[union-attr]
            yield Finding(
                "warning",
                "mesh-unseen",
                f"Nothing is seen of {file.name} in {path.name}.",
                hint="It may be flat and seen from its edge; choose another view.",
                where={"file": file.name},
            )
