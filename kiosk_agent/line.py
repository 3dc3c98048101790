"""The kiosk's own line to its server: enrolled once, then proved by its key. The clerk at the counter is somebody else."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx

from kiosk_agent.home import Belonging, Home
from kiosk_agent.secrets import Secrets
from models.errors import AssertionExpired, EcopyError, KioskClockWrong, KioskEnrolled, KioskNotEnrolled
from models.times import iso
from models.wire.devices import ENROLMENT, DeviceReport, Enrolled, Enrolment, ReportAnswer
from models.wire.profiles import Orders
from models.wire.receipts import ReceiptKeys
from web.client.connection import ssl_context, unreachable
from web.client.keys import ClientKey
from web.client.said import read
from web.client.session import Ecopy
from web.client.uploads import Sent, Source, upload

Answer = TypeVar("Answer")

ENROL_AT = "/api/v1/enrolment"
ORDERS_AT = "/api/v1/kiosk/orders"
REPORT_AT = "/api/v1/kiosk/report"
PURPOSE = "maintenance:kiosk"
"""Why a kiosk asks for its orders and says how it is."""
WORDS_BYTES = 32
CONNECT_S = 5.0
"""A line that takes longer to be opened is none for a queue of people."""


def enrol(home: Home, url: str, code: str, *, version: str, again: bool = False) -> Belonging:
    """Join the installation at `url` with a code of its administrator's.

    Raises KioskEnrolled, unless `again`; EnrolmentRefused, ServerUnreachable, ServerNotTrusted, KioskSecretsLost.
    """
    try:
        known = home.belonging
    except KioskNotEnrolled:
        known = None
    if known is not None and not again:
        raise KioskEnrolled(client=known.client, url=known.url)
    key = ClientKey.generate()
    # What waits in the spool was closed with the words' key of before.
    words = home.secrets().words if known is not None else os.urandom(WORDS_BYTES)
    url = url.rstrip("/")
    said = Enrolment(
        code=code,
        key=key.public_jwk,
        proof=key.assertion(ENROLMENT, url),
        name=socket.gethostname()[:120] or None,
        version=version,
    )
    secrets = Secrets(key.private_jwk, words)
    if known is None:
        home.secret_store.keep(secrets)  # where that can't be done, the code is not used up
    ca_file = home.settings.ca_file
    verify = ssl_context(None if ca_file is None else os.fspath(ca_file))
    try:
        with httpx.Client(verify=verify, timeout=30, follow_redirects=False) as http:
            body = said.model_dump_json().encode()
            headers = {"Content-Type": "application/json", "Accept-Language": home.settings.language}
            answer = http.post(url + ENROL_AT, content=body, headers=headers)
    except httpx.TransportError as fault:
        raise unreachable(url, fault) from fault
    enrolled = read(answer, Enrolled)
    place = home.secret_store.keep(secrets)
    belonging = Belonging(
        url=url,
        client=enrolled.client,
        agency=enrolled.agency,
        issuer=enrolled.issuer,
        receipt_keys=enrolled.receipt_keys,
        secrets=place,
        enrolled_at=iso(home.now()),
    )
    home.belong(belonging)
    return belonging


class Line:
    """Requests in the kiosk's name. Safe for several threads; raises what `Ecopy` does, and KioskClockWrong."""

    def __init__(self, home: Home) -> None:
        """Raises KioskNotEnrolled, KioskSecretsLost."""
        self._home = home
        self.belonging = home.belonging
        ca_file = home.settings.ca_file
        self._server = Ecopy(
            self.belonging.url,
            self.belonging.client,
            ClientKey.from_jwk(home.secrets().device),
            language=home.settings.language,
            ca_file=os.fspath(ca_file) if ca_file is not None else None,
            audience=self.belonging.issuer,
            connect_s=CONNECT_S,
            attempts=1,  # the sender comes again by itself, and the counter hears at once that there is no line
        )
        self.orders_tag: str | None = None

    @property
    def receipt_keys(self) -> ReceiptKeys:
        """Those that were pinned."""
        return self._home.belonging.receipt_keys

    def close(self) -> None:
        self._server.close()

    def fetch_orders(self) -> Orders | None:
        """New orders, kept; None where those that are here still are the newest. Raises OrdersInvalid."""
        headers = {"Ecopy-Purpose": PURPOSE}
        if self.orders_tag is not None:
            headers["If-None-Match"] = self.orders_tag
        answer = self._asked(lambda: self._server.send("GET", ORDERS_AT, headers=headers, repeatable=True))
        if answer.status_code == 304:
            return None
        orders = self._home.keep_orders(answer.text)
        self.orders_tag = answer.headers.get("etag")
        return orders

    def report(self, report: DeviceReport) -> ReportAnswer:
        """Say how the kiosk is, and hear how the server sees it."""
        return self._asked(
            lambda: self._server.ask("POST", REPORT_AT, ReportAnswer, purpose=PURPOSE, body=report)
        )

    def send(
        self,
        purpose: str,
        source: Source,
        upload_id: str,
        words: Mapping[str, str | None],
        *,
        wait: Callable[[float], object],
        heard: Callable[[int], None],
    ) -> Sent:
        """Bring a scan to the server; only a receipt by a pinned key counts."""
        keys = self.receipt_keys
        return self._asked(
            lambda: upload(self._server, purpose, source, upload_id, words, keys=keys, wait=wait, heard=heard)
        )

    def _asked(self, work: Callable[[], Answer]) -> Answer:
        try:
            return work()
        except AssertionExpired as fault:
            raise self._clock_wrong(fault) or fault from fault

    def _clock_wrong(self, fault: EcopyError) -> KioskClockWrong | None:
        """A signed statement that was made this moment is out of time for the server: one of the clocks is wrong."""
        said = fault.details.get("server_date")
        if not isinstance(said, str):
            return None
        try:
            there = parsedate_to_datetime(said)
        except ValueError:
            return None
        return KioskClockWrong(seconds=round((self._home.now() - there).total_seconds()))
