"""Accounts, clients and tokens in the register, alike on every database: counted, used once, ended at once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from models.access import Action, CallerKind
from models.errors import AccountExists, NotFound
from models.people import Agency, Person, Role
from models.times import iso, vietnam_time
from storage.access import accounts, assertions, clients, tokens
from storage.access.callers import caller_of
from tests.storage.support import Room

WARD = Agency(identifier="H99.01", name="Ủy ban nhân dân phường Mẫu")
LAN = Person(id="lan", name="Nguyễn Thị Lan", role=Role.CLERK, agency=WARD)
COUNTING = {"free": 3, "first_wait": timedelta(seconds=30), "most": timedelta(minutes=5)}


@pytest.fixture
def opened(home: Room) -> Room:
    with home.register.transaction(actor="t", purpose="t") as tx:
        accounts.open_account(tx, LAN)
    return home


def roles_of(home: Room) -> set[Role]:
    with home.register.reading() as connection:
        found = caller_of(connection, "lan", vietnam_time(home.clock.now()).date())
    return set(found.roles) if found else set()


def test_an_office_ends_at_once_and_can_be_taken_again_the_same_day(opened: Room) -> None:
    officer = LAN.model_copy(update={"role": Role.OFFICER})
    for _ in range(2):
        with opened.register.transaction(actor="t", purpose="t") as tx:
            accounts.give_office(tx, officer)
        assert roles_of(opened) == {Role.CLERK, Role.OFFICER}
        with opened.register.transaction(actor="t", purpose="t") as tx:
            accounts.end_office(tx, "lan", Role.OFFICER, WARD.identifier)
        assert roles_of(opened) == {Role.CLERK}
    with pytest.raises(NotFound), opened.register.transaction(actor="t", purpose="t") as tx:
        accounts.end_office(tx, "lan", Role.OFFICER, WARD.identifier)


def test_somebody_without_an_office_does_not_come_in(opened: Room) -> None:
    with opened.register.transaction(actor="t", purpose="t") as tx:
        accounts.end_office(tx, "lan", Role.CLERK, WARD.identifier)
    assert roles_of(opened) == set()


def test_tries_at_once_are_each_counted(opened: Room) -> None:
    counts: list[int | None] = []

    def once() -> None:
        with opened.register.transaction(actor="t", purpose="t") as tx:
            counts.append(accounts.count_attempt(tx, "lan", **COUNTING))

    threads = [threading.Thread(target=once) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(count for count in counts if count) == [1, 2, 3]
    assert counts.count(None) == 5


def test_a_wait_doubles_up_to_its_most(opened: Room) -> None:
    waits = []
    for _ in range(8):
        with opened.register.transaction(actor="t", purpose="t") as tx:
            accounts.count_attempt(tx, "lan", **COUNTING)
            until = accounts.account(tx.connection, "lan").locked_until
        waited = 0
        while until is not None and iso(opened.clock.now()) < until:
            opened.clock.move(timedelta(seconds=1))
            waited += 1
        waits.append(waited)
    assert waits == [0, 0, 30, 60, 120, 240, 300, 300]


def test_a_right_try_is_uncounted_unless_somebody_tried_since(opened: Room) -> None:
    with opened.register.transaction(actor="t", purpose="t") as tx:
        first = accounts.count_attempt(tx, "lan", **COUNTING)
        second = accounts.count_attempt(tx, "lan", **COUNTING)
        assert (first, second) == (1, 2)
        accounts.uncount_attempt(tx, "lan", 1)
        assert accounts.account(tx.connection, "lan").failures == 2
        accounts.uncount_attempt(tx, "lan", 2)
        assert accounts.account(tx.connection, "lan").failures == 1


def test_a_time_step_is_used_once_and_never_an_older_one(opened: Room) -> None:
    with opened.register.transaction(actor="t", purpose="t") as tx:
        used = [accounts.use_totp_step(tx, "lan", step) for step in (7, 7, 6, 8)]
    assert used == [True, False, False, True]


def test_an_assertion_is_used_once_by_its_client(home: Room) -> None:
    later = iso(home.clock.now() + timedelta(minutes=5))
    with home.register.transaction(actor="t", purpose="t") as tx:
        used = [
            assertions.use_assertion(tx, client, "1", expires_at=later)
            for client in ("system:a", "system:b", "system:a")
        ]
    assert used == [True, True, False]


def test_a_token_is_used_up_once(home: Room) -> None:
    with home.register.transaction(actor="t", purpose="t") as tx:
        token = tokens.issue_token(tx, "login", "lan", lifetime=timedelta(minutes=1), proof="password")
        record = tokens.find_token(tx.connection, token, tx.at)
        assert record is not None
        tokens.amend_token(tx, record, step="totp")
        assert [tokens.use_token_up(tx, record.hash) for _ in range(2)] == [True, False]
        assert tokens.find_token(tx.connection, token, tx.at) is None


def test_what_ran_out_is_forgotten_and_nothing_else(home: Room) -> None:
    with home.register.transaction(actor="t", purpose="t") as tx:
        short = tokens.issue_token(tx, "access", "lan", lifetime=timedelta(minutes=1), proof="assertion")
        long = tokens.issue_token(tx, "access", "lan", lifetime=timedelta(hours=1), proof="assertion")
        assertions.use_assertion(tx, "system:a", "1", expires_at=tx.at)
    home.clock.move(timedelta(minutes=2))
    with home.register.transaction(actor="t", purpose="t") as tx:
        assert tokens.forget_expired(tx, before=tx.at) == 1
        assert tokens.find_token(tx.connection, short, tx.at) is None
        assert tokens.find_token(tx.connection, long, tx.at) is not None
        assert assertions.use_assertion(tx, "system:a", "1", expires_at=tx.at)


def test_an_account_is_opened_once_and_an_identity_bound_once(opened: Room) -> None:
    with pytest.raises(AccountExists), opened.register.transaction(actor="t", purpose="t") as tx:
        accounts.open_account(tx, LAN)
    with opened.register.transaction(actor="t", purpose="t") as tx:
        accounts.open_account(tx, LAN.model_copy(update={"id": "mai"}))
        accounts.bind(tx, "lan", "https://sso", "1")
        accounts.bind(tx, "lan", "https://sso", "1")
    with pytest.raises(AccountExists), opened.register.transaction(actor="t", purpose="t") as tx:
        accounts.bind(tx, "mai", "https://sso", "1")
    with opened.register.transaction(actor="t", purpose="t") as tx:
        accounts.bind(tx, "lan", None, None)
        accounts.bind(tx, "mai", "https://sso", "1")


def test_keys_of_one_moment_stay_in_the_order_they_were_added(home: Room) -> None:
    added = ["c", "a", "d", "b"]
    with home.register.transaction(actor="t", purpose="t") as tx:
        identifier = clients.add_client(tx, CallerKind.SYSTEM, "tthc", name="TTHC", agency="H99.01")
        for thumbprint in added:
            clients.add_key(tx, identifier, thumbprint, {"kty": "OKP"})
        held = clients.keys_of(tx.connection, [identifier])[identifier]
    assert [key.thumbprint for key in held] == added
    assert len({key.added_at for key in held}) == 1


def test_a_client_is_what_it_was_told_to_be(home: Room) -> None:
    with home.register.transaction(actor="t", purpose="t") as tx:
        identifier = clients.add_client(tx, CallerKind.SYSTEM, "tthc", name="TTHC", agency="H99.01")
        clients.add_key(tx, identifier, "thumb", {"kty": "OKP"})
        clients.change_client(tx, identifier, actions=[Action.SUBMIT], quota_bytes=5)
        found = clients.client(tx.connection, identifier)
        assert (found.actions, found.quota_bytes, found.active) == (frozenset({Action.SUBMIT}), 5, True)
        clients.revoke_key(tx, identifier, "thumb")
        clients.close_client(tx, identifier)
    with home.register.reading() as connection:
        (key,) = clients.keys_of(connection, [identifier])[identifier]
        assert key.revoked_at is not None
        assert caller_of(connection, identifier, vietnam_time(home.clock.now()).date()) is None
        assert [one.id for one in clients.clients_after(connection, "", 10)] == [identifier]
        assert clients.clients_after(connection, identifier, 10) == []
    with pytest.raises(AccountExists), home.register.transaction(actor="t", purpose="t") as tx:
        clients.add_key(tx, identifier, "thumb", {"kty": "OKP"})
