"""Pages that are laid out anew: an excerpt with the paper's own form (ND30 Art. 25.3), the attestation of a certified copy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pdf.data_sheet import Row
from pdf.fonts import EmbeddedFont
from pdf.placement import POINTS_PER_MM
from pdf.typeset import GREY, SHEET, SMALL, TEXT_WIDTH, Block, TextPages, beside, labelled, lines, stacked

EXCERPT_SHEET = SHEET
"""The first page of an excerpt, for placing the agency's block in its upper margin."""
_TOP = 27 * POINTS_PER_MM
"""The agency's block stands above (ND30 Annex I, II.I.3)."""
_COLUMN = TEXT_WIDTH / 2
_LABELS, _GAP = 190.0, 10.0
_TEXT, _HEAD, _TITLE = 13.0, 12.0, 15.0
_STATE = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")


@dataclass(frozen=True)
class Excerpt:
    """What an excerpt shows of a paper; Vietnamese, NFC."""

    issuer: str
    number: str
    issued_on: str
    """For people; empty where the paper names none."""
    title: str
    """What kind of paper it is."""
    rows: tuple[Row, ...]
    """What was taken from it, in the order of its form."""
    source: str
    """Of what, and by whose confirmation; stands below, small."""


@dataclass(frozen=True)
class AttestationText:
    """The words that certify a copy."""

    title: str
    paragraphs: tuple[str, ...]
    signing: tuple[str, ...]
    """Whose hand stands below, a line each."""


def excerpt_pages(excerpt: Excerpt, foot: str) -> TextPages:
    """Issuer and the state's heading beside each other, the title, then what was taken, label and value."""

    def blocks(font: EmbeddedFont) -> Sequence[Block]:
        return list(_excerpt(excerpt, font))

    return TextPages(blocks, foot, top_margin=_TOP)


def attestation_pages(text: AttestationText, foot: str) -> TextPages:
    """The attestation on a page of its own: nothing is drawn on the pictures of the paper."""

    def blocks(font: EmbeddedFont) -> Sequence[Block]:
        return list(_attestation(text, font))

    return TextPages(blocks, foot)


def _excerpt(excerpt: Excerpt, font: EmbeddedFont) -> Iterator[Block]:
    left = lines(excerpt.issuer.upper(), font, _HEAD, 0, _COLUMN - _GAP, centred=True)
    if excerpt.number:
        left += lines(f"Số: {excerpt.number}", font, _HEAD, 0, _COLUMN - _GAP, centred=True)
    right = [line for text in _STATE for line in lines(text, font, _HEAD - 1, _COLUMN, _COLUMN, centred=True)]
    if excerpt.issued_on:
        right += lines(f"Ngày {excerpt.issued_on}", font, _HEAD, _COLUMN, _COLUMN, centred=True)
    yield beside(left, right, after=18)
    yield stacked(lines(excerpt.title.upper(), font, _TITLE, centred=True), after=2)
    yield stacked(lines("(Trích)", font, _TEXT, centred=True), after=14)
    for row in excerpt.rows:
        values = lines(row.value or "—", font, _TEXT, _LABELS, TEXT_WIDTH - _LABELS)
        yield from labelled(lines(f"{row.label}:", font, _TEXT, 0, _LABELS - _GAP), values)
    yield stacked(lines(excerpt.source, font, SMALL, grey=GREY), before=16)


def _attestation(text: AttestationText, font: EmbeddedFont) -> Iterator[Block]:
    yield stacked(lines(text.title, font, _TITLE, centred=True), before=20, after=16)
    for paragraph in text.paragraphs:
        yield stacked(lines(paragraph, font, _TEXT), after=6)
    hand = [
        line for said in text.signing for line in lines(said, font, _TEXT, _COLUMN, _COLUMN, centred=True)
    ]
    yield stacked(hand, before=16)
