"""Papers with a contradiction planted in them, and the same papers without it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from bench.papers.catalogue import draw
from bench.papers.pieces import BenchPaper
from samples.sheet import SetLine

Change = Callable[[BenchPaper], tuple[str, str, str]]
"""Which field is printed otherwise, as what, and its new normalised value."""


@dataclass(frozen=True)
class Plant:
    """A contradiction: on which papers, what changes, and which fields are in doubt then."""

    papers: tuple[tuple[str, str], ...]
    change: Change
    doubtful: tuple[str, ...]


def printed_of(paper: BenchPaper, field: str) -> str:
    """How a field's value is printed (the runs of all lines)."""
    runs = [
        r.span.text
        for s in paper.sheets
        for i in s.items
        if isinstance(i, SetLine)
        for r in i.runs
        if r.span.field == field
    ]
    return " ".join(" ".join(runs).split())


def reprinted(paper: BenchPaper, field: str, printed: str, value: str) -> BenchPaper:
    """The paper with another text printed as a field's value. Raises KeyError when it has no such field."""
    if field not in paper.fields:
        raise KeyError(field)
    for sheet in paper.sheets:
        for index, item in enumerate(sheet.items):
            if isinstance(item, SetLine) and any(run.span.field == field for run in item.runs):
                runs = []
                for run in item.runs:
                    space = " " if run.span.text.endswith(" ") else ""
                    runs.append(
                        replace(run, span=replace(run.span, text=printed + space))
                        if run.span.field == field
                        else run
                    )
                sheet.items[index] = SetLine(tuple(runs))
    return replace(paper, fields={**paper.fields, field: value})


def _id_year(paper: BenchPaper) -> tuple[str, str, str]:
    number = paper.fields["personal_id"]
    other = f"{number[:4]}{(int(number[4:6]) + 6) % 100:02d}{number[6:]}"
    return "personal_id", other, other


def _id_sex(paper: BenchPaper) -> tuple[str, str, str]:
    number = paper.fields["personal_id"]
    other = f"{number[:3]}{int(number[3]) ^ 1}{number[4:]}"
    return "personal_id", other, other


def _other_date(paper: BenchPaper, field: str, day: date) -> tuple[str, str, str]:
    """`day` printed in the form that the field's date is printed in."""
    before = date.fromisoformat(paper.fields[field])
    printed = printed_of(paper, field)
    body = printed.rsplit(str(before.year), 1)[0]
    digits = [f"{before.day:02d}", f"{before.month:02d}"]
    first = body.index(digits[0])
    second = body.index(digits[1], first + 2)
    body = f"{body[:first]}{day.day:02d}{body[first + 2 : second]}{day.month:02d}{body[second + 2 :]}"
    return field, f"{body}{day.year}", day.isoformat()


def _birth_day(paper: BenchPaper) -> tuple[str, str, str]:
    """Another day of the same month: the year agrees with the number, but no longer the words or the codes."""
    born = date.fromisoformat(paper.fields["birth_date"])
    return _other_date(paper, "birth_date", born.replace(day=born.day % 27 + 1))


def _before_birth(paper: BenchPaper) -> tuple[str, str, str]:
    born, issued = (date.fromisoformat(paper.fields[n]) for n in ("birth_date", "issued_on"))
    return _other_date(paper, "issued_on", date(born.year - 3, issued.month, min(issued.day, 28)))


def _dead_before_birth(paper: BenchPaper) -> tuple[str, str, str]:
    born, died = (date.fromisoformat(paper.fields[n]) for n in ("birth_date", "died_on"))
    return _other_date(paper, "died_on", date(born.year - 8, died.month, min(died.day, 28)))


def _more_money(paper: BenchPaper) -> tuple[str, str, str]:
    amount = int(paper.fields["charter_capital"]) * 2
    return "charter_capital", f"{amount:,}".replace(",", "."), str(amount)


def _more_land(paper: BenchPaper) -> tuple[str, str, str]:
    value = paper.fields["area_m2"]
    whole = int(value.split(".")[0]) + 30
    return "area_m2", f"{whole:,}".replace(",", "."), str(whole)


def _tax_digit(paper: BenchPaper) -> tuple[str, str, str]:
    code = paper.fields["enterprise_code"]
    other = f"{code[:9]}{(int(code[9]) + 3) % 10}"
    return "enterprise_code", other, other


def _printed_id(paper: BenchPaper) -> tuple[str, str, str]:
    """The printed number differs from the codes in one of its last six digits."""
    number = paper.fields["personal_id"]
    other = f"{number[:9]}{(int(number[9]) + 4) % 10}{number[10:]}"
    return "personal_id", other, other


_CHIP = (("can_cuoc_cong_dan", "chip-sheet"), ("can_cuoc_cong_dan", "chip-card"))
_NEW = (("can_cuoc", "2024-both"), ("can_cuoc", "2024-sides"))
PLANTS: Mapping[str, Plant] = MappingProxyType(
    {
        "id_birth_year": Plant(
            (("giay_khai_sinh", "table"), ("trich_luc_khai_sinh", "two-column"), ("xac_nhan_cu_tru", "form"), ("trich_luc_khai_tu", "form")),
            _id_year, ("personal_id", "birth_date"),
        ),
        "id_sex": Plant(
            (("trich_luc_khai_sinh", "two-column"), ("xac_nhan_tinh_trang_hon_nhan", "form"), ("xac_nhan_cu_tru", "system"), ("so_yeu_ly_lich", "typed")),
            _id_sex, ("personal_id", "sex"),
        ),
        "date_words": Plant(
            (("giay_khai_sinh", "table"), ("trich_luc_khai_sinh", "two-column")), _birth_day, ("birth_date", "birth_date_in_words"),
        ),
        "money_words": Plant(
            (("gcn_dang_ky_doanh_nghiep", "members"), ("gcn_dang_ky_doanh_nghiep", "two-column")),
            _more_money, ("charter_capital", "charter_capital_in_words"),
        ),
        "area_words": Plant(
            (("gcn_quyen_su_dung_dat", "pink-book"), ("gcn_quyen_su_dung_dat", "pink-spread")),
            _more_land, ("area_m2", "area_in_words"),
        ),
        "tax_check_digit": Plant(
            (("gcn_dang_ky_doanh_nghiep", "members"), ("gcn_dang_ky_doanh_nghiep", "two-column")), _tax_digit, ("enterprise_code",),
        ),
        "issued_before_birth": Plant(
            (("xac_nhan_tinh_trang_hon_nhan", "form"), ("chung_minh_nhan_dan", "printed"), ("xac_nhan_cu_tru", "form")),
            _before_birth, ("issued_on", "birth_date"),
        ),
        "died_before_birth": Plant((("trich_luc_khai_tu", "form"), ("trich_luc_khai_tu", "table")), _dead_before_birth, ("died_on", "birth_date")),
        "code_number": Plant((*_CHIP, *_NEW), _printed_id, ("personal_id",)),
        "code_birth_date": Plant((*_CHIP, *_NEW), _birth_day, ("birth_date",)),
        "zone_check_digit": Plant((*_CHIP, *_NEW), _printed_id, ("personal_id",)),
    }
)  # fmt: skip
"""By what disagrees: number and birth year or sex, words and figures, a check digit, order of dates, codes and print."""


def planted(name: str, turn: int, seed: int) -> tuple[BenchPaper, BenchPaper]:
    """The `turn`-th paper of a plant, and its twin without the contradiction. Raises KeyError."""
    plant = PLANTS[name]
    kind, layout = plant.papers[turn % len(plant.papers)]
    clean = draw(kind, layout, seed)
    paper = draw(kind, layout, seed)
    paper = _broken_zone(paper) if name == "zone_check_digit" else reprinted(paper, *plant.change(paper))
    known = tuple(f for f in plant.doubtful if f in paper.fields)
    return replace(paper, layout=f"{layout}-{name}", contradiction=name, contradicted=known), clean


def _broken_zone(paper: BenchPaper) -> BenchPaper:
    """The check digit of the whole zone is another one: no single line shows it, the sum does."""
    second = paper.zones[1]
    other = f"{second[:-1]}{(int(second[-1]) + 5) % 10}"
    for sheet in paper.sheets:
        for index, item in enumerate(sheet.items):
            if isinstance(item, SetLine) and item.runs and item.runs[0].span.text == second:
                run = item.runs[0]
                sheet.items[index] = SetLine((replace(run, span=replace(run.span, text=other)),))
    return replace(paper, zones=(paper.zones[0], other, *paper.zones[2:]))
