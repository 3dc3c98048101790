"""What has run out anyway is forgotten: tokens, sign-ins that nobody finished, assertions that were used."""

from __future__ import annotations

from datetime import timedelta

from models.times import iso
from storage.access.tokens import forget_expired
from web.services import Service

_KEPT = timedelta(days=1)


class Forgetting(Service):
    """Once an hour drops what ended a day ago."""

    name = "forgetting"
    every_s = 3600.0

    def round(self) -> None:
        before = iso(self.office.clock.now() - _KEPT)
        with self.office.register.transaction(actor="service:forgetting", purpose="maintenance:tokens") as tx:
            forget_expired(tx, before=before)
