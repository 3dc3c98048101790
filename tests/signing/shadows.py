"""Files prepared before signing so that a later update shows something else, and raw forgeries of signed files.

After: C. Mainka, V. Mladenov, S. Rohlmann, "Shadow Attacks: Hiding and Replacing Content in Signed PDFs" (NDSS 2021),
and V. Mladenov et al., "1 Trillion Dollar Refund: How To Spoof PDF Signatures" (CCS 2019).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.signing.attacks import _box, _first_page, _stream
from tests.signing.support import gaps

Writer = IncrementalPdfFileWriter
DEAD = b"0 0 1 rg 0 0 500 500 re f"
"""What the object shows that lies unused in the prepared file under the number of the page's content."""


def write_prepared(source: Path, target: Path) -> Path:
    """The source with everything that shadow attacks need: a cover, hidden pages, a layer, a form, an attachment."""
    with pikepdf.open(source) as pdf:
        page = pdf.pages[0]
        shapes = Dictionary(
            Real=_form(pdf, b"0 g 72 300 200 100 re f"), Cover=_form(pdf, b"1 g 72 300 200 100 re f")
        )
        page.Resources = Dictionary(XObject=shapes)
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="layer"))
        page.Resources.Properties = Dictionary(L1=layer)
        page.Contents = pdf.make_stream(b"/Real Do /Cover Do /OC /L1 BDC 0.5 g 300 300 50 50 re f EMC")
        pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(Name="d", ON=Array([layer])))
        hidden = pdf.make_indirect(Dictionary(Type=Name.Pages, Count=1))
        leaf = Dictionary(Type=Name.Page, Parent=hidden, MediaBox=Array([0, 0, 595, 842]))
        leaf.Contents = pdf.make_stream(b"1 0 0 rg 0 0 400 400 re f")
        hidden.Kids = Array([pdf.make_indirect(leaf)])
        pdf.Root.Hidden = hidden
        pdf.Root.OtherCatalog = pdf.make_indirect(Dictionary(Type=Name.Catalog, Pages=hidden))
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        resources = Dictionary(Font=Dictionary(Helv=pdf.make_indirect(font)))
        field = Dictionary(FT=Name.Tx, T="amount", V="1", Rect=Array([72, 500, 272, 520]), F=4)
        field.Type, field.Subtype, field.DA = Name.Annot, Name.Widget, "/Helv 12 Tf"
        field.AP = Dictionary(N=_form(pdf, b"BT /Helv 12 Tf (1) Tj ET", Resources=resources))
        reference = pdf.make_indirect(field)
        page.Annots = Array([reference])
        pdf.Root.AcroForm = Dictionary(Fields=Array([reference]), DR=resources)
        pdf.attachments["data.xml"] = b"<amount>1</amount>"
        pdf.save(target, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    number = _content_number(target.read_bytes())
    dead = b"%d 0 obj\n<</Length %d>>\nstream\n%b\nendstream\nendobj\n" % (number, len(DEAD), DEAD)
    target.write_bytes(raw_update(target.read_bytes(), body=dead))
    return target


def _form(pdf: pikepdf.Pdf, content: bytes, **entries: Any) -> pikepdf.Object:
    form = pdf.make_stream(
        content, Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 595, 842]), **entries
    )
    return pdf.make_indirect(form)


# ── updates that keep the rules of the file format ───────────────────────────────────────────────────


def _replace(writer: Writer, reference: generic.IndirectObject, content: bytes = b"") -> None:
    """Another stream under the number of an old one."""
    old = reference.get_object()
    kept = {key: old.raw_get(key) for key in old if key not in ("/Length", "/Filter", "/DecodeParms")}
    number = (reference.reference.generation, reference.reference.idnum)
    writer.objects[number] = generic.StreamObject(kept, stream_data=content)


def uncovered(writer: Writer) -> None:
    """Hide: the cover over the real text becomes empty."""
    _replace(writer, _first_page(writer)["/Resources"]["/XObject"].raw_get("/Cover"))


def removed_cover(writer: Writer) -> None:
    """Hide: the page no longer names the cover."""
    shapes = _first_page(writer)["/Resources"]["/XObject"]
    shapes["/Cover"] = shapes.raw_get("/Real")
    writer.update_container(shapes)


def replaced_font(writer: Writer) -> None:
    """Replace: the form's font draws other letters."""
    fonts = writer.root["/AcroForm"]["/DR"]["/Font"]
    font = fonts["/Helv"]
    font["/BaseFont"] = pdf_name("/Symbol")
    writer.update_container(font)


def replaced_field_look(writer: Writer) -> None:
    """Replace: the same value, another appearance."""
    field = _field(writer, "/Tx")
    _replace(writer, field["/AP"].raw_get("/N"), b"BT /Helv 12 Tf (999) Tj ET")


def replaced_signature_look(writer: Writer) -> None:
    """The visible block of the signature says something else."""
    field = _field(writer, "/Sig")
    _replace(writer, field["/AP"].raw_get("/N"), b"1 0 0 rg 0 0 170 30 re f")


def swapped_pages(writer: Writer) -> None:
    """Hide and replace: the catalog names the hidden pages."""
    writer.root["/Pages"] = writer.root.raw_get("/Hidden")
    writer.update_root()


def toggled_layer(writer: Writer) -> None:
    """A layer is switched off."""
    properties = writer.root["/OCProperties"]
    properties["/D"]["/OFF"] = properties["/D"].raw_get("/ON")
    del properties["/D"]["/ON"]
    writer.update_container(properties)


def swapped_attachment(writer: Writer) -> None:
    """The attached data say something else."""
    names = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
    _replace(writer, names[1]["/EF"].raw_get("/F"), b"<amount>999</amount>")


def _field(writer: Writer, kind: str) -> Any:
    for reference in writer.root["/AcroForm"]["/Fields"]:
        field = reference.get_object()
        if field["/FT"] == kind:
            return field
    raise AssertionError(f"no field of type {kind}")


def removed_page(writer: Writer) -> None:
    """The last page is gone."""
    pages = writer.root["/Pages"]
    pages["/Kids"] = generic.ArrayObject(list(pages["/Kids"])[:-1])
    pages["/Count"] = generic.NumberObject(len(pages["/Kids"]))
    writer.update_container(pages)


def reordered_pages(writer: Writer) -> None:
    """The pages come in another order."""
    pages = writer.root["/Pages"]
    pages["/Kids"] = generic.ArrayObject(reversed(list(pages["/Kids"])))
    writer.update_container(pages)


def _page_entry(key: str, value: generic.PdfObject) -> Callable[[Writer], None]:
    def edit(writer: Writer) -> None:
        page = _first_page(writer)
        page[key] = value
        writer.update_container(page)

    edit.__name__ = f"page{key.replace('/', '_')}"
    return edit


def free_text(writer: Writer) -> None:
    """A note that reads like print."""
    _annotate(
        writer,
        "/FreeText",
        {"/Contents": generic.pdf_string("Đã thanh toán"), "/DA": generic.pdf_string("/Helv 12 Tf")},
    )


def link(writer: Writer) -> None:
    """A link over the page."""
    action = generic.DictionaryObject(
        {pdf_name("/S"): pdf_name("/URI"), pdf_name("/URI"): generic.pdf_string("https://example.invalid")}
    )
    _annotate(writer, "/Link", {"/A": action})


def stray_widget(writer: Writer) -> None:
    """A widget on the page that no form knows."""
    _annotate(writer, "/Widget", {"/FT": pdf_name("/Tx"), "/V": generic.pdf_string("x")})


def _annotate(writer: Writer, kind: str, entries: dict[str, Any]) -> None:
    annotation = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name(kind),
            pdf_name("/Rect"): _box(72, 600, 272, 700),
            **{pdf_name(key): value for key, value in entries.items()},
        }
    )
    page = _first_page(writer)
    kept = list(page["/Annots"]) if "/Annots" in page else []
    page["/Annots"] = generic.ArrayObject([*kept, writer.add_object(annotation)])
    writer.update_container(page)


def text_field(writer: Writer) -> None:
    """One more form field, filled."""
    form = writer.root["/AcroForm"]
    field = generic.DictionaryObject(
        {
            pdf_name("/FT"): pdf_name("/Tx"),
            pdf_name("/T"): generic.pdf_string("more"),
            pdf_name("/V"): generic.pdf_string("1"),
        }
    )
    form["/Fields"] = generic.ArrayObject([*form["/Fields"], writer.add_object(field)])
    writer.update_container(form)


def drawn_anew(writer: Writer) -> None:
    """Viewers shall draw all fields anew."""
    form = writer.root["/AcroForm"]
    form["/NeedAppearances"] = generic.BooleanObject(True)
    writer.update_container(form)


def other_form(writer: Writer) -> None:
    """An XFA form, which some viewers show instead of the pages."""
    form = writer.root["/AcroForm"]
    form["/XFA"] = _stream(writer, b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'/>")
    writer.update_container(form)


def named_script(writer: Writer) -> None:
    """A script under a name."""
    names = writer.root["/Names"]
    names["/JavaScript"] = writer.add_object(
        generic.DictionaryObject({pdf_name("/Names"): generic.ArrayObject()})
    )
    writer.update_container(names)


def page_action(writer: Writer) -> None:
    """Something happens when the page is turned to."""
    action = generic.DictionaryObject(
        {pdf_name("/S"): pdf_name("/Named"), pdf_name("/N"): pdf_name("/Print")}
    )
    _page_entry("/AA", generic.DictionaryObject({pdf_name("/O"): action}))(writer)


def forgotten_field(writer: Writer) -> None:
    """The form no longer names the signature."""
    form = writer.root["/AcroForm"]
    form["/Fields"] = generic.ArrayObject(list(form["/Fields"])[:1])
    writer.update_container(form)


SHADOWS: list[Callable[[Writer], None]] = [
    uncovered,
    removed_cover,
    replaced_font,
    replaced_field_look,
    replaced_signature_look,
    swapped_pages,
    toggled_layer,
    swapped_attachment,
    removed_page,
    reordered_pages,
    _page_entry("/Rotate", generic.NumberObject(180)),
    _page_entry("/CropBox", _box(0, 0, 100, 100)),
    _page_entry("/MediaBox", _box(0, 0, 595, 421)),
    _page_entry("/UserUnit", generic.NumberObject(2)),
    free_text,
    link,
    stray_widget,
    text_field,
    drawn_anew,
    other_form,
    named_script,
    page_action,
    forgotten_field,
]


# ── signature dictionaries that prove nothing (universal signature forgery) ──────────────────────────

_ABSENT = object()


def _forged(key: str, value: Any) -> Callable[[Writer], None]:
    def edit(writer: Writer) -> None:
        signature = _field(writer, "/Sig").raw_get("/V").get_object()
        if value is _ABSENT:
            del signature[key]
        else:
            signature[key] = value
        writer.update_container(signature)

    edit.__name__ = f"usf{key.replace('/', '_')}_{'absent' if value is _ABSENT else type(value).__name__}"
    return edit


def _numbers(*values: int) -> generic.ArrayObject:
    return generic.ArrayObject(generic.NumberObject(value) for value in values)


FORGED_DICTIONARIES = [
    *(
        _forged(key, value)
        for key in ("/ByteRange", "/Contents")
        for value in (_ABSENT, generic.NullObject(), generic.NumberObject(0), generic.pdf_string(""))
    ),
    _forged("/ByteRange", _numbers()),
    _forged("/ByteRange", _numbers(0, 10)),
    _forged("/ByteRange", _numbers(0, -1, 10, -1)),
    _forged("/ByteRange", _numbers(0, 99999999999, 99999999999, 1)),
    _forged("/ByteRange", _numbers(1, 2, 3, 4)),
    _forged("/Contents", generic.ByteStringObject(b"\x00")),
    _forged("/Contents", generic.ByteStringObject(b"\x30\x80")),
    _forged("/SubFilter", _ABSENT),
    _forged("/SubFilter", pdf_name("/adbe.x509.rsa_sha1")),
    _forged("/SubFilter", pdf_name("/adbe.pkcs7.sha1")),
    _forged("/Filter", pdf_name("/Nobody")),
    _forged("/Type", pdf_name("/DocTimeStamp")),
    _forged("/M", generic.pdf_string("D:20200101000000Z")),
]


# ── bytes written past the rules of the format ───────────────────────────────────────────────────────


def raw_update(
    data: bytes,
    *,
    body: bytes = b"",
    table: dict[int, int | None] | None = None,
    root: int | None = None,
    trailer: bool = True,
) -> bytes:
    """`data` with an update written by hand: `table` gives offsets by object number, None frees the object."""
    start = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    size = max(_size(data), *(number + 1 for number in table or {0: None}))
    catalog = root if root is not None else int(re.findall(rb"/Root (\d+) 0 R", data)[-1])
    made = data + body
    if not trailer:
        return made
    position = len(made)
    lines = [b"xref\n0 1\n0000000000 65535 f \n"]
    for number, offset in (table or {}).items():
        entry = b"0000000000 00001 f \n" if offset is None else b"%010d 00000 n \n" % offset
        lines.append(b"%d 1\n" % number + entry)
    lines.append(b"trailer\n<</Size %d/Root %d 0 R/Prev %d>>\n" % (size, catalog, start))
    lines.append(b"startxref\n%d\n%%%%EOF\n" % position)
    return made + b"".join(lines)


def _size(data: bytes) -> int:
    return max(int(number) for number in re.findall(rb"/Size (\d+)", data))


def _content_number(data: bytes) -> int:
    with pikepdf.open(BytesIO(data)) as pdf:
        return int(pdf.pages[0].Contents.objgen[0])


def freed_cover(data: bytes) -> bytes:
    """Hide: the cover's object is declared free."""
    with pikepdf.open(BytesIO(data)) as pdf:
        number = pdf.pages[0].Resources.XObject.Cover.objgen[0]
    return raw_update(data, table={number: None})


def other_catalog(data: bytes) -> bytes:
    """Hide and replace: the trailer names the catalog that was hidden in the file."""
    with pikepdf.open(BytesIO(data)) as pdf:
        number = pdf.Root.OtherCatalog.objgen[0]
    return raw_update(data, root=number)


def awakened(data: bytes) -> bytes:
    """Hide and replace: the table points to the unused content that was signed along."""
    found = re.search(rb"(\d+) 0 obj\n<</Length %d>>\nstream\n" % len(DEAD), data)
    assert found is not None
    return raw_update(data, table={int(found.group(1)): found.start()})


def _content(data: bytes) -> tuple[int, bytes]:
    number = _content_number(data)
    return number, b"%d 0 obj\n<</Length 3>>\nstream\n0 g\nendstream\nendobj\n" % number


def saved_again(data: bytes) -> bytes:
    """Incremental saving: another content, with everything an update needs."""
    number, body = _content(data)
    return raw_update(data, body=body, table={number: len(data)})


def saved_without_trailer(data: bytes) -> bytes:
    """Incremental saving: another content for viewers that look through the file, no table, no trailer."""
    return raw_update(data, body=_content(data)[1], trailer=False)


def saved_with_copied_signature(data: bytes) -> bytes:
    """Incremental saving: the update brings the signature's object along once more."""
    start, end, _ = gaps(data)[0]
    begins = data.rindex(b" 0 obj", 0, start)
    begins = data.rindex(b"\n", 0, begins) + 1
    copied = data[begins : data.index(b"endobj", end) + 7]
    number, body = _content(data)
    table = {number: len(data), int(copied.split()[0]): len(data) + len(body)}
    return raw_update(data, body=body + copied, table=table)


def _in_last_gap(change: Callable[[bytes, int, int], bytes]) -> Callable[[bytes], bytes]:
    def forge(data: bytes) -> bytes:
        start, end, stop = gaps(data)[-1]
        gap = change(data[start:end].rstrip(b"0>") + b"0", start, stop)
        return data[:start] + gap.ljust(end - start) + data[end:]

    forge.__name__ = change.__name__.strip("_")
    return forge


@_in_last_gap
def wrapped_range(gap: bytes, start: int, stop: int) -> bytes:
    """Wrapping: a second /ByteRange in the freed room of the gap, which covers less."""
    return gap + b"0>/ByteRange [0 %d %d 20]" % (start, stop - 20)


@_in_last_gap
def wrapped_contents(gap: bytes, start: int, stop: int) -> bytes:
    """Wrapping: a second /Contents."""
    return gap + b"0>/Contents <00>"


@_in_last_gap
def commented_gap(gap: bytes, start: int, stop: int) -> bytes:
    """Room for anything after a comment sign."""
    return gap + b"0>%anything"


def moved_tail(data: bytes) -> bytes:
    """Wrapping: what stood behind the gap is moved away, and something stands in between."""
    _, end, stop = gaps(data)[-1]
    return data[:end] + b"/Room (" + b"x" * 200 + b")" + data[end:stop]


def renamed_range(data: bytes) -> bytes:
    """The key /ByteRange misspelt, nothing else."""
    at = data.rindex(b"/ByteRange")
    return data[:at] + b"/ByteRangX" + data[at + 10 :]


def forgotten_contents(data: bytes) -> bytes:
    """The key /Contents misspelt."""
    start, _, _ = gaps(data)[-1]
    at = data.rindex(b"/Contents", 0, start)
    return data[:at] + b"/Contentx" + data[at + 9 :]


RAW = [
    freed_cover,
    other_catalog,
    awakened,
    saved_again,
    saved_without_trailer,
    saved_with_copied_signature,
    wrapped_range,
    wrapped_contents,
    commented_gap,
    moved_tail,
    renamed_range,
    forgotten_contents,
]


def hybrid(data: bytes, content: bytes = b"0 g") -> bytes:
    """The file with one more revision of the hybrid form: a table for old readers, a stream for newer ones.

    Newer readers find another content for page 1 (ISO 32000-1, 7.5.8.4).
    """
    number = _content_number(data)
    stream = size = _size(data)
    body = b"%d 0 obj\n<</Length %d>>\nstream\n%b\nendstream\nendobj\n" % (number, len(content), content)
    entry = bytes((1, *len(data).to_bytes(4, "big"), 0, 0))
    place = len(data) + len(body)
    body += (
        b"%d 0 obj\n<</Type/XRef/Size %d/W[1 4 2]/Index[%d 1]/Length %d>>\nstream\n%b\nendstream\nendobj\n"
        % (
            stream,
            size + 1,
            number,
            len(entry),
            entry,
        )
    )
    made = raw_update(data, body=body, table={stream: place})
    at = made.rindex(b"trailer\n<<") + len(b"trailer\n<<")
    return made[:at] + b"/XRefStm %d" % place + made[at:]
