"""USD, through its own library: one layer is read, nothing that it names is opened."""

from __future__ import annotations

from hdp.ingest.formats.reference import Reference, role_of
from hdp.ingest.names import extension_of


def usd(path: str) -> list[Reference]:
    """The layers, pictures and other files of a USD layer; ImportError without the library.

    The layer is opened as an anonymous one: nothing resolves, composes or writes.
    """
    from pxr import Sdf, Tf, UsdUtils

    texts: dict[str, None] = {}

    def note(text: str) -> str:
        texts.setdefault(text)
        return text

    try:
        layer = Sdf.Layer.OpenAsAnonymous(path)
        if layer:
            UsdUtils.ModifyAssetPaths(layer, note)
    except Tf.ErrorException as error:
        why = " ".join(str(error).split())[:200]
        raise ValueError(f"it is no proper USD: {why}") from None
    if not layer:
        raise ValueError("it is no proper USD")
    return [_reference(one) for one in sorted(texts) if one and not one.startswith("anon:")]


def _reference(text: str) -> Reference:
    outer = text.partition("[")[0] if text.endswith("]") else text
    role = "material" if extension_of(outer) == ".mtlx" else role_of(outer)
    return Reference(outer, role)
