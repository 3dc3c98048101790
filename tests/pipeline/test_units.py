"""The register knows what an administrative unit was called on any day the packaged table knows of."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pipeline.cases.units import import_units
from storage.people.parties import unit_on, units
from tests.pipeline.support import application


def test_units_are_brought_up_to_the_packaged_table_once(tmp_path: Path) -> None:
    with application(tmp_path / "home") as app:
        written = import_units(app)
        assert written > 10_000
        assert import_units(app) == 0
        with app.register.reading() as connection:
            assert len(units(connection)) == written
            before, after = (unit_on(connection, "74", day) for day in (date(2025, 6, 30), date(2025, 7, 1)))
            province = unit_on(connection, "01", date(2026, 1, 1))
        assert before is not None
        assert before.name == "tỉnh Bình Dương"
        assert after is None, "it became a part of another province"
        assert province is not None
        assert (province.name, province.level, province.parent) == ("thành phố Hà Nội", "province", None)
        assert [e.action for e in app.register.audit_of("units")] == ["import_units"]
