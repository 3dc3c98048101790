"""The OCR bench measures what it says, on the pages it says, and writes it down."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bench.ocr import main, office_sheets, scores
from bench.ocr_docs import write_docs
from bench.ocr_goals import goals
from bench.ocr_pages import FIRST_SEED, LAST_SEED, VARIANTS, Page, own_pages, page_set, quick_set
from samples.papers import KINDS

LINES = ("Độc lập - Tự do", "Số: 12/QĐ-UBND")


def page(name: str, variant: str = "scanned", kind: str = "don", group: str = "new") -> Page:
    return Page(name, f"/{name}.jpg", group, kind, variant, 300.0, LINES)


def test_the_pages_are_a_fixed_list_of_seeds_kept_for_the_bench() -> None:
    papers = page_set()
    assert papers == page_set()
    assert {p.kind for p in papers} == set(KINDS)
    assert {(p.kind, p.variant) for p in papers if p.group != "type"} == {
        (k, v) for k in KINDS for v in VARIANTS
    }
    assert {p.kind for p in papers if p.group == "type"} == set(KINDS)
    drawn = [(p.kind, p.seed, p.variant) for p in papers]
    assert len(drawn) == len(set(drawn))
    assert all(FIRST_SEED <= p.seed <= LAST_SEED for p in papers)
    assert not any(FIRST_SEED <= p.seed <= LAST_SEED for p in (*quick_set(), *page_set(5000)))
    assert not {p.seed for p in papers} & {p.seed for p in page_set(5000)}


def test_scores_are_summed_over_pages_and_told_by_variant_kind_and_group() -> None:
    pages = [page("a"), page("b", "bad", "bang_bieu"), page("c", "clean", group="known")]
    found = scores(pages, ["\n".join(LINES), LINES[0], "\n".join((LINES[0], "Số: 12/QD-UBND"))])
    length = sum(map(len, LINES))
    assert found["all"]["cer"] == pytest.approx((len(LINES[1]) + 1) / (3 * length), abs=1e-5)
    assert found["all"]["exact"] == pytest.approx(4 / 6, abs=1e-5)
    assert found["by_variant"]["scanned"]["cer"] == 0
    assert found["by_kind"]["bang_bieu"]["missing_lines"] == 1
    assert found["by_group"]["known"]["marks"] > 0
    bad, scanned = (found["by_variant"][v]["cer"] for v in ("bad", "scanned"))
    assert found["degraded_mean_cer"] == pytest.approx((bad + scanned) / 2, abs=1e-5)
    assert found["pages"]["b"] == pytest.approx(len(LINES[1]) / length, abs=1e-5)


def test_speed_is_measured_on_ordinary_scans_of_whole_sheets() -> None:
    pages = [page("a"), page("b", "bad"), page("c", kind="can_cuoc"), page("d", group="type")]
    assert [p.name for p in office_sheets(pages)] == ["a"]
    assert [p.name for p in office_sheets(pages[1:2])] == ["b"]


def test_own_scans_need_their_lines_beside_them(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("L", (60, 40), 255).save(tmp_path / "Bản quét.png", dpi=(200, 200))
    with pytest.raises(FileNotFoundError):
        own_pages(tmp_path)
    (tmp_path / "Bản quét.txt").write_text("\n".join(("Độc lập", "", "Tự do")), encoding="utf-8")
    (one,) = own_pages(tmp_path)
    assert (one.lines, one.variant, round(one.dpi)) == (("Độc lập", "Tự do"), "200 dpi", 200)


def figures() -> dict[str, Any]:
    """What a run leaves, with made-up numbers."""
    pages = [page("a"), page("b", "clean", group="known")]
    speed = {
        "pages_per_minute": 100.0, "spread": [90.0, 110.0], "largest_process_mib": 300, "all_processes_mib": 400,
    }  # fmt: skip
    made = {}
    for name, rate in (
        ("own-best", 100.0),
        ("own-fast", 150.0),
        ("tesserocr-fast", 80.0),
        ("ocrmypdf", 50.0),
    ):
        text = "\n".join(LINES) if name != "ocrmypdf" else LINES[0]
        made[name] = {
            "title": f"title of {name}",
            "version": "1",
            "ours": True,
            "accuracy": scores(pages, [text, text]),
            "speed": {jobs: {**speed, "pages_per_minute": rate} for jobs in ("1", "2")},
            "growth": {n: {"largest_process_mib": 200, "all_processes_mib": 210} for n in ("5", "20", "60")},
            "first_page_seconds": 1.4,
        }
    return {
        "made_at": "2026-01-02T03:04+07:00",
        "machine": {"cpu": "A & B", "cores": 2, "python": "3.11"},
        "pages": {"count": 2, "groups": {"new": 1, "known": 1}, "lines": 4, "characters": 60},
        "speed_pages": 1,
        "contenders": made,
        "not_here": {"ocrmypdf-clean": "unpaper is missing"},
    }


def test_the_page_of_figures_and_its_plots_come_from_the_figures_alone(tmp_path: Path) -> None:
    (tmp_path / "ocr.json").write_text(json.dumps(figures()))
    shutil.copy(tmp_path / "ocr.json", tmp_path / "ocr-own.json")
    first = {p: p.read_bytes() for p in write_docs(tmp_path, tmp_path / "docs")}
    assert {p: p.read_bytes() for p in write_docs(tmp_path, tmp_path / "docs")} == first
    text = (tmp_path / "docs" / "accuracy.md").read_text(encoding="utf-8")
    assert "| title of own-fast | 0.00 |" in text
    assert "unpaper is missing" in text
    plots = [p for p in first if p.suffix == ".svg"]
    assert len(plots) == 4
    for plot in plots:
        assert f"(accuracy/{plot.name})" in text
        assert len(list(ET.parse(plot).iter())) > 20


def test_goals_hold_or_fail_by_the_figures() -> None:
    found = figures()
    assert {g.text: g.holds for g in goals(found, found)} == dict.fromkeys(
        (g.text for g in goals(found, found)), True
    )
    found["contenders"]["own-fast"]["speed"]["2"]["pages_per_minute"] = 120.0
    found["contenders"]["own-best"]["accuracy"]["all"]["marks"] = 0.009
    found["contenders"]["own-best"]["first_page_seconds"] = 2.4
    assert sum(not g.holds for g in goals(found, found)) == 3


@pytest.mark.slow
def test_a_quick_run_reads_two_pages_with_ours_and_with_tesseract(tmp_path: Path) -> None:
    words = ["--quick", "--out", str(tmp_path), "--contenders", "tesserocr-fast,tesseract-raw", "--jobs", "1"]
    assert main(words) == 0
    found = json.loads((tmp_path / "ocr-quick.json").read_text(encoding="utf-8"))
    assert found["pages"]["groups"] == {"known": 1, "type": 1}
    ours, raw = found["contenders"]["tesserocr-fast"], found["contenders"]["tesseract-raw"]
    assert ours["accuracy"]["all"]["cer"] < 0.03 < raw["accuracy"]["all"]["cer"]
    for contender in (ours, raw):
        assert contender["first_page_seconds"] > 0
        for jobs in ("1", "2"):
            assert contender["speed"][jobs]["pages_per_minute"] > 1
            assert 10 < contender["speed"][jobs]["largest_process_mib"] < 1500
