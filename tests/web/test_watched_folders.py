"""A served home watches the folders that its settings name."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from models.errors import WatchFolderWrong
from models.ids import new_id
from models.states import DocumentState
from pipeline.settings import load_settings
from storage import schema as t
from tests.machines import paper
from tests.pipeline.support import application
from tests.web.support import served
from web.watching import Watching


def test_what_a_scanner_puts_there_is_taken_in(tmp_path: Path) -> None:
    folder = tmp_path / "máy quét"
    watch = f"{str(folder).replace(' ', '%20')}?looks=1&every=0.05 {tmp_path}/away?every=0.05"
    with served(tmp_path / "home", watch=watch, serve_works=False, ocr_engine="tesseract") as site:
        folder.mkdir()  # the share is mounted later
        (folder / ".a").write_bytes(paper(new_id()))
        (folder / ".a").rename(folder / "a.pdf")
        until = time.monotonic() + 60
        while not list(folder.glob("done/*/a.pdf")):
            assert time.monotonic() < until, "it took too long"
            time.sleep(0.05)
        with site.office.register.reading() as connection:
            assert connection.scalars(sa.select(t.documents.c.state)).all() == [DocumentState.TRIAGED.value]


def test_a_folder_that_can_not_be_watched_is_told_when_the_server_starts(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with application(home) as office:
        office.settings = load_settings(home=home, watch=str(home))
        with pytest.raises(WatchFolderWrong):
            Watching(office)
