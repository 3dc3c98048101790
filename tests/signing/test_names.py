"""Field names tell the hand; the certificate must not contradict them."""

from __future__ import annotations

import unicodedata

import pytest

from models.people import Role
from models.signatures import Reason, Verdict
from signing.judging.words import CHANGES, change_words, reason_words, verdict_words
from signing.names import field_name, role_of, timestamp_field_name
from tests.signing.support import Bench


def test_names_are_unique_and_name_the_role(bench: Bench) -> None:
    names = {field_name(role) for role in Role for _ in range(50)} | {
        timestamp_field_name() for _ in range(50)
    }
    assert len(names) == 50 * (len(Role) + 1)
    for person in bench.pki.persons.values():
        certificate = bench.pki.credential(person.id).certificate
        assert role_of(field_name(person.role), certificate, False) == person.role.value


@pytest.mark.parametrize(
    ("claimed", "holder"), [(Role.SEAL_HOLDER, "clerk"), (Role.CLERK, "vanthu"), (Role.OFFICER, "vanthu")]
)
def test_a_name_that_the_certificate_contradicts_says_nothing(
    bench: Bench, claimed: Role, holder: str
) -> None:
    assert role_of(field_name(claimed), bench.pki.credential(holder).certificate, False) is None


@pytest.mark.parametrize("name", ["Signature1", "clerks", "", "nhanvien"])
def test_a_foreign_name_says_nothing(bench: Bench, name: str) -> None:
    assert role_of(name, bench.pki.credential("clerk").certificate, False) is None


def test_a_document_time_stamp_is_always_one(bench: Bench) -> None:
    assert role_of("whatever", bench.pki.credential("tsa").certificate, True) == "timestamp"


def test_every_verdict_reason_and_change_has_words_in_both_languages() -> None:
    texts = [verdict_words(v, lang) for v in Verdict for lang in ("vi", "en")]
    texts += [reason_words(r, lang) for r in Reason for lang in ("vi", "en")]
    texts += [change_words(c, lang) for c in CHANGES for lang in ("vi", "en")]
    assert len(set(texts)) == len(texts) == 2 * (len(Verdict) + len(Reason) + 5)
    assert all(text == unicodedata.normalize("NFC", text) for text in texts)
