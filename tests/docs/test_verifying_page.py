"""docs/verifying.md lists every reason and change with the words and indications that the program gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.signatures import Reason
from signing.judging.etsi import FAILED, OPEN
from signing.judging.verify import OPEN_QUESTIONS
from signing.judging.words import CHANGES, REASONS, REMEDIES

PAGE = (Path(__file__).parents[2] / "docs" / "verifying.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_its_row(reason: Reason) -> None:
    (vi, en), (remedy_vi, remedy_en) = REASONS[reason], REMEDIES[reason]
    verdict = "chưa đủ căn cứ / open" if reason in OPEN_QUESTIONS else "không hợp lệ / invalid"
    etsi = f"TOTAL-FAILED {FAILED[reason]}" if reason in FAILED else f"INDETERMINATE {OPEN[reason]}"
    row = f"| `{reason.value}` | {vi} → {remedy_vi} | {en} → {remedy_en} | {verdict} | {etsi} |"
    assert row in PAGE.splitlines()


@pytest.mark.parametrize("code", CHANGES)
def test_every_change_has_its_row(code: str) -> None:
    vi, en = CHANGES[code]
    assert f"| `{code}` | {vi} | {en} |" in PAGE.splitlines()
