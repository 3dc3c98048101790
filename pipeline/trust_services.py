"""Services that others run and signatures need: time-stamping authorities, and who says whether certificates still hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.errors import BadSettings
from models.ports import TimestampAuthority
from pipeline.observing.meter import SILENT, Meter
from pipeline.settings import Settings

if TYPE_CHECKING:
    from signing.making.evidence import EvidenceSource
    from signing.trust import TrustStore


def authorities(settings: Settings, meter: Meter = SILENT) -> TimestampAuthority:
    """The configured time-stamping authorities, in order. Raises BadSettings."""
    from signing.timestamps.access import SETTING, TsaAccess, accesses, origin
    from signing.timestamps.authorities import HttpTsa
    from signing.timestamps.chain import TsaChain

    if not settings.tsa_addresses:
        raise BadSettings(reason="ECOPY_TSA_URLS")
    known = accesses(settings.tsa_access)
    strangers = known.keys() - {origin(url) for url in settings.tsa_addresses}
    if strangers:
        raise BadSettings(reason=f"{SETTING}: {min(strangers)} is not among ECOPY_TSA_URLS")
    return TsaChain(
        [
            HttpTsa(
                url=url,
                timeout=settings.tsa_timeout_seconds,
                parallel=settings.tsa_parallel,
                policy=settings.tsa_policy,
                access=known.get(origin(url), TsaAccess()),
                asked=lambda name, seconds, good: meter.stamped(name, seconds, good=good),
            )
            for url in settings.tsa_addresses
        ]
    )


def evidence_source(settings: Settings, trust: TrustStore) -> EvidenceSource:
    """Who is asked whether certificates were revoked: responders and lists in the network, or the lists at hand alone."""
    from signing.making.evidence import KnownLists
    from signing.status.online import OnlineEvidence
    from signing.status.questions import Questions

    if not settings.status_online:
        return KnownLists(trust)
    return OnlineEvidence(trust, Questions(timeout=settings.status_timeout_seconds))
