"""The page on documents names every endpoint there is, and the guidance's fields with their true lengths."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

from pydantic import ValidationError

from cli.note import CHECKS
from models.ecopy import CheckName, TransferNote
from models.scans import ScanRecord
from models.wire.national import NationalRecord
from pipeline.settings import load_settings
from web.api.papers import ROUTERS
from web.app import create_app

PAGE = (Path(__file__).parents[2] / "docs" / "documents.md").read_text(encoding="utf-8")


def test_every_endpoint_is_on_the_page_and_no_other(tmp_path: Path) -> None:
    described = create_app(load_settings(home=tmp_path)).openapi()["paths"]
    mine = {route.path for router in ROUTERS for route in router.routes}  # type: ignore[attr-defined]
    there = {
        f"{method.upper()} {path}"
        for path, methods in described.items()
        if path in mine
        for method in methods
    }
    told = set(re.findall(r"`((?:GET|POST|PUT) /api/v1/[^`]+)`", PAGE))
    by_id = "GET /api/v1/documents/{id}"  # the same address as by a DocCode, told twice
    assert told - {by_id} == there
    assert by_id in told


def test_the_fields_are_told_with_their_lengths() -> None:
    table = PAGE[PAGE.index("| Trường |") :].split("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in table]
    schema = NationalRecord.model_json_schema()
    assert {row[0] for row in rows} == set(schema["properties"])
    assert {row[0] for row in rows if row[2] == "có"} == set(schema["required"])
    for name, longest in ((row[0], int(row[1])) for row in rows if row[1]):
        most: object = longest if name == "PageAmount" else "x" * longest
        more: object = longest + 1 if name == "PageAmount" else "x" * (longest + 1)
        assert _fits({name: most}), name
        assert not _fits({name: more}), name


def test_every_member_of_the_transfer_note_and_every_check_is_told() -> None:
    section = PAGE[PAGE.index("## Ghi chú chuyển đổi") :].split("\n## ")[0]
    table = section[section.index("| Mục |") :].split("\n\n")[0].splitlines()[2:]
    told = [name for row in table for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert sorted(told) == sorted(TransferNote.model_fields)
    checks = section[section.rindex("`checks`:") :]
    assert [name for name in get_args(CheckName) if f"`{name}`" not in checks] == []
    assert set(CHECKS) == set(get_args(CheckName))


def test_the_example_of_a_scanning_is_one() -> None:
    uploads = (Path(__file__).parents[2] / "docs" / "uploads.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", uploads, re.DOTALL)
    said = ScanRecord.model_validate_json(example).model_dump()
    assert set(json.loads(example)) == set(said)
    for part in ("device", "profile", "paper"):
        assert None not in said[part].values(), f"the example shows every member of {part}"


def test_the_example_is_a_record() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert NationalRecord.model_validate_json(example).doc_code == "G06.01_CV_000021_V1"


def _fits(change: dict[str, object]) -> bool:
    said = {
        "DocCode": "A_1",
        "TypeName": "x",
        "CodeNumber": "",
        "CodeNotation": "",
        "IssuedDate": "2019-03-12",
        "OrganName": "x",
        "Subject": "x",
    }
    try:
        NationalRecord.model_validate({**said, **change})
    except ValidationError:
        return False
    return True
