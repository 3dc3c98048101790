"""Flaws are visible on the page and named in the truth."""

from __future__ import annotations

import numpy as np
import pytest

from samples.flaws import blot, misprint, wrong_birth_year
from samples.generate import draw_paper, fonts, scan_paper


def test_a_wrong_birth_year_contradicts_the_personal_number() -> None:
    sound = draw_paper("trich_luc_khai_sinh", 1)
    spoiled = wrong_birth_year(draw_paper("trich_luc_khai_sinh", 1))
    number = spoiled.fields["personal_id"]
    assert sound.fields["personal_id"][4:6] == sound.fields["birth_date"][2:4]
    assert number[4:6] != spoiled.fields["birth_date"][2:4]
    assert spoiled.doubtful == ("personal_id",)
    assert any(number in line.text for line in spoiled.sheets[0].truth_lines())
    assert not any(sound.fields["personal_id"] in line.text for line in spoiled.sheets[0].truth_lines())


def test_a_blot_covers_part_of_the_value() -> None:
    before = scan_paper(draw_paper("giay_khai_sinh", 2, "form-2020"), 2, "clean", fonts())
    after = scan_paper(
        blot(draw_paper("giay_khai_sinh", 2, "form-2020"), "personal_id", 2), 2, "clean", fonts()
    )
    box = after.truth.places["personal_id"].box
    width, height = after.pages[0].picture.size
    area = (int(box.x0 * width), int(box.y0 * height), int(box.x1 * width), int(box.y1 * height))

    def dark(picture: object) -> float:
        return float((np.asarray(picture) < 110).mean())

    clean, stained = (s.pages[0].picture.crop(area).convert("L") for s in (before, after))
    assert dark(stained) > dark(clean) + 0.15
    assert after.truth.doubtful == ("personal_id",)


def test_a_field_that_is_not_printed_can_not_be_spoiled() -> None:
    with pytest.raises(KeyError):
        blot(draw_paper("bien_lai", 1), "personal_id", 1)
    with pytest.raises(KeyError):
        misprint(draw_paper("bien_lai", 1), "personal_id", "0")
