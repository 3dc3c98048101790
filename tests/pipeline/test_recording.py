"""What the register knows of a document after its way: data, fields, holders, signatures, note; and after a correction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from extraction.custody import Retention
from extraction.definitions import type_definition
from extraction.minimum import minimum_data
from models.errors import ConflictError
from models.extraction import Extraction, FieldValue
from models.signatures import Level
from pipeline.application import Application, open_application
from pipeline.papers.backfill import gather_facts, pending
from pipeline.papers.recording import record_corrected, retention_facts
from pipeline.settings import load_settings
from samples.generate import generate
from storage import schema as t
from storage.papers import facts
from storage.people.holders import holder
from tests.pipeline.support import application, digitized

OFFICER = "officer"
GATHERED = (t.fields, t.signatures, t.transfer_notes, t.document_holders, t.certificates, t.page_prints)
"""What the migration leaves empty."""


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Application, str]]:
    """A card with both sides, confirmed and issued."""
    folder = tmp_path_factory.mktemp("issued")
    paper = folder / "card.jpg"
    paper.write_bytes(generate("can_cuoc", 10, "clean", layout="2024-card").pages[0].jpeg())
    with application(folder / "home") as app:
        (outcome,) = digitized(app, folder / "out", paper)
        (document,) = outcome.documents  # type: ignore[union-attr]
        assert document.ecopy is not None
        yield app, document.id


def confirmed(app: Application, document_id: str) -> Extraction:
    derivation = app.register.derivation(document_id, "confirm")
    assert derivation is not None
    return Extraction.model_validate(derivation.facts)


def test_minimum_data_and_fields_are_those_that_were_confirmed(issued: tuple[Application, str]) -> None:
    app, document = issued
    data = confirmed(app, document)
    minimum = minimum_data(data.fields, type_definition(data.document_type))
    with app.register.reading() as connection:
        found = facts.document_facts(connection, document)
        fields = facts.current_fields(connection, document)
    assert (found.document_type, found.title, found.abstract) == ("can_cuoc", minimum.title, minimum.abstract)
    assert {name: (f.value, f.version, f.changed_by) for name, f in fields.items()} == {
        name: (f.value, 1, OFFICER) for name, f in data.fields.items()
    }
    assert fields["full_name"].box is not None


def holder_of(connection: sa.Connection, document: str) -> str:
    """The one holder of a document."""
    link = t.document_holders.c
    return str(connection.execute(sa.select(link.holder_id).where(link.document_id == document)).scalar_one())


def test_the_holder_is_found_by_the_number_on_the_paper(issued: tuple[Application, str]) -> None:
    app, document = issued
    number = confirmed(app, document).fields["personal_id"].value
    with app.register.reading() as connection:
        whose = holder(connection, holder_of(connection, document))
        code = connection.scalar(sa.select(t.document_holders.c.document_code))
    assert [str(one) for one in whose.identifiers] == [f"personal_id:{number}"]
    assert code == f"{number}.can_cuoc"


def test_both_signatures_are_kept_with_their_certificates(issued: tuple[Application, str]) -> None:
    app, document = issued
    with app.register.reading() as connection:
        capture, copy = facts.signatures_of(connection, document)
        certificates = {
            row["sha256"]: row for row in connection.execute(sa.select(t.certificates)).mappings()
        }
        agency = connection.scalar(
            sa.select(t.agencies.c.name).where(t.agencies.c.identifier == app.hands.agency.identifier)
        )
    assert (capture.role, capture.level, capture.ecopy_id) == ("clerk", Level.B_T, None)
    assert (copy.role, copy.level, copy.revision) == ("vanthu", Level.B_LTA, 1)
    assert certificates[str(capture.certificate)]["person"] == "clerk"
    assert certificates[str(copy.certificate)]["person"] == "vanthu"
    assert agency == app.hands.agency.name


def test_the_transfer_note_is_the_one_in_the_ecopy(issued: tuple[Application, str]) -> None:
    from pdf.embedded import read_embedded

    app, document = issued
    ecopy = app.register.ecopy_of(document)
    assert ecopy is not None
    revision = app.register.latest_revision(ecopy.id)
    assert revision is not None
    with app.register.reading() as connection, app.vault.local_path(revision.object_key) as path:
        carried = read_embedded(path)
        assert carried is not None
        assert facts.transfer_note(connection, ecopy.id) == carried.note


def everything(app: Application, document: str) -> dict[str, object]:
    """What is known of a document, but for ids and the times of writing."""
    left_out = {
        "id",
        "created_at",
        "added_at",
        "updated_at",
        "holder_id",
        "known_since",
        "person",
        "agency",
    }
    left_out |= {"signed_at", "indexed_at"}  # of an e-copy, the earlier releases kept the moment of its issue
    tables = (*GATHERED, t.search_entries)
    with app.register.reading() as connection:
        rows = {
            table.name: sorted(
                str({k: v for k, v in row.items() if k not in left_out})
                for row in connection.execute(sa.select(table)).mappings()
            )
            for table in tables
        }
        return {"facts": facts.document_facts(connection, document), **rows}


def test_a_document_of_an_earlier_release_gets_the_same_facts_at_the_next_opening(
    issued: tuple[Application, str],
) -> None:
    app, document = issued
    before = everything(app, document)
    with app.engine.begin() as connection:  # as the migration leaves it
        for table in (*GATHERED, t.search_entries):
            connection.execute(table.delete())
        connection.execute(
            t.documents.update().values(
                document_type=None,
                number=None,
                number_key=None,
                issued_on=None,
                issuer=None,
                issuer_key=None,
                title=None,
                abstract=None,
                valid_from=None,
                valid_to=None,
                perpetual=False,
            )
        )
        connection.execute(t.unrecorded.insert().values(document_id=document))
    assert everything(app, document) != before
    with open_application(load_settings(home=app.settings.home)) as again, again.working():
        assert pending(again) == 0
        assert everything(again, document) == before
    told = [e for e in app.register.audit_of(document) if e.action == "gather_facts"]
    assert [(e.actor, e.purpose) for e in told] == [("ecopy", "maintenance:upgrade")]
    assert gather_facts(app).done == 0


def test_what_can_not_be_gathered_stays_listed_and_stops_nothing(
    issued: tuple[Application, str], tmp_path: Path
) -> None:
    app, document = issued
    capture = app.register.capture(document)
    assert capture is not None
    with app.vault.local_path(capture.object_key) as path:
        kept = path.rename(tmp_path / "elsewhere")
        with app.engine.begin() as connection:
            connection.execute(t.unrecorded.insert().values(document_id=document))
        found = gather_facts(app)
        assert (found.done, found.left) == (0, 1)
        kept.rename(path)
    assert gather_facts(app).left == 0


def test_a_correction_changes_what_is_worked_out_from_the_fields_and_keeps_what_was(
    issued: tuple[Application, str],
) -> None:
    app, identifier = issued
    document = app.register.document(identifier)
    with app.register.reading() as connection:
        before = facts.document_facts(connection, identifier)
        old = holder_of(connection, identifier)
    right = FieldValue(value="001090000017", confidence=1.0, origin="person")
    with app.register.transaction(actor=OFFICER, purpose="correction:1") as tx:
        version = record_corrected(tx, app, document, "personal_id", right, by=OFFICER, reason="misread")
    assert version == 2
    with app.register.reading() as connection:
        new = holder_of(connection, identifier)
        f = t.fields.c
        versions = sa.select(f.current).where(f.document_id == identifier, f.name == "personal_id")
        history = connection.scalars(versions.order_by(f.version)).all()
        after = facts.document_facts(connection, identifier)
        codes = connection.scalars(sa.select(t.document_holders.c.document_code)).all()
    assert new != old
    assert codes == ["001090000017.can_cuoc"]
    assert list(history) == [False, True]
    assert "001090000017" in str(after.abstract)
    assert "001090000017" not in str(before.abstract)
    with app.engine.begin() as connection:
        connection.execute(t.fields.update().values(current=False))
    with pytest.raises(ConflictError), app.register.transaction(actor=OFFICER, purpose="t") as tx:
        record_corrected(tx, app, document, "personal_id", right, by=OFFICER, reason="x")


@pytest.mark.parametrize(
    ("rule", "retention", "until"),
    [
        (None, "unknown", None),
        (Retention(permanent=True, source="s"), "unknown", None),
        (Retention(permanent=True, source="s", binding=True), "permanent", None),
        (Retention(years=10, source="s", binding=True), "until", "2036-12-31"),
        (Retention(years=10, source="s"), "unknown", None),
    ],
)
def test_years_are_counted_from_the_confirmation_and_only_a_binding_rule_counts(
    rule: Retention | None, retention: str, until: str | None
) -> None:
    found = retention_facts(rule, date(2026, 11, 22))
    assert (found.retention, found.retain_until) == (retention, until)
    assert found.retention_source == (rule.source if rule else None)
