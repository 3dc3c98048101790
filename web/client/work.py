"""What a system does for one purpose: hand papers in, see how far they are, use them again, end a dossier."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

from models.base import Value
from models.casework import Channel
from models.ecopy import PresentedAs
from models.ids import new_id
from models.reuse import Check, ReuseEvent
from models.scans import ScanRecord
from models.states import DocumentState
from models.wire.documents import DocumentData, DocumentStatus
from models.wire.dossiers import (
    ComponentDocument,
    ComponentMeeting,
    Dossier,
    DossierEnd,
    DossierEnded,
    DossierMove,
    DossierToOpen,
)
from models.wire.events import EventFeed, EventMessage
from models.wire.receipts import Receipt
from models.wire.reuse import LookUp, LookUpAnswer, TakePaper, UseAgain
from web.client.files import Fetched, fetch
from web.client.uploads import FileSource, upload

if TYPE_CHECKING:
    from web.client.connection import Connection

V = TypeVar("V", bound=Value)

WAITING = frozenset(
    {DocumentState.RECEIVED, DocumentState.TRIAGED, DocumentState.READ, DocumentState.EXTRACTED}
)
"""A document in one of these goes on by itself."""


@dataclass(frozen=True)
class Work:
    """Acts for one purpose, which is on record with each. Every method raises what `Ecopy` says, and the server's errors."""

    server: Connection
    purpose: str

    # ── papers ───────────────────────────────────────────────────────────────────────────────────────

    def submit(
        self,
        path: Path,
        presented_as: PresentedAs,
        *,
        upload_id: str | None = None,
        component: str | None = None,
        document_type: str | None = None,
        one_document: bool = False,
        scan: ScanRecord | None = None,
    ) -> Receipt:
        """Hand a file in, whatever its size; it is safe at the other side when this returns, and may be let go of here.

        `upload_id` is a ULID of the caller's choice: the same file under the same id is taken once, and an upload that
        was cut off goes on where it stopped. `scan` is what is known of the scanning: device, settings, sheets and pages
        as somebody counted them. Raises ReceiptInvalid where the other side's word can't be trusted.
        """
        words: Mapping[str, str | None] = {
            "filename": path.name,
            "presented_as": presented_as,
            "component": component,
            "document_type": document_type,
            "one_document": "true" if one_document else None,
            "scan": scan.model_dump_json(exclude_none=True) if scan is not None else None,
        }
        sent = upload(self.server, self.purpose, FileSource(path), upload_id or new_id(), words)
        return sent.receipt

    def status(self, document: str) -> DocumentStatus:
        """Where a document stands; `document` may be an e-copy's id as well."""
        return self._get(f"/api/v1/documents/{_named(document)}", DocumentStatus)

    def when_read(self, document: str, *, patience_s: float = 300, every_s: float = 2) -> DocumentStatus:
        """The status once a machine has done what it can, or after `patience_s`; events tell it with less asking."""
        until = time.monotonic() + patience_s
        while True:
            status = self.status(document)
            if status.state not in WAITING or time.monotonic() >= until:
                return status
            time.sleep(every_s)

    def data(self, document: str) -> DocumentData:
        """What stands on a document: confirmed by a named person, or proposed by a machine (`standing` says which)."""
        return self._get(f"/api/v1/documents/{_named(document)}/data", DocumentData)

    def fetch_ecopy(self, ecopy: str, to: Path) -> Fetched:
        """The signed e-copy into a new file `to`, checked by its hash; a broken line is taken up where it broke."""
        return fetch(self.server, self.purpose, f"/api/v1/ecopies/{_named(ecopy)}", to)

    def fetch_capture(self, document: str, to: Path) -> Fetched:
        """The signed capture into a new file `to`."""
        return fetch(self.server, self.purpose, f"/api/v1/documents/{_named(document)}/capture", to)

    # ── a dossier: the purpose is `dossier:CODE` ──────────────────────────────────────────────────────

    def open_dossier(
        self,
        procedure: str,
        *,
        holder: str | None = None,
        holder_name: str | None = None,
        channel: Channel = "direct",
    ) -> Dossier:
        """Open the purpose's dossier for a procedure; its components are those in force today."""
        body = DossierToOpen(
            code=self._case, procedure=procedure, channel=channel, holder=holder, holder_name=holder_name
        )
        return self._post("/api/v1/dossiers", Dossier, body)

    def dossier(self) -> Dossier:
        return self._get(self._dossier, Dossier)

    def meet(self, component: str, document: str) -> Dossier:
        """One of the dossier's own documents is this component."""
        return self._put(
            f"{self._dossier}/components/{_named(component)}/document",
            Dossier,
            ComponentDocument(document=document),
        )

    def meet_without_scan(self, component: str, how: ComponentMeeting) -> Dossier:
        return self._put(f"{self._dossier}/components/{_named(component)}", Dossier, how)

    def move(self, to: DossierMove) -> Dossier:
        """Hand the dossier over, ask for a supplement, or say that it is complete again."""
        return self._put(f"{self._dossier}/state", Dossier, to)

    def end(self, outcome: DossierEnd) -> DossierEnded:
        """Put the outcome on record. After a success the dossier's e-copies may be used again."""
        return self._post(f"{self._dossier}/outcome", DossierEnded, outcome)

    # ── reuse, for the purpose's dossier ─────────────────────────────────────────────────────────────

    def look_up(self, number: str, document_type: str | None = None) -> LookUpAnswer:
        """What is there of a holder's papers, by a number of theirs, judged for today."""
        return self._post(
            "/api/v1/reuse/look-ups",
            LookUpAnswer,
            LookUp(number=number, document_type=document_type),
            changes=False,
        )

    def use_again(self, document: str, component: str, checked: Sequence[Check] = ()) -> ReuseEvent:
        """Meet a component with what is there; `checked` is what a person has looked at."""
        body = UseAgain(document=document, component=component, checked=tuple(checked))
        return self._post("/api/v1/reuse/uses", ReuseEvent, body)

    def ask_for_paper(
        self, document: str, component: str, reason: str, note: str | None = None
    ) -> ReuseEvent:
        """Ask for paper in spite of what is there; only for a reason that the rule set knows."""
        body = TakePaper(document=document, component=component, reason=reason, note=note)
        return self._post("/api/v1/reuse/overrides", ReuseEvent, body)

    # ── events: the purpose is `exchange:AGREEMENT` ───────────────────────────────────────────────────

    def feed(self, cursor: str | None = None, *, wait_s: int = 0, limit: int = 100) -> EventFeed:
        """A piece of the feed after `cursor`; `wait_s`: how long the server may wait for something to happen."""
        query: dict[str, str | int] = {"limit": limit, "wait": wait_s}
        if cursor is not None:
            query["cursor"] = cursor
        return self.server.ask(
            "GET", "/api/v1/events", EventFeed, purpose=self.purpose, query=query, patience_s=wait_s
        )

    def events(self, cursor: str | None = None, *, wait_s: int = 25) -> Iterator[tuple[EventMessage, str]]:
        """Events as they happen, without end, each with the cursor to keep once all of its page are dealt with."""
        while True:
            page = self.feed(cursor, wait_s=wait_s)
            for event in page.items:
                yield event, page.next
            cursor = page.next

    # ── the way ──────────────────────────────────────────────────────────────────────────────────────

    @property
    def _case(self) -> str:
        return self.purpose.removeprefix("dossier:")

    @property
    def _dossier(self) -> str:
        return f"/api/v1/dossiers/{_named(self._case)}"

    def _get(self, path: str, kind: type[V]) -> V:
        return self.server.ask("GET", path, kind, purpose=self.purpose)

    def _put(self, path: str, kind: type[V], body: Value) -> V:
        return self.server.ask("PUT", path, kind, purpose=self.purpose, body=body)

    def _post(self, path: str, kind: type[V], body: Value, *, changes: bool = True) -> V:
        """What changes something carries a key, so that a repetition changes nothing more."""
        return self.server.ask(
            "POST", path, kind, purpose=self.purpose, body=body, once=new_id() if changes else None
        )


def _named(identifier: str) -> str:
    return quote(identifier, safe="")
