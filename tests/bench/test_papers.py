"""The papers of the extraction bench: apart from the extractor, right in themselves, legible, always the same."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from bench.papers.batches import SEPARATOR, batch
from bench.papers.catalogue import KINDS, draw
from bench.papers.pieces import BenchPaper, is_new
from bench.papers.planted import PLANTS, planted, printed_of
from models.geometry import Box
from models.identifiers import tax_code
from models.separator import read_payload
from models.text import nfc
from samples.papers import KINDS as SAMPLES
from samples.sheet import SetLine

SEEDS = (10001, 10002)
TYPES = (
    "giay_khai_sinh", "trich_luc_khai_sinh", "trich_luc_ket_hon", "giay_chung_nhan_ket_hon",
    "xac_nhan_tinh_trang_hon_nhan", "trich_luc_khai_tu", "can_cuoc_cong_dan", "can_cuoc", "chung_minh_nhan_dan",
    "gcn_quyen_su_dung_dat", "gcn_dang_ky_doanh_nghiep", "giay_phep_xay_dung", "quyet_dinh", "cong_van",
    "so_yeu_ly_lich", "giay_uy_quyen", "xac_nhan_cu_tru", "bang_tot_nghiep",
)  # fmt: skip
LAYOUTS = [(kind, layout) for kind, layouts in KINDS.items() for layout in layouts]
ROOT = Path(__file__).resolve().parents[2]


@cache
def paper(kind: str, layout: str, seed: int) -> BenchPaper:
    return draw(kind, layout, seed)


def papers() -> Iterator[BenchPaper]:
    for kind, layout in LAYOUTS:
        for seed in SEEDS:
            yield paper(kind, layout, seed)


def test_every_known_type_has_two_layouts_or_more_that_the_samples_do_not_have() -> None:
    for code in TYPES:
        assert len(KINDS[code]) >= 2
        if code in SAMPLES:
            assert not set(KINDS[code]) & set(SAMPLES[code].layouts)
        assert {paper(code, layout, SEEDS[0]).document_type for layout in KINDS[code]} == {code}


def test_half_a_dozen_kinds_belong_to_no_type() -> None:
    others = set(KINDS) - set(TYPES)
    assert len(others) >= 6
    assert {paper(kind, layout, SEEDS[0]).document_type for kind in others for layout in KINDS[kind]} == {
        "unknown"
    }


def test_nothing_of_them_comes_from_the_extractor() -> None:
    for path in sorted((ROOT / "bench" / "papers").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(name.split(".")[0] == "extraction" for name in names), path.name


@pytest.mark.parametrize(("kind", "layout"), LAYOUTS)
def test_a_seed_always_makes_the_same_paper(kind: str, layout: str) -> None:
    one, again = paper(kind, layout, SEEDS[0]), draw(kind, layout, SEEDS[0])
    assert one.fields == again.fields
    assert [s.truth_lines() for s in one.sheets] == [s.truth_lines() for s in again.sheets]
    other = paper(kind, layout, SEEDS[1])
    assert [s.truth_lines() for s in one.sheets] != [s.truth_lines() for s in other.sheets]


def test_every_field_stands_on_the_paper_in_nfc() -> None:
    for one in papers():
        places = {name for n, sheet in enumerate(one.sheets, 1) for name in sheet.field_places(n)}
        shown = {one.fields[name] for name in places & set(one.fields)}
        assert all(name in places or value in shown for name, value in one.fields.items())
        assert all(value and value == nfc(value) for value in one.fields.values())
        assert set(one.handwritten) <= set(one.fields)
        if one.document_type != "unknown":
            assert len(one.fields) >= 6, (one.kind, one.layout)


def test_no_line_lies_on_another_or_leaves_the_sheet() -> None:
    for one in papers():
        for sheet in one.sheets:
            lines = sheet.truth_lines()
            assert all(line.box.x0 > 0.002 and line.box.x1 < 0.998 for line in lines), (one.kind, one.layout)
            for index, line in enumerate(lines):
                for other in lines[index + 1 :]:
                    assert not collide(line.box, other.box), (one.kind, one.layout, line.text, other.text)


def collide(one: Box, other: Box) -> bool:
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    down = min(one.y1, other.y1) - max(one.y0, other.y0)
    return across > 0.001 and down > 0.3 * min(one.y1 - one.y0, other.y1 - other.y0)


def test_numbers_agree_with_birth_and_sex_and_carry_their_check_digits() -> None:
    seen: Counter[str] = Counter()
    for one in papers():
        f = one.fields
        if "personal_id" in f and "birth_date" in f:
            seen["id"] += 1
            assert f["personal_id"][4:6] == f["birth_date"][2:4]
            assert int(f["personal_id"][3]) // 2 == int(f["birth_date"][:2]) - 19
            if "sex" in f:
                assert int(f["personal_id"][3]) % 2 == (f["sex"] == "Nữ")
        if "enterprise_code" in f:
            seen["tax"] += 1
            assert tax_code.is_valid(f["enterprise_code"])
        for text in one.codes:
            if "|" in text and "personal_id" in f and one.kind.startswith("can_cuoc"):
                assert text.split("|")[0] == f["personal_id"]
    assert seen["id"] >= 20
    assert seen["tax"] >= 4


def test_dates_come_in_order() -> None:
    for one in papers():
        days = {
            n: date.fromisoformat(v) for n, v in one.fields.items() if len(v) == 10 and v[4] == v[7] == "-"
        }
        for before, after in (
            ("birth_date", "issued_on"), ("birth_date", "registered_on"), ("birth_date", "died_on"), ("died_on", "registered_on"),
            ("registered_on", "issued_on"), ("first_registered_on", "changed_on"), ("valid_from", "valid_to"), ("issued_on", "valid_to"),
        ):  # fmt: skip
            if before in days and after in days:
                assert days[before] <= days[after], (one.kind, one.layout, before, after)


def test_about_half_of_the_papers_are_set_in_type_that_nobody_was_trained_on() -> None:
    families = [
        next(r.span.style.family for i in p.sheets[0].items if isinstance(i, SetLine) for r in i.runs)
        for p in papers()
    ]
    assert 0.3 < sum(map(is_new, families)) / len(families) < 0.7


@pytest.mark.parametrize("name", PLANTS)
def test_a_plant_differs_from_its_twin_in_what_it_names_only(name: str) -> None:
    for turn in range(len(PLANTS[name].papers)):
        wrong, twin = planted(name, turn, 10500 + turn)
        changed = {n for n in twin.fields if wrong.fields[n] != twin.fields[n]}
        assert wrong.contradiction == name
        assert twin.contradiction is None
        assert set(wrong.contradicted)
        if name == "zone_check_digit":
            assert not changed
            assert wrong.zones != twin.zones
            assert sum(a != b for a, b in zip("".join(wrong.zones), "".join(twin.zones), strict=True)) == 1
        else:
            (field,) = changed
            assert field in wrong.contradicted
            assert printed_of(wrong, field) != printed_of(twin, field)
            assert wrong.codes == twin.codes


def test_a_batch_says_where_each_document_begins() -> None:
    separated = 0
    for seed in range(28000, 28012):
        one = batch(seed)
        assert one.begins[0][0] == 1
        pages, expected = 1, []
        for part in one.papers:
            if part.kind != SEPARATOR:
                expected.append((pages, part.document_type))
            else:
                separated += 1
                assert read_payload(part.codes[0]).kind == "SEP"
            pages += len(part.sheets)
        assert one.begins == tuple(expected)
        assert not set(one.separators) & {page for page, _ in one.begins}
    assert separated
