"""The bench judges splits by every page before which a document may begin, and by whether a person was asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.extraction import DAY
from bench.extraction_batches import JudgedSplit, judged_split, splitting
from bench.extraction_pages import FIRST_SEED, FITTING_SEED, PERFECT, batch_jobs, document
from models.batches import Part, Split
from models.rulesets import rule_set_on

TRUE = ((1, "can_cuoc"), (3, "cong_van"), (5, "quyet_dinh"))


def judged(*parts: tuple[tuple[int, ...], bool], left: tuple[int, ...] = (4,)) -> JudgedSplit:
    found = Split(
        parts=tuple(Part(pages=pages, doubtful=doubtful) for pages, doubtful in parts),
        left_out=dict.fromkeys(left, "separator"),
    )
    types = tuple(dict(TRUE).get(pages[0], "unknown") for pages, _ in parts)
    return JudgedSplit("b", TRUE, (4,), found, types, 5.0)


def test_a_batch_is_exact_with_every_cut_and_every_separator_sheet() -> None:
    right = judged(((1, 2), False), ((3,), False), ((5, 6), False))
    assert right.exact
    assert right.pages == (2, 3, 5, 6)
    assert not judged(((1, 2), False), ((3,), False), ((5, 6), False), left=()).exact


def test_a_missing_and_an_invented_cut_are_wrong_and_flagged_where_their_documents_are() -> None:
    missing = judged(((1, 2, 3), True), ((5, 6), False))
    assert (missing.wrong, missing.unflagged) == ((3,), ())
    assert judged(((1, 2, 3), False), ((5, 6), True)).unflagged == (3,)
    invented = judged(((1,), True), ((2,), True), ((3,), False), ((5, 6), False))
    assert (invented.wrong, invented.unflagged) == ((2,), ())
    assert judged(((1,), False), ((2,), True), ((3,), False), ((5, 6), False)).unflagged == (2,)


def test_the_figures_add_up() -> None:
    told = splitting(
        [
            judged(((1, 2), False), ((3,), False), ((5, 6), False)),
            judged(((1,), True), ((2, 3), True), ((5, 6), False)),
        ]
    )
    assert (told["batches"], told["exact"], told["decisions"], told["wrong"]) == (2, 1, 8, 2)
    assert (told["precision"], told["recall"], told["decisions_right"]) == (0.75, 0.75, 0.75)
    assert (told["unflagged"], told["parts"], told["doubtful"], told["typed"]) == (0, 6, 2, 5)
    assert told["missed"] == ["b: 2, 3"]
    assert splitting([])["precision"] is None


def test_batches_for_tuning_stay_among_the_seeds_for_tuning() -> None:
    for first in (FITTING_SEED, FITTING_SEED + 2000, FITTING_SEED + 9000):
        assert all(FITTING_SEED <= job.seed < FIRST_SEED for job in batch_jobs(500, first))
    assert all(job.seed >= FIRST_SEED for job in batch_jobs(5, FIRST_SEED))


@pytest.mark.slow
def test_batches_read_without_an_error_are_split_as_they_were_drawn(tmp_path: Path) -> None:
    rules = rule_set_on(DAY)
    found = [
        judged_split(document(job, tmp_path, (PERFECT,)), PERFECT, rules)
        for job in batch_jobs(30, FITTING_SEED)
    ]
    told = splitting(found)
    assert told["decisions_right"] >= 0.98
    assert told["unflagged"] == 0
