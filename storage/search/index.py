"""The index of the search, kept in the transactions that change what it speaks of."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from storage import schema as t
from storage.register import Transaction
from storage.search.query import date_words, issuer_words, name_words, number_words, type_word
from storage.search.words import APART, as_they_stand, pairs_of, without_their_marks

READING = f" {APART}{APART} "
"""Between what is confirmed of a document and what was read on its pages."""


def index_document(tx: Transaction, document_id: str, texts: Sequence[str] | None = None) -> None:
    """Index a document by its row, its current fields, its holders and `texts`, one a page, as they stand now.

    Call it after the facts are recorded. Without `texts` those indexed before stay: after a correction the pages
    still say what they said. The document keeps its place in the order of the results.
    """
    entry = t.search_entries.c.document_id == document_id
    before = tx.connection.execute(sa.select(t.search_entries.c.exact).where(entry)).scalar_one_or_none()
    read = (before or "").partition(READING)[2] if texts is None else as_they_stand(texts)
    facts, scoped = _facts(tx.connection, document_id)
    exact = f"{as_they_stand(facts)}{READING}{read}"
    folded = without_their_marks(exact)
    values = {
        "exact": exact,
        "folded": folded,
        "scoped": scoped,
        "pairs": " ".join(pairs_of(exact, folded, scoped)),
        "indexed_at": tx.at,
    }
    if before is None:
        tx.connection.execute(t.search_entries.insert().values(document_id=document_id, **values))
    else:
        tx.connection.execute(t.search_entries.update().where(entry).values(**values))


def forget(tx: Transaction, document_id: str) -> None:
    """Take a document out of the index; nothing is found of it from the commit on."""
    tx.connection.execute(t.search_entries.delete().where(t.search_entries.c.document_id == document_id))


def scrub_index(engine: sa.Engine) -> None:
    """Clear forgotten documents' words out of the database's own pages, after the commit that forgot them.

    PostgreSQL keeps a word that no document has any more as a lone key, until `rebuild_index`.
    """
    if engine.dialect.name == "sqlite":
        with engine.begin() as connection:
            connection.exec_driver_sql("INSERT INTO search_index(search_index) VALUES ('optimize')")
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM search_entries")


def rebuild_index(connection: sa.Connection) -> None:
    """Make the database's own index anew from what is indexed, in the caller's transaction.

    Nobody can write or search meanwhile; of a million documents that takes minutes (SQLite) to a quarter of an hour.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO search_index(search_index) VALUES ('rebuild')")
    else:
        connection.exec_driver_sql("REINDEX INDEX ix_search_entries_words")


def _facts(connection: sa.Connection, document_id: str) -> tuple[list[str], str]:
    """The confirmed texts of a document, and its words of one kind alone."""
    d = t.documents.c
    row = connection.execute(sa.select(t.documents).where(d.id == document_id)).mappings().one()
    values = connection.execute(
        sa.select(t.fields.c.value, t.fields.c.printed)
        .where(t.fields.c.document_id == document_id, t.fields.c.current)
        .order_by(t.fields.c.name)
    )
    names = connection.scalars(
        sa.select(t.holders.c.name)
        .join(t.document_holders, t.document_holders.c.holder_id == t.holders.c.id)
        .where(t.document_holders.c.document_id == document_id)
        .order_by(t.holders.c.id)
    ).all()
    texts = [row[name] for name in ("title", "abstract", "number", "issuer") if row[name]]
    texts += [text for pair in values for text in dict.fromkeys(pair) if text]
    texts += names
    scoped = [name_words(name) for name in names]
    if row["issuer"]:
        scoped.append(issuer_words(row["issuer"]))
    if row["number"]:
        scoped.extend(number_words(row["number"]))
    if row["document_type"]:
        scoped.append(type_word(row["document_type"]))
    if row["issued_on"]:
        scoped.extend(date_words(row["issued_on"]))
    return texts, f" {APART} ".join(filter(None, scoped))
