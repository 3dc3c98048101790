"""Orders: signed by the receipt key for one device; what is forged, another's or below the rule set does not come through."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from joserfc import jws
from joserfc.jwk import OKPKey

from models.access import Action, CallerKind
from models.errors import OrdersInvalid, ReceiptInvalid, ScanProfilesWrong
from models.people import Role
from models.rulesets import rule_set_by_id
from models.wire.profiles import MEDIA_TYPE, TYPE, Orders, read_orders
from models.wire.receipts import TYPE as RECEIPT
from models.wire.receipts import ReceiptKey, ReceiptKeys, check_receipt, thumbprint
from pipeline.kiosks.profiles import load_profiles
from pipeline.kiosks.reports import kiosks_of
from pipeline.receipts import receipt_keys, sign_words
from pipeline.settings import load_settings
from tests.clocks import FixedClock
from tests.web.kiosks.joining import RUNNING, Newcomer
from tests.web.support import Served, served
from web.app import create_app

ORDERS = "/api/v1/kiosk/orders"
RULES = rule_set_by_id("vn-2025-07-01")


def fetched(kiosk: httpx.Client, device: Newcomer) -> tuple[str, Orders]:
    answer = kiosk.get(ORDERS)
    assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA_TYPE)
    return answer.text, read_orders(answer.text, receipt_keys(device.house.office), device=device.id)


def test_a_kiosk_gets_what_it_scans_by(kiosk: httpx.Client, device: Newcomer, clock: FixedClock) -> None:
    _, orders = fetched(kiosk, device)
    office = device.house.office
    assert (orders.device, orders.agency, orders.rule_set) == (device.id, office.hands.agency, RULES.id)
    assert [one.name for one in orders.profiles] == ["giay-to", "hai-mat", "mat-kinh", "the", "ban-ve"]
    assert orders.limits == office.rules_today().image.limits
    assert orders.least_version == "0.1"
    assert not orders.are_old(clock.now())
    assert orders.are_old(datetime.fromisoformat(orders.expires_at))


def test_the_same_orders_are_not_sent_again_until_the_day_is_over(
    kiosk: httpx.Client, device: Newcomer, clock: FixedClock
) -> None:
    first = kiosk.get(ORDERS)
    tag = first.headers["etag"]
    clock.move(timedelta(minutes=1))
    again = kiosk.get(ORDERS, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    clock.move(timedelta(days=1))
    with device.connected() as tomorrow:
        newer = tomorrow.get(ORDERS, headers={"If-None-Match": tag})
    assert newer.status_code == 200
    assert newer.headers["etag"] != tag
    orders = [
        read_orders(one.text, receipt_keys(device.house.office), device=device.id) for one in (first, newer)
    ]
    assert orders[0].sealing_key == orders[1].sealing_key
    assert orders[0].expires_at < orders[1].expires_at


def test_orders_of_another_device_are_no_orders(kiosk: httpx.Client, device: Newcomer) -> None:
    text, _ = fetched(kiosk, device)
    with pytest.raises(OrdersInvalid, match="device"):
        read_orders(text, receipt_keys(device.house.office), device="device:another")


def test_what_is_forged_or_changed_does_not_hold(kiosk: httpx.Client, device: Newcomer) -> None:
    text, orders = fetched(kiosk, device)
    keys = receipt_keys(device.house.office)
    head, payload, signature = text.split(".")
    other = OKPKey.generate_key("Ed25519")
    x = str(other.as_dict(private=False)["x"])
    theirs = ReceiptKeys(keys=(ReceiptKey(x=x, kid=thumbprint(x)),))
    changed = orders.model_copy(update={"profiles": orders.profiles[:1]}).model_dump_json().encode()
    packed = base64.urlsafe_b64encode(changed).decode().rstrip("=")

    def by_them(**more: object) -> str:
        header = {"alg": "Ed25519", "typ": TYPE, "kid": keys.keys[0].kid, **more}
        return jws.serialize_compact(header, changed, other, algorithms=["Ed25519"])

    none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": TYPE}).encode()).decode().rstrip("=")
    forged = [
        f"{head}.{packed}.{signature}",
        f"{head}.{payload}.{signature[:-4]}AAAA",
        f"{none}.{packed}.",
        by_them(),
        by_them(kid=theirs.keys[0].kid),
        "",
        "x" * 300_000,
    ]
    for one in forged:
        with pytest.raises(OrdersInvalid):
            read_orders(one, keys, device=device.id)
    with pytest.raises(OrdersInvalid, match="kid"):
        read_orders(text, theirs, device=device.id)


def test_a_receipt_is_no_order_and_an_order_no_receipt(kiosk: httpx.Client, device: Newcomer) -> None:
    text, _ = fetched(kiosk, device)
    keys = receipt_keys(device.house.office)
    head, payload, signature = text.split(".")
    for one in (text, f"{head}.{payload[:100]}.{signature}"):
        with pytest.raises(ReceiptInvalid):
            check_receipt(one, keys)
    signed = sign_words(device.house.office, ReceiptKeys(keys=()), RECEIPT)
    with pytest.raises(OrdersInvalid, match="typ"):
        read_orders(signed, keys, device=device.id)


def test_only_devices_get_orders_and_only_for_keeping_them_running(
    house: Served, kiosk: httpx.Client, administrator: httpx.Client
) -> None:
    assert (
        kiosk.get(ORDERS, headers={"Ecopy-Purpose": "intake:counter"}).json()["code"] == "PURPOSE_NOT_ALLOWED"
    )
    assert administrator.get(ORDERS).json()["code"] == "ROLE_NOT_ALLOWED"
    with house.machine(CallerKind.SYSTEM, "tthc-orders") as system:
        assert system.get(ORDERS, headers=RUNNING).json()["code"] == "ROLE_NOT_ALLOWED"
    with house.machine(CallerKind.DEVICE, "narrow-kiosk", actions=[Action.SUBMIT]) as narrow:
        assert narrow.get(ORDERS, headers=RUNNING).json()["code"] == "SCOPE_MISSING"
    with house.person("can-bo", Role.CLERK) as clerk:
        assert clerk.get(ORDERS, headers=RUNNING).json()["code"] == "ROLE_NOT_ALLOWED"
    with house.client() as stranger:
        assert stranger.get(ORDERS, headers=RUNNING).status_code == 401


GOOD = "profiles:\n  - {name: a, title_vi: A, title_en: A, order: {dpi: 300}}\n"


def test_an_agency_has_profiles_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "profiles.yaml"
    path.write_text(GOOD)
    (only,) = load_profiles(path, RULES)
    assert (only.name, only.order.colour, only.encoding, only.jpeg_quality) == ("a", "rgb", "device", 85)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (GOOD.replace("300", "150"), "a: dpi 150 < 200"),
        (GOOD.replace("300", "300, colour: grey"), "a: colour grey, rgb"),
        (GOOD.replace("name: a", "name: A b"), "profiles/0/name"),
        (GOOD.replace("title_en: A,", ""), "profiles/0/title_en"),
        (GOOD.replace("order", "ordre"), "profiles/0/ordre"),
        (GOOD + GOOD.splitlines()[1], "two profiles of one name"),
        ("profiles: []\n", "profiles"),
        ("profiles: [", "flow"),
        ("!!python/object/apply:os.system [true]", "tag"),
        ("#" * 300_000, "bytes"),
    ],
)
def test_a_file_of_profiles_that_is_wrong_is_told_where(tmp_path: Path, words: str, told: str) -> None:
    path = tmp_path / "profiles.yaml"
    path.write_text(words)
    with pytest.raises(ScanProfilesWrong) as refused:
        load_profiles(path, RULES)
    assert told in str(refused.value.details["reason"])
    assert refused.value.details["path"] == path


def test_a_file_that_is_not_there_is_told_when_the_server_starts(tmp_path: Path) -> None:
    from fastapi.testclient import TestClient

    settings = load_settings(home=tmp_path / "home", scan_profiles=tmp_path / "none.yaml")
    with pytest.raises(ScanProfilesWrong, match=r"none\.yaml"), TestClient(create_app(settings)):
        pass


def test_a_file_that_is_spoilt_later_keeps_no_report_from_being_kept(tmp_path: Path) -> None:
    path = tmp_path / "profiles.yaml"
    path.write_text(GOOD)
    with served(tmp_path / "home", scan_profiles=path) as house:
        with house.machine(CallerKind.DEVICE, "kiosk") as http:
            http.headers.update(RUNNING)
            tag = http.get(ORDERS).headers["etag"]
            path.write_text(GOOD.replace("300", "600"))
            assert http.get(ORDERS, headers={"If-None-Match": tag}).status_code == 200, (
                "the new ones, at once"
            )
            path.write_text(GOOD.replace("300", "30"))
            report = {"version": "1.0", "at": "2026-11-22T09:15:04+07:00", "spool": {"free": 1 << 40}}
            answers = [http.get(ORDERS), http.post("/api/v1/kiosk/report", json=report)]
            assert [(one.status_code, one.json()["code"]) for one in answers] == [
                (503, "SCAN_PROFILES_WRONG")
            ] * 2
        assert kiosks_of(house.office, ["device:kiosk"])["device:kiosk"][0].report.version == "1.0"
