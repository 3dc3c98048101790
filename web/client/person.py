"""A person's connection from a program on their desk: signed in by password and second factor, the token in memory alone."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.errors import NotAuthenticated
from models.wire.access import Factor, Login, Password, SecondFactor, SignedIn, SignInStep
from web.client.connection import Connection, V
from web.client.said import read


@dataclass
class Person(Connection):
    """Whoever signs in here. Before that, and after the session has ended, everything else raises NotAuthenticated."""

    _session: str = field(default="", repr=False)

    @property
    def signed_in(self) -> bool:
        """Whether there is a session, as far as is known here."""
        return bool(self._session)

    def begin(self, account: str, password: str) -> SignInStep:
        """The first step. Raises SignInFailed, SignInBusy."""
        return self._step("/api/v1/session", Password(account=account, password=password), SignInStep)

    def enrol(self, login: str) -> Factor:
        """A second factor to put into an authenticator app, for who has none yet."""
        return self._step("/api/v1/session/factor", Login(login=login), Factor)

    def finish(self, login: str, code: str) -> SignedIn:
        """The last step; from then on this is the person's connection. Raises SignInFailed."""
        said = SecondFactor(login=login, code=code, keep="token")
        opened = self._step("/api/v1/session/totp", said, SignedIn)
        self._session = opened.token or ""
        return opened

    def sign_out(self) -> None:
        """End the session at once; where the server can't be reached it is forgotten here."""
        token, self._session = self._session, ""
        if token:
            self._sent(self._http.build_request("DELETE", "/api/v1/session"), token)

    def _step(self, path: str, said: Password | Login | SecondFactor, kind: type[V]) -> V:
        headers = {"Content-Type": "application/json"}
        request = self._http.build_request(
            "POST", path, headers=headers, content=said.model_dump_json().encode()
        )
        return read(self._sent(request, None), kind)

    def _token(self) -> str:
        if not self._session:
            raise NotAuthenticated
        return self._session

    def _forget(self, token: str) -> None:
        if self._session == token:
            self._session = ""
