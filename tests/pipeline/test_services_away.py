"""Time-stamping authorities that are away or slow: papers wait visibly, go on by themselves, and stop nobody else."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.errors import CertificateStatusUnknown, TimestampUnavailable
from models.states import DocumentState, EcopyState
from pipeline import worker
from pipeline.access import look_at
from pipeline.application import Application
from pipeline.papers.outcome import SourceRefused, WaitingPaper
from pipeline.papers.status import document_status
from pipeline.places import Places, outside
from pipeline.runner import UP_TO_SPLIT, advance
from pipeline.stages.receive import receive
from pipeline.waiting import FIRST_WAIT, LONGEST_WAIT, pause, waiting_papers
from pipeline.worker import Worker
from signing.development.pki import load_development_pki
from signing.making.evidence import Evidence
from signing.timestamps.authorities import HttpTsa
from signing.timestamps.chain import TsaChain
from tests.clocks import FixedClock
from tests.openssl_tsa import Answer, embedded_authority, served
from tests.pipeline.support import application, digitized, sample_card


class Authority:
    """The embedded authority behind HTTP, which can be away, or slow for one request."""

    def __init__(self) -> None:
        self.away = False
        self.slow: int = 0
        self.asked = 0
        self.held = threading.Event()
        self.release = threading.Event()
        self.good: Answer | None = None

    def __call__(self, query: bytes) -> tuple[int, bytes]:
        self.asked += 1
        if self.away or self.good is None:
            return 503, b""
        if self.slow:
            self.slow -= 1
            self.held.set()
            self.release.wait(60)
        return self.good(query)


@dataclass
class Office:
    """An embedded installation with one worker, whose hands ask an authority over HTTP."""

    app: Application
    authority: Authority
    clock: FixedClock

    def waiting(self, document: str) -> WaitingPaper | None:
        """What is told to whoever looks at what does not go on."""
        return next((one for one in waiting_papers(self.app, "en") if one.document == document), None)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    authority, clock = Authority(), FixedClock()
    home = tmp_path_factory.mktemp("office") / "home"
    with served(authority) as url, application(home, clock, workers=1) as app:
        tsa = TsaChain([HttpTsa(url, name="tsa.test", tries=1, timeout=60)], lambda: clock.now().timestamp())
        hands = app.hands
        authority.good = embedded_authority(load_development_pki(app.settings.pki_folder), clock)
        clerk, seal = (
            replace(hand, signer=replace(hand.signer, tsa=tsa))  # type: ignore[type-var]
            for hand in (hands.clerk, hands.seal)
        )
        app.__dict__["hands"] = replace(hands, clerk=clerk, seal=seal, tsa=tsa)
        try:
            yield Office(app, authority, clock)
        finally:
            authority.release.set()


@pytest.fixture
def office(running: Office) -> Office:
    running.authority.away, running.authority.slow = False, 0
    return running


def handed_in(app: Application, path: Path) -> str:
    source = receive(app, path, intake="counter", presented_as="ban_chinh", forced_type=None, grouping=None)
    return app.register.scan_of(source.id).id


def test_an_outage_is_waited_out_without_anybody_and_seen_meanwhile(office: Office, tmp_path: Path) -> None:
    app, authority, clock = office.app, office.authority, office.clock
    card = sample_card(tmp_path, remark=tmp_path.name)
    document = handed_in(app, card)
    authority.away = True
    Worker(app).run_due()
    began = clock.now()
    # The capture: nothing was taken on without it, and everybody can see why.
    assert app.register.capture(document) is None
    clock.move(timedelta(minutes=1))
    Worker(app).run_due()
    paper = office.waiting(document)
    assert paper is not None
    assert (paper.state, paper.since) == ("put_off", began.isoformat())
    assert paper.error is not None
    assert paper.error.code == "SIGNING_NO_TIMESTAMP"
    assert "tsa.test: status 503" in paper.error.message
    status = document_status(app, document, "en")
    assert (status.work, status.waiting_since) == ("put_off", began.isoformat())
    authority.away = False
    clock.move(LONGEST_WAIT)
    Worker(app).run_due()
    assert app.register.document(document).state is DocumentState.IN_REVIEW
    assert office.waiting(document) is None

    # The e-copy: asked for once, it is made when the authority is back.
    authority.away = True
    (refused,) = digitized(app, tmp_path / "out", card)
    assert isinstance(refused, SourceRefused)
    began = clock.now()
    clock.move(timedelta(hours=5))
    for _ in range(3):
        Worker(app).run_due()
        clock.move(LONGEST_WAIT)
    ecopy = app.register.ecopy_of(document)
    assert ecopy is not None
    assert ecopy.state is EcopyState.AWAITING_TIMESTAMP
    assert app.register.latest_revision(ecopy.id) is None
    status = document_status(app, document, "vi")
    assert status.ecopy is not None
    assert (status.work, status.waiting_since, status.ecopy.state) == (
        "put_off",
        began.isoformat(),
        EcopyState.AWAITING_TIMESTAMP,
    )
    assert status.error is not None
    assert "status 503" in status.error.message
    shown = look_at(app, document, purpose="t").waiting
    assert shown is not None
    assert (shown.since, shown.attempts) == (began.isoformat(), 0)
    waits = [act for act in app.register.audit_of(ecopy.id) if act.action == "wait_for_timestamp"]
    assert len(waits) == 1
    authority.away = False
    Worker(app).run_due()
    issued = app.register.ecopy_of(document)
    assert issued is not None
    assert issued.state is EcopyState.ISSUED
    signed = app.register.derivation(document, "sign", ecopy=issued.id)
    assert signed is not None
    assert signed.facts["stamped_by"] == ["ecopy TSA (NO LEGAL VALUE)"]
    assert (office.waiting(document), look_at(app, document, purpose="t").waiting) == (None, None)


CAPTURED = UP_TO_SPLIT[:4]
"""Up to the capture: what comes after it is not looked at, and would take seconds."""


@pytest.fixture
def no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "UP_TO_SPLIT", CAPTURED)
    monkeypatch.setattr(worker, "UP_TO_REVIEW", CAPTURED)


@pytest.mark.usefixtures("no_further")
def test_who_goes_on_by_hand_ends_the_wait(office: Office, tmp_path: Path) -> None:
    app, authority, clock = office.app, office.authority, office.clock
    document = handed_in(app, sample_card(tmp_path, remark=tmp_path.name))
    authority.away = True
    with pytest.raises(TimestampUnavailable):
        advance(app, document, CAPTURED)
    paper = office.waiting(document)
    assert paper is not None
    assert paper.state == "put_off"  # nobody's worker was there, and it is seen all the same
    authority.away = False
    clock.move(LONGEST_WAIT)
    advance(app, document, CAPTURED)
    assert app.register.capture(document) is not None
    assert office.waiting(document) is None


@pytest.mark.usefixtures("no_further")
def test_a_slow_authority_holds_up_neither_other_papers_nor_the_register(
    office: Office, tmp_path: Path
) -> None:
    app, authority = office.app, office.authority
    first = handed_in(app, sample_card(tmp_path, remark=tmp_path.name))
    (tmp_path / "other").mkdir()
    second = handed_in(app, sample_card(tmp_path / "other", remark="another slow one"))
    authority.slow = 1
    working = threading.Thread(target=Worker(app).run_due)
    working.start()
    assert authority.held.wait(60)
    with app.register.transaction(actor="test", purpose="t") as tx:  # nobody holds the register
        tx.audit("look", first)
    until = time.monotonic() + 60
    while app.register.capture(second) is None:
        assert time.monotonic() < until
        time.sleep(0.05)
    assert app.register.capture(first) is None
    authority.release.set()
    working.join(60)
    assert app.register.capture(first) is not None


class Silent:
    """Nobody says whether anything was revoked."""

    def gather(self, *_: object, **__: object) -> Evidence:
        return Evidence(troubles=("http://ocsp.test/: Timeout",))


@pytest.mark.usefixtures("no_further")
def test_a_certificate_of_unknown_standing_is_waited_out_too(office: Office, tmp_path: Path) -> None:
    app, clock = office.app, office.clock
    document = handed_in(app, sample_card(tmp_path, remark=tmp_path.name))
    sound = app.hands
    blind = replace(sound.clerk.signer, evidence=Silent(), trust=replace(sound.trust, revocation_lists=()))  # type: ignore[type-var]
    app.__dict__["hands"] = replace(sound, clerk=replace(sound.clerk, signer=blind))
    Worker(app).run_due()
    paper = office.waiting(document)
    assert paper is not None
    assert paper.error is not None
    assert paper.error.code == CertificateStatusUnknown.code
    assert "http://ocsp.test/: Timeout" in paper.error.message
    app.__dict__["hands"] = sound
    clock.move(LONGEST_WAIT)
    Worker(app).run_due()
    assert app.register.capture(document) is not None


def test_pauses_grow_with_the_wait_and_have_an_end() -> None:
    now = FixedClock().now()
    assert pause(None, now) == FIRST_WAIT
    waited = [timedelta(seconds=1), timedelta(minutes=4), timedelta(days=1)]
    assert [pause((now - one).isoformat(), now) for one in waited] == [
        FIRST_WAIT,
        timedelta(minutes=2),
        LONGEST_WAIT,
    ]


def test_who_comes_back_from_outside_goes_before_who_is_new() -> None:
    places, back = Places(1), threading.Event()
    assert places.take()
    assert not places.take()
    step, done = threading.Event(), threading.Event()

    def paper() -> None:
        with places.held():
            with outside():
                step.set()
                back.wait(10)
            done.set()

    one = threading.Thread(target=paper)
    one.start()
    assert step.wait(10)
    assert places.take()  # its place is free while it waits
    back.set()
    time.sleep(0.05)
    assert not done.is_set()
    assert not places.take()
    places.give()
    assert done.wait(10)
    one.join(10)
    assert places.take()
    with outside():  # nobody counts places here
        assert not places.take()
