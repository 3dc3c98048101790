"""Tokens for devices and systems: only for who holds the key, for us, now, and once."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from models.access import Action, CallerKind
from models.errors import BadKey, TooManyKeys
from pipeline.identity import clients
from pipeline.identity.keys import read_jwk, read_key
from storage import schema as t
from storage.access.tokens import forget_expired, hash_of
from storage.audit.chain import entries
from tests.clocks import FixedClock
from tests.web.identities import PURPOSE, Machine, new_machine, new_user
from tests.web.support import Served, served

# RFC 9864 would have `Ed25519` in the place of `EdDSA`; both are taken, since clients still write the older name.
pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")


@pytest.fixture(scope="module")
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, clock: FixedClock) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("tokens"), clock, sign_ins_per_minute=10_000) as found:
        yield found


@pytest.fixture(scope="module")
def tthc(house: Served, clock: FixedClock) -> Machine:
    return new_machine(house, clock, "tthc")


def refused(found: httpx.Response, code: str = "ASSERTION_REFUSED") -> bool:
    body = found.json()
    oauth = body.get("error") == ("invalid_client" if code.startswith("ASSERTION") else "invalid_scope")
    return body["code"] == code and oauth and "access_token" not in body


@pytest.mark.parametrize(
    "key", [OKPKey.generate_key("Ed25519"), ECKey.generate_key("P-256")], ids=["Ed25519", "P-256"]
)
def test_a_client_with_its_key_gets_a_token_that_says_who_it_is(
    house: Served, clock: FixedClock, key: OKPKey | ECKey
) -> None:
    machine = new_machine(house, clock, f"by-{key.curve_name.lower()}", key=key)
    found = machine.ask()
    assert (found.status_code, found.headers["content-type"]) == (200, "application/json")
    assert found.headers["cache-control"] == "no-store"
    words = found.json()
    assert (words["token_type"], words["expires_in"]) == ("Bearer", 600)
    with house.client(words["access_token"]) as client:
        me = client.get("/api/v1/me").json()
        assert (me["id"], me["kind"], me["proof"]) == (machine.id, "system", "assertion")
        clock.move(timedelta(minutes=10, seconds=1))
        assert client.get("/api/v1/me").status_code == 401


def test_a_client_of_somebody_elses_gets_its_token(house: Served, clock: FixedClock) -> None:
    machine = new_machine(house, clock, "foreign", key=ECKey.generate_key("P-256"))
    endpoint, now = f"{house.url}/oauth/token", int(clock.now().timestamp())
    with OAuth2Session(machine.id, machine.key, token_endpoint_auth_method="private_key_jwt") as session:
        proof = PrivateKeyJWT(endpoint, claims={"iat": now, "exp": now + 60}, alg="ES256")
        session.register_client_auth_method(proof)
        token = session.fetch_token(endpoint, grant_type="client_credentials")
    with house.client(token["access_token"]) as client:
        assert client.get("/api/v1/me").json()["id"] == machine.id


def test_an_assertion_is_taken_once(house: Served, clock: FixedClock, tthc: Machine) -> None:
    assertion = tthc.assertion()
    assert tthc.ask(assertion).status_code == 200
    assert refused(tthc.ask(assertion), "ASSERTION_REPLAYED")
    clock.move(timedelta(seconds=80))
    with house.office.register.transaction(actor="test", purpose=PURPOSE) as tx:
        forget_expired(tx, before=tx.at)
    assert refused(tthc.ask(assertion), "ASSERTION_REPLAYED"), "while it is good for a moment of leeway"
    clock.move(timedelta(seconds=20))
    assert refused(tthc.ask(assertion), "ASSERTION_EXPIRED")


def test_two_clients_may_have_chosen_the_same_name_for_an_assertion(
    house: Served, clock: FixedClock, tthc: Machine
) -> None:
    other = new_machine(house, clock, "other")
    assert tthc.ask(tthc.assertion(jti="1")).status_code == 200
    assert other.ask(other.assertion(jti="1")).status_code == 200


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"exp": -31}, "ASSERTION_EXPIRED"),
        ({"exp": 6 * 60}, "ASSERTION_EXPIRED"),
        ({"exp": None}, "ASSERTION_EXPIRED"),
        ({"exp": "soon"}, "ASSERTION_EXPIRED"),
        ({"exp": True}, "ASSERTION_EXPIRED"),
        ({"exp": 1e300}, "ASSERTION_EXPIRED"),
        ({"iat": 60}, "ASSERTION_EXPIRED"),
        ({"nbf": 60}, "ASSERTION_EXPIRED"),
        ({"aud": "https://elsewhere.example"}, "ASSERTION_MISDIRECTED"),
        ({"aud": None}, "ASSERTION_MISDIRECTED"),
        ({"aud": ["OURS", "https://elsewhere.example"]}, "ASSERTION_MISDIRECTED"),
        ({"iss": "system:other"}, "ASSERTION_REFUSED"),
        ({"sub": "system:nobody", "iss": "system:nobody"}, "ASSERTION_REFUSED"),
        ({"sub": "quan-tri", "iss": "quan-tri"}, "ASSERTION_REFUSED"),
        ({"sub": None}, "ASSERTION_REFUSED"),
        ({"jti": None}, "ASSERTION_REFUSED"),
        ({"jti": ""}, "ASSERTION_REFUSED"),
        ({"jti": "x" * 129}, "ASSERTION_REFUSED"),
        ({"jti": ["x"]}, "ASSERTION_REFUSED"),
        ({"jti": "a\0b"}, "ASSERTION_REFUSED"),
    ],
)  # fmt: skip
def test_an_assertion_that_says_something_wrong_is_refused(
    tthc: Machine, claims: dict[str, Any], code: str
) -> None:
    now = int(tthc.clock.now().timestamp())
    words: dict[str, Any] = {}
    for name, value in claims.items():
        moment = name in ("exp", "iat", "nbf") and isinstance(value, int) and not isinstance(value, bool)
        words[name] = now + value if moment else value
    if isinstance(words.get("aud"), list):
        words["aud"][0] = tthc.house.url
    found = tthc.ask(tthc.assertion(**words))
    assert found.status_code == 401
    assert refused(found, code), found.text


@pytest.mark.parametrize("name", ["/oauth/token", "/", ""])
def test_an_assertion_may_name_us_or_our_token_endpoint(tthc: Machine, name: str) -> None:
    assert tthc.ask(tthc.assertion(aud=f"{tthc.house.url}{name}")).status_code == 200


def test_what_a_host_header_says_is_no_name_of_ours(tthc: Machine) -> None:
    """Whoever gets an assertion for another place must not bring it here by saying that we are that place."""
    with tthc.house.client() as client:
        said = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": tthc.assertion(aud="http://elsewhere.example"),
        }
        found = client.post("/oauth/token", data=said, headers={"Host": "elsewhere.example"})
    assert refused(found, "ASSERTION_MISDIRECTED")


def test_only_the_clients_own_key_proves_it(house: Served, clock: FixedClock, tthc: Machine) -> None:
    other = new_machine(house, clock, "thief")
    stolen_name = Machine(house, clock, tthc.id, other.key)
    assert refused(stolen_name.ask())
    kid = tthc.key.thumbprint()
    assert tthc.ask(tthc.assertion(header={"kid": kid})).status_code == 200
    assert refused(tthc.ask(tthc.assertion(header={"kid": other.key.thumbprint()})))
    assert refused(tthc.ask(tthc.assertion(header={"typ": "at+jwt"})))


def test_no_other_algorithm_is_taken(house: Served, clock: FixedClock, tthc: Machine) -> None:
    """Neither none, nor the public key as a shared secret (RFC 8725 sections 2.1 and 2.2)."""
    claims = tthc.assertion().split(".")[1]
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    assert refused(tthc.ask(f"{none}.{claims}."))
    public = json.dumps(tthc.key.as_dict(private=False)).encode()
    content = base64.urlsafe_b64decode(claims + "==")
    registry = jws.JWSRegistry(algorithms=["HS256", "RS256", "Ed25519"])
    for key, algorithm in ((OctKey.import_key(public), "HS256"), (RSAKey.generate_key(2048), "RS256")):
        forged = jws.serialize_compact({"alg": algorithm}, content, key, [algorithm], registry=registry)
        assert refused(tthc.ask(forged))
    modern = jws.serialize_compact({"alg": "Ed25519"}, content, tthc.key, ["Ed25519"], registry=registry)
    assert tthc.ask(modern).status_code == 200


@pytest.mark.parametrize(
    "assertion",
    ["x", "a.b.c", "..", "é.é.é", "." * 8000, "e30.e30.e30", "W10.W10.", "eyJhbGciOiJFZERTQSJ9.bnVsbA.AA"],
)
def test_what_is_no_assertion_is_refused(tthc: Machine, assertion: str) -> None:
    assert refused(tthc.ask(assertion))


def test_other_grants_are_told_that_there_are_none(tthc: Machine) -> None:
    for said, word in (
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_assertion_type": "x"}, "invalid_request"),
        ({"client_assertion": ""}, "invalid_request"),
    ):
        found = tthc.ask(**said)
        assert (found.status_code, found.json()["error"]) == (400, word)


def test_a_token_is_good_for_what_was_asked_and_granted(house: Served, clock: FixedClock) -> None:
    granted = frozenset({Action.SUBMIT, Action.SEE_STATUS})
    machine = new_machine(house, clock, "narrow", actions=granted)
    assert refused(machine.ask(scope="submit see_data"), "SCOPE_NOT_GRANTED")
    assert refused(machine.ask(scope="anything"), "SCOPE_NOT_GRANTED")
    with house.client(machine.token()) as client:
        assert client.get("/api/v1/me").json()["actions"] == ["submit", "see_status"]
    words = machine.ask(scope="see_status").json()
    assert words["scope"] == "see_status"
    with house.client(words["access_token"]) as client:
        assert client.get("/api/v1/me").json()["actions"] == ["see_status"]
        clients.change_client(house.office, machine.id, purpose=PURPOSE, actions=[Action.SUBMIT])
        assert client.get("/api/v1/me").json()["actions"] == [], "what is granted no more is gone at once"


def test_a_key_is_changed_without_a_pause_and_a_revoked_one_ends_everything(
    house: Served, clock: FixedClock
) -> None:
    machine = new_machine(house, clock, "rotating")
    newer = Machine(house, clock, machine.id, OKPKey.generate_key("Ed25519"))
    assert refused(newer.ask())
    clients.add_key(house.office, machine.id, newer.key.as_dict(private=False), purpose=PURPOSE)
    third = OKPKey.generate_key("Ed25519").as_dict(private=False)
    with pytest.raises(TooManyKeys):
        clients.add_key(house.office, machine.id, third, purpose=PURPOSE)
    token = machine.token()
    assert newer.ask().status_code == 200
    clients.revoke_key(house.office, machine.id, machine.key.thumbprint(), purpose=PURPOSE)
    assert refused(machine.ask())
    assert newer.ask().status_code == 200
    with house.client(token) as client:
        assert client.get("/api/v1/me").status_code == 401


def test_a_closed_client_is_shut_out_at_once(house: Served, clock: FixedClock) -> None:
    kiosk = new_machine(house, clock, "kiosk-01", kind=CallerKind.DEVICE)
    with house.client(kiosk.token()) as client:
        assert client.get("/api/v1/me").json()["roles"] == ["device"]
        clients.close_client(house.office, kiosk.id, purpose=PURPOSE)
        assert client.get("/api/v1/me").status_code == 401
    assert refused(kiosk.ask())
    clients.reopen_client(house.office, kiosk.id, purpose=PURPOSE)
    assert kiosk.ask().status_code == 200


def test_tokens_and_refusals_are_on_record(house: Served, clock: FixedClock) -> None:
    machine = new_machine(house, clock, "recorded")
    token = machine.token()
    machine.ask(machine.assertion(aud="https://elsewhere.example"))
    with house.office.register.reading() as connection:
        newest = list(entries(connection, machine.id))
    told = [(one.actor, one.action, one.outcome) for one in newest if one.action == "issue_token"]
    assert told == [
        (machine.id, "issue_token", "done"),
        ("stranger", "issue_token", "ASSERTION_MISDIRECTED"),
    ]
    assert token not in str(newest)
    assert newest[-1].place == "ip:127.0.0.1"


def test_what_ran_out_is_forgotten_beside_the_requests(house: Served, clock: FixedClock) -> None:
    machine = new_machine(house, clock, "short-lived")
    kept = hash_of(machine.token())
    forgetting = house.api.state.services["forgetting"]

    def known() -> bool:
        with house.office.register.reading() as connection:
            return connection.scalar(sa.select(t.tokens.c.hash).where(t.tokens.c.hash == kept)) is not None

    forgetting.round()
    assert known()
    clock.move(timedelta(days=2))
    forgetting.round()
    assert not known()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (json.dumps(OKPKey.generate_key("Ed25519").as_dict(private=True)), "private"),
        (ECKey.generate_key("P-256").as_pem(private=True).decode(), "private"),
        (json.dumps(RSAKey.generate_key(2048).as_dict(private=False)), "neither"),
        (RSAKey.generate_key(2048).as_pem(private=False).decode(), "neither"),
        (json.dumps(ECKey.generate_key("P-384").as_dict(private=False)), "neither"),
        (json.dumps({"kty": "oct", "k": "AAAA"}), "private"),
        (json.dumps({"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}), "not a key"),
        (json.dumps({"kty": "OKP", "crv": "Ed25519"}), "not a key"),
        (json.dumps({"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"}), "not a key"),
        ("[]", "no JWK"),
        ("hello", "neither"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "neither"),
        ("[" * 4000, "neither"),
        ("x" * 5000, "too long"),
    ],
)
def test_what_is_no_public_key_of_ours_is_refused(text: str, reason: str) -> None:
    with pytest.raises(BadKey) as refusal:
        read_key(text)
    assert reason in refusal.value.message("en")


def test_a_key_is_kept_by_what_makes_it_and_named_by_its_thumbprint() -> None:
    """The example of RFC 8037 appendix A.3."""
    words = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    thumbprint = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    assert read_jwk({**words, "use": "sig", "kid": "mine", "x5u": "https://evil.example"}) == (
        thumbprint,
        words,
    )
    assert read_key(OKPKey.import_key(words).as_pem(private=False).decode()) == (thumbprint, words)


def test_behind_its_public_address_it_goes_by_that_and_keeps_cookies_to_tls(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    clock, ours = FixedClock(), "https://ecopy.tinh.example"
    with served(tmp_path_factory.mktemp("public"), clock, public_url=f"{ours}/") as house:
        machine = new_machine(house, clock, "tthc")
        assert machine.ask(machine.assertion(aud=ours)).status_code == 200
        assert machine.ask(machine.assertion(aud=f"{ours}/oauth/token")).status_code == 200
        assert refused(machine.ask(machine.assertion()), "ASSERTION_MISDIRECTED")
        with house.client() as client:
            told = client.get("/.well-known/oauth-authorization-server").json()
            assert (told["issuer"], told["token_endpoint"]) == (ours, f"{ours}/oauth/token")
            user = new_user(house, clock, "lan")
            clock.move(timedelta(minutes=1))
            kept = user.sign_in(client).headers["set-cookie"]
    assert {"Secure", "HttpOnly", "SameSite=strict"} <= set(kept.split("; "))
