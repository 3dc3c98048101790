"""Holders are found by their numbers and never by a name alone; two that prove to be one become one, on record."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from models.errors import DifferentHolders, NotFound
from models.holders import HolderFacts, HolderIdentifier
from storage import schema as t
from storage.database import open_database
from storage.people import holders as h
from storage.register import Register
from tests.clocks import FixedClock
from tests.servers.postgres import ready_database
from tests.storage.support import Room

PERSONAL = HolderIdentifier(kind="personal_id", value="001090000017")
ANOTHER = HolderIdentifier(kind="personal_id", value="001091000018")
OLD = HolderIdentifier(kind="old_id", value="123456789")
PASSPORT = HolderIdentifier(kind="passport", value="C1234567")


def person(
    *identifiers: HolderIdentifier, name: str = "Nguyễn Văn Mẫu", birth: str | None = "1990-05-02"
) -> HolderFacts:
    return HolderFacts(kind="citizen", name=name, birth_date=birth, identifiers=identifiers)


def settled(home: Room, facts: HolderFacts, document_id: str | None = None) -> str:
    with home.register.transaction(actor="officer", purpose="t") as tx:
        return h.settle_holder(tx, facts, document_id)


def count(home: Room, table: sa.Table = t.holders) -> int:
    with home.register.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def numbers_of(home: Room, holder_id: str) -> set[HolderIdentifier]:
    with home.register.reading() as connection:
        return set(h.holder(connection, holder_id).identifiers)


def actions(home: Room, holder_id: str) -> list[str]:
    return [entry.action for entry in home.register.audit_of(holder_id)]


def whose(connection: sa.Connection, document_id: str) -> list[str]:
    """The holders of a document."""
    link = t.document_holders.c
    return list(connection.scalars(sa.select(link.holder_id).where(link.document_id == document_id)))


def test_the_same_number_is_the_same_holder(home: Room) -> None:
    first = settled(home, person(PERSONAL))
    assert settled(home, person(PERSONAL, name="NGUYỄN VĂN MẪU", birth=None)) == first
    assert count(home) == 1


def test_a_name_alone_never_finds_anybody_but_is_offered_to_a_person(home: Room) -> None:
    known = settled(home, person(PERSONAL))
    unknown = settled(home, person(birth="1990"))
    elder = settled(home, person(birth="1960-01-01"))
    assert len({known, unknown, elder}) == 3
    with home.register.reading() as connection:
        offered = [one.id for one in h.candidates(connection, "nguyen van mau", "1990-05-02")]
        anyone = [one.id for one in h.candidates(connection, "Nguyễn Văn Mẫu", None)]
        nobody = h.candidates(connection, "Nguyễn Văn", "1990-05-02")
    assert offered == sorted([known, unknown])
    assert anyone == sorted([known, unknown, elder])
    assert nobody == []


def test_a_paper_with_both_numbers_links_the_old_one_to_the_new(home: Room) -> None:
    document = home.receive()
    holder = settled(home, person(PERSONAL))
    assert settled(home, person(PERSONAL, OLD), document.id) == holder
    assert numbers_of(home, holder) == {PERSONAL, OLD}
    with home.register.reading() as connection:
        found = h.holder_by(connection, OLD)
        said_by = connection.scalar(
            sa.select(t.holder_identifiers.c.document_id).where(t.holder_identifiers.c.kind == "old_id")
        )
    assert found is not None
    assert (found.id, said_by) == (holder, document.id)
    assert actions(home, holder) == ["link_number"]


def test_two_holders_that_one_paper_names_as_one_become_one_with_all_their_papers(home: Room) -> None:
    early, late, both = home.receive(b"1"), home.receive(b"2"), home.receive(b"3")
    with home.register.transaction(actor="officer", purpose="t") as tx:
        (old,) = h.link_document(tx, early.id, [person(OLD, birth="1990")], "chung_minh_nhan_dan")
        (new,) = h.link_document(tx, late.id, [person(PERSONAL)], "can_cuoc")
    assert old != new
    with home.register.transaction(actor="officer", purpose="t") as tx:
        (one,) = h.link_document(tx, both.id, [person(PERSONAL, OLD)], "can_cuoc_cong_dan")
    assert one == new
    assert count(home) == 1
    assert numbers_of(home, new) == {PERSONAL, OLD}
    with home.register.reading() as connection:
        for document in (early, late, both):
            assert whose(connection, document.id) == [new]
        codes = set(connection.scalars(sa.select(t.document_holders.c.document_code)))
        with pytest.raises(NotFound):
            h.holder(connection, old)
    assert codes == {
        "123456789.chung_minh_nhan_dan",  # a code once given stays
        "001090000017.can_cuoc",
        "001090000017.can_cuoc_cong_dan",
    }
    merged = [e for e in home.register.audit_of(new) if e.action == "merge_holders"]
    assert [(e.details["merged"], e.details["document"], e.actor) for e in merged] == [
        (old, both.id, "officer")
    ]
    assert OLD.value not in str(merged), "the trail holds no numbers"


def test_a_fuller_birth_date_is_kept_when_holders_become_one(home: Room) -> None:
    settled(home, person(OLD))
    kept = settled(home, person(PERSONAL, birth="1990"))
    assert settled(home, person(PERSONAL, OLD, birth=None)) == kept
    with home.register.reading() as connection:
        assert h.holder(connection, kept).birth_date == "1990-05-02"


@pytest.mark.parametrize(
    "other",
    [person(OLD, name="Trần Thị Khác"), person(OLD, birth="1955-01-01"), person(OLD, ANOTHER)],
    ids=["another name", "another birth date", "another personal number"],
)
def test_holders_that_contradict_each_other_stay_two_and_it_is_on_record(
    home: Room, other: HolderFacts
) -> None:
    theirs, ours = settled(home, other), settled(home, person(PERSONAL))
    assert settled(home, person(PERSONAL, OLD)) == ours
    assert count(home) == 2
    assert numbers_of(home, theirs) == set(other.identifiers)
    assert numbers_of(home, ours) == {PERSONAL}
    assert actions(home, ours) == ["holders_disagree"]


def test_a_paper_goes_to_its_own_new_holder_when_only_a_shared_old_number_is_known(home: Room) -> None:
    """Old numbers were given out twice in different provinces: one of them says nothing against a personal number."""
    theirs = settled(home, person(OLD, name="Trần Thị Khác"))
    ours = settled(home, person(PERSONAL, OLD))
    assert ours != theirs
    assert numbers_of(home, theirs) == {OLD}
    assert numbers_of(home, ours) == {PERSONAL}
    assert actions(home, theirs) == ["holder_disagrees"]


def test_the_holder_of_a_number_keeps_it_when_a_paper_says_another_name(home: Room) -> None:
    holder = settled(home, person(PERSONAL))
    assert settled(home, person(PERSONAL, PASSPORT, name="Trần Thị Khác")) == holder
    assert numbers_of(home, holder) == {PERSONAL}, "nothing is linked by a paper that contradicts"
    assert actions(home, holder) == ["holder_disagrees"]


def test_a_marriage_certificate_has_two_holders_and_two_codes(home: Room) -> None:
    document = home.receive()
    couple = [person(PERSONAL), person(ANOTHER, name="Lê Thị Mẫu", birth="1991-01-01")]
    with home.register.transaction(actor="officer", purpose="t") as tx:
        first = h.link_document(tx, document.id, couple, "trich_luc_ket_hon")
        again = h.link_document(tx, document.id, reversed(couple), "trich_luc_ket_hon")
    assert first == again
    assert len(first) == 2
    with home.register.reading() as connection:
        codes = set(connection.scalars(sa.select(t.document_holders.c.document_code)))
    assert codes == {"001090000017.trich_luc_ket_hon", "001091000018.trich_luc_ket_hon"}


def test_a_holder_without_a_number_gives_the_paper_no_code(home: Room) -> None:
    document = home.receive()
    with home.register.transaction(actor="officer", purpose="t") as tx:
        h.link_document(tx, document.id, [person()], "bang_tot_nghiep")
    with home.register.reading() as connection:
        assert connection.execute(sa.select(t.document_holders.c.document_code)).all() == [(None,)]


def test_merging_holders_moves_everything_that_hangs_on_them(home: Room) -> None:
    document = home.receive()
    with home.register.transaction(actor="officer", purpose="t") as tx:
        kept = h.settle_holder(tx, person(PERSONAL))
        (gone,) = h.link_document(tx, document.id, [person(PASSPORT)], "can_cuoc")
        tx.connection.execute(
            t.document_holders.insert().values(
                document_id=document.id, holder_id=kept, document_type="can_cuoc"
            )
        )
        tx.connection.execute(
            t.dossiers.insert().values(
                code="H01-1",
                procedure_code="p",
                procedure_valid_from="2025-07-01",
                agency="H01",
                channel="direct",
                state="received",
                received_at=tx.at,
                received_by="t",
                holder_id=gone,
            )
        )
    with home.register.transaction(actor="officer", purpose="t") as tx:
        h.merge_holders(tx, kept, gone, document_id=None)
    with home.register.reading() as connection:
        assert connection.scalar(sa.select(t.dossiers.c.holder_id)) == kept
        assert connection.scalars(sa.select(t.document_holders.c.holder_id)).all() == [kept]
    with pytest.raises(NotFound), home.register.transaction(actor="officer", purpose="t") as tx:
        h.merge_holders(tx, kept, gone, document_id=None)


def test_a_person_merges_two_holders_and_no_number_is_in_the_trail(home: Room) -> None:
    document = home.receive()
    with home.register.transaction(actor="officer", purpose="t") as tx:
        kept = h.settle_holder(tx, person(PERSONAL))
        (gone,) = h.link_document(tx, document.id, [person(OLD, name="Nguyễn V. Mẫu", birth=None)], "khac")
    with home.register.transaction(actor="officer", purpose="one person") as tx:
        merged = h.merge_by_hand(tx, kept, gone)
    assert (merged.id, merged.name, set(merged.identifiers)) == (kept, "Nguyễn Văn Mẫu", {PERSONAL, OLD})
    with home.register.reading() as connection:
        assert whose(connection, document.id) == [kept]
    (entry,) = [e for e in home.register.audit_of(kept) if e.action == "merge_holders"]
    assert (entry.actor, entry.purpose, entry.details["merged"]) == ("officer", "one person", gone)
    assert OLD.value not in str(entry)


@pytest.mark.parametrize(
    ("theirs", "kind"), [((ANOTHER,), "citizen"), ((ANOTHER, PASSPORT), "citizen"), ((OLD,), "organisation")]
)
def test_holders_that_can_not_be_one_are_not_merged_by_hand_either(
    home: Room, theirs: tuple[HolderIdentifier, ...], kind: str
) -> None:
    kept = settled(home, person(PERSONAL))
    gone = settled(home, person(*theirs).model_copy(update={"kind": kind}))
    for one, other in ((kept, gone), (gone, kept), (kept, kept)):
        with (
            pytest.raises(DifferentHolders),
            home.register.transaction(actor="officer", purpose="t") as tx,
        ):
            h.merge_by_hand(tx, one, other)
    assert count(home) == 2
    assert numbers_of(home, kept) == {PERSONAL}
    assert "merge_holders" not in [*actions(home, kept), *actions(home, gone)]


def at_once(*works: Callable[[], object]) -> list[BaseException]:
    """Run every work in a thread of its own, all let go at the same moment; what they raised."""
    gate, raised = threading.Barrier(len(works)), []

    def run(work: Callable[[], object]) -> None:
        gate.wait()
        try:
            work()
        except BaseException as reason:  # noqa: BLE001 - told to the test
            raised.append(reason)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@pytest.mark.parametrize("round_", range(3))
def test_of_eight_workers_with_the_same_person_one_makes_the_holder(home: Room, round_: int) -> None:
    facts = [person(PERSONAL), person(PERSONAL, OLD), person(OLD, PERSONAL), person(PERSONAL, PASSPORT)] * 2
    assert at_once(*(lambda one=one: settled(home, one) for one in facts)) == []  # type: ignore[misc]
    assert count(home) == 1
    with home.register.reading() as connection:
        (only,) = connection.scalars(sa.select(t.holders.c.id))
    assert numbers_of(home, only) == {PERSONAL, OLD, PASSPORT}


def test_papers_that_join_and_papers_that_use_two_holders_at_once_end_with_one(home: Room) -> None:
    documents = [home.receive(bytes([n])) for n in range(8)]
    settled(home, person(PERSONAL))
    settled(home, person(OLD))

    def link(number: int, *identifiers: HolderIdentifier) -> None:
        with home.register.transaction(actor="officer", purpose="t") as tx:
            h.link_document(tx, documents[number].id, [person(*identifiers)], "can_cuoc")

    kinds = [(PERSONAL, OLD), (OLD,), (PERSONAL,), (OLD, PERSONAL)] * 2
    raised = at_once(*(lambda n=n, k=k: link(n, *k) for n, k in enumerate(kinds)))  # type: ignore[misc]
    assert raised == []
    assert count(home) == 1
    assert count(home, t.document_holders) == 8


def test_a_loser_on_postgresql_waits_and_takes_the_winners_holder() -> None:
    """The race drawn out: the second looks before the first commits, and its insert waits for it."""
    url = ready_database()
    one, two = (Register(open_database(url), FixedClock()) for _ in range(2))
    found: list[str] = []
    with one.transaction(actor="a", purpose="t") as tx:
        first = h.settle_holder(tx, person(PERSONAL))

        def second() -> None:
            with two.transaction(actor="b", purpose="t") as other:
                found.append(h.settle_holder(other, person(PERSONAL, OLD)))

        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(0.5)
        assert waiting.is_alive(), "it must wait for the first to end"
    waiting.join(30)
    assert found == [first]
