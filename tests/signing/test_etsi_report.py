"""The XML report: what others read must be of the standard's form and never kinder than our verdict."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pyhanko.generated.etsi import ts_11910202
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig
from xsdata.formats.dataclass.serializers import XmlSerializer

from models.signatures import Level, Reason, Verdict, VerificationReport
from signing.judging.etsi import DS, FAILED, OPEN, OTHER_SIGNATURE, VR, etsi_report
from signing.judging.verify import verify_pdf
from tests.signing import attacks
from tests.signing.support import Bench, gaps, request

STRICT = ParserConfig(fail_on_unknown_properties=True, fail_on_unknown_attributes=True)
MAIN = "urn:etsi:019102:mainindication:"


def _parsed(report: VerificationReport) -> ts_11910202.ValidationReport:
    """The report as the classes made from the standard's schema see it; nothing lost, nothing out of its order."""
    written = etsi_report(report, software="ecopy test", file_name="bản\x00 sao.pdf")
    parsed = XmlParser(config=STRICT).from_bytes(written, ts_11910202.ValidationReport)
    again = XmlSerializer().render(parsed, ns_map={"vr": VR, "ds": DS})
    assert ElementTree.canonicalize(again, strip_text=True) == ElementTree.canonicalize(
        written.decode(), strip_text=True
    )
    return parsed


def _statuses(parsed: ts_11910202.ValidationReport) -> list[tuple[str, list[str]]]:
    found = []
    for one in parsed.signature_validation_report:
        status = one.signature_validation_status
        assert status is not None
        assert status.main_indication is not None
        subs = [sub.rpartition(":")[2] for sub in status.sub_indication]
        found.append((status.main_indication.removeprefix(MAIN), subs))
    return found


def test_a_valid_e_copy_is_totally_passed_and_everything_in_it_is_identified(
    bench: Bench, source: Path
) -> None:
    once, _ = bench.sign(source, "once.pdf", Level.B_T, "officer")
    target, _ = bench.sign(once, "twice.pdf", Level.B_LTA)
    report = verify_pdf(target, bench.trust)
    parsed = _parsed(report)
    assert _statuses(parsed) == [("total-passed", []), ("total-passed", [])]
    officer, agency = parsed.signature_validation_report
    assert officer.validation_time_info.best_signature_time.poetime is not None
    assert agency.signature_validation_process.signature_validation_process_id.endswith(":LTA")
    assert officer.signature_validation_process.signature_validation_process_id.endswith(":LTA")
    start, end, stop = gaps(target.read_bytes())[1]
    assert agency.signature_attributes.byte_range == ((0, start, end, stop - end),)
    assert len(agency.signature_attributes.doc_time_stamp) == 1
    objects = {one.id: one for one in parsed.signature_validation_objects.validation_object}
    kinds = sorted(one.object_type.rpartition(":")[2] for one in objects.values())
    assert kinds == ["certificate"] * 4 + ["signedData"] * 2 + ["timestamp"]
    certificate = objects[agency.signer_information.signer_certificate.voreference[0]]
    assert (
        certificate.validation_object_representation.base64
        == bench.pki.credential("vanthu").certificate.dump()
    )
    stamp = next(one for one in objects.values() if one.object_type.endswith("timestamp"))
    assert stamp.validation_report.signature_validation_status.main_indication == MAIN + "passed"
    proof = report.evidence[1]
    assert proof is not None
    assert agency.signature_identifier.signature_value.value == b64decode(proof.signature_value)


def test_every_reason_has_one_indication_and_only_such_as_the_standard_knows() -> None:
    assert FAILED.keys() | OPEN.keys() == set(Reason)
    assert not FAILED.keys() & OPEN.keys()
    assert set(FAILED.values()) <= {one.name for one in AdESFailure}
    assert {*OPEN.values(), OTHER_SIGNATURE} <= {one.name for one in AdESIndeterminate}


@pytest.mark.parametrize("edit", [attacks.changed_info, attacks.nothing])
def test_a_file_that_is_not_valid_is_never_totally_passed(
    bench: Bench, source: Path, edit: attacks.Edit
) -> None:
    """Also where each signature by itself holds: the standard's engine lets both pass."""
    signed, _ = bench.sign(source, "signed.pdf", Level.B_T, "officer")
    changed = bench.folder / "changed.pdf"
    changed.write_bytes(attacks.updated(signed.read_bytes(), edit))
    for path in (changed, bench.folder / "over.pdf"):
        if not path.exists():
            bench.signer("vanthu").sign(changed, path, request(Level.B_LTA, bench.clock))
        report = verify_pdf(path, bench.trust)
        statuses = _statuses(_parsed(report))
        assert ("total-passed", []) not in statuses or report.verdict is Verdict.VALID
        if report.verdict is Verdict.INVALID:
            assert any(main == "total-failed" for main, _ in statuses)


def test_a_sound_signature_in_an_unsound_file_says_why(bench: Bench, source: Path) -> None:
    signed, _ = bench.sign(source, "signed.pdf", Level.B_T, "officer")
    changed, target = bench.folder / "changed.pdf", bench.folder / "over.pdf"
    changed.write_bytes(attacks.updated(signed.read_bytes(), attacks.overlay))
    bench.signer("vanthu").sign(changed, target, request(Level.B_LTA, bench.clock))
    parsed = _parsed(verify_pdf(target, bench.trust))
    assert _statuses(parsed) == [
        ("total-failed", ["FORMAT_FAILURE"]),
        ("indeterminate", ["SIG_CONSTRAINTS_FAILURE"]),
    ]
    status = parsed.signature_validation_report[1].signature_validation_status
    data = status.associated_validation_report_data[0].additional_validation_report_data.report_data
    said = [(one.type_value.rpartition(":")[2], str(one.value)) for one in data]
    assert any(kind == "reason" and "CHANGED_AFTER_SIGNING" in value for kind, value in said)
    assert ("verdict", "invalid") in said


def test_an_unknown_issuer_stays_open(bench: Bench, own_bench: Bench, source: Path) -> None:
    signed, _ = bench.sign(source, "signed.pdf", Level.B_B)
    report = verify_pdf(signed, own_bench.trust)
    assert _statuses(_parsed(report)) == [("indeterminate", ["NO_CERTIFICATE_CHAIN_FOUND"])]


def test_files_without_a_readable_signature_have_a_report_too(bench: Bench, source: Path) -> None:
    signed, _ = bench.sign(source, "signed.pdf", Level.B_B)
    torn = bench.folder / "torn.pdf"
    torn.write_bytes(signed.read_bytes()[:-300])
    for path in (source, torn):
        assert _statuses(_parsed(verify_pdf(path, bench.trust))) == [("total-failed", ["FORMAT_FAILURE"])]
