"""Joining: by the code that was given, by who has the key, now, once; whatever else is tried is told nothing and is on record."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from joserfc.jwk import ECKey, OctKey, OKPKey

from models.errors import EnrolmentRefused
from models.ids import code_typed, new_code
from models.people import Agency
from models.wire.devices import ENROLMENT, Enrolled
from pipeline.identity import clients
from pipeline.kiosks.enrolment import enrol, invite_client
from storage import schema as t
from storage.audit.chain import entries
from tests.clocks import FixedClock
from tests.web.identities import PURPOSE, Machine
from tests.web.kiosks.joining import Newcomer, newcomer
from tests.web.support import Served

pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")


def refused(answer: httpx.Response, code: str = "ENROLMENT_REFUSED") -> bool:
    body = answer.json()
    return bool(body["code"] == code and answer.status_code >= 400 and "receipt_keys" not in body)


def test_a_device_joins_by_its_code_and_comes_in_by_its_key(device: Newcomer) -> None:
    assert device.ask().json()["code"] == "ASSERTION_REFUSED"
    answer = device.join()
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    told = Enrolled.model_validate(answer.json())
    own = device.house.office.hands.agency
    assert (told.client, told.agency, told.issuer) == (device.id, own, device.house.url)
    with device.connected() as client:
        assert client.get("/api/v1/me").json()["id"] == device.id
        assert client.get("/api/v1/keys").json() == told.receipt_keys.model_dump(mode="json")


def test_it_learns_whose_it_is(house: Served, clock: FixedClock) -> None:
    elsewhere = newcomer(house, clock, Agency(identifier="H99.98", name="UBND xã Bên"))
    assert elsewhere.join().json()["agency"] == {"identifier": "H99.98", "name": "UBND xã Bên"}


def test_the_code_may_be_typed_as_it_is_read(device: Newcomer) -> None:
    typed = f" {device.code.lower().replace('-', ' – ').replace('0', 'o').replace('1', 'l')} "
    assert device.join(code=typed).status_code == 201


def test_a_code_is_good_once(device: Newcomer, clock: FixedClock) -> None:
    assert device.join().status_code == 201
    assert refused(device.join()), "the same words again"
    thief = Newcomer(device.house, clock, device.id, OKPKey.generate_key("Ed25519"), code=device.code)
    assert refused(thief.join())
    assert thief.ask().status_code == 401


def test_of_two_at_once_with_one_code_one_joins(device: Newcomer, clock: FixedClock) -> None:
    other = Newcomer(device.house, clock, device.id, OKPKey.generate_key("Ed25519"), code=device.code)
    answers: list[int] = []
    start = Barrier(2)

    def join(one: Newcomer) -> None:
        start.wait()
        answers.append(one.join().status_code)

    threads = [Thread(target=join, args=(one,)) for one in (device, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201, 403]


def test_a_code_runs_out_after_a_day(house: Served, clock: FixedClock) -> None:
    just, late = newcomer(house, clock), newcomer(house, clock)
    clock.move(timedelta(hours=23, minutes=59))
    assert just.join().status_code == 201
    clock.move(timedelta(minutes=1))
    assert refused(late.join())


def test_a_newer_code_takes_the_place_of_the_older(device: Newcomer) -> None:
    older, device.code = device.code, invite_client(device.house.office, device.id, purpose=PURPOSE).code
    assert refused(device.join(code=older))
    assert device.join().status_code == 201


def test_who_is_closed_does_not_come_in_by_a_code_from_before(device: Newcomer) -> None:
    office = device.house.office
    clients.close_client(office, device.id, purpose=PURPOSE)
    assert refused(device.join())
    with pytest.raises(EnrolmentRefused):
        invite_client(office, device.id, purpose=PURPOSE)
    clients.reopen_client(office, device.id, purpose=PURPOSE)
    assert refused(device.join()), "the code went with the closing"


def test_what_is_wrong_with_a_code_can_not_be_told_from_outside(device: Newcomer, clock: FixedClock) -> None:
    used, late = newcomer(device.house, clock), newcomer(device.house, clock)
    used.join()
    clock.move(timedelta(hours=25))
    closed = newcomer(device.house, clock)
    clients.close_client(device.house.office, closed.id, purpose=PURPOSE)
    answers = [one.join().json() for one in (used, late, closed)]
    answers += [device.join(code=code).json() for code in (new_code(), "abc", "ỐỐỐỐ-0000-0000-0000")]
    for answer in answers:
        del answer["instance"]
    assert all(answer == answers[0] and answer["code"] == "ENROLMENT_REFUSED" for answer in answers)


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"iss": "device:kiosk-1", "sub": "device:kiosk-1"}, "ASSERTION_REFUSED"),
        ({"iss": "device:kiosk-1"}, "ASSERTION_REFUSED"),
        ({"sub": None}, "ASSERTION_REFUSED"),
        ({"jti": None}, "ASSERTION_REFUSED"),
        ({"aud": "https://elsewhere.example"}, "ASSERTION_MISDIRECTED"),
        ({"exp": 365 * 86_400}, "ASSERTION_EXPIRED"),
        ({"exp": -365 * 86_400}, "ASSERTION_EXPIRED"),
        ({"iat": 600}, "ASSERTION_EXPIRED"),
    ],
)
def test_a_proof_that_is_not_for_this_now_is_none_and_the_code_stays_good(
    device: Newcomer, claims: dict[str, Any], code: str
) -> None:
    now = int(device.clock.now().timestamp())
    said = {name: now + value if isinstance(value, int) else value for name, value in claims.items()}
    proof = device.assertion(**{"iss": ENROLMENT, "sub": ENROLMENT, **said})
    assert refused(device.join(proof=proof), code)
    assert device.join().status_code == 201


def test_who_has_not_got_the_key_does_not_bring_it_in(device: Newcomer, clock: FixedClock) -> None:
    other = Machine(device.house, clock, device.id, OKPKey.generate_key("Ed25519"))
    forged = other.assertion(iss=ENROLMENT, sub=ENROLMENT)
    assert refused(device.join(proof=forged), "ASSERTION_REFUSED")
    head, claims, _ = device.words()["proof"].split(".")
    for proof in (f"{head}.{claims}.", "x", "é.ß.ü"):
        assert refused(device.join(proof=proof), "ASSERTION_REFUSED")


@pytest.mark.parametrize(
    "key",
    [
        OKPKey.generate_key("Ed25519").as_dict(private=True),
        OctKey.generate_key(256).as_dict(private=True),
        ECKey.generate_key("P-521").as_dict(private=False),
        OKPKey.generate_key("X25519").as_dict(private=False),
        {},
    ],
    ids=["private", "symmetric", "P-521", "X25519", "nothing"],
)
def test_a_key_that_is_none_is_told_so(device: Newcomer, key: dict[str, Any]) -> None:
    assert refused(device.join(key=key), "BAD_KEY")


def test_a_client_with_two_keys_gets_no_third_one(device: Newcomer) -> None:
    office = device.house.office
    for _ in range(2):
        jwk = OKPKey.generate_key("Ed25519").as_dict(private=False)
        clients.add_key(office, device.id, jwk, purpose=PURPOSE)
    assert refused(device.join(), "TOO_MANY_KEYS")
    thumbprint = clients.client_of(office, device.id, purpose=PURPOSE).keys[0].thumbprint
    clients.revoke_key(office, device.id, thumbprint, purpose=PURPOSE)
    assert device.join().status_code == 201, "the code was not used up"


def test_a_revoked_key_never_comes_back_by_a_code(device: Newcomer) -> None:
    office = device.house.office
    assert device.join().status_code == 201
    clients.revoke_key(office, device.id, device.key.thumbprint(), purpose=PURPOSE)
    device.code = invite_client(office, device.id, purpose=PURPOSE).code
    assert refused(device.join(), "ACCOUNT_EXISTS")


def test_the_code_itself_is_kept_nowhere(device: Newcomer) -> None:
    with device.house.office.register.reading() as connection:
        (row,) = connection.execute(
            sa.select(t.enrolments).where(t.enrolments.c.client_id == device.id)
        ).all()
        told = " ".join(f"{one.details}" for one in entries(connection, device.id))
    plain = device.code.replace("-", "")
    assert plain not in f"{row} {told}"
    assert device.code not in f"{row} {told}"


def test_both_ends_are_on_record(device: Newcomer) -> None:
    device.join(proof="x")
    device.join()
    with device.house.office.register.reading() as connection:
        told = [(one.actor, one.action, one.outcome) for one in entries(connection, device.id)]
    assert told[1:] == [
        (told[1][0], "invite_client", "done"),
        ("stranger", "enrol_client", "ASSERTION_REFUSED"),
        (device.id, "add_client_key", "done"),
        (device.id, "enrol_client", "done"),
    ]
    with device.house.office.register.reading() as connection:
        before = len(list(entries(connection, "unknown-client")))
    device.join(code=new_code())
    with device.house.office.register.reading() as connection:
        *_, last = entries(connection, "unknown-client")
        assert len(list(entries(connection, "unknown-client"))) == before + 1
    assert (last.action, last.outcome) == ("enrol_client", "ENROLMENT_REFUSED")


def test_an_administrator_invites_over_the_api_and_nobody_else(
    device: Newcomer, administrator: httpx.Client, kiosk: httpx.Client
) -> None:
    address = f"/api/v1/access/clients/{device.id}/invitation"
    made = administrator.post(address)
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    said = made.json()
    assert (said["client"], len(code_typed(said["code"]) or "")) == (device.id, 16)
    assert administrator.post("/api/v1/access/clients/device:nobody/invitation").json()["code"] == "NOT_FOUND"
    assert kiosk.post(address).json()["code"] == "ROLE_NOT_ALLOWED"


def test_joining_is_asked_for_as_rarely_as_signing_in(device: Newcomer) -> None:
    from web.limits import STRANGER_BYTES, BodyClasses
    from web.rates import SIGN_IN

    assert "/api/v1/enrolment".startswith(SIGN_IN)
    assert BodyClasses(device.house.office.settings).of("/api/v1/enrolment").limit == STRANGER_BYTES
    assert refused(device.join(name="x" * STRANGER_BYTES), "BODY_TOO_LARGE")


def test_joining_works_for_the_library_as_over_http(device: Newcomer) -> None:
    from models.wire.devices import Enrolment

    said = Enrolment.model_validate(device.words())
    assert enrol(device.house.office, said, {device.house.url}).client == device.id
