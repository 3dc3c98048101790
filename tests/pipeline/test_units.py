"""The register knows what an administrative unit was called on any day the packaged table knows of."""

from __future__ import annotations

from pathlib import Path

from pipeline.cases.units import import_units
from storage.people.parties import units
from tests.pipeline.support import application


def test_units_are_brought_up_to_the_packaged_table_once(tmp_path: Path) -> None:
    with application(tmp_path / "home") as app:
        written = import_units(app)
        assert written > 10_000
        assert import_units(app) == 0
        with app.register.reading() as connection:
            known = units(connection)
        assert len(known) == written
        (gone,) = [one for one in known if one.code == "74"]
        assert (gone.name, gone.valid_to) == ("tỉnh Bình Dương", "2025-06-30"), (
            "a part of another province since"
        )
        (province,) = [one for one in known if one.code == "01" and one.valid_to is None]
        assert (province.name, province.level, province.parent) == ("thành phố Hà Nội", "province", None)
        assert [e.action for e in app.register.audit_of("units")] == ["import_units"]
