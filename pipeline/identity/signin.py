"""Signing in to a local account: password, then the second factor; wrong tries are counted and answered all alike.

An account is begun, or begun again, with an activation code that an administrator hands over: it lets its holder choose
a password and enrol a second factor, and is used up when that is done. A password alone opens nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeVar

from models.errors import NotAuthenticated, SignInElsewhere, SignInFailed
from models.times import iso, vietnam_time
from pipeline.application import Application
from pipeline.attempts import attempt
from pipeline.identity import passwords, totp
from pipeline.identity.sessions import PURPOSE, Session, living, open_session
from storage.access import accounts as store
from storage.access.accounts import AccountRecord
from storage.access.tokens import (
    TokenRecord,
    amend_token,
    find_token,
    issue_token,
    revoke_others_of,
    revoke_tokens_of,
    use_token_up,
)
from storage.register import Transaction

T = TypeVar("T")

LOGIN_LIFETIME = timedelta(minutes=10)
ACTIVATION_LIFETIME = timedelta(hours=72)
FREE_TRIES = 5
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=15)
_FAILURES_LAST_S = 0.25
"""A failed sign-in lasts a multiple of this."""
STRANGER = "stranger"
"""Who acts before anybody has proved who they are."""
Next = Literal["totp", "enrol_totp"]


@dataclass(frozen=True)
class Step:
    """What comes next in signing in, and the token that goes on with it."""

    next: Next
    login: str
    lifetime: timedelta = LOGIN_LIFETIME


def begin(app: Application, name: str, password: str) -> Step:
    """The first factor of a local account. Raises SignInFailed whatever is wrong, SignInElsewhere, or SignInBusy."""
    _local(app)
    person = name.strip().lower()
    return _on_record(app, person, lambda: _first_factor(app, person, password))


def enrol(app: Application, login: str) -> totp.Enrolment:
    """A new second factor for the app of whoever is signing in with an activation code; asked again it is the same one.

    Raises NotAuthenticated where this is not the next step.
    """
    with app.register.transaction(actor=STRANGER, purpose=PURPOSE) as tx:
        record = _at_step(app, tx, login, "enrol_totp")
        sealed = record.details.get("secret")
        if sealed is None:
            secret = totp.new_secret()
            amend_token(tx, record, secret=app.seal.close(_context(record.subject), secret.encode()))
        else:
            secret = app.seal.open(_context(record.subject), sealed).decode()
    return totp.enrolment(secret, record.subject, f"ecopy {app.hands.agency.name}")


def finish(app: Application, login: str, code: str, *, agency: str | None = None) -> Session:
    """The second factor; opens the session. Raises SignInFailed, or NotAuthenticated where the sign-in ran out."""
    with app.register.reading() as connection:
        found = find_token(connection, login, _now(app))
    if found is None or found.kind != "login" or found.details.get("step") not in ("totp", "enrol_totp"):
        raise NotAuthenticated
    return _on_record(app, found.subject, lambda: _second_factor(app, login, code, agency))


def activate(app: Application, code: str, password: str) -> Step:
    """Begin with an activation code: choose a password, or prove the one there is, as the code says.

    Raises WeakPassword, SignInFailed, SignInElsewhere, or NotAuthenticated for a code that does not hold.
    """
    _local(app)
    with app.register.reading() as connection:
        found = find_token(connection, code.strip(), _now(app))
        if found is None or found.kind != "login" or found.details.get("step") != "activate":
            raise NotAuthenticated
        account = store.find_account(connection, found.subject)
    if account is None or not account.active:
        raise NotAuthenticated
    return _on_record(app, found.subject, lambda: _activated(app, found, account, password))


def change_password(app: Application, record: TokenRecord, old: str, new: str) -> int:
    """Another password for whoever is signed in; their other sessions end. Says how many those were.

    Raises SignInFailed for a wrong old one, WeakPassword, SignInBusy.
    """
    person = record.subject

    def change() -> int:
        with app.register.reading() as connection:
            account = store.account(connection, person)
        if not _proved(app, account, old):
            raise SignInFailed
        hashed = passwords.hash_password(new, _known(app, person))
        with app.register.transaction(actor=person, purpose=PURPOSE) as tx:
            store.set_password(tx, person, hashed)
            ended = revoke_others_of(tx, record)
            tx.audit("change_password", person, ended=ended)
        return ended

    return _on_record(app, person, change, action="change_password")


def new_activation(tx: Transaction, person: str, *, password: bool, factor: bool) -> str:
    """An activation code for `person`: they choose what is named here anew. What they hold ends, earlier codes too."""
    revoke_tokens_of(tx, person)
    store.account(tx.connection, person)
    if password:
        store.set_password(tx, person, None)
    if factor:
        store.set_totp(tx, person, None, None)
    store.forget_failures(tx, person)
    details = {"step": "activate", "password": password, "factor": factor}
    return issue_token(tx, "login", person, lifetime=ACTIVATION_LIFETIME, proof="password", details=details)


def _first_factor(app: Application, person: str, password: str) -> Step:
    with app.register.reading() as connection:
        account = store.find_account(connection, person)
    if not _proved(app, account, password) or account is None or account.totp_secret is None:
        raise SignInFailed
    old = account.password_hash
    anew = passwords.rehashed(password) if old and passwords.outdated(old) else None
    with app.register.transaction(actor=STRANGER, purpose=PURPOSE) as tx:
        if anew is not None:
            store.set_password(tx, person, anew)
        return _step(tx, person, "totp")


def _second_factor(app: Application, login: str, code: str, agency: str | None) -> Session:
    with app.register.reading() as connection:
        record = find_token(connection, login, _now(app))
        account = store.find_account(connection, record.subject) if record else None
    if record is None or account is None or not account.active:
        raise SignInFailed
    enrolling = record.details["step"] == "enrol_totp"
    sealed = record.details.get("secret") if enrolling else account.totp_secret
    if _count(app, account) is None or sealed is None:
        raise SignInFailed
    secret = app.seal.open(_context(account.person), sealed).decode()
    step = totp.step_of(secret, code.strip(), app.clock.now())
    if step is None:
        raise SignInFailed
    with app.register.transaction(actor=account.person, purpose=PURPOSE) as tx:
        used = [record.hash, *filter(None, [record.details.get("activation")])]
        if not all(use_token_up(tx, one) for one in used):
            raise SignInFailed
        if enrolling:
            store.set_totp(tx, account.person, sealed, step)
            tx.audit("enrol_factor", account.person)
        elif not store.use_totp_step(tx, account.person, step):
            raise SignInFailed
        store.forget_failures(tx, account.person)
        return open_session(app, tx, account.person, proof="password+totp", agency=agency)


def _activated(app: Application, code: TokenRecord, account: AccountRecord, password: str) -> Step:
    person, chosen = account.person, None
    if code.details["password"]:
        chosen = passwords.hash_password(password, _known(app, person))
    elif not _proved(app, account, password):
        raise SignInFailed
    with app.register.transaction(actor=STRANGER, purpose=PURPOSE) as tx:
        if chosen is not None:
            store.set_password(tx, person, chosen)
            tx.audit("choose_password", person)
        enrolling = code.details["factor"] or account.totp_secret is None
        return _step(tx, person, "enrol_totp" if enrolling else "totp", activation=code.hash)


def _proved(app: Application, account: AccountRecord | None, password: str) -> bool:
    """Whether it is the account's password. A wrong one is counted; a closed or locked account has none, nor has None.

    Raises SignInBusy, which counts as no try.
    """
    count = _count(app, account)
    usable = account is not None and account.active and count is not None
    judged = False
    try:
        right = passwords.password_is(password, account.password_hash if account and usable else None)
        judged = True
    finally:
        if account is not None and count is not None and (not judged or right):
            with app.register.transaction(actor=STRANGER, purpose=PURPOSE) as tx:
                store.uncount_attempt(tx, account.person, count)
    return right


def _count(app: Application, account: AccountRecord | None) -> int | None:
    """Count a try before it is judged; None where the account waits or is not there."""
    if account is None:
        return None
    with app.register.transaction(actor=STRANGER, purpose=PURPOSE) as tx:
        return store.count_attempt(
            tx, account.person, free=FREE_TRIES, first_wait=FIRST_WAIT, most=LONGEST_WAIT
        )


def _step(tx: Transaction, person: str, following: Next, **more: str) -> Step:
    details = {"step": following, **more}
    token = issue_token(tx, "login", person, lifetime=LOGIN_LIFETIME, proof="password", details=details)
    return Step(following, token)


def _at_step(app: Application, tx: Transaction, login: str, step: Next) -> TokenRecord:
    record = living(app, tx, login)
    if record.details.get("step") != step:
        raise NotAuthenticated
    return record


def _known(app: Application, person: str) -> list[str]:
    """What everybody knows of the account, and guesses first."""
    today = vietnam_time(app.clock.now()).date()
    with app.register.reading() as connection:
        names = [office.name for office in store.offices_of(connection, [person], today)[person]]
    return [person, app.hands.agency.name, *names]


def _on_record(app: Application, person: str, act: Callable[[], T], *, action: str = "sign_in") -> T:
    """`act`, on record where it fails; under a name that is no account's, which may be anything, as nobody's."""
    with app.register.reading() as connection:
        known = store.find_account(connection, person) is not None
    subject = person if known else "unknown-account"
    began = time.monotonic()
    try:
        with attempt(app, action, subject, actor=STRANGER, purpose=PURPOSE):
            return act()
    except SignInFailed:
        # What an account costs more than none, writing its count, is not to be seen from the outside.
        time.sleep((began - time.monotonic()) % _FAILURES_LAST_S)
        raise


def _local(app: Application) -> None:
    if not app.settings.local_accounts:
        raise SignInElsewhere


def _context(person: str) -> str:
    return f"totp:{person}"


def _now(app: Application) -> str:
    return iso(app.clock.now())
