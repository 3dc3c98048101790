"""Opening a home clears what killed processes left in it, and leaves alone what others may be at work on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from storage.copies.reconcile import GRACE
from tests.clocks import FixedClock
from tests.pipeline.support import application
from tests.servers.postgres import new_database
from tests.soundness import abandoned


def test_a_home_of_ones_own_is_cleared_when_it_is_opened(tmp_path: Path) -> None:
    with application(tmp_path / "home") as app:
        ref = app.vault.write("picture", b"its writer was killed")
    with application(tmp_path / "home") as app:
        assert (abandoned(app.engine), app.store.exists(ref.key)) == ((), False)


def test_at_a_shared_database_only_what_is_older_than_any_work_is_cleared(tmp_path: Path) -> None:
    clock, shared = FixedClock(), {"database_url": new_database(), "store": f"folder:{tmp_path / 'objects'}"}
    with application(tmp_path / "one", clock, **shared) as app:
        ref = app.vault.write("picture", b"another machine is still at it")
    with application(tmp_path / "two", clock, **shared) as app:
        assert (abandoned(app.engine), app.store.exists(ref.key)) == ((ref.key,), True)
    clock.move(GRACE + timedelta(seconds=1))
    with application(tmp_path / "two", clock, **shared) as app:
        assert (abandoned(app.engine), app.store.exists(ref.key)) == ((), False)
