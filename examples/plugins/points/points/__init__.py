"""Clouds of points as text: a checker, a thumbnailer, and a kind of collection."""

from collections.abc import Iterable

from hdp.sdk import Checker, Modality, Thumbnailer, hookimpl

ENDINGS = (".xyz",)


@hookimpl
def hdp_checkers() -> Iterable[Checker]:
    """What is wrong with an XYZ file, with its line."""
    from .reading import check

    return [Checker("points.xyz", "XYZ points", check, ENDINGS)]


@hookimpl
def hdp_thumbnailers() -> Iterable[Thumbnailer]:
    """The points as seen from above and the side."""
    from .drawing import draw

    return [Thumbnailer("points.picture", "XYZ points", draw, ENDINGS)]


@hookimpl
def hdp_modalities() -> Iterable[Modality]:
    """A kind of collection that the New Project wizard offers."""
    return [Modality("points", "Point clouds as text", "One item for each XYZ file.", ENDINGS)]
