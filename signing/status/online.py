"""Revocation evidence from the network: the responder first, then lists, then the lists beside the anchor.

Whatever was good is kept as long as it says it holds, an hour at most without asking again, so that a signature costs no
request while it is warm. Addresses are taken only from certificates that stand under our anchors; only for the
certificates of this installation itself a missing issuer is looked for where they say.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from asn1crypto import crl, ocsp, x509

from signing.asking import NoAnswer
from signing.loop import finish
from signing.making.evidence import Evidence
from signing.status.judging import BROKEN, Link, Said, answer_says, links_to_anchor, list_says
from signing.status.keeping import Keeper, Kept, answer_ends, keep, lasting, list_ends
from signing.status.questions import Questions, issuer_places, list_places, responders
from signing.trust import TrustStore, signed_by

log = logging.getLogger("ecopy.signing")

T = TypeVar("T")

REST = timedelta(minutes=1)
"""An address that gave no answer is passed over for so long."""
LONGEST_CHAIN = 6


class OnlineEvidence:
    """An EvidenceSource that asks. Safe to share between threads; to be shared by all who sign."""

    def __init__(self, trust: TrustStore, questions: Questions | None = None) -> None:
        self._trust = trust
        self._questions = questions or Questions()
        self._kept = Keeper()
        self._single: dict[bytes, Kept] = {}
        self._issuers: dict[bytes, x509.Certificate] = {}
        self._resting: dict[str, datetime] = {}

    def gather(
        self,
        certificate: x509.Certificate,
        now: datetime,
        others: Iterable[x509.Certificate] = (),
        *,
        own: bool = False,
    ) -> Evidence:
        """See EvidenceSource. Raises nothing: what could not be learnt is in `troubles`."""
        return self._kept.evidence(
            certificate, now, lambda: finish(self._gathered(certificate, now, tuple(others), own))
        )

    async def _gathered(
        self, certificate: x509.Certificate, now: datetime, others: tuple[x509.Certificate, ...], own: bool
    ) -> Kept:
        # what comes in a time-stamp must hold without what was fetched for us: others judge it by itself
        known = (*others, *self._issuers.values()) if own else others
        links = await links_to_anchor(self._trust, certificate, known)
        if not links and own:
            self._look_for_issuers(certificate, known, now)
            links = await links_to_anchor(self._trust, certificate, (*others, *self._issuers.values()))
        gathered = _Gathering(now)
        for link in links:
            gathered.add(await self._about(link, gathered, now))
        between = links[-1].above[1:] if links else ()
        return gathered.kept(between, whole=bool(links))

    async def _about(self, link: Link, gathered: _Gathering, now: datetime) -> Kept:
        """What is known of one certificate, fresh if it can be had."""
        key = link.certificate.sha256
        kept = self._single.get(key)
        if kept is not None and kept.fresh(now):
            return kept
        troubles: list[str] = []
        for find in (self._by_responder, self._by_list):
            found = await find(link, gathered, now, troubles)
            if found is not None:
                if found.fresh(now):  # a revocation may be lifted: it is never kept
                    keep(self._single, key, found)
                return found
        if kept is not None and kept.holds(now):
            return replace(kept, fresh_until=min(now + REST, kept.holds_until))
        beside = await self._beside_the_anchor(link, gathered, now)
        return beside or Kept(Evidence(troubles=tuple(troubles)), now, now, now)

    async def _by_responder(
        self, link: Link, gathered: _Gathering, now: datetime, troubles: list[str]
    ) -> Kept | None:
        for url in responders(link.certificate):
            answer = self._asked(
                url, now, troubles, partial(self._questions.status, url, link.certificate, link.issuer)
            )
            if answer is None:
                continue
            try:
                own_lists = self._lists_about_responder(answer, link, now, troubles)
            except BROKEN as error:  # certificates come unsigned, and are parsed when looked at
                troubles.append(f"{url}: {error}")
                continue
            said = await answer_says(
                self._trust,
                link,
                answer,
                now,
                lists=(*gathered.lists, *own_lists),
                answers=gathered.answers,
            )
            if _counts(said, url, troubles):
                evidence = Evidence(answers=(answer,), lists=own_lists)
                return lasting(evidence, now, answer_ends(answer, now), good=said.good)
        return None

    def _lists_about_responder(
        self, answer: ocsp.OCSPResponse, link: Link, now: datetime, troubles: list[str]
    ) -> tuple[crl.CertificateList, ...]:
        """Lists about a delegated responder that does not say «nobody need ask about me» (RFC 6960, 4.2.2.2.1)."""
        for one in answer.basic_ocsp_response["certs"] or ():
            if one.ocsp_no_check_value is None and signed_by(one, link.issuer):
                found = (self._list_at(url, now, troubles) for url in list_places(one))
                return tuple(entry for entry in found if entry is not None)[:1]
        return ()

    async def _by_list(
        self, link: Link, gathered: _Gathering, now: datetime, troubles: list[str]
    ) -> Kept | None:
        for url in list_places(link.certificate):
            one = self._list_at(url, now, troubles)
            if one is None:
                continue
            said = await list_says(
                self._trust, link, one, now, lists=gathered.lists, answers=gathered.answers
            )
            if _counts(said, url, troubles):
                return lasting(Evidence(lists=(one,)), now, list_ends(one, now), good=said.good)
        return None

    async def _beside_the_anchor(self, link: Link, gathered: _Gathering, now: datetime) -> Kept | None:
        for one in self._trust.revocation_lists:
            if one.issuer.dump() != link.certificate.issuer.dump():
                continue
            said = await list_says(
                self._trust, link, one, now, lists=gathered.lists, answers=gathered.answers
            )
            if said.good or said.revoked:
                # asked again soon: who is configured to be asked may answer then
                return replace(
                    lasting(Evidence(lists=(one,)), now, list_ends(one, now), good=said.good),
                    fresh_until=min(now + REST, list_ends(one, now)) if said.good else now,
                )
        return None

    def _look_for_issuers(
        self, certificate: x509.Certificate, known: tuple[x509.Certificate, ...], now: datetime
    ) -> None:
        """Fetch what is missing between one of our own certificates and an anchor; only true issuers are taken."""
        current, at_hand = certificate, [*known, *self._trust.others, *self._trust.anchors]
        for _ in range(LONGEST_CHAIN):
            above = next((one for one in at_hand if signed_by(current, one)), None)
            for url in issuer_places(current) if above is None else ():
                offered = self._asked(url, now, [], partial(self._questions.issuers, url)) or ()
                above = next((one for one in offered if signed_by(current, one)), None)
                if above is not None:
                    keep(self._issuers, above.sha256, above)
                    break
            if above is None or self._trust.is_anchor(above):
                return
            current = above

    def _list_at(self, url: str, now: datetime, troubles: list[str]) -> crl.CertificateList | None:
        return self._asked(url, now, troubles, partial(self._questions.revocation_list, url))

    def _asked(self, url: str, now: datetime, troubles: list[str], ask: Callable[[], T]) -> T | None:
        """The answer; None where there is none, or was none a moment ago."""
        rests_until = self._resting.get(url)
        if rests_until is not None and now < rests_until:
            troubles.append(f"{url}: no answer a moment ago")
            return None
        try:
            return ask()
        except NoAnswer as trouble:
            log.warning("%s: %s", url, trouble)
            troubles.append(f"{url}: {trouble}")
            keep(self._resting, url, now + REST)
            return None


@dataclass
class _Gathering:
    """Evidence about a whole path, as it comes together from the top."""

    now: datetime
    answers: tuple[ocsp.OCSPResponse, ...] = ()
    lists: tuple[crl.CertificateList, ...] = ()
    troubles: tuple[str, ...] = ()
    fresh_until: list[datetime] = field(default_factory=list)
    holds_until: list[datetime] = field(default_factory=list)

    def add(self, kept: Kept) -> None:
        self.answers += kept.evidence.answers
        self.lists += tuple(one for one in kept.evidence.lists if one not in self.lists)
        self.troubles += kept.evidence.troubles
        self.fresh_until.append(kept.fresh_until)
        self.holds_until.append(kept.holds_until)

    def kept(self, between: tuple[x509.Certificate, ...], *, whole: bool) -> Kept:
        evidence = Evidence(self.answers, self.lists, between, self.troubles)
        if not whole:
            return Kept(evidence, self.now, self.now, self.now)
        return Kept(evidence, self.now, min(self.fresh_until), min(self.holds_until))


def _counts(said: Said, url: str, troubles: list[str]) -> bool:
    if said.good or said.revoked:
        return True
    log.warning("%s: %s", url, said.trouble)
    troubles.append(f"{url}: {said.trouble}")
    return False
