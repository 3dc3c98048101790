"""`ecopy learn`: the report, samples and a new calibration as a person and a machine get them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli.main import app
from extraction.calibration import packaged, put_in_force
from tests.pipeline.reviewing import decision, in_review, read
from tests.pipeline.support import application
from tests.pipeline.test_recalibration import review_many


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("ECOPY_CALIBRATION", raising=False)
    yield
    put_in_force(None)


def ecopy(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def answer(done: Result) -> dict[str, Any]:
    (line,) = done.stdout.splitlines()
    return json.loads(line)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One decision that the command itself confirmed: a name changed, a holder removed, an office added."""
    home = tmp_path_factory.mktemp("learn") / "home"
    with application(home) as opened:
        document = in_review(
            opened,
            decision(
                "signer_name",
                signer_name=read("Nguyên Văn Mẫu", 0.4, "spelling"),
                holder_name=read("Về Việc", 0.93),
            ),
        )
    done = ecopy(
        "confirm", document.id, "--as", "officer", "--home", home, "--json",
        "--set", "signer_name=Nguyễn Văn Mẫu", "--set", "holder_name=", "--set", "signer_title=CHỦ TỊCH",
    )  # fmt: skip
    assert done.exit_code == 0, done.stdout
    return home


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("reviewed") / "home"
    with application(home) as opened:
        review_many(opened, 40)
    return home


def test_what_the_confirming_person_did_is_in_the_report_for_machines(home: Path) -> None:
    told = answer(ecopy("learn", "report", "--home", home, "--json"))
    fields = {f["field"]: f for f in told["fields"]}
    assert told["documents"] == 1
    assert told["fields"][0]["field"] == "holder_name"
    assert (fields["signer_name"]["changed"], fields["signer_name"]["faults"]) == (1, {"marks": 1})
    assert (fields["holder_name"]["removed"], fields["holder_name"]["accepted_wrong"]) == (1, 1)
    assert (fields["signer_title"]["added"], fields["signer_title"]["share_right"]) == (1, 0.0)
    assert fields["number"]["share_right"] == 1.0
    assert told["examples"] == []
    assert told["since"] is None


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "vi",
            (
                "1 giấy tờ, 8 trường được xem",
                "Nhận sai",
                "sai dấu hoặc chữ hoa 1",
                "Họ tên người ký",
                "ê → ễ",
            ),
        ),
        (
            "en",
            (
                "1 documents, 8 fields looked at",
                "Accepted wrong",
                "marks or capitals 1",
                "Name of the signer",
            ),
        ),
    ],
)
def test_the_report_speaks_both_languages(home: Path, language: str, words: tuple[str, ...]) -> None:
    done = ecopy("learn", "report", "--home", home, "--lang", language)
    assert done.exit_code == 0
    assert [word for word in words if word not in done.stdout] == []


def test_a_persons_data_are_shown_only_when_asked_for(home: Path) -> None:
    assert "Nguyễn Văn" not in ecopy("learn", "report", "--home", home).stdout
    assert "Nguyễn Văn" in ecopy("learn", "report", "--home", home, "--examples", 5).stdout
    told = answer(ecopy("learn", "report", "--home", home, "--examples", 1, "--json"))
    assert [e["field"] for e in told["examples"]] == ["holder_name"]


def test_the_table_goes_to_a_file_for_spreadsheets(home: Path, tmp_path: Path) -> None:
    target = tmp_path / "sub" / "fields.csv"
    assert ecopy("learn", "report", "--home", home, "--csv", target).exit_code == 0
    with target.open(encoding="utf-8-sig", newline="") as source:
        rows = {row["field"]: row for row in csv.DictReader(source)}
    assert rows["signer_name"]["marks"] == "1"
    assert rows["_type"]["field_name"] == "Loại giấy tờ"
    into_a_file = ecopy("learn", "report", "--home", home, "--csv", target / "x.csv", "--json")
    assert (into_a_file.exit_code, answer(into_a_file)["error"]["code"]) == (3, "STORAGE_FAULT")


def test_day_and_type_narrow_the_report_and_wrong_ones_are_wrong_usage(home: Path) -> None:
    assert (
        answer(ecopy("learn", "report", "--home", home, "--since", "01/01/2020", "--json"))["documents"] == 1
    )
    later = answer(ecopy("learn", "report", "--home", home, "--since", "31/12/2199", "--json"))
    assert (later["documents"], later["since"]) == (0, "2199-12-31")
    assert answer(ecopy("learn", "report", "--home", home, "--type", "can_cuoc", "--json"))["documents"] == 0
    for wrong in (
        ("--since", "31/02/2026"),
        ("--since", "hôm qua"),
        ("--type", "ho_chieu"),
        ("--purpose", " "),
    ):
        assert ecopy("learn", "report", "--home", home, *wrong).exit_code == 2


def test_a_home_without_judgements_says_so(tmp_path: Path) -> None:
    done = ecopy("learn", "report", "--home", tmp_path / "home")
    assert done.exit_code == 0
    assert "Chưa có giấy tờ nào" in done.stdout


def test_samples_are_written_as_lines(home: Path, tmp_path: Path) -> None:
    target = tmp_path / "samples.jsonl"
    done = ecopy("learn", "export", target, "--home", home, "--json")
    assert answer(done) == {"path": str(target), "samples": 6}
    assert len(target.read_text(encoding="utf-8").splitlines()) == 6
    assert "6 mẫu" in ecopy("learn", "export", target, "--home", home).stderr


def test_too_few_judgements_are_refused_with_what_to_do(home: Path, tmp_path: Path) -> None:
    done = ecopy("learn", "recalibrate", "--home", home, "--out", tmp_path / "own.json")
    assert done.exit_code == 1
    for said in ("TOO_FEW_JUDGEMENTS", "6 trường", "ít nhất 300 trường", "ecopy confirm", "--samples"):
        assert said in done.stderr
    english = answer(ecopy("learn", "recalibrate", "--home", home, "--json", "--lang", "en"))
    assert "at least 300 fields, 30 documents" in english["error"]["message"]
    assert list(tmp_path.iterdir()) == []


def test_a_new_calibration_is_shown_beside_the_old_one_and_changes_nothing(
    reviewed: Path, tmp_path: Path
) -> None:
    target = tmp_path / "own.json"
    done = ecopy("learn", "recalibrate", "--home", reviewed, "--out", target)
    assert done.exit_code == 0, done.output
    for said in ("Log loss", "Sai số hiệu chuẩn", "Nhận sai", "Đang dùng", packaged().version, "14 giấy tờ"):
        assert said in done.stdout
    assert f"ECOPY_CALIBRATION={target}" in done.stderr
    assert target.is_file()
    with application(reviewed) as opened:
        assert opened.calibration == packaged()


def test_machines_get_the_comparison_as_one_line(reviewed: Path, tmp_path: Path) -> None:
    target = tmp_path / "own.json"
    told = answer(ecopy("learn", "recalibrate", "--home", reviewed, "--out", target, "--json"))
    assert (told["fields"], told["documents"], told["held_out_documents"]) == (320, 40, 14)
    assert told["after"]["reliability"]["log_loss"] < told["before"]["reliability"]["log_loss"]
    assert told["version"] == json.loads(target.read_text(encoding="utf-8"))["version"]


def test_a_calibration_that_cannot_be_used_is_told_before_anything_is_done(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECOPY_CALIBRATION", str(tmp_path / "gone.json"))
    for command in (("learn", "report", "--home", home), ("types", "try", tmp_path / "x.yaml", tmp_path)):
        done = ecopy(*command)
        assert done.exit_code == 2
        assert "ECOPY_CALIBRATION" in done.stderr
