"""Checks a time-stamp token before it is relied on: right imprint, sound signature, an authority we trust."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from asn1crypto import cms, x509
from pyhanko.sign.general import CMSExtractionError, CMSStructuralError, extract_certificate_info
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko_certvalidator.path import ValidationPath

from models.errors import TimestampUnavailable
from models.ports import Clock, TimestampAuthority
from models.times import for_people
from signing.keys.credential import common_name
from signing.making.evidence import Evidence, EvidenceSource
from signing.timestamps.chain import TsaChain
from signing.trust import SKEW, TrustStore, judge_path, revoked_at, timestamping_usage_fault

if TYPE_CHECKING:
    from collections.abc import Collection

PROBE = hashlib.sha256(b"").digest()
"""What is stamped only to learn who stamps."""
TOLERANCE = timedelta(minutes=5)
"""What a token's time may be off from ours: more, and one of the two clocks is wrong, and nobody knows which."""


@dataclass(frozen=True)
class Known:
    """A certificate's path to an anchor, and the evidence that nothing on it is revoked."""

    path: ValidationPath
    evidence: Evidence


class CheckedStamper(TimeStamper):
    """The port as pyHanko wants it; every token is checked, every authority met is remembered.

    Made anew for each signature, so that revocation is looked up each time and only once.
    """

    def __init__(
        self, authority: TimestampAuthority, trust: TrustStore, clock: Clock, source: EvidenceSource
    ) -> None:
        super().__init__()
        self._authority = authority
        self._trust = trust
        self._clock = clock
        self._source = source
        self._met: dict[bytes, Known] = {}
        self._names: list[str] = []

    @property
    def met(self) -> Collection[Known]:
        """The authorities whose tokens were accepted."""
        return self._met.values()

    async def meet(self) -> None:
        """Learn who stamps by having a probe stamped, where the evidence must be embedded beforehand."""
        await self.async_timestamp(PROBE, "sha256")

    @property
    def authorities(self) -> tuple[str, ...]:
        """Who stamped: names of their certificates, each once."""
        return tuple(dict.fromkeys(self._names))

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """A checked token; of several authorities, of the first whose token stands. Raises TimestampUnavailable."""
        asked = self._clock.now()

        async def accepted(name: str, token: bytes) -> cms.ContentInfo:
            return await self._accepted(name, token, message_digest, md_algorithm, asked)

        if isinstance(self._authority, TsaChain):
            return await self._authority.first_good(message_digest, md_algorithm, accepted)
        return await accepted(self._authority.name, self._authority.token(message_digest, md_algorithm))

    async def _accepted(
        self, name: str, token: bytes, digest: bytes, algorithm: str, asked: datetime
    ) -> cms.ContentInfo:
        try:
            content, certificate, others = opened(token, digest, algorithm)
            stamped = content["content"]["encap_content_info"]["content"].parsed["gen_time"].native
        except (ValueError, TypeError, KeyError, CMSExtractionError, CMSStructuralError) as error:
            raise TimestampUnavailable(reason=f"{name}: broken token: {error}") from error
        except SignatureValidationError as error:
            raise TimestampUnavailable(reason=f"{name}: {error.failure_message}") from error
        now = self._clock.now()
        if not asked - TOLERANCE <= stamped <= now + TOLERANCE:
            reason = f"{name}: it says {for_people(stamped)} where our clock says {for_people(now)}"
            raise TimestampUnavailable(reason=reason)
        if certificate.sha256 not in self._met:
            self._met[certificate.sha256] = await self._judged(name, certificate, others, now)
        self._names.append(common_name(certificate))
        return content

    async def _judged(
        self, name: str, certificate: x509.Certificate, others: list[x509.Certificate], now: datetime
    ) -> Known:
        fault = timestamping_usage_fault(certificate)
        if fault is not None:
            raise TimestampUnavailable(reason=f"{name}: {fault}")
        evidence = self._source.gather(certificate, now, others)
        context = self._trust.context(
            now, (*others, *evidence.between), evidence.answers, evidence.lists, skew=SKEW
        )
        judgement = await judge_path(context, certificate)
        if judgement.path is None:
            troubles = "; ".join(("", *dict.fromkeys(evidence.troubles)))
            raise TimestampUnavailable(reason=f"{name}: {judgement.detail}{troubles}")
        if revoked_at(judgement.path, [*self._trust.revocation_lists, *evidence.lists]) is not None:
            raise TimestampUnavailable(reason=f"{name}: its certificate is revoked")
        return Known(judgement.path, evidence)


def opened(
    token: bytes, digest: bytes, algorithm: str
) -> tuple[cms.ContentInfo, x509.Certificate, list[x509.Certificate]]:
    """A token over `digest`, its signer and the other certificates in it; whom to trust is not judged here.

    Raises ValueError, TypeError, KeyError or one of the library's errors for a token that is broken.
    """
    content = cms.ContentInfo.load(token, strict=True)
    signed = content["content"]
    info = signed["encap_content_info"]["content"].parsed
    imprint = info["message_imprint"]
    if imprint["hashed_message"].native != digest or (
        imprint["hash_algorithm"]["algorithm"].native != algorithm
    ):
        raise ValueError("it stamps something else")
    found = extract_certificate_info(signed)
    signer = signed["signer_infos"][0]
    inner = hashlib.new(
        signer["digest_algorithm"]["algorithm"].native, bytes(signed["encap_content_info"]["content"])
    )
    intact, valid = validate_sig_integrity(signer, found.signer_cert, "tst_info", inner.digest())
    if not (intact and valid):
        raise ValueError("its signature is broken")
    return content, found.signer_cert, list(found.other_certs)
