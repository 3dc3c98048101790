"""A sheet with a note and pages that were scanned out of order, from the file to the flags and the checks of the review."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from models.geometry import Box
from models.reading import EngineVersion, Line, PageReading, Region, Word
from pipeline.runner import advance
from pipeline.stages.checks import checks_at_review
from pipeline.stages.order import order_found
from pipeline.stages.pages import Pages, page_flags
from pipeline.stages.read import Read
from pipeline.stages.receive import receive
from pipeline.stages.split import SplitScan
from pipeline.stages.triage import Triage
from tests.imaging.support import NOTES, noisy, text_page, turned, with_note
from tests.pipeline.support import application

ENGINE = EngineVersion(name="said", version="1")


def _reading(page: int, number: str) -> PageReading:
    words = tuple(
        Word(text=text, box=Box(x0=0.45, y0=y, x1=0.55, y1=y + 0.01), confidence=0.99)
        for text, y in (("Điều", 0.4), (number, 0.95))
    )
    lines = tuple(Line(box=word.box, words=(word,)) for word in words)
    whole = Box(x0=0.1, y0=0.1, x1=0.9, y1=0.97)
    return PageReading(page=page, regions=(Region(kind="text", box=whole, lines=lines),))


def test_a_note_and_a_wrong_order_are_flagged_and_told_among_the_checks(tmp_path: Path) -> None:
    sheet, other = (text_page(lines=lines, size_mm=(148, 210)) for lines in (17, 6))
    noted = with_note(sheet, NOTES["yellow"])
    pages = [noisy(turned(page, 0.3), 3, at) for at, page in enumerate((noted, sheet, other))]
    scan = tmp_path / "scan.tiff"
    first, *rest = (page.resize((1165, 1654), Image.Resampling.BICUBIC) for page in pages)
    first.save(scan, save_all=True, append_images=rest, dpi=(200, 200), compression="tiff_deflate")
    with application(tmp_path / "home") as app:
        source = receive(
            app, scan, intake="archive", presented_as="ban_chinh", forced_type=None, grouping="one"
        )
        document = advance(app, app.register.scan_of(source.id).id, (Triage(), Pages(), SplitScan()))
        source = app.register.source(source.id)
        found = page_flags(app, document)
        assert "same_page_twice" in found
        assert "duplicate_page" not in found
        for page, number in enumerate(("4", "3", "2"), start=1):
            Read()._keep(app, document, ENGINE, _reading(page, number), 0.0)
        with app.register.transaction(actor="t", purpose="t") as tx:
            facts = {"engine": ENGINE.model_dump(), "words": 10}
            tx.add_derivation(document.id, "read", "said-1", facts, seconds=0.0)
        assert order_found(app, document, source) == ("pages_out_of_order",)
        checks = checks_at_review(
            app, document, source, flags=[*found, "pages_out_of_order"], counted=None, ordered=True
        )
        told = {check.name: check.found for check in checks}
        assert told["page_order"] == ("pages_out_of_order",)
        assert told["duplicate_pages"] == ("same_page_twice",)
        assert not {"same_page_twice", "pages_out_of_order"} & set(told["page_quality"])
