"""The desk: the clerk, the dossier on the counter, and the papers that are scanned for it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk_agent.counter.dossiers import AtCounter, Procedures, checked_code, provisional_code
from kiosk_agent.line import CONNECT_S
from kiosk_agent.words import PROVISIONAL, ScanWords
from models.ecopy import PresentedAs
from models.errors import (
    BadHolderIdentifier,
    EcopyError,
    NoDossierAtCounter,
    NotAuthenticated,
    NotFound,
    RemoteFault,
)
from models.identifiers import identity
from models.ids import new_id
from models.reuse import Check, ReuseEvent
from models.scans import PaperCount, ScanProfile, ScanRecord
from models.times import iso
from models.wire.access import SignedIn, SignInStep
from models.wire.captures import AwaitedCaptures, AwaitedCase, CaptureAct, CapturesHandedOver
from models.wire.profiles import KioskProfile
from web.client.person import Person

if TYPE_CHECKING:
    from kiosk_agent.agent import Agent
    from kiosk_agent.spool.spool import KeptScan
    from models.scanners import ScannerFacts
    from web.client.work import Work


@dataclass
class Clerk:
    """Who stands at the counter: proved by the server, or, on a day without a line, by their own word."""

    id: str | None
    name: str


class Desk:
    """One counter. Safe for several threads. The clerk is somebody else than the kiosk: what only a person may do is done in
    the clerk's session, which is in memory alone and ends with the program.
    """

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        belonging = agent.line.belonging
        settings = agent.settings
        self._person = Person(
            belonging.url,
            language=settings.language,
            connect_s=CONNECT_S,
            attempts=1,
            ca_file=None if settings.ca_file is None else str(settings.ca_file),
        )
        self.clerk: Clerk | None = None
        self.to_sign: tuple[AwaitedCase, ...] = ()
        """What waited for the clerk's signature when the server was asked last."""
        self.dossier: AtCounter | None = None
        self.procedures = Procedures(settings.home / "procedures.json")
        self._guard = threading.RLock()

    # ── the clerk ────────────────────────────────────────────────────────────────────────────────────

    @property
    def signed_in(self) -> bool:
        return self._person.signed_in

    def begin_sign_in(self, account: str, password: str) -> SignInStep:
        """Raises SignInFailed, SignInBusy, ServerUnreachable."""
        return self._person.begin(account, password)

    def finish_sign_in(self, login: str, code: str) -> SignedIn:
        """Raises SignInFailed, ServerUnreachable."""
        opened = self._person.finish(login, code)
        self.clerk = Clerk(opened.person, opened.name)
        self.agent.news.tell()
        return opened

    def stand_in(self, name: str) -> None:
        """Somebody who can't sign in now, because there is no line: on record with what they scan, may do nothing else."""
        self.clerk = Clerk(None, name)
        self.agent.news.tell()

    def sign_out(self) -> None:
        """The counter is cleared, too."""
        self.clerk, self.to_sign = None, ()
        self.put_away()
        self._person.sign_out()

    # ── the dossier ──────────────────────────────────────────────────────────────────────────────────

    def take(self, code: str, procedure: str | None = None) -> AtCounter:
        """Lay a dossier on the counter, as the server has it; one that it has not, and whose procedure is given, is opened.

        Without a line, or without the clerk's session, it is laid there by its code alone, with what its procedure asks for as
        far as that is known here. Raises BadDossierCode, NotFound, CaseNotOpen….
        """
        dossier = AtCounter(checked_code(code), procedure)
        try:
            work = self._work(dossier)
            try:
                seen = work.dossier()
            except NotFound:
                if procedure is None:
                    raise
                seen = work.open_dossier(procedure)
            dossier.seen(seen)
            self.procedures.learn(seen)
        except (RemoteFault, NotAuthenticated):
            dossier.components = self.procedures.components(procedure)
        return self._lay(dossier)

    def take_provisional(self, procedure: str | None = None) -> AtCounter:
        """Lay a dossier on the counter whose code nobody can tell now; what is scanned for it waits here for the code."""
        taken = {
            words.purpose.removeprefix(PROVISIONAL)
            for scan in self.agent.spool.scans("open", "closed")
            if not (words := ScanWords.model_validate(scan.words)).may_go
        }
        code = provisional_code(self.agent.line.belonging.client, self.agent.home.now, taken)
        return self._lay(AtCounter(code, procedure, self.procedures.components(procedure), provisional=True))

    def reconcile(self, provisional: str, code: str) -> list[KeptScan]:
        """What was scanned under a provisional code belongs to this dossier, and may go; the scans that it is.

        Raises BadDossierCode, NotFound where nothing was scanned under it.
        """
        purpose = f"dossier:{checked_code(code)}"
        scans = [
            scan
            for scan in self.agent.spool.scans("open", "closed")
            if ScanWords.model_validate(scan.words).purpose == f"{PROVISIONAL}{provisional}"
        ]
        if not scans:
            raise NotFound(what="provisional", id=provisional[:40])
        for scan in scans:
            self._retell(scan, purpose=purpose)
        with self._guard:
            if self.dossier is not None and self.dossier.code == provisional:
                self.dossier = None
        self.agent.sender.nudge()
        self.agent.news.tell()
        return scans

    def refresh(self) -> AtCounter:
        """The dossier as the server has it now. Raises NoDossierAtCounter, and what the server does."""
        dossier = self.at_counter()
        seen = self._work(dossier).dossier()
        dossier.seen(seen)
        self.agent.news.tell()
        return dossier

    def put_away(self) -> None:
        """The counter is free for the next citizen; what was scanned goes its way."""
        with self._guard:
            self.dossier = None
        self.agent.news.tell()

    def at_counter(self) -> AtCounter:
        """Raises NoDossierAtCounter."""
        if self.dossier is None:
            raise NoDossierAtCounter()
        return self.dossier

    # ── what is there already ────────────────────────────────────────────────────────────────────────

    def identify(self, number: str) -> AtCounter:
        """Whose dossier it is: what there is of theirs already is looked up. The number is kept nowhere here.

        Raises BadHolderIdentifier, NoDossierAtCounter, NotAuthenticated, ServerUnreachable and what the server does.
        """
        dossier = self.at_counter()
        try:
            number = identity.parse(number).number
        except ValueError as fault:
            raise BadHolderIdentifier(value="…", reason=str(fault)) from None
        dossier.looked_up(self._work(dossier).look_up(number))
        self.agent.news.tell()
        return dossier

    def use_again(self, document: str, component: str, checked: tuple[Check, ...]) -> ReuseEvent:
        """Meet a component with what is there. Raises what the server does."""
        dossier = self.at_counter()
        dossier.component(component)
        event = self._work(dossier).use_again(document, component, checked)
        self.refresh()
        return event

    # ── what has to be scanned ───────────────────────────────────────────────────────────────────────

    def begin(
        self,
        presented_as: PresentedAs,
        *,
        component: str | None = None,
        document_type: str | None = None,
        counted: int | None = None,
    ) -> str:
        """A new paper for the dossier on the counter; its id. Raises NoDossierAtCounter, ComponentNotScanned, UnknownComponent."""
        dossier = self.at_counter()
        name = None
        if component is not None and dossier.components:
            wanted = dossier.to_scan(component)
            name, document_type = wanted.name, document_type or wanted.document_type
        words = ScanWords(
            purpose=dossier.purpose,
            presented_as=presented_as,
            component=component,
            component_name=name,
            document_type=document_type,
            counted=counted,
        )
        scan = self.agent.spool.begin(words.model_dump())
        self.agent.news.tell()
        return scan

    def note(self, scan: str, profile: KioskProfile, facts: ScannerFacts, counted: int | None) -> None:
        """How a scan was scanned, by whom, and how many pages the clerk counted. Raises ScanUnknown, ScanClosed."""
        order = profile.order
        record = ScanRecord(
            scanned_by=self.clerk.name if self.clerk is not None else None,
            scanned_at=iso(self.agent.home.now()),
            device=facts.device,
            profile=ScanProfile(
                name=profile.name, dpi=order.dpi, colour=order.colour, sides=order.sides, feed=order.feed
            ),
            paper=PaperCount(pages=counted) if counted is not None else None,
        )
        self._retell(self.agent.spool.scan(scan), scan=record, counted=counted)

    def redirect(self, scan: str, *, component: str | None) -> None:
        """A paper that was not taken is for another component. Raises ScanUnknown, ScanClosed."""
        self._retell(self.agent.spool.scan(scan), component=component, component_name=None)
        self.agent.sender.nudge(scan)

    def give_up(self, scan: str) -> None:
        """A paper that the clerk wants no more: it was not taken, or is there already. Raises ScanUnknown, ScanClosed."""
        kept = self.agent.spool.scan(scan)
        pages = [page.id for page in self.agent.spool.pages_of(scan)]
        self.agent.spool.abandon(scan, closed=kept.state == "closed")
        self.agent.seen.forget(pages)
        self.agent.news.tell()

    # ── the clerk's signature ────────────────────────────────────────────────────────────────────────

    def look_for_signatures(self) -> tuple[AwaitedCase, ...]:
        """What waits for the clerk's signature, of this dossier and of those before it: what was scanned without a line too.

        Raises NotAuthenticated, ServerUnreachable and what the server does.
        """
        told = self._person.ask("GET", "/api/v1/captures/awaited", AwaitedCaptures, purpose="intake:counter")
        found = tuple(one for one in told.awaited if one.dossier is not None)
        if found != self.to_sign:
            self.to_sign = found
            self.agent.news.tell()
        return found

    def sign_all(self, code: str) -> CaptureAct:
        """One act for all captures of a dossier, with the key that the server reaches. Raises what the server does."""
        return self._person.ask(
            "POST", f"/api/v1/dossiers/{code}/capture", CaptureAct, purpose=f"dossier:{code}", once=new_id()
        )

    def hand_over(self, code: str) -> CapturesHandedOver:
        """All captures of a dossier, to be signed one after the other by the program at this computer."""
        return self._person.ask(
            "POST",
            f"/api/v1/dossiers/{code}/capture/handover",
            CapturesHandedOver,
            purpose=f"dossier:{code}",
        )

    def close(self) -> None:
        try:
            self._person.sign_out()
        except EcopyError as fault:
            self.agent.fault(fault)  # the session ends by itself
        self._person.close()

    def _work(self, dossier: AtCounter) -> Work:
        if not self._person.signed_in:
            raise NotAuthenticated
        return self._person.working_on(dossier.purpose)

    def _lay(self, dossier: AtCounter) -> AtCounter:
        with self._guard:
            self.dossier = dossier
        self.agent.news.tell()
        return dossier

    def _retell(self, scan: KeptScan, /, **news: object) -> None:
        words = ScanWords.model_validate(
            {**scan.words, **{name: _plain(value) for name, value in news.items()}}
        )
        tell = self.agent.spool.redirect if scan.state == "closed" else self.agent.spool.describe
        tell(scan.id, words.model_dump(mode="json"))
        self.agent.news.tell()


def _plain(value: object) -> object:
    return value.model_dump(mode="json") if isinstance(value, ScanRecord) else value
