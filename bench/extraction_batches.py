"""How well scans of several papers are split: exact batches, cuts right, and wrong ones that nobody is asked about."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.extraction_pages import ReadDocument
from bench.extraction_scores import split_score
from models.batches import Split
from models.reading import Reading
from models.rulesets import RuleSet


@dataclass(frozen=True)
class JudgedSplit:
    """One batch: where documents truly begin, and what was made of it."""

    batch: str
    true: tuple[tuple[int, str], ...]
    """First page and type of each document."""
    separators: tuple[int, ...]
    found: Split
    types: tuple[str, ...]
    """Type of each part, extracted by itself."""
    cpu_ms: float
    """Of splitting, for each page."""

    @property
    def pages(self) -> tuple[int, ...]:
        """Pages before which it had to be decided whether a document begins."""
        papers = sorted(page for part in self.found.parts for page in part.pages)
        return tuple(sorted(({page for page, _ in self.true} | set(papers)) - {1}))

    @property
    def begins(self) -> frozenset[int]:
        return frozenset(part.pages[0] for part in self.found.parts)

    @property
    def wrong(self) -> tuple[int, ...]:
        """Pages before which a cut is missing or invented."""
        true = {page for page, _ in self.true}
        return tuple(page for page in self.pages if (page in true) != (page in self.begins))

    @property
    def unflagged(self) -> tuple[int, ...]:
        """Wrong ones at which a document is touched that no person is asked to look at."""
        return tuple(page for page in self.wrong if not self._flagged(page))

    @property
    def exact(self) -> bool:
        left = {page for page, why in self.found.left_out.items() if why == "separator"}
        return not self.wrong and left == set(self.separators)

    def _flagged(self, page: int) -> bool:
        parts = self.found.parts
        at = next((i for i, part in enumerate(parts) if page in part.pages), None)
        if at is None:
            return False
        invented = page in self.begins and at > 0
        return parts[at].doubtful and (not invented or parts[at - 1].doubtful)


def judged_split(document: ReadDocument, profile: str, rules: RuleSet) -> JudgedSplit:
    """Split a batch, and extract each part by itself."""
    from extraction.extract import extract
    from extraction.splitting import split

    reading = document.readings[profile]
    before = time.process_time()
    found = split(reading)
    spent = 1000 * (time.process_time() - before) / len(reading.pages)
    types = tuple(extract(_part(reading, part.pages), rules=rules).document_type for part in found.parts)
    truth = document.truth
    return JudgedSplit(document.job.name, truth.begins, truth.separators, found, types, spent)


def _part(reading: Reading, pages: Sequence[int]) -> Reading:
    """The pages of one document, counted from 1."""
    kept = {page.page: page for page in reading.pages}
    return Reading(
        engine=reading.engine,
        pages=tuple(kept[n].model_copy(update={"page": at}) for at, n in enumerate(pages, 1)),
    )


def splitting(batches: Sequence[JudgedSplit]) -> dict[str, Any]:
    """Everything the report tells of splitting."""
    true = sum(len(b.true) - 1 for b in batches)
    cuts = sum(len(b.begins) - 1 for b in batches)
    right = sum(len({page for page, _ in b.true} & b.begins) - 1 for b in batches)
    decisions = sum(len(b.pages) for b in batches)
    wrong = sum(len(b.wrong) for b in batches)
    scores = [split_score(b.true, _found(b)) for b in batches]
    parts = sum(len(b.found.parts) for b in batches)
    return {
        "batches": len(batches),
        "exact": sum(b.exact for b in batches),
        "decisions": decisions,
        "decisions_right": round(1 - wrong / decisions, 5) if decisions else None,
        "precision": round(right / cuts, 5) if cuts else None,
        "recall": round(right / true, 5) if true else None,
        "wrong": wrong,
        "unflagged": sum(len(b.unflagged) for b in batches),
        "documents": sum(int(score["documents"]) for score in scores),
        "typed": sum(int(score["typed"]) for score in scores),
        "parts": parts,
        "doubtful": sum(part.doubtful for b in batches for part in b.found.parts),
        "cpu_ms_a_page": round(sum(b.cpu_ms for b in batches) / len(batches), 2) if batches else None,
        "missed": [f"{b.batch}: {', '.join(map(str, b.wrong))}" for b in batches if b.wrong],
    }


def _found(batch: JudgedSplit) -> list[tuple[int, str]]:
    return [(part.pages[0], kind) for part, kind in zip(batch.found.parts, batch.types, strict=True)]
