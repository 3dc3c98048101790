"""One home with sample papers taken the whole way, shared by the tests that look at the results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.application import Application
from pipeline.papers.outcome import DocumentOutcome, SourceOutcome, SourceRefused
from samples.demo import DEMO_FILES, write_demo
from tests.pipeline.support import application, digitized


@dataclass
class Finished:
    """What became of the demonstration's papers."""

    app: Application
    home: Path
    papers: Path
    out: Path
    outcomes: dict[str, SourceOutcome | SourceRefused]

    def document(self, name: str) -> DocumentOutcome:
        outcome = self.outcomes[name]
        assert isinstance(outcome, SourceOutcome), outcome
        (document,) = outcome.documents
        return document

    def issued(self) -> list[DocumentOutcome]:
        return [self.document(e.name) for e in DEMO_FILES if e.outcome == "issued"]


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Finished]:
    folder = tmp_path_factory.mktemp("finished")
    papers, out, home = folder / "papers", folder / "out", folder / "home"
    write_demo(papers)
    with application(home) as app:
        outcomes = digitized(app, out, papers)
        yield Finished(app, home, papers, out, {Path(o.sources[0]).name: o for o in outcomes})
