"""Whatever is done to a signed file afterwards, it is not valid any more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.errors import NotADocument
from models.signatures import Level, Reason, SignatureBox, Verdict
from signing.development.pki import create_development_pki, load_development_pki
from signing.judging.canonical import contents_of_gap, precheck
from signing.judging.verify import verify_pdf
from tests.signing import attacks
from tests.signing.support import Bench, SystemClock, appearance, gaps, request

LEVELS = [Level.B_T, Level.B_LT, Level.B_LTA]


@pytest.fixture(scope="module")
def signed(pki_folder: Path, source: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[Level, bytes]:
    """The same source with a text field, signed at each level; valid before anybody touches it."""
    bench = Bench(tmp_path_factory.mktemp("signed"), load_development_pki(pki_folder), SystemClock())
    form = bench.folder / "form.pdf"
    with pikepdf.open(source) as pdf:
        field = pikepdf.Dictionary(FT=pikepdf.Name.Tx, T="amount", V="1", Rect=[0, 0, 0, 0], F=4)
        field.Type, field.Subtype = pikepdf.Name.Annot, pikepdf.Name.Widget
        reference = pdf.make_indirect(field)
        pdf.pages[0].Annots = pikepdf.Array([reference])
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([reference]))
        pdf.save(form, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    made = {}
    for level in Level:
        path, _ = bench.sign(form, f"{level.value}.pdf", level)
        assert verify_pdf(path, bench.trust).verdict is Verdict.VALID
        made[level] = path.read_bytes()
    return made


def _judged(bench: Bench, data: bytes) -> tuple[Verdict, set[Reason]]:
    path = bench.folder / "forged.pdf"
    path.write_bytes(data)
    report = verify_pdf(path, bench.trust)
    return report.verdict, set(report.reasons)


# ── single bytes ─────────────────────────────────────────────────────────────────────────────────────


def _flipped(data: bytes, position: int, pattern: int) -> bytes:
    return data[:position] + bytes([data[position] ^ pattern]) + data[position + 1 :]


def _survives(bench: Bench, forged: bytes) -> bool:
    """Whether the cheap check and then the whole verification find nothing."""
    path = bench.folder / "forged.pdf"
    path.write_bytes(forged)
    if precheck(path):
        return False
    try:
        return verify_pdf(path, bench.trust).verdict is Verdict.VALID
    except NotADocument:
        return False


@pytest.mark.parametrize("level", LEVELS)
def test_no_flipped_byte_elsewhere_goes_unnoticed(
    bench: Bench, signed: dict[Level, bytes], level: Level
) -> None:
    data = signed[level]
    start, end, _ = gaps(data)[-1]
    positions = [p for p in range(0, len(data), len(data) // 100) if not start <= p < end]
    positions += [len(data) - 1, len(data) - 6]
    survivors = [
        (position, pattern)
        for position in positions
        for pattern in (0x01, 0x20, 0x80, 0xFF)
        if _survives(bench, _flipped(data, position, pattern))
    ]
    assert survivors == []


def test_the_bits_that_certificates_leave_unused_are_no_hiding_place(
    bench: Bench, signed: dict[Level, bytes]
) -> None:
    """The count of unused bits before a certificate's signature is skipped by every library."""
    data = signed[Level.B_LTA]
    start, end, _ = gaps(data)[-1]
    marks = [
        start + 1 + 2 * i for i in _find_all(contents_of_gap(data[start:end])[0], b"\x03\x82\x01\x01\x00")
    ]
    assert len(marks) >= 2
    for mark in marks:
        forged = _flipped(data, mark + 9, 0x01)
        assert _judged(bench, forged)[0] is not Verdict.VALID


def _find_all(data: bytes, wanted: bytes) -> list[int]:
    return [i for i in range(len(data)) if data.startswith(wanted, i)]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(
    level=st.sampled_from(LEVELS),
    where=st.floats(0, 1, exclude_max=True),
    junk=st.binary(min_size=0, max_size=40),
    cut=st.integers(0, 60),
)
def test_no_splice_is_valid_and_none_raises(
    bench: Bench, signed: dict[Level, bytes], level: Level, where: float, junk: bytes, cut: int
) -> None:
    data = signed[level]
    position = int(where * len(data))
    forged = data[:position] + junk + data[position + cut :]
    path = bench.folder / "forged.pdf"
    path.write_bytes(forged)
    try:
        verdict = verify_pdf(path, bench.trust).verdict
    except NotADocument:
        return
    assert (verdict is Verdict.VALID) == (forged == data)


# ── the shape of /Contents ───────────────────────────────────────────────────────────────────────────


def _in_gap(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    def forge(data: bytes) -> bytes:
        start, end, _ = gaps(data)[-1]
        return data[:start] + change(data[start:end]) + data[end:]

    return forge


def _last_padding(gap: bytes) -> bytes:
    return gap[:-3] + b"01>"


def _spaced(gap: bytes) -> bytes:
    return gap[:-3] + b" 0>"


@pytest.mark.parametrize(
    "forge",
    [_in_gap(bytes.lower), _in_gap(_last_padding), _in_gap(_spaced), _in_gap(lambda gap: gap[:-2] + b" >")],
    ids=["lower-case", "padding", "space", "odd"],
)
@pytest.mark.parametrize("level", [Level.B_T, Level.B_LTA])
def test_the_gap_has_one_spelling_only(
    bench: Bench, signed: dict[Level, bytes], level: Level, forge: Callable[[bytes], bytes]
) -> None:
    verdict, reasons = _judged(bench, forge(signed[level]))
    assert verdict is Verdict.INVALID
    assert Reason.NOT_CANONICAL in reasons


def test_another_certificate_on_board_is_noticed(
    bench: Bench, own_bench: Bench, signed: dict[Level, bytes]
) -> None:
    stranger = own_bench.pki.credential("clerk").chain[-1].dump()
    twice = bench.pki.credential("vanthu").certificate.dump()
    for certificate in (stranger, twice):
        for level in (Level.B_B, Level.B_LTA):
            forged = attacks.with_contents(signed[level], attacks.with_certificate(certificate))
            verdict, reasons = _judged(bench, forged)
            assert (verdict, reasons) == (Verdict.INVALID, {Reason.NOT_CANONICAL})


# ── time-stamps and levels ───────────────────────────────────────────────────────────────────────────


def _der(data: bytes, number: int = -1) -> bytes:
    start, end, _ = gaps(data)[number]
    return contents_of_gap(data[start:end])[0]


@pytest.mark.parametrize("level", [Level.B_T, Level.B_LT])
def test_a_stripped_time_stamp_is_missed(bench: Bench, signed: dict[Level, bytes], level: Level) -> None:
    forged = attacks.with_contents(signed[level], attacks.without_timestamp)
    verdict, reasons = _judged(bench, forged)
    assert verdict is Verdict.INVALID
    assert reasons & {Reason.TIMESTAMP_MISSING, Reason.REVOCATION_UNKNOWN}


@pytest.mark.parametrize("level", [Level.B_T, Level.B_LT])
def test_a_swapped_time_stamp_is_invalid(bench: Bench, signed: dict[Level, bytes], level: Level) -> None:
    other = Level.B_T if level is Level.B_LT else Level.B_LT
    forged = attacks.with_contents(signed[level], attacks.with_timestamp_of(_der(signed[other])))
    verdict, reasons = _judged(bench, forged)
    assert (verdict, reasons) == (Verdict.INVALID, {Reason.TIMESTAMP_INVALID})


def test_the_document_time_stamp_of_another_file_is_no_use(
    bench: Bench, signed: dict[Level, bytes], source: Path
) -> None:
    other, _ = bench.sign(source, "other.pdf", Level.B_LTA)
    forged = attacks.with_contents(signed[Level.B_LTA], lambda der: _der(other.read_bytes()))
    verdict, reasons = _judged(bench, forged)
    assert verdict is Verdict.INVALID
    assert Reason.DIGEST_MISMATCH in reasons


def test_a_file_cut_back_to_an_earlier_revision_is_not_valid(
    bench: Bench, signed: dict[Level, bytes]
) -> None:
    """The first revision is a sound B-T signature, but it says inside that it was made as B-LTA."""
    data = signed[Level.B_LTA]
    cut = data[: gaps(data)[0][2]]
    verdict, reasons = _judged(bench, cut)
    assert (verdict, reasons) == (Verdict.INVALID, {Reason.TIMESTAMP_MISSING})


@pytest.mark.parametrize("level", list(Level))
def test_a_truncated_file_is_not_valid(bench: Bench, signed: dict[Level, bytes], level: Level) -> None:
    data = signed[level]
    lengths = {1, 2, 5, 6, 7, 40, *(round(len(data) * share / 12) for share in range(1, 12))}
    for missing in sorted(lengths):
        assert _judged(bench, data[: len(data) - missing])[0] is Verdict.INVALID, missing


# ── things added ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "junk", [b"\n", b"\0", b" ", b"%%EOF\n", b"% a comment\n", b"\n" * 2000, b"PK\x03\x04"]
)
@pytest.mark.parametrize("level", [Level.B_LT, Level.B_LTA])
def test_appended_bytes_are_not_valid(
    bench: Bench, signed: dict[Level, bytes], level: Level, junk: bytes
) -> None:
    assert _judged(bench, signed[level] + junk)[0] is Verdict.INVALID


@pytest.mark.parametrize("level", list(Level))
def test_a_whole_file_appended_or_put_in_front_is_not_valid(
    bench: Bench, signed: dict[Level, bytes], source: Path, level: Level
) -> None:
    assert _judged(bench, signed[level] + source.read_bytes())[0] is Verdict.INVALID
    assert _judged(bench, source.read_bytes() + signed[level])[0] is Verdict.INVALID
    assert _judged(bench, b"\n" + signed[level])[0] is Verdict.INVALID


EDITS = [
    attacks.overlay,
    attacks.replaced_page,
    attacks.overwritten_content,
    attacks.added_page,
    attacks.changed_info,
    attacks.changed_metadata,
    attacks.open_action,
    attacks.unsigned_field,
    attacks.filled_form,
    attacks.nothing,
]
EVIDENCE_EDITS = [attacks.stripped_evidence, attacks.emptied_evidence]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
@pytest.mark.parametrize("level", [Level.B_T, Level.B_LTA])
def test_an_incremental_update_is_not_valid(
    bench: Bench, signed: dict[Level, bytes], level: Level, edit: attacks.Edit
) -> None:
    verdict, reasons = _judged(bench, attacks.updated(signed[level], edit))
    assert verdict is Verdict.INVALID
    assert Reason.NOT_WHOLE_FILE in reasons


@pytest.mark.parametrize("edit", EVIDENCE_EDITS, ids=lambda edit: edit.__name__)
@pytest.mark.parametrize("level", [Level.B_LT, Level.B_LTA])
def test_evidence_taken_away_is_noticed(
    bench: Bench, signed: dict[Level, bytes], level: Level, edit: attacks.Edit
) -> None:
    assert _judged(bench, attacks.updated(signed[level], edit))[0] is Verdict.INVALID
    assert _judged(bench, attacks.updated_and_stamped(signed[level], edit, bench))[0] is Verdict.INVALID


@pytest.mark.parametrize("edit", [e for e in EDITS if e is not attacks.nothing], ids=lambda e: e.__name__)
@pytest.mark.parametrize("level", [Level.B_T, Level.B_LTA])
def test_a_change_hidden_under_an_honest_document_time_stamp_is_not_valid(
    bench: Bench, signed: dict[Level, bytes], level: Level, edit: attacks.Edit
) -> None:
    forged = attacks.updated_and_stamped(signed[level], edit, bench)
    verdict, reasons = _judged(bench, forged)
    assert (verdict, reasons) == (Verdict.INVALID, {Reason.CHANGED_AFTER_SIGNING})


def test_an_honest_document_time_stamp_alone_is_welcome(bench: Bench, signed: dict[Level, bytes]) -> None:
    for level in LEVELS:
        stamped = attacks.updated_and_stamped(signed[level], attacks.nothing, bench)
        assert _judged(bench, stamped) == (Verdict.VALID, set()), level


@pytest.mark.parametrize("edit", [attacks.overlay, attacks.replaced_page, attacks.filled_form])
def test_a_colleague_s_signature_over_a_change_does_not_save_the_first(
    bench: Bench, signed: dict[Level, bytes], edit: attacks.Edit
) -> None:
    changed, target = bench.folder / "changed.pdf", bench.folder / "signed.pdf"
    changed.write_bytes(attacks.updated(signed[Level.B_T], edit))
    bench.signer("clerk").sign(changed, target, request(Level.B_LTA, bench.clock))
    report = verify_pdf(target, bench.trust)
    assert report.verdict is Verdict.INVALID
    assert [s.verdict for s in report.signatures] == [Verdict.INVALID, Verdict.VALID, Verdict.VALID]
    assert report.signatures[0].reasons == (Reason.CHANGED_AFTER_SIGNING,)
    expected = "form" if edit is attacks.filled_form else "other"
    assert expected in report.signatures[0].changes_after


@pytest.mark.parametrize(("width", "valid"), [(200, True), (500, False)])
def test_a_later_signature_may_show_itself_but_not_hide_the_page(
    bench: Bench, signed: dict[Level, bytes], width: int, valid: bool
) -> None:
    first, target = bench.folder / "first.pdf", bench.folder / "second.pdf"
    first.write_bytes(signed[Level.B_T])
    asked = request(Level.B_T, bench.clock).model_copy(
        update={
            "box": SignatureBox(x0=10, y0=10, x1=10 + width, y1=210),
            "appearance_pdf": appearance(width, 200),
        }
    )
    bench.signer("clerk").sign(first, target, asked)
    assert (verify_pdf(target, bench.trust).verdict is Verdict.VALID) == valid


def test_an_impostor_with_the_same_names_is_unknown(bench: Bench, signed: dict[Level, bytes]) -> None:
    """Signed by another PKI whose names are the same to the letter."""
    source = bench.folder / "in.pdf"
    source.write_bytes(signed[Level.B_B])
    create_development_pki(bench.folder / "pki", bench.clock)
    forger = replace(bench, pki=load_development_pki(bench.folder / "pki"))
    target, _ = forger.sign(source, "forged.pdf", Level.B_LTA)
    report = verify_pdf(target, bench.trust)
    assert report.verdict is not Verdict.VALID
    assert Reason.UNKNOWN_ISSUER in report.signatures[1].reasons
