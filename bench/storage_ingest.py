"""How fast papers come in: the transactions of a paper's whole way, with all their audit entries, on the real register."""

from __future__ import annotations

import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

import sqlalchemy as sa

from models.ecopy import CopyForm
from models.extraction import FieldValue, MinimumData
from models.holders import HolderFacts, HolderIdentifier
from models.ids import new_id
from models.signatures import Level
from models.states import DocumentState as D
from models.states import EcopyState as E
from pipeline.clock import SystemClock
from storage import schema as t
from storage.papers import facts
from storage.people.holders import link_document
from storage.register import Register
from storage.search import index_document
from storage.stores.folder import FolderStore
from storage.vault import Vault

PAGES = 2
AT_ONCE = 4
"""Papers that are worked on side by side."""
TEXT = (
    "Ủy ban nhân dân xã chứng nhận ông bà có tên dưới đây đã đăng ký theo quy định của pháp luật hiện hành "
    * 12
)


def ingest(engine: sa.Engine, folder: Path, papers: int) -> dict[str, Any]:
    """Take `papers` through, one after the other and then several at once as the workers do; rows written by second.

    What it takes to read, compose and sign is left out: the register is what is measured. Objects are small files,
    written and synced as ever, so what a synced write costs here is told too.
    """
    clock = SystemClock()
    store = FolderStore(folder / "objects")
    store.prepare()
    vault, register = Vault(engine, store, clock), Register(engine, clock, place=lambda: "bench")
    alone = _taken(engine, vault, register, papers, at_once=1)
    together = _taken(engine, vault, register, papers, at_once=AT_ONCE)
    return {**alone, "sync_ms": _synced_write_ms(folder), "at_once": {"count": AT_ONCE, **together}}


def _taken(
    engine: sa.Engine, vault: Vault, register: Register, papers: int, *, at_once: int
) -> dict[str, Any]:
    before = _rows(engine)
    started = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        times = sorted(pool.map(lambda _: _timed(vault, register), range(papers)))
    spent = time.perf_counter() - started
    after = _rows(engine)
    written = sum(after.values()) - sum(before.values())
    return {
        "papers": papers,
        "rows": written,
        "rows_per_s": round(written / spent, 1),
        "papers_per_s": round(papers / spent, 2),
        "audit_rows": after[t.audit.name] - before[t.audit.name],
        "median_paper_ms": round(times[len(times) // 2] * 1000, 1),
    }


def _timed(vault: Vault, register: Register) -> float:
    began = time.perf_counter()
    _one(vault, register)
    return time.perf_counter() - began


def _synced_write_ms(folder: Path) -> float:
    """The median of 8 KiB appended and synced: what any commit that survives a power cut waits for."""
    times = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for _ in range(100):
            began = time.perf_counter()
            file.write(bytes(8192))
            file.flush()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - began)
    return round(median(times) * 1000, 2)


def _one(vault: Vault, register: Register) -> None:
    """One paper of two pages: received, read, extracted, confirmed, composed, signed, issued."""
    stored = vault.write("original", new_id().encode())
    with register.transaction(actor="clerk", purpose="intake:counter") as tx:
        _, document = tx.add_source(
            stored,
            content_mac=stored.sha256,
            filename="a.jpg",
            received_by="clerk",
            intake="counter",
            presented_as="ban_chinh",
            rule_set="vn-2025-07-01",
            forced_type=None,
        )
    purpose = f"document:{document}"
    for stage, after in (
        ("pages", D.TRIAGED),
        ("read", D.READ),
        ("extract", D.EXTRACTED),
        ("review", D.IN_REVIEW),
    ):
        made = (
            [vault.write("page-reading", new_id().encode()) for _ in range(PAGES)] if stage == "read" else []
        )
        with register.transaction(actor="ecopy", purpose=purpose) as tx:
            for page, ref in enumerate(made, start=1):
                tx.add_derivation(document, stage, "1", {"page": page}, seconds=0.1, page=page, stored=ref)
            if not made:
                tx.add_derivation(document, stage, "1", {"stage": stage}, seconds=0.1)
            tx.set_document_state(register.document(document), after)
    capture = vault.write("capture", new_id().encode())
    with register.transaction(actor="clerk", purpose=purpose) as tx:
        tx.add_capture(document, capture, level=Level.B_T, signed_by="clerk")
    _confirm(register, document, purpose)
    _issue(vault, register, document, purpose)


def _confirm(register: Register, document: str, purpose: str) -> None:
    number = f"{document[-4:]}/QĐ-UBND"
    values = {
        "number": number,
        "full_name": "Nguyễn Thị Mẫu",
        "issued_on": "2026-01-02",
        "issuer": "UBND xã Mẫu",
    }
    fields = {
        name: FieldValue(value=value, printed=value, confidence=0.99, origin="ocr")
        for name, value in values.items()
    }
    minimum = MinimumData(
        type_code="giay_khai_sinh",
        holder_identifier="001204000017",
        issued_on="2026-01-02",
        issuer="UBND xã Mẫu",
        title="Giấy khai sinh",
        abstract="Giấy khai sinh của Nguyễn Thị Mẫu",
        perpetual=True,
    )
    digits = f"0{int.from_bytes(document.encode()) % 10**11:011}"
    holder = HolderFacts(
        kind="citizen",
        name="Nguyễn Thị Mẫu",
        birth_date="2004-05-06",
        identifiers=(HolderIdentifier(kind="personal_id", value=digits),),
    )
    with register.transaction(actor="officer", purpose=purpose) as tx:
        tx.set_document_state(
            register.document(document), D.APPROVED, confirmed_by="officer", confirmed_at=tx.at
        )
        facts.set_minimum(tx, document, minimum, number=number)
        facts.add_fields(tx, document, fields, by="officer", at=tx.at)
        link_document(tx, document, [holder], "giay_khai_sinh")
        index_document(tx, document, [TEXT] * PAGES)
        tx.audit("confirm", document)


def _issue(vault: Vault, register: Register, document: str, purpose: str) -> None:
    ecopy, draft = new_id(), vault.write("draft", new_id().encode())
    with register.transaction(actor="ecopy", purpose=purpose) as tx:
        tx.add_ecopy(ecopy, document, CopyForm.SAO_Y)
        tx.add_derivation(document, "compose", "1", {"ecopy": ecopy}, seconds=0.1, ecopy=ecopy, stored=draft)
    for after in (E.AWAITING_SIGNATURE, E.AWAITING_TIMESTAMP):
        record = register.ecopy_of(document)
        if record is None:
            raise LookupError(document)
        with register.transaction(actor="vanthu", purpose=purpose) as tx:
            tx.set_ecopy_state(record, after)
    signed = vault.write("ecopy", new_id().encode())
    record = register.ecopy_of(document)
    if record is None:
        raise LookupError(document)
    with register.transaction(actor="vanthu", purpose=purpose) as tx:
        tx.add_revision(ecopy, 1, signed, level=Level.B_LTA, signed_by="vanthu")
        tx.set_ecopy_state(record, E.ISSUED)
        tx.add_derivation(document, "issue", "1", {"ecopy": ecopy}, seconds=0.1, ecopy=ecopy)
        tx.audit("issue", ecopy)
        released = tx.release_object(document, "compose", ecopy=ecopy)
    if released is not None:
        vault.remove_released(released)


def _rows(engine: sa.Engine) -> dict[str, int]:
    """Rows of every table that a paper touches."""
    tables = (
        t.objects, t.sources, t.documents, t.derivations, t.captures, t.ecopies, t.ecopy_revisions, t.fields, t.holders,
        t.holder_identifiers, t.document_holders, t.search_entries, t.audit,
    )  # fmt: skip
    with engine.connect().execution_options(reading=True) as connection:
        return {
            table.name: int(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)
            for table in tables
        }
