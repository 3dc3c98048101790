"""What happens to a paper on its whole way is told, step by step, in ids and codes alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from models.casework import ComponentRule, Procedure
from models.events import DATA, Event
from models.reuse import Check
from models.states import DossierState
from pipeline.application import Application
from pipeline.cases import casework
from pipeline.cases.meeting import case_of
from pipeline.events.feed import newest
from pipeline.keeping import lifecycle
from pipeline.papers import corrections, reuse
from pipeline.papers.outcome import SourceOutcome
from storage.cases.procedures import put_procedure
from storage.events.feed import stretch
from storage.papers.parts import regroup, settle
from tests.pipeline.support import application, digitized, sample_card
from tests.storage import papers
from tests.storage.support import Room

FIRST, SECOND = "H99.01-261122-0001", "H99.01-261122-0002"


@dataclass
class House:
    """An application with a procedure, and a place in its feed."""

    app: Application
    place: int = 0

    def told(self) -> list[Event]:
        """What happened since somebody asked last."""
        with self.app.register.reading() as connection:
            found = stretch(connection, self.app.hands.agency.identifier, after=self.place, limit=1000)
        self.place = found.reached
        for one in found.events:
            assert one.data.keys() <= DATA[one.type] | {"dossier"}
        return list(found.events)

    def steps(self) -> list[str]:
        return [one.type.value for one in self.told()]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with application(tmp_path_factory.mktemp("home")) as app:
        rules = (ComponentRule(code="CC", name="Căn cước", document_type="can_cuoc"),)
        rule_day = app.clock.now().date()
        with app.register.transaction(actor="test", purpose="test:events") as tx:
            put_procedure(
                tx, Procedure(code="1.1", name="Thử", valid_from=rule_day, source="thử", components=rules)
            )
        yield app


@pytest.fixture
def house(home: Application) -> House:
    return House(home, newest(home))


def test_a_paper_is_told_from_its_arrival_to_its_reuse_and_revocation(house: House, tmp_path: Path) -> None:
    app = house.app
    officer, seal = app.hands.person("officer"), app.hands.person("vanthu")
    casework.open_dossier(app, FIRST, "1.1")
    case = case_of(app, dossier=FIRST, component="CC")
    (outcome,) = digitized(app, tmp_path / "out", sample_card(tmp_path), case=case, grouping="one")
    assert isinstance(outcome, SourceOutcome)
    document = outcome.documents[0]
    told = house.told()
    assert [one.type.value for one in told] == [
        "document.received", "document.captured", "document.confirmed", "ecopy.issued",
    ]  # fmt: skip
    assert {one.data["document"] for one in told} == {document.id}
    assert {one.data["dossier"] for one in told} == {FIRST}
    assert told[2].data["document_type"] == "can_cuoc"
    issued = told[3]
    ecopy = app.register.ecopy_of(document.id)
    assert ecopy is not None
    revision = app.register.latest_revision(ecopy.id)
    assert revision is not None
    assert (issued.subject, issued.data["sha256"]) == (ecopy.id, revision.sha256)

    casework.move_dossier(app, FIRST, DossierState.IN_PROCESS, by=officer)
    assert house.steps() == []
    casework.move_dossier(app, FIRST, DossierState.SUCCEEDED, by=officer)
    assert house.steps() == ["dossier.ended", "document.reusable"]

    casework.open_dossier(app, SECOND, "1.1")
    reuse.use(
        app,
        document.id,
        dossier=SECOND,
        component="CC",
        person=app.hands.person("clerk"),
        checked=tuple(Check),
    )
    (used,) = house.told()
    assert (used.type.value, used.data["dossier"], used.data["component"]) == (
        "document.reused",
        SECOND,
        "CC",
    )

    task = corrections.raise_correction(app, document.id, "full_name", "NGUYỄN VĂN KHÁC", person=seal)
    corrections.decide(app, task.id, accept=True, person=officer)
    raised, corrected, decided = sorted(house.told(), key=lambda one: one.type.value != "correction.raised")
    assert {raised.type.value, corrected.type.value, decided.type.value} == {
        "correction.raised", "document.corrected", "correction.decided",
    }  # fmt: skip
    assert "KHÁC" not in str((raised, corrected, decided))

    lifecycle.revoke(app, ecopy.id, person=seal, reason="wrong_data", note=None)
    (revoked,) = house.told()
    assert (revoked.subject, revoked.data["reason"]) == (ecopy.id, "wrong_data")


def test_a_refused_file_is_told_with_its_code(house: House, tmp_path: Path) -> None:
    bad = tmp_path / "Nguyễn Văn An.pdf"
    bad.write_bytes(b"no document at all")
    digitized(house.app, tmp_path / "out", bad)
    received, refused = house.told()
    assert (received.type.value, refused.type.value) == ("document.received", "document.refused")
    assert refused.data["code"] == "INPUT_NOT_A_DOCUMENT"
    assert "Nguyễn" not in str((received.data, refused.data))


def test_the_parts_of_a_scan_are_told_and_those_they_replace(house: House) -> None:
    room = room_of(house.app)
    scan = room.receive(b"three pages")
    with house.app.register.transaction(actor="test", purpose="test:events") as tx:
        tx.connection.exec_driver_sql(f"update documents set state = 'triaged' where id = '{scan.id}'")
        made = settle(tx, scan, [(1,), (2, 3)])
    house.told()
    living = house.app.register.documents_of(scan.source_id)
    with house.app.register.transaction(actor="test", purpose="test:events") as tx:
        regroup(tx, living[0], living, [(1, 2, 3)])
    told = house.told()
    assert [one.type.value for one in told] == ["document.replaced", "document.replaced", "document.split"]
    assert [one.subject for one in told[:2]] == made
    assert {one.data["source"] for one in told} == {scan.source_id}


def test_a_newer_copy_and_a_destruction_are_told(house: House) -> None:
    app, room = house.app, room_of(house.app)
    officer, seal = app.hands.person("officer"), app.hands.person("vanthu")
    whose = papers.holder(room, ("personal_id", "001190000017"))
    old = papers.paper(room, whose, retention="until", retain_until="2026-01-01")
    new = papers.paper(room, whose)
    house.told()
    lifecycle.supersede(app, old.ecopy, new.ecopy, person=seal)
    (superseded,) = house.told()
    assert superseded.data == {"document": old.document, "ecopy": old.ecopy, "by_ecopy": new.ecopy}
    lifecycle.propose(app, [old.document], person=officer)
    lifecycle.dispose(app, [old.document], person=seal)
    (gone,) = house.told()
    assert (gone.type.value, gone.data) == ("document.disposed", {"document": old.document})


def room_of(app: Application) -> Room:
    return Room(engine=app.engine, store=app.store, vault=app.vault, register=app.register, clock=app.clock)  # type: ignore[arg-type]
