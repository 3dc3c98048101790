"""The embedded font has every Vietnamese letter, shows it rightly and copies it exactly."""

from __future__ import annotations

import io
import unicodedata
from pathlib import Path

import pikepdf
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from pdf.fonts import EmbeddedFont, _program, tinos, writable
from tests.pdf.support import EVERY_LETTER, TINOS, drawn, text_pdf


def test_the_face_has_every_vietnamese_letter() -> None:
    assert all(ord(c) in tinos().characters for c in EVERY_LETTER + "0123456789.,;:!?()[]“”‘’–—…/%&@+-=<>₫°")


def test_the_subset_is_a_sound_font_with_the_outlines_of_the_whole() -> None:
    characters = list(EVERY_LETTER)
    with TTFont(io.BytesIO(_program(tinos(), characters))) as subset, TTFont(TINOS) as whole:
        names = subset.getGlyphOrder()
        cmap = whole.getBestCmap()
        assert subset["maxp"].numGlyphs >= len(characters) + 1
        assert "fpgm" not in subset
        for code, character in enumerate(characters, start=1):
            ours = subset["glyf"][names[code]].getCoordinates(subset["glyf"])
            theirs = whole["glyf"][cmap[ord(character)]].getCoordinates(whole["glyf"])
            assert list(ours[0]) == list(theirs[0])
            assert subset["hmtx"][names[code]] == whole["hmtx"][cmap[ord(character)]]
        assert not any(
            subset["glyf"][n].program.getBytecode() for n in names if hasattr(subset["glyf"][n], "program")
        )


def test_the_subset_s_checksums_are_right() -> None:
    program = _program(tinos(), list("Ủy ban"))
    words = [int.from_bytes(program[i : i + 4], "big") for i in range(0, len(program), 4)]
    assert sum(words) & 0xFFFFFFFF == 0xB1B0AFBA


def test_a_character_the_face_lacks_is_as_wide_as_a_space_and_blank() -> None:
    font = EmbeddedFont()
    assert font.width("漢") == font.width(" ")
    program = _program(tinos(), ["漢", "A"])
    with TTFont(io.BytesIO(program)) as subset:
        names = subset.getGlyphOrder()
        assert subset["glyf"][names[1]].numberOfContours == 0
        assert subset["glyf"][names[2]].numberOfContours > 0


def test_characters_that_look_alike_keep_codes_of_their_own() -> None:
    font = EmbeddedFont()
    codes = font.encode("ĐÐ \u00a0-\u2010")
    assert len({codes[i : i + 2] for i in range(0, len(codes), 2)}) == 6
    assert font.encode("Đ") == codes[:2]


def test_widths_in_the_file_are_those_of_the_programme(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf", [[(EVERY_LETTER, 10, 400, 8)]])
    with pikepdf.open(path) as pdf:
        descendant = pdf.pages[0].Resources.Font.F1.DescendantFonts[0]
        widths = [float(w) for w in descendant.W[1]]
        program = descendant.FontDescriptor.FontFile2.read_bytes()
        assert int(descendant.FontDescriptor.FontFile2.Length1) == len(program)
    with TTFont(io.BytesIO(program)) as subset:
        names = subset.getGlyphOrder()
        real = [
            subset["hmtx"][names[n]][0] * 1000 / subset["head"].unitsPerEm for n in range(1, len(widths) + 1)
        ]
    assert widths == pytest.approx(real, abs=0.5)


def test_the_letters_are_drawn(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf", [[("ỆỰỢ", 100, 400, 100)]])
    shown = drawn(path)
    for x in (100, 165, 240):
        column = shown[842 - 400 - 95 : 842 - 400 + 25, x : x + 60]
        assert (column < 100).any()
        assert (shown[842 - 400 + 5 : 842 - 400 + 22, x : x + 60] < 100).any(), "the dot below"


@given(st.text())
def test_writable_text_is_nfc_without_what_pdf_can_not_hold(text: str) -> None:
    kept = writable(text)
    assert kept == unicodedata.normalize("NFC", kept)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in kept)
    assert writable(kept) == kept
    assert len(EmbeddedFont().encode(kept)) == 2 * len(kept)


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_reach_is_never_empty(text: str) -> None:
    low, high = EmbeddedFont().reach(text)
    assert low < high


def test_the_licence_is_shipped_beside_the_font() -> None:
    licence = TINOS.with_name("LICENSE").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE" in licence
    with TTFont(TINOS) as font:
        assert "SIL Open Font License" in font["name"].getDebugName(13)
