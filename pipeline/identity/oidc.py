"""Single sign-on: the authorization code flow of OpenID Connect Core 1.0 with PKCE (RFC 7636), nonce and a sealed state.

Who the provider says it is comes in only where an account is bound to that subject of that issuer.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from models.errors import (
    BadSettings,
    NotAuthenticated,
    OidcNotBound,
    OidcOff,
    OidcRefused,
    OidcUnreachable,
    SealBroken,
)
from pipeline.application import Application
from pipeline.attempts import attempt
from pipeline.identity.sessions import PURPOSE, Session, open_session
from pipeline.identity.signin import STRANGER
from storage.access.accounts import account_bound_to

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
STATE_LIFETIME = timedelta(minutes=10)
_TIMEOUT_S = 10
_LARGEST = 1 << 20
_LEEWAY_S = 30
_OLDEST_S = 600
_KEPT_S = 3600
_KEYS_ANEW_S = 30
"""Keys that are not known yet are looked for this often at most."""
_ERROR = re.compile(r"[a-z_]{1,40}")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_CONTEXT = "oidc-state"


@dataclass(frozen=True)
class Departure:
    """Where to send the browser, and what it keeps until it comes back (sealed)."""

    url: str
    kept: str


@dataclass(frozen=True)
class Arrival:
    """A session, and the page of ours that was asked for at the beginning."""

    session: Session
    to: str


@dataclass(frozen=True)
class _State:
    state: str
    nonce: str
    verifier: str
    to: str
    agency: str | None
    back: str
    at: float


class SingleSignOn:
    """The provider of the settings, with what it says of itself kept for an hour. Safe to share between threads."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._facts: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def depart(self, back: str, *, to: str = "/", agency: str | None = None) -> Departure:
        """Begin: `back` is our address that the provider sends the browser to, `to` the page to go on with.

        Raises OidcOff, OidcUnreachable.
        """
        state = _State(
            state=secrets.token_urlsafe(24),
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
            to=own_page(to),
            agency=agency,
            back=back,
            at=self._now(),
        )
        asked = {
            "response_type": "code",
            "client_id": self._client_id(),
            "redirect_uri": back,
            "scope": "openid",
            "state": state.state,
            "nonce": state.nonce,
            "code_challenge": _base64(sha256(state.verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        if self._app.settings.oidc_acr:
            asked["acr_values"] = self._app.settings.oidc_acr
        endpoint = self._endpoint("authorization_endpoint")
        url = f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"
        return Departure(url, self._app.seal.close(_CONTEXT, json.dumps(asdict(state)).encode()))

    def arrive(self, kept: str, answer: Mapping[str, str]) -> Arrival:
        """The browser is back with the provider's `answer`. Raises OidcRefused, OidcNotBound, OidcUnreachable, OidcOff."""
        with attempt(self._app, "sign_in", "single-sign-on", actor=STRANGER, purpose=PURPOSE):
            self._client_id()
            state = self._state(kept, answer)
            claims = self._claims(self._id_token(state, answer.get("code", "")), state)
            issuer, subject = self._issuer(), claims["sub"]
            with self._app.register.reading() as connection:
                account = account_bound_to(connection, issuer, subject)
            if account is None or not account.active:
                raise OidcNotBound(subject=subject)
            try:
                with self._app.register.transaction(actor=account.person, purpose=PURPOSE) as tx:
                    session = open_session(self._app, tx, account.person, proof="oidc", agency=state.agency)
            except NotAuthenticated:
                raise OidcRefused(reason="no_office") from None
            return Arrival(session, state.to)

    def _state(self, kept: str, answer: Mapping[str, str]) -> _State:
        """What the browser kept, where it fits the answer. Raises OidcRefused."""
        try:
            state = _State(**json.loads(self._app.seal.open(_CONTEXT, kept)))
        except (SealBroken, ValueError, TypeError):
            raise OidcRefused(reason="state") from None
        late = not 0 <= self._now() - state.at <= STATE_LIFETIME.total_seconds()
        if late or not hmac.compare_digest(state.state.encode(), answer.get("state", "").encode()):
            raise OidcRefused(reason="state")
        # RFC 9207: an answer of another provider is not taken for this one's.
        if answer.get("iss", self._issuer()) != self._issuer():
            raise OidcRefused(reason="issuer")
        if "error" in answer or not answer.get("code"):
            error = answer.get("error", "")
            raise OidcRefused(reason=error if _ERROR.fullmatch(error) else "answer")
        return state

    def _id_token(self, state: _State, code: str) -> str:
        """Change the code for the ID token. Raises OidcRefused, OidcUnreachable."""
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": state.back,
            "code_verifier": state.verifier,
            "client_id": self._client_id(),
        }
        found = _fetched("POST", self._endpoint("token_endpoint"), data=asked, auth=self._secret())
        if found.status_code >= 500:
            raise OidcUnreachable(reason=f"HTTP {found.status_code}")
        token = _json(found).get("id_token") if found.status_code == 200 else None
        if not isinstance(token, str):
            raise OidcRefused(reason="code")
        return token

    def _claims(self, token: str, state: _State) -> dict[str, Any]:
        """What the ID token says, checked as OpenID Connect Core section 3.1.3.7 wants it. Raises OidcRefused."""
        claims = self._signed(token)
        client, now = self._client_id(), self._now()
        audience = claims.get("aud")
        audiences = [audience] if isinstance(audience, str) else audience
        for_us = isinstance(audiences, list) and client in audiences
        if claims.get("iss") != self._issuer() or not for_us or claims.get("azp", client) != client:
            raise OidcRefused(reason="audience")
        if isinstance(audiences, list) and len(audiences) > 1 and "azp" not in claims:
            raise OidcRefused(reason="audience")
        expires, issued = claims.get("exp"), claims.get("iat")
        if not isinstance(expires, (int, float)) or not isinstance(issued, (int, float)):
            raise OidcRefused(reason="time")
        if expires <= now - _LEEWAY_S or not now - _OLDEST_S <= issued <= now + _LEEWAY_S:
            raise OidcRefused(reason="time")
        nonce, subject = claims.get("nonce"), claims.get("sub")
        if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), state.nonce.encode()):
            raise OidcRefused(reason="nonce")
        if not isinstance(subject, str) or not 1 <= len(subject) <= 255 or not subject.isprintable():
            raise OidcRefused(reason="subject")
        enough = (self._app.settings.oidc_acr or "").split()
        if enough and claims.get("acr") not in enough:
            raise OidcRefused(reason="acr")
        return claims

    def _signed(self, token: str) -> dict[str, Any]:
        for anew in (False, True):
            try:
                registry = jws.JWSRegistry(algorithms=list(ALGORITHMS))
                content = jws.deserialize_compact(
                    token, self._key_set(anew=anew), algorithms=list(ALGORITHMS), registry=registry
                )
                claims = json.loads(content.payload)
            except (JoseError, ValueError, TypeError, RecursionError):
                continue  # perhaps by a key that is newer than what we know
            if isinstance(claims, dict):
                return claims
        raise OidcRefused(reason="signature")

    def _key_set(self, *, anew: bool) -> KeySet:
        now = time.monotonic()
        with self._lock:
            held = self._keys
        if held is not None and now - held[0] < (_KEYS_ANEW_S if anew else _KEPT_S):
            return held[1]
        found = _fetched("GET", self._endpoint("jwks_uri"))
        try:
            words = [key for key in _json(found)["keys"] if key.get("use", "sig") == "sig"]
            keys = KeySet.import_key_set({"keys": words})
        except (JoseError, KeyError, TypeError, AttributeError, ValueError) as fault:
            raise OidcUnreachable(reason="jwks_uri") from fault
        with self._lock:
            self._keys = now, keys
        return keys

    def _endpoint(self, name: str) -> str:
        """An address of the provider, from its own description (OpenID Connect Discovery 1.0)."""
        now, issuer = time.monotonic(), self._issuer()
        with self._lock:
            held = self._facts
        if held is None or now - held[0] >= _KEPT_S:
            found = _json(_fetched("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration"))
            if found.get("issuer") != issuer:
                raise OidcUnreachable(reason="issuer")
            held = now, found
            with self._lock:
                self._facts = held
        url = held[1].get(name)
        if not isinstance(url, str) or not _safe(url):
            raise OidcUnreachable(reason=name)
        return url

    def _issuer(self) -> str:
        issuer = self._app.settings.oidc_issuer
        if issuer is None:
            raise OidcOff
        if not _safe(issuer):
            raise BadSettings(reason="ECOPY_OIDC_ISSUER: https")
        return issuer

    def _client_id(self) -> str:
        self._issuer()
        return self._app.settings.oidc_client_id or ""

    def _secret(self) -> httpx.BasicAuth | None:
        """Of a confidential client, as `client_secret_basic`."""
        path = self._app.settings.oidc_client_secret_file
        if path is None:
            return None
        try:
            return httpx.BasicAuth(self._client_id(), path.read_text(encoding="utf-8").strip())
        except (OSError, UnicodeDecodeError) as fault:
            raise BadSettings(reason=f"ECOPY_OIDC_CLIENT_SECRET_FILE: {type(fault).__name__}") from fault

    def _now(self) -> float:
        return self._app.clock.now().timestamp()


def own_page(to: str) -> str:
    """`to` where it is a page of ours, `/` otherwise: nobody is sent elsewhere by a link to our sign-in."""
    plain = len(to) <= 500 and to.isascii() and to.isprintable() and "\\" not in to
    return to if plain and to.startswith("/") and not to.startswith("//") else "/"


def _safe(url: str) -> bool:
    """Over TLS, or to this machine itself."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def _fetched(method: str, url: str, **more: Any) -> httpx.Response:
    """An answer of the provider, read up to a megabyte, redirects not followed. Raises OidcUnreachable."""
    try:
        with (
            httpx.Client(timeout=_TIMEOUT_S, follow_redirects=False) as client,
            client.stream(method, url, headers={"Accept": "application/json"}, **more) as answer,
        ):
            content = b""
            for piece in answer.iter_bytes():
                content += piece
                if len(content) > _LARGEST:
                    raise OidcUnreachable(reason="too much")
            return httpx.Response(answer.status_code, content=content)
    except (httpx.HTTPError, httpx.InvalidURL) as fault:
        raise OidcUnreachable(reason=type(fault).__name__) from fault


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        words = answer.json() if answer.status_code == 200 else None
    except (ValueError, RecursionError):
        words = None
    if not isinstance(words, dict):
        raise OidcUnreachable(reason=f"HTTP {answer.status_code}")
    return words


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
