"""Agencies, offices and units are kept for the time they were so; a certificate is kept once."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa

from models.people import Agency, Person, Role
from models.signatures import SignerCertificate
from storage import schema as t
from storage.people import parties
from tests.storage.support import Room

WARD = Agency(identifier="H99.01", name="Ủy ban nhân dân phường Mẫu")
CLERK = Person(id="clerk", name="Nguyễn Thị Mẫu", role=Role.CLERK, agency=WARD)
CERTIFICATE = SignerCertificate(
    sha256="a" * 64, subject="CN=Nguyễn Thị Mẫu", issuer="CN=CA", serial="0f",
    not_before="2026-01-01T00:00:00+07:00", not_after="2029-01-01T00:00:00+07:00", der="AA==",
)  # fmt: skip


def noted(home: Room, person: Person = CLERK) -> None:
    with home.register.transaction(actor="t", purpose="t") as tx:
        parties.note_person(tx, person)


def name_on(home: Room, day: date) -> str | None:
    a, at = t.agencies.c, day.isoformat()
    known = sa.select(a.name).where(
        a.identifier == WARD.identifier, a.valid_from <= at, sa.or_(a.valid_to.is_(None), a.valid_to >= at)
    )
    with home.register.reading() as connection:
        return connection.execute(known).scalar_one_or_none()


def test_an_agency_that_gets_another_name_is_known_by_each_in_its_time(home: Room) -> None:
    noted(home)
    noted(home)
    home.clock.move(timedelta(days=40))
    renamed = CLERK.model_copy(update={"agency": Agency(identifier="H99.01", name="Ủy ban nhân dân xã Mẫu")})
    noted(home, renamed)
    assert name_on(home, date(2026, 11, 21)) is None
    assert name_on(home, date(2026, 11, 22)) == WARD.name
    assert name_on(home, date(2026, 12, 31)) == WARD.name
    assert name_on(home, date(2027, 1, 1)) == "Ủy ban nhân dân xã Mẫu"
    with home.register.reading() as connection:
        rows = connection.execute(sa.select(t.agencies.c.valid_from, t.agencies.c.valid_to)).all()
        people = connection.execute(sa.select(t.people.c.name)).all()
    assert sorted(rows) == [("2026-11-22", "2026-12-31"), ("2027-01-01", None)]
    assert people == [("Nguyễn Thị Mẫu",)]


def test_a_name_corrected_on_the_same_day_takes_the_place_of_the_other(home: Room) -> None:
    noted(home)
    noted(home, CLERK.model_copy(update={"agency": Agency(identifier="H99.01", name="UBND")}))
    assert name_on(home, date(2026, 11, 22)) == "UBND"


def test_one_person_may_hold_two_offices(home: Room) -> None:
    noted(home)
    noted(home, CLERK.model_copy(update={"role": Role.OFFICER}))
    with home.register.reading() as connection:
        roles = set(connection.scalars(sa.select(t.people.c.role)))
    assert roles == {"clerk", "officer"}


def test_a_certificate_is_kept_with_its_first_use(home: Room) -> None:
    for used_at in ("2026-11-22T09:00:00+07:00", "2026-11-23T09:00:00+07:00"):
        with home.register.transaction(actor="t", purpose="t") as tx:
            parties.note_certificate(tx, CERTIFICATE, CLERK, used_at=used_at)
    with home.register.reading() as connection:
        (row,) = connection.execute(sa.select(t.certificates)).mappings()
    assert (row["person"], row["agency"], row["known_since"], row["der"]) == (
        "clerk", "H99.01", "2026-11-22T09:00:00+07:00", "AA==",
    )  # fmt: skip


def test_what_a_unit_was_called_before_stays_and_what_was_wrong_is_replaced(home: Room) -> None:
    old = parties.UnitRecord("00001", "2025-01-01", "2025-06-30", "Xã Cũ", "commune", "01")
    new = parties.UnitRecord("00001", "2025-07-01", None, "Phường Sai", "commune", "01")
    with home.register.transaction(actor="t", purpose="t") as tx:
        assert parties.put_units(tx, [old, new], source="t") == 2
        right = parties.UnitRecord("00001", "2025-07-01", None, "Phường Mới", "commune", "01")
        parties.put_units(tx, [right], source="t")
    with home.register.reading() as connection:
        assert parties.units(connection) == {old, right}
