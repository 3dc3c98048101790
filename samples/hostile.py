"""Files that must be refused: each maker writes one and says which error codes are right for it."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pillow_heif
from PIL import Image

from models.errors import (
    ActiveContent,
    DecompressionBomb,
    EmptyFile,
    InputRefused,
    LimitExceeded,
    NoPages,
    NotADocument,
    PasswordProtected,
    TooManyPages,
    TooManyPixels,
    TruncatedFile,
    Unreadable,
    WrongExtension,
)


@dataclass(frozen=True)
class HostileFile:
    """A written file; `code` is the error expected, `accepts` all codes that are right as well."""

    name: str
    path: Path
    code: str
    accepts: frozenset[str]


@dataclass(frozen=True)
class _Recipe:
    """File name, how to make the bytes, and the errors that fit, the best one first."""

    file_name: str
    make: Callable[[], bytes]
    errors: tuple[type[InputRefused], ...]


# ── pictures ─────────────────────────────────────────────────────────────────────────────────────────


def _picture(width: int = 620, height: int = 877) -> Image.Image:
    """A page with some texture, so that cutting its file in half really loses something."""
    ramp = Image.linear_gradient("L").resize((width, height))
    waves = Image.radial_gradient("L").resize((width, height))
    return Image.merge("RGB", (ramp, waves, ramp.transpose(Image.Transpose.ROTATE_180)))


def _encoded(form: str) -> bytes:
    buffer = io.BytesIO()
    _picture().save(buffer, form, dpi=(150, 150))
    return buffer.getvalue()


def _heic() -> bytes:
    buffer = io.BytesIO()
    pillow_heif.from_pillow(_picture()).save(buffer, quality=70)
    return buffer.getvalue()


def _cut(data: bytes, share: float = 0.5) -> bytes:
    return data[: int(len(data) * share)]


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, *, depth: int, colour: int, pixels: bytes, extra: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _png_chunk(b"IHDR", header)
        + extra
        + _png_chunk(b"IDAT", pixels)
        + _png_chunk(b"IEND", b"")
    )


def _repeated(block: bytes, times: int) -> bytes:
    """`block` over and over as one zlib stream, made in no time: a full flush makes every part the same bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    part = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    check = 1
    for _ in range(times):
        check = zlib.adler32(block, check)
    return b"\x78\xda" + part * times + b"\x03\x00" + struct.pack(">I", check)


def _png_60000() -> bytes:
    """The header claims 3.6 thousand million pixels; the file holds almost none."""
    return _png(60_000, 60_000, depth=8, colour=2, pixels=zlib.compress(bytes(64)))


def _png_bomb() -> bytes:
    """A sound bilevel PNG of 30,000 x 30,000: about 110 kB that become 900 MB when decoded."""
    return _png(30_000, 30_000, depth=1, colour=0, pixels=_repeated(bytes((1 + 30_000 // 8) * 300), 100))


def _png_text_bomb() -> bytes:
    """A small picture with a compressed comment of 200 MB."""
    comment = _png_chunk(b"zTXt", b"Comment\0\0" + _repeated(bytes(1 << 20), 200))
    rows = zlib.compress(b"".join(b"\0" + bytes(64) for _ in range(64)))
    return _png(64, 64, depth=8, colour=0, pixels=rows, extra=comment)


def _jpeg_huge_header() -> bytes:
    """A JPEG whose frame header claims 65,500 x 65,500."""
    data = bytearray(_encoded("JPEG"))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", 65_500, 65_500)
    return bytes(data)


def _tiff_loop() -> bytes:
    """A one-pixel TIFF whose next-directory pointer leads back to itself."""
    entries = [
        (256, 3, 1, 1),
        (257, 3, 1, 1),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 8 + 2 + 9 * 12 + 4),
        (277, 3, 1, 1),
        (278, 3, 1, 1),
        (279, 4, 1, 1),
    ]
    body = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *e) for e in entries)
    return b"II*\0" + struct.pack("<I", 8) + body + struct.pack("<I", 8) + b"\xff"


# ── PDFs ─────────────────────────────────────────────────────────────────────────────────────────────


def _raw_pdf(objects: list[bytes], root: int = 1) -> bytes:
    """A classic PDF from object bodies numbered from 1."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, start)
    return bytes(out)


def _stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n" % (len(data), entries) + data + b"\nendstream"


_TEXT = b"BT /F1 12 Tf 72 760 Td (ecopy) Tj ET"
_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def _pdf_with(
    catalogue: bytes = b"", page: bytes = b"", *, content: bytes | None = None, more: tuple[bytes, ...] = ()
) -> bytes:
    """One page with a word on it; further entries for catalogue and page, further objects from number 6 on."""
    return _raw_pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R " + catalogue + b" >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            b"/Resources << /Font << /F1 5 0 R >> >> " + page + b" >>",
            content if content is not None else _stream(_TEXT),
            _FONT,
            *more,
        ]
    )


def _pdf_password() -> bytes:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(_pdf_with())) as pdf:
        pdf.save(buffer, encryption=pikepdf.Encryption(user="mat-khau", owner="chu-so-huu", R=6))
    return buffer.getvalue()


def _pdf_no_pages() -> bytes:
    return _raw_pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"])


def _pdf_deflate_bomb() -> bytes:
    """A content stream of 600 kB that inflates to 600 MB of operators."""
    data = _repeated(b"0 0 m 1 1 l S\n" * 75_000, 600)
    return _pdf_with(content=_stream(data, b"/Filter /FlateDecode"))


def _pdf_nested_bomb() -> bytes:
    """Twice deflated: a few kilobytes for a gigabyte."""
    inner = _repeated(bytes(1 << 20), 1024)
    return _pdf_with(content=_stream(zlib.compress(inner, 9), b"/Filter [/FlateDecode /FlateDecode]"))


def _pdf_many_pages(count: int = 10_001) -> bytes:
    kids = b" ".join(b"%d 0 R" % (3 + i) for i in range(count))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"
    return _raw_pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count),
            *([page] * count),
        ]
    )


def _pdf_javascript() -> bytes:
    return _pdf_with(b"/OpenAction << /S /JavaScript /JS (app.alert\\('xin chao'\\);) >>")


def _pdf_javascript_names() -> bytes:
    return _pdf_with(
        b"/Names << /JavaScript << /Names [(a) 6 0 R] >> >>",
        more=(b"<< /S /JavaScript /JS (app.beep\\(0\\);) >>",),
    )


def _pdf_javascript_page() -> bytes:
    """Hidden in a page's additional actions, with the name written in hexadecimal."""
    return _pdf_with(page=b"/AA << /O << /S /Java#53cript /JS (app.beep\\(0\\);) >> >>")


def _pdf_launch() -> bytes:
    link = b"<< /Type /Annot /Subtype /Link /Rect [0 0 595 842] /A << /S /Launch /F (calc.exe) >> >>"
    return _pdf_with(page=b"/Annots [6 0 R]", more=(link,))


def _pdf_page_loop() -> bytes:
    """A page tree whose nodes are each other's children."""
    return _raw_pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 /Parent 3 0 R >>",
            b"<< /Type /Pages /Kids [2 0 R] /Count 1 /Parent 2 0 R >>",
        ]
    )


def _docx() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (
            ("[Content_Types].xml", "<Types/>"),
            ("_rels/.rels", "<Relationships/>"),
            ("word/document.xml", "<w:document>Đơn đề nghị</w:document>"),
        ):
            archive.writestr(zipfile.ZipInfo(name), text)
    return buffer.getvalue()


def _gif() -> bytes:
    buffer = io.BytesIO()
    _picture(200, 280).convert("P").save(buffer, "GIF")
    return buffer.getvalue()


_TEXT_FILE = "Kính gửi: Bộ phận Một cửa\nĐây là tệp văn bản, không phải bản quét.\n".encode()

_RECIPES: dict[str, _Recipe] = {
    "empty": _Recipe("rong.pdf", lambda: b"", (EmptyFile,)),
    "wrong_extension": _Recipe("thuc-ra-la-png.jpg", lambda: _encoded("PNG"), (WrongExtension,)),
    "pdf_as_jpeg": _Recipe("thuc-ra-la-pdf.jpg", _pdf_with, (WrongExtension,)),
    "truncated_jpeg": _Recipe("cut.jpg", lambda: _cut(_encoded("JPEG")), (TruncatedFile,)),
    "truncated_png": _Recipe("cut.png", lambda: _cut(_encoded("PNG")), (TruncatedFile,)),
    "truncated_tiff": _Recipe("cut.tiff", lambda: _cut(_encoded("TIFF")), (TruncatedFile, Unreadable)),
    "truncated_heic": _Recipe("cut.heic", lambda: _cut(_heic()), (TruncatedFile, Unreadable)),
    "truncated_pdf": _Recipe("cut.pdf", lambda: _cut(_pdf_with(), 0.45), (TruncatedFile, Unreadable)),
    "password_pdf": _Recipe("mat-khau.pdf", _pdf_password, (PasswordProtected,)),
    "no_pages_pdf": _Recipe("khong-trang.pdf", _pdf_no_pages, (NoPages,)),
    "pdf_deflate_bomb": _Recipe("bom-nen.pdf", _pdf_deflate_bomb, (DecompressionBomb, LimitExceeded)),
    "pdf_nested_bomb": _Recipe("bom-hai-lop.pdf", _pdf_nested_bomb, (DecompressionBomb, LimitExceeded)),
    "png_60000": _Recipe("60000x60000.png", _png_60000, (TooManyPixels,)),
    "png_bomb": _Recipe("bom-anh.png", _png_bomb, (TooManyPixels, DecompressionBomb)),
    "png_text_bomb": _Recipe(
        "bom-chu.png", _png_text_bomb, (DecompressionBomb, TruncatedFile, Unreadable, LimitExceeded)
    ),
    "jpeg_huge_header": _Recipe("65500x65500.jpg", _jpeg_huge_header, (TooManyPixels,)),
    "pdf_10001_pages": _Recipe("10001-trang.pdf", _pdf_many_pages, (TooManyPages,)),
    "pdf_javascript": _Recipe("javascript.pdf", _pdf_javascript, (ActiveContent,)),
    "pdf_javascript_names": _Recipe("javascript-ten.pdf", _pdf_javascript_names, (ActiveContent,)),
    "pdf_javascript_page": _Recipe("javascript-trang.pdf", _pdf_javascript_page, (ActiveContent,)),
    "pdf_launch": _Recipe("launch.pdf", _pdf_launch, (ActiveContent,)),
    "pdf_page_loop": _Recipe(
        "vong-trang.pdf", _pdf_page_loop, (Unreadable, NoPages, LimitExceeded, TooManyPages)
    ),
    "tiff_loop": _Recipe(
        "vong-thu-muc.tiff", _tiff_loop, (Unreadable, TruncatedFile, TooManyPages, LimitExceeded)
    ),
    "text_as_pdf": _Recipe("van-ban.pdf", lambda: _TEXT_FILE, (NotADocument,)),
    "docx": _Recipe("don-de-nghi.docx", _docx, (NotADocument,)),
    "gif": _Recipe("anh-dong.gif", _gif, (NotADocument,)),
}
NAMES = tuple(_RECIPES)


def write_hostile(name: str, folder: Path) -> HostileFile:
    """Write one of NAMES into `folder`. Raises KeyError for an unknown name."""
    recipe = _RECIPES[name]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / recipe.file_name
    path.write_bytes(recipe.make())
    return HostileFile(name, path, recipe.errors[0].code, frozenset(e.code for e in recipe.errors))


def write_all(folder: Path) -> Iterator[HostileFile]:
    """Write every hostile file; about three seconds."""
    for name in NAMES:
        yield write_hostile(name, folder)
