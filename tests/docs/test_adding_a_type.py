"""The page «Thêm một loại giấy tờ» is carried out word for word: its file, its commands, on a paper drawn for it."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from extraction.definitions import FieldDefinition, Finder, Kind, TypeDefinition
from samples.fonts import FontBook
from samples.formats import write_sample
from samples.generate import Sample, fonts, scan_paper
from samples.papers.common import MM, Blank, Form, Heading, Look, Paper, SignatureBlock, mark_as_sample
from samples.sheet import Sheet, Span, Style
from tests import warm

PAGE = (Path(__file__).parents[2] / "docs" / "adding-a-type.md").read_text(encoding="utf-8")
CODE = "xac_nhan_so_nha"
TRUTH = {
    "number": "57/XN-UBND",
    "full_name": "TRẦN THỊ HỒNG HÀ",
    "personal_id": "034192000127",
    "house_number": "12A/5",
    "old_house_number": "27",
    "address": "Đường Trần Phú, phường Cẩm Hòa, tỉnh Thái Bình",
    "issued_on": "2026-03-17",
    "issuer": "ỦY BAN NHÂN DÂN PHƯỜNG CẨM HÒA",
    "signer_name": "Vũ Văn Toàn",
}


def house_number_paper(book: FontBook) -> Paper:
    """What the page's officer has in hand: the form of an invented ward."""
    rng = random.Random(7)
    look = Look(
        "Tinos" if "Tinos" in book.families else book.choose(("Times New Roman", "Liberation Serif"))[0]
    )
    sheet = Sheet(book)
    left, right = 22 * MM, sheet.width - 16 * MM
    issuer = ("ỦY BAN NHÂN DÂN", "PHƯỜNG CẨM HÒA")
    heading = Heading((), issuer, "Số:", TRUTH["number"], "Cẩm Hòa", date(2026, 3, 17))
    y = heading.draw(sheet, look, 24 * MM, rng, left=left, right=right) + 30
    title = Style(look.family, 16, bold=True)
    sheet.put(sheet.width / 2, y, Span("GIẤY XÁC NHẬN SỐ NHÀ", title), align="centre")
    form = Form(sheet, look, left, right, y + 34, 24.0, leaders="none")
    for label, name in (
        ("Ông/bà:", "full_name"),
        ("Số định danh cá nhân:", "personal_id"),
        ("Số nhà được cấp:", "house_number"),
        ("Số nhà cũ:", "old_house_number"),
        ("Địa chỉ:", "address"),
    ):
        form.line(Blank(label, TRUTH[name], name))
    block = SignatureBlock(right - 90, (("CHỦ TỊCH", None),), TRUTH["signer_name"], "U.B.N.D PHƯỜNG CẨM HÒA")
    block.draw(sheet, form.y + 24, look, rng)
    mark_as_sample(sheet, look.family)
    return Paper(CODE, CODE, "one", [sheet], dict(TRUTH))


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sample: Sample = scan_paper(house_number_paper(fonts()), 7, "clean", fonts())
    (path,) = write_sample(sample, tmp_path_factory.mktemp("scan"), "pdf", "ban-quet")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Step 1: the example saved under the name that the page gives."""
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (named,) = set(re.findall(r"loai-giay-to/(\w+\.yaml)", PAGE))
    home = tmp_path_factory.mktemp("office")
    (home / "loai-giay-to").mkdir()
    (home / "loai-giay-to" / named).write_text(example, encoding="utf-8")
    return home


def commands() -> list[str]:
    """What the page tells to type, in its order."""
    return [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]


def typed(
    line: str, folder: Path, scan: Path, *more: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    words = line.replace("ban-quet.pdf", str(scan)).split()
    assert words[0] == "ecopy"
    surroundings = {**os.environ, "COLUMNS": "200", "ECOPY_HOME": str(folder / "home"), **environment}
    if words[1] != "digitize":
        return warm.run((*words[1:], *more), cwd=folder, env=surroundings, timeout=240)
    return subprocess.run(  # the page's last step is taken by the installed program
        [str(warm.ECOPY), *words[1:], *more],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env=surroundings,
    )


def test_the_page_explains_every_key_kind_and_way_to_find() -> None:
    keys = {*TypeDefinition.model_fields, *FieldDefinition.model_fields, *get_args(Kind), *get_args(Finder)}
    explained = set(re.findall(r"`([a-z_]+)`", PAGE))
    assert sorted(keys - explained) == []


def test_the_page_names_the_steps_in_order() -> None:
    assert [" ".join(line.split()[:3]) for line in commands()] == [
        "ecopy types check",
        "ecopy types try",
        "export ECOPY_TYPES_FOLDER=loai-giay-to",
        "ecopy types list",
        "ecopy digitize ban-quet.pdf",
    ]


def test_the_example_passes_the_check_without_a_remark(folder: Path, scan: Path) -> None:
    done = typed(commands()[0], folder, scan, "--json")
    assert done.returncode == 0, done.stderr
    (answer,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert (answer["code"], answer["error"], answer["problems"], answer["remarks"]) == (CODE, None, [], [])


def test_a_slip_of_the_pen_is_answered_with_its_line(folder: Path, scan: Path, tmp_path: Path) -> None:
    (example,) = (folder / "loai-giay-to").iterdir()
    text = example.read_text(encoding="utf-8")
    line = next(at for at, row in enumerate(text.splitlines(), start=1) if "kind: personal_id" in row)
    slip = tmp_path / "slip.yaml"
    slip.write_text(text.replace("kind: personal_id", "kind: personal_ip"), encoding="utf-8")
    done = typed(f"ecopy types check {slip}", folder, scan)
    assert done.returncode == 1
    assert f"dòng {line}" in done.stdout
    assert "personal_id" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.slow
def test_the_new_type_is_known_and_every_field_found_on_the_scan(folder: Path, scan: Path) -> None:
    done = typed(commands()[1], folder, scan, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    (answer,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert answer["type"] == CODE
    assert answer["probabilities"][CODE] > 0.8
    assert {name: field["value"] for name, field in answer["fields"].items()} == TRUTH
    shown = typed(commands()[1], folder, scan)
    assert TRUTH["house_number"] in shown.stdout
    assert CODE in shown.stdout


@pytest.mark.slow
def test_the_same_scan_without_a_label_says_what_was_not_found(
    folder: Path, scan: Path, tmp_path: Path
) -> None:
    (example,) = (folder / "loai-giay-to").iterdir()
    other = tmp_path / "other.yaml"
    text = example.read_text(encoding="utf-8").replace("[Số nhà được cấp, Số nhà mới]", "[Số biển nhà]")
    other.write_text(text, encoding="utf-8")
    done = typed(f"ecopy types try {other} ban-quet.pdf", folder, scan, "--json")
    (answer,) = [json.loads(line) for line in done.stdout.splitlines()]
    field = answer["fields"]["house_number"]
    assert field["value"] is None
    assert field["needs_review"]
    assert "Số biển nhà" in " ".join(field["reasons"])


@pytest.mark.slow
def test_with_the_folder_set_the_type_is_listed_and_papers_are_digitised_as_such(
    folder: Path, scan: Path
) -> None:
    _, _, export, listing, digitize = commands()
    name, _, value = export.removeprefix("export ").partition("=")
    listed = typed(listing, folder, scan, **{name: value})
    assert listed.returncode == 0
    assert CODE in listed.stdout
    done = typed(digitize, folder, scan, "--json", **{name: value})
    assert done.returncode == 0, done.stdout + done.stderr
    (outcome,) = [json.loads(line) for line in done.stdout.splitlines()]
    (document,) = outcome["documents"]
    assert document["document_type"] == CODE
    assert document["fields"]["house_number"]["value"] == TRUTH["house_number"]
