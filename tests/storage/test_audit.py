"""The audit trail: whatever is altered, removed, reordered, cut off or rewritten is found and named."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import catalogue
from storage.audit import chain as trail
from storage.audit import checker as checker
from storage.audit.anchors import Anchor, add_anchor, unanchored
from storage.audit.verify import Verification, recorded_head, snapshot, verify, verify_newest
from storage.schema import audit, audit_anchors, audit_head
from tests.soundness import trail_break
from tests.storage.support import Room, room


def acted(
    home: Room, *, actor: str = "officer", action: str = "look", subject: str = "subject", **details: Any
) -> None:
    with home.register.transaction(actor=actor, purpose="dossier:1") as tx:
        tx.audit(action, subject, **details)
    home.clock.move(timedelta(minutes=1))


@pytest.fixture
def kept(home: Room) -> Room:
    """Five entries, one a minute."""
    for number in range(5):
        acted(home, actor=f"person{number}", number=number)
    return home


def anchored(home: Room) -> Anchor:
    """A stand-in for a time-stamp: what it is over is the matter here, not who made it."""
    with snapshot(home.engine) as connection:
        head = recorded_head(connection)
    assert head is not None
    anchor = Anchor(head[0], head[1], trail_time(home), "test", f"token {head[0]}".encode())
    with home.register.transaction(actor="t", purpose="t") as tx:
        assert add_anchor(tx, anchor)
    home.clock.move(timedelta(minutes=1))
    return anchor


def trail_time(home: Room) -> str:
    from models.times import iso

    return iso(home.clock.now())


def verified(home: Room) -> Verification:
    with snapshot(home.engine) as connection:
        return verify(connection)


def found(home: Room) -> list[tuple[str, int, int]]:
    return [(f.kind, f.first, f.last) for f in verified(home).faults]


def change(home: Room, number: int, **values: Any) -> None:
    with home.engine.begin() as connection:
        connection.execute(audit.update().where(audit.c.seq == number).values(**values))


def remove(home: Room, *seqs: int) -> None:
    with home.engine.begin() as connection:
        connection.execute(audit.delete().where(audit.c.seq.in_(seqs)))


def rewrite(home: Room, first: int, **values: Any) -> None:
    """What somebody does who knows how the chain is made: change an entry and hash everything after it anew."""
    with home.engine.begin() as connection:
        rows = (
            connection.execute(audit.select().where(audit.c.seq >= first).order_by(audit.c.seq))
            .mappings()
            .all()
        )
        last = rows[0]["previous"]
        for row in rows:
            new = {**row, "previous": last, **(values if row["seq"] == first else {})}
            new["hash"] = last = checker.entry_hash(new)
            connection.execute(audit.update().where(audit.c.seq == row["seq"]).values(**new))
        connection.execute(audit_head.update().values(hash=last))


def test_an_untouched_trail_is_sound(kept: Room) -> None:
    assert verified(kept) == Verification(5, 1, 5, 0, None, None, ())
    assert trail_break(kept.engine) is None
    assert [e.details["number"] for e in kept.register.audit_of("subject")] == [0, 1, 2, 3, 4]


def test_a_trail_without_entries_is_sound(home: Room) -> None:
    assert verified(home).faults == ()


@pytest.mark.parametrize(
    "values",
    [
        {"actor": "somebody else"},
        {"at": "2026-11-22T09:17:05+07:00"},
        {"action": "print"},
        {"subject": "other"},
        {"purpose": "maintenance"},
        {"details": '{"number": 3}'},
        {"place": "elsewhere"},
        {"outcome": "NOT_FOUND"},
        {"form": 1},
        {"form": 7},
        {"hash": "0" * 64},
    ],
)
def test_an_altered_entry_is_named_whatever_was_altered(kept: Room, values: dict[str, Any]) -> None:
    change(kept, 3, **values)
    assert found(kept) == [(checker.ALTERED, 3, 3)]
    assert trail_break(kept.engine) == 3


def test_a_finding_says_between_which_times(kept: Room) -> None:
    change(kept, 3, actor="somebody else")
    (fault,) = verified(kept).faults
    assert (fault.after, fault.before) == ("2026-11-22T09:16:04+07:00", "2026-11-22T09:18:04+07:00")
    assert "09:16:04" in fault.words("vi")
    assert "Entry 3: altered" in fault.words("en")


def test_removed_entries_are_named(kept: Room) -> None:
    remove(kept, 2, 3)
    assert found(kept) == [(checker.DELETED, 2, 3)]


def test_the_beginning_can_not_be_taken_away(kept: Room) -> None:
    remove(kept, 1)
    assert found(kept) == [(checker.DELETED, 1, 1)]


def test_swapped_entries_are_told_from_altered_ones(kept: Room) -> None:
    change(kept, 2, seq=99)
    change(kept, 3, seq=2)
    change(kept, 99, seq=3)
    assert found(kept) == [(checker.MOVED, 2, 2), (checker.MOVED, 3, 3)]
    assert {f.note for f in verified(kept).faults} == {"3 → 2", "2 → 3"}


def test_a_cut_off_tail_is_named_by_the_head(kept: Room) -> None:
    remove(kept, 4, 5)
    assert found(kept) == [(checker.CUT_OFF, 4, 5)]


def test_a_cut_off_tail_is_named_by_a_time_stamp_when_the_head_was_set_back_too(kept: Room) -> None:
    anchored(kept)  # over entry 5; its own entry is number 6
    with snapshot(kept.engine) as connection:
        third = next(e for e in trail.entries(connection) if e.seq == 3)
    remove(kept, 4, 5, 6)
    with kept.engine.begin() as connection:
        connection.execute(audit_head.update().values(seq=3, hash=third.hash))
    assert found(kept) == [(checker.CUT_OFF, 4, 5)]


def test_entries_behind_the_head_are_named(kept: Room) -> None:
    with kept.engine.begin() as connection:
        last = connection.execute(audit.select().where(audit.c.seq == 5)).mappings().one()
        forged = {**last, "seq": 6, "previous": last["hash"]}
        connection.execute(audit.insert().values({**forged, "hash": checker.entry_hash(forged)}))
    assert found(kept) == [(checker.ADDED, 6, 6)]


def test_an_entry_replaced_with_a_hash_of_its_own_is_named_by_the_next(kept: Room) -> None:
    with kept.engine.begin() as connection:
        row = connection.execute(audit.select().where(audit.c.seq == 3)).mappings().one()
        forged = {**row, "actor": "somebody else"}
        forged["hash"] = checker.entry_hash(forged)
        connection.execute(audit.update().where(audit.c.seq == 3).values(**forged))
    assert found(kept) == [(checker.REPLACED, 3, 3)]


def test_a_chain_rewritten_to_its_end_is_found_by_its_time_stamp(kept: Room) -> None:
    first = anchored(kept)
    for _ in range(3):
        acted(kept)
    second = anchored(kept)
    rewrite(kept, 7, actor="somebody else")
    (fault,) = verified(kept).faults
    assert (fault.kind, fault.first, fault.last) == (checker.REWRITTEN, first.seq + 1, second.seq)
    assert (fault.after, fault.before) == (first.at, second.at)


def test_a_time_stamp_that_is_gone_or_exchanged_is_named(kept: Room) -> None:
    anchor = anchored(kept)
    with kept.engine.begin() as connection:
        connection.execute(audit_anchors.update().values(token="AAAA"))
    assert found(kept) == [(checker.STAMP_LOST, anchor.seq, anchor.seq)]
    with kept.engine.begin() as connection:
        connection.execute(audit_anchors.delete())
    assert found(kept) == [(checker.STAMP_LOST, anchor.seq, anchor.seq)]


def newest(home: Room, most: int) -> Verification:
    with snapshot(home.engine) as connection:
        return verify_newest(connection, most)


def test_of_a_long_trail_the_newest_entries_can_be_examined_alone(kept: Room) -> None:
    for _ in range(3):
        anchored(kept)
        acted(kept)
    told = newest(kept, 4)
    assert (told.entries, told.first, told.last, told.whole, told.faults) == (4, 8, 11, False, ())
    assert (newest(kept, 11).whole, newest(kept, 11).entries) == (True, 11)
    change(kept, 2, actor="x")
    assert newest(kept, 4).faults == (), "it lies before"
    assert newest(kept, 11).faults != ()


@pytest.mark.parametrize("at", [8, 9, 11])
def test_damage_among_the_newest_entries_is_named(kept: Room, at: int) -> None:
    for _ in range(6):
        acted(kept)
    change(kept, at, actor="x")
    assert [(f.kind, f.first) for f in newest(kept, 4).faults] == [(checker.ALTERED, at)]


@pytest.mark.parametrize("gone", [7, 8, 10, 11])
def test_a_removed_entry_among_the_newest_ones_is_named(kept: Room, gone: int) -> None:
    for _ in range(6):
        acted(kept)
    remove(kept, gone)
    (fault,) = newest(kept, 5).faults
    assert (fault.kind, fault.first, fault.last) == (
        checker.CUT_OFF if gone == 11 else checker.DELETED, gone, gone,
    )  # fmt: skip


def test_a_trail_rewritten_before_the_newest_entries_does_not_fit_them_or_its_time_stamp(kept: Room) -> None:
    for _ in range(3):
        acted(kept)
    anchor = anchored(kept)
    for _ in range(2):
        acted(kept)
    change(kept, anchor.seq, hash="0" * 64)
    kinds = {fault.kind for fault in newest(kept, 3).faults}
    assert kinds == {checker.REWRITTEN, checker.REPLACED}


def test_every_damaged_entry_is_named_not_only_the_first(kept: Room) -> None:
    for _ in range(10):
        acted(kept)
    change(kept, 2, actor="x")
    remove(kept, 5)
    change(kept, 9, purpose="y")
    remove(kept, 14, 15)
    assert found(kept) == [
        (checker.ALTERED, 2, 2),
        (checker.DELETED, 5, 5),
        (checker.ALTERED, 9, 9),
        (checker.CUT_OFF, 14, 15),
    ]


def test_an_act_without_a_purpose_does_not_happen(home: Room) -> None:
    with pytest.raises(ValueError, match="purpose"), home.register.transaction(actor="x", purpose="") as tx:
        tx.audit("look", "subject")


def test_an_act_that_fails_leaves_no_entry_and_no_gap(kept: Room) -> None:
    with pytest.raises(TypeError), kept.register.transaction(actor="x", purpose="y") as tx:
        tx.audit("look", "subject", unspeakable=object())
    acted(kept)
    assert verified(kept).entries == 6
    assert found(kept) == []


def test_entries_are_found_by_subject_person_and_time(kept: Room) -> None:
    acted(kept, subject="other", actor="person4")
    with snapshot(kept.engine) as connection:
        assert [e.seq for e in trail.entries(connection, "other")] == [6]
        assert [e.seq for e in trail.entries(connection, actor="person4")] == [5, 6]
        assert [e.seq for e in trail.entries(connection, since="2026-11-22T09:18:04+07:00")] == [4, 5, 6]
        assert [e.seq for e in trail.entries(connection, "subject", since="2026-11-22T09:18:00+07:00")] == [
            4,
            5,
        ]
        assert list(trail.entries(connection, since="2027-01-01T00:00:00+07:00")) == []
        assert [e.seq for e in trail.entries(connection, since="2020-01-01T00:00:00+07:00")] == [
            1,
            2,
            3,
            4,
            5,
            6,
        ]


def test_many_writers_at_once_make_one_chain_without_gap_fork_or_deadlock(home: Room) -> None:
    writers, each = 8, 12
    start = threading.Barrier(writers)
    failures: list[BaseException] = []

    def write(number: int) -> None:
        start.wait()
        try:
            for turn in range(each):
                with home.register.transaction(actor=f"writer{number}", purpose="t") as tx:
                    tx.audit("look", f"document{turn}")
                    tx.audit("look", f"document{number}")
        except Exception as fault:  # noqa: BLE001 - told below, in the test's own thread
            failures.append(fault)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failures == []
    result = verified(home)
    assert (result.entries, result.last, result.faults) == (writers * each * 2, writers * each * 2, ())
    with snapshot(home.engine) as connection:
        actors = [e.actor for e in trail.entries(connection)]
    assert all(
        one == other for one, other in zip(actors[::2], actors[1::2], strict=True)
    )  # a transaction stays whole


def test_what_waits_for_a_time_stamp_is_counted_without_the_anchorings_own_entries(kept: Room) -> None:
    def waiting() -> tuple[int, str | None]:
        with snapshot(kept.engine) as connection:
            found = unanchored(connection)
        return found.entries, found.since

    assert waiting() == (5, "2026-11-22T09:15:04+07:00")
    anchored(kept)
    assert waiting() == (0, None)
    acted(kept)
    assert waiting() == (1, "2026-11-22T09:21:04+07:00")


def test_a_time_stamp_is_due_by_age_or_by_number(kept: Room) -> None:
    with snapshot(kept.engine) as connection:
        waiting = unanchored(connection)
    now = kept.clock.now()  # five minutes after the first entry
    assert not waiting.due(now, timedelta(minutes=6), 6)
    assert waiting.due(now, timedelta(minutes=5), 6)
    assert waiting.due(now, timedelta(minutes=6), 5)


def test_an_entry_is_anchored_once(kept: Room) -> None:
    anchor = anchored(kept)
    with kept.register.transaction(actor="t", purpose="t") as tx:
        assert not add_anchor(tx, anchor)


def test_every_error_code_fits_into_an_entry() -> None:
    assert max(len(kind.code) for kind in catalogue()) <= 40


def test_a_trail_of_the_first_release_is_judged_by_what_its_hashes_cover(tmp_path: Path) -> None:
    home = room(tmp_path)
    rows: list[dict[str, Any]] = []
    for seq in range(1, 6):
        row = {
            "seq": seq,
            "at": f"2026-11-22T09:1{seq}:00+07:00",
            "actor": "a",
            "action": "look",
            "subject": "s",
            "purpose": "p",
            "details": "{}",
            "previous": rows[-1]["hash"] if rows else checker.GENESIS,
            "form": 1,
        }
        rows.append({**row, "hash": checker.entry_hash(row)})
    with home.engine.begin() as connection:
        connection.execute(audit.insert(), rows)
        connection.execute(audit_head.insert().values(id=1, seq=5, hash=rows[-1]["hash"]))
    acted(home)
    assert found(home) == []
    change(home, 2, seq=99)
    change(home, 3, seq=2)
    change(home, 99, seq=3)
    assert found(home) == [(checker.MOVED, 2, 2), (checker.MOVED, 3, 3)]


def chain_of(count: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for seq in range(1, count + 1):
        row: dict[str, Any] = {
            "seq": seq,
            "at": f"2026-01-01T00:{seq:02d}:00+07:00",
            "actor": f"p{seq % 3}",
            "action": "look",
            "subject": f"d{seq % 4}",
            "purpose": "dossier:1",
            "details": json.dumps({"n": seq}),
            "previous": rows[-1]["hash"] if rows else checker.GENESIS,
            "form": 2,
            "place": "host",
            "outcome": "done",
        }
        row["hash"] = checker.entry_hash(row)
        rows.append(row)
    return rows


def judged(rows: list[dict[str, Any]], head: tuple[int, str]) -> list[checker.Fault]:
    chain = checker.Chain(anchors={})
    for row in sorted(rows, key=lambda r: r["seq"]):
        chain.feed(row)
    return chain.finish(head)


@given(st.data())
def test_any_mixture_of_alterations_and_deletions_is_named_entry_by_entry(data: st.DataObject) -> None:
    rows = chain_of(20)
    head = (20, rows[-1]["hash"])
    touched = data.draw(st.lists(st.integers(1, 20), unique=True, max_size=10))
    deleted = {seq for seq in touched if data.draw(st.booleans())}
    altered = set(touched) - deleted
    left = []
    for row in rows:
        if row["seq"] in altered:
            column = data.draw(
                st.sampled_from(["actor", "at", "purpose", "details", "place", "outcome", "subject"])
            )
            row = {**row, column: row[column] + "x"}
        if row["seq"] not in deleted:
            left.append(row)
    faults = judged(left, head)
    gone = {
        n for f in faults if f.kind in (checker.DELETED, checker.CUT_OFF) for n in range(f.first, f.last + 1)
    }
    assert gone == deleted
    assert {f.first for f in faults if f.kind == checker.ALTERED} == altered
    assert {f.kind for f in faults} <= {checker.DELETED, checker.CUT_OFF, checker.ALTERED}


def test_damage_without_end_is_told_as_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker, "MOST_SUSPECTS", 3)
    rows = chain_of(20)
    forged = [{**row, "place": "elsewhere"} if row["seq"] != 12 else row for row in rows]
    faults = judged(forged, (20, rows[-1]["hash"]))
    assert [(f.kind, f.first, f.last) for f in faults] == [
        *((checker.ALTERED, n, n) for n in (1, 2, 3)),
        (checker.ALTERED, 4, 11),
        (checker.ALTERED, 13, 20),
    ]


@given(st.permutations(list(range(1, 13))))
def test_any_reordering_is_found_and_every_entry_out_of_its_place_is_named(order: list[int]) -> None:
    rows = chain_of(12)
    head = (12, rows[-1]["hash"])
    shuffled = [{**rows[was - 1], "seq": now} for now, was in enumerate(order, start=1)]
    faults = judged(shuffled, head)
    assert {f.first for f in faults} == {now for now, was in enumerate(order, start=1) if now != was}
    assert {f.kind for f in faults} <= {checker.MOVED, checker.ALTERED}
