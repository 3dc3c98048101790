"""The font book offers only families that really draw Vietnamese."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from samples.fonts import (
    HAND_LIKE,
    HELD_OUT,
    MONOSPACED,
    SANS,
    TIMES_LIKE,
    VIETNAMESE_LETTERS,
    FontBook,
    NoFont,
    missing_letters,
)
from samples.generate import fonts


def test_the_alphabet_has_146_marked_and_plain_vowels_and_d_with_stroke() -> None:
    assert len(VIETNAMESE_LETTERS) == 146
    assert {"Ộ", "ẵ", "Đ", "y"} <= VIETNAMESE_LETTERS


def test_every_face_of_every_family_holds_all_letters() -> None:
    book = fonts()
    for family in book.families:
        for bold in (False, True):
            for italic in (False, True):
                assert not missing_letters(book.face(family, bold=bold, italic=italic).path), family


def _broken(tmp_path: Path, name: str) -> Path:
    """A font that maps Ộ to the outline of Ọ, as Carlito does."""
    source = next(
        f.path for f in (fonts().face(family) for family in fonts().families) if f.path.suffix == ".ttf"
    )
    with TTFont(source) as font:
        for table in font["cmap"].tables:
            if ord("Ộ") in table.cmap:
                table.cmap[ord("Ộ")] = table.cmap[ord("Ọ")]
        path = tmp_path / name
        font.save(path)
    return path


def test_a_font_that_draws_two_letters_alike_is_found_out(tmp_path: Path) -> None:
    assert missing_letters(_broken(tmp_path, "any.ttf")) == {"Ộ"}


def test_a_family_with_a_broken_regular_style_is_left_out(tmp_path: Path) -> None:
    with pytest.raises(NoFont):
        FontBook({"Tinos-Regular.ttf": _broken(tmp_path, "Tinos-Regular.ttf")})


def test_a_missing_bold_style_is_made_up_from_the_regular_one() -> None:
    book = fonts()
    family = next(f for f in book.families if book.face(f).path.name == "Tinos-Regular.ttf")
    alone = FontBook({"Tinos-Regular.ttf": book.face(family).path})
    assert alone.families == ("Tinos",)
    assert alone.face("Tinos", bold=True).embolden
    assert not alone.face("Tinos", italic=True).embolden


def test_a_replaced_family_is_drawn_with_the_faces_of_another() -> None:
    book = fonts()
    one, other = (f for f in book.families if f in ("Tinos", "Arimo"))
    replaced = book.replaced({one: other})
    for bold in (False, True):
        assert replaced.face(one, bold=bold) == book.face(other, bold=bold)
        assert replaced.face(other, bold=bold) == book.face(other, bold=bold)
    assert book.face(one) != book.face(other)
    assert replaced.families == book.families
    with pytest.raises(KeyError):
        book.replaced({one: "Comic"})


def test_families_held_out_from_training_are_none_of_those_that_papers_are_mostly_set_in() -> None:
    assert set(HELD_OUT) <= set(fonts().families)
    assert not set(HELD_OUT) & {*TIMES_LIKE, *SANS, *MONOSPACED, *HAND_LIKE}


def test_no_font_at_all_is_said_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(NoFont, match="install-system-packages"):
        FontBook.find([tmp_path])
