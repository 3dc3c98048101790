"""Proof that certificates are not revoked: gathered at signing time, checked before and embedded after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from asn1crypto import crl, ocsp, x509

from models.errors import SigningFault
from signing.development.pki import DevelopmentPki
from signing.status.keeping import Keeper, Kept, answer_ends, lasting, list_ends
from signing.trust import TrustStore, parse_answer, parse_list


@dataclass(frozen=True)
class Evidence:
    """OCSP answers and revocation lists about a path."""

    answers: tuple[ocsp.OCSPResponse, ...] = ()
    lists: tuple[crl.CertificateList, ...] = ()
    between: tuple[x509.Certificate, ...] = ()
    """Certificates between the one asked about and its anchor, as far as the source knows them."""
    troubles: tuple[str, ...] = ()
    """Why there is nothing about some certificate of the path: who was asked and did not say."""


class EvidenceSource(Protocol):
    """Where revocation evidence comes from."""

    def gather(
        self,
        certificate: x509.Certificate,
        now: datetime,
        others: Iterable[x509.Certificate] = (),
        *,
        own: bool = False,
    ) -> Evidence:
        """Evidence about `certificate` and everything above it, as fresh as can be had.

        `others` may stand above it; it is this installation's `own` where it comes from the settings, not from a
        file or an answer. Raises SigningFault when the source itself is damaged; where others give no answer, the
        evidence lacks something and says so.
        """
        ...


@dataclass(frozen=True)
class KnownLists:
    """Only the revocation lists that lie beside the trust anchor."""

    trust: TrustStore

    def gather(
        self,
        certificate: x509.Certificate,
        now: datetime,
        others: Iterable[x509.Certificate] = (),
        *,
        own: bool = False,
    ) -> Evidence:
        return Evidence(lists=tuple(self.trust.revocation_lists))


@dataclass(frozen=True)
class DevelopmentEvidence:
    """Answers of the embedded responder and the development lists, kept as those from the network are kept."""

    pki: DevelopmentPki
    _kept: Keeper = field(default_factory=Keeper, init=False, repr=False, compare=False)

    def gather(
        self,
        certificate: x509.Certificate,
        now: datetime,
        others: Iterable[x509.Certificate] = (),
        *,
        own: bool = False,
    ) -> Evidence:
        return self._kept.evidence(certificate, now, lambda: self._found(certificate, now))

    def _found(self, certificate: x509.Certificate, now: datetime) -> Kept:
        try:
            name = self.pki.name_of(certificate.serial_number)
            answers = () if name is None else (parse_answer(self.pki.status_answer(name, now)),)
            lists = tuple(_parsed_list(der) for der in self.pki.revocation_lists(now))
            ends = [*(answer_ends(one, now) for one in answers), *(list_ends(one, now) for one in lists)]
            good = name is not None and not self.pki.is_revoked(name)
            return lasting(Evidence(answers, lists), now, min(ends), good=good)
        except (OSError, ValueError, KeyError) as error:
            raise SigningFault(reason=f"the development PKI is damaged: {error}") from error


@lru_cache(maxsize=32)
def _parsed_list(der: bytes) -> crl.CertificateList:
    return parse_list(der)
