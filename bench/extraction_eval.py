"""Measures extraction on generated samples: exact match a field, share accepted, silent errors. Not part of CI.

python bench/extraction_eval.py --seeds 1-6 --variants clean,scanned [--perfect] [--show] [--cache DIR]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from extraction.extract import extract, type_definition
from models.extraction import UNKNOWN_TYPE, Extraction
from models.geometry import Box
from models.reading import EngineVersion, Line, PageReading, Reading, Region, Word
from models.rulesets import rule_set_on
from samples.generate import draw_paper, fonts, generate, scan_paper
from samples.papers import KINDS
from samples.truth import Truth

RULES = rule_set_on(date(2026, 11, 22))


@dataclass
class Tally:
    """Counts of one field of one type."""

    seen: int = 0
    exact: int = 0
    accepted: int = 0
    silent: int = 0
    invented: int = 0


@dataclass
class Report:
    fields: dict[tuple[str, str], Tally] = field(default_factory=lambda: defaultdict(Tally))
    types: Counter[tuple[str, str]] = field(default_factory=Counter)
    silent: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    points: list[tuple[float, bool]] = field(default_factory=list)


def perfect_reading(truth: Truth) -> Reading:
    """The reading of an engine that makes no error: the truth's lines, words spread over their boxes."""
    pages = []
    for page in truth.pages:
        lines = []
        for line in page.lines:
            width = line.box.width / max(len(line.text), 1)
            words, at = [], 0
            for text in line.text.split(" "):
                x0 = line.box.x0 + at * width
                box = Box.clipped(x0, line.box.y0, x0 + len(text) * width, line.box.y1)
                if text:
                    words.append(Word(text=text, box=box, confidence=0.96))
                at += len(text) + 1
            lines.append(Line(words=tuple(words), box=line.box))
        region = Region(kind="text", box=Box(x0=0, y0=0, x1=1, y1=1), lines=tuple(lines))
        pages.append(PageReading(page=page.page, regions=(region,)))
    return Reading(engine=EngineVersion(name="perfect", version="1"), pages=tuple(pages))


def readings(
    kind: str, seed: int, variant: str, cache: Path | None, *, perfect: bool
) -> tuple[Truth, Reading]:
    """Truth and reading of one sample, from the cache where it lies there."""
    if perfect:
        truth = scan_paper(draw_paper(kind, seed), seed, "clean", fonts()).truth  # slow only by drawing
        return truth, perfect_reading(truth)
    stem = cache / f"{kind}-{variant}-{seed}" if cache else None
    if stem and stem.with_suffix(".reading.json").exists():
        truth = Truth.read(stem.with_suffix(".truth.json"))
        return truth, Reading.model_validate_json(
            stem.with_suffix(".reading.json").read_text(encoding="utf-8")
        )
    from ocr.engines import create_engine

    sample = generate(kind, seed, variant)
    engine = create_engine()
    pages = tuple(
        engine.read_page(np.asarray(page.picture), dpi=page.dpi, page=number)
        for number, page in enumerate(sample.pages, start=1)
    )
    reading = Reading(engine=engine.version, pages=pages)
    if stem:
        stem.parent.mkdir(parents=True, exist_ok=True)
        sample.truth.write(stem.with_suffix(".truth.json"))
        stem.with_suffix(".reading.json").write_text(reading.model_dump_json(), encoding="utf-8")
    return sample.truth, reading


def judge(report: Report, truth: Truth, found: Extraction, name: str) -> None:
    """Add one paper to the report."""
    report.types[(truth.document_type, found.document_type)] += 1
    if found.document_type == UNKNOWN_TYPE or truth.document_type != found.document_type:
        report.wrong.append(f"{name}: TYPE {found.document_type} p={found.type_probability:.2f}")
        return
    for wanted in type_definition(truth.document_type).fields:
        true = truth.fields.get(wanted.name)
        got = found.fields.get(wanted.name)
        value = got.value if got else None
        tally = report.fields[(truth.document_type, wanted.name)]
        accepted = got is not None and wanted.name not in found.needs_review
        if true is None and value is None:
            continue
        tally.seen += true is not None
        right = value == true
        tally.exact += right and true is not None
        tally.accepted += accepted
        if got is not None:
            report.points.append((got.confidence, right))
        if right:
            continue
        tally.invented += true is None
        line = f"{name} {wanted.name}: {true!r} -> {value!r} ({got.confidence if got else 0:.2f})"
        report.wrong.append(line)
        if accepted:
            tally.silent += 1
            report.silent.append(line)


def table(report: Report) -> Iterator[str]:
    yield f"{'type':20} {'field':26} {'seen':>5} {'exact %':>8} {'accepted':>9} {'silent':>7} {'invented':>9}"
    totals = Tally()
    for (code, name), t in sorted(report.fields.items(), key=lambda i: i[0][0]):
        share = 100 * t.exact / t.seen if t.seen else 100.0
        yield f"{code:20} {name:26} {t.seen:5} {share:8.1f} {t.accepted:9} {t.silent:7} {t.invented:9}"
        for part in ("seen", "exact", "accepted", "silent", "invented"):
            setattr(totals, part, getattr(totals, part) + getattr(t, part))
    share = 100 * totals.exact / max(totals.seen, 1)
    yield f"{'all':47} {totals.seen:5} {share:8.1f} {totals.accepted:9} {totals.silent:7} {totals.invented:9}"
    yield "types: " + ", ".join(f"{true}→{got} {n}" for (true, got), n in sorted(report.types.items()))
    for low in (0.0, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95):
        high = min((h for h in (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.01) if h > low), default=1.01)
        inside = [right for value, right in report.points if low <= value < high]
        if inside:
            yield f"confidence {low:.2f}–{high:.2f}: {len(inside):5} fields, {100 * sum(inside) / len(inside):5.1f} % right"
    yield f"CPU per paper: median {1000 * float(np.median(report.cpu)):.1f} ms, worst {1000 * max(report.cpu):.1f} ms"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="1-4")
    parser.add_argument("--variants", default="clean")
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--perfect", action="store_true", help="the truth's own words instead of OCR")
    parser.add_argument("--show", action="store_true", help="list every wrong field")
    parser.add_argument("--cache", type=Path)
    given = parser.parse_args()
    first, _, last = given.seeds.partition("-")
    report = Report()
    for kind in given.kinds.split(","):
        for seed in range(int(first), int(last or first) + 1):
            for variant in given.variants.split(","):
                truth, reading = readings(kind, seed, variant, given.cache, perfect=given.perfect)
                start = time.process_time()
                found = extract(reading, rules=RULES)
                report.cpu.append(time.process_time() - start)
                judge(report, truth, found, f"{kind}/{truth.layout}/{variant}/{seed}")
    if given.show:
        sys.stdout.write("\n".join(report.wrong) + "\n")
    sys.stdout.write("\n".join(table(report)) + "\n")
    sys.stdout.write("SILENT\n" + "\n".join(report.silent) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
