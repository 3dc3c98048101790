"""Triage names what a file is and refuses, each with its own code, what can't or must not pass."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from models.errors import (
    ActiveContent,
    DecompressionBomb,
    EmptyFile,
    NoPages,
    NotADocument,
    PasswordProtected,
    TooLarge,
    TooManyPages,
    TooManyPixels,
    TruncatedFile,
    Unreadable,
    WrongExtension,
)
from models.pages import PdfNature, SourceFacts, SourceKind
from pdf.sandbox import Sandbox
from pdf.sniff import kind_of
from pdf.triage import TriageLimits, judge_source
from tests.pdf.support import corners, jpeg_bytes, jpeg_pdf, png_bytes, text_pdf

LIMITS = TriageLimits(max_pages=500, max_pixels=50_000_000)
PARAGRAPH = [
    (f"Căn cứ Luật Tổ chức chính quyền địa phương, dòng thứ {n}", 80.0, 760.0 - 20 * n, 13.0)
    for n in range(12)
]


def judged(path: Path, name: str | None = None) -> SourceFacts:
    return judge_source(path, name if name is not None else path.name, LIMITS)


def changed(path: Path, change: Callable[[pikepdf.Pdf], None]) -> Path:
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        change(pdf)
        pdf.save(path)
    return path


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def file_bytes(image: Image.Image, form: str) -> bytes:
    out = io.BytesIO()
    image.save(out, form)
    return out.getvalue()


# ── what a file is ───────────────────────────────────────────────────────────────────────────────────


def test_pictures_are_known_by_their_content(tmp_path: Path) -> None:
    image = corners(200, 300)
    for name, data, kind in (
        ("a.png", png_bytes(image), SourceKind.PNG),
        ("a.jfif", jpeg_bytes(image), SourceKind.JPEG),
        ("a.TIF", file_bytes(image, "TIFF"), SourceKind.TIFF),
        ("no extension", jpeg_bytes(image), SourceKind.JPEG),
        ("scan.0001", png_bytes(image), SourceKind.PNG),
    ):
        assert judged(written(tmp_path / name, data)).kind is kind


def test_a_telephone_picture_is_known_by_its_brands(tmp_path: Path) -> None:
    import pillow_heif

    path = tmp_path / "a.heic"
    pillow_heif.from_pillow(corners(200, 300)).save(path, quality=60)
    assert judged(path).kind is SourceKind.HEIC
    assert judged(path, "a.heif").kind is SourceKind.HEIC


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", SourceKind.HEIC),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", SourceKind.HEIC),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", None),
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1heic", None),
        (b"\0\0\0\x18ftypisom\0\0\0\0mp41heic", None),
        (b"MM\0*\0\0\0\x08", SourceKind.TIFF),
        (b"GIF89a", None),
        (b"PK\x03\x04", None),
        (b"x" * 1000 + b"%PDF-1.4", SourceKind.PDF),
        (b"x" * 1100 + b"%PDF-1.4", None),
        (b"", None),
    ],
)
def test_magic_numbers(head: bytes, kind: SourceKind | None) -> None:
    assert kind_of(head) is kind


@pytest.mark.parametrize("name", ["a.pdf", "a.png", "a.tiff", "a.heic", "a.docx", "a.JPG.exe"])
def test_a_name_that_contradicts_the_content_is_refused(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / "received", jpeg_bytes(corners(100, 100)))
    with pytest.raises(WrongExtension) as caught:
        judged(path, name)
    assert caught.value.details["kind"] == "jpeg"


def test_what_is_no_document_is_refused_whatever_its_name(tmp_path: Path) -> None:
    for name, data in (("a.pdf", b"hello"), ("a.png", b"<html>"), ("a.docx", b"PK\x03\x04" + bytes(100))):
        with pytest.raises(NotADocument):
            judged(written(tmp_path / name, data))


def test_an_empty_and_a_too_large_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EmptyFile):
        judged(written(tmp_path / "a.pdf", b""))
    path = jpeg_pdf(tmp_path / "b.pdf")
    with pytest.raises(TooLarge):
        judge_source(path, "b.pdf", TriageLimits(max_bytes=path.stat().st_size - 1))


# ── what a PDF is ────────────────────────────────────────────────────────────────────────────────────


def test_a_scanner_s_pdf_is_scanned(tmp_path: Path) -> None:
    facts = judged(jpeg_pdf(tmp_path / "a.pdf", pages=3))
    assert (facts.page_count, facts.pdf_nature, facts.signature_count) == (3, PdfNature.SCANNED, 0)


def test_a_written_pdf_is_born_digital(tmp_path: Path) -> None:
    facts = judged(text_pdf(tmp_path / "a.pdf", [PARAGRAPH, PARAGRAPH]))
    assert (facts.page_count, facts.pdf_nature) == (2, PdfNature.BORN_DIGITAL)


def test_a_blank_page_among_written_ones_changes_nothing(tmp_path: Path) -> None:
    assert judged(text_pdf(tmp_path / "a.pdf", [PARAGRAPH, []])).pdf_nature is PdfNature.BORN_DIGITAL


def test_a_form_full_of_dotted_lines_is_born_digital(tmp_path: Path) -> None:
    lines = [(f"Họ và tên người khai số {n}: {'.' * 90}", 60.0, 760.0 - 22 * n, 12.0) for n in range(15)]
    assert judged(text_pdf(tmp_path / "a.pdf", [lines])).pdf_nature is PdfNature.BORN_DIGITAL


def test_an_older_ocr_layer_is_not_trusted(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf", [PARAGRAPH], mode=3)

    def add_picture(pdf: pikepdf.Pdf) -> None:
        with pikepdf.open(jpeg_pdf(tmp_path / "b.pdf")) as other:
            image = pdf.copy_foreign(other.pages[0].Resources.XObject.Im0)
        pdf.pages[0].Resources.XObject = pikepdf.Dictionary(Im0=image)
        pdf.pages[0].contents_add(b"q 595 0 0 842 0 0 cm /Im0 Do Q", prepend=True)

    assert judged(changed(path, add_picture)).pdf_nature is PdfNature.SCANNED


def test_visible_text_over_a_full_page_picture_is_scanned(tmp_path: Path) -> None:
    def add_text(pdf: pikepdf.Pdf) -> None:
        with pikepdf.open(text_pdf(tmp_path / "b.pdf", [PARAGRAPH])) as other:
            pdf.pages[0].Resources.Font = pdf.copy_foreign(other.pages[0].obj).Resources.Font
            pdf.pages[0].contents_add(other.pages[0].Contents.read_bytes())

    assert judged(changed(jpeg_pdf(tmp_path / "a.pdf"), add_text)).pdf_nature is PdfNature.SCANNED


def test_one_scanned_page_among_written_ones_makes_the_file_scanned(tmp_path: Path) -> None:
    def append(pdf: pikepdf.Pdf) -> None:
        with pikepdf.open(jpeg_pdf(tmp_path / "b.pdf")) as other:
            pdf.pages.extend(other.pages)

    path = changed(text_pdf(tmp_path / "a.pdf", [PARAGRAPH]), append)
    assert judged(path).pdf_nature is PdfNature.SCANNED


def test_text_that_copies_as_nonsense_is_not_trusted(tmp_path: Path) -> None:
    private_use = [(chr(0xE000 + n) * 40, 80.0, 700.0 - 20 * n, 13.0) for n in range(10)]
    assert judged(text_pdf(tmp_path / "a.pdf", [private_use])).pdf_nature is PdfNature.SCANNED
    unmapped = text_pdf(tmp_path / "b.pdf", [PARAGRAPH], unicode_map=False)
    assert judged(unmapped).pdf_nature is PdfNature.SCANNED


@pytest.mark.parametrize("font", [".VnTime", "ABCDEF+.VnTimeH", "VNI-Times", "ABCDEF+VNI-Helve"])
def test_text_in_an_eight_bit_vietnamese_font_is_not_trusted(tmp_path: Path, font: str) -> None:
    path = text_pdf(tmp_path / "a.pdf", [PARAGRAPH], font_name=font)
    assert judged(path).pdf_nature is PdfNature.SCANNED


def test_text_turned_into_outlines_is_not_trusted(tmp_path: Path) -> None:
    shapes = b"".join(b"%d %d m %d %d l %d %d l f\n" % (n, n, n + 5, n, n, n + 5) for n in range(400))
    path = text_pdf(tmp_path / "a.pdf", [[("Trang 1", 280.0, 30.0, 9.0)]], extra=shapes)
    assert judged(path).pdf_nature is PdfNature.SCANNED


def sign_roughly(pdf: pikepdf.Pdf, **more: object) -> None:
    signature = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Sig, Filter=pikepdf.Name("/Adobe.PPKLite"), ByteRange=[0, 1, 2, 3],
            Contents=pikepdf.String("x"), **more,
        )
    )  # fmt: skip
    field = pdf.make_indirect(
        pikepdf.Dictionary(
            FT=pikepdf.Name.Sig, T="S1", V=signature, Subtype=pikepdf.Name.Widget, Rect=[0, 0, 0, 0]
        )
    )
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[field], SigFlags=3)


def test_signatures_are_counted_and_make_the_file_an_original(tmp_path: Path) -> None:
    facts = judged(changed(text_pdf(tmp_path / "a.pdf", [PARAGRAPH]), sign_roughly))
    assert (facts.pdf_nature, facts.signature_count) == (PdfNature.SIGNED, 1)


def test_an_empty_signature_field_and_usage_rights_are_no_signatures(tmp_path: Path) -> None:
    def grant(pdf: pikepdf.Pdf) -> None:
        sign_roughly(pdf, Reference=[pikepdf.Dictionary(TransformMethod=pikepdf.Name.UR3)])
        empty = pikepdf.Dictionary(FT=pikepdf.Name.Sig, T="S2")
        pdf.Root.AcroForm.Fields.append(pdf.make_indirect(empty))

    assert judged(changed(text_pdf(tmp_path / "a.pdf", [PARAGRAPH]), grant)).signature_count == 0


# ── what is refused ──────────────────────────────────────────────────────────────────────────────────


def action(**entries: object) -> Callable[[pikepdf.Pdf], None]:
    def add(pdf: pikepdf.Pdf) -> None:
        pdf.Root.OpenAction = pikepdf.Dictionary(Type=pikepdf.Name.Action, **entries)

    return add


def attached(name: str, data: bytes, **stream: object) -> Callable[[pikepdf.Pdf], None]:
    def add(pdf: pikepdf.Pdf) -> None:
        inner = pikepdf.Stream(pdf, data)
        specification = pikepdf.Dictionary(
            Type=pikepdf.Name.Filespec, F=name, UF=name, EF=pikepdf.Dictionary(F=pdf.make_indirect(inner))
        )
        pdf.Root.Names = pikepdf.Dictionary(
            EmbeddedFiles=pikepdf.Dictionary(Names=[name, pdf.make_indirect(specification)])
        )

    return add


def annotation(**entries: object) -> Callable[[pikepdf.Pdf], None]:
    def add(pdf: pikepdf.Pdf) -> None:
        made = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Rect=[0, 0, 9, 9], **entries)
        pdf.pages[0].Annots = pikepdf.Array([pdf.make_indirect(made)])

    return add


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (action(S=pikepdf.Name.JavaScript, JS="app.alert(1)"), "JavaScript"),
        (action(S=pikepdf.Name.Launch, F="calc.exe"), "Launch"),
        (action(S=pikepdf.Name.SubmitForm, F="http://example.test"), "SubmitForm"),
        (action(S=pikepdf.Name.GoToR, F="\\\\10.0.0.1\\share\\x.pdf"), "GoToR"),
        (action(S=pikepdf.Name.URI, URI="  JavaScript:alert(1)"), "JavaScript"),
        (annotation(Subtype=pikepdf.Name.RichMedia), "RichMedia"),
        (annotation(Subtype=pikepdf.Name.Screen), "Screen"),
        (annotation(Subtype=pikepdf.Name.Link, A={"/S": pikepdf.Name.Launch, "/F": "x"}), "Launch"),
        (
            annotation(Subtype=pikepdf.Name.Widget, AA={"/K": {"/S": pikepdf.Name.JavaScript}}),
            "AA, JavaScript",
        ),
        (attached("hồ sơ.EXE", b"text"), "EmbeddedFile"),
        (attached("vô hại.pdf", b"MZ\x90\0"), "EmbeddedFile"),
        (attached("vô hại.txt", b"MZ" + bytes(9000)), "EmbeddedFile"),
    ],
)
def test_active_content_is_named_and_refused(
    tmp_path: Path, change: Callable[[pikepdf.Pdf], None], found: str
) -> None:
    path = changed(text_pdf(tmp_path / "a.pdf", [PARAGRAPH]), change)
    with pytest.raises(ActiveContent) as caught:
        judged(path)
    assert caught.value.details["found"] == found
    assert caught.value.quarantine


def test_xfa_is_refused(tmp_path: Path) -> None:
    def add(pdf: pikepdf.Pdf) -> None:
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=pdf.make_stream(b"<xdp/>"))

    with pytest.raises(ActiveContent):
        judged(changed(text_pdf(tmp_path / "a.pdf", [PARAGRAPH]), add))


def test_a_script_hides_neither_behind_an_escaped_name_nor_in_an_object_stream(tmp_path: Path) -> None:
    path = changed(text_pdf(tmp_path / "a.pdf", [PARAGRAPH]), action(S=pikepdf.Name.JavaScript, JS="1"))
    plain = path.read_bytes()
    assert plain.count(b"/JavaScript /Type /Action") or plain.count(b"/S /JavaScript")
    escaped = written(tmp_path / "b.pdf", plain.replace(b"/S /JavaScript", b"/S /J#61vaScri#70t"))
    with pikepdf.open(path) as pdf:
        pdf.save(tmp_path / "c.pdf", object_stream_mode=pikepdf.ObjectStreamMode.generate)
    for hidden in (escaped, tmp_path / "c.pdf"):
        assert b"/S /JavaScript" not in hidden.read_bytes()
        with pytest.raises(ActiveContent):
            judged(hidden)


@pytest.mark.parametrize(
    "change",
    [
        action(S=pikepdf.Name.URI, URI="https://example.test/"),
        action(S=pikepdf.Name.GoTo, D=[0]),
        action(S=pikepdf.Name.GoToR, F="annex.pdf"),
        attached("dữ liệu.xml", b"<a/>"),
        annotation(Subtype=pikepdf.Name.Link, A={"/S": pikepdf.Name.URI, "/URI": "mailto:a@example.test"}),
    ],
)
def test_plain_links_and_data_attachments_pass(tmp_path: Path, change: Callable[[pikepdf.Pdf], None]) -> None:
    assert judged(changed(text_pdf(tmp_path / "a.pdf", [PARAGRAPH]), change)).page_count == 1


def test_a_portfolio_is_refused(tmp_path: Path) -> None:
    def add(pdf: pikepdf.Pdf) -> None:
        pdf.Root.Collection = pikepdf.Dictionary(View=pikepdf.Name.D)

    with pytest.raises(Unreadable, match="portfolio"):
        judged(changed(text_pdf(tmp_path / "a.pdf", [PARAGRAPH]), add))


def encrypted(path: Path, user: str) -> Path:
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="chủ", user=user, R=6))
    return path


def test_a_password_is_asked_for_and_the_file_refused(tmp_path: Path) -> None:
    with pytest.raises(PasswordProtected):
        judged(encrypted(text_pdf(tmp_path / "a.pdf", [PARAGRAPH]), "mật khẩu"))


def test_a_file_that_anyone_may_open_passes_though_its_owner_restricts_it(tmp_path: Path) -> None:
    facts = judged(encrypted(text_pdf(tmp_path / "a.pdf", [PARAGRAPH]), ""))
    assert facts.pdf_nature is PdfNature.BORN_DIGITAL


def test_a_signed_file_that_is_encrypted_is_refused(tmp_path: Path) -> None:
    path = changed(text_pdf(tmp_path / "a.pdf", [PARAGRAPH]), sign_roughly)
    with pytest.raises(PasswordProtected):
        judged(encrypted(path, ""))


def test_a_file_without_pages_is_refused(tmp_path: Path) -> None:
    with pikepdf.new() as pdf:
        pdf.save(tmp_path / "a.pdf")
    with pytest.raises(NoPages):
        judged(tmp_path / "a.pdf")


def test_too_many_pages_are_refused_without_reading_them_all(tmp_path: Path) -> None:
    with pikepdf.new() as pdf:
        leaf = pikepdf.Dictionary(Type=pikepdf.Name.Page, MediaBox=[0, 0, 595, 842], Parent=pdf.Root.Pages)
        pdf.Root.Pages.Kids = pikepdf.Array([pdf.make_indirect(leaf) for _ in range(10_001)])
        pdf.Root.Pages.Count = 10_001
        pdf.save(tmp_path / "a.pdf")
    with pytest.raises(TooManyPages) as caught:
        judged(tmp_path / "a.pdf")
    assert caught.value.details["pages"] == 10_001


def plain_pdf(path: Path, objects: list[bytes]) -> None:
    """Objects 1, 2, … as they stand, the catalogue first: for page trees that libraries repair or refuse to write."""
    data, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    data += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table) + (
        b"trailer\n<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(data))
    )
    path.write_bytes(data)


def test_a_page_tree_that_multiplies_is_refused(tmp_path: Path) -> None:
    """Ten levels of ten references to the same node: ten thousand million pages in a kilobyte."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>"]
    objects += [b"<</Type/Pages/Count 10/Kids[%s]>>" % (b"%d 0 R " % n * 10) for n in range(3, 13)]
    objects.append(b"<</Type/Page/MediaBox[0 0 595 842]>>")
    plain_pdf(tmp_path / "a.pdf", objects)
    with pytest.raises(TooManyPages):
        judged(tmp_path / "a.pdf")


def test_a_page_tree_that_loops_is_refused(tmp_path: Path) -> None:
    objects = [b"<</Type/Catalog/Pages 2 0 R>>"]
    objects += [b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % n for n in (3, 2)]
    plain_pdf(tmp_path / "a.pdf", objects)
    with pytest.raises(Unreadable, match="loops"):
        judged(tmp_path / "a.pdf")


def test_a_listed_page_that_is_missing_is_noticed(tmp_path: Path) -> None:
    whole = jpeg_pdf(tmp_path / "a.pdf", pages=3).read_bytes()
    with pikepdf.open(tmp_path / "a.pdf") as pdf:
        second = pdf.pages[1].obj.objgen[0]
    with pytest.raises(TruncatedFile):
        judged(written(tmp_path / "b.pdf", whole.replace(b" %d 0 R" % second, b" 99 0 R", 1)))


def test_a_cross_reference_that_loops_does_no_harm(tmp_path: Path) -> None:
    data = text_pdf(tmp_path / "a.pdf", [PARAGRAPH]).read_bytes()
    start = data.rindex(b"startxref")
    offset = int(data[start:].split()[1])
    looped = written(tmp_path / "b.pdf", data.replace(b"/Size", b"/Prev %d /Size" % offset))
    assert judged(looped).page_count == 1  # the loop is cut, and nothing is missing


def test_a_deflate_bomb_is_refused(tmp_path: Path) -> None:
    once = zlib.compress(bytes(200 << 20), 9)
    twice = zlib.compress(once, 9)
    flate = pikepdf.Name.FlateDecode
    for number, (data, filters) in enumerate(((once, flate), (twice, pikepdf.Array([flate, flate])))):
        path = tmp_path / f"{number}.pdf"
        with pikepdf.new() as pdf:
            page = pdf.add_blank_page()
            stream = pikepdf.Stream(pdf, data)
            stream.stream_dict = pikepdf.Dictionary(Filter=filters, Length=len(data))
            page.Contents = pdf.make_indirect(stream)
            pdf.save(path, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
        assert path.stat().st_size < 300_000
        with pytest.raises(DecompressionBomb):
            judged(path)


def test_a_bomb_in_an_object_stream_is_refused(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf", [PARAGRAPH])
    with pikepdf.open(path) as pdf:
        pdf.Root.Padding = pdf.make_indirect(pikepdf.Array([pikepdf.String("x" * 1000)] * 1))
        pdf.save(tmp_path / "b.pdf", object_stream_mode=pikepdf.ObjectStreamMode.generate)
    data = (tmp_path / "b.pdf").read_bytes()
    at = data.index(b"/Type /ObjStm")
    start = data.index(b"stream\n", at) + 7
    end = data.index(b"\nendstream", start)
    inflated = zlib.decompress(data[start:end]) + b" " * (150 << 20)
    packed = zlib.compress(inflated, 9)
    head = data[:at].rindex(b"obj")
    entry = data[head:start].split(b"/Length ")
    length = entry[1].split(maxsplit=1)
    patched = entry[0] + b"/Length %d " % len(packed) + length[1]
    written(path, data[:head] + patched + packed + data[end:])
    with pytest.raises((DecompressionBomb, TruncatedFile, Unreadable)):
        judged(path)


def test_a_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = jpeg_pdf(tmp_path / "a.pdf", pages=2).read_bytes()
    for share in (0.2, 0.5, 0.9, 0.99):
        with pytest.raises(TruncatedFile):
            judged(written(tmp_path / "b.pdf", whole[: int(len(whole) * share)]))


def test_a_cut_file_that_ends_in_an_older_end_mark_far_above_is_refused(tmp_path: Path) -> None:
    whole = jpeg_pdf(tmp_path / "a.pdf").read_bytes()
    with pytest.raises(TruncatedFile):
        judged(
            written(
                tmp_path / "b.pdf",
                whole + b"5 0 obj\n<< /Length 9000 >>\nstream\n" + bytes(range(1, 250)) * 20,
            )
        )


def test_padding_after_the_end_and_junk_before_the_header_pass(tmp_path: Path) -> None:
    whole = jpeg_pdf(tmp_path / "a.pdf").read_bytes()
    assert judged(written(tmp_path / "b.pdf", whole + bytes(4096))).page_count == 1
    assert judged(written(tmp_path / "c.pdf", whole + b"\r\n\x1a")).page_count == 1
    assert judged(written(tmp_path / "d.pdf", b"\xef\xbb\xbf\r\n" + whole)).page_count == 1


def test_a_broken_table_over_a_whole_file_is_repaired(tmp_path: Path) -> None:
    whole = jpeg_pdf(tmp_path / "a.pdf", pages=3).read_bytes()
    start = whole.rindex(b"startxref")
    broken = whole[:start] + b"startxref\n7\n%%EOF\n"
    assert judged(written(tmp_path / "b.pdf", broken)).page_count == 3


def test_a_repaired_file_without_all_its_pages_is_refused(tmp_path: Path) -> None:
    with pikepdf.open(jpeg_pdf(tmp_path / "a.pdf", pages=3)) as pdf:
        numbers = [p.obj.objgen[0] for p in pdf.pages]
    whole = (tmp_path / "a.pdf").read_bytes()
    lost = whole.replace(b"\n%d 0 obj" % numbers[1], b"\n%d 0 xbj" % numbers[1])
    start = lost.rindex(b"startxref")
    with pytest.raises((TruncatedFile, Unreadable)):
        judged(written(tmp_path / "b.pdf", lost[:start] + b"startxref\n7\n%%EOF\n"))


def test_a_huge_page_is_refused(tmp_path: Path) -> None:
    for box in ((0, 0, 1e9, 1e9), (0, 0, 14401, 100), (0, 0, 0.5, 100)):
        with pytest.raises(Unreadable):
            judged(jpeg_pdf(tmp_path / "a.pdf", box=box))


def test_a_picture_that_claims_too_many_pixels_is_refused(tmp_path: Path) -> None:
    path = jpeg_pdf(tmp_path / "a.pdf", entries={"Width": 60_000, "Height": 60_000})
    with pytest.raises(TooManyPixels) as caught:
        judged(path)
    assert caught.value.details["width"] == 60_000


def test_rubbish_after_a_pdf_header_is_refused(tmp_path: Path) -> None:
    for data in (b"%PDF-1.7\n%%EOF\n", b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"\n%%EOF\n"):
        with pytest.raises((TruncatedFile, Unreadable, NoPages)):
            judged(written(tmp_path / "a.pdf", data))


def test_the_judgement_comes_out_of_the_sandbox_unchanged(sandbox: Sandbox, tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf", [PARAGRAPH])
    assert sandbox.call(judge_source, path, "a.pdf", LIMITS) == judged(path)
    with pytest.raises(WrongExtension) as caught:
        sandbox.call(judge_source, path, "a.png", LIMITS)
    assert caught.value.details["extension"] == "png"
