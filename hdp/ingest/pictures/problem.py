"""Why a file has no picture."""

from __future__ import annotations

from hdp.sdk import HdpError


class NoPicture(HdpError):
    """The file cannot be shown as a picture."""

    code = "no-picture"
