"""Files that are unusual, huge or made to harm: each has a stable answer, in bounded memory and time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pytest
from pyhanko.sign.fields import MDPPerm

from models.signatures import Level, Reason, Verdict, VerificationReport
from pipeline.settings import load_settings
from pipeline.verification.verifier import Verifier
from signing.judging.verify import verify_pdf
from signing.trust import TrustStore
from tests.signing import attacks, shadows
from tests.signing.support import Bench, gaps, request
from tests.signing.test_foreign import Stranger

MIB = 1 << 20
HUGE = 115 * MIB


def _judge(bench: Bench, data: bytes) -> VerificationReport:
    path = bench.folder / "file.pdf"
    path.write_bytes(data)
    return verify_pdf(path, bench.trust)


@pytest.mark.parametrize("permission", list(MDPPerm))
def test_a_certified_file_allows_what_its_certification_allows(
    bench: Bench, source: Path, permission: MDPPerm, monkeypatch: pytest.MonkeyPatch
) -> None:
    certified = Stranger(bench).sign(
        source.read_bytes(), "Certified", certify=True, docmdp_permissions=permission
    )
    report = _judge(bench, certified)
    assert (report.verdict, report.signatures[0].level) == (Verdict.VALID, Level.B_T)
    first, second = bench.folder / "file.pdf", bench.folder / "second.pdf"
    with monkeypatch.context() as careless:  # ours would refuse: tests/signing/test_permission.py
        careless.setattr("signing.making.signer.check_permission", lambda source, names: None)
        bench.signer("vanthu").sign(first, second, request(Level.B_T, bench.clock))
    later = verify_pdf(second, bench.trust)
    if permission is MDPPerm.NO_CHANGES:
        assert (later.verdict, later.reasons) == (Verdict.INVALID, (Reason.CHANGED_AFTER_SIGNING,))
    else:
        assert (later.verdict, len(later.signatures)) == (Verdict.VALID, 2)
    noted = _judge(bench, attacks.updated(certified, shadows.free_text))
    assert Reason.CHANGED_AFTER_SIGNING in noted.reasons


def test_a_file_with_object_streams_is_judged_like_any_other(bench: Bench, source: Path) -> None:
    packed = bench.folder / "packed.pdf"
    with pikepdf.open(source) as pdf:
        pdf.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    signed, _ = bench.sign(packed, "signed.pdf", Level.B_LTA)
    assert verify_pdf(signed, bench.trust).verdict is Verdict.VALID
    assert _judge(bench, Stranger(bench).sign(packed.read_bytes(), "S")).verdict is Verdict.VALID
    assert _judge(bench, attacks.updated(signed.read_bytes(), attacks.overlay)).verdict is Verdict.INVALID


def test_a_hybrid_file_may_be_signed_but_no_signed_file_may_become_one(bench: Bench, source: Path) -> None:
    """Word writes hybrid files; after a signature they would show two readers two contents."""
    hybrid = bench.folder / "hybrid.pdf"
    hybrid.write_bytes(shadows.hybrid(source.read_bytes()))
    with pikepdf.open(hybrid) as pdf:
        assert pdf.pages[0].Contents.read_bytes() == b"0 g"
    signed, _ = bench.sign(hybrid, "signed.pdf", Level.B_LTA)
    assert verify_pdf(signed, bench.trust).verdict is Verdict.VALID
    plain, _ = bench.sign(source, "plain.pdf", Level.B_LTA)
    for data in (plain.read_bytes(), Stranger(bench).sign(source.read_bytes(), "S"), signed.read_bytes()):
        report = _judge(bench, shadows.hybrid(data))
        assert (report.verdict, report.reasons) == (Verdict.INVALID, (Reason.FORMAT_BROKEN,))


def test_archive_evidence_of_others_is_enough_by_itself(
    bench: Bench, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B-LTA needs nothing but the anchor: no lists, no network."""
    monkeypatch.setattr(
        "pyhanko.pdf_utils.incremental_writer.IncrementalPdfFileWriter._update_meta", lambda _: None
    )
    made = Stranger(bench).sign(source.read_bytes(), "S", embed_validation_info=True, use_pades_lta=True)
    path = bench.folder / "file.pdf"
    path.write_bytes(made)
    report = verify_pdf(path, TrustStore(anchors=bench.trust.anchors))
    assert (report.verdict, report.signatures[0].level) == (Verdict.VALID, Level.B_LTA)


# ── in a child process, within limits ────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def verifier(pki_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Verifier]:
    """In children of 192 MiB that may compute for 5 seconds."""
    home = tmp_path_factory.mktemp("home")
    limits = load_settings(home=home, child_memory_bytes=192 * MIB, child_cpu_seconds=5)
    with Verifier(limits, pki_folder / "root.pem") as opened:
        yield opened


def test_a_file_of_115_mib_is_verified_and_drawn_in_192_mib(
    bench: Bench, source: Path, verifier: Verifier
) -> None:
    data = source.read_bytes()
    head = b"99 0 obj\n<</Length %d>>\nstream\n" % HUGE
    grown = shadows.raw_update(
        data, body=head + bytes(HUGE) + b"\nendstream\nendobj\n", table={99: len(data)}
    )
    huge = bench.folder / "huge.pdf"
    huge.write_bytes(grown)
    signed, _ = bench.sign(huge, "signed.pdf", Level.B_LTA)
    report, _ = verifier.verify(signed)
    assert (report.verdict, report.size > HUGE) == (Verdict.VALID, True)
    assert [len(one.pages) for one in verifier.shown(signed, report) if one is not None] == [1, 1]
    with signed.open("r+b") as file:
        file.seek(HUGE // 2)
        file.write(b"\x01")
    assert Reason.DIGEST_MISMATCH in verifier.verify(signed)[0].reasons
    huge.unlink()
    signed.unlink()


def _nested(depth: int) -> Callable[[bytes], bytes]:
    return lambda data: shadows.raw_update(
        data, body=b"98 0 obj\n" + b"[" * depth + b"]" * depth + b"\nendobj\n", table={98: len(data)}
    )


def _endless_table(data: bytes) -> bytes:
    """/Prev leads in a circle."""
    made = shadows.raw_update(data)
    at = made.rindex(b"/Prev ") + 6
    end = made.index(b">>", at)
    place = made.rindex(b"xref\n0 1\n")
    return made[:at] + str(place).encode().rjust(end - at, b"0") + made[end:]


def _many_ranges(data: bytes) -> bytes:
    return data + b"/ByteRange [0 10 20 30]\n" * 20_000


def _deep_contents(data: bytes) -> bytes:
    """A /Contents nested as deeply as it is long."""
    start, end, _ = gaps(data)[-1]
    digits = b"30820100" * ((end - start) // 8)
    return data[: start + 1] + digits[: end - start - 2].ljust(end - start - 2, b"0") + data[end - 1 :]


def _many_revisions(data: bytes) -> bytes:
    for _ in range(60):
        data = shadows.raw_update(data)
    return data


@pytest.mark.parametrize(
    "harm",
    [_nested(20_000), _endless_table, _many_ranges, _deep_contents, _many_revisions],
    ids=["nested", "endless", "ranges", "contents", "revisions"],
)
def test_hostile_files_are_answered_in_time(
    bench: Bench, source: Path, verifier: Verifier, harm: Callable[[bytes], bytes]
) -> None:
    signed, _ = bench.sign(source, "signed.pdf", Level.B_T)
    hostile = bench.folder / "hostile.pdf"
    hostile.write_bytes(harm(signed.read_bytes()))
    report, _ = verifier.verify(hostile)
    assert report.verdict is Verdict.INVALID
    assert all(one is None or one.page_count <= 1 for one in verifier.shown(hostile, report))
