"""Kiosks as they join an installation and tell it how they are."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from models.base import Value
from models.people import Agency
from models.scans import Said
from models.times import iso
from models.uploads import Ulid
from models.wire.receipts import ReceiptKeys

ENROLMENT = "enrolment"
"""`iss` and `sub` of the assertion that proves the new key: who signs it has no id yet."""

KioskState = Literal["well", "troubled", "silent"]
Trouble = Literal["clock_off", "version_old", "spool_waits", "disk_low", "scanner_missing", "two_at_once"]
"""`clock_off`: assertions and times of scanning are refused when it grows; `spool_waits`: its oldest paper has not come for a
day; `disk_low`: it stops scanning soon; `scanner_missing`: none of its scanners is ready;
`two_at_once`: two programs come in as this kiosk in turn, one of them with a copy of its folder."""


def _moment(text: str) -> str:
    try:
        return iso(datetime.fromisoformat(text))
    except OverflowError:
        raise ValueError("no such moment") from None


Moment = Annotated[
    str,
    Field(min_length=10, max_length=40, json_schema_extra={"format": "date-time"}),
    AfterValidator(_moment),
]
"""ISO 8601 with a zone, of whatever year: a kiosk whose clock was never set says so too."""
Count = Annotated[int, Field(ge=0, le=1 << 31, strict=True)]
Bytes = Annotated[int, Field(ge=0, le=1 << 53, strict=True)]
Version = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+!_-]{0,59}$")]
"""As PEP 440 writes it."""
ErrorCode = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{2,59}$")]


class Invitation(Value):
    """A code that brings one key of a client in; told once."""

    client: str
    code: str
    """Sixteen letters in groups of four; typed in small letters or with O for 0 it is the same."""
    expires_at: str


class Enrolment(Value):
    """A kiosk's word when it joins."""

    code: Annotated[str, Field(min_length=1, max_length=80)]
    """As it was typed."""
    key: Annotated[
        dict[str, Any], Field(max_length=20, examples=[{"kty": "OKP", "crv": "Ed25519", "x": "…"}])
    ]
    """Public half of its key, a JWK (Ed25519 or P-256)."""
    proof: Annotated[str, Field(min_length=1, max_length=8192)]
    """That it has the private half: an assertion as for tokens, with `iss` and `sub` `enrolment`."""
    name: Said | None = None
    """What the machine calls itself; on record with the act."""
    version: Version


class Enrolled(Value):
    """Who the kiosk is from now on, and what it believes the server by."""

    client: str
    agency: Agency
    issuer: str
    """Address of the installation, which assertions are for."""
    receipt_keys: ReceiptKeys
    """To be pinned: receipts and orders are signed by these."""


class SpoolDepth(Value):
    """What waits at a kiosk."""

    open: Count = 0
    closed: Count = 0
    """Papers that may go and have not gone."""
    pages: Count = 0
    bytes: Bytes = 0
    oldest: Moment | None = None
    """When the oldest of them was begun, by the kiosk's clock."""
    free: Bytes
    """Bytes free on its disk."""


class ScannerSeen(Value):
    """A scanner at a kiosk."""

    name: Said
    ready: bool


class LastFault(Value):
    """What went wrong last, by its code; nothing that stands on a paper."""

    code: ErrorCode
    at: Moment
    scan: Ulid | None = None


class DeviceReport(Value):
    """How a kiosk is."""

    version: Version
    at: Moment
    """By its own clock, when it sends this."""
    run: Ulid | None = None
    """Given anew at every start of the program."""
    spool: SpoolDepth
    scanners: Annotated[tuple[ScannerSeen, ...], Field(max_length=20)] = ()
    last_fault: LastFault | None = None
    orders: Annotated[str, Field(max_length=80)] | None = None
    """ETag of the orders that it works by."""


class ReportAnswer(Value):
    """What a kiosk learns when it reports."""

    server_time: str
    clock_skew_s: int
    """Seconds that its clock is ahead of the server's; negative where it is behind."""
    orders: str
    """ETag of the orders there are now."""
    least_version: str | None
    """The oldest version that may scan here."""
    state: KioskState
    troubles: tuple[Trouble, ...]


class KioskReport(Value):
    """The last that a kiosk said."""

    client: str
    name: str
    agency: str
    state: KioskState
    troubles: tuple[Trouble, ...]
    seen_at: str
    """By the server's clock."""
    clock_skew_s: int
    report: DeviceReport
