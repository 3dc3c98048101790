"""`ecopy types`: what is known, what is wrong with a file, in two languages and for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from cli.main import app
from extraction.definitions import packaged_types, put_in_force
from tests.pipeline.test_document_types import PERMIT


@pytest.fixture(autouse=True)
def _packaged_types_again(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("COLUMNS", "220")
    monkeypatch.delenv("ECOPY_TYPES_FOLDER", raising=False)
    yield
    put_in_force(None)


def ecopy(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def answers(done: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "permit.yaml").write_text(PERMIT, encoding="utf-8")
    return tmp_path


def test_the_list_names_every_type_with_version_handling_fields_and_source() -> None:
    done = ecopy("types", "list", "--json")
    assert done.exit_code == 0
    listed = {answer["code"]: answer for answer in answers(done)}
    assert set(listed) == {d.code for d in packaged_types().types}
    card = listed["can_cuoc"]
    assert (card["version"], card["handling"], card["source"]) == (2, "PRESENT_ONLY", "packaged")
    assert "personal_id" in card["fields"]
    assert "hometown" not in card["fields"]
    assert "member_N_name" in listed["xac_nhan_cu_tru"]["fields"]


@pytest.mark.parametrize(("language", "word"), [("vi", "Số trường"), ("en", "Fields")])
def test_the_table_speaks_both_languages(language: str, word: str) -> None:
    done = ecopy("types", "list", "--lang", language)
    assert done.exit_code == 0
    assert word in done.stdout
    assert all(d.code in done.stdout for d in packaged_types().types)


def test_the_folder_of_the_settings_is_listed_and_a_broken_file_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECOPY_TYPES_FOLDER", str(folder))
    assert {a["code"]: a["source"] for a in answers(ecopy("types", "list", "--json"))}[
        "giay_phep_cho"
    ] == str(folder / "permit.yaml")
    (folder / "wrong.yaml").write_text("code: [", encoding="utf-8")
    done = ecopy("types", "list", "--json")
    assert done.exit_code == 1
    assert "BAD_TYPE_DEFINITION" in done.stderr
    assert "giay_phep_cho" in [answer["code"] for answer in answers(done)]


def test_a_type_is_shown_with_its_labels_and_its_article() -> None:
    done = ecopy("types", "show", "can_cuoc_cong_dan")
    assert done.exit_code == 0
    for said in ("Thẻ căn cước công dân", "chỉ xuất trình", "TT03/2025/TT-VPCP", "Quê quán", "bắt buộc"):
        assert said in done.stdout
    whole = answers(ecopy("types", "show", "gcn_dang_ky_doanh_nghiep", "--json"))[0]
    assert whole["members"][0]["name"] == "member"


def test_an_unknown_code_is_wrong_usage_that_names_the_others() -> None:
    for command in ("show", "schema"):
        done = ecopy("types", command, "ho_chieu")
        assert done.exit_code == 2
        assert "UNKNOWN_DOCUMENT_TYPE" in done.stderr
        assert "quyet_dinh" in done.stderr


def test_the_schema_is_printed_as_published() -> None:
    done = ecopy("types", "schema", "quyet_dinh")
    assert done.exit_code == 0
    schema = json.loads(done.stdout)
    Draft202012Validator.check_schema(schema)
    published = Path(__file__).parents[2] / "docs" / "types" / "quyet_dinh.schema.json"
    assert done.stdout == published.read_text(encoding="utf-8")


def test_a_right_file_passes_the_check(folder: Path) -> None:
    for path in (folder, folder / "permit.yaml"):
        done = ecopy("types", "check", path, "--json")
        assert done.exit_code == 0
        (answer,) = answers(done)
        assert (answer["code"], answer["error"]) == ("giay_phep_cho", None)
    shown = ecopy("types", "check", folder)
    assert "dùng được" in shown.stdout


@pytest.mark.parametrize(
    ("language", "line", "near"),
    [("vi", "dòng 7", "có phải «title»"), ("en", "line 7", "did you mean “title”")],
)
def test_a_wrong_file_is_answered_with_line_key_and_the_nearest_word(
    folder: Path, language: str, line: str, near: str
) -> None:
    (folder / "permit.yaml").write_text(PERMIT.replace("where: title", "where: titel"), encoding="utf-8")
    done = ecopy("types", "check", folder, "--lang", language)
    assert done.exit_code == 1
    assert line in done.stdout
    assert "cues.1.where" in done.stdout
    assert near in done.stdout
    (answer,) = answers(ecopy("types", "check", folder, "--json", "--lang", language))
    assert answer["error"]["code"] == "BAD_TYPE_DEFINITION"
    assert [p["line"] for p in answer["problems"]] == [7]


def test_a_type_beside_its_higher_version_is_told_to_be_replaced(folder: Path) -> None:
    (folder / "later.yaml").write_text(PERMIT.replace("version: 1", "version: 2"), encoding="utf-8")
    done = ecopy("types", "check", folder, "--lang", "en")
    assert done.exit_code == 0
    assert "a higher version takes its place" in done.stderr


def test_a_warning_does_not_make_the_check_fail(folder: Path) -> None:
    text = PERMIT.replace("minimum:", "stops: [Số]\nminimum:")
    (folder / "permit.yaml").write_text(text, encoding="utf-8")
    done = ecopy("types", "check", folder)
    assert done.exit_code == 0
    assert "cảnh báo" in done.stdout


def test_nothing_to_check_is_no_success(tmp_path: Path) -> None:
    assert ecopy("types", "check", tmp_path).exit_code == 1
    assert ecopy("types", "check", tmp_path / "gone").exit_code == 2
    assert ecopy("types", "try", tmp_path / "gone.yaml", tmp_path).exit_code == 2


def test_a_broken_file_cannot_be_tried(folder: Path) -> None:
    (folder / "permit.yaml").write_text("code: [", encoding="utf-8")
    done = ecopy("types", "try", folder / "permit.yaml", folder)
    assert done.exit_code == 2
    assert "BAD_TYPE_DEFINITION" in done.stderr
