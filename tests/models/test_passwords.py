"""A password is long and not what everybody tries first; nothing else is asked of it."""

from __future__ import annotations

import unicodedata

import pytest

from models.passwords import LONGEST, SHORTEST, Weakness, normal, weakness

KNOWN = ("lan.nguyen", "Nguyễn Thị Lan", "Ủy ban nhân dân phường Mẫu")


@pytest.mark.parametrize(
    "password",
    [
        "ba con vịt lội qua sông",
        "correct horse battery staple",
        "tôi thích phở bò tái",
        "7f!kQ2x_9Lm%",
        "mật khẩu của tôi là cơm tấm",
        "lan thích đọc truyện trinh thám",
        "🐄🐄 bò vàng gặm cỏ",
    ],
)
def test_a_phrase_is_a_password(password: str) -> None:
    assert weakness(password, KNOWN) is None


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("ngắn quá", Weakness.SHORT),
        ("x" * (LONGEST + 1), Weakness.LONG),
        ("một hai ba\0bốn", Weakness.CONTROL),
        ("một hai ba\nbốn", Weakness.CONTROL),
        ("aaaaaaaaaaaaaaaa", Weakness.MONOTONOUS),
        ("ababababababab12", Weakness.MONOTONOUS),
        ("matkhau123456", Weakness.COMMON),
        ("Mật khẩu 2026!!", Weakness.COMMON),
        ("PASSWORD-2026-!", Weakness.COMMON),
        ("drowssap20261234", Weakness.COMMON),
        ("qwertyuiop123456", Weakness.COMMON),
        ("abcdefgh12345678", Weakness.COMMON),
        ("123456789012345", Weakness.COMMON),
        ("vietnam-hanoi-2026", Weakness.COMMON),
        ("NguyenThiLan2026!", Weakness.PERSONAL),
        ("lan.nguyen@2026.08", Weakness.PERSONAL),
        ("phường Mẫu 123456", Weakness.PERSONAL),
    ],
)
def test_what_is_tried_first_is_none(password: str, why: Weakness) -> None:
    assert weakness(password, KNOWN) is why


def test_its_length_counts_letters_as_they_are_seen() -> None:
    password = "ệ" * 3 + "abcdefxyz"[: SHORTEST - 3]
    assert len(unicodedata.normalize("NFD", password)) > SHORTEST
    assert len(normal(unicodedata.normalize("NFD", password))) == SHORTEST
