"""general.rename: copies under other names; the originals keep theirs."""

from __future__ import annotations

import shutil
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from hdp.sdk import Component, LocalFile, Output, Params, Port, Result, Step
from hdp_plugins.general.names import fill, refuse_doubles, safe


@dataclass(frozen=True)
class RenameParams(Params):
    """How the names are made."""

    pattern: str = field(
        default="{stem}{ext}",
        metadata={"help": "{stem}, {ext}, {name}, {key}, {title}, {n} or {n:03}."},
    )
    case: Literal["keep", "lower", "upper"] = field(
        default="keep", metadata={"help": "Small or capital letters."}
    )
    spaces: Literal["keep", "_", "-"] = field(
        default="keep", metadata={"help": "What stands for spaces."}
    )
    ascii: bool = field(
        default=False, metadata={"help": "Letters without accents; others become _."}
    )


class Rename(Component[RenameParams]):
    """Copies with names that a pattern makes; two of the same name are refused."""

    id = "general.rename"
    version = 1
    title = "Copy under other names"
    inputs = (Port("files", ("*/*",), many=True),)
    outputs = (Port("files", ("*/*",)),)
    params = RenameParams
    reads = ("title",)

    def run(self, step: Step[RenameParams]) -> Result:
        """One copy for each file."""
        files = step.inputs["files"]
        names = [_name(one, step, number) for number, one in enumerate(files, 1)]
        refuse_doubles(names, files)
        made = []
        for number, (file, name) in enumerate(zip(files, names, strict=True), 1):
            step.check_cancelled()
            path = step.workdir / name
            shutil.copyfile(file.path, path)
            made.append(Output(path, derived_from=(file.name,)))
            step.progress(number, len(files), name)
        return Result({"files": made})


def _name(file: LocalFile, step: Step[RenameParams], number: int) -> str:
    name = fill(step.params.pattern, file, step.record, number)
    if step.params.spaces != "keep":
        name = step.params.spaces.join(name.split())
    if step.params.ascii:
        name = _plain(name)
    case = step.params.case
    return safe(name.lower() if case == "lower" else name.upper() if case == "upper" else name)


def _plain(name: str) -> str:
    expanded = name.replace("ß", "ss").replace("Æ", "AE").replace("æ", "ae").replace("ø", "o")
    letters = unicodedata.normalize("NFKD", expanded)
    without = "".join(one for one in letters if not unicodedata.combining(one))
    plain = "".join(one if one.isascii() else "_" for one in without)
    return plain if Path(plain).stem.strip("_") else f"file{Path(plain).suffix}"
