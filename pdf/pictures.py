"""Page pictures as PDF image streams: device bytes stay what they are, pixels stay lossless (ISO 19005-2, 6.2.8)."""

from __future__ import annotations

import struct
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from imaging.jpeg import read_jpeg_header
from models.errors import EngineFault
from models.pages import PagePicture
from pdf.assembly import clear_end, deflated, file_stream

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEPT_KEYS = ("/Width", "/Height", "/BitsPerComponent", "/ColorSpace", "/Decode", "/Filter", "/DecodeParms")
"""What an image needs to be decoded; everything else (masks, alternates, interpolation) is not wanted."""
_MAX_DEPTH = 8


def image_object(pdf: Pdf, picture: PagePicture, path: Path, folder: Path) -> Stream:
    """The picture at `path` as an image XObject of `pdf`; its bytes stay there or in a new file of `folder`.

    Raises EngineFault when the file is not what `picture` says: it was prepared by us, so this is our fault.
    """
    if picture.form == "jpeg":
        return _jpeg(pdf, picture, path)
    if picture.form == "png":
        return _png(pdf, picture, path, folder)
    return _held_stream(pdf, picture, path, folder)


def _entries(picture: PagePicture, colour_space: Name, bits: int) -> dict[str, Any]:
    return {
        "/Type": Name.XObject,
        "/Subtype": Name.Image,
        "/Width": picture.width_px,
        "/Height": picture.height_px,
        "/ColorSpace": colour_space,
        "/BitsPerComponent": bits,
    }


def _differs(path: Path, what: str) -> EngineFault:
    return EngineFault(engine="pdf writer", reason=f"{path.name} is not the prepared picture: {what}")


def _jpeg(pdf: Pdf, picture: PagePicture, path: Path) -> Stream:
    header = read_jpeg_header(path)
    if (header.width, header.height) != (picture.width_px, picture.height_px):
        raise _differs(path, "size")
    if not header.keeps:
        raise _differs(path, "not an 8-bit grey or YCbCr JPEG")
    space = Name.DeviceGray if len(header.components) == 1 else Name.DeviceRGB
    return file_stream(pdf, path, _entries(picture, space, 8) | {"/Filter": Name.DCTDecode})


@dataclass(frozen=True)
class _PngLayout:
    width: int
    height: int
    depth: int
    colour_type: int
    interlaced: bool
    transparent: bool
    idat: tuple[tuple[int, int], ...]
    """Offset and length of each piece of the one zlib stream."""

    @property
    def plain(self) -> bool:
        """True where the zlib stream is a PDF stream as it is: grey or RGB, predictor 15, nothing hidden."""
        usual = (self.colour_type, self.depth) in ((0, 1), (0, 8), (2, 8))
        return usual and not self.interlaced and not self.transparent


def _png_layout(path: Path) -> _PngLayout:
    idat: list[tuple[int, int]] = []
    header, transparent = None, False
    with path.open("rb") as source:
        if source.read(8) != _PNG_SIGNATURE:
            raise _differs(path, "not a PNG")
        while len(head := source.read(8)) == 8:
            length, tag = struct.unpack(">I4s", head)
            if tag == b"IHDR":
                header = struct.unpack(">IIBBBBB", source.read(13))
                length -= 13
            elif tag == b"IDAT":
                idat.append((source.tell(), length))
            transparent |= tag == b"tRNS"
            source.seek(length + 4, 1)
    if header is None or not idat:
        raise _differs(path, "no pixels")
    width, height, depth, colour_type, _, _, interlace = header
    return _PngLayout(width, height, depth, colour_type, bool(interlace), transparent, tuple(idat))


def _png(pdf: Pdf, picture: PagePicture, path: Path, folder: Path) -> Stream:
    layout = _png_layout(path)
    if (layout.width, layout.height) != (picture.width_px, picture.height_px):
        raise _differs(path, "size")
    if not layout.plain:
        return _repacked(pdf, picture, path, folder)
    colours = 3 if layout.colour_type == 2 else 1
    entries = _entries(picture, Name.DeviceRGB if colours == 3 else Name.DeviceGray, layout.depth)
    entries["/DecodeParms"] = Dictionary(
        Predictor=15, Colors=colours, BitsPerComponent=layout.depth, Columns=layout.width
    )
    return _flate(pdf, b"".join(_pieces(path, layout.idat)), entries, folder)


def is_plain_png(path: Path) -> bool:
    """Whether a PNG's pixels can go into a PDF as they are packed. Raises EngineFault for what is no PNG."""
    return _png_layout(path).plain


def _pieces(path: Path, places: tuple[tuple[int, int], ...]) -> Iterator[bytes]:
    with path.open("rb") as source:
        for offset, length in places:
            source.seek(offset)
            piece = source.read(length)
            if len(piece) < length:
                raise _differs(path, "cut short")
            yield piece


def _repacked(pdf: Pdf, picture: PagePicture, path: Path, folder: Path) -> Stream:
    """Pixels of an unusual PNG on white, in 1-bit grey, 8-bit grey or RGB."""
    from PIL import Image

    modes = {
        "bilevel": ("1", Name.DeviceGray, 1),
        "grey": ("L", Name.DeviceGray, 8),
        "rgb": ("RGB", Name.DeviceRGB, 8),
    }
    mode, space, bits = modes[picture.colour]
    with Image.open(path) as image:
        rgba = image.convert("RGBA")
    flat = Image.new("RGB", rgba.size, "white")
    flat.paste(rgba, mask=rgba.getchannel("A"))
    pixels = flat.convert(mode, dither=Image.Dither.NONE).tobytes()
    return _flate(pdf, zlib.compress(pixels, 6), _entries(picture, space, bits), folder)


def _flate(pdf: Pdf, packed: bytes, entries: dict[str, Any], folder: Path) -> Stream:
    entries["/Filter"] = Name.FlateDecode
    return file_stream(pdf, _put_away(clear_end(packed), folder), entries)


def _put_away(data: bytes, folder: Path) -> Path:
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        file.write(data)
    return Path(file.name)


def _held_stream(pdf: Pdf, picture: PagePicture, path: Path, folder: Path) -> Stream:
    """The one image of a one-page PDF, its stream copied as it is."""
    with pikepdf.open(path) as holder:
        images = list(holder.pages[0].get_images().values())
        if len(images) != 1:
            raise _differs(path, f"{len(images)} images")
        image = images[0]
        if (int(image.Width), int(image.Height)) != (picture.width_px, picture.height_px):
            raise _differs(path, "size")
        entries, raw = copied_entries(pdf, image), image.read_raw_bytes()
        if entries.get("/Filter") == Name.FlateDecode:
            return _flate(pdf, raw, entries, folder)
        return file_stream(pdf, _put_away(raw, folder), entries)


def copied_entries(pdf: Pdf, image: Stream) -> dict[str, Any]:
    """The dictionary of another file's image XObject, as far as it tells how to decode the image, for `pdf`.

    Not by `Pdf.copy_foreign`, which would bring along whatever else the dictionary leads to.
    """
    kept = {key: _copied(pdf, image[key]) for key in _KEPT_KEYS if key in image}
    return {"/Type": Name.XObject, "/Subtype": Name.Image, **kept}


def _copied(pdf: Pdf, value: Any, depth: int = 0) -> Any:
    """A foreign value; streams in it (ICC profiles, JBIG2 globals, palettes) become objects of `pdf`."""
    if depth > _MAX_DEPTH:
        raise EngineFault(engine="pdf writer", reason="an image dictionary without end")
    if isinstance(value, Stream):
        kept = {key: _copied(pdf, value[key], depth + 1) for key in ("/N",) if key in value}
        return deflated(pdf, value.read_bytes(), kept)
    if isinstance(value, Array):
        return Array([_copied(pdf, v, depth + 1) for v in value])
    if isinstance(value, Dictionary):
        return Dictionary({k: _copied(pdf, v, depth + 1) for k, v in value.items()})
    if isinstance(value, pikepdf.Object):
        return pikepdf.Object.parse(value.unparse(resolved=True))
    return value
