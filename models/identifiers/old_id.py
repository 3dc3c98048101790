"""Số chứng minh nhân dân: the nine digits of the cards before the personal number, kept as printed for ever."""

from __future__ import annotations

from models.identifiers.digits import digit_string, is_digit

LENGTH = 9


def parse(text: str) -> str:
    """Nine digits from a number as printed, spaces and dots between the digits allowed.

    The number has no check digit, and what its first digits mean is nowhere laid down: only the form can be
    wrong. The card has been void since 31/12/2024, yet the number on other papers stays right (Law on
    Identification, Art. 46.2). Raises ValueError.
    """
    number = "".join(c for c in text if c not in " .\u00a0-")
    if len(number) != LENGTH or not all(map(is_digit, number)):
        raise ValueError("số chứng minh nhân dân có đúng 9 chữ số")
    return number


def is_valid(text: str) -> bool:
    """Whether `text` is a well-formed number."""
    return normalised(text) == "".join(c for c in text if c not in " .\u00a0-")


def normalised(text: str) -> str | None:
    """Nine digits from text as OCR read it, look-alike letters mended; None when that fails."""
    digits = digit_string(text)
    return digits if digits is not None and len(digits) == LENGTH else None
