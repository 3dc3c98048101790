"""What a served home does by itself: papers go on, and the audit trail is time-stamped."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from models.access import CallerKind
from storage.audit.anchors import newest_anchor
from tests.pipeline.support import sample_card
from tests.web.support import served


def test_a_paper_that_was_handed_in_goes_on_to_review_and_the_trail_is_stamped(tmp_path: Path) -> None:
    with served(tmp_path / "home", audit_anchor_entries=1) as site:
        with site.machine(CallerKind.DEVICE, "kiosk") as kiosk:
            kiosk.headers["Ecopy-Purpose"] = "intake:counter"
            taken = kiosk.post(
                "/api/v1/submissions",
                params={"filename": "the.jpg", "presented_as": "ban_chinh"},
                content=sample_card(tmp_path).read_bytes(),
            )
            address = taken.headers["location"]
            _until(lambda: kiosk.get(address).json()["document_state"] == "in_review")
        site.api.state.services["anchoring"].nudge()

        def stamped() -> bool:
            with site.office.register.reading() as connection:
                return newest_anchor(connection) is not None

        _until(stamped)


def _until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not true():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.05)
