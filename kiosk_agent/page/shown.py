"""What the page shows, as it is told to the browser: one value, the whole state of the counter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from kiosk_agent.words import ScanWords
from models.base import Value
from models.errors import ErrorReport, OrdersMissing
from models.wire.devices import Trouble

if TYPE_CHECKING:
    from kiosk_agent.counter.dossiers import AtCounter
    from kiosk_agent.page.counter_page import CounterPage
    from kiosk_agent.spool.spool import KeptPage, KeptScan
    from models.reuse import FoundEcopy

DONE_SHOWN = 30


class ShownAdvice(Value):
    code: str
    weight: Literal["info", "review", "block"]
    text: str
    pages: tuple[int, ...] = ()


class ShownPage(Value):
    id: str
    place: int
    sha256: str
    judging: bool
    """It is being looked at."""
    pictured: bool
    """There is a picture of it for the screen."""
    advices: tuple[ShownAdvice, ...]


class ShownScan(Value):
    """One paper: open, on its way, or at the server."""

    id: str
    state: Literal["open", "closed", "done"]
    dossier: str
    provisional: bool
    component: str | None
    title: str
    presented_as: str
    counted: int | None
    pages: tuple[ShownPage, ...]
    advices: tuple[ShownAdvice, ...]
    tries: int
    error: ErrorReport | None
    at: str
    sha256: str | None


class ShownFound(Value):
    """What is there already of one component."""

    document: str
    title: str
    number: str | None
    issued_on: str | None
    issuer: str | None
    checks: tuple[str, ...]


class ShownComponent(Value):
    code: str
    name: str
    handling: str
    required: bool
    state: str
    scanned_here: bool
    found: tuple[ShownFound, ...]


class ShownDossier(Value):
    code: str
    provisional: bool
    procedure: str | None
    state: str | None
    known: bool
    """What it asks for is known."""
    holder_known: bool | None
    """None where nobody was looked up yet."""
    components: tuple[ShownComponent, ...]


class ShownProfile(Value):
    name: str
    title: str


class ShownLine(Value):
    """How it stands with the server."""

    course: Literal["idle", "sending", "waiting"]
    error: ErrorReport | None
    scan: str | None
    sent: int
    size: int
    troubles: tuple[Trouble, ...]


class ShownSpool(Value):
    open: int
    closed: int
    pages: int
    bytes: int
    oldest: str | None
    free: int


class ShownToSign(Value):
    dossier: str
    captures: int


class Shown(Value):
    """Everything that is on the screen."""

    news: int
    home: str
    client: str
    agency: str
    url: str
    version: str
    clerk: str | None
    signed_in: bool
    line: ShownLine
    spool: ShownSpool
    scanner: str | None
    scanner_fault: ErrorReport | None
    scanning: str | None
    """The scan that pages come for at this moment."""
    profiles: tuple[ShownProfile, ...]
    orders_old: bool
    orders_fault: ErrorReport | None
    to_sign: tuple[ShownToSign, ...]
    dossier: ShownDossier | None
    scans: tuple[ShownScan, ...]
    done: tuple[ShownScan, ...]


def shown(page: CounterPage) -> Shown:
    """The state now, in the kiosk's language."""
    agent, desk, language = page.agent, page.desk, page.language
    apart = agent.apart
    error = agent.sender.progress.error or apart
    progress, depth, belonging = agent.sender.progress, agent.spool.depth(), agent.line.belonging
    profiles: tuple[ShownProfile, ...] = ()
    old, orders_fault = False, None
    try:
        orders = agent.home.orders()
        old = orders.are_old(agent.home.now())
        profiles = tuple(
            ShownProfile(name=one.name, title=one.title_vi if language == "vi" else one.title_en)
            for one in orders.profiles
        )
    except OrdersMissing as fault:
        orders_fault = fault.report(language)
    scans = tuple(_scan(page, one) for one in agent.spool.scans("open", "closed"))
    return Shown(
        news=agent.news.count,
        home=str(agent.settings.home.resolve()),
        client=belonging.client,
        agency=belonging.agency.name,
        url=belonging.url,
        version=page.version,
        clerk=desk.clerk.name if desk.clerk is not None else None,
        signed_in=desk.signed_in,
        line=ShownLine(
            course="waiting" if apart is not None and progress.course == "idle" else progress.course,
            error=error.report(language) if error is not None else None,
            scan=progress.scan,
            sent=progress.sent,
            size=progress.size,
            troubles=_troubles(page),
        ),
        spool=ShownSpool(
            open=depth.open,
            closed=depth.closed,
            pages=depth.pages,
            bytes=depth.bytes,
            oldest=depth.oldest,
            free=depth.free,
        ),
        scanner=page.scanner_name,
        scanner_fault=page.scanner_fault.report(language) if page.scanner_fault is not None else None,
        scanning=page.scanning,
        profiles=profiles,
        orders_old=old,
        orders_fault=orders_fault,
        to_sign=tuple(
            ShownToSign(dossier=one.dossier, captures=one.captures)
            for one in desk.to_sign
            if one.dossier is not None
        ),
        dossier=_dossier(desk.dossier, scans) if desk.dossier is not None else None,
        scans=scans,
        done=tuple(_scan(page, one) for one in agent.spool.scans("done")[-DONE_SHOWN:][::-1]),
    )


def _troubles(page: CounterPage) -> tuple[Trouble, ...]:
    """What the server finds wrong with this kiosk; a scanner that was found since it was asked is not missing."""
    told = page.agent.answer.troubles if page.agent.answer is not None else ()
    return tuple(one for one in told if one != "scanner_missing" or page.scanner_name is None)


def _scan(page: CounterPage, kept: KeptScan) -> ShownScan:
    words = ScanWords.model_validate(kept.words)
    agent, language = page.agent, page.language
    pages = agent.spool.pages_of(kept.id)
    kind, _, dossier = words.purpose.partition(":")
    return ShownScan(
        id=kept.id,
        state=kept.state,
        dossier=dossier,
        provisional=kind == "provisional",
        component=words.component,
        title=words.component_name or words.component or words.document_type or "",
        presented_as=words.presented_as,
        counted=words.counted,
        pages=tuple(_page(page, one) for one in pages),
        advices=_together(page, kept, pages, words) if kept.state == "open" else (),
        tries=kept.tries,
        error=kept.error.report(language) if kept.error is not None else None,
        at=kept.done_at or kept.closed_at or kept.began_at,
        sha256=kept.sha256,
    )


def _page(page: CounterPage, kept: KeptPage) -> ShownPage:
    seen, language = page.agent.seen, page.language
    look, fault = seen.looks.get(kept.id), seen.faults.get(kept.id)
    advices = [
        ShownAdvice(code=one.code, weight=one.weight, text=one.text(language))
        for one in (look.check.advices if look is not None else ())
    ]
    if fault is not None:
        advices.append(ShownAdvice(code=fault.code, weight="review", text=fault.report(language).message))
    return ShownPage(
        id=kept.id,
        place=kept.place,
        sha256=kept.sha256,
        judging=kept.id in seen.waiting,
        pictured=look is not None,
        advices=tuple(advices),
    )


def _together(
    page: CounterPage, kept: KeptScan, pages: list[KeptPage], words: ScanWords
) -> tuple[ShownAdvice, ...]:
    return tuple(
        ShownAdvice(code=one.code, weight=one.weight, text=one.text(page.language), pages=one.pages)
        for one in page.together(kept.id, pages, words.counted)
    )


def _dossier(dossier: AtCounter, scans: tuple[ShownScan, ...]) -> ShownDossier:
    here = {one.component for one in scans if one.dossier == dossier.code}
    return ShownDossier(
        code=dossier.code,
        provisional=dossier.provisional,
        procedure=dossier.procedure,
        state=dossier.state,
        known=bool(dossier.components),
        holder_known=dossier.holder_known,
        components=tuple(
            ShownComponent(
                code=one.code,
                name=one.name,
                handling=one.handling,
                required=one.required,
                state=one.state.value,
                scanned_here=one.code in here,
                found=tuple(_found(paper) for paper in dossier.fits(one)),
            )
            for one in dossier.components
        ),
    )


def _found(paper: FoundEcopy) -> ShownFound:
    return ShownFound(
        document=paper.document_id,
        title=paper.title or paper.document_type,
        number=paper.number,
        issued_on=paper.issued_on,
        issuer=paper.issuer,
        checks=tuple(check.value for check in paper.checks),
    )
