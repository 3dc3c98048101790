"""Tells what a file really is by its first bytes, and whether its name says the same."""

from __future__ import annotations

from pathlib import Path, PurePath

from models.errors import EmptyFile, NotADocument, TooLarge, WrongExtension
from models.pages import SourceKind

_HEAD = 4096
_PDF_WITHIN = 1024
"""ISO 32000-1, annex H.3: readers accept a header within the first 1024 bytes."""
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_HEIF_CONTAINERS = {b"mif1", b"msf1"}

# fmt: off
_NEVER_A_SCAN = (
    "gif", "bmp", "webp", "avif", "svg", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "rtf", "txt", "csv",
    "htm", "html", "xml", "json", "zip", "rar", "7z", "gz", "exe", "dll", "com", "bat", "cmd", "msi", "ps1", "sh",
    "js", "vbs", "jar", "apk", "mp3", "mp4",
)
"""Well-known types: such a name on a scan says that something was mixed up."""
# fmt: on

_EXTENSIONS: dict[str, SourceKind | None] = {
    **dict.fromkeys(("png",), SourceKind.PNG),
    **dict.fromkeys(("jpg", "jpeg", "jpe", "jfif"), SourceKind.JPEG),
    **dict.fromkeys(("tif", "tiff"), SourceKind.TIFF),
    **dict.fromkeys(("heic", "heif", "hif"), SourceKind.HEIC),
    **dict.fromkeys(("pdf",), SourceKind.PDF),
    **dict.fromkeys(_NEVER_A_SCAN),
}


def sniffed(path: Path, filename: str, *, max_bytes: int) -> SourceKind:
    """The kind of the file by its content, checked against the extension of `filename`.

    A missing or unheard-of extension is no fault. Raises EmptyFile, TooLarge, NotADocument, WrongExtension.
    """
    size = path.stat().st_size
    if size == 0:
        raise EmptyFile()
    if size > max_bytes:
        raise TooLarge(size=size, limit=max_bytes)
    with path.open("rb") as file:
        kind = kind_of(file.read(_HEAD))
    if kind is None:
        raise NotADocument()
    extension = PurePath(filename).suffix.lower().lstrip(".")
    if extension in _EXTENSIONS and _EXTENSIONS[extension] is not kind:
        raise WrongExtension(extension=extension, kind=kind.value)
    return kind


def kind_of(head: bytes) -> SourceKind | None:
    """What a file with these first bytes is; None for anything that ecopy does not take."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return SourceKind.PNG
    if head.startswith(b"\xff\xd8\xff"):
        return SourceKind.JPEG
    if head.startswith(_TIFF):
        return SourceKind.TIFF
    if head[4:8] == b"ftyp":
        return SourceKind.HEIC if _is_heif(head) else None
    if b"%PDF-" in head[: _PDF_WITHIN + 5]:
        return SourceKind.PDF
    return None


def _is_heif(head: bytes) -> bool:
    """ISO/IEC 23008-12: the major brand decides, a mere container by the brands it is compatible with."""
    major = head[8:12]
    length = min(int.from_bytes(head[:4], "big"), len(head))
    compatible = {head[i : i + 4] for i in range(16, length - 3, 4)}
    return major in _HEIF_BRANDS or (major in _HEIF_CONTAINERS and bool(compatible & _HEIF_BRANDS))
