"""Certificates of office: one office at a time, ended with a reason and a successor, and what each of them signed."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from models.errors import NotFound, OfficeTaken, UsageError
from models.offices import EndReason, OfficeCertificate, OfficeState
from models.people import Agency, Person, Role
from models.signatures import Level, SignerCertificate
from models.times import iso
from storage import schema as t
from storage.papers import facts
from storage.papers.sealing import confirmer_of
from storage.people import offices
from storage.people.parties import note_certificate
from tests.storage.support import Room

OLD = Agency(identifier="H99.01", name="Ủy ban nhân dân xã Cũ")
NEW = Agency(identifier="H99.02", name="Ủy ban nhân dân phường Mới")
SEAL = Person(id="vanthu", name=OLD.name, role=Role.SEAL_HOLDER, agency=OLD)
CLERK = Person(id="lan", name="Nguyễn Thị Lan Mẫu", role=Role.CLERK, agency=OLD)


def certificate(letter: str) -> SignerCertificate:
    return SignerCertificate(
        sha256=letter * 64, subject=f"CN={letter}", issuer="CN=CA", serial="0f",
        not_before="2026-01-01T00:00:00+07:00", not_after="2029-01-01T00:00:00+07:00", der="AA==",
    )  # fmt: skip


def bound(home: Room, letter: str, holder: Person) -> OfficeCertificate:
    with home.register.transaction(actor="os:admin", purpose="maintenance") as tx:
        return offices.bind(tx, certificate(letter), ("Q0E=",), holder)


def ended(home: Room, letter: str, reason: EndReason, days: int = 0, **more: str) -> OfficeCertificate:
    with home.register.transaction(actor="os:admin", purpose="maintenance") as tx:
        at = iso(home.clock.now() + timedelta(days=days))
        return offices.end(tx, letter * 64, at=at, reason=reason, **more)


def all_of(home: Room, letter: str) -> list[OfficeCertificate]:
    with home.register.reading() as connection:
        return offices.offices_of(connection, letter * 64)


def test_who_imported_what_for_whom_and_when_is_kept(home: Room) -> None:
    seal, personal = bound(home, "a", SEAL), bound(home, "b", CLERK)
    assert (seal.person, seal.agency, seal.imported_by) == (None, "H99.01", "os:admin")
    assert (personal.person, personal.imported_at) == ("lan", "2026-11-22T09:15:04+07:00")
    assert all_of(home, "a") == [seal]
    (act,) = home.register.audit_of("a" * 64)
    assert (act.actor, act.action, act.purpose) == ("os:admin", "import_certificate", "maintenance")
    assert act.details["agency"] == "H99.01"
    with home.register.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(t.people)) == 0, "it opens no door"
        assert offices.all_offices(connection, "H99.01") == [personal, seal]
        assert offices.all_offices(connection, "H99.02") == []


def test_one_certificate_belongs_to_one_office_at_a_time(home: Room) -> None:
    first = bound(home, "a", SEAL)
    assert bound(home, "a", SEAL) == first, "the same again is no error"
    for other in (CLERK, SEAL.model_copy(update={"agency": NEW})):
        with pytest.raises(OfficeTaken):
            bound(home, "a", other)
    ended(home, "a", EndReason.REPLACED, days=3)
    with pytest.raises(OfficeTaken):  # its end has not come
        bound(home, "a", CLERK)
    home.clock.move(timedelta(days=3))
    assert bound(home, "a", CLERK).person == "lan"
    assert [one.role for one in all_of(home, "a")] == [Role.CLERK, Role.SEAL_HOLDER]


def test_the_database_itself_holds_a_certificate_to_one_open_office(home: Room) -> None:
    first = bound(home, "a", SEAL)
    row = {"id": "0" * 26, "certificate": "a" * 64, "issuers": "[]", "role": "clerk", "agency": "H99.01"}
    more = {"person": "lan", "imported_by": "t", "imported_at": first.imported_at}
    with pytest.raises(sa.exc.IntegrityError), home.engine.begin() as connection:
        connection.execute(t.office_certificates.insert().values(**row, **more))


def test_an_agency_certificate_has_no_person_and_a_personal_one_has(home: Room) -> None:
    bound(home, "a", SEAL)
    change = t.office_certificates.update().values(person="lan")
    with pytest.raises(sa.exc.IntegrityError), home.engine.begin() as connection:
        connection.execute(change)


def test_an_end_has_a_reason_a_day_and_a_successor(home: Room) -> None:
    bound(home, "a", SEAL)
    bound(home, "c", SEAL.model_copy(update={"agency": NEW}))
    end = ended(home, "a", EndReason.MERGER, days=5, note="NQ 202/2026", successor="c" * 64)
    now = iso(home.clock.now())
    assert end.state(now) is OfficeState.ENDS
    assert all_of(home, "a") == [end]
    assert (end.end_reason, end.successor, end.ended_by) == (EndReason.MERGER, "c" * 64, "os:admin")
    sooner = ended(home, "a", EndReason.LOST)
    assert (sooner.state(now), sooner.end_reason) == (OfficeState.ENDED, EndReason.LOST)
    with pytest.raises(NotFound):
        ended(home, "a", EndReason.LOST)
    assert [act.action for act in home.register.audit_of("a" * 64)] == [
        "import_certificate", "end_certificate", "end_certificate",
    ]  # fmt: skip


def test_an_end_names_nobody_that_is_not_known(home: Room) -> None:
    bound(home, "a", SEAL)
    with pytest.raises(NotFound):
        ended(home, "a", EndReason.REPLACED, successor="f" * 64)
    with pytest.raises(UsageError):
        ended(home, "a", EndReason.REPLACED, successor="a" * 64)
    with pytest.raises(NotFound):
        ended(home, "f", EndReason.LOST)
    assert all_of(home, "a")[0].ends_at is None


def test_a_certificate_is_found_by_the_beginning_of_its_hash(home: Room) -> None:
    bound(home, "a", SEAL)
    with home.register.reading() as connection:
        assert offices.certificate_named(connection, "a" * 8) == certificate("a")
        for wrong in ("b" * 8, "a%", "_" * 8):
            with pytest.raises(NotFound):
                offices.certificate_named(connection, wrong)


@pytest.mark.parametrize(
    ("days", "state"), [(0, OfficeState.IN_USE), (769, OfficeState.IN_USE), (771, OfficeState.EXPIRED)]
)
def test_a_certificate_expires(home: Room, days: int, state: OfficeState) -> None:
    office = bound(home, "a", SEAL)
    assert office.state(iso(home.clock.now() + timedelta(days=days))) is state


def test_what_a_certificate_signed_is_found_page_by_page(home: Room) -> None:
    documents = [home.receive(f"scan {n}".encode()).id for n in range(5)]
    with home.register.transaction(actor="t", purpose="t") as tx:
        for letter in "ab":
            note_certificate(tx, certificate(letter), None, used_at=tx.at)
        for number, document in enumerate(documents):
            facts.add_signature(
                tx, document, field_name=f"f{number}", role=Role.CLERK, signer="a",
                certificate=("b" if number == 4 else "a") * 64, level=Level.B_T, signed_at=tx.at,
            )  # fmt: skip
    found: list[offices.MadeWith] = []
    with home.register.reading() as connection:
        while page := offices.made_with(connection, "a" * 64, found[-1].id if found else "", 3):
            assert len(page) <= 3
            found += page
    assert sorted(one.document_id for one in found) == sorted(documents[:4])
    assert {(one.ecopy_id, one.object_key) for one in found} == {(None, None)}


def test_who_confirmed_is_told_by_the_trail_or_by_the_fields(home: Room) -> None:
    document = home.receive().id
    with home.register.reading() as connection:
        assert confirmer_of(connection, document) is None
    with home.register.transaction(actor="minh", purpose="t") as tx:
        facts_row = {"document_id": document, "name": "full_name", "version": 1, "current": True}
        more = {"confidence": 1.0, "origin": "person", "changed_by": "minh", "changed_at": tx.at}
        tx.connection.execute(t.fields.insert().values(**facts_row, **more))
    with home.register.reading() as connection:
        assert confirmer_of(connection, document) == "minh"
    with home.register.transaction(actor="an", purpose="t") as tx:
        tx.audit("confirm", document)
    with home.register.reading() as connection:
        assert confirmer_of(connection, document) == "an"
