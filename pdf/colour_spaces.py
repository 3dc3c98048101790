"""Judges whether a PDF picture's colours can stand in PDF/A-2 as they are (ISO 19005-2, 6.2.4)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, Literal

import pikepdf

from pdf.reading_pdf import decoded

_DEVICE = {"/DeviceGray": 1, "/G": 1, "/DeviceRGB": 3, "/RGB": 3}
_CALIBRATED = {"/CalGray": 1, "/CalRGB": 3}
_PROFILE_CLASSES = {b"scnr", b"mntr", b"prtr", b"spac"}
_PROFILE_SPACES = {b"GRAY": 1, b"RGB ": 3}
_MAX_PROFILE_VERSION = 4


@dataclass(frozen=True)
class ColourSpace:
    """A colour space that may be kept."""

    components: int
    """Per sample in the stream: 1 for a palette."""
    colour: Literal["grey", "rgb"]
    device: bool
    """True where plain DeviceGray or DeviceRGB shows the same colours as sRGB does."""
    palette: bytes | None = None
    """Colours of an indexed space in its base's components."""


def keepable(space: Any) -> ColourSpace | None:
    """What `space` means, None where the page has to be drawn instead (CMYK, spot colours, Lab, a bad profile)."""
    if isinstance(space, pikepdf.Name):
        components = _DEVICE.get(str(space))
        return _plain(components, device=True) if components else None
    if not isinstance(space, pikepdf.Array) or not len(space):
        return None
    family = str(space[0])
    if len(space) == 1 and family in _DEVICE:
        return _plain(_DEVICE[family], device=True)
    if family in _CALIBRATED:
        return _plain(_CALIBRATED[family], device=False)
    if family == "/ICCBased" and len(space) == 2:
        return _profiled(space[1])
    if family in ("/Indexed", "/I") and len(space) == 4:
        return _indexed(space)
    return None


def _plain(components: int, *, device: bool) -> ColourSpace:
    return ColourSpace(components, "grey" if components == 1 else "rgb", device)


def _profiled(stream: Any) -> ColourSpace | None:
    if not isinstance(stream, pikepdf.Stream):
        return None
    profile = decoded(stream) or b""
    components = _PROFILE_SPACES.get(profile[16:20])
    sound = (
        len(profile) > 128
        and profile[36:40] == b"acsp"
        and profile[8] <= _MAX_PROFILE_VERSION
        and profile[12:16] in _PROFILE_CLASSES
    )
    if not sound or components is None or stream.get("/N") != components:
        return None
    return _plain(components, device=components == 3 and _is_srgb(profile))


def _is_srgb(profile: bytes) -> bool:
    from PIL import ImageCms

    try:
        return "sRGB" in ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(profile)))
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return False


def _indexed(space: Any) -> ColourSpace | None:
    base = keepable(space[1])
    if base is None or base.palette is not None:
        return None
    table = space[3]
    colours = (decoded(table) or b"") if isinstance(table, pikepdf.Stream) else bytes(table)
    highest = int(space[2])
    if not 0 <= highest <= 255 or len(colours) < (highest + 1) * base.components:
        return None
    return ColourSpace(1, base.colour, False, colours[: (highest + 1) * base.components])
