"""Page pictures as PDF image streams: device bytes stay what they are, pixels stay lossless (ISO 19005-2, 6.2.8)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from imaging.jpeg import read_jpeg_header
from models.errors import EngineFault
from models.pages import PagePicture
from pdf.syntax import Name, PdfFile, PdfValue, Raw, Ref

if TYPE_CHECKING:
    import pikepdf

_CHUNK = 1 << 18
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEPT_KEYS = ("/Width", "/Height", "/BitsPerComponent", "/ColorSpace", "/Decode", "/Filter", "/DecodeParms")
"""What an image needs to be decoded; everything else (masks, alternates, interpolation) is not wanted."""
_MAX_DEPTH = 8


def write_picture(file: PdfFile, picture: PagePicture, path: Path) -> Ref:
    """Write the picture at `path` as an image XObject.

    Raises EngineFault when the file is not what `picture` says: it was prepared by us, so this is our fault.
    """
    if picture.form == "jpeg":
        return _jpeg(file, picture, path)
    if picture.form == "png":
        return _png(file, picture, path)
    return _held_stream(file, picture, path)


def _entries(picture: PagePicture, colour_space: str, bits: int) -> dict[str, PdfValue]:
    return {
        "Type": Name("XObject"),
        "Subtype": Name("Image"),
        "Width": picture.width_px,
        "Height": picture.height_px,
        "ColorSpace": Name(colour_space),
        "BitsPerComponent": bits,
    }


def _differs(path: Path, what: str) -> EngineFault:
    return EngineFault(engine="pdf writer", reason=f"{path.name} is not the prepared picture: {what}")


def _jpeg(file: PdfFile, picture: PagePicture, path: Path) -> Ref:
    header = read_jpeg_header(path)
    if (header.width, header.height) != (picture.width_px, picture.height_px):
        raise _differs(path, "size")
    if not header.keeps:
        raise _differs(path, "not an 8-bit grey or YCbCr JPEG")
    space = "DeviceGray" if len(header.components) == 1 else "DeviceRGB"
    entries = _entries(picture, space, 8)
    entries["Filter"] = Name("DCTDecode")
    return file.add_stream(entries, _chunks(path), path.stat().st_size)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as source:
        while chunk := source.read(_CHUNK):
            yield chunk


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


def _png(file: PdfFile, picture: PagePicture, path: Path) -> Ref:
    layout = _png_layout(path)
    if (layout.width, layout.height) != (picture.width_px, picture.height_px):
        raise _differs(path, "size")
    if not layout.plain:
        return _repacked(file, picture, path)
    colours = 3 if layout.colour_type == 2 else 1
    entries = _entries(picture, "DeviceRGB" if colours == 3 else "DeviceGray", layout.depth)
    entries["Filter"] = Name("FlateDecode")
    entries["DecodeParms"] = {
        "Predictor": 15,
        "Colors": colours,
        "BitsPerComponent": layout.depth,
        "Columns": layout.width,
    }
    return file.add_stream(entries, _pieces(path, layout.idat), sum(length for _, length in layout.idat))


def _pieces(path: Path, places: tuple[tuple[int, int], ...]) -> Iterator[bytes]:
    with path.open("rb") as source:
        for offset, length in places:
            source.seek(offset)
            while length:
                chunk = source.read(min(length, _CHUNK))
                if not chunk:
                    raise _differs(path, "cut short")
                length -= len(chunk)
                yield chunk


def _repacked(file: PdfFile, picture: PagePicture, path: Path) -> Ref:
    """Pixels of an unusual PNG on white, in 1-bit grey, 8-bit grey or RGB."""
    from PIL import Image

    modes = {
        "bilevel": ("1", "DeviceGray", 1),
        "grey": ("L", "DeviceGray", 8),
        "rgb": ("RGB", "DeviceRGB", 8),
    }
    mode, space, bits = modes[picture.colour]
    with Image.open(path) as image:
        rgba = image.convert("RGBA")
    flat = Image.new("RGB", rgba.size, "white")
    flat.paste(rgba, mask=rgba.getchannel("A"))
    data = zlib.compress(flat.convert(mode, dither=Image.Dither.NONE).tobytes(), 6)
    entries = _entries(picture, space, bits)
    entries["Filter"] = Name("FlateDecode")
    return file.add_stream(entries, [data], len(data))


def _held_stream(file: PdfFile, picture: PagePicture, path: Path) -> Ref:
    """The one image of a one-page PDF, its stream copied as it is."""
    import pikepdf

    with pikepdf.open(path) as holder:
        images = list(holder.pages[0].get_images().values())
        if len(images) != 1:
            raise _differs(path, f"{len(images)} images")
        image = images[0]
        if (int(image.Width), int(image.Height)) != (picture.width_px, picture.height_px):
            raise _differs(path, "size")
        return copy_image(file, image)


def copy_image(
    file: PdfFile,
    image: pikepdf.Stream,
    changes: Mapping[str, PdfValue] | None = None,
    data: bytes | None = None,
) -> Ref:
    """Copy an image XObject of another file, its stream as it is unless `data` replaces it.

    `changes` override single entries; an empty dictionary drops one.
    """
    entries: dict[str, PdfValue] = {"Type": Name("XObject"), "Subtype": Name("Image")}
    for key in _KEPT_KEYS:
        name = key[1:]
        if changes and name in changes:
            entries[name] = changes[name]
        elif key in image:
            entries[name] = _copied(file, image[key])
        if entries.get(name) == {}:
            del entries[name]
    raw = image.read_raw_bytes() if data is None else data
    return file.add_stream(entries, [raw], len(raw))


def _copied(file: PdfFile, value: object, depth: int = 0) -> PdfValue:
    """A foreign value; streams in it (ICC profiles, JBIG2 globals, palettes) become objects of this file."""
    import pikepdf

    if depth > _MAX_DEPTH:
        raise EngineFault(engine="pdf writer", reason="an image dictionary without end")
    if isinstance(value, pikepdf.Stream):
        kept = {key[1:]: _copied(file, value[key], depth + 1) for key in ("/N",) if key in value}
        return file.add_deflated(kept, value.read_bytes())
    if isinstance(value, pikepdf.Array):
        return [_copied(file, v, depth + 1) for v in value]
    if isinstance(value, pikepdf.Dictionary):
        return {k[1:]: _copied(file, v, depth + 1) for k, v in value.items()}
    if isinstance(value, pikepdf.Object):
        return Raw(value.unparse())
    if value is None or isinstance(value, bool | int):
        return value
    return float(value)  # type: ignore[arg-type]
