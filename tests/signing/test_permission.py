"""Files that may not be signed any more: refused with a code of their own before anything is written or asked."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    MDPPerm,
    SigFieldSpec,
    append_signature_field,
)

from models.errors import FileCertified, FileEncrypted, SigningFault
from models.signatures import Level, Reason, Verdict
from signing.judging.verify import verify_pdf
from tests.signing import attacks
from tests.signing.support import XMP, Bench, request
from tests.signing.test_foreign import Stranger

WORDS = FieldMDPSpec(FieldMDPAction.INCLUDE, ["amount"])


class _Silent:
    """Nobody may be asked for a time-stamp about a file that can't be signed."""

    name = "silent"

    def token(self, message_digest: bytes, algorithm: str) -> bytes:
        raise AssertionError("asked for a time-stamp")


def _refused(
    bench: Bench, data: bytes, fault: type[SigningFault], level: Level = Level.B_LTA
) -> SigningFault:
    """Sign `data` and be refused; source and target are then as they were and nothing lies beside them."""
    file, target = bench.folder / "file.pdf", bench.folder / "out" / "signed.pdf"
    target.parent.mkdir(exist_ok=True)
    file.write_bytes(data)
    target.write_bytes(b"older")
    signer = replace(bench.signer("vanthu"), tsa=_Silent())
    with pytest.raises(fault) as refusal:
        signer.sign(file, target, request(level, bench.clock))
    assert (type(refusal.value), refusal.value.retryable) == (fault, False)
    assert (file.read_bytes(), target.read_bytes()) == (data, b"older")
    assert list(target.parent.iterdir()) == [target]
    return refusal.value


def _locked(bench: Bench, source: Path, **lock: object) -> bytes:
    """Signed by somebody in a field that locks others when it is signed."""
    buffer = BytesIO(source.read_bytes())
    writer = IncrementalPdfFileWriter(buffer)
    append_signature_field(writer, SigFieldSpec("Lãnh đạo", **lock))
    writer.write_in_place()
    return Stranger(bench).sign(buffer.getvalue(), "Lãnh đạo")


def _signed(bench: Bench, data: bytes) -> tuple[Verdict, int]:
    file, target = bench.folder / "file.pdf", bench.folder / "signed.pdf"
    file.write_bytes(data)
    bench.signer("vanthu").sign(file, target, request(Level.B_LTA, bench.clock))
    assert target.read_bytes().startswith(data)
    report = verify_pdf(target, bench.trust)
    return report.verdict, len(report.signatures)


@pytest.mark.parametrize("level", [Level.B_B, Level.B_LTA])
def test_a_file_certified_against_all_changes_is_not_signed(bench: Bench, source: Path, level: Level) -> None:
    closed = {"certify": True, "docmdp_permissions": MDPPerm.NO_CHANGES}
    data = Stranger(bench).sign(source.read_bytes(), "Certified", **closed)
    assert "Certified" in _refused(bench, data, FileCertified, level).message("vi")


def test_a_lock_in_a_signed_field_counts_and_one_that_spares_us_does_not(bench: Bench, source: Path) -> None:
    for lock in (
        {"field_mdp_spec": WORDS, "doc_mdp_update_value": MDPPerm.NO_CHANGES},
        {"field_mdp_spec": FieldMDPSpec(FieldMDPAction.ALL)},
        {"field_mdp_spec": FieldMDPSpec(FieldMDPAction.EXCLUDE, ["amount"])},
    ):
        assert "Lãnh đạo" in str(_refused(bench, _locked(bench, source, **lock), FileCertified))
    spared = _locked(bench, source, field_mdp_spec=WORDS, doc_mdp_update_value=MDPPerm.FILL_FORMS)
    assert _signed(bench, spared) == (Verdict.VALID, 3)


def _certification(source: Path, permission: object, **entries: object) -> bytes:
    """A certification without a field, as damaged and old files have it."""
    buffer = BytesIO()
    with pikepdf.open(source) as pdf:
        parameters = pdf.make_indirect(Dictionary(Type=Name.TransformParams, V=Name("/1.2"), **entries))
        if permission is not None:
            parameters.P = permission
        reference = Dictionary(TransformMethod=Name.DocMDP, TransformParams=parameters)
        signature = Dictionary(
            Type=Name.Sig, Reference=pdf.make_indirect(Array([pdf.make_indirect(reference)]))
        )
        pdf.Root.Perms = pdf.make_indirect(Dictionary(DocMDP=pdf.make_indirect(signature)))
        pdf.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("permission", [1, 0, 4, Name.None_])
def test_a_permission_that_nobody_knows_allows_nothing(
    bench: Bench, source: Path, permission: object
) -> None:
    assert "DocMDP" in str(_refused(bench, _certification(source, permission), FileCertified))


def test_a_certification_that_does_not_say_allows_signatures(bench: Bench, source: Path) -> None:
    file, target = bench.folder / "file.pdf", bench.folder / "signed.pdf"
    file.write_bytes(_certification(source, None))
    bench.signer("vanthu").sign(file, target, request(Level.B_B, bench.clock))
    assert target.read_bytes().startswith(file.read_bytes())


def test_an_entry_of_another_kind_is_a_fault_and_no_crash(bench: Bench, source: Path) -> None:
    buffer = BytesIO()
    with pikepdf.open(source) as pdf:
        pdf.Root.Perms = Dictionary(DocMDP=7)
        pdf.save(buffer)
    file, target = bench.folder / "file.pdf", bench.folder / "signed.pdf"
    file.write_bytes(buffer.getvalue())
    with pytest.raises(SigningFault, match="can't be signed"):
        bench.signer("vanthu").sign(file, target, request(Level.B_B, bench.clock))
    assert list(bench.folder.iterdir()) == [file]


@pytest.mark.parametrize("user", ["", "u"], ids=["rights", "password"])
@pytest.mark.parametrize("revision", [4, 6])
def test_an_encrypted_file_is_not_signed(bench: Bench, source: Path, user: str, revision: int) -> None:
    buffer = BytesIO()
    with pikepdf.open(source) as pdf:
        pdf.save(buffer, encryption=pikepdf.Encryption(owner="o", user=user, R=revision))
    _refused(bench, buffer.getvalue(), FileEncrypted)


def _program_s_name(writer: IncrementalPdfFileWriter) -> None:
    """What programs like to note in the metadata when they sign, here without signing."""
    packet = XMP.replace("<pdfaid:part>", "<!-- another program --><pdfaid:part>").encode()
    kind = {"Type": pdf_name("/Metadata"), "Subtype": pdf_name("/XML")}
    writer.root["/Metadata"] = attacks._stream(writer, packet, **kind)
    writer.update_root()


def test_several_signatures_of_others_stay_valid_and_nothing_is_tolerated_after_ours(
    bench: Bench, source: Path
) -> None:
    """Between their signatures strangers touch the metadata; ours covers that, and is the last to do so."""
    once = attacks.updated(Stranger(bench).sign(source.read_bytes(), "First"), _program_s_name)
    assert _signed(bench, Stranger(bench).sign(once, "Second")) == (Verdict.VALID, 4)
    file = bench.folder / "file.pdf"
    touched = attacks.updated((bench.folder / "signed.pdf").read_bytes(), _program_s_name)
    file.write_bytes(Stranger(bench).sign(touched, "Third"))
    later = verify_pdf(file, bench.trust)
    assert (later.verdict, later.reasons) == (Verdict.INVALID, (Reason.CHANGED_AFTER_SIGNING,))
