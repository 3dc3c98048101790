"""Nobody gets in without proof, and nobody gets at what is another agency's, at any address there is."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from models.access import CallerKind
from models.people import Role
from storage.access.tokens import issue_token
from tests.web.peopled import DONE, ELSEWHERE, OPEN, Peopled
from web.guard import SESSION_COOKIE

CLIENT = httpx.Client(timeout=60)
PUBLIC = {
    "GET /.well-known/oauth-authorization-server",
    "GET /api/v1/ecopies/{id}/status",
    "GET /api/v1/handovers/links/{secret}/ban-sao.pdf",
    "GET /api/v1/keys",
    "GET /health/live",
    "GET /health/ready",
    "GET /sign-in/oidc",
    "GET /sign-in/oidc/callback",
    "OPTIONS /api/v1/uploads",
    "POST /api/v1/handovers/links/{secret}",
    "POST /api/v1/enrolment",
    "POST /api/v1/session",
    "POST /api/v1/session/activation",
    "POST /api/v1/session/factor",
    "POST /api/v1/session/totp",
    "POST /oauth/token",
}
"""What anybody may ask; every further address is to be thought about before it stands here."""


def operations(home: Peopled) -> dict[str, tuple[str, str]]:
    """Method and address of everything described, with the names of what is there."""
    found = {}
    for path, item in home.served.api.openapi()["paths"].items():
        for method in item:
            address = path
            for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
                real = home.names.get(
                    "type" if "document-types" in path else name, ["01M833X2EYM5R0HN8RYQW8ST8G"]
                )
                address = address.replace(f"{{{name}}}", real[0])
            found[f"{method.upper()} {path}"] = (method.upper(), address)
    return found


def ask(home: Peopled, method: str, address: str, **headers: str) -> httpx.Response:
    body = {"json": {}} if method in ("POST", "PUT", "PATCH") else {}
    said = {"Accept-Language": "en", "Tus-Resumable": "1.0.0", **headers}
    return CLIENT.request(method, home.served.url + address, headers=said, **body)  # type: ignore[arg-type]


def refused(home: Peopled, **headers: str) -> dict[str, int]:
    """What every address but the public ones answers."""
    return {
        label: ask(home, method, address, **headers).status_code
        for label, (method, address) in operations(home).items()
        if label not in PUBLIC
    }


def test_every_public_address_is_there(peopled_home: Peopled) -> None:
    assert set(operations(peopled_home)) >= PUBLIC


def test_nobody_gets_in_without_a_token(peopled_home: Peopled) -> None:
    found = refused(peopled_home, **{"Ecopy-Purpose": f"dossier:{OPEN}"})
    assert set(found.values()) == {401}, found


@pytest.mark.parametrize(
    "proof",
    [
        "Bearer",
        "Bearer ecp_",
        "Bearer null",
        "Basic YWRtaW46YWRtaW4=",
        "ecp_x",
        "Bearer ecp_é",
        "Bearer " + "a" * 5000,
    ],
)
def test_nothing_like_a_token_gets_in(peopled_home: Peopled, proof: str) -> None:
    with peopled_home.served.client() as client:
        answer = client.get("/api/v1/me", headers=[(b"authorization", proof.encode())])
    assert (answer.status_code, answer.json()["code"]) == (401, "NOT_AUTHENTICATED")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("kind", ["expired", "login", "closed"])
def test_a_token_that_does_not_hold_gets_in_nowhere(peopled_home: Peopled, kind: str) -> None:
    house = peopled_home.served
    house.person(f"gone-{kind}", Role.CLERK).close()
    with house.office.register.transaction(actor="test", purpose="maintenance:test") as tx:
        token = issue_token(
            tx,
            "login" if kind == "login" else "session",
            f"gone-{kind}" if kind != "closed" else "nobody-there",
            lifetime=timedelta(seconds=-1) if kind == "expired" else timedelta(hours=1),
            proof="password",
        )
    found = refused(peopled_home, Authorization=f"Bearer {token}")
    assert set(found.values()) == {401}, found


def test_a_token_in_an_address_is_none(peopled_home: Peopled) -> None:
    token = peopled_home.token("staff")
    answer = ask(peopled_home, "GET", f"/api/v1/me?access_token={token}&token={token}")
    assert answer.status_code == 401


def test_another_site_can_not_make_a_browser_change_anything(peopled_home: Peopled) -> None:
    cookie = f"{SESSION_COOKIE}={peopled_home.token('staff')}"
    address = f"/api/v1/dossiers/{OPEN}/outcome"
    look = ask(peopled_home, "GET", "/api/v1/me", Cookie=cookie)
    assert look.status_code == 200
    for site in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        assert ask(peopled_home, "POST", address, Cookie=cookie, **site).status_code == 401
    own = ask(peopled_home, "POST", address, Cookie=cookie, **{"Sec-Fetch-Site": "same-origin"})
    assert own.status_code != 401


def test_no_other_site_is_told_that_it_may_read(peopled_home: Peopled) -> None:
    answer = ask(
        peopled_home,
        "OPTIONS",
        "/api/v1/me",
        Origin="https://evil.example",
        **{"Access-Control-Request-Method": "GET"},
    )
    assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.slow
def test_what_is_another_agency_s_is_as_if_it_were_not_there(peopled_home: Peopled) -> None:
    """A system of another agency, for every purpose, at every address that names something."""
    token = peopled_home.token("system:elsewhere")
    for label, (method, address) in operations(peopled_home).items():
        if label in PUBLIC or "{" not in label or "document-types" in label:
            continue
        for purpose in peopled_home.purposes:
            headers = {"Authorization": f"Bearer {token}", "Ecopy-Purpose": purpose}
            answer = ask(peopled_home, method, address, **headers)
            assert answer.status_code in (403, 404, 422), (label, purpose, answer.text)
            known = {one for one in (*address.split("/"), *purpose.split(":")) if one}
            told = {peopled_home.document, peopled_home.ecopy, peopled_home.number, DONE, OPEN} - known
            assert not [one for one in told if one in answer.text], (label, purpose, answer.text)


@pytest.mark.parametrize(
    "purpose", ["exchange:QC-1", f"dossier:{OPEN}", f"dossier:{ELSEWHERE}", "inspection:1"]
)
def test_another_agency_s_paper_answers_like_one_that_is_not_there(
    peopled_home: Peopled, purpose: str
) -> None:
    token = peopled_home.token("system:elsewhere")
    nowhere = "01ARZ3NDEKTSV4RRFFQ69G5FAV"

    def said(address: str, identifier: str) -> tuple[int, str, str]:
        headers = {"Authorization": f"Bearer {token}", "Ecopy-Purpose": purpose}
        answer = ask(peopled_home, "GET", address.format(identifier), **headers)
        body = answer.json()
        return answer.status_code, body["code"], body["detail"].replace(identifier, "ID")

    for part in ("", "/data", "/data.pdf", "/capture"):
        address = f"/api/v1/documents/{{}}{part}"
        expected = said(address, nowhere)
        assert said(address, peopled_home.document) == expected
        assert said(address, peopled_home.ecopy) == expected
    for part in ("", "/note"):
        address = f"/api/v1/ecopies/{{}}{part}"
        assert said(address, peopled_home.ecopy) == said(address, nowhere)
    assert said("/api/v1/documents/download/{}", peopled_home.document) == said(
        "/api/v1/documents/download/{}", nowhere
    )
    assert said("/api/v1/dossiers/{}", OPEN) == said("/api/v1/dossiers/{}", "H29.16-1")


def test_a_device_sees_nothing_of_what_others_handed_in(peopled_home: Peopled) -> None:
    token = peopled_home.token("device:one")
    for part in ("", "/data", "/capture", "/data.pdf"):
        for purpose in peopled_home.purposes:
            headers = {"Authorization": f"Bearer {token}", "Ecopy-Purpose": purpose}
            answer = ask(peopled_home, "GET", f"/api/v1/documents/{peopled_home.document}{part}", **headers)
            assert answer.status_code in (403, 404), (part, purpose)


def test_an_administrator_sees_nobody_s_papers(peopled_home: Peopled) -> None:
    token = peopled_home.token("admin")
    addresses = [
        f"/api/v1/documents/{peopled_home.document}/data",
        f"/api/v1/documents/{peopled_home.document}/capture",
        f"/api/v1/ecopies/{peopled_home.ecopy}",
        f"/api/v1/ecopies/{peopled_home.ecopy}/note",
    ]
    for address in addresses:
        for purpose in peopled_home.purposes:
            headers = {"Authorization": f"Bearer {token}", "Ecopy-Purpose": purpose}
            assert ask(peopled_home, "GET", address, **headers).status_code == 403, (address, purpose)


def test_a_closed_dossier_opens_no_paper(peopled_home: Peopled) -> None:
    with peopled_home.served.client(peopled_home.token("staff")) as staff:
        address = f"/api/v1/ecopies/{peopled_home.ecopy}"
        assert staff.get(address, headers={"Ecopy-Purpose": f"dossier:{OPEN}"}).status_code == 200
        closed = staff.get(address, headers={"Ecopy-Purpose": f"dossier:{DONE}"})
    assert closed.json()["code"] == "CASE_NOT_OPEN"


def test_a_stolen_token_ends_with_its_client(peopled_home: Peopled) -> None:
    house = peopled_home.served
    with (
        house.machine(CallerKind.SYSTEM, "stolen") as thief,
        house.client(peopled_home.token("admin")) as admin,
    ):
        assert thief.get("/api/v1/me").status_code == 200
        closed = admin.post(
            "/api/v1/access/clients/system:stolen/close", headers={"Ecopy-Purpose": "maintenance:test"}
        )
        assert closed.status_code == 200
        assert thief.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    "name", ["' OR 1=1 --", "..%2f..%2fetc%2fpasswd", "%00", "a" * 300, "🦀", "{{7*7}}", "$(id)"]
)
def test_no_name_is_more_than_a_name(peopled_home: Peopled, name: str) -> None:
    headers = {"Authorization": f"Bearer {peopled_home.token('staff')}", "Ecopy-Purpose": f"dossier:{OPEN}"}
    for address in ("documents/{}", "ecopies/{}", "dossiers/{}", f"dossiers/{OPEN}/components/{{}}/document"):
        method = "PUT" if address.endswith("document") else "GET"
        answer = ask(peopled_home, method, f"/api/v1/{address.format(name)}", **headers)
        assert answer.status_code in (400, 403, 404, 405, 422), (address, answer.text)


def test_a_file_ten_times_too_large_is_refused_before_it_begins(peopled_home: Peopled) -> None:
    headers = {"Ecopy-Purpose": "intake:counter", "Tus-Resumable": "1.0.0", "Upload-Length": str(10 << 30)}
    words = "filename YS5wZGY=,presented_as YmFuX2NoaW5o"
    with peopled_home.served.client(peopled_home.token("device:one")) as device:
        answer = device.post("/api/v1/uploads", headers={**headers, "Upload-Metadata": words})
    assert (answer.status_code, answer.json()["code"]) == (413, "UPLOAD_TOO_LARGE")
