"""The papers of the extraction bench: a fixed list by seeds, drawn, scanned, read, and kept so that a second run is quick."""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np

from bench.extraction_perfect import perfect_reading, perfect_truth
from bench.papers.batches import batch
from bench.papers.catalogue import KINDS, draw
from bench.papers.pieces import BenchPaper
from bench.papers.planted import PLANTS, planted
from models.base import Value
from models.ports import OcrEngine
from models.reading import EngineVersion, PageReading, Reading
from samples.truth import Truth

FIRST_SEED, LAST_SEED = 21000, 29999
"""Kept for the report: nothing is chosen by looking at them. Two papers from 25000 on were looked at, since a
contradiction on them had not been seen; so the report begins anew behind the seeds that it had used till then."""
FITTING_SEED, LAST_FITTING_SEED = 10000, 19999
"""For tuning and for fitting confidences."""
VARIANTS = ("clean", "scanned", "uneven", "stamped", "showthrough", "photocopy", "bad")
PLANT_VARIANTS = ("clean", "scanned", "uneven", "photocopy")
PROFILES = ("best", "fast")
PERFECT = "perfect"
"""The profile of an engine that makes no error: nothing is scanned or read for it."""
ROOT = Path(__file__).resolve().parents[1]

Part = Literal["papers", "plants", "controls", "batches"]


@dataclass(frozen=True)
class Job:
    """One document to draw and read; `layout` is the plant's name with its turn, for plants and their controls."""

    part: Part
    kind: str
    layout: str
    seed: int
    variant: str

    @property
    def name(self) -> str:
        return f"{self.part}-{self.kind}-{self.layout}-{self.variant}-{self.seed}"


class BenchTruth(Value):
    """A document of the bench: what stands on it, and what else a careful reader would say."""

    truth: Truth
    handwritten: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    contradiction: str | None = None
    contradicted: tuple[str, ...] = ()
    tolerated: tuple[str, ...] = ()
    unjudged: tuple[str, ...] = ()
    page_hashes: tuple[str, ...]
    """SHA-256 of each page's pixels."""
    begins: tuple[tuple[int, str], ...] = ()
    """Of a batch: first page and type of each document in it."""
    separators: tuple[int, ...] = ()


@dataclass(frozen=True)
class ReadDocument:
    """A document with its readings by profile."""

    job: Job
    truth: BenchTruth
    readings: dict[str, Reading]


def paper_jobs(count: int, first_seed: int = FIRST_SEED) -> list[Job]:
    """`count` papers: every layout in turn, then every layout again in the next variant."""
    layouts = [(kind, layout) for kind, known in KINDS.items() for layout in known]
    jobs = []
    for index in range(count):
        turn, place = divmod(index, len(layouts))
        kind, layout = layouts[place]
        # The offset keeps one type from always being scanned the same way in a short run.
        variant = VARIANTS[(turn + place) % len(VARIANTS)]
        jobs.append(Job("papers", kind, layout, first_seed + index, variant))
    return jobs


def plant_jobs(rounds: int, first_seed: int = FIRST_SEED) -> list[Job]:
    """Each plant on each of its papers, `rounds` times, every one followed by its twin without the plant."""
    jobs, seed = [], first_seed + 5000
    for turn in range(rounds):
        for name, plant in PLANTS.items():
            for place in range(len(plant.papers)):
                variant = PLANT_VARIANTS[(turn + place) % len(PLANT_VARIANTS)]
                jobs += [
                    Job("plants", name, str(place), seed, variant),
                    Job("controls", name, str(place), seed, variant),
                ]
                seed += 1
    return jobs


def batch_jobs(count: int, first_seed: int = FIRST_SEED) -> list[Job]:
    """Scans of several papers in one go; their seeds stay among the report's, or among those for tuning."""
    first = (FIRST_SEED if first_seed >= FIRST_SEED else FITTING_SEED) + 8000
    return [Job("batches", "batch", "mixed", first + i, ("clean", "scanned")[i % 2]) for i in range(count)]


def papers_of(job: Job) -> tuple[BenchPaper, ...]:
    """The drawn paper of a job; several for a batch."""
    if job.part == "papers":
        return (draw(job.kind, job.layout, job.seed),)
    if job.part == "batches":
        return batch(job.seed).papers
    with_plant, without = planted(job.kind, int(job.layout), job.seed)
    return (with_plant if job.part == "plants" else without,)


def documents(
    jobs: Sequence[Job], out: Path, profiles: Sequence[str], processes: int
) -> Iterator[ReadDocument]:
    """Every job with its readings, in order; what was read before is taken from `out`."""
    if processes == 1:
        for job in jobs:
            yield document(job, out, tuple(profiles))
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(document, jobs, [out] * len(jobs), [tuple(profiles)] * len(jobs), chunksize=2)


def document(job: Job, out: Path, profiles: tuple[str, ...]) -> ReadDocument:
    """Draw and read one job, or take it from `out`."""
    if profiles == (PERFECT,):
        return _unscanned(job)
    tags = {profile: _tag(profile) for profile in profiles}
    kept = out / "extraction-truth" / _sources() / f"{job.name}.json"
    if kept.exists():
        truth = BenchTruth.model_validate_json(kept.read_text(encoding="utf-8"))
        found = {p: _kept_reading(out, truth, *tag) for p, tag in tags.items()}
        if all(reading is not None for reading in found.values()):
            return ReadDocument(job, truth, {p: r for p, r in found.items() if r is not None})
    truth, pictures = _scanned(job)
    readings = {}
    for profile, (tag, version) in tags.items():
        pages = tuple(
            _read(out, tag, profile, picture, dpi, number, digest)
            for number, ((picture, dpi), digest) in enumerate(
                zip(pictures, truth.page_hashes, strict=True), 1
            )
        )
        readings[profile] = Reading(engine=version, pages=pages)
    _write(kept, truth.model_dump_json().encode())
    return ReadDocument(job, truth, readings)


def _unscanned(job: Job) -> ReadDocument:
    papers = papers_of(job)
    truth = _told(job, papers, perfect_truth(papers, job.seed, job.variant), ())
    return ReadDocument(job, truth, {PERFECT: perfect_reading(truth.truth, _codes_by_page(papers))})


def _codes_by_page(papers: Sequence[BenchPaper]) -> dict[int, tuple[str, ...]]:
    """The codes of each paper, on its first page."""
    found, page = {}, 1
    for paper in papers:
        found[page] = paper.codes
        page += len(paper.sheets)
    return found


def _scanned(job: Job) -> tuple[BenchTruth, list[tuple[np.ndarray, int]]]:
    from samples.generate import fonts, scan_paper

    papers = papers_of(job)
    samples = [
        scan_paper(paper, job.seed + number, job.variant, fonts()) for number, paper in enumerate(papers)
    ]
    pictures = [(np.asarray(page.picture), page.dpi) for sample in samples for page in sample.pages]
    hashes = tuple(hashlib.sha256(p.tobytes() + str(dpi).encode()).hexdigest()[:32] for p, dpi in pictures)
    return _told(job, papers, samples[0].truth, hashes), pictures


def _told(job: Job, papers: tuple[BenchPaper, ...], truth: Truth, hashes: tuple[str, ...]) -> BenchTruth:
    first = papers[0]
    whole = batch(job.seed) if job.part == "batches" else None
    return BenchTruth(
        truth=truth,
        handwritten=first.handwritten,
        codes=tuple(code for paper in papers for code in paper.codes),
        zones=first.zones,
        contradiction=first.contradiction,
        contradicted=first.contradicted,
        tolerated=first.tolerated,
        unjudged=first.unjudged,
        page_hashes=hashes,
        begins=whole.begins if whole else (),
        separators=whole.separators if whole else (),
    )


# ── what was read before ─────────────────────────────────────────────────────────────────────────────


def _read(
    out: Path, tag: str, profile: str, picture: np.ndarray, dpi: int, page: int, digest: str
) -> PageReading:
    from imaging.codes import find_codes

    kept = _place(out, tag, digest)
    if kept.exists():
        return _load(kept, page)
    reading = _engine(profile).read_page(picture, dpi=dpi, page=page)
    reading = reading.model_copy(update={"codes": find_codes(picture, dpi)})
    _write(kept, gzip.compress(reading.model_dump_json().encode(), mtime=0))
    return reading


def _kept_reading(out: Path, truth: BenchTruth, tag: str, version: EngineVersion) -> Reading | None:
    places = [_place(out, tag, digest) for digest in truth.page_hashes]
    if not all(place.exists() for place in places):
        return None
    return Reading(
        engine=version, pages=tuple(_load(place, number) for number, place in enumerate(places, 1))
    )


def _load(place: Path, page: int) -> PageReading:
    reading = PageReading.model_validate_json(gzip.decompress(place.read_bytes()))
    return reading.model_copy(update={"page": page})


def _place(out: Path, tag: str, digest: str) -> Path:
    return out / "extraction-readings" / tag / f"{digest}.json.gz"


def _write(place: Path, data: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    half = place.with_suffix(f".{os.getpid()}")
    half.write_bytes(data)
    half.replace(place)


@cache
def _engine(profile: str) -> OcrEngine:
    from ocr.engines import create_engine

    return create_engine(profile=profile)


@cache
def _tag(profile: str) -> tuple[str, EngineVersion]:
    """A folder name for readings of this engine and code reader, and the engine's version."""
    from imaging.codes import reader_version

    version = _engine(profile).version
    whole = f"{profile} {version.name} {version.version} {reader_version()}"
    return f"{profile}-{hashlib.sha256(whole.encode()).hexdigest()[:12]}", version


@cache
def _sources() -> str:
    """Digest of all that draws papers: another digest, another truth."""
    digest = hashlib.sha256()
    for path in (
        *sorted((ROOT / "samples").rglob("*.py")),
        *sorted((ROOT / "bench" / "papers").rglob("*.py")),
    ):
        if path.name != "contact.py":
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
