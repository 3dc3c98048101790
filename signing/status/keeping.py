"""What was learnt about certificates is kept as long as it says it holds, an hour at most without asking again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from asn1crypto import crl, ocsp, x509

if TYPE_CHECKING:
    from signing.making.evidence import Evidence

K = TypeVar("K")
V = TypeVar("V")

ASK_AGAIN = timedelta(hours=1)
"""What is good is asked for anew after this, though it may hold for days: a revocation shall not stay unknown so long."""
MOST_KEPT = 256


@dataclass(frozen=True)
class Kept:
    """What is known about one certificate: until when without asking again, and until when at all."""

    evidence: Evidence
    since: datetime
    fresh_until: datetime
    holds_until: datetime

    def fresh(self, now: datetime) -> bool:
        return self.since <= now < self.fresh_until

    def holds(self, now: datetime) -> bool:
        return self.since <= now < self.holds_until


class Keeper:
    """Evidence about whole paths, by certificate. Safe to share between threads; to be shared by all who sign."""

    def __init__(self) -> None:
        self._whole: dict[bytes, Kept] = {}
        self._turns = [threading.Lock() for _ in range(16)]

    def evidence(self, certificate: x509.Certificate, now: datetime, find: Callable[[], Kept]) -> Evidence:
        """What is kept and fresh, else what `find` finds now; raises what that raises."""
        key = certificate.sha256
        kept = self._whole.get(key)
        if kept is not None and kept.fresh(now):
            return kept.evidence
        with self._turns[key[0] % len(self._turns)]:  # of several who want the same, one asks
            kept = self._whole.get(key)
            if kept is not None and kept.fresh(now):
                return kept.evidence
            found = find()
            if found.fresh(now):
                keep(self._whole, key, found)
            return found.evidence


def lasting(evidence: Evidence, now: datetime, ends: datetime, *, good: bool) -> Kept:
    """What was found now and holds until `ends`; what is not good is not kept, for a revocation may be lifted."""
    return Kept(evidence, now, min(now + ASK_AGAIN, ends), ends) if good else Kept(evidence, now, now, now)


def answer_ends(answer: ocsp.OCSPResponse, now: datetime) -> datetime:
    """When a responder's answer ends; now, where it does not say."""
    singles = answer.basic_ocsp_response["tbs_response_data"]["responses"]
    ends = [single["next_update"].native for single in singles]
    return min((end or now for end in ends), default=now).astimezone(UTC)


def list_ends(one: crl.CertificateList, now: datetime) -> datetime:
    """When a revocation list ends; now, where it does not say."""
    ends: datetime | None = one["tbs_cert_list"]["next_update"].native
    return (ends or now).astimezone(UTC)


def keep(kept: dict[K, V], key: K, value: V) -> None:
    """Keep a bounded number; the oldest go first."""
    kept[key] = value
    for oldest in list(kept)[: max(0, len(kept) - MOST_KEPT)]:
        kept.pop(oldest, None)
