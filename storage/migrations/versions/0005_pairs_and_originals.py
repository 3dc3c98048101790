"""Pairs of neighbouring words in the search index; which documents are signed electronic originals"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COLUMNS = ("folded", "exact", "scoped", "pairs")


def upgrade() -> None:
    # Raw: a batch copy of a table in SQLite would cascade deletes, and take the triggers of the index with it.
    op.execute("ALTER TABLE documents ADD COLUMN signed_original BOOLEAN DEFAULT false NOT NULL")
    op.execute("ALTER TABLE search_entries ADD COLUMN pairs TEXT DEFAULT '' NOT NULL")
    # Dates are kept in other words than before, and there are no pairs yet: every entry is to be written anew.
    op.execute(
        "INSERT INTO unrecorded (document_id) SELECT document_id FROM search_entries "
        "WHERE document_id NOT IN (SELECT document_id FROM unrecorded)"
    )
    if op.get_bind().dialect.name == "postgresql":
        _index_on_postgresql()
    else:
        _index_on_sqlite()


def _index_on_postgresql() -> None:
    # The last four words say in which block of 2^10, 2^14, 2^18 and 2^22 entries this one is (storage.search.find).
    blocks = "".join(
        f" || ' {mark}' || (id >> {bits})::text"
        for bits, mark in ((10, "\ue010"), (14, "\ue011"), (18, "\ue012"), (22, "\ue013"))
    )
    columns = " || ' ' || ".join(COLUMNS)
    words = f"string_to_array({columns}{blocks}, ' ')"
    op.execute("DROP INDEX ix_search_entries_words")
    op.execute(
        f"CREATE INDEX ix_search_entries_words ON search_entries USING gin (({words})) "
        "WITH (gin_pending_list_limit = 512)"
    )


def _index_on_sqlite() -> None:
    columns = ", ".join(COLUMNS)
    old, new = (", ".join(f"{row}.{column}" for column in COLUMNS) for row in ("old", "new"))
    for event in ("added", "removed", "changed"):
        op.execute(f"DROP TRIGGER search_entries_{event}")
    op.execute("DROP TABLE search_index")
    op.execute(
        f"CREATE VIRTUAL TABLE search_index USING fts5({columns}, content='search_entries', content_rowid='id', "
        "detail='none', columnsize=0, tokenize='ascii')"
    )
    op.execute("INSERT INTO search_index(search_index) VALUES ('rebuild')")
    take = f"INSERT INTO search_index(search_index, rowid, {columns}) VALUES ('delete', old.id, {old});"
    put = f"INSERT INTO search_index(rowid, {columns}) VALUES (new.id, {new});"
    for name, event, body in (
        ("added", "INSERT", put),
        ("removed", "DELETE", take),
        ("changed", "UPDATE", f"{take} {put}"),
    ):
        op.execute(f"CREATE TRIGGER search_entries_{name} AFTER {event} ON search_entries BEGIN {body} END")
