"""Walks every object of a PDF once: what acts, what was signed, what is attached, how large pictures claim to be."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

import pikepdf

from models.errors import DecompressionBomb, TooManyPixels, TruncatedFile, Unreadable
from pdf.reading_pdf import decoded

_SUSPICIOUS = re.compile(
    rb"/(?:JavaScript|JS|Launch|GoToR|GoToE|ImportData|SubmitForm|Rendition|Movie|Sound|RichMedia\w*|3D|Screen"
    rb"|AA|XFA|EF|ByteRange|Collection|URI)(?![A-Za-z0-9])"
)
"""Names worth a look; qpdf writes names in canonical form, so `/J#61vaScript` is found as well."""
_ACTIONS = {
    "/JavaScript",
    "/Launch",
    "/GoToE",
    "/ImportData",
    "/SubmitForm",
    "/Rendition",
    "/Movie",
    "/Sound",
    "/RichMediaExecute",
    "/GoTo3DView",
}
_MEDIA = {"/RichMedia", "/3D", "/Screen", "/Movie", "/Sound"}
# fmt: off
_PROGRAMS = {
    "exe", "com", "scr", "pif", "bat", "cmd", "ps1", "psm1", "vbs", "vbe", "js", "jse", "wsf", "wsh", "hta", "msi",
    "msp", "jar", "app", "apk", "dll", "cpl", "lnk", "reg", "inf", "sh", "py", "pl", "docm", "dotm", "xlsm", "xltm",
    "xlam", "pptm", "potm", "ppam", "sldm", "iso", "img", "vhd", "chm",
}
# fmt: on
_PROGRAM_SIGNATURES = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa")
_USAGE_RIGHTS = {"/UR", "/UR3"}
_MAX_NESTED = 20_000
_TOTAL_STREAM_BYTES = 512 << 20
_SMALL = 16 << 10
"""Streams below this size decode to at most 16 MB, which the other limits hold in check."""
_SUSPECT_BYTES = 1 << 20
_SUSPECT_RATIO = 200
"""No page content or font beyond a megabyte shrinks to less than a two-hundredth."""


@dataclass
class Inventory:
    """What one walk over the objects has found."""

    active: set[str] = field(default_factory=set)
    signatures: int = 0


def take_inventory(pdf: pikepdf.Pdf, *, max_pixels: int) -> Inventory:
    """Look at every object. Raises TooManyPixels, DecompressionBomb, Unreadable (a portfolio)."""
    inventory = Inventory()
    budget = _TOTAL_STREAM_BYTES
    for item in pdf.objects:
        if isinstance(item, pikepdf.Stream):
            entries: Any = item.stream_dict
            budget -= _check_stream(item, max_pixels)
            if budget < 0:
                raise DecompressionBomb()
        else:
            entries = item
        if isinstance(entries, pikepdf.Dictionary | pikepdf.Array) and _SUSPICIOUS.search(
            entries.unparse(resolved=True)
        ):
            _examine(entries, inventory)
    return inventory


def _check_stream(stream: pikepdf.Stream, max_pixels: int) -> int:
    """How many bytes the stream decodes to, 0 for pictures, whose size is checked by what they claim."""
    if stream.get("/Subtype") == "/Image":
        width, height = (_count(stream.get(key)) for key in ("/Width", "/Height"))
        if width * height > max_pixels:
            raise TooManyPixels(width=width, height=height, limit=max_pixels)
        return 0
    filters = stream.get("/Filter")
    nested = isinstance(filters, pikepdf.Array) and len(filters) > 1
    raw = _count(stream.get("/Length"))
    if filters is None or (raw < _SMALL and not nested):
        return raw
    try:
        data = decoded(stream)
    except TruncatedFile:
        return raw  # whoever needs this stream will say so
    size = raw if data is None else len(data)
    if size > _SUSPECT_BYTES and size > _SUSPECT_RATIO * max(raw, 1):
        raise DecompressionBomb()
    return size


def _count(value: Any) -> int:
    try:
        return max(int(value), 0)
    except (TypeError, ValueError, ArithmeticError):
        return 0


def _examine(root: Any, inventory: Inventory) -> None:
    """Look into a suspicious object and everything nested in it directly."""
    waiting, seen = [root], 0
    while waiting:
        value = waiting.pop()
        seen += 1
        if seen > _MAX_NESTED:
            raise Unreadable(reason="an object nested without end")
        if isinstance(value, pikepdf.Dictionary):
            _judge(value, inventory)
            children = list(value.as_dict().values())
        else:
            children = list(value)
        waiting += [
            c for c in children if isinstance(c, pikepdf.Dictionary | pikepdf.Array) and not c.is_indirect
        ]


def _judge(entries: Any, inventory: Inventory) -> None:
    active = inventory.active
    action, subtype = str(entries.get("/S", "")), str(entries.get("/Subtype", ""))
    if "/JS" in entries:
        active.add("JavaScript")
    if action in _ACTIONS:
        active.add(action[1:])
    if action == "/GoToR" and _file_name(entries.get("/F")).replace("\\", "/").startswith("//"):
        active.add("GoToR")  # a network share: opening it would send credentials
    if action == "/URI" and str(entries.get("/URI", "")).strip().lower().startswith("javascript:"):
        active.add("JavaScript")
    if subtype in _MEDIA and ("/Rect" in entries or "/Type" in entries):
        active.add("RichMedia" if subtype in ("/RichMedia", "/3D") else subtype[1:])
    additional = entries.get("/AA")
    if isinstance(additional, pikepdf.Dictionary) and len(additional.keys()):
        active.add("AA")
    if "/XFA" in entries:
        active.add("XFA")
    if "/Collection" in entries and entries.get("/Type") == "/Catalog":
        raise Unreadable(reason="a PDF portfolio: submit the files in it one by one")
    if isinstance(entries.get("/EF"), pikepdf.Dictionary) and _holds_program(entries):
        active.add("EmbeddedFile")
    if "/ByteRange" in entries and "/Contents" in entries and not _usage_rights(entries):
        inventory.signatures += 1


def _usage_rights(signature: Any) -> bool:
    """Rights that a maker of software grants to a form are no signature of a person."""
    references = signature.get("/Reference")
    if not isinstance(references, pikepdf.Array):
        return False
    return any(
        isinstance(r, pikepdf.Dictionary) and str(r.get("/TransformMethod", "")) in _USAGE_RIGHTS
        for r in references
    )


def _file_name(specification: Any) -> str:
    if isinstance(specification, pikepdf.Dictionary):
        specification = specification.get("/UF", specification.get("/F", ""))
    return str(specification) if isinstance(specification, pikepdf.String) else ""


def _holds_program(specification: Any) -> bool:
    names = [str(specification.get(key, "")) for key in ("/UF", "/F")]
    if any(PurePath(name.strip()).suffix.lower().lstrip(".") in _PROGRAMS for name in names):
        return True
    streams = (s for s in specification["/EF"].as_dict().values() if isinstance(s, pikepdf.Stream))
    return any(_start(s).startswith(_PROGRAM_SIGNATURES) for s in streams)


def _start(stream: pikepdf.Stream) -> bytes:
    """The first bytes of an attached file, without inflating the rest."""
    raw = stream.read_raw_bytes()
    if stream.get("/Filter") in (pikepdf.Name.FlateDecode, pikepdf.Array([pikepdf.Name.FlateDecode])):
        try:
            return zlib.decompressobj().decompress(raw, 16)
        except zlib.error:
            return b""
    return raw[:16]
