"""The administrator's page is carried out word for word: every command of it, in its order, on real servers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage import schema as t
from storage.database import connect
from tests.docs.carried_out import blocks, carry_out, page, unknown_options
from tests.pipeline.support import sample_card
from tests.servers.postgres import new_database
from tests.servers.seaweed import server

PAGE = page("operations.md")


def test_every_option_the_page_speaks_of_exists() -> None:
    assert unknown_options(PAGE) == []


@pytest.mark.slow
def test_the_page_holds_from_the_first_command_to_the_last(tmp_path: Path) -> None:
    (tmp_path / "ban-quet").mkdir()
    sample_card(tmp_path / "ban-quet")
    (tmp_path / "usb").mkdir()
    (tmp_path / "mat-khau").write_text("mười hai con giáp\n", encoding="utf-8")
    database, store = new_database(), server().url("operations")
    first, *others = blocks(PAGE)
    # The page's reader looks up a document's id; here the result of the digitisation tells it.
    told = """GIAY_TO=$(python -c "import json,glob;print(json.load(open(glob.glob('ket-qua/*.json')[0]))['id'])")"""
    carry_out([first, told, *others], tmp_path, CSDL=database, KHO_S3=store)
    _assert_disposed(tmp_path, database)


def _assert_disposed(folder: Path, database: str) -> None:
    """What the page promises of a disposal holds in the register that was moved to the servers, and in the backup."""
    engine = connect(database)
    with engine.connect() as connection:
        assert list(connection.scalars(sa.select(t.documents.c.state))) == ["disposed"]
        assert connection.scalar(sa.select(sa.func.count()).select_from(t.tombstones)) == 1
        assert connection.scalar(sa.select(sa.func.count()).select_from(t.fields)) == 0
        kinds = set(connection.scalars(sa.select(t.objects.c.kind)))
        keys = set(connection.scalars(sa.select(t.objects.c.key)))
    assert kinds == {"tombstone"}
    left = {path.name for path in (folder / "o-dia-ngoai" / "objects").glob("??/*")}
    assert left == keys
    manifests = [
        json.loads(content)["manifest"]
        for path in (folder / "o-dia-ngoai" / "register").glob("??/*")
        if (content := path.read_bytes()).startswith(b'{"manifest"')
    ]
    assert len(manifests) == 1
    engine.dispose()
