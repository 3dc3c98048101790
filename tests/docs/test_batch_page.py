"""The page on batches is carried out word for word, with its own plan, and names every key of a plan."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.batch.plan import Plan, SkipRule
from tests.docs.carried_out import blocks, carry_out, page, unknown_options
from tests.pipeline.test_batch import put

PAGE = page("batch.md")


def test_every_option_and_key_the_page_speaks_of_exists() -> None:
    assert unknown_options(PAGE) == []
    for half in PAGE.split("\n---\n"):
        spoken = set(re.findall(r"[a-z_]+", half))
        assert sorted({*Plan.model_fields, *SkipRule.model_fields} - spoken - {"reason"}) == []


def test_the_page_holds_from_the_first_command_to_the_last(tmp_path: Path) -> None:
    (plan,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "ke-hoach.yaml").write_text(plan, encoding="utf-8")
    put(tmp_path / "luu-tru", "Hộp 1 - 1998/a.pdf", "Hộp 1 - 1998/Nháp/b.pdf", "Hộp 9/c.pdf")
    (tmp_path / "muc-luc.csv").write_text(
        "Hộp số;Tên tệp;Số trang\nHộp 1 - 1998;a;1\n9;c.pdf;1\nHộp 1 - 1998;Nháp/b.pdf;1\n",
        encoding="utf-8-sig",
    )
    said = carry_out(blocks(PAGE), tmp_path)
    assert "kế hoạch quy định không quét (skip 1)" in said
    assert (tmp_path / "bao-cao" / "report.html").is_file()
