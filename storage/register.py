"""The register: the truth about sources, documents, derived versions, captures and e-copies."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, TypeVar

import sqlalchemy as sa

from models.batches import AUTO
from models.ecopy import CopyForm, CopyRequest, PresentedAs
from models.errors import AttestationNumberTaken, ConflictError, NotFound
from models.events import Announcement, EventType
from models.ids import new_id
from models.judgement import JudgedDocument
from models.people import Person
from models.ports import Clock
from models.scans import ScanRecord
from models.signatures import Level
from models.states import UNSIGNED, DocumentState, EcopyState, check_document_way, check_ecopy_way
from models.times import iso
from storage import schema as t
from storage import work
from storage.audit import chain as trail
from storage.events import outbox
from storage.papers import judgements as judged
from storage.records import (
    WHOLE_DOCUMENT,
    CaptureRecord,
    Derivation,
    DocumentRecord,
    EcopyRecord,
    Intake,
    JudgementRecord,
    RevisionRecord,
    SourceRecord,
    StoredRef,
    record_of,
)
from storage.vault import Vault

R = TypeVar("R")


class Register:
    """Reads are single looks; every change happens inside `transaction()`, with its audit entry."""

    def __init__(
        self,
        engine: sa.Engine,
        clock: Clock,
        *,
        place: Callable[[], str] = str,
        agency: outbox.Own = lambda: None,
    ) -> None:
        """`place` tells where acts come from unless they say otherwise: this host, or whom it is at work for; `agency`
        the identifier of the agency whose installation this is."""
        self._engine = engine
        self._clock = clock
        self._place = place
        self._agency = agency

    @contextmanager
    def transaction(self, *, actor: str, purpose: str, place: str = "") -> Iterator[Transaction]:
        """All or nothing; committed and synced when the block ends without an exception."""
        with self._engine.begin() as connection:
            tx = Transaction(connection, iso(self._clock.now()), actor, purpose, place or self._place())
            yield tx
            told = outbox.addressed(connection, tx.announcements, self._agency)
            trail.append(connection, tx.acts)
            outbox.append(connection, tx.at, told)

    def source(self, source_id: str) -> SourceRecord:
        return self._one(t.sources, t.sources.c.id == source_id, SourceRecord, "source", source_id)

    def source_by_content(self, content_mac: str) -> SourceRecord | None:
        return self._maybe(t.sources, t.sources.c.content_mac == content_mac, SourceRecord)

    def document(self, document_id: str) -> DocumentRecord:
        return self._one(
            t.documents, t.documents.c.id == document_id, DocumentRecord, "document", document_id
        )

    def documents_of(self, source_id: str, *, replaced: bool = False) -> list[DocumentRecord]:
        """The documents of a source in the order of their pages; or those that others took the place of."""
        gone = t.documents.c.state == DocumentState.REPLACED.value
        query = sa.select(t.documents).where(
            t.documents.c.source_id == source_id, gone if replaced else sa.not_(gone)
        )
        return self._all(query.order_by(t.documents.c.position), DocumentRecord)

    def scan_of(self, source_id: str) -> DocumentRecord:
        """The document registered with the source: it holds the pictures and readings of all pages."""
        first = sa.and_(t.documents.c.source_id == source_id, t.documents.c.position == 1)
        return self._one(t.documents, first, DocumentRecord, "source", source_id)

    def find_document(self, any_id: str) -> DocumentRecord:
        """The document with the given id, or the one whose e-copy has it. Raises NotFound."""
        of_copy = sa.select(t.ecopies.c.document_id).where(t.ecopies.c.id == any_id).scalar_subquery()
        named = sa.or_(t.documents.c.id == any_id, t.documents.c.id == of_copy)
        return self._one(t.documents, named, DocumentRecord, "document", any_id)

    def derivation(
        self,
        document_id: str,
        stage: str,
        *,
        page: int = WHOLE_DOCUMENT,
        version: str | None = None,
        ecopy: str | None = None,
    ) -> Derivation | None:
        """The latest derivation of `stage`, or the one of exactly `version`; of a step of an e-copy, that of `ecopy`."""
        query = sa.select(t.derivations).where(
            t.derivations.c.document_id == document_id,
            t.derivations.c.stage == stage,
            t.derivations.c.page == page,
            t.derivations.c.ecopy_id == ecopy,
        )
        if version is not None:
            query = query.where(t.derivations.c.version == version)
        found = self._all(query.order_by(t.derivations.c.id.desc()).limit(1), Derivation)
        return found[0] if found else None

    def page_derivations(
        self, document_id: str, stage: str, version: str, pages: Collection[int] | None = None
    ) -> dict[int, Derivation]:
        """The pages that `version` of `stage` has done, by page number: all of them, or those from the first to
        the last of `pages`."""
        query = sa.select(t.derivations).where(
            t.derivations.c.document_id == document_id,
            t.derivations.c.stage == stage,
            t.derivations.c.version == version,
            t.derivations.c.page != WHOLE_DOCUMENT,
        )
        if pages is not None:
            query = query.where(t.derivations.c.page.between(min(pages), max(pages)))
        return {d.page: d for d in self._all(query.order_by(t.derivations.c.page), Derivation)}

    def seconds(self, document_id: str) -> dict[str, float]:
        """Wall seconds spent on a document, by stage."""
        query = (
            sa.select(t.derivations.c.stage, sa.func.sum(t.derivations.c.seconds))
            .where(t.derivations.c.document_id == document_id)
            .group_by(t.derivations.c.stage)
        )
        with self.reading() as connection:
            return {stage: float(spent) for stage, spent in connection.execute(query)}

    def capture(self, document_id: str) -> CaptureRecord | None:
        return self._maybe(t.captures, t.captures.c.document_id == document_id, CaptureRecord)

    def ecopy_of(self, document_id: str) -> EcopyRecord | None:
        """The copy of the whole document that it gets by itself; there is one at most."""
        whole = sa.and_(t.ecopies.c.document_id == document_id, t.whole_copy)
        return self._maybe(t.ecopies, whole, EcopyRecord)

    def named_ecopy(self, any_id: str) -> EcopyRecord | None:
        """The e-copy of that identifier, or the whole copy of the document of that identifier."""
        named = self._maybe(t.ecopies, t.ecopies.c.id == any_id, EcopyRecord)
        return named if named is not None else self.ecopy_of(any_id)

    def numbered_ecopy(self, document_id: str, number: str) -> EcopyRecord | None:
        """The certified copy of that number. Raises AttestationNumberTaken where it is another document's."""
        found = self._maybe(t.ecopies, t.ecopies.c.number == number, EcopyRecord)
        if found is not None and found.document_id != document_id:
            said = found.particulars.attestation if found.particulars is not None else None
            raise AttestationNumberTaken(
                number=said.number if said else number, book=said.book if said else "", ecopy=found.id
            )
        return found

    def ecopies_of(self, document_id: str) -> list[EcopyRecord]:
        """All e-copies of a document, the oldest first."""
        query = sa.select(t.ecopies).where(t.ecopies.c.document_id == document_id)
        return self._all(query.order_by(t.ecopies.c.id), EcopyRecord)

    def ecopy_in_making(self, document_id: str) -> EcopyRecord | None:
        """The oldest e-copy of a document that is composed and not signed, or the oldest that is not issued: they are signed
        one after the other, and none waits for the time-stamp of another."""
        query = self._unissued(document_id).order_by(_SIGNED, t.ecopies.c.id)
        found = self._all(query.limit(1), EcopyRecord)
        return found[0] if found else None

    def signed_ecopies(self, document_id: str) -> list[EcopyRecord]:
        """Those that are signed and not issued, the oldest first."""
        return self._all(self._unissued(document_id).where(_SIGNED).order_by(t.ecopies.c.id), EcopyRecord)

    @staticmethod
    def _unissued(document_id: str) -> sa.Select[Any]:
        making = t.ecopies.c.state.in_([state.value for state in UNSIGNED])
        return sa.select(t.ecopies).where(t.ecopies.c.document_id == document_id, making)

    def ecopy(self, ecopy_id: str) -> EcopyRecord:
        """Raises NotFound."""
        return self._one(t.ecopies, t.ecopies.c.id == ecopy_id, EcopyRecord, "e-copy", ecopy_id)

    def latest_revision(self, ecopy_id: str) -> RevisionRecord | None:
        query = sa.select(t.ecopy_revisions).where(t.ecopy_revisions.c.ecopy_id == ecopy_id)
        found = self._all(query.order_by(t.ecopy_revisions.c.revision.desc()).limit(1), RevisionRecord)
        return found[0] if found else None

    def judgements(
        self, *, since: date | None = None, document_type: str | None = None
    ) -> Iterator[JudgementRecord]:
        """What people made of proposed fields, as `storage.papers.judgements.stored` yields it."""
        with self.reading() as connection:
            yield from judged.stored(connection, since=since, document_type=document_type)

    def audit_of(self, subject: str) -> list[trail.AuditEntry]:
        with self.reading() as connection:
            return list(trail.entries(connection, subject))

    def object_kinds(self) -> dict[str, int]:
        """How many objects of each kind belong to results."""
        query = sa.select(t.objects.c.kind, sa.func.count()).where(t.objects.c.state == "stored")
        with self.reading() as connection:
            return dict(connection.execute(query.group_by(t.objects.c.kind)).tuples().all())

    def reading(self) -> sa.Connection:
        """A connection for reads that belong together, to be used in a `with` block."""
        return self._engine.connect().execution_options(reading=True)

    def _all(self, query: sa.Select[Any], kind: type[R]) -> list[R]:
        with self.reading() as connection:
            return [record_of(row, kind) for row in connection.execute(query).mappings()]

    def _maybe(self, table: sa.Table, where: sa.ColumnElement[bool], kind: type[R]) -> R | None:
        found = self._all(sa.select(table).where(where), kind)
        return found[0] if found else None

    def _one(
        self, table: sa.Table, where: sa.ColumnElement[bool], kind: type[R], what: str, identifier: str
    ) -> R:
        found = self._maybe(table, where, kind)
        if found is None:
            raise NotFound(what=what, id=identifier)
        return found


_SIGNED = sa.exists().where(
    t.derivations.c.document_id == t.ecopies.c.document_id,
    t.derivations.c.stage == "sign",
    t.derivations.c.ecopy_id == t.ecopies.c.id,
)


class Transaction:
    """Changes that are committed together."""

    def __init__(self, connection: sa.Connection, at: str, actor: str, purpose: str, place: str = "") -> None:
        self.connection = connection
        self.at = at
        self.actor = actor
        self.purpose = purpose
        self.place = place
        self.acts: list[trail.Act] = []
        """What is on record of this transaction; written at its end, when everything else is."""
        self.announcements: list[Announcement] = []
        """What others are told of it; written after the record."""

    def audit(self, action: str, subject: str, **details: Any) -> None:
        """Put an act on record, under this transaction's actor and purpose."""
        self.acts.append(
            trail.Act(
                at=self.at,
                actor=self.actor,
                action=action,
                subject=subject,
                purpose=self.purpose,
                details=details,
                place=self.place,
            )
        )

    def announce(
        self, kind: EventType, subject: str, *, agency: str | None = None, **data: str | int | bool | None
    ) -> None:
        """Tell those outside what happened to `subject`, in ids, states and codes (`models.events.Announcement`)."""
        self.announcements.append(Announcement(kind, subject, agency, data))

    def add_source(
        self,
        stored: StoredRef,
        *,
        content_mac: str,
        filename: str,
        received_by: str,
        intake: Intake,
        presented_as: PresentedAs,
        rule_set: str,
        forced_type: str | None,
        grouping: str = AUTO,
        agency: str | None = None,
        scan: ScanRecord | None = None,
    ) -> tuple[str, str]:
        """Register a received file and the one document it holds until it is split. Returns both ids."""
        source_id, document_id = new_id(), new_id()
        Vault.adopt(self.connection, stored)
        self._insert(
            t.sources,
            id=source_id,
            content_mac=content_mac,
            sha256=stored.sha256,
            size=stored.size,
            filename=filename,
            object_key=stored.key,
            received_at=self.at,
            received_by=received_by,
            agency=agency,
            intake=intake,
            presented_as=presented_as,
            grouping=grouping,
            scan=scan.model_dump_json(exclude_none=True) if scan is not None else None,
            quarantined=False,
        )
        self._insert(
            t.documents,
            id=document_id,
            source_id=source_id,
            position=1,
            state=DocumentState.RECEIVED.value,
            rule_set=rule_set,
            forced_type=forced_type,
            created_at=self.at,
            updated_at=self.at,
        )
        work.open_job(self, source_id, intake=intake, agency=agency)
        self.audit("receive", document_id, source=source_id, sha256=stored.sha256, size=stored.size)
        self.announce(
            EventType.DOCUMENT_RECEIVED, document_id, document=document_id, source=source_id, intake=intake
        )
        return source_id, document_id

    def set_source_facts(self, source_id: str, facts: dict[str, Any]) -> None:
        self._update(t.sources, t.sources.c.id == source_id, facts=_json(facts), error_code=None)

    def refuse(
        self, document: DocumentRecord, code: str, details: dict[str, Any], *, quarantine: bool
    ) -> None:
        """Refuse a document and say why; its original stays, in quarantine where the reason demands it."""
        state = DocumentState.QUARANTINED if quarantine else DocumentState.REFUSED
        self.set_document_state(document, state)
        where = t.sources.c.id == document.source_id
        self._update(t.sources, where, error_code=code, error_details=_json(details), quarantined=quarantine)
        self.audit("refuse", document.id, code=code, quarantined=quarantine)
        self.announce(
            EventType.DOCUMENT_REFUSED, document.id, document=document.id, code=code, quarantined=quarantine
        )

    def set_document_state(self, document: DocumentRecord, after: DocumentState, **changes: Any) -> None:
        """Move a document on; what was judged of its fields goes when it is disposed of.

        Raises IllegalTransition, or ConflictError when somebody else moved it.
        """
        check_document_way(document.state, after)
        where = sa.and_(t.documents.c.id == document.id, t.documents.c.state == document.state.value)
        if not self._update(t.documents, where, state=after.value, updated_at=self.at, **changes):
            raise ConflictError(reason=f"document {document.id} is no longer {document.state.value}")
        if after is DocumentState.DISPOSED:
            judged.forget(self.connection, document.id)

    def add_derivation(
        self,
        document_id: str,
        stage: str,
        version: str,
        facts: dict[str, Any],
        *,
        seconds: float,
        page: int = WHOLE_DOCUMENT,
        ecopy: str | None = None,
        stored: StoredRef | None = None,
        object_key: str | None = None,
    ) -> None:
        """Record what a stage made, of an e-copy where it is a step of one; `stored` is a new object, `object_key` one that
        exists already."""
        if stored is not None:
            Vault.adopt(self.connection, stored)
            object_key = stored.key
        self._insert(
            t.derivations,
            id=new_id(),
            document_id=document_id,
            stage=stage,
            page=page,
            version=version,
            ecopy_id=ecopy,
            object_key=object_key,
            facts=_json(facts),
            seconds=seconds,
            created_at=self.at,
        )

    def add_judgements(self, document_id: str, sheet: JudgedDocument, *, by: Person) -> None:
        """Keep what a person made of the fields, together with the confirmation. A field is judged once."""
        judged.append(self.connection, document_id, sheet, by=by, at=self.at)

    def release_object(
        self, document_id: str, stage: str, *, version: str | None = None, ecopy: str | None = None
    ) -> str | None:
        """Let go of the object of a derivation that is of no more use; its facts stay. Returns the key.

        The object counts as abandoned from the commit on, so that a killed process leaves nothing behind.
        """
        of_stage = sa.and_(
            t.derivations.c.document_id == document_id,
            t.derivations.c.stage == stage,
            t.derivations.c.ecopy_id == ecopy,
        )
        if version is not None:
            of_stage = sa.and_(of_stage, t.derivations.c.version == version)
        key = self.connection.scalar(sa.select(t.derivations.c.object_key).where(of_stage))
        if key is not None:
            self._update(t.derivations, of_stage, object_key=None)
            self._update(t.objects, t.objects.c.key == key, state="writing")
        return key

    def add_capture(self, document_id: str, stored: StoredRef, *, level: Level, signed_by: str) -> None:
        Vault.adopt(self.connection, stored)
        self._insert(
            t.captures,
            document_id=document_id,
            object_key=stored.key,
            sha256=stored.sha256,
            level=level.value,
            signed_by=signed_by,
            signed_at=self.at,
        )
        self.audit("sign_capture", document_id, sha256=stored.sha256, level=level.value, signer=signed_by)
        self.announce(EventType.DOCUMENT_CAPTURED, document_id, document=document_id, sha256=stored.sha256)

    def add_ecopy(
        self,
        ecopy_id: str,
        document_id: str,
        form: CopyForm,
        *,
        request: CopyRequest | None = None,
        number: str | None = None,
    ) -> None:
        """A composed e-copy; `request` is what it was asked for, where it is not the whole copy that comes by itself, and
        `number` what no other copy may be called."""
        self._insert(
            t.ecopies,
            id=ecopy_id,
            document_id=document_id,
            copy_form=form.value,
            particulars=request.model_dump_json() if request is not None else None,
            number=number,
            state=EcopyState.COMPOSED.value,
            created_at=self.at,
            updated_at=self.at,
        )
        self.audit("compose", document_id, ecopy=ecopy_id, form=form.value)

    def set_ecopy_state(self, ecopy: EcopyRecord, after: EcopyState) -> EcopyRecord:
        """Move an e-copy on. Raises IllegalTransition, or ConflictError when somebody else moved it."""
        check_ecopy_way(ecopy.state, after)
        where = sa.and_(t.ecopies.c.id == ecopy.id, t.ecopies.c.state == ecopy.state.value)
        if not self._update(t.ecopies, where, state=after.value, updated_at=self.at):
            raise ConflictError(reason=f"e-copy {ecopy.id} is no longer {ecopy.state.value}")
        return EcopyRecord(**{**vars(ecopy), "state": after})

    def add_revision(
        self, ecopy_id: str, revision: int, stored: StoredRef, *, level: Level, signed_by: str
    ) -> None:
        Vault.adopt(self.connection, stored)
        self._insert(
            t.ecopy_revisions,
            ecopy_id=ecopy_id,
            revision=revision,
            object_key=stored.key,
            sha256=stored.sha256,
            size=stored.size,
            level=level.value,
            signed_by=signed_by,
            signed_at=self.at,
        )
        self.audit("sign_ecopy", ecopy_id, sha256=stored.sha256, level=level.value, signer=signed_by)

    def _insert(self, table: sa.Table, **values: Any) -> None:
        self.connection.execute(table.insert().values(**values))

    def _update(self, table: sa.Table, where: sa.ColumnElement[bool], **values: Any) -> int:
        return self.connection.execute(table.update().where(where).values(**values)).rowcount


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)  # the order of a form is worth keeping
