"""The kiosk's folder: where it belongs, by which orders it works, and its secrets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from kiosk_agent.files import replace
from kiosk_agent.secrets import Secrets, SecretStore
from kiosk_agent.settings import KioskSettings
from kiosk_agent.spool.spool import Spool
from models.base import Value
from models.errors import KioskNotEnrolled, OrdersInvalid, OrdersMissing, ProfileUnknown
from models.people import Agency
from models.wire.profiles import KioskProfile, Orders, read_orders
from models.wire.receipts import ReceiptKeys


class Belonging(Value):
    """Where a kiosk belongs, as it learned it when it was enrolled."""

    form: Literal["ecopy-kiosk-1"] = "ecopy-kiosk-1"
    url: str
    client: str
    agency: Agency
    issuer: str
    receipt_keys: ReceiptKeys
    """Pinned: nothing else is believed of receipts and orders. Only orders signed by one of these bring others."""
    secrets: Literal["keyring", "file"]
    enrolled_at: str


@dataclass(frozen=True)
class Home:
    """The folder of one kiosk. Nothing is made in it before the kiosk is enrolled."""

    settings: KioskSettings
    now: Callable[[], datetime]

    @property
    def secret_store(self) -> SecretStore:
        return SecretStore(self.settings.home, self.settings.key_store)

    @property
    def belonging(self) -> Belonging:
        """Raises KioskNotEnrolled."""
        try:
            return Belonging.model_validate_json(self._belonging.read_bytes())
        except (FileNotFoundError, ValidationError):
            raise KioskNotEnrolled() from None

    def belong(self, belonging: Belonging) -> None:
        """What was ordered before counts no more."""
        self._orders.unlink(missing_ok=True)
        replace(self._belonging, belonging.model_dump_json(indent=2).encode())

    def secrets(self) -> Secrets:
        """Raises KioskNotEnrolled, KioskSecretsLost."""
        return self.secret_store.load(self.belonging.secrets)

    def open_spool(self) -> Spool:
        """Raises KioskNotEnrolled, KioskSecretsLost, SpoolBusy, SpoolBroken."""
        return Spool(
            self.settings.spool_folder,
            words_key=self.secrets().words,
            now=self.now,
            kept_free=self.settings.keep_free_mib << 20,
        )

    def keep_orders(self, text: str) -> Orders:
        """Work by these from now on. Raises OrdersInvalid, and those before still hold."""
        belonging = self.belonging
        orders = read_orders(text, belonging.receipt_keys, device=belonging.client)
        replace(self._orders, text.encode())
        if orders.receipt_keys != belonging.receipt_keys:
            news = belonging.model_copy(update={"receipt_keys": orders.receipt_keys})
            replace(self._belonging, news.model_dump_json(indent=2).encode())
        return orders

    def orders(self) -> Orders:
        """By which the kiosk works, checked anew; old ones too (`Orders.are_old`). Raises OrdersMissing, KioskNotEnrolled."""
        belonging = self.belonging
        try:
            text = self._orders.read_text()
            orders = read_orders(text, belonging.receipt_keys, device=belonging.client)
        except FileNotFoundError:
            raise OrdersMissing(reason="-") from None
        except (OrdersInvalid, UnicodeDecodeError) as fault:
            raise OrdersMissing(reason=str(fault)) from fault
        return orders

    def profile(self, name: str | None) -> KioskProfile:
        """The profile of that name, the first where none is said. Raises ProfileUnknown, OrdersMissing."""
        profiles = self.orders().profiles
        for profile in profiles:
            if name is None or profile.name == name:
                return profile
        raise ProfileUnknown(name=name, known=", ".join(one.name for one in profiles))

    @property
    def _belonging(self) -> Path:
        return self.settings.home / "kiosk.json"

    @property
    def _orders(self) -> Path:
        return self.settings.home / "orders.jws"
