"""A register of any earlier release comes forward with everything in it: rows, what hangs on them, and a sound trail."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from models.judgement import JudgedDocument, Judgement
from models.people import Agency, Person, Role
from models.states import DocumentState
from storage import schema, work
from storage.audit.chain import GENESIS, entry_hash
from storage.database import HEAD, current_revision, migrate, open_database
from storage.papers import facts
from storage.register import Register
from storage.search import SearchQuery, forget, index_document, search
from tests.clocks import FixedClock
from tests.soundness import trail_break
from tests.storage.support import DATABASES, database_url

RELEASES = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0011")
AT = "2026-01-05T08:00:00+07:00"
SOURCES, DOCUMENTS = ("S1", "S2", "S3"), ("D1", "D2", "D3")
"""One confirmed and issued, one in review with its capture, one just received."""
ACTS = ("receive", "sign_capture", "confirm")


@dataclass
class Old:
    """A database as an earlier release left it."""

    url: str
    release: str

    def brought_forward(self) -> sa.Engine:
        return open_database(self.url)


@pytest.fixture(
    params=[(kind, release) for kind in DATABASES for release in RELEASES], ids=lambda p: "-".join(p)
)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Old:
    kind, release = request.param
    url = database_url(kind, tmp_path)
    engine = sa.create_engine(url)
    if kind == "sqlite":
        sa.event.listen(engine, "connect", lambda made, _: made.execute("PRAGMA foreign_keys=ON"))
    migrate(engine, release)
    with engine.begin() as connection:
        _fill(connection, release)
    engine.dispose()
    return Old(url, release)


def _fill(connection: sa.Connection, release: str) -> None:
    """What a day's work left behind, written as that release wrote it."""
    put = _Writer(connection)
    for number, key in enumerate(("K1", "K2", "K3", "KC1", "KC2", "KE1"), start=1):
        put("objects", key=key, kind="original", state="stored", size=number, sha256="a" * 64, created_at=AT)
    put("objects", key="KW", kind="picture", state="writing", created_at=AT)
    for number, (source, document) in enumerate(zip(SOURCES, DOCUMENTS, strict=True), start=1):
        put(
            "sources", id=source, content_mac=str(number) * 64, sha256="a" * 64, size=number,
            filename="giấy.pdf", object_key=f"K{number}", received_at=AT, received_by="os:a", intake="counter",
            presented_as="ban_chinh", quarantined=False, facts=None if number == 3 else json.dumps({"page_count": 3}),
        )  # fmt: skip
        state = ("approved", "in_review", "received")[number - 1]
        put(
            "documents", id=document, source_id=source, position=1, state=state, rule_set="vn-2025-07-01",
            forced_type=None, created_at=AT, updated_at=AT, confirmed_by="Trần Thị Mẫu" if number == 1 else None,
            confirmed_at=AT if number == 1 else None, reusable_from=None,
        )  # fmt: skip
    for document, key in (("D1", "KC1"), ("D2", "KC2")):
        put(
            "captures", document_id=document, object_key=key, sha256="b" * 64, level="B-T",
            signed_by="Nguyễn Thị Mẫu", signed_at=AT,
        )  # fmt: skip
    put(
        "derivations", id="V1", document_id="D1", stage="confirm", page=0, version="1", object_key=None,
        facts='{"document_type": "can_cuoc"}', seconds=0.5, created_at=AT,
    )  # fmt: skip
    put(
        "derivations", id="V2", document_id="D1", stage="compose", page=0, version="1", object_key=None,
        facts='{"ecopy": "E1"}', seconds=0.5, created_at=AT,
    )  # fmt: skip
    put("ecopies", id="E1", document_id="D1", copy_form="sao_y", state="issued", created_at=AT, updated_at=AT)
    put(
        "ecopy_revisions", ecopy_id="E1", revision=1, object_key="KE1", sha256="c" * 64, size=6, level="B-LTA",
        signed_by="UBND", signed_at=AT,
    )  # fmt: skip
    if release >= "0002":
        put(
            "judgements", document_id="D1", field="full_name", document_type="can_cuoc", type_version=1, kind="name",
            look="asked", outcome="changed", proposal=None, truth="Nguyễn Văn Mẫu", extractor="rules-1", engine="own",
            judged_by="officer", role="officer", judged_at=AT,
        )  # fmt: skip
    if release >= "0003":
        connection.execute(sa.text("update documents set pages = '1-3' where id in ('D1', 'D2')"))
    if release >= "0004":
        put(
            "search_entries", id=1, document_id="D1", indexed_at=AT, exact="nguyễn văn mẫu", folded="nguyen van mau",
            scoped="",
        )  # fmt: skip
    previous = GENESIS
    for seq, action in enumerate(ACTS, start=1):
        row: dict[str, Any] = {
            "at": AT, "actor": "os:a", "action": action, "subject": "D1", "purpose": "intake:counter",
            "details": "{}", "previous": previous,
        }  # fmt: skip
        previous = sha256(
            json.dumps(
                [row[n] for n in ("previous", "at", "actor", "action", "subject", "purpose", "details")],
                ensure_ascii=False,
            ).encode()
        ).hexdigest()
        put("audit", seq=seq, hash=previous, **row)
    if release >= "0006":  # work as a row before every source had one
        put(
            "jobs", source_id="S2", state="parked", holder=None, lease_until=None, attempts=4, next_at=None,
            error_code="ENGINE_FAULT", changed_at=AT,
        )  # fmt: skip
    if release >= "0004":
        put("audit_head", id=1, seq=len(ACTS), hash=previous)


class _Writer:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def __call__(self, table: str, **values: Any) -> None:
        names = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        self._connection.execute(sa.text(f"insert into {table} ({names}) values ({marks})"), values)


def waiting_in(release: str) -> list[str]:
    """Documents of which facts are to be gathered: what was confirmed or signed, or what is in the search already and is
    to be written anew."""
    if release >= "0006":
        return []
    return ["D1"] if release >= "0004" else ["D1", "D2"]


def counts(engine: sa.Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            name: connection.scalar(sa.select(sa.func.count()).select_from(schema.metadata.tables[name])) or 0
            for name in (
                "objects",
                "sources",
                "documents",
                "captures",
                "derivations",
                "ecopies",
                "ecopy_revisions",
            )
        }


def test_everything_that_was_there_is_there_still(old: Old) -> None:
    engine = old.brought_forward()
    assert current_revision(engine) == HEAD
    assert counts(engine) == {
        "objects": 7, "sources": 3, "documents": 3, "captures": 2, "derivations": 2, "ecopies": 1,
        "ecopy_revisions": 1,
    }  # fmt: skip
    register = Register(engine, FixedClock())
    first = register.document("D1")
    assert (first.state, first.confirmed_by, first.pages) == (DocumentState.APPROVED, "Trần Thị Mẫu", "1-3")
    assert register.document("D3").pages is None
    assert (first.dossier_code, first.lot_id, first.reusable_from) == (None, None, None)
    ecopy = register.ecopy_of("D1")
    assert ecopy is not None
    assert register.latest_revision(ecopy.id) is not None
    assert register.derivation("D1", "compose", ecopy=ecopy.id) is not None, "a step is that of its e-copy"
    assert register.derivation("D1", "confirm") is not None
    assert register.source("S1").filename == "giấy.pdf"
    assert register.source("S2").grouping == "auto"
    assert len(list(register.judgements())) == (0 if old.release == "0001" else 1)
    engine.dispose()


def test_what_was_due_or_parked_is_so_still(old: Old) -> None:
    engine = old.brought_forward()
    with engine.connect() as connection:
        found = {job.source_id: job for job in work.jobs(connection, "due", "parked")}
    expected = {"S3": "due"} if old.release < "0006" else {"S2": "parked", "S3": "due"}
    assert {source: job.state for source, job in found.items()} == expected
    assert (found["S3"].priority, found["S3"].attempts) == (work.PRIORITIES["counter"], 0)
    if "S2" in found:
        assert (found["S2"].error_code, found["S2"].ready_at) == ("ENGINE_FAULT", None)
    engine.dispose()


def test_the_trail_stays_sound_and_goes_on(old: Old) -> None:
    engine = old.brought_forward()
    register = Register(engine, FixedClock())
    assert trail_break(engine) is None
    assert [e.action for e in register.audit_of("D1")] == list(ACTS)
    with engine.connect() as connection:
        head = connection.execute(sa.select(schema.audit_head)).mappings().one()
        last = connection.execute(sa.select(schema.audit).where(schema.audit.c.seq == 3)).mappings().one()
    assert (head["seq"], head["hash"]) == (3, last["hash"])
    assert entry_hash(last) == last["hash"]
    with register.transaction(actor="officer", purpose="dossier:1") as tx:
        tx.audit("look", "D1")
    assert trail_break(engine) is None
    with engine.begin() as connection:  # an entry of the earlier release
        connection.execute(schema.audit.update().where(schema.audit.c.seq == 2).values(actor="nobody"))
    assert trail_break(engine) == 2
    engine.dispose()


def test_documents_that_lack_facts_are_listed_and_work_goes_on_with_them(old: Old) -> None:
    engine = old.brought_forward()
    register = Register(engine, FixedClock())
    with register.reading() as connection:
        waiting = facts.unrecorded_documents(connection)
        assert waiting == waiting_in(old.release)
        assert facts.document_facts(connection, "D1").retention == "unknown"
    officer = Person(id="officer", name="x", role=Role.OFFICER, agency=Agency(identifier="H99", name="x"))
    judgement = Judgement(field="sex", kind="sex", look="shown", outcome="added", proposal=None, truth="Nam")
    sheet = JudgedDocument(
        document_type="can_cuoc", type_version=1, extractor="r", engine="e", fields=(judgement,)
    )
    with register.transaction(actor="officer", purpose="t") as tx:
        tx.set_document_state(register.document("D2"), DocumentState.APPROVED)
        tx.add_judgements("D2", sheet, by=officer)
    with engine.begin() as connection:
        connection.execute(schema.ecopy_revisions.delete())
        connection.execute(schema.derivations.delete())
        connection.execute(schema.ecopies.delete())
        connection.execute(schema.captures.delete())
        connection.execute(schema.documents.delete().where(schema.documents.c.id == "D1"))
        left = connection.scalars(sa.select(schema.judgements.c.document_id)).all()
        listed = connection.scalars(sa.select(schema.unrecorded.c.document_id)).all()
    assert (list(left), list(listed)) == (["D2"], [d for d in waiting_in(old.release) if d == "D2"]), (
        "what hangs on a row goes with it, as in a fresh register"
    )
    engine.dispose()


@pytest.mark.parametrize("kind", DATABASES)
def test_words_that_were_indexed_are_found_and_the_entry_is_written_anew(kind: str, tmp_path: Path) -> None:
    url = database_url(kind, tmp_path)
    engine = sa.create_engine(url)
    migrate(engine, "0004")
    with engine.begin() as connection:
        _fill(connection, "0004")
    engine.dispose()
    engine = open_database(url)
    register = Register(engine, FixedClock())

    def found(words: str) -> list[str]:
        with register.reading() as connection:
            return [hit.document_id for hit in search(connection, SearchQuery(words=words)).hits]

    assert (found("nguyen mau"), found('"van mau"')) == (["D1"], [])
    with register.transaction(actor="system", purpose="maintenance:upgrade") as tx:
        index_document(tx, "D1", ["Nguyễn Văn Mẫu"])
    assert (found("nguyen mau"), found('"van mau"')) == (["D1"], ["D1"])
    with register.transaction(actor="system", purpose="maintenance:upgrade") as tx:
        forget(tx, "D1")
    assert not found("nguyen mau")
    engine.dispose()


@pytest.mark.parametrize("kind", DATABASES)
def test_an_upgraded_register_has_the_tables_of_a_fresh_one(kind: str, tmp_path: Path) -> None:
    stepped, fresh = (database_url(kind, tmp_path / name) for name in ("stepped", "fresh"))
    for url in (stepped, fresh):
        (tmp_path / "stepped").mkdir(exist_ok=True)
        (tmp_path / "fresh").mkdir(exist_ok=True)
        if url == stepped:
            engine = sa.create_engine(url)
            for release in (*RELEASES, HEAD):
                migrate(engine, release)
            engine.dispose()
    described = []
    for url in (stepped, fresh):
        engine = open_database(url)
        look = sa.inspect(engine)
        described.append(
            {
                table: (
                    [(c["name"], str(c["type"]), c["nullable"]) for c in look.get_columns(table)],
                    sorted(i["name"] or "" for i in look.get_indexes(table)),
                    sorted(
                        (f["constrained_columns"], f["referred_table"]) for f in look.get_foreign_keys(table)
                    ),
                )
                for table in look.get_table_names()
            }
        )
        engine.dispose()
    assert described[0] == described[1]


@pytest.mark.parametrize("kind", DATABASES)
def test_an_upgrade_that_is_cut_off_leaves_the_earlier_release_whole(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic.operations import Operations

    from models.errors import StorageFault

    url = database_url(kind, tmp_path)
    engine = sa.create_engine(url)
    migrate(engine, "0003")
    with engine.begin() as connection:
        _fill(connection, "0003")
    engine.dispose()
    create = Operations.create_table

    def broken(self: Operations, name: str, *rest: Any, **options: Any) -> Any:
        if name == "unrecorded":
            raise sa.exc.OperationalError("create table", {}, OSError("the disk is full"))
        return create(self, name, *rest, **options)

    with monkeypatch.context() as patched:
        patched.setattr(Operations, "create_table", broken)
        with pytest.raises(StorageFault):
            open_database(url)
    engine = sa.create_engine(url)
    assert current_revision(engine) == "0003"
    assert not sa.inspect(engine).has_table("dossiers")
    engine.dispose()
    again = open_database(url)
    assert Register(again, FixedClock()).document("D1").state is DocumentState.APPROVED
    again.dispose()
