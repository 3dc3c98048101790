"""The main job: papers become captures, data and e-copies that hold in front of strangers."""

from __future__ import annotations

import json
import re
import subprocess
import unicodedata
from hashlib import sha256
from pathlib import Path

import page
import pikepdf
import pytest

from models.signatures import Verdict
from models.states import EcopyState
from pdf.embedded import read_embedded
from pipeline.papers.outcome import SourceRefused
from samples.demo import demo_truth
from signing.judging.verify import verify_pdf
from signing.trust import TrustStore
from storage.keeping.renewal import last_revision, unknown_ecopies
from tests.pipeline.conftest import Finished
from tests.soundness import trail_break

KNOWN_FALSE_POSITIVES = ("SIGNATURE-BYTERANGE-001", "UNICODE-MAPPING-001")
"""Rules that misjudge a signature with a later revision and a legal bfrange array."""


def test_papers_with_nothing_doubtful_are_issued(finished: Finished) -> None:
    for document in finished.issued():
        assert document.state == "approved"
        assert document.needs_review == []
        assert document.ecopy is not None
        assert document.ecopy.level == "B-LTA"
        ecopy = finished.app.register.ecopy_of(document.id)
        assert ecopy is not None
        assert ecopy.state is EcopyState.ISSUED


def test_the_end_of_an_e_copys_proof_is_known_from_the_issue_on(finished: Finished) -> None:
    with finished.app.register.reading() as connection:
        assert unknown_ecopies(connection) == []
        for document in finished.issued():
            assert document.ecopy is not None
            last = last_revision(connection, document.ecopy.id)
            assert last is not None
            assert last.ends is not None
            # the development PKI has RSA keys of 2048 bits, whose end by the rules comes before that of its certificates
            assert (last.ends.at, last.ends.because) == ("2031-01-01T00:00:00+07:00", "algorithm")


def test_the_fields_are_those_of_the_paper(finished: Finished) -> None:
    """Nothing that was accepted without a person may differ from what the paper says."""
    for name in ("giay-khai-sinh.jpg", "can-cuoc.jpg", "quyet-dinh.pdf"):
        document, truth = finished.document(name), demo_truth(name)
        assert truth is not None
        assert document.document_type == truth.document_type
        wrong = {
            field: (value.value, truth.fields.get(field))
            for field, value in document.fields.items()
            if field in truth.fields and value.value != truth.fields[field]
        }
        assert wrong == {}


def test_evidence_points_at_ink_on_the_page(finished: Finished) -> None:
    document = finished.document("giay-khai-sinh.jpg")
    truth = demo_truth("giay-khai-sinh.jpg")
    assert truth is not None
    box = document.fields["full_name"].box
    assert box is not None
    assert 0 <= box[0] < box[2] <= 1
    assert 0 <= box[1] < box[3] <= 1
    assert document.fields["full_name"].page == 1


def test_a_doubtful_paper_stops_and_says_why(finished: Finished) -> None:
    document = finished.document("trich-luc-khai-sinh-nghi-van.jpg")
    assert document.state == "in_review"
    assert document.ecopy is None
    assert document.capture is not None
    assert "personal_id" in document.needs_review


def test_a_broken_file_is_refused_and_the_rest_goes_on(finished: Finished) -> None:
    refused = finished.outcomes["tep-hong.jpg"]
    assert isinstance(refused, SourceRefused)
    assert refused.error.code == "INPUT_TRUNCATED"
    assert refused.error.remedy


def test_every_file_verifies_for_a_stranger_who_has_only_the_root(finished: Finished) -> None:
    trust = TrustStore.from_pem(finished.home / "pki" / "root.pem")
    for document in finished.issued():
        for written in (document.ecopy, document.capture):
            assert written is not None
            assert written.path is not None
            path = Path(written.path)
            assert sha256(path.read_bytes()).hexdigest() == written.sha256
            report = verify_pdf(path, trust)
            assert report.verdict is Verdict.VALID, (path, report.reasons)
            assert report.signatures[-1].covers_whole_file


def test_capture_and_ecopy_hold_the_scanners_bytes(finished: Finished) -> None:
    original = (finished.papers / "giay-khai-sinh.jpg").read_bytes()
    document = finished.document("giay-khai-sinh.jpg")
    for written in (document.ecopy, document.capture):
        assert written is not None
        assert written.path is not None
        with pikepdf.open(written.path) as pdf:
            (image,) = [i for leaf in pdf.pages for i in leaf.get_images().values()]
            assert image.read_raw_bytes() == original


def test_the_ecopy_has_the_size_of_the_paper(finished: Finished) -> None:
    document = finished.document("giay-khai-sinh.jpg")
    assert document.ecopy is not None
    assert document.ecopy.path is not None
    with pikepdf.open(document.ecopy.path) as pdf:
        x0, y0, x1, y1 = (float(v) for v in pdf.pages[0].mediabox)
    assert (x1 - x0) / 72 * 25.4 == pytest.approx(210, rel=0.02)
    assert (y1 - y0) / 72 * 25.4 == pytest.approx(297, rel=0.02)


def test_files_are_pdf_a(finished: Finished) -> None:
    for document in finished.issued():
        for written, level in ((document.ecopy, "2u"), (document.capture, "2b")):
            assert written is not None
            assert written.path is not None
            assert _faults(Path(written.path), level) == set()


def _faults(path: Path, level: str) -> set[str]:
    report = page.validate_pdf(path, profile=f"pdfa{level}")
    return {f.rule_id for f in report.failures if not f.rule_id.endswith(KNOWN_FALSE_POSITIVES)}


def test_the_right_words_can_be_searched_and_copied(finished: Finished) -> None:
    document = finished.document("giay-khai-sinh.jpg")
    truth = demo_truth("giay-khai-sinh.jpg")
    assert document.ecopy is not None
    assert truth is not None
    done = subprocess.run(
        ["pdftotext", str(document.ecopy.path), "-"], capture_output=True, text=True, check=True
    )
    text = " ".join(done.stdout.split())
    assert unicodedata.is_normalized("NFC", text)
    for name in ("full_name", "mother_name", "father_name", "personal_id"):
        if name in truth.fields:
            assert truth.fields[name] in text


def test_the_ecopy_carries_data_note_and_mark(finished: Finished) -> None:
    document = finished.document("giay-khai-sinh.jpg")
    assert document.ecopy is not None
    assert document.capture is not None
    carried = read_embedded(Path(str(document.ecopy.path)))
    assert carried is not None
    assert carried.ecopy_id == document.ecopy.id
    assert {n: f.value for n, f in carried.data.fields.items()} == {
        n: f.value for n, f in document.fields.items()
    }
    assert carried.data.minimum.type_code == "giay_khai_sinh"
    assert carried.data.minimum.holder_identifier == document.fields["personal_id"].value
    assert carried.note.capture_sha256 == document.capture.sha256
    assert carried.note.page_count == carried.note.image_count == 1
    assert carried.note.confirmed_by
    assert "chuyển đổi từ văn bản giấy" in carried.mark.text
    assert carried.mark.converted_at.endswith("+07:00")


def test_the_stamp_says_form_agency_and_time_and_nothing_else(finished: Finished) -> None:
    document = finished.document("quyet-dinh.pdf")
    assert document.ecopy is not None
    with pikepdf.open(str(document.ecopy.path)) as pdf:
        widgets = [a for a in pdf.pages[0].get("/Annots", []) if a.get("/FT") == "/Sig" and "/AP" in a]
        visible = [w for w in widgets if float(w.Rect[2]) - float(w.Rect[0]) > 0]
        assert len(visible) == 1
        assert all("/Annots" not in leaf for leaf in pdf.pages[1:])
        size = [float(v) for v in pdf.pages[0].mediabox]
        box = [float(v) for v in visible[0].Rect]
    assert box[0] > size[2] / 2
    assert box[1] > size[3] * 0.8
    with_stamp = subprocess.run(
        ["pdftotext", "-l", "1", str(document.ecopy.path), "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "Sao y" in with_stamp
    assert finished.app.hands.agency.name in with_stamp
    assert re.search(r"\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d \+07:00", with_stamp)


def test_the_json_file_says_what_the_answer_said(finished: Finished) -> None:
    document = finished.document("quyet-dinh.pdf")
    written = json.loads((finished.out / "quyet-dinh.json").read_text(encoding="utf-8"))
    assert written.pop("sources") == [str(finished.papers / "quyet-dinh.pdf")]
    assert written == document.model_dump(mode="json")
    assert document.pages == [1, 2]


def test_every_act_is_on_record_with_a_purpose(finished: Finished) -> None:
    document = finished.document("giay-khai-sinh.jpg")
    entries = finished.app.register.audit_of(document.id)
    assert [e.action for e in entries] == ["receive", "sign_capture", "confirm", "compose", "export"]
    assert all(e.purpose for e in entries)
    assert trail_break(finished.app.engine) is None
    assert document.ecopy is not None
    assert [e.action for e in finished.app.register.audit_of(document.ecopy.id)] == ["sign_ecopy", "issue"]


def test_pdfsig_and_openssl_find_the_ecopies_sound(finished: Finished, tmp_path: Path) -> None:
    """Foreign verifiers that share no line with ours; each knows only the root."""
    root = finished.home / "pki" / "root.pem"
    database = tmp_path / "nss"
    database.mkdir()
    for command in (
        ["certutil", "-N", "-d", f"sql:{database}", "--empty-password"],
        ["certutil", "-A", "-d", f"sql:{database}", "-n", "root", "-t", "C,C,C", "-i", str(root)],
    ):
        subprocess.run(command, check=True, capture_output=True)
    for document in finished.issued():
        assert document.ecopy is not None
        path = Path(str(document.ecopy.path))
        told = subprocess.run(
            ["pdfsig", "-nssdir", f"sql:{database}", "-no-ocsp", str(path)],
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        assert "Signature Validation: Signature is Valid." in told
        assert "Signer Certificate Common Name: Ủy ban nhân dân" in told
        assert "Issuer isn't Trusted" not in told
        signature, covered = _first_signature(path, tmp_path)
        command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", str(signature)]
        command += ["-content", str(covered), "-CAfile", str(root), "-purpose", "any", "-out", "/dev/null"]
        subprocess.run(command, check=True, capture_output=True)


def _first_signature(path: Path, folder: Path) -> tuple[Path, Path]:
    """The CMS object of the agency's signature and the bytes it covers, cut out without any PDF library."""
    data = path.read_bytes()
    found = re.search(rb"/ByteRange\s*\[0 (\d+) (\d+) (\d+)\]", data)
    assert found is not None
    before, after, length = (int(number) for number in found.groups())
    encoded = bytes.fromhex(data[before + 1 : after - 1].decode("ascii"))
    size = int.from_bytes(encoded[2:4], "big") + 4  # DER: 30 82 and two bytes of length
    signature, covered = folder / "signature.der", folder / "covered.bin"
    signature.write_bytes(encoded[:size])
    covered.write_bytes(data[:before] + data[after : after + length])
    return signature, covered
