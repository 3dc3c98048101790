"""A receipt holds for its file under a key of the installation, and for nothing else."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OKPKey

from models.errors import ReceiptInvalid
from models.wire.receipts import ALGORITHM, TYPE, Receipt, ReceiptKey, ReceiptKeys, check_receipt, thumbprint

KEY = OKPKey.generate_key("Ed25519", private=True)
OTHER = OKPKey.generate_key("Ed25519", private=True)
RECEIPT = Receipt(
    upload="01M833VZQYGHZEWV2JNK2HER3Z",
    document="01M833W0HK0XWQCQXBZSB8QKDR",
    sha256="ab" * 32,
    size=7,
    received_at="2026-11-23T09:30:56+07:00",
    received_by="device:kiosk",
    agency="H29.16",
    purpose="intake:counter",
)


def public(key: OKPKey) -> ReceiptKey:
    x = str(key.as_dict(private=False)["x"])
    return ReceiptKey(x=x, kid=thumbprint(x))


KEYS = ReceiptKeys(keys=(public(KEY), public(OTHER)))


def signed(key: OKPKey = KEY, payload: bytes | None = None, **header: object) -> str:
    words = {"alg": ALGORITHM, "typ": TYPE, "kid": public(key).kid, **header}
    return jws.serialize_compact(
        words, payload or RECEIPT.model_dump_json().encode(), key, algorithms=["Ed25519", "EdDSA"]
    )


def test_it_says_what_was_taken_in() -> None:
    found = check_receipt(signed(), KEYS, upload=RECEIPT.upload, sha256=RECEIPT.sha256, size=RECEIPT.size)
    assert found == RECEIPT
    assert check_receipt(signed(OTHER), KEYS) == RECEIPT


def test_the_name_of_a_key_is_its_thumbprint() -> None:
    assert public(KEY).kid == KEY.thumbprint()
    # RFC 8037, appendix A.3
    assert thumbprint("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo") == (
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    )


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({"upload": "01M833VZQYGHZEWV2JNK2HER40"}, "upload"),
        ({"sha256": "cd" * 32}, "sha256"),
        ({"size": 8}, "size"),
    ],
)
def test_it_is_not_for_another_file(known: dict[str, object], reason: str) -> None:
    with pytest.raises(ReceiptInvalid, match=reason):
        check_receipt(signed(), KEYS, **known)  # type: ignore[arg-type]


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_words_that_were_not_signed_do_not_hold() -> None:
    head, payload, signature = signed().split(".")
    richer = RECEIPT.model_copy(update={"size": 8}).model_dump_json().encode()
    changed = base64.urlsafe_b64encode(richer).decode().rstrip("=")
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": TYPE}).encode()).decode().rstrip("=")
    for false in (
        f"{head}.{changed}.{signature}",
        f"{head}.{payload}.",
        f"{none}.{payload}.",
        f"{head}.{payload}",
        f"{head}.{payload}.{signature}.x",
        signed(kid="unknown"),
        signed(kid=public(OTHER).kid),
        signed(alg="EdDSA"),
        signed(typ="JWT"),
        signed(payload=b"{}"),
        "x" * 10_000,
        "",
    ):
        with pytest.raises(ReceiptInvalid):
            check_receipt(false, KEYS)


def test_a_key_under_a_false_name_is_no_key() -> None:
    x = public(OTHER).x
    forged = ReceiptKeys(keys=(ReceiptKey(x=x, kid=public(KEY).kid),))
    with pytest.raises(ReceiptInvalid, match="kid"):
        check_receipt(signed(OTHER, kid=public(KEY).kid), forged)


@given(st.text(max_size=300))
def test_nothing_else_is_a_receipt_and_nothing_breaks_the_check(text: str) -> None:
    with pytest.raises(ReceiptInvalid):
        check_receipt(text, KEYS)
    with pytest.raises(ReceiptInvalid):
        check_receipt(f"{text}.{text}.{text}", KEYS)
