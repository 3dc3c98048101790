"""The same bytes again: known to the agency that handed them in, and to no other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.application import Application
from pipeline.attempts import Acting, acting
from pipeline.papers.same_paper import seen_before
from pipeline.stages.receive import content_mac, known_content, receive
from pipeline.stages.review import review_sheet
from storage import schema as t
from storage.records import SourceRecord
from tests.pipeline.reviewing import OFFICER, decision, in_review
from tests.pipeline.support import application

THEIRS = "H99.07"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Application]:
    with application(tmp_path / "home") as made:
        yield made


def taken(app: Application, path: Path) -> SourceRecord:
    return receive(app, path, intake="counter", presented_as="ban_chinh", forced_type=None)


def mac(app: Application, path: Path) -> str:
    with path.open("rb") as handle:
        return content_mac(app, handle)


def test_each_agency_has_its_own_source_of_the_same_bytes(app: Application, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7 the same")
    ours = taken(app, path)
    with acting(Acting("xa", "test", THEIRS)):
        theirs = taken(app, path)
        assert taken(app, path).id == theirs.id
    assert taken(app, path).id == ours.id != theirs.id
    assert (theirs.agency, theirs.sha256) == (THEIRS, ours.sha256)
    assert app.vault.read(theirs.object_key) == app.vault.read(ours.object_key)
    known = [known_content(app, mac(app, path), agency) for agency in (None, THEIRS, "H99.08")]
    assert [one.id if one else None for one in known] == [ours.id, theirs.id, None]


def test_what_an_earlier_release_took_in_is_known_to_its_own_agency_still(
    app: Application, tmp_path: Path
) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7 from before")
    before = taken(app, path)
    with app.engine.begin() as connection:  # which kept the hash of the content alone
        row = t.sources.update().where(t.sources.c.id == before.id)
        connection.execute(row.values(content_mac=mac(app, path)))
    assert taken(app, path).id == before.id
    with acting(Acting("xa", "test", THEIRS)):
        assert taken(app, path).id != before.id
    with app.engine.begin() as connection:
        connection.execute(t.sources.update().where(t.sources.c.id == before.id).values(agency="H99.08"))
    assert known_content(app, mac(app, path), "H99.08") is not None
    assert known_content(app, mac(app, path)) is None


def test_the_same_paper_at_another_agency_is_not_pointed_out(app: Application) -> None:
    from pipeline.stages.review import confirm

    first = in_review(app, decision())
    confirm(app, first, OFFICER)
    second = in_review(app, decision())
    sheet = review_sheet(app, second)
    assert [one.document for one in seen_before(app, second, sheet.extraction, {})] == [first.id]
    with app.engine.begin() as connection:
        row = t.sources.update().where(t.sources.c.id == first.source_id)
        connection.execute(row.values(agency=THEIRS))
    assert seen_before(app, second, sheet.extraction, {first.id: True}) == ()
