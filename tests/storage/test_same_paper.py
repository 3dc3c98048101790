"""The same paper again: found by what stands on it, told apart from its neighbours, never by looks alone."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from models.holders import HolderIdentifier
from storage.papers import same_paper
from storage.papers.same_paper import Earlier, PaperKey, distance, likeness
from tests.storage import papers
from tests.storage.support import Room

ID = HolderIdentifier(kind="personal_id", value="001190000017")
OTHER = HolderIdentifier(kind="personal_id", value="001190000025")
KEY = PaperKey("giay_khai_sinh", "12/2020", "2020-03-12", "UBND xã Mẫu", (ID,))
NEW = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


def earlier(home: Room, key: PaperKey) -> list[tuple[str, str | None]]:
    with home.register.reading() as connection:
        found = same_paper.earlier(connection, NEW, key, sa.true())
    return [(one.document_id, likeness(one, None)) for one in found]


@pytest.fixture
def paper(home: Room) -> papers.Paper:
    return papers.paper(home, papers.holder(home, (ID.kind, ID.value)))


def test_number_day_and_issuer_make_it_the_same_however_they_are_written(
    home: Room, paper: papers.Paper
) -> None:
    again = PaperKey("giay_khai_sinh", "12 / 2020", "2020-03-12", "ỦBND XÃ  mẫu", (ID,))
    assert earlier(home, again) == [(paper.document, "same")]
    assert earlier(home, PaperKey("giay_khai_sinh", "12/2020", "2020-03-12", "UBND xã Mẫu")) == [
        (paper.document, "same")
    ]


def test_a_neighbour_on_the_same_form_is_another_paper(home: Room, paper: papers.Paper) -> None:
    """The same day and office, the next number, another child: what a register of births looks like."""
    assert earlier(home, PaperKey("giay_khai_sinh", "13/2020", "2020-03-12", "UBND xã Mẫu", (OTHER,))) == []
    assert earlier(home, PaperKey("giay_khai_sinh", "12/2020", "2020-03-13", "UBND xã Mẫu", (OTHER,))) == []
    another_office = PaperKey("giay_khai_sinh", "12/2020", "2020-03-12", "UBND xã Khác", (OTHER,))
    assert earlier(home, another_office) == [(paper.document, None)]


def test_the_holders_paper_of_the_same_day_may_be_the_same(home: Room, paper: papers.Paper) -> None:
    assert earlier(home, PaperKey("giay_khai_sinh", None, "2020-03-12", None, (ID,))) == [
        (paper.document, "perhaps")
    ]
    assert earlier(home, PaperKey("quyet_dinh", None, "2020-03-12", None, (ID,))) == []
    assert earlier(home, PaperKey("giay_khai_sinh", None, None, None, (ID,))) == []


def test_what_nobody_confirmed_and_what_was_destroyed_is_not_told_of(home: Room, paper: papers.Paper) -> None:
    from storage import schema as t

    for state in ("in_review", "disposed", "replaced"):
        with home.engine.begin() as connection:
            connection.execute(t.documents.update().values(state=state))
        assert earlier(home, KEY) == []


def test_pictures_decide_where_data_are_silent_and_never_against_them() -> None:
    silent = Earlier("d", "a", "b", None, None, agrees=("type",), differs=())
    other_number = Earlier(
        "d", "a", "b", None, None, agrees=("type", "issued_on", "holder"), differs=("number",)
    )
    assert (likeness(silent, None), likeness(silent, False), likeness(silent, True)) == (None, None, "same")
    assert (likeness(other_number, None), likeness(other_number, True)) == (None, "perhaps")


def test_within_a_case_the_nearest_pictures_are_proposed_for_comparison(home: Room) -> None:
    code = papers.dossier(home)
    whose = papers.holder(home)
    near = papers.paper(home, whose, dossier=code, prints=("0" * 63 + "1",))
    papers.paper(home, whose, dossier=code, prints=("f" * 64,))
    papers.paper(home, whose, prints=("0" * 64,))  # of no case
    own = papers.paper(home, whose, dossier=code, prints=("0" * 64,))
    with home.register.reading() as connection:
        found = same_paper.in_the_same_case(connection, own.document, "0" * 64, 3)
    assert found == [near.document]
    assert distance("0" * 64, "f" * 64) == 256


def test_of_a_large_case_only_the_newest_are_looked_at(home: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(same_paper, "CASE_MOST", 2)
    code, whose = papers.dossier(home), papers.holder(home)
    kept = [papers.paper(home, whose, dossier=code, prints=("0" * 64,)).document for _ in range(4)]
    with home.register.reading() as connection:
        assert set(same_paper.in_the_same_case(connection, kept[3], "0" * 64, 3)) == set(kept[1:3])


def test_prints_are_kept_once(home: Room, paper: papers.Paper) -> None:
    from storage import schema as t

    for _ in range(2):
        with home.register.transaction(actor="t", purpose="t") as tx:
            same_paper.keep_prints(tx, paper.document, ["0" * 64, "1" * 64])
    with home.engine.connect() as connection:
        assert len(connection.execute(t.page_prints.select()).all()) == 2


def test_the_look_for_earlier_papers_reads_no_table_as_a_whole(home: Room, paper: papers.Paper) -> None:
    from tests.storage.plans import table_scans

    assert table_scans(home, lambda: earlier(home, PaperKey(*vars(KEY).values()))) == []
