"""Clients prove themselves by a signed assertion (RFC 7523, private_key_jwt), each of it once, and get a short-lived token."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError

from models.access import Action, CallerKind
from models.errors import (
    AssertionExpired,
    AssertionMisdirected,
    AssertionRefused,
    AssertionReplayed,
    BadKey,
    NotFound,
    ScopeNotGranted,
)
from models.times import VIETNAM, iso
from pipeline.application import Application
from pipeline.attempts import attempt
from pipeline.identity.keys import ALGORITHMS, key_of
from storage.access.assertions import use_assertion
from storage.access.clients import ClientRecord, client, keys_of
from storage.access.tokens import issue_token

TOKEN_LIFETIME = timedelta(minutes=10)
LONGEST_ASSERTION = timedelta(minutes=5)
_LEEWAY = timedelta(seconds=30)
_LARGEST = 8192
_LONGEST_JTI = 128
_TYPES = (None, "JWT", "client-authentication+jwt")
_ALL = tuple(name for names in ALGORITHMS.values() for name in names)
PURPOSE = "access:token"


@dataclass(frozen=True)
class AccessToken:
    """A client's token, for `lifetime`; `actions`: what it is good for where less than all was asked for."""

    token: str
    client: str
    lifetime: timedelta
    actions: tuple[Action, ...] | None


def token_for(
    app: Application, assertion: str, audiences: Collection[str], *, scope: str | None = None
) -> AccessToken:
    """A token for the client that signed `assertion` for one of `audiences`; `scope` names actions, with spaces between.

    Raises an AssertionRefused, whose kinds are told apart only to whoever holds a key of the client, or ScopeNotGranted.
    """
    claimed = _claimed(assertion)
    with attempt(app, "issue_token", claimed or "unknown-client", actor="stranger", purpose=PURPOSE):
        found, thumbprint, claims = _proved(app, claimed, assertion)
        expires = check_claims(claims, audiences, app.clock.now())
        actions = _asked_for(found, scope)
        with app.register.transaction(actor=found.id, purpose=PURPOSE) as tx:
            # Kept a little longer than it holds: its end is judged with leeway, and clocks may be set back.
            kept_until = iso(expires + 2 * LONGEST_ASSERTION)
            if not use_assertion(tx, found.id, claims["jti"], expires_at=kept_until):
                raise AssertionReplayed
            details: dict[str, Any] = {"key": thumbprint}
            if actions is not None:
                details["actions"] = [action.value for action in actions]
            token = issue_token(
                tx, "access", found.id, lifetime=TOKEN_LIFETIME, proof="assertion", details=details
            )
            tx.audit("issue_token", found.id, key=thumbprint)
    return AccessToken(token, found.id, TOKEN_LIFETIME, actions)


def _claimed(assertion: str) -> str | None:
    """Which client an assertion says it is of, unproved; None where it is none of its form."""
    if len(assertion) > _LARGEST or not assertion.isascii():
        return None
    try:
        claims = json.loads(jws.extract_compact(assertion.encode()).payload)
        subject = claims["sub"]
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        return None
    kinds = {kind.value for kind in CallerKind} - {CallerKind.PERSON.value}
    known = isinstance(subject, str) and len(subject) <= 200 and subject.partition(":")[0] in kinds
    return subject if known and subject.isprintable() else None


def _proved(
    app: Application, claimed: str | None, assertion: str
) -> tuple[ClientRecord, str, dict[str, Any]]:
    """The client, the key that proves it, and the claims that it signed. Raises AssertionRefused."""
    if claimed is None:
        raise AssertionRefused
    try:
        with app.register.reading() as connection:
            found = client(connection, claimed)
            keys = [key for key in keys_of(connection, [claimed])[claimed] if key.revoked_at is None]
    except NotFound:
        raise AssertionRefused from None
    for key in keys if found.active else ():
        claims = signed_claims(assertion, key.jwk, key.thumbprint)
        if claims is not None and claims.get("sub") == claimed:
            return found, key.thumbprint, claims
    raise AssertionRefused


def signed_claims(assertion: str, jwk: dict[str, Any], thumbprint: str) -> dict[str, Any] | None:
    """The claims, where the key's signature is on them; the algorithm is the key's, never the header's choice."""
    try:
        header = jws.extract_compact(assertion.encode()).headers()
        if header.get("kid") not in (None, thumbprint) or header.get("typ") not in _TYPES or "crit" in header:
            return None
        registry = jws.JWSRegistry(algorithms=list(_ALL))
        allowed = list(ALGORITHMS[jwk["crv"]])
        content = jws.deserialize_compact(assertion, key_of(jwk), algorithms=allowed, registry=registry)
        claims = json.loads(content.payload)
    except (JoseError, ValueError, TypeError, RecursionError, BadKey):
        return None
    return claims if isinstance(claims, dict) else None


def check_claims(claims: dict[str, Any], audiences: Collection[str], now: datetime) -> datetime:
    """When an assertion with these claims ends, whose `sub` was looked at. Raises an AssertionRefused."""
    jti = claims.get("jti")
    if claims.get("iss") != claims["sub"]:
        raise AssertionRefused
    if not isinstance(jti, str) or not 1 <= len(jti) <= _LONGEST_JTI or not jti.isprintable():
        raise AssertionRefused
    audience = claims.get("aud")
    # One audience alone: an assertion that others may take as well could be brought here by them.
    if isinstance(audience, list) and len(audience) == 1:
        audience = audience[0]
    if not isinstance(audience, str) or audience.rstrip("/") not in audiences:
        raise AssertionMisdirected
    expires = _moment(claims.get("exp"))
    if expires is None or not now - _LEEWAY < expires <= now + LONGEST_ASSERTION + _LEEWAY:
        raise AssertionExpired
    for name in ("nbf", "iat"):
        begins = _moment(claims.get(name))
        if (name in claims and begins is None) or (begins is not None and begins > now + _LEEWAY):
            raise AssertionExpired
    return expires


def _asked_for(found: ClientRecord, scope: str | None) -> tuple[Action, ...] | None:
    """What the token is good for. Raises ScopeNotGranted."""
    if not scope or not scope.strip():
        return None
    known = {action.value for action in Action}
    wanted = sorted(set(scope.split()))
    refused = [word for word in wanted if word not in known]
    if found.actions is not None:
        refused += [word for word in wanted if word in known and Action(word) not in found.actions]
    if refused:
        raise ScopeNotGranted(scope=" ".join(refused)[:200])
    return tuple(Action(word) for word in wanted)


def _moment(seconds: Any) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        return None
    try:
        return datetime.fromtimestamp(seconds, VIETNAM)
    except (OverflowError, ValueError, OSError):
        return None
