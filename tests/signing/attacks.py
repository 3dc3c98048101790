"""What an attacker does to a signed file; every function returns the forged bytes."""

from __future__ import annotations

import asyncio
import binascii
from collections.abc import Callable
from io import BytesIO
from typing import Any

from asn1crypto import cms
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from pyhanko.sign.signers import PdfTimeStamper

from signing.making.evidence import DevelopmentEvidence
from signing.timestamps.authorities import EmbeddedTsa
from signing.timestamps.tokens import CheckedStamper
from tests.signing.support import Bench, gaps

Edit = Callable[[IncrementalPdfFileWriter], None]


class _Plain(IncrementalPdfFileWriter):
    def _update_meta(self) -> None:
        return


def updated(data: bytes, edit: Edit) -> bytes:
    """The file with one proper incremental update."""
    buffer = BytesIO(data)
    writer = _Plain(buffer)
    edit(writer)
    writer.write_in_place()
    return buffer.getvalue()


def updated_and_stamped(data: bytes, edit: Edit, bench: Bench) -> bytes:
    """The same, covered by an honest document time-stamp: anybody can get one of those."""
    buffer = BytesIO(updated(data, edit))
    stamper = CheckedStamper(
        EmbeddedTsa.for_development(bench.pki, bench.clock),
        bench.trust,
        bench.clock,
        DevelopmentEvidence(bench.pki),
    )
    timestamper = PdfTimeStamper(stamper)
    asyncio.run(timestamper.async_timestamp_pdf(_Plain(buffer), "sha256", in_place=True))
    return buffer.getvalue()


def _stream(writer: IncrementalPdfFileWriter, content: bytes, **entries: Any) -> generic.IndirectObject:
    dictionary = {pdf_name(f"/{key}"): value for key, value in entries.items()}
    return writer.add_object(generic.StreamObject(dictionary, stream_data=content))


def _box(*corners: int) -> generic.ArrayObject:
    return generic.ArrayObject(generic.NumberObject(corner) for corner in corners)


def _first_page(writer: IncrementalPdfFileWriter) -> Any:
    return writer.find_page_for_modification(0)[0].get_object()


def _appearance(writer: IncrementalPdfFileWriter) -> generic.DictionaryObject:
    form = _stream(
        writer,
        b"1 0 0 rg 0 0 200 100 re f",
        Type=pdf_name("/XObject"),
        Subtype=pdf_name("/Form"),
        BBox=_box(0, 0, 200, 100),
    )
    return generic.DictionaryObject({pdf_name("/N"): form})


def overlay(writer: IncrementalPdfFileWriter) -> None:
    """A red annotation over the text."""
    annotation = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Stamp"),
            pdf_name("/Rect"): _box(72, 600, 272, 700),
            pdf_name("/F"): generic.NumberObject(4),
            pdf_name("/AP"): _appearance(writer),
        }
    )
    page = _first_page(writer)
    kept = list(page["/Annots"]) if "/Annots" in page else []
    page["/Annots"] = generic.ArrayObject([*kept, writer.add_object(annotation)])
    writer.update_container(page)


def replaced_page(writer: IncrementalPdfFileWriter) -> None:
    """Another content on the same page."""
    page = _first_page(writer)
    page["/Contents"] = _stream(writer, b"0 g 72 72 50 50 re f")
    writer.update_container(page)


def overwritten_content(writer: IncrementalPdfFileWriter) -> None:
    """The content stream itself, under its old number."""
    reference = _first_page(writer).raw_get("/Contents").reference
    writer.objects[(reference.generation, reference.idnum)] = generic.StreamObject(stream_data=b"0 g")


def added_page(writer: IncrementalPdfFileWriter) -> None:
    """One page more."""
    pages = writer.root["/Pages"]
    page = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Page"),
            pdf_name("/Parent"): writer.root.raw_get("/Pages"),
            pdf_name("/MediaBox"): _box(0, 0, 595, 842),
        }
    )
    pages["/Kids"] = generic.ArrayObject([*pages["/Kids"], writer.add_object(page)])
    pages["/Count"] = generic.NumberObject(int(pages["/Count"]) + 1)
    writer.update_container(pages)


def changed_info(writer: IncrementalPdfFileWriter) -> None:
    """Only the Info dictionary: harmless to look at, but not what was signed."""
    title = generic.pdf_string("Something else")
    writer.set_info(writer.add_object(generic.DictionaryObject({pdf_name("/Title"): title})))


def changed_metadata(writer: IncrementalPdfFileWriter) -> None:
    """Another XMP packet: other reviewed data."""
    writer.root["/Metadata"] = _stream(writer, b"<x/>", Type=pdf_name("/Metadata"), Subtype=pdf_name("/XML"))
    writer.update_root()


def open_action(writer: IncrementalPdfFileWriter) -> None:
    """A script that runs when the file is opened."""
    writer.root["/OpenAction"] = generic.DictionaryObject(
        {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): generic.pdf_string("app.alert(1)")}
    )
    writer.update_root()


def stripped_evidence(writer: IncrementalPdfFileWriter) -> None:
    """No DSS any more."""
    del writer.root["/DSS"]
    writer.update_root()


def emptied_evidence(writer: IncrementalPdfFileWriter) -> None:
    """A DSS with nothing in it, which the rules for updates allow."""
    writer.root["/DSS"] = writer.add_object(generic.DictionaryObject())
    writer.update_root()


def unsigned_field(writer: IncrementalPdfFileWriter) -> None:
    """A signature field that nobody signs but that shows a picture."""
    spec = SigFieldSpec(sig_field_name="Picture", on_page=0, box=(72, 600, 272, 700))
    append_signature_field(writer, spec)
    field = list(writer.root["/AcroForm"]["/Fields"])[-1].get_object()
    field["/AP"] = _appearance(writer)


def filled_form(writer: IncrementalPdfFileWriter) -> None:
    """Another value in the text field that the signed file had."""
    for reference in writer.root["/AcroForm"]["/Fields"]:
        field = reference.get_object()
        if field["/FT"] == "/Tx":
            field["/V"] = generic.pdf_string("100 000 000")
            writer.update_container(field)


def nothing(writer: IncrementalPdfFileWriter) -> None:
    """A revision that only repeats the catalog."""
    writer.update_root()


def with_contents(data: bytes, change: Callable[[bytes], bytes], number: int = -1) -> bytes:
    """Another DER value in the gap of one signature, padded with zeros as it should be."""
    start, end, _ = gaps(data)[number]
    content = binascii.unhexlify(data[start + 1 : end - 1])
    changed = change(content[: 4 + int.from_bytes(content[2:4], "big")])
    digits = binascii.hexlify(changed).upper().ljust(end - start - 2, b"0")
    assert len(digits) == end - start - 2
    return data[: start + 1] + digits + data[end - 1 :]


def _signer(content: cms.ContentInfo) -> cms.SignerInfo:
    return content["content"]["signer_infos"][0]


def _with_unsigned(der: bytes, unsigned: cms.CMSAttributes | None) -> bytes:
    content = cms.ContentInfo.load(der)
    signer = _signer(content)
    kept = {name: signer[name] for name, *_ in cms.SignerInfo._fields if name != "unsigned_attrs"}
    if unsigned is not None:
        kept["unsigned_attrs"] = unsigned
    content["content"]["signer_infos"] = cms.SignerInfos([cms.SignerInfo(kept)])
    changed: bytes = content.dump()
    return changed


def without_timestamp(der: bytes) -> bytes:
    """The signature without its time-stamp: a valid one of a humbler level."""
    return _with_unsigned(der, None)


def with_timestamp_of(other: bytes) -> Callable[[bytes], bytes]:
    """The signature with the genuine time-stamp of another one."""
    return lambda der: _with_unsigned(der, _signer(cms.ContentInfo.load(other))["unsigned_attrs"])


def with_certificate(certificate: bytes) -> Callable[[bytes], bytes]:
    """The signature with one more certificate on board."""

    def change(der: bytes) -> bytes:
        content = cms.ContentInfo.load(der)
        present = [choice.chosen.dump() for choice in content["content"]["certificates"]]
        content["content"]["certificates"] = cms.CertificateSet(
            [
                cms.CertificateChoices("certificate", cms.Certificate.load(one))
                for one in (*present, certificate)
            ]
        )
        changed: bytes = content.dump(force=True)
        return changed

    return change
