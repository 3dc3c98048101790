"""A store that is full or away in the middle of a paper's way: told by its code, nothing lost, and the way goes on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import pytest

from models.errors import EcopyError, StoreDown, StoreFull
from pipeline.application import Application
from pipeline.papers.outcome import SourceOutcome
from storage.stores.base import Stored
from storage.stores.folder import FolderStore
from tests.pipeline.support import application, digitized, sample_card
from tests.soundness import abandoned, missing, orphans, trail_break

pytestmark = pytest.mark.slow


class Patience:
    """Lets so many more writes through, then the store is ailing."""

    def __init__(self, fault: EcopyError) -> None:
        self.left = 0
        self._fault = fault

    def spend(self) -> None:
        if self.left == 0:
            raise self._fault
        self.left -= 1


@pytest.fixture(params=["full", "down"])
def patience(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Patience:
    fault = {"full": StoreFull(store="x", reason="no space"), "down": StoreDown(store="x", reason="no route")}
    spent, put = Patience(fault[request.param]), FolderStore.put

    def ailing(
        self: FolderStore, key: str, source: BinaryIO, notes: Mapping[str, str] | None = None
    ) -> Stored:
        spent.spend()
        return put(self, key, source, notes)

    monkeypatch.setattr(FolderStore, "put", ailing)
    return spent


def code_of(app: Application, out: Path, card: Path) -> str | None:
    """What stopped the paper, or None where it went the whole way."""
    try:
        (outcome,) = digitized(app, out, card)
    except EcopyError as fault:
        return fault.code
    if not isinstance(outcome, SourceOutcome):
        return outcome.error.code
    (document,) = outcome.documents
    return None if document.ecopy is not None else "NOT_ISSUED"


def test_a_paper_goes_on_from_wherever_the_store_failed_it(patience: Patience, tmp_path: Path) -> None:
    card, codes = sample_card(tmp_path), []
    with application(tmp_path / "home") as app:
        while (code := code_of(app, tmp_path / "out", card)) is not None:
            codes.append(code)
            assert len(codes) < 12, codes
            patience.left = 1
    assert len(codes) >= 4, "original, reading, capture and e-copy are writes of their own"
    assert set(codes) in ({"STORAGE_STORE_FULL"}, {"STORAGE_STORE_DOWN"})
    with application(tmp_path / "home") as app:
        assert (missing(app.engine, app.store), orphans(app.engine, app.store), abandoned(app.engine)) == (
            (),
            (),
            (),
        )
        assert trail_break(app.engine) is None
        assert app.register.object_kinds()["ecopy"] == app.register.object_kinds()["original"] == 1
