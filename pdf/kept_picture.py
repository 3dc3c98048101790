"""Takes a page's sole picture out of a PDF with its bytes as they are: a JPEG file, or a PDF that holds the stream."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any, Literal

import pikepdf
from pikepdf import Dictionary, Name, Stream

from imaging.jpeg import read_jpeg_header
from models.errors import DecompressionBomb, TooManyPixels, TruncatedFile
from models.pages import PageImageForm, PagePicture
from pdf.assembly import add_page, save
from pdf.colour_spaces import ColourSpace, keepable
from pdf.pictures import copied_entries
from pdf.reading_pdf import PageBox, decoded
from pdf.sole_picture import SolePicture

Colour = Literal["bilevel", "grey", "rgb"]

_SLACK = 1 << 20
"""Bytes that a stream may hold beyond its picture before it counts as a bomb."""
_CHUNK = 1 << 18
_SINGLE_BIT = ("/CCITTFaxDecode", "/JBIG2Decode")
_LOSSLESS = ("/LZWDecode", "/RunLengthDecode", "/ASCII85Decode", "/ASCIIHexDecode")
"""Decoded and deflated anew: PDF/A forbids the first, the others only cost room."""
_BLACK_AND_WHITE = {b"\0\xff", b"\xff\0", b"\0\0\0\xff\xff\xff", b"\xff\xff\xff\0\0\0"}
_MINIMUM_DPI = 20.0
"""Below this the picture is a background or a placeholder, not a scan."""


def keep_picture(
    sole: SolePicture, box: PageBox, page: int, out_dir: Path, *, max_pixels: int
) -> tuple[PagePicture, Path] | None:
    """Write the picture's file into `out_dir`; None where its kind can't stand in PDF/A as it is.

    Raises TooManyPixels before anything is decoded, DecompressionBomb, TruncatedFile.
    """
    image = sole.image
    width, height = int(image.get("/Width", 0)), int(image.get("/Height", 0))
    if width * height > max_pixels:
        raise TooManyPixels(width=width, height=height, limit=max_pixels)
    if width < 1 or height < 1 or "/SMask" in image or "/Mask" in image or image.get("/SMaskInData", 0) != 0:
        return None
    filters = _filters(image)
    if filters[-1:] == ["/DCTDecode"]:
        kept = _keep_jpeg(sole, filters, page, out_dir)
    else:
        kept = _keep_stream(sole, filters, page, out_dir)
    if kept is None:
        return None
    form, colour, path = kept
    size = box.upright_mm(sole.width, sole.height)
    across, down = (width, height) if sole.orientation < 5 else (height, width)
    dpi = min(across / size.width_mm, down / size.height_mm) * 25.4
    if dpi < _MINIMUM_DPI:
        path.unlink()
        return None
    picture = PagePicture(
        form=form,
        width_px=width,
        height_px=height,
        colour=colour,
        orientation=sole.orientation,
        size=size,
        dpi=round(dpi, 2),
    )
    return picture, path


def _filters(image: pikepdf.Stream) -> list[str]:
    found = image.get("/Filter")
    if found is None:
        return []
    return [str(f) for f in found] if isinstance(found, pikepdf.Array) else [str(found)]


def _keep_jpeg(
    sole: SolePicture, filters: list[str], page: int, out_dir: Path
) -> tuple[PageImageForm, Colour, Path] | None:
    image = sole.image
    space = keepable(image.get("/ColorSpace"))
    if space is None or space.palette is not None or sole.black_mask or len(filters) > 2:
        return None
    data = image.read_raw_bytes()
    if len(filters) == 2:
        if filters[0] != "/FlateDecode":
            return None
        data = _inflated(data, len(data) * 2 + _SLACK)
    path = out_dir / f"page-{page:05d}.jpg"
    path.write_bytes(data)
    header = read_jpeg_header(path)
    fits = (header.width, header.height) == (int(image.Width), int(image.Height))
    if not header.keeps or not fits or len(header.components) != space.components:
        path.unlink()
        return None
    if space.device and not _remaps(image, space):
        return "jpeg", space.colour, path
    path.unlink()
    # The colours need the profile or the Decode array beside them, so the stream stays inside a PDF.
    return "pdf", space.colour, _hold(image, page, out_dir, {"/Filter": Name.DCTDecode}, data)


def _remaps(image: pikepdf.Stream, space: ColourSpace) -> bool:
    """True where Decode or a colour transform changes what the bare JPEG would show."""
    decode = image.get("/Decode")
    if decode is not None and [float(v) for v in decode] != [0.0, 1.0] * space.components:
        return True
    parms = image.get("/DecodeParms")
    if isinstance(parms, pikepdf.Array):
        parms = parms[-1] if len(parms) else None
    return isinstance(parms, pikepdf.Dictionary) and int(parms.get("/ColorTransform", 1)) != 1


def _keep_stream(
    sole: SolePicture, filters: list[str], page: int, out_dir: Path
) -> tuple[PageImageForm, Colour, Path] | None:
    image = sole.image
    if len(filters) == 1 and filters[0] == "/JPXDecode":
        return _keep_jpx(image, page, out_dir)
    space = ColourSpace(1, "grey", True) if sole.black_mask else keepable(image.get("/ColorSpace"))
    bits = 1 if sole.black_mask else int(image.get("/BitsPerComponent", 1 if filters else 0))
    if space is None or bits not in (1, 2, 4, 8, 16) or (space.palette is not None and bits > 8):
        return None
    changes: dict[str, Any] = {"/BitsPerComponent": bits}
    if sole.black_mask:
        changes["/ColorSpace"] = Name.DeviceGray
    data: bytes | None = None
    row = (int(image.Width) * space.components * bits + 7) // 8
    expected = row * int(image.Height)
    if len(filters) == 1 and filters[0] in _SINGLE_BIT:
        if bits != 1 or space.components != 1:
            return None
    elif filters == ["/FlateDecode"]:
        _inflated(image.read_raw_bytes(), expected + int(image.Height) + _SLACK, keep=False)
    elif all(f in (*_LOSSLESS, "/FlateDecode") for f in filters):
        plain = decoded(image, expected + int(image.Height) + _SLACK)
        if plain is None or len(plain) < expected:
            raise TruncatedFile(reason="picture data")
        data = zlib.compress(plain[:expected], 6)
        changes |= {"/Filter": Name.FlateDecode, "/DecodeParms": None}
    else:
        return None
    return "pdf", _colour(space, bits), _hold(image, page, out_dir, changes, data)


def _colour(space: ColourSpace, bits: int) -> Colour:
    if bits == 1 and (space.palette in _BLACK_AND_WHITE or (space.palette is None and space.components == 1)):
        return "bilevel"
    return space.colour


def _inflated(data: bytes, limit: int, *, keep: bool = True) -> bytes:
    """Inflate to `limit` bytes at most. Raises DecompressionBomb beyond, TruncatedFile where data is damaged."""
    engine = zlib.decompressobj()
    parts, total, rest = [], 0, data
    try:
        while rest and not engine.eof:
            part = engine.decompress(rest, _CHUNK)
            rest = engine.unconsumed_tail
            total += len(part)
            if total > limit:
                raise DecompressionBomb()
            if keep:
                parts.append(part)
            if not part and not rest:
                break
    except zlib.error as e:
        raise TruncatedFile(reason=f"picture data ({e})") from e
    return b"".join(parts)


def _hold(
    image: pikepdf.Stream, page: int, out_dir: Path, changes: dict[str, Any], data: bytes | None
) -> Path:
    """A one-page PDF that shows the image one unit a pixel; deterministic. A change to None drops the entry."""
    path = out_dir / f"page-{page:05d}.pdf"
    width, height = int(image.Width), int(image.Height)
    with pikepdf.new() as pdf:
        entries = copied_entries(pdf, image) | changes
        entries = {key: value for key, value in entries.items() if value is not None}
        held = Stream(pdf, image.read_raw_bytes() if data is None else data, entries)
        resources = {"/XObject": Dictionary(Im1=held)}
        add_page(pdf, width, height, resources, Stream(pdf, b"%d 0 0 %d 0 0 cm /Im1 Do" % (width, height)))
        save(pdf, path)
    return path


# ── JPEG 2000 ────────────────────────────────────────────────────────────────────────────────────────

_JP2_START = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
_ENUMERATED = {16: 3, 17: 1}
"""EnumCS of ISO/IEC 15444-1, table I.10 → channels: sRGB and greyscale."""


def _keep_jpx(image: pikepdf.Stream, page: int, out_dir: Path) -> tuple[PageImageForm, Colour, Path] | None:
    """Keep a JP2 file of 8-bit grey or sRGB with one colour specification (ISO 19005-2, 6.2.8.3)."""
    channels = _jp2_channels(image.read_raw_bytes(), int(image.Width), int(image.Height))
    space = keepable(image.get("/ColorSpace")) if "/ColorSpace" in image else None
    if channels is None or "/Decode" in image or ("/ColorSpace" in image and space is None):
        return None
    if space is not None and (space.components != channels or space.palette is not None):
        return None
    return "pdf", "grey" if channels == 1 else "rgb", _hold(image, page, out_dir, {}, None)


def _jp2_channels(data: bytes, width: int, height: int) -> int | None:
    if not data.startswith(_JP2_START):
        return None
    header = next((body for tag, body in _boxes(data) if tag == b"jp2h"), None)
    if header is None:
        return None
    boxes = _boxes(header)
    colours = [body for tag, body in boxes if tag == b"colr"]
    sizes = [body for tag, body in boxes if tag == b"ihdr"]
    odd = any(tag in (b"pclr", b"cdef", b"cmap") for tag, _ in boxes)
    if odd or len(colours) != 1 or len(sizes) != 1 or len(sizes[0]) < 14 or len(colours[0]) < 7:
        return None
    rows, columns, channels, depth = struct.unpack(">IIHB", sizes[0][:11])
    method, _, _, number = struct.unpack(">BBBI", colours[0][:7])
    if (columns, rows, depth, method) != (width, height, 7, 1) or _ENUMERATED.get(number) != channels:
        return None
    return int(channels)


def _boxes(data: bytes) -> list[tuple[bytes, bytes]]:
    found: list[tuple[bytes, bytes]] = []
    at = 0
    while at + 8 <= len(data) and len(found) < 64:
        length, tag = struct.unpack_from(">I4s", data, at)
        start = at + 8
        if length == 1 and at + 16 <= len(data):
            (length,) = struct.unpack_from(">Q", data, at + 8)
            start = at + 16
        end = len(data) if length == 0 else at + length
        if end < start:
            break
        found.append((tag, data[start:end]))
        at = end
    return found
