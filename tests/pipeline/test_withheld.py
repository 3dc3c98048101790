"""A known file handed in again gives nothing of a document that is restricted or being destroyed, and says so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.application import Application
from pipeline.papers.outcome import SourceOutcome
from storage import schema as t
from storage.keeping.disposal import why_withheld
from storage.keeping.requests import set_restricted
from tests.pipeline.batches import bound, card
from tests.pipeline.support import application, digitized

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The front of a card, then that of another."""
    return bound(
        tmp_path_factory.mktemp("scan") / "cards.pdf", card(10, "2024-card").pages[0], card(11).pages[0]
    )


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Application]:
    with application(tmp_path / "home") as opened:
        yield opened


def handed_in(app: Application, out: Path, scan: Path, *, confirm: bool = False) -> SourceOutcome:
    (outcome,) = digitized(app, out, scan, confirm=confirm, intake="archive", grouping="1,2")
    assert isinstance(outcome, SourceOutcome), outcome
    return outcome


def test_of_several_documents_the_others_are_written_and_the_withheld_ones_are_not(
    app: Application, scan: Path, tmp_path: Path
) -> None:
    first, second = handed_in(app, tmp_path / "once", scan).documents
    assert {f"cards-{n}.json" for n in (1, 2)} <= {p.name for p in (tmp_path / "once").iterdir()}
    with app.register.transaction(actor="officer", purpose="request 1") as tx:
        assert set_restricted(tx, [second.id], True)
    again = handed_in(app, tmp_path / "again", scan, confirm=True)
    told, withheld = again.documents
    assert (told.error, told.state) == (None, "approved")
    assert withheld.error is not None
    assert (withheld.id, withheld.error.code) == (second.id, "DOCUMENT_RESTRICTED")
    assert "hạn chế" in withheld.error.message
    assert (withheld.fields, withheld.flags, withheld.seen_before) == ({}, [], ())
    assert withheld.state == "in_review", "nobody goes on with it either"
    written = {p.name for p in (tmp_path / "again").iterdir()}
    assert "cards-1.json" in written
    assert not [name for name in written if name.startswith("cards-2")]
    name = second.fields["full_name"].value
    assert name
    assert name not in json.dumps(again.model_dump(mode="json"), ensure_ascii=False)
    tried = [(e.action, e.outcome) for e in app.register.audit_of(second.id)]
    assert tried[-1] == ("export", "DOCUMENT_RESTRICTED")
    assert [a for a in tried if a[0] == "export"] == [("export", "done"), ("export", "DOCUMENT_RESTRICTED")]

    agreed = {"state": "approved", "basis": "b", "proposed_at": "2026-11-22T09:00:00+07:00", "plan": "{}"}
    with app.engine.begin() as connection:
        connection.execute(t.disposals.insert().values(document_id=first.id, proposed_by="officer", **agreed))
    gone = handed_in(app, tmp_path / "third", scan)
    assert [d.error.code for d in gone.documents if d.error] == ["DOCUMENT_DISPOSED", "DOCUMENT_RESTRICTED"]
    assert not (tmp_path / "third").exists()
    with app.register.reading() as connection:
        assert why_withheld(connection, first.id) == "disposal"


def test_what_was_lifted_is_written_again(app: Application, scan: Path, tmp_path: Path) -> None:
    _, second = handed_in(app, tmp_path / "once", scan).documents
    for restricted in (True, False):
        with app.register.transaction(actor="officer", purpose="t") as tx:
            assert set_restricted(tx, [second.id], restricted)
    handed_in(app, tmp_path / "again", scan)
    assert (tmp_path / "again" / "cards-2.json").exists()
