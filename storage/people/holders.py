"""Holders: found or made by their numbers, never by a name alone; two that turn out to be one become one.

Numbers are personal data: the audit trail gets ids and kinds, never a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

import sqlalchemy as sa

from models.errors import ConflictError, DifferentHolders, NotFound
from models.holders import (
    HolderFacts,
    HolderIdentifier,
    agrees,
    document_code,
    name_key,
    same_birth,
    strongest,
)
from models.ids import new_id
from storage import schema as t
from storage.cases.records import HolderRecord
from storage.once import insert_once
from storage.register import Transaction

MOST_CANDIDATES = 50
_TRIES = 5
"""Rounds of looking and inserting; each one lost means that somebody else made the same holder meanwhile."""

_H, _I = t.holders, t.holder_identifiers


def holder(connection: sa.Connection, holder_id: str) -> HolderRecord:
    """The holder with that id. Raises NotFound."""
    found = _records(connection, [holder_id])
    if not found:
        raise NotFound(what="holder", id=holder_id)
    return found[0]


def holder_by(connection: sa.Connection, identifier: HolderIdentifier) -> HolderRecord | None:
    """The holder known by that number."""
    wanted = sa.select(_I.c.holder_id).where(_I.c.kind == identifier.kind, _I.c.value == identifier.value)
    found = connection.scalar(wanted)
    return holder(connection, found) if found is not None else None


def candidates(connection: sa.Connection, name: str, birth_date: str | None) -> list[HolderRecord]:
    """Holders of that name (tone marks aside) whose birth date does not contradict: for a person to choose from."""
    query = sa.select(_H.c.id, _H.c.birth_date).where(_H.c.name_key == name_key(name))
    if birth_date is not None:
        year = birth_date[:4]
        query = query.where(sa.or_(_H.c.birth_date.is_(None), _H.c.birth_date.between(year, f"{year}-99")))
    rows = connection.execute(query.order_by(_H.c.id).limit(MOST_CANDIDATES)).all()
    return _records(connection, [i for i, birth in rows if same_birth(birth, birth_date)])


def link_document(
    tx: Transaction, document_id: str, holders: Iterable[HolderFacts], document_type: str
) -> list[str]:
    """Make these the holders of a document, in place of those it had. Returns their ids.

    Each paper gets its code (mã số giấy tờ, ND118 Art. 22.4) from the holder's number on it; a code once given stays
    with the paper, also when its holder becomes known by a better number later.
    """
    links = {}
    given = list(holders)
    _wait_for_turn(tx.connection, [one for facts in given for one in facts.identifiers])
    for facts in sorted(given, key=lambda one: sorted(map(str, one.identifiers))):
        number = strongest(facts.identifiers)
        code = document_code(number.value, document_type) if number is not None else None
        links[settle_holder(tx, facts, document_id)] = code
    link = t.document_holders
    tx.connection.execute(link.delete().where(link.c.document_id == document_id))
    for holder_id, code in links.items():
        tx.connection.execute(
            link.insert().values(
                document_id=document_id, holder_id=holder_id, document_type=document_type, document_code=code
            )
        )
    return list(links)


def settle_holder(tx: Transaction, facts: HolderFacts, document_id: str | None = None) -> str:
    """The holder that these facts are about: found by a number, or made. Returns its id.

    A paper that says two numbers of one person (or whose own code does) links them: what was known under each becomes
    one holder, if name and birth date agree and no two personal numbers meet. Otherwise the paper goes to the holder
    of its strongest number, and the disagreement is put on record. Two callers with the same number get one holder.
    """
    if not facts.identifiers:
        return _made(tx, facts)
    _wait_for_turn(tx.connection, facts.identifiers)
    for _ in range(_TRIES):
        known = _known(tx.connection, facts.identifiers)
        if not known:
            if (made := _made_with_numbers(tx, facts, document_id)) is not None:
                return made
            continue
        kept = known[_best(known)]
        if not _still_there(tx.connection, kept):
            continue
        if _best(facts.identifiers) not in known and not _may_be(tx.connection, kept, facts):
            # The number they share is somebody else's: the paper's own holder is known by the others.
            tx.audit("holder_disagrees", kept, document=document_id)
            facts = facts.model_copy(
                update={"identifiers": tuple(one for one in facts.identifiers if one not in known)}
            )
            continue
        for other in sorted(set(known.values()) - {kept}):
            _join(tx, kept, other, document_id)
        if _completed(tx, kept, facts, known, document_id):
            return kept
    raise ConflictError(reason="others keep changing the same holder")


def merge_holders(tx: Transaction, kept: str, gone: str, *, document_id: str | None) -> None:
    """Everything of `gone` becomes that of `kept`; `document_id` is the paper that says they are one.

    Raises NotFound when one of them is no longer there.
    """
    locked = sa.select(_H.c.id).where(_H.c.id.in_([kept, gone])).order_by(_H.c.id).with_for_update()
    there = set(tx.connection.scalars(locked))
    if there != {kept, gone}:
        raise NotFound(what="holder", id=", ".join(sorted({kept, gone} - there)))
    numbers = tx.connection.scalars(sa.select(_I.c.kind).where(_I.c.holder_id == gone)).all()
    link = t.document_holders
    both = sa.select(link.c.document_id).where(link.c.holder_id == kept).scalar_subquery()
    tx.connection.execute(link.delete().where(link.c.holder_id == gone, link.c.document_id.in_(both)))
    for table in (_I, link, t.dossiers, t.reuse_events, t.subject_requests):
        tx.connection.execute(table.update().where(table.c.holder_id == gone).values(holder_id=kept))
    ours, theirs = _described(tx.connection, kept), _described(tx.connection, gone)
    better = (
        theirs.birth_date if len(theirs.birth_date or "") > len(ours.birth_date or "") else ours.birth_date
    )
    tx.connection.execute(_H.delete().where(_H.c.id == gone))
    tx.connection.execute(
        _H.update().where(_H.c.id == kept).values(birth_date=better, **_named(ours.name or theirs.name))
    )
    tx.audit("merge_holders", kept, merged=gone, document=document_id, linked=sorted(numbers))


def merge_by_hand(tx: Transaction, kept: str, gone: str) -> HolderRecord:
    """A person says that two holders are one: everything of `gone` becomes that of `kept`, which is returned.

    Raises DifferentHolders where both are the same row, are not of one kind, or have personal numbers that differ
    (nobody has two), and NotFound. Nothing undoes it.
    """
    locked = sa.select(_H.c.id).where(_H.c.id.in_([kept, gone])).order_by(_H.c.id).with_for_update()
    tx.connection.execute(locked).all()
    ours, theirs = holder(tx.connection, kept), holder(tx.connection, gone)
    reason = None
    if kept == gone:
        reason = "same"
    elif ours.kind != theirs.kind:
        reason = f"{ours.kind} ≠ {theirs.kind}"
    elif all(any(one.kind == "personal_id" for one in each.identifiers) for each in (ours, theirs)):
        reason = "personal_id ≠ personal_id"
    if reason is not None:
        raise DifferentHolders(kept=kept, gone=gone, reason=reason)
    merge_holders(tx, kept, gone, document_id=None)
    return holder(tx.connection, kept)


def _wait_for_turn(connection: sa.Connection, identifiers: Iterable[HolderIdentifier]) -> None:
    """Wait until nobody else settles a holder by one of these numbers, whether they are known yet or not.

    Rows that aren't there can't be locked, and two who each insert what the other looks for would wait for ever. All
    numbers are taken at once and in one order. On SQLite there is one writer anyway.
    """
    if connection.dialect.name != "postgresql":
        return
    turns = {
        int.from_bytes(sha256(str(one).encode()).digest()[:8], "big", signed=True) for one in identifiers
    }
    for turn in sorted(turns):
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(turn)))


def _known(connection: sa.Connection, identifiers: Sequence[HolderIdentifier]) -> dict[HolderIdentifier, str]:
    """Who each number belongs to; nobody else changes that before the transaction ends."""
    found = {}
    for one in sorted(identifiers, key=str):
        query = sa.select(_I.c.holder_id).where(_I.c.kind == one.kind, _I.c.value == one.value)
        holder_id = connection.scalar(query.with_for_update())
        if holder_id is not None:
            found[one] = holder_id
    return found


def _best(identifiers: Iterable[HolderIdentifier]) -> HolderIdentifier:
    best = strongest(tuple(identifiers))
    assert best is not None  # there is one at least
    return best


def _still_there(connection: sa.Connection, holder_id: str) -> bool:
    """Whether nobody has merged the holder away; nobody will before the transaction ends."""
    query = sa.select(_H.c.id).where(_H.c.id == holder_id).with_for_update(read=True, key_share=True)
    return connection.scalar(query) is not None


def _may_be(connection: sa.Connection, holder_id: str, facts: HolderFacts) -> bool:
    """Whether a paper's description may be of this holder: they agree, and there is one personal number at most."""
    ours = _described(connection, holder_id)
    numbers = {*ours.identifiers, *facts.identifiers}
    return agrees(ours, facts) and sum(one.kind == "personal_id" for one in numbers) <= 1


def _made(tx: Transaction, facts: HolderFacts) -> str:
    holder_id = new_id()
    tx.connection.execute(
        _H.insert().values(
            id=holder_id,
            kind=facts.kind,
            birth_date=facts.birth_date,
            created_at=tx.at,
            **_named(facts.name),
        )
    )
    return holder_id


def _made_with_numbers(tx: Transaction, facts: HolderFacts, document_id: str | None) -> str | None:
    """A new holder with its numbers; None when somebody else took one of them meanwhile."""
    holder_id = _made(tx, facts)
    for one in sorted(facts.identifiers, key=str):
        if not _number_added(tx, holder_id, one, document_id):
            # Ours has not been seen by anybody: it goes again with what it got, and the winner's is looked up.
            tx.connection.execute(_I.delete().where(_I.c.holder_id == holder_id))
            tx.connection.execute(_H.delete().where(_H.c.id == holder_id))
            return None
    return holder_id


def _number_added(tx: Transaction, holder_id: str, one: HolderIdentifier, document_id: str | None) -> bool:
    return insert_once(
        tx.connection,
        _I,
        kind=one.kind,
        value=one.value,
        holder_id=holder_id,
        document_id=document_id,
        added_at=tx.at,
    )


def _join(tx: Transaction, kept: str, other: str, document_id: str | None) -> None:
    """Two holders that one paper names as one: merged where nothing speaks against it, else put on record."""
    theirs = _described(tx.connection, other)
    if _may_be(tx.connection, kept, theirs):
        merge_holders(tx, kept, other, document_id=document_id)
    else:
        tx.audit("holders_disagree", kept, other=other, document=document_id)


def _completed(
    tx: Transaction,
    holder_id: str,
    facts: HolderFacts,
    known: dict[HolderIdentifier, str],
    document_id: str | None,
) -> bool:
    """Add what the paper says and the register did not know; False when somebody else took a number meanwhile."""
    ours = _described(tx.connection, holder_id)
    new = [one for one in facts.identifiers if one not in known]
    if not _may_be(tx.connection, holder_id, facts):
        tx.audit("holder_disagrees", holder_id, document=document_id, kinds=sorted(one.kind for one in new))
        return True
    for one in sorted(new, key=str):
        if not _number_added(tx, holder_id, one, document_id):
            return False
        tx.audit("link_number", holder_id, kind=one.kind, document=document_id)
    if len(facts.birth_date or "") > len(ours.birth_date or "") or (facts.name and not ours.name):
        longer = max(facts.birth_date, ours.birth_date, key=lambda birth: len(birth or ""))
        values = {"birth_date": longer, **_named(ours.name or facts.name)}
        tx.connection.execute(_H.update().where(_H.c.id == holder_id).values(**values))
    return True


def _named(name: str) -> dict[str, str]:
    return {"name": name, "name_key": name_key(name)}


def _described(connection: sa.Connection, holder_id: str) -> HolderFacts:
    found = holder(connection, holder_id)
    return HolderFacts(
        kind=found.kind, name=found.name, birth_date=found.birth_date, identifiers=found.identifiers
    )


def _records(connection: sa.Connection, ids: Sequence[str]) -> list[HolderRecord]:
    numbers: dict[str, list[HolderIdentifier]] = {}
    query = sa.select(_I.c.holder_id, _I.c.kind, _I.c.value).where(_I.c.holder_id.in_(ids))
    for holder_id, kind, value in connection.execute(query.order_by(_I.c.kind, _I.c.value)):
        numbers.setdefault(holder_id, []).append(HolderIdentifier(kind=kind, value=value))
    rows = connection.execute(sa.select(_H).where(_H.c.id.in_(ids)).order_by(_H.c.id))
    return [
        HolderRecord(row.id, row.kind, row.name, row.birth_date, tuple(numbers.get(row.id, ())))
        for row in rows
    ]
