"""The page on reuse is carried out word for word, and what it promises holds in the register."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage import schema as t
from storage.database import connect
from tests.docs.carried_out import blocks, carry_out, page, unknown_options
from tests.pipeline.support import sample_card

PAGE = page("reuse.md")
TOLD = """
GIAY_TO=$(python -c "import json,glob;print(json.load(open(glob.glob('ket-qua/*.json')[0]))['id'])")
SO=$(python -c "import json,glob;print(json.load(open(glob.glob('ket-qua/*.json')[0]))['fields']['personal_id']['value'])")
"""
"""The page's reader knows the paper's id and the applicant's number; here the result of the digitisation tells them."""


def test_every_option_the_page_speaks_of_exists() -> None:
    assert unknown_options(PAGE) == []


@pytest.mark.slow
def test_the_page_holds_from_the_first_command_to_the_last(tmp_path: Path) -> None:
    (tmp_path / "ban-quet").mkdir()
    sample_card(tmp_path / "ban-quet")
    first, *others = blocks(PAGE)
    carry_out([first, TOLD, *others], tmp_path)
    engine = connect(f"sqlite:///{tmp_path / 'kho' / 'register.sqlite3'}")
    with engine.connect() as connection:
        assert list(connection.scalars(sa.select(t.reuse_events.c.kind))) == ["reused"]
        assert list(connection.scalars(sa.select(t.correction_tasks.c.state))) == ["accepted"]
        assert list(connection.scalars(sa.select(t.ecopies.c.state))) == ["revoked"]
        corrected = sa.select(t.fields.c.value).where(t.fields.c.name == "residence", t.fields.c.current)
        assert list(connection.scalars(corrected)) == ["Xã Hoằng Lộc, tỉnh Thanh Hóa"]
        assert len(list(connection.scalars(sa.select(t.audit_anchors.c.seq)))) >= 1
    engine.dispose()
    exported = json.loads((tmp_path / "du-lieu.json").read_text(encoding="utf-8"))
    assert exported
