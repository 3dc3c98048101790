"""What people read where values are withheld, and where a file is here already."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from cli.console import Console
from cli.correction import run
from cli.digitize import held_words
from models.casework import HeldBefore
from models.ids import new_id
from storage import schema as t
from storage.papers.corrections import raise_task
from tests.pipeline.reviewing import decision, in_review
from tests.pipeline.support import application


def test_values_of_a_restricted_paper_are_listed_with_a_reason_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    with application(home) as app:
        document = in_review(app, decision()).id
        with app.register.transaction(actor="binh", purpose="dossier:1") as tx:
            raise_task(tx, document, "number", data_value="12/QD", paper_value="13/QD", raised_by="binh")
            tx.connection.execute(t.documents.update().values(restricted=True))

    def listed(reason: str | None) -> str:
        console = Console(language="en")
        words = {"everything": False, "purpose": "maintenance", "reason": reason}
        assert run(console, action="list", home=home, **words) == 0
        return capsys.readouterr().out

    shut, opened = listed(None), listed("request 7")
    assert "12/QD" not in shut
    assert "13/QD" not in shut
    assert "withheld (--reason)" in " ".join(shut.split())
    assert "12/QD" in opened
    with application(home) as app, app.register.reading() as connection:
        looks = sa.select(t.audit.c.purpose).where(t.audit.c.subject == document, t.audit.c.action == "look")
        assert list(connection.scalars(looks)) == ["maintenance", "maintenance; request 7"]


def test_a_file_that_is_here_already_says_since_when_and_for_what() -> None:
    held = HeldBefore(digitised_at="2026-11-22T09:00:00+07:00", dossier="H99.01-1", lot=None)
    assert held_words(Console(language="en"), held) == (
        "digitised already on 22/11/2026 09:00:00 for H99.01-1; belongs to this dossier too now"
    )
    lot = HeldBefore(digitised_at="2026-11-22T09:00:00+07:00", dossier=None, lot=new_id())
    assert str(lot.lot) in held_words(Console(language="vi"), lot)
