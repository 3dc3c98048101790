"""The audit trail: whatever is altered, removed or reordered is found and named."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.schema import audit
from tests.storage.support import Room, room


@pytest.fixture
def home(tmp_path: Path) -> Room:
    made = room(tmp_path)
    for number in range(5):
        with made.register.transaction(actor=f"person{number}", purpose="dossier:1") as tx:
            tx.audit("look", "subject", number=number)
    return made


def test_an_untouched_trail_is_sound(home: Room) -> None:
    assert home.register.first_audit_break() is None
    assert [e.details["number"] for e in home.register.audit_of("subject")] == [0, 1, 2, 3, 4]


def test_an_altered_entry_is_named(home: Room) -> None:
    with home.engine.begin() as connection:
        connection.execute(audit.update().where(audit.c.seq == 3).values(actor="somebody else"))
    assert home.register.first_audit_break() == 3


def test_a_removed_entry_is_named(home: Room) -> None:
    with home.engine.begin() as connection:
        connection.execute(audit.delete().where(audit.c.seq == 2))
    assert home.register.first_audit_break() == 2


def test_swapped_entries_are_named(home: Room) -> None:
    with home.engine.begin() as connection:
        connection.execute(audit.update().where(audit.c.seq == 2).values(seq=99))
        connection.execute(audit.update().where(audit.c.seq == 3).values(seq=2))
        connection.execute(audit.update().where(audit.c.seq == 99).values(seq=3))
    assert home.register.first_audit_break() == 2


def test_an_act_without_a_purpose_does_not_happen(home: Room) -> None:
    with pytest.raises(ValueError, match="purpose"), home.register.transaction(actor="x", purpose="") as tx:
        tx.audit("look", "subject")
