"""Excerpts, certified copies and sheets of paper over the API: who may have them made, and what comes back."""

from __future__ import annotations

import io
from hashlib import sha256

import pikepdf
import pytest

from tests.web.cases.support import told
from tests.web.papers.support import Journey, patiently

CERTIFIED = {"number": "15", "book": "01/2026", "office": "Chủ tịch"}


def test_an_officer_asks_for_an_excerpt_and_the_seal_holder_issues_it(card: Journey) -> None:
    address = f"/api/v1/documents/{card.document}/excerpts"
    asked = patiently(
        lambda: card.desk.officer.post(address, json={"fields": ["full_name"]}, headers=card.purpose)
    )
    assert (asked.status_code, asked.json()["form"]) == (201, "trich_sao"), asked.text
    assert asked.json()["state"] == "awaiting_signature"
    excerpt = asked.json()["id"]
    issued = patiently(
        lambda: card.vanthu.post(f"/api/v1/documents/{card.document}/issue", headers=card.purpose)
    ).json()
    assert [(copy["id"], copy["state"]) for copy in issued["further"] if copy["id"] == excerpt] == [
        (excerpt, "issued")
    ]
    assert issued["ecopy"]["id"] == card.ecopy, "the whole copy is still what it was"
    whole, part = (card.get(f"/api/v1/ecopies/{one}") for one in (card.ecopy, excerpt))
    assert sha256(whole.content).hexdigest() == card.sha256
    with pikepdf.open(io.BytesIO(part.content)) as pdf:
        assert "Số 1, phố Mẫu" not in bytes(pdf.Root.Metadata.read_bytes()).decode()
    note = card.get(f"/api/v1/ecopies/{excerpt}/note").json()
    assert (note["copy_form"], note["excerpt_of"]) == ("trich_sao", ["full_name"])
    assert card.get(f"/api/v1/ecopies/{excerpt}/status").json()["state"] == "issued"


def test_a_certified_copy_is_asked_for_once_by_its_number(card: Journey) -> None:
    address = f"/api/v1/documents/{card.document}/certified-copies"
    first, again = (
        patiently(lambda: card.desk.officer.post(address, json=CERTIFIED, headers=card.purpose)) for _ in "ab"
    )
    assert (first.status_code, first.json()["form"]) == (201, "chung_thuc"), first.text
    assert again.json()["id"] == first.json()["id"]


@pytest.mark.parametrize(
    ("address", "body", "answer"),
    [
        ("excerpts", {"fields": ["nothing_like_it"]}, (400, "UNKNOWN_FIELD")),
        ("excerpts", {"fields": []}, (422, "REQUEST_MALFORMED")),
        ("certified-copies", {**CERTIFIED, "number": ""}, (422, "REQUEST_MALFORMED")),
    ],
)
def test_what_makes_no_sense_is_refused(
    card: Journey, address: str, body: dict[str, object], answer: tuple[int, str]
) -> None:
    said = card.desk.officer.post(
        f"/api/v1/documents/{card.document}/{address}", json=body, headers=card.purpose
    )
    assert told(said) == answer


def test_a_clerk_asks_for_no_copy_and_converts_none(card: Journey) -> None:
    for address, body in (
        (f"documents/{card.document}/excerpts", {"fields": ["full_name"]}),
        (f"documents/{card.document}/certified-copies", CERTIFIED),
        (f"ecopies/{card.ecopy}/paper", None),
    ):
        said = card.desk.clerk.post(f"/api/v1/{address}", json=body, headers=card.purpose)
        assert told(said) == (403, "ROLE_NOT_ALLOWED")


def test_sheets_of_paper_name_who_converted(card: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    office = card.desk.served.office
    named = office.settings.model_copy(update={"public_url": "https://ecopy.example"})
    monkeypatch.setattr(office, "settings", named)
    sheets = card.desk.officer.post(f"/api/v1/ecopies/{card.ecopy}/paper", headers=card.purpose)
    assert (sheets.status_code, sheets.headers["content-type"]) == (200, "application/pdf"), sheets.text
    assert sheets.content.startswith(b"%PDF-")
    acts = office.register.audit_of(card.ecopy)
    (converted,) = [act for act in acts if act.action == "convert_to_paper" and act.outcome == "done"]
    assert converted.actor == "an"
