"""A kiosk joins once, with a code and a key of its own; what it can't prove to be the server's it does not believe."""

from __future__ import annotations

import json
import stat
import time
from pathlib import Path

import pytest

from kiosk_agent.agent import VERSION, Agent, now
from kiosk_agent.home import Home
from kiosk_agent.line import Line, enrol
from kiosk_agent.settings import load_kiosk_settings
from models.errors import (
    AssertionRefused,
    EnrolmentRefused,
    KioskClockWrong,
    KioskEnrolled,
    KioskNotEnrolled,
    KioskSecretsLost,
    OrdersInvalid,
    OrdersMissing,
    ProfileUnknown,
    ReceiptInvalid,
    ServerUnreachable,
    SpoolBroken,
)
from models.wire.receipts import ReceiptKeys, check_receipt
from pipeline.identity.clients import close_client, reopen_client
from tests.kiosk_agent.counters import PURPOSE, invited, joined
from tests.web.support import Served


def home_in(folder: Path, **more: object) -> Home:
    return Home(load_kiosk_settings(home=folder, key_store="file", **more), now)


def test_a_code_brings_one_key_in_once(house: Served, tmp_path: Path) -> None:
    client, code = invited(house)
    home = home_in(tmp_path / "kiosk")
    with pytest.raises(KioskNotEnrolled):
        Agent(home.settings)
    belonging = enrol(home, house.url + "/", code.lower(), version=VERSION)
    assert (belonging.client, belonging.url, belonging.secrets) == (client, house.url, "file")
    assert home.belonging == belonging
    with pytest.raises(EnrolmentRefused):
        enrol(home_in(tmp_path / "other"), house.url, code, version=VERSION)
    with pytest.raises(KioskNotEnrolled):
        home_in(tmp_path / "other").secrets()
    with pytest.raises(KioskEnrolled):
        enrol(home, house.url, invited(house)[1], version=VERSION)


def test_enrolled_anew_it_still_knows_what_it_holds(house: Served, tmp_path: Path) -> None:
    settings = joined(house, tmp_path)
    with Home(settings, now).open_spool() as spool:
        scan = spool.begin({"purpose": "dossier:x"})
    client, code = invited(house)
    enrol(Home(settings, now), house.url, code, version=VERSION, again=True)
    assert Home(settings, now).belonging.client == client
    with Home(settings, now).open_spool() as spool:
        assert spool.scan(scan).words == {"purpose": "dossier:x"}
    line = Line(Home(settings, now))
    assert line.fetch_orders() is not None
    line.close()


def test_its_secrets_are_for_its_user_alone_and_a_stolen_spool_opens_with_no_other(
    house: Served, tmp_path: Path
) -> None:
    settings = joined(house, tmp_path)
    path = tmp_path / "secrets.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with Home(settings, now).open_spool() as spool:
        scan = spool.begin({"purpose": "dossier:H01.23-260105-0001"})
    assert b"H01.23" not in (tmp_path / "spool" / "index.sqlite3").read_bytes()
    kept = path.read_text()
    path.write_text(json.dumps({**json.loads(kept), "words": "00" * 32}))
    with Home(settings, now).open_spool() as spool, pytest.raises(SpoolBroken):
        spool.scan(scan)
    path.unlink()
    with pytest.raises(KioskSecretsLost):
        Home(settings, now).open_spool()


def test_where_the_keyring_takes_nothing_the_code_is_not_used_up(house: Served, tmp_path: Path) -> None:
    _, code = invited(house)
    home = Home(load_kiosk_settings(home=tmp_path, key_store="keyring"), now)
    with pytest.raises(KioskSecretsLost):
        enrol(home, house.url, code, version=VERSION)
    enrol(home_in(tmp_path), house.url, code, version=VERSION)


def test_without_a_server_nothing_is_made(tmp_path: Path) -> None:
    home = home_in(tmp_path / "kiosk")
    with pytest.raises(ServerUnreachable):
        enrol(home, "http://127.0.0.1:9", "AAAA-BBBB-CCCC-DDDD", version=VERSION)
    with pytest.raises(KioskNotEnrolled):
        home.belonging  # noqa: B018


def test_orders_are_kept_for_days_without_a_line_and_only_the_pinned_server_s(
    house: Served, tmp_path: Path
) -> None:
    settings = joined(house, tmp_path)
    home = Home(settings, now)
    with pytest.raises(OrdersMissing):
        home.orders()
    line = Line(home)
    orders = line.fetch_orders()
    assert orders is not None
    assert home.orders() == orders
    assert line.fetch_orders() is None, "there are no newer ones"
    line.close()
    assert home.profile("giay-to").name == "giay-to"
    assert home.profile(None) == orders.profiles[0]
    with pytest.raises(ProfileUnknown):
        home.profile("tu-che")

    text = (tmp_path / "orders.jws").read_text()
    head, body, signature = text.split(".")
    forged = f"{head}.{body[:-4]}{'AAAA' if body[-4:] != 'AAAA' else 'BBBB'}.{signature}"
    with pytest.raises(OrdersInvalid):
        home.keep_orders(forged)
    assert home.orders() == orders
    strange = home.belonging.model_copy(update={"receipt_keys": ReceiptKeys(keys=())})
    home.belong(strange)
    with pytest.raises(OrdersInvalid):
        home.keep_orders(text)


def test_revoked_it_is_out_at_once_and_keeps_what_it_holds(house: Served, tmp_path: Path) -> None:
    settings = joined(house, tmp_path)
    home = Home(settings, now)
    line = Line(home)
    line.fetch_orders()
    close_client(house.office, home.belonging.client, purpose=PURPOSE)
    line.orders_tag = None
    with pytest.raises(AssertionRefused):
        line.fetch_orders()
    reopen_client(house.office, home.belonging.client, purpose=PURPOSE)
    assert line.fetch_orders() is not None
    line.close()


@pytest.mark.parametrize("years", [-1, 1])
def test_a_clock_a_year_off_is_told_as_such(
    house: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, years: int
) -> None:
    settings = joined(house, tmp_path)
    off = years * 365 * 86_400
    real = time.time
    monkeypatch.setattr("web.client.keys.time.time", lambda: real() + off)
    from datetime import timedelta

    line = Line(Home(settings, lambda: now() + timedelta(seconds=off)))
    with pytest.raises(KioskClockWrong) as told:
        line.fetch_orders()
    assert abs(told.value.details["seconds"] - off) < 60
    line.close()


def test_a_new_receipt_key_is_believed_when_an_old_one_vouches_for_it(house: Served, tmp_path: Path) -> None:
    settings = joined(house, tmp_path)
    home = Home(settings, now)
    pinned = home.belonging.receipt_keys
    app = house.office
    line = Line(home)
    line.fetch_orders()
    assert home.belonging.receipt_keys == pinned
    # Another machine of the same installation, with a sealing key of its own, makes a receipt key of its own.
    from pipeline.receipts import receipt_keys
    from pipeline.sealing import Seal

    other = Seal(tmp_path / "other.key", app.keys)
    kept, app.__dict__["seal"] = app.seal, other
    try:
        from models.wire.receipts import Receipt
        from pipeline.receipts import sign_receipt

        receipt = Receipt(
            upload="01J0000000000000000000000A", document="01J0000000000000000000000B", sha256="0" * 64, size=1,
            received_at="2026-11-23T00:00:00+07:00", received_by="device:x", agency="x", purpose="intake:counter",
        )  # fmt: skip
        text = sign_receipt(app, receipt)
    finally:
        app.__dict__["seal"] = kept
    assert len(receipt_keys(app).keys) == len(pinned.keys) + 1
    with pytest.raises(ReceiptInvalid):
        check_receipt(text, line.receipt_keys)
    line.orders_tag = None
    line.fetch_orders()
    assert check_receipt(text, line.receipt_keys) == receipt
    line.close()
