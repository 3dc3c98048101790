"""Reviewed data and transfer note come out of the XMP as they went in, whatever their size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import DecompressionBomb, Unreadable
from models.extraction import FieldValue
from pdf.embedded import read_embedded
from pdf.sandbox import Sandbox
from pdf.writer import EcopyContent, write_pdfa
from pdf.xmp import NAMESPACE, xmp_packet
from tests.pdf.support import corners, ecopy_content, faults, jpeg_page, jpeg_pdf, metadata


def ecopy(tmp_path: Path, content: EcopyContent) -> Path:
    target = tmp_path / "ecopy.pdf"
    page = jpeg_page(tmp_path / "a.jpg", corners(40, 60))
    write_pdfa(target, [page], metadata=metadata(content), conformance="2u")
    return target


@pytest.mark.parametrize("size", [0, 1_000, 100_000, 2_000_000])
def test_data_and_note_come_back_equal(tmp_path: Path, size: int) -> None:
    content = ecopy_content(size)
    path = ecopy(tmp_path, content)
    found = read_embedded(path)
    assert found is not None
    assert found.data == content.data
    assert found.note == content.note
    assert found.mark == content.mark
    assert found.ecopy_id == content.data.ecopy_id
    assert found.data_json == content.data.model_dump_json()
    assert len(found.data_json) >= size
    assert faults(path, "2u") == []


@settings(max_examples=30, deadline=None)
@given(value=st.text(st.characters(codec="utf-8")))
def test_any_text_survives_the_packet(value: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """JSON escapes control characters; what XML itself forbids is left out and nothing else changes."""
    content = ecopy_content()
    fields = {"x": FieldValue(value=value, confidence=1, origin="person")}
    content = EcopyContent(
        data=content.data.model_copy(update={"fields": fields}), note=content.note, mark=content.mark
    )
    found = read_embedded(ecopy(tmp_path_factory.mktemp("any"), content))
    assert found is not None
    import unicodedata

    expected = unicodedata.normalize("NFC", value).replace("\ufffe", "").replace("\uffff", "")
    assert found.data.fields["x"].value == expected


def test_a_capture_and_a_foreign_file_carry_no_data(tmp_path: Path) -> None:
    capture = tmp_path / "capture.pdf"
    write_pdfa(
        capture, [jpeg_page(tmp_path / "a.jpg", corners(40, 60))], metadata=metadata(), conformance="2b"
    )
    assert read_embedded(capture) is None
    assert read_embedded(jpeg_pdf(tmp_path / "b.pdf")) is None


def repacked(tmp_path: Path, change: Callable[[str], str]) -> Path:
    path = jpeg_pdf(tmp_path / "a.pdf")
    packet = change(xmp_packet(metadata(ecopy_content()), "2u").decode())
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.Root.Metadata = pdf.make_stream(
            packet.encode(), Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML
        )
        pdf.save(path, fix_metadata_version=False)
    return path


def test_the_repacked_packet_is_read_when_nothing_is_changed(tmp_path: Path) -> None:
    assert read_embedded(repacked(tmp_path, lambda packet: packet)) is not None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda p: p.replace("<ecopy:data>", "<ecopy:data>x"), "faults in EcopyData"),
        (lambda p: p.replace("ecopy:transferNote>", "ecopy:other>"), "without transferNote"),
        (lambda p: p.replace("ecopy-data-1", "ecopy-data-9"), "schema ecopy-data-9"),
        (lambda p: p.replace("transfer-note-2", "transfer-note-3"), "ecopy-transfer-note-3"),
        (
            lambda p: p.replace(
                "ecopy:ecopyId>01JD000000000000000000000B", "ecopy:ecopyId>01JD000000000000000000000C"
            ),
            "different e-copies",
        ),
        (lambda p: p.replace("<ecopy:data>", "<ecopy:data>{}</ecopy:data><ecopy:data>"), "two of data"),
        (lambda p: p.replace("</rdf:RDF>", ""), "metadata:"),
        (lambda p: p.replace("<x:xmpmeta", '<!DOCTYPE a [<!ENTITY b "c">]><x:xmpmeta'), "document type"),
    ],
)
def test_broken_or_hostile_metadata_is_unreadable(
    tmp_path: Path, change: Callable[[str], str], reason: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        read_embedded(repacked(tmp_path, change))
    assert reason in caught.value.details["reason"]


VERSION_1 = (
    '{"schema_version":"ecopy-transfer-note-1","ecopy_id":"01JD000000000000000000000B","document_id":'
    '"01JD000000000000000000000A","source_sha256":"00","source_kind":"jpeg","medium":"paper","presented_as":"ban_goc",'
    '"received_at":"2026-01-05T08:00:00+07:00","captured_by":"Trần Mẫu","capture_sha256":"11","digitised_by":null,'
    '"page_count":1,"image_count":1,"pages":[{"page":1,"width_px":400,"height_px":600,"dpi":200.0,"colour":"rgb",'
    '"rendered":false,"flags":[],"source_page":1}],"reading_engine":"own 3","extractor":"rules-1","confirmed_by":'
    '"Lê Mẫu","confirmed_at":"2026-01-05T09:00:00+07:00","corrected_fields":[],"anomalies":["blank_page"],'
    '"copy_form":"sao_y","agency":"UBND","agency_identifier":"H00.00","rule_set":"vn-2025-07-01","software":"ecopy 0.1.0"}'
)
"""As the release before wrote it."""


def test_a_note_of_version_1_is_read_as_it_was_and_says_nothing_new(tmp_path: Path) -> None:
    start, end = "<ecopy:transferNote>", "</ecopy:transferNote>"

    def older(packet: str) -> str:
        head, _, rest = packet.partition(start)
        return f"{head}{start}{VERSION_1}{end}{rest.partition(end)[2]}"

    found = read_embedded(repacked(tmp_path, older))
    assert found is not None
    assert (found.note_json, found.note.schema_version) == (VERSION_1, "ecopy-transfer-note-1")
    assert (found.note.scan, found.note.paper_pages, found.note.checks, found.note.reviewer) == (
        None,
        None,
        (),
        None,
    )
    assert found.note.confirmed_by == "Lê Mẫu"


def test_a_metadata_bomb_is_refused(tmp_path: Path) -> None:
    path = jpeg_pdf(tmp_path / "a.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.Root.Metadata = pdf.make_stream(NAMESPACE.encode() + b" " * (100 << 20))
        pdf.save(path, fix_metadata_version=False)
    with pytest.raises(DecompressionBomb):
        read_embedded(path)


def test_the_data_comes_out_of_the_sandbox(sandbox: Sandbox, tmp_path: Path) -> None:
    path = ecopy(tmp_path, ecopy_content(10_000))
    assert sandbox.call(read_embedded, path) == read_embedded(path)
