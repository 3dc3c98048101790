"""A served installation for tests: a real server on a port of its own, people and clients with tokens, and a case to work in."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import uvicorn
from fastapi import FastAPI

from models.access import Action, CallerKind
from models.people import Agency, Person, Role
from models.ports import Clock
from pipeline.application import Application
from pipeline.settings import load_settings
from storage.access.accounts import open_account
from storage.access.clients import add_client
from storage.access.tokens import issue_token
from web.app import create_app
from web.server import configuration

OTHER_AGENCY = Agency(identifier="H99.99", name="UBND xã Khác")


@dataclass
class Served:
    """An installation that listens."""

    url: str
    api: FastAPI

    @property
    def office(self) -> Application:
        found: Application = self.api.state.office
        return found

    def person(self, identifier: str, *roles: Role, agency: Agency | None = None) -> httpx.Client:
        """Somebody in these offices, signed in. The token is theirs for an hour."""
        where = agency or self.office.hands.agency
        with self.office.register.transaction(actor="test", purpose="maintenance:test") as tx:
            for number, role in enumerate(roles):
                one = Person(id=identifier, name=f"Người {identifier}", role=role, agency=where)
                if number == 0:
                    open_account(tx, one)
                else:
                    from storage.people.parties import note_person

                    note_person(tx, one)
            token = issue_token(tx, "session", identifier, lifetime=timedelta(hours=1), proof="password+totp")
        return self.client(token)

    def machine(
        self,
        kind: CallerKind,
        short_id: str,
        *,
        agency: Agency | None = None,
        actions: Collection[Action] | None = None,
        quota_bytes: int | None = None,
    ) -> httpx.Client:
        """A device, postal operator or system with a token for an hour."""
        where = agency or self.office.hands.agency
        with self.office.register.transaction(actor="test", purpose="maintenance:test") as tx:
            identifier = add_client(
                tx,
                kind,
                short_id,
                name=short_id,
                agency=where.identifier,
                actions=actions,
                quota_bytes=quota_bytes,
            )
            token = issue_token(tx, "access", identifier, lifetime=timedelta(hours=1), proof="assertion")
        return self.client(token)

    def client(self, token: str | None = None, **headers: str) -> httpx.Client:
        """A connection, with `token` where one is given. English, so that tests read."""
        said = {"Accept-Language": "en", **headers}
        if token is not None:
            said["Authorization"] = f"Bearer {token}"
        return httpx.Client(base_url=self.url, headers=said, timeout=60)


@contextmanager
def served(home: Path, clock: Clock | None = None, **settings: object) -> Iterator[Served]:
    """Serve the home on a free port."""
    found = load_settings(home=home, **settings)
    api = create_app(found, clock)
    server = uvicorn.Server(configuration(api, found, "127.0.0.1", 0))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            if not thread.is_alive():
                raise RuntimeError("the server did not start")
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Served(f"http://127.0.0.1:{port}", api)
    finally:
        server.should_exit = True
        thread.join(30)
