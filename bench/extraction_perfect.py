"""Readings of an engine that makes no error: what extraction alone can do, and a check of the bench's own truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.geometry import Box
from models.reading import EngineVersion, Line, MachineCode, PageReading, Reading, Region, Word
from samples.papers.common import Paper
from samples.truth import Truth, TruthLine, TruthPage

ENGINE = EngineVersion(name="perfect", version="1")
SURE = 0.97
"""What such an engine says of every word."""
_PAGE = Box(x0=0, y0=0, x1=1, y1=1)
_CORNER = Box(x0=0.8, y0=0.02, x1=0.95, y1=0.12)


def perfect_truth(papers: Sequence[Paper], seed: int, variant: str) -> Truth:
    """The truth of papers as drawn, without a scan; fields and name are the first paper's."""
    first = papers[0]
    sheets = [sheet for paper in papers for sheet in paper.sheets]
    pages = tuple(
        TruthPage(
            page=number,
            width_px=round(sheet.width * 300 / 72),
            height_px=round(sheet.height * 300 / 72),
            dpi=300,
            width_mm=round(sheet.width * 25.4 / 72, 2),
            height_mm=round(sheet.height * 25.4 / 72, 2),
            lines=sheet.truth_lines(),
        )
        for number, sheet in enumerate(sheets, 1)
    )
    return Truth(
        document_type=first.document_type,
        kind=first.kind,
        layout=first.layout,
        variant=variant,
        seed=seed,
        fields=dict(sorted(first.fields.items())),
        places={},
        pages=pages,
    )


def perfect_reading(truth: Truth, codes: Mapping[int, Sequence[str]]) -> Reading:
    """The truth's lines as a reading, words spread over their boxes, with the codes of each page."""
    pages = []
    for page in truth.pages:
        lines = tuple(_line(line) for line in sorted(page.lines, key=lambda line: (line.box.y1, line.box.x0)))
        found = tuple(
            MachineCode(symbology="qr", payload=text.encode(), box=_CORNER, quality=1.0)
            for text in codes.get(page.page, ())
        )
        pages.append(
            PageReading(
                page=page.page,
                regions=(Region(kind="text", box=_PAGE, lines=lines),),
                width_px=page.width_px,
                height_px=page.height_px,
                codes=found,
            )
        )
    return Reading(engine=ENGINE, pages=tuple(pages))


def _line(line: TruthLine) -> Line:
    step = line.box.width / max(len(line.text), 1)
    words, at = [], 0
    for text in line.text.split(" "):
        if text:
            x0 = line.box.x0 + at * step
            box = Box.clipped(x0, line.box.y0, x0 + len(text) * step, line.box.y1)
            words.append(Word(text=text, box=box, confidence=SURE))
        at += len(text) + 1
    return Line(words=tuple(words), box=line.box)
