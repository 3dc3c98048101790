"""Orders to a kiosk: how it scans, what a good picture is, which key pages are sealed to. Signed by the server, locked at the kiosk.

Orders are a compact JWS (RFC 7515) by the installation's receipt key, at `GET /api/v1/kiosk/orders`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from models.base import Value
from models.errors import EcopyError, OrdersInvalid
from models.people import Agency
from models.quality import PictureLimits
from models.scanners import ScanOrder
from models.wire.devices import Moment, Version
from models.wire.receipts import ReceiptKeys, signed_payload
from models.wire.sealed import SealingKey

FORM: Literal["ecopy-kiosk-orders-1"] = "ecopy-kiosk-orders-1"
TYPE = "ecopy-kiosk-orders+jwt"
MEDIA_TYPE = "application/jose"
MOST_PROFILES = 40
_LONGEST = 256 * 1024


class KioskProfile(Value):
    """One way of scanning that a clerk may choose."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    """What the kiosk's command line and the records call it."""
    title_vi: str = Field(min_length=1, max_length=80)
    title_en: str = Field(min_length=1, max_length=80)
    order: ScanOrder = ScanOrder()
    encoding: Literal["device", "jpeg", "png"] = "device"
    """`device`: the scanner's JPEG as it came; raw pixels are encoded as JPEG then."""
    jpeg_quality: int = Field(default=85, ge=50, le=100)
    codes: bool = True
    """Whether QR codes and machine-readable zones are looked for."""


class Orders(Value):
    """What a kiosk goes by until it gets others."""

    form: Literal["ecopy-kiosk-orders-1"] = FORM
    device: str
    """Whom they are for."""
    agency: Agency
    issued_at: Moment
    expires_at: Moment
    """From then on the kiosk tells that it works by old orders; it goes on scanning, for a day without network is a normal day."""
    profiles: tuple[KioskProfile, ...] = Field(min_length=1, max_length=MOST_PROFILES)
    limits: PictureLimits
    """What a good picture is, by the rule set in force."""
    rule_set: str
    sealing_key: SealingKey
    receipt_keys: ReceiptKeys
    """Every key that receipts and orders are signed with here: who believes these orders believes them from now on."""
    least_version: Version | None = None
    """The oldest version of the program that may scan here."""

    @model_validator(mode="after")
    def _names_differ(self) -> Orders:
        if len({profile.name for profile in self.profiles}) < len(self.profiles):
            raise ValueError("two profiles of one name")
        return self

    def are_old(self, now: datetime) -> bool:
        return now >= datetime.fromisoformat(self.expires_at)


def read_orders(text: str, receipt_keys: ReceiptKeys, *, device: str) -> Orders:
    """The orders in `text`, signed by one of `receipt_keys` for `device`, old ones too. Raises OrdersInvalid."""
    payload = signed_payload(text.strip(), receipt_keys, typ=TYPE, refused=_refused, longest=_LONGEST)
    try:
        orders = Orders.model_validate_json(payload)
    except ValidationError as fault:
        first = fault.errors()[0]
        raise OrdersInvalid(reason="/".join(map(str, first["loc"])) or first["msg"]) from None
    if orders.device != device:
        raise OrdersInvalid(reason=f"device {orders.device[:80]}")
    return orders


def _refused(reason: str) -> EcopyError:
    return OrdersInvalid(reason=reason)
