"""The doctor tells what waits: documents of an earlier release without their facts, and requests past their time."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest

from pipeline.application import Application
from pipeline.doctor import examine
from storage import schema as t
from storage.keeping.requests import open_request
from storage.people.holders import settle_holder
from tests.clocks import FixedClock
from tests.pipeline.support import application
from tests.storage.test_holders import PERSONAL, person

pytestmark = pytest.mark.slow


def found(app: Application) -> dict[str, str]:
    """What each check found; each of them finds its component in order."""
    findings = list(examine(app))
    assert [one.error for one in findings if one.error] == []
    return {one.component: one.found for one in findings}


def received(app: Application) -> str:
    stored = app.vault.write("original", io.BytesIO(b"scan"))
    with app.register.transaction(actor="t", purpose="intake:counter") as tx:
        _, document = tx.add_source(
            stored,
            content_mac=stored.sha256,
            filename="a.jpg",
            received_by="t",
            intake="counter",
            presented_as="ban_chinh",
            rule_set=app.rules_today().id,
            forced_type=None,
        )
    return document


def test_what_waits_is_told(tmp_path: Path) -> None:
    with application(tmp_path / "home", FixedClock()) as app:
        document = received(app)
        before = found(app)
        assert "ecopy init" not in before["register"]
        assert before["requests"] == "0 under way, 0 overdue"
        with app.register.transaction(actor="officer", purpose="t") as tx:
            tx.connection.execute(t.unrecorded.insert().values(document_id=document))
            holder = settle_holder(tx, person(PERSONAL))
            for due in (date(2026, 1, 5), date(2030, 1, 5)):
                asked = {"text": "x", "by": "officer", "rule_set": app.rules_today().id}
                open_request(tx, holder, "access", reply_due=due, execute_due=due, **asked)
        after = found(app)
        assert after["register"].endswith("; 1 documents wait for their facts (ecopy init)")
        assert after["requests"] == "2 under way, 1 overdue (ecopy subject list --overdue)"
