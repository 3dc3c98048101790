"""Orders to kiosks, signed with the installation's receipt key; the same all day, so that only what changed is sent again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from models.access import Caller
from models.times import iso, vietnam_time
from models.wire.profiles import TYPE, Orders
from pipeline.application import Application
from pipeline.kiosks.keys import current_sealing_key
from pipeline.kiosks.profiles import load_profiles
from pipeline.receipts import receipt_keys, sign_words

LIFETIME = timedelta(days=30)
"""How long a kiosk that nobody connects again works by its orders before it says that they are old."""


@dataclass(frozen=True)
class SignedOrders:
    """Orders as they are sent; `mark` names them for an ETag."""

    text: str
    mark: str


def orders_for(app: Application, device: Caller) -> SignedOrders:
    """The orders of one device. Raises ScanProfilesWrong, SealBroken, KeyServiceFault or StorageFault."""
    rules = app.rules_today()
    today = vietnam_time(app.clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    orders = Orders(
        device=device.id,
        agency=device.agency,
        issued_at=iso(today),
        expires_at=iso(today + LIFETIME),
        profiles=load_profiles(app.settings.scan_profiles, rules),
        limits=rules.image.limits,
        rule_set=rules.id,
        sealing_key=current_sealing_key(app),
        receipt_keys=receipt_keys(app),
        least_version=app.settings.kiosk_least_version,
    )
    text = sign_words(app, orders, TYPE)
    return SignedOrders(text, sha256(text.encode()).hexdigest()[:32])
