"""Pictures, readings and PDF files for the tests of `pdf`, made from nothing but invented text."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree

import numpy as np
import page as pdfa
import pikepdf
from PIL import Image, ImageChops, ImageDraw, ImageFont

from models.base import Value
from models.ecopy import ConversionMark, CopyForm, EcopyData, PageNote, TransferNote
from models.errors import TruncatedFile
from models.extraction import FieldValue, MinimumData
from models.geometry import Box
from models.pages import PagePicture, PageSize
from models.reading import Line, PageReading, Region, Word
from pdf.assembly import add_page, deflated
from pdf.fonts import EmbeddedFont
from pdf.writer import DocumentMetadata, EcopyContent, PageInput, write_pdfa

TINOS = Path(__file__).parents[2] / "pdf/fonts/Tinos-Regular.ttf"
A4 = PageSize(width_mm=210, height_mm=297)
MOMENT = "2026-11-22T09:15:04+07:00"
Orientation = Literal[1, 2, 3, 4, 5, 6, 7, 8]
MAX_PIXELS = 100_000_000

LETTERS = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
EVERY_LETTER = LETTERS + LETTERS.upper()
HEADING = [
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "Số: 123/QĐ-UBND ngày 07/3/2026 “mẫu”…",
]

# ── pictures ─────────────────────────────────────────────────────────────────────────────────────────


def corners(width: int = 400, height: int = 600) -> Image.Image:
    """An RGB picture that is different in every corner, so that no turn or mirror goes unseen."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    w, h = width // 4, height // 4
    draw.rectangle((0, 0, w, h), fill=(200, 30, 30))
    draw.rectangle((width - w, 0, width, h), fill=(30, 150, 60))
    draw.rectangle((0, height - h, w, height), fill=(40, 60, 200))
    draw.rectangle((width - w, height - h, width, height), fill=(20, 20, 20))
    draw.line((w, h, width - w, height // 2), fill=(120, 0, 120), width=max(2, width // 60))
    return image


def jpeg_bytes(image: Image.Image, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92, **options)
    return out.getvalue()


def png_bytes(image: Image.Image, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", **options)
    return out.getvalue()


def jpeg_page(
    path: Path,
    image: Image.Image,
    size: PageSize = A4,
    orientation: int = 1,
    reading: PageReading | None = None,
) -> PageInput:
    """`image` as a stored JPEG whose upright page has `size`."""
    path.write_bytes(jpeg_bytes(image))
    return PageInput(picture_of(image, "jpeg", size, orientation), path, reading)


def picture_of(
    image: Image.Image, form: Literal["jpeg", "png", "pdf"], size: PageSize = A4, orientation: int = 1
) -> PagePicture:
    colour: Literal["bilevel", "grey", "rgb"] = (
        "bilevel" if image.mode == "1" else "grey" if image.mode == "L" else "rgb"
    )
    across = image.width if orientation < 5 else image.height
    return PagePicture(
        form=form,
        width_px=image.width,
        height_px=image.height,
        colour=colour,
        orientation=orientation,
        size=size,
        dpi=across / size.width_mm * 25.4,
    )


# ── readings and metadata ────────────────────────────────────────────────────────────────────────────


def reading_of(
    lines: Sequence[str], *, top: float = 0.1, step: float = 0.03, height: float = 0.014
) -> PageReading:
    """Lines of words with boxes as wide as Times would set them, from the left margin down."""
    font = ImageFont.truetype(str(TINOS), 100)
    built = []
    for index, text in enumerate(lines):
        x, y, words = 0.1, top + index * step, []
        for word in text.split():
            width = font.getlength(word) / 100 * height * 297 / 210
            words.append(Word(text=word, box=Box.clipped(x, y, x + width, y + height), confidence=0.9))
            x += width + 0.006
        built.append(Line(words=tuple(words), box=Box.around(w.box for w in words)))
    return PageReading(
        page=1, regions=(Region(kind="text", box=Box.around(li.box for li in built), lines=tuple(built)),)
    )


def metadata(ecopy: EcopyContent | None = None, **changes: Any) -> DocumentMetadata:
    values: dict[str, Any] = {
        "title": "Quyết định về việc cấp giấy phép (mẫu)",
        "author": "Ủy ban nhân dân phường Hoa Mẫu",
        "description": "Trích yếu: cấp phép <thử> & “kiểm tra”",
        "created_at": MOMENT,
        "creator_tool": "ecopy 0.1.0",
        "producer": "ecopy 0.1.0",
        "ecopy": ecopy,
    }
    return DocumentMetadata(**(values | changes))


def ecopy_content(filler: int = 0) -> EcopyContent:
    """E-copy content whose data JSON grows by about `filler` bytes."""
    fields = {
        "full_name": FieldValue(
            value="NGUYỄN THỊ ƯỚC <&> ]]> \u0001 “mẫu”", confidence=0.93, page=1,
            box=Box(x0=0.1, y0=0.2, x1=0.5, y1=0.22), origin="ocr",
        )
    }  # fmt: skip
    if filler:
        fields["filler"] = FieldValue(value=("Chữ ữ ợ " * (filler))[:filler], confidence=1, origin="person")
    return EcopyContent(
        data=EcopyData(
            document_id="01JD000000000000000000000A",
            ecopy_id="01JD000000000000000000000B",
            document_type="quyet_dinh",
            document_type_name="Quyết định",
            minimum=MinimumData(
                type_code="quyet_dinh", holder_identifier=None, holder_name="Nguyễn Thị Ước",
                title="Quyết định", abstract="về việc thử",
            ),
            fields=fields,
        ),
        note=TransferNote(
            ecopy_id="01JD000000000000000000000B",
            document_id="01JD000000000000000000000A",
            source_sha256="0" * 64, source_kind="jpeg", medium="paper", presented_as="ban_goc",
            received_at=MOMENT, captured_by="Trần Mẫu", capture_sha256="1" * 64, page_count=1, image_count=1,
            pages=(PageNote(page=1, width_px=400, height_px=600, dpi=200, colour="rgb", rendered=False),),
            reading_engine="tesseract 5", extractor="rules-1", confirmed_by="Lê Mẫu", confirmed_at=MOMENT,
            copy_form=CopyForm.SAO_Y, agency="UBND phường Hoa Mẫu", agency_identifier="H00.00",
            rule_set="vn-2025-07-01", software="ecopy 0.1.0",
        ),
        mark=ConversionMark(
            text="Bản điện tử được chuyển đổi từ văn bản giấy sang thông điệp dữ liệu",
            converter="UBND phường Hoa Mẫu", converted_at=MOMENT, source_medium="paper",
        ),
    )  # fmt: skip


# ── PDF files ────────────────────────────────────────────────────────────────────────────────────────


def faults(path: Path, conformance: Literal["2b", "2u"]) -> list[str]:
    """What page-validation finds against PDF/A."""
    report = pdfa.validate_pdf(path, profile=f"pdfa{conformance}")
    return [f"{f.rule_id}: {f.message}" for f in report.failures]


Run = tuple[str, float, float, float]
"""Text, x and y of its base line in points from the lower left, font size."""


def text_pdf(
    path: Path,
    pages: Sequence[Sequence[Run]],
    *,
    mode: int = 0,
    extra: bytes = b"",
    before: bytes = b"",
    unicode_map: bool = True,
    font_name: str | None = None,
    box: Sequence[float] = (0, 0, 595.28, 841.89),
    rotate: int = 0,
    crop: Sequence[float] | None = None,
) -> Path:
    """A PDF with text set in Tinos, as a word processor writes it."""
    font = EmbeddedFont()
    with pikepdf.new() as pdf:
        for runs in pages:
            shown: list[Any] = [([], "BT"), ([mode], "Tr")]
            for text, x, y, size in runs:
                shown += [
                    ([pikepdf.Name.F1, size], "Tf"),
                    ([1, 0, 0, 1, x, y], "Tm"),
                    ([font.encode(text)], "Tj"),
                ]
            text_block = pikepdf.unparse_content_stream([*shown, ([], "ET")])
            add_page(pdf, 0, 0, {}, deflated(pdf, b"\n".join([before, text_block, extra])))
            leaf = pdf.pages[-1].obj
            leaf.MediaBox = pikepdf.Array(box)
            if rotate:
                leaf.Rotate = rotate
            if crop:
                leaf.CropBox = pikepdf.Array(crop)
        font_object = font.embed(pdf)
        for page in pdf.pages:
            page.obj.Resources.Font = pikepdf.Dictionary(F1=font_object)
        if not unicode_map:
            del font_object["/ToUnicode"]
        if font_name:
            font_object.BaseFont = pikepdf.Name(f"/{font_name}")
            font_object.DescendantFonts[0].BaseFont = pikepdf.Name(f"/{font_name}")
        pdf.save(path)
    return path


def image_pdf(
    path: Path,
    data: bytes,
    entries: dict[str, Any],
    *,
    matrix: Sequence[float] = (595.28, 0, 0, 841.89, 0, 0),
    box: Sequence[float] = (0, 0, 595.28, 841.89),
    content: bytes | None = None,
    page: dict[str, Any] | None = None,
    pages: int = 1,
    more: Callable[[pikepdf.Pdf], None] | None = None,
) -> Path:
    """A PDF whose pages each draw one image XObject named Im0."""
    pdf = pikepdf.new()
    image = pikepdf.Stream(pdf, data)
    image.stream_dict = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Length=len(data), **entries
    )
    shown = content or b"q %s cm /Im0 Do Q" % " ".join(f"{v:f}" for v in matrix).encode()
    held = pdf.make_indirect(image)
    for _ in range(pages):
        leaf = pikepdf.Dictionary(
            Type=pikepdf.Name.Page,
            MediaBox=list(box),
            Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=held)),
            Contents=pdf.make_stream(shown),
            **(page or {}),
        )
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(leaf)))
    if more:
        more(pdf)
    pdf.save(path, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
    return path


def jpeg_pdf(path: Path, image: Image.Image | None = None, **options: Any) -> Path:
    """A scanner's PDF: one JPEG a page."""
    image = image or corners()
    space = pikepdf.Name.DeviceGray if image.mode == "L" else pikepdf.Name.DeviceRGB
    entries = {
        "Width": image.width, "Height": image.height, "ColorSpace": space, "BitsPerComponent": 8,
        "Filter": pikepdf.Name.DCTDecode,
    }  # fmt: skip
    return image_pdf(path, jpeg_bytes(image), entries | options.pop("entries", {}), **options)


def drawn(path: Path, page: int = 1, dpi: float = 72) -> np.ndarray:
    """The page as pdfium draws it, (H, W, 3) uint8."""
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        bitmap = document[page - 1].render(scale=dpi / 72, rev_byteorder=True)
        return np.array(bitmap.to_numpy()[:, :, :3])


# ── functions for the sandbox ────────────────────────────────────────────────────────────────────────


class Answer(Value):
    """A value type of the package whose function is called."""

    number: int


_PREPARED: list[str] = []


def prepare() -> None:
    _PREPARED.append("once")


def prepared() -> str:
    return " ".join(_PREPARED)


def double(value: int) -> int:
    return 2 * value


def answer(value: int) -> Answer:
    return Answer(number=value)


def picture_array(width: int, height: int) -> np.ndarray:
    return np.full((height, width, 3), 7, np.uint8)


def refuse(reason: str) -> None:
    raise TruncatedFile(reason=reason)


def stumble() -> None:
    raise KeyError("một khóa")


def eat_memory() -> int:
    kept = []
    while True:
        kept.append(bytearray(16 << 20))


def burn() -> None:
    while True:
        pass


def sleep_long() -> None:
    time.sleep(120)


def die(number: int) -> None:
    os.kill(os.getpid(), number)


def leave(status: int) -> None:
    os._exit(status)


def huge(size: int) -> bytes:
    return bytes(size)


def write_much(path: Path, size: int) -> None:
    with path.open("wb") as file:
        for _ in range(size >> 20):
            file.write(bytes(1 << 20))


def shout() -> None:
    print("lời kêu từ tiến trình con", flush=True)
    os.write(2, b"and on the error channel\n")


def environment() -> list[str]:
    return sorted(os.environ)


def process_identity() -> tuple[int, int]:
    return os.getpid(), os.getppid()


def start_a_sleeper() -> int:
    """Start a process that outlives the call, and return its id."""
    import subprocess

    return subprocess.Popen(["sleep", "300"]).pid


class Evil:
    """Pickles as a call of something that acts."""

    def __init__(self, trace: Path) -> None:
        self._trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self._trace),)


class Lost:
    """Can be sent, but not be made again."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _lost, ()


def _lost() -> None:
    raise RuntimeError("lost on the way")


def evil(trace: Path) -> Any:
    return Evil(trace)


# ── bilevel streams ──────────────────────────────────────────────────────────────────────────────────


def group4(image: Image.Image) -> bytes:
    """ITU-T T.6 data of a 1-bit picture, black pixels as 1 (PDF's BlackIs1 false reads them as black)."""
    out = io.BytesIO()
    ImageChops.invert(image).save(out, "TIFF", compression="group4", strip_size=1 << 24)
    with Image.open(io.BytesIO(out.getvalue())) as tiff:
        tags = tiff.tag_v2  # type: ignore[attr-defined]
        offsets, lengths = tags[273], tags[279]
    assert len(offsets) == 1
    return out.getvalue()[offsets[0] : offsets[0] + lengths[0]]


def jbig2(image: Image.Image) -> bytes:
    """An embedded JBIG2 stream (ITU-T T.88): page information and one generic region coded as MMR."""
    width, height = image.size
    mmr = group4(image)
    page_information = struct.pack(">IIIIBH", width, height, 0, 0, 0, 0)
    region = struct.pack(">IIIIBB", width, height, 0, 0, 0, 1) + mmr

    def segment(number: int, kind: int, body: bytes) -> bytes:
        return struct.pack(">IBBBI", number, kind, 0, 1, len(body)) + body

    return segment(0, 48, page_information) + segment(1, 38, region)


def jp2(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG2000")
    return out.getvalue()


# ── files ────────────────────────────────────────────────────────────────────────────────────────────


def written(target: Path, *pages: PageInput, conformance: Literal["2b", "2u"] = "2u") -> Path:
    write_pdfa(target, pages, metadata=metadata(), conformance=conformance)
    return target


def pdftotext(path: Path, *options: str) -> str:
    result = subprocess.run(["pdftotext", *options, str(path), "-"], capture_output=True, check=True)
    return result.stdout.decode("utf-8")


def lines_of(path: Path, *options: str) -> list[str]:
    return [line for line in pdftotext(path, *options).replace("\f", "").splitlines() if line.strip()]


def words_with_boxes(path: Path) -> list[tuple[str, float, float, float, float]]:
    """Every word with x0, y0 (from below), x1, y1 in points, by poppler."""
    root = ElementTree.fromstring(pdftotext(path, "-bbox"))
    found = []
    for page in root.iter("{http://www.w3.org/1999/xhtml}page"):
        height = float(page.attrib["height"])
        for word in page:
            x0, y0, x1, y1 = (float(word.attrib[k]) for k in ("xMin", "yMin", "xMax", "yMax"))
            found.append((word.text or "", x0, height - y1, x1, height - y0))
    return found
