"""People and clients for the tests of identity: accounts begun with a code, phones with codes, systems with keys."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import httpx
import pyotp
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey

from models.access import Action, CallerKind
from models.people import Role
from pipeline.identity import clients, people
from tests.clocks import FixedClock
from tests.web.support import Served

PURPOSE = "maintenance:tests"
FOR_ACCESS = {"Ecopy-Purpose": PURPOSE}
PASSWORD = "ba con vịt lội qua sông"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass
class User:
    """Somebody with an account, a password and a phone."""

    house: Served
    clock: FixedClock
    id: str
    secret: str
    password: str = PASSWORD

    def code(self, *, off_s: int = 0) -> str:
        """What the phone shows now; `off_s`: how far its clock is off."""
        return pyotp.TOTP(self.secret).at(int(self.clock.now().timestamp()) + off_s)

    def begin(self, client: httpx.Client, password: str | None = None) -> httpx.Response:
        said = {"account": self.id, "password": password or self.password}
        return client.post("/api/v1/session", json=said)

    def sign_in(self, client: httpx.Client, **more: str) -> httpx.Response:
        login = self.begin(client).json()["login"]
        return client.post("/api/v1/session/totp", json={"login": login, "code": self.code(), **more})


def new_user(house: Served, clock: FixedClock, person: str, *roles: Role) -> User:
    """An account, activated."""
    opened = people.open_account(
        house.office, person, f"Người {person}", roles or [Role.OFFICER], purpose=PURPOSE
    )
    assert opened.activation is not None
    with house.client() as client:
        return activate(house, clock, client, person, opened.activation)


def activate(house: Served, clock: FixedClock, client: httpx.Client, person: str, code: str) -> User:
    """Go the whole way from an activation code to a session, as the person would."""
    begun = client.post("/api/v1/session/activation", json={"code": code, "password": PASSWORD})
    assert begun.json().get("next") == "enrol_totp", begun.text
    login = begun.json()["login"]
    factor = client.post("/api/v1/session/factor", json={"login": login}).json()
    user = User(house, clock, person, factor["secret"])
    done = client.post("/api/v1/session/totp", json={"login": login, "code": user.code()})
    assert done.status_code == 200, done.text
    return user


@dataclass
class Machine:
    """A client with its private key."""

    house: Served
    clock: FixedClock
    id: str
    key: OKPKey | ECKey
    algorithm: str = "EdDSA"

    def assertion(self, *, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A signed assertion; `claims` in place of the right ones, None leaves one out."""
        now = int(self.clock.now().timestamp())
        words: dict[str, Any] = {
            "iss": self.id,
            "sub": self.id,
            "aud": self.house.url,
            "iat": now,
            "exp": now + 60,
            "jti": str(uuid.uuid4()),
            **claims,
        }
        words = {name: value for name, value in words.items() if value is not None}
        return jwt.encode(
            {"alg": self.algorithm, **(header or {})}, words, self.key, algorithms=[self.algorithm]
        )

    def ask(self, assertion: str | None = None, **more: str) -> httpx.Response:
        """Ask for a token."""
        said = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self.assertion() if assertion is None else assertion,
            **more,
        }
        with self.house.client() as client:
            return client.post("/oauth/token", data=said)

    def token(self, **more: str) -> str:
        found = self.ask(**more)
        assert found.status_code == 200, found.text
        return str(found.json()["access_token"])


def new_machine(
    house: Served,
    clock: FixedClock,
    short_id: str,
    *,
    kind: CallerKind = CallerKind.SYSTEM,
    key: OKPKey | ECKey | None = None,
    actions: frozenset[Action] | None = None,
) -> Machine:
    key = key or OKPKey.generate_key("Ed25519")
    client = clients.add_client(
        house.office,
        kind,
        short_id,
        name=short_id,
        purpose=PURPOSE,
        actions=actions,
        jwk=key.as_dict(private=False),
    )
    algorithm = "EdDSA" if isinstance(key, OKPKey) else "ES256"
    return Machine(house, clock, client.record.id, key, algorithm)
