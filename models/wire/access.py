"""Who comes in, over the API: tokens of clients, the sign-in of people, accounts and clients as an administrator sees them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from models.access import Action, CallerKind
from models.base import Value
from models.people import Agency, Role
from models.wire.problems import Problem
from models.wire.words import Line

AccountName = Annotated[str, Field(pattern=r"^[0-9a-z][0-9a-z._@-]{0,79}$")]
ClientName = Annotated[str, Field(pattern=r"^[0-9a-z][0-9a-z._-]{0,63}$")]
AgencyIdentifier = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,34}$")]
Secret = Annotated[str, Field(min_length=1, max_length=1024)]
"""What is never shown again, so nothing else is asked of its form here."""
Code = Annotated[str, Field(pattern=r"^\s*[0-9]{6}\s*$")]
Subject = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,255}$")]
Quota = Annotated[int, Field(ge=1, le=1 << 50)]
Jwk = Annotated[dict[str, Any], Field(max_length=20, examples=[{"kty": "OKP", "crv": "Ed25519", "x": "…"}])]


class Token(Value):
    """A client's token, as RFC 6749 section 5.1 has it; `expires_in` in seconds."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int
    scope: str | None = None
    """The actions that it is good for, where less than all was asked for."""


class TokenRefused(Problem):
    """Why there is no token: a problem that OAuth libraries understand too (RFC 6749 section 5.2)."""

    error: Literal["invalid_client", "invalid_request", "invalid_scope", "unsupported_grant_type"]
    error_description: str


class Me(Value):
    """Who asks, and what they are here."""

    id: str
    kind: CallerKind
    name: str
    agency: Agency
    roles: tuple[Role, ...]
    actions: tuple[Action, ...]
    """What their roles, or what they were granted, let them do in some case."""
    proof: str
    ends: datetime
    """When this token or session ends unless it is used before."""


class Password(Value):
    """The first step of signing in to a local account."""

    account: Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,200}$")]
    password: Secret


class Activation(Value):
    """An activation code of the administrator, and the password that is chosen (or, as the code says, proved)."""

    code: Secret
    password: Secret


class SignInStep(Value):
    """What comes next: a code of the authenticator app, or enrolling one; `login` goes on with it."""

    next: Literal["totp", "enrol_totp"]
    login: str
    expires_in: int


class Login(Value):
    """The sign-in that goes on."""

    login: Secret


class Factor(Value):
    """What an authenticator app is told: `secret` in base32, or both in `uri` (shown as a QR code)."""

    secret: str
    uri: str


class SecondFactor(Value):
    """The last step of signing in."""

    login: Secret
    code: Code
    agency: AgencyIdentifier | None = None
    """For whom to act, of several agencies; the one of the newest office by default."""
    keep: Literal["cookie", "token"] = "cookie"
    """Where the session is kept: in the browser's cookie, or in the answer, for a program."""


class SignedIn(Value):
    """A session; `token` for a program only."""

    person: str
    name: str
    agency: Agency
    roles: tuple[Role, ...]
    idle_end: datetime
    """Moved on by every use, up to `end`."""
    end: datetime
    token: str | None = None


class OpenSession(Value):
    """One of one's own sessions."""

    id: str
    began: datetime
    used: datetime
    ends: datetime
    proof: str
    place: str
    present: bool
    """Whether it is the one that asks."""


class PasswordChange(Value):
    old: Secret
    new: Secret


class Ended(Value):
    """How many sessions or tokens ended."""

    ended: int


class Office(Value):
    """An office that a person holds."""

    role: Role
    agency: str
    since: str


class Account(Value):
    """An account. Of its secrets only whether there are any."""

    id: str
    name: str
    state: Literal["active", "closed"]
    offices: tuple[Office, ...]
    password: bool
    second_factor: bool
    locked_until: datetime | None
    oidc_issuer: str | None
    oidc_subject: str | None
    created_at: datetime
    changed_at: datetime


class NewAccount(Value):
    """A person, the offices they hold, and where; this installation's own agency by default."""

    id: AccountName
    name: Line
    roles: Annotated[tuple[Role, ...], Field(min_length=1, max_length=9)]
    agency: AgencyIdentifier | None = None
    agency_name: Line | None = None
    oidc_subject: Subject | None = None
    """Their identity of the single sign-on; then there is no activation code."""


class OpenedAccount(Value):
    """An account just opened; the activation code is told once."""

    account: Account
    activation: str | None


class Offices(Value):
    """The offices that a person holds from now on at one agency; none ends them all."""

    roles: Annotated[tuple[Role, ...], Field(max_length=9)]
    name: Line | None = None
    agency: AgencyIdentifier | None = None
    agency_name: Line | None = None


class Reset(Value):
    """What somebody begins anew with the activation code."""

    password: bool = False
    second_factor: bool = False

    @model_validator(mode="after")
    def _something(self) -> Reset:
        if not (self.password or self.second_factor):
            raise ValueError("password or second_factor")
        return self


class ActivationCode(Value):
    """Told once; for 72 hours."""

    activation: str


class Binding(Value):
    """An identity of the single sign-on."""

    subject: Subject


class ClientKey(Value):
    """A public key of a client, named by its RFC 7638 thumbprint."""

    thumbprint: str
    jwk: dict[str, Any]
    added_at: datetime
    revoked_at: datetime | None


class Client(Value):
    """A device, postal operator or system. `actions` is null for all that its role may be granted."""

    id: str
    kind: CallerKind
    name: str
    agency: str
    actions: tuple[Action, ...] | None
    state: Literal["active", "closed"]
    quota_bytes: int | None
    keys: tuple[ClientKey, ...]
    created_at: datetime
    changed_at: datetime


class NewClient(Value):
    """A client by its short id (`kiosk-01` becomes `device:kiosk-01`), with its first key where there is one."""

    kind: Literal["device", "postal", "system"]
    id: ClientName
    name: Line
    agency: AgencyIdentifier | None = None
    agency_name: Line | None = None
    actions: Annotated[tuple[Action, ...], Field(max_length=60)] | None = None
    quota_bytes: Quota | None = None
    key: Jwk | None = None


class ClientChange(Value):
    """What changes; what is left out stays. `actions` and `quota_bytes` may be null, see `Client`."""

    name: Line = ""
    actions: Annotated[tuple[Action, ...], Field(max_length=60)] | None = None
    quota_bytes: Quota | None = None


class NewKey(Value):
    """A further public key, while the client changes over."""

    key: Jwk
