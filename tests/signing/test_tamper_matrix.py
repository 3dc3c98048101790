"""The tamper matrix: every class of byte and every known attack; nothing of it may be accepted."""

from __future__ import annotations

import binascii
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from models.errors import NotADocument
from models.signatures import Level, Verdict
from signing.development.pki import load_development_pki
from signing.judging.canonical import contents_of_gap, precheck
from signing.judging.verify import verify_pdf
from tests.signing import attacks, shadows
from tests.signing.support import Bench, SystemClock, gaps, visible_request, write_pdfa
from tests.signing.test_foreign import Stranger

UPDATES = [*shadows.SHADOWS, *shadows.FORGED_DICTIONARIES]
"""Beside those of `test_tampering`, which are tried there in the same ways."""
PLACES = {Level.B_T: (0, 1, 2), Level.B_LTA: (3,)}
"""Tag, last byte of the length, first byte of the value; of the document time-stamp, which has the form of the token
inside the other, only the last byte of the value."""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    return shadows.write_prepared(write_pdfa(folder / "plain.pdf", pages=2), folder / "prepared.pdf")


@pytest.fixture(scope="module")
def signed(pki_folder: Path, prepared: Path) -> dict[Level, bytes]:
    """The prepared file with a visible signature, which is valid: an attacker may bring anything to be signed."""
    bench = Bench(prepared.parent, load_development_pki(pki_folder), SystemClock())
    made = {}
    for level in (Level.B_T, Level.B_LTA):
        path = bench.folder / f"{level.value}.pdf"
        bench.signer("vanthu").sign(prepared, path, visible_request(level, bench.clock))
        assert verify_pdf(path, bench.trust).verdict is Verdict.VALID
        made[level] = path.read_bytes()
    return made


def _accepted(bench: Bench, forged: bytes) -> bool:
    path = bench.folder / "forged.pdf"
    path.write_bytes(forged)
    if precheck(path):
        return False
    try:
        return verify_pdf(path, bench.trust).verdict is Verdict.VALID
    except NotADocument:
        return False


# ── every class of byte in the last /Contents ────────────────────────────────────────────────────────


def _elements(
    der: bytes, start: int, end: int, path: tuple[int, ...] = ()
) -> Iterator[tuple[tuple[int, ...], int, int, int]]:
    """Path of tags, place of the tag, of the value and of its end, for every element of a DER value."""
    while start < end:
        length, value = der[start + 1], start + 2
        if length & 0x80:
            count = length & 0x7F
            length, value = int.from_bytes(der[value : value + count], "big"), value + count
        here = (*path, der[start])
        yield here, start, value, value + length
        if der[start] & 0x20:
            yield from _elements(der, value, value + length, here)
        start = value + length


@pytest.mark.parametrize("level", [Level.B_T, Level.B_LTA])
def test_no_class_of_byte_of_the_last_contents_can_be_changed(
    bench: Bench, signed: dict[Level, bytes], level: Level
) -> None:
    """One element on every path of tags; all elements were tried once when this was written."""
    data = signed[level]
    start, end, _ = gaps(data)[-1]
    der, content = contents_of_gap(data[start:end])
    kinds = defaultdict(list)
    for path, tag, value, stop in _elements(der, 0, len(der)):
        kinds[path].append((tag, value, stop))
    assert len(kinds) > 60
    positions = set()
    for found in kinds.values():
        tag, value, stop = found[len(found) // 2]
        places = (tag, value - 1, value, stop - 1)
        positions |= {places[number] for number in PLACES[level]}
    positions |= {len(der), (len(der) + len(content)) // 2, len(content) - 1}  # padding
    accepted = []
    for number, position in enumerate(sorted(positions & set(range(len(content))))):
        forged = bytearray(content)
        forged[position] ^= (0x01, 0x80, 0x20)[number % 3]
        digits = binascii.hexlify(bytes(forged)).upper()
        if _accepted(bench, data[: start + 1] + digits + data[end - 1 :]):
            accepted.append(position)
    assert accepted == []


@pytest.mark.parametrize("level", [Level.B_T, Level.B_LTA])
def test_no_hex_digit_can_be_written_otherwise(
    bench: Bench, signed: dict[Level, bytes], level: Level
) -> None:
    """Small letters, one by one and all together; spaces; an odd digit; brackets."""
    data = signed[level]
    start, end, _ = gaps(data)[-1]
    letters = [i for i in range(start, end) if data[i : i + 1].isalpha()]
    for position in letters[:: max(1, len(letters) // 12)]:
        assert not _accepted(
            bench, data[:position] + data[position : position + 1].lower() + data[position + 1 :]
        )
    for gap in (
        data[start:end].lower(),
        data[start : end - 2] + b" >",
        data[start : end - 2] + b">>",
        b"(" + data[start + 1 : end - 1] + b")",
        b"<" + b" " + data[start + 2 : end],
        b"<" + b"0" * (end - start - 2) + b">",
    ):
        assert len(gap) == end - start
        assert not _accepted(bench, data[:start] + gap + data[end:])


# ── attacks ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("edit", UPDATES, ids=lambda edit: edit.__name__)
def test_no_update_is_accepted_bare_or_under_an_honest_time_stamp(
    bench: Bench, signed: dict[Level, bytes], edit: Callable[[IncrementalPdfFileWriter], None]
) -> None:
    data = signed[Level.B_T]
    updated = attacks.updated(data, edit)
    assert updated != data
    assert not _accepted(bench, updated)
    assert not _accepted(bench, attacks.updated_and_stamped(data, edit, bench))


@pytest.mark.parametrize("forge", shadows.RAW, ids=lambda forge: forge.__name__)
def test_no_raw_forgery_is_accepted(
    bench: Bench, signed: dict[Level, bytes], forge: Callable[[bytes], bytes]
) -> None:
    data = signed[Level.B_LTA]
    forged = forge(data)
    assert forged != data
    assert not _accepted(bench, forged)


def test_what_the_attacks_do_is_seen_on_the_page(bench: Bench, signed: dict[Level, bytes]) -> None:
    """A control: attacks that changed nothing would prove nothing."""
    from pdf.revisions import show_revisions

    data, path = signed[Level.B_LTA], bench.folder / "seen.pdf"
    visible = [
        *(
            attacks.updated(data, edit)
            for edit in (shadows.uncovered, shadows.swapped_pages, attacks.overlay)
        ),
        *(attacks.updated(data, edit) for edit in (shadows.replaced_signature_look, shadows.toggled_layer)),
        *(forge(data) for forge in (shadows.other_catalog, shadows.awakened, shadows.saved_again)),
    ]
    for forged in visible:
        path.write_bytes(forged)
        (shown,) = show_revisions(path, [len(data)], changed_after=[True])
        assert 1 in shown.changed


@pytest.fixture(scope="module")
def foreign(pki_folder: Path, prepared: Path) -> bytes:
    bench = Bench(prepared.parent, load_development_pki(pki_folder), SystemClock())
    return Stranger(bench).sign(prepared.read_bytes(), "Signature1")


def test_none_of_it_is_accepted_in_the_files_of_others(bench: Bench, foreign: bytes) -> None:
    """Others' files get no leniency for what can be seen or run."""
    assert _accepted(bench, foreign)
    edits = [edit for edit in shadows.SHADOWS if edit is not shadows.replaced_signature_look]
    accepted = [e.__name__ for e in edits if _accepted(bench, attacks.updated(foreign, e))]
    accepted += [f.__name__ for f in shadows.RAW if _accepted(bench, f(foreign))]
    assert accepted == []
