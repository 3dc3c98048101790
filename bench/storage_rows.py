"""A register of any size, generated in batches that always come out the same: holders with their papers, words as in texts.

Holders have one to about eight papers; the words of a page are Vietnamese syllables as frequent as in official papers.
What was loaded stays: a register that is too small grows, one that is cut off is continued.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import sqlalchemy as sa

from bench.storage_words import PLACES, Vocabulary, name_of
from models.holders import document_code, name_key
from storage import schema as t
from storage.papers.facts import issuer_key, number_key
from storage.search.index import READING
from storage.search.query import (
    date_words,
    issuer_words,
    name_words,
    number_words,
    type_word,
)
from storage.search.words import APART, as_they_stand, pairs_of, without_their_marks

BATCH = 2000
NEW_HOLDERS = 770
"""Of a batch of papers so many are their holders' first; the others go to holders who are there already."""
WORDS = 150
"""On the pages of one paper."""
TYPES = (
    ("giay_khai_sinh", "Giấy khai sinh", 30),
    ("trich_luc_khai_sinh", "Trích lục khai sinh", 15),
    ("giay_chung_nhan_ket_hon", "Giấy chứng nhận kết hôn", 10),
    ("xac_nhan_tinh_trang_hon_nhan", "Giấy xác nhận tình trạng hôn nhân", 10),
    ("gcn_quyen_su_dung_dat", "Giấy chứng nhận quyền sử dụng đất", 15),
    ("quyet_dinh", "Quyết định", 12),
    ("bang_tot_nghiep", "Bằng tốt nghiệp", 5),
    ("giay_phep_xay_dung", "Giấy phép xây dựng", 3),
)
_WHEN = "2026-{:02}-{:02}T{:02}:15:04+07:00"


Rows = dict[sa.Table, list[tuple[Any, ...]]]


def identifier(kind: str, number: int) -> str:
    """An identifier of the form of a ULID, in the order of `number`."""
    return f"0{kind}{number:024}"


def holder_number(holder: int) -> str:
    """The twelve digits of a generated holder."""
    return f"0{holder:011}"


def number_of(document: int) -> str:
    return f"{document % 9973 + 1}/{'QĐ' if document % 3 else 'TLKS'}-UBND"


class Generator:
    """Batches of papers; the same number always gives the same batch."""

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary.read()

    def batch(self, number: int) -> Rows:
        rng, numbers = random.Random(f"batch {number}"), np.random.default_rng(number)
        rows: Rows = {table: [] for table in TABLES}
        first_holder = number * NEW_HOLDERS
        for holder in range(first_holder, first_holder + NEW_HOLDERS):
            self._holder(rows, holder, rng)
        drawn = self.vocabulary.draw(numbers, BATCH, WORDS)
        types = rng.choices(range(len(TYPES)), [weight for *_, weight in TYPES], k=BATCH)
        for at in range(BATCH):
            holder = first_holder + at if at < NEW_HOLDERS else rng.randrange(first_holder + NEW_HOLDERS)
            self._paper(rows, number * BATCH + at, holder, types[at], drawn[at], rng)
        return rows

    def _holder(self, rows: Rows, holder: int, rng: random.Random) -> None:
        name, key = name_of(holder), identifier("H", holder)
        born = f"{rng.randint(1940, 2020)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        when = _WHEN.format(1, 1, 8)
        rows[t.holders].append((key, "citizen", name, name_key(name), born, when))
        rows[t.holder_identifiers].append(("personal_id", holder_number(holder), key, None, when))
        if rng.random() < 0.3:
            rows[t.holder_identifiers].append(("old_id", f"{holder % 10**9:09}", key, None, when))

    def _paper(
        self, rows: Rows, number: int, holder: int, kind: int, drawn: np.ndarray, rng: random.Random
    ) -> None:
        code, title, _ = TYPES[kind]
        source, document, ecopy, owner = (identifier(letter, number) for letter in "SDEH")
        owner = identifier("H", holder)
        when = _WHEN.format(number // 40000 % 12 + 1, number // 1500 % 28 + 1, number % 8 + 8)
        objects = [identifier(letter, number) for letter in "ABC"]
        digests = [f"{rng.getrandbits(256):064x}" for _ in range(4)]
        for key, name, digest in zip(objects, ("original", "capture", "ecopy"), digests, strict=False):
            rows[t.objects].append(
                (key, name, "stored", rng.randint(60_000, 900_000), digest, when, None, None, None, None)
            )
        rows[t.sources].append(
            (
                source,
                digests[3],
                digests[0],
                300_000,
                f"{number}.jpg",
                objects[0],
                when,
                "clerk",
                "counter",
                "ban_chinh",
                "auto",
                False,
            )
        )
        paper_number, issued = (
            number_of(number),
            f"{rng.randint(1990, 2026)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
        )
        issuer = f"Ủy ban nhân dân xã {rng.choice(PLACES)}"
        rows[t.documents].append(
            (
                document,
                source,
                1,
                "1",
                "approved",
                "vn-2025-07-01",
                when,
                when,
                "officer",
                when,
                when,
                code,
                paper_number,
                number_key(paper_number),
                issued,
                issuer,
                issuer_key(issuer),
                title,
                f"{title} của {name_of(holder)}",
                issued,
                True,
                "permanent",
                False,
            )
        )
        rows[t.captures].append((document, objects[1], digests[1], "B-T", "clerk", when))
        state = "revoked" if number % 97 == 0 else "issued"
        rows[t.ecopies].append((ecopy, document, "sao_y", state, when, when))
        rows[t.ecopy_revisions].append((ecopy, 1, objects[2], digests[2], 400_000, "B-LTA", "vanthu", when))
        rows[t.document_holders].append((document, owner, code, document_code(holder_number(holder), code)))
        values = {"number": paper_number, "full_name": name_of(holder), "issuer": issuer, "issued_on": issued}
        rows[t.fields].extend(
            (document, name, 1, True, value, value, 0.99, "ocr", 1, "officer", when)
            for name, value in values.items()
        )
        rows[t.search_entries].append(
            (document, when, *self._words(holder, paper_number, issuer, code, title, issued, drawn))
        )

    def _words(
        self, holder: int, number: str, issuer: str, code: str, title: str, issued: str, drawn: np.ndarray
    ) -> tuple[str, str, str, str]:
        """exact, folded, scoped, pairs: as `storage.search.index` writes them."""
        facts = f" {APART} ".join(
            (_standing(title), _standing(number), _standing(issuer), _standing(name_of(holder)))
        )
        exact = f"{facts}{READING}{' '.join(self.vocabulary.words[drawn])}"
        folded = f"{without_their_marks(facts)}{READING}{' '.join(self.vocabulary.bare[drawn])}"
        kinds = [
            _named(name_of(holder)),
            _issuing(issuer),
            *number_words(number),
            type_word(code),
            *date_words(issued),
        ]
        scoped = f" {APART} ".join(kinds)
        return exact, folded, scoped, " ".join(pairs_of(exact, folded, scoped))


@lru_cache(maxsize=1 << 15)
def _standing(text: str) -> str:
    return as_they_stand([text])


@lru_cache(maxsize=1 << 15)
def _named(name: str) -> str:
    return name_words(name)


@lru_cache(maxsize=1 << 10)
def _issuing(issuer: str) -> str:
    return issuer_words(issuer)


TABLES: dict[sa.Table, tuple[str, ...]] = {
    t.holders: ("id", "kind", "name", "name_key", "birth_date", "created_at"),
    t.holder_identifiers: ("kind", "value", "holder_id", "document_id", "added_at"),
    t.objects: ("key", "kind", "state", "size", "sha256", "created_at", "locked_until", "lock_mode", "checked_at", "fault"),
    t.sources: (
        "id", "content_mac", "sha256", "size", "filename", "object_key", "received_at", "received_by", "intake",
        "presented_as", "grouping", "quarantined",
    ),
    t.documents: (
        "id", "source_id", "position", "pages", "state", "rule_set", "created_at", "updated_at", "confirmed_by",
        "confirmed_at", "reusable_from", "document_type", "number", "number_key", "issued_on", "issuer", "issuer_key",
        "title", "abstract", "valid_from", "perpetual", "retention", "restricted",
    ),
    t.captures: ("document_id", "object_key", "sha256", "level", "signed_by", "signed_at"),
    t.ecopies: ("id", "document_id", "copy_form", "state", "created_at", "updated_at"),
    t.ecopy_revisions: ("ecopy_id", "revision", "object_key", "sha256", "size", "level", "signed_by", "signed_at"),
    t.document_holders: ("document_id", "holder_id", "document_type", "document_code"),
    t.fields: (
        "document_id", "name", "version", "current", "value", "printed", "confidence", "origin", "page", "changed_by",
        "changed_at",
    ),
    t.search_entries: ("document_id", "indexed_at", "exact", "folded", "scoped", "pairs"),
}  # fmt: skip
"""What is filled in, and which columns of it."""


def grow(engine: sa.Engine, size: int, watch: Callable[[int], None] = lambda done: None) -> float:
    """Load batches until the register has `size` e-copies; the indexes over words are made anew at the end.

    Returns the seconds it took; 0 where it was that large already.
    """
    import time

    generator, started = Generator(), time.perf_counter()
    with engine.connect().execution_options(reading=True) as connection:
        own = t.documents.c.id.between("0D", "0E")
        present = int(connection.scalar(sa.select(sa.func.count()).select_from(t.documents).where(own)) or 0)
    if present >= size:
        return 0.0
    with _without_word_index(engine):
        for number in range(present // BATCH, -(-size // BATCH)):
            _load(engine, generator.batch(number))
            watch((number + 1) * BATCH)
    return time.perf_counter() - started


def _load(engine: sa.Engine, rows: Rows) -> None:
    with engine.begin() as connection:
        driver: Any = connection.connection.driver_connection
        for table, columns in TABLES.items():
            names = ", ".join(f'"{column}"' for column in columns)
            if engine.dialect.name == "postgresql":
                with (
                    driver.cursor() as cursor,
                    cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy,
                ):
                    for row in rows[table]:
                        copy.write_row(row)
            else:
                marks = ", ".join("?" * len(columns))
                driver.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", rows[table])


class _without_word_index:  # noqa: N801 - reads as a phrase
    """Takes the index over words away, and puts it back as the migration made it."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def __enter__(self) -> None:
        with self._engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS bench_word_index (made TEXT)")
            made = list(connection.scalars(sa.text(_MADE[self._engine.dialect.name])))
            if made:  # else the last load was cut off, and what it took away stands in the table
                connection.exec_driver_sql("DELETE FROM bench_word_index")
                rows = [{"made": statement} for statement in made]
                connection.execute(sa.text("INSERT INTO bench_word_index VALUES (:made)"), rows)
            for statement in _DROP[self._engine.dialect.name]:
                connection.exec_driver_sql(statement)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            return
        with self._engine.begin() as connection:
            if self._engine.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '1GB'")
            else:
                connection.exec_driver_sql("INSERT INTO search_index(search_index) VALUES ('rebuild')")
            for statement in list(connection.scalars(sa.text("SELECT made FROM bench_word_index"))):
                connection.exec_driver_sql(statement)
            connection.exec_driver_sql("ANALYZE")


_MADE = {
    "postgresql": "select indexdef from pg_indexes where indexname = 'ix_search_entries_words'",
    "sqlite": "select sql from sqlite_master where type = 'trigger' and tbl_name = 'search_entries'",
}
_DROP = {
    "postgresql": ["DROP INDEX IF EXISTS ix_search_entries_words"],
    "sqlite": [f"DROP TRIGGER IF EXISTS search_entries_{name}" for name in ("added", "removed", "changed")],
}
