"""`ecopy reuse`, `correction`, `lifecycle` and `subject`: the whole later life of one paper, as a person drives it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli.main import app
from samples.generate import draw_paper, fonts, scan_paper
from tests.pipeline.support import sample_card
from tests.stories import tell

pytestmark = pytest.mark.slow

PROCEDURES = Path(__file__).parents[2] / "samples" / "procedures.yaml"
NUMBER, OTHER = "027307941037", "001190000017"
DOSSIER, WITHDRAWN = "H99.01-261123-0001", "H99.01-261123-0002"


def ecopy(home: Path, *words: object, code: int | None = 0) -> list[dict[str, Any]]:
    """The answer for machines, one value a line; the exit code is checked."""
    done = run(home, *words, "--json")
    assert code is None or done.exit_code == code, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def run(home: Path, *words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in (*words, "--home", home)])


def refused(home: Path, *words: object) -> str:
    (line,) = ecopy(home, *words, code=None)
    return str(line["error"]["code"])


@dataclass(frozen=True)
class Issued:
    """A home with one issued e-copy of a card, reusable because its lot was accepted."""

    home: Path
    document: str
    ecopy: str
    file: Path


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    folder = tmp_path_factory.mktemp("later")
    home, out = folder / "home", folder / "out"
    card = sample_card(folder)
    ecopy(home, "lot", "create", "Lô 1", "--as", "officer")
    (done,) = ecopy(
        home,
        "digitize",
        card,
        "--out",
        out,
        "--confirm-as",
        "officer",
        "--intake",
        "archive",
        "--lot",
        "Lô 1",
    )
    identifier = done["documents"][0]["id"]
    (sample,) = ecopy(home, "lot", "sample", "Lô 1", "--as", "officer")
    assert [one["document"] for one in sample["documents"]] == [identifier]
    ecopy(home, "lot", "judge", "Lô 1", identifier, "--right", "--as", "officer")
    ecopy(home, "lot", "accept", "Lô 1", "--as", "officer")
    (document,) = ecopy(home, "issue", identifier)
    ecopy(home, "fetch", identifier, "--out", out / "ecopy.pdf", "--purpose", "lot:Lô 1")
    ecopy(home, "procedure", "import", PROCEDURES)
    for code in (DOSSIER, WITHDRAWN):
        ecopy(home, "dossier", "open", code, "--procedure", "2.000815", "--holder", NUMBER, "--as", "clerk")
    return Issued(home, document["id"], document["ecopy"]["id"], out / "ecopy.pdf")


def test_the_later_life_of_one_paper(issued: Issued, tmp_path: Path, subtests: pytest.Subtests) -> None:
    tell(globals(), subtests, tmp_path, issued=issued)


def step_1_what_is_there_is_found_and_used_or_overridden_on_record(issued: Issued) -> None:
    home = issued.home
    find = ("reuse", "find", "--dossier", DOSSIER, "--as", "clerk")
    assert (
        refused(home, "reuse", "find", NUMBER, "--dossier", "H99.01-261123-0009", "--as", "clerk")
        == "NOT_FOUND"
    )
    (missed,) = ecopy(home, *find, OTHER, code=1)
    assert missed["holder"] is None
    (answer,) = ecopy(home, *find, NUMBER, "--type", "can_cuoc")
    (found,) = answer["found"]
    assert answer["usable"] == [issued.document]
    assert (found["ecopy_id"], found["why_not"], found["checks"]) == (issued.ecopy, [], ["validity_unknown"])
    assert found["document_code"] == f"{NUMBER}.can_cuoc"
    (named,) = ecopy(home, *find, "--name", "tran thanh anh", "--born", "2007", code=1)
    assert [one["name"] for one in named["candidates"]] == ["TRẦN THANH ANH"]
    assert named["found"] == []
    use = ("reuse", "use", issued.document, "--dossier", DOSSIER, "--component", "BC", "--as", "clerk")
    assert refused(home, *use) == "CHECK_NEEDED"
    (event,) = ecopy(home, *use, "--checked", "validity_unknown")
    assert ecopy(home, *use) == [event]
    (dossier,) = ecopy(home, "dossier", "show", DOSSIER)
    assert [(c["state"], c["document"]) for c in dossier["components"]] == [("reused", issued.document)]
    other = ("reuse", "override", issued.ecopy, "--dossier", WITHDRAWN, "--component", "BC", "--as", "clerk")
    assert refused(home, *other, "--reason", "because") == "UNKNOWN_REASON"
    assert refused(home, *other, "--reason", "copy_unreadable") == "NOTE_NEEDED"
    (overridden,) = ecopy(home, *other, "--reason", "verify_authenticity")
    assert (overridden["kind"], overridden["reason_code"]) == ("overridden", "verify_authenticity")


def step_2_looks_are_on_record_without_the_number(issued: Issued) -> None:
    from storage import schema as t
    from tests.pipeline.support import application

    with application(issued.home) as opened, opened.engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(t.audit.select())]
    looks = [row for row in rows if "look_up" in row]
    assert any(f"dossier:{DOSSIER}" in row for row in looks)
    assert [
        row for row in rows if NUMBER in repr(row) or OTHER in repr(row) or "THANH ANH" in repr(row)
    ] == []


def step_3_a_disagreement_becomes_a_task_that_another_person_decides(issued: Issued) -> None:
    home = issued.home
    (task,) = ecopy(
        home, "correction", "raise", issued.document, "--set", "full_name=Trần Thanh Ánh", "--as", "officer",
        "--dossier", DOSSIER,
    )  # fmt: skip
    assert (task["state"], task["data_value"], task["paper_value"]) == (
        "open",
        "TRẦN THANH ANH",
        "Trần Thanh Ánh",
    )
    assert [one["id"] for one in ecopy(home, "correction", "list")] == [task["id"]]
    (shown,) = ecopy(home, "show", issued.document)
    assert shown["fields"]["full_name"]["value"] == "TRẦN THANH ANH"
    assert refused(home, "correction", "accept", task["id"], "--as", "clerk") == "WRONG_ROLE"
    assert refused(home, "correction", "accept", task["id"], "--as", "officer") == "SAME_PERSON_TWICE"
    (rejected,) = ecopy(home, "correction", "raise", issued.document, "--set", "sex=Nam", "--as", "clerk")
    ecopy(home, "correction", "reject", rejected["id"], "--as", "officer", "--note", "đã đối chiếu")
    (again,) = ecopy(
        home, "correction", "raise", issued.document, "--set", "full_name=Trần Thanh Anh", "--as", "clerk"
    )
    (accepted,) = ecopy(home, "correction", "accept", again["id"], "--as", "officer")
    assert (accepted["state"], accepted["outdated"]) == ("accepted", [issued.ecopy])
    (shown,) = ecopy(home, "show", issued.document)
    assert (shown["fields"]["full_name"]["value"], shown["fields"]["full_name"]["origin"]) == (
        "Trần Thanh Anh", "person",
    )  # fmt: skip
    (answer,) = ecopy(home, "reuse", "find", NUMBER, "--dossier", WITHDRAWN, "--as", "clerk")
    assert answer["found"][0]["checks"] == ["validity_unknown", "disagreement_open", "data_corrected"]


def step_4_data_subjects_get_answers_in_time(issued: Issued, tmp_path: Path) -> None:
    home = issued.home
    ask = ("subject", "open", "--holder", NUMBER, "--as", "officer", "--text", "Xin xem dữ liệu", "--kind")
    (access,) = ecopy(home, *ask, "access")
    assert (access["state"], access["overdue"]) == ("received", False)
    assert access["received_at"] < access["reply_due"] < access["execute_due"]
    assert [one["id"] for one in ecopy(home, "subject", "list")] == [access["id"]]
    assert ecopy(home, "subject", "list", "--overdue") == []
    target = tmp_path / "all.json"
    (told,) = ecopy(home, "subject", "export", access["id"], "--out", target, "--as", "officer")
    found = json.loads(target.read_text(encoding="utf-8"))
    assert [one["value"] for one in found["identifiers"]] == [NUMBER]
    assert [one["id"] for one in found["documents"]] == [issued.document]
    assert {one["version"] for one in found["documents"][0]["fields"] if one["name"] == "full_name"} == {1, 2}
    assert {"look_up", "shown_in_look_up", "reuse", "confirm"} <= {one["action"] for one in found["looks"]}
    assert told["looks"] == len(found["looks"])
    (wrong,) = ecopy(home, *ask, "correction")
    fix = f"{issued.document}:nationality=Lào"
    assert refused(home, "subject", "answer", wrong["id"], "--as", "clerk") == "USAGE"
    (done,) = ecopy(home, "subject", "answer", wrong["id"], "--as", "clerk", "--set", fix, "--text", "Đã ghi")
    assert done["state"] == "executed"
    assert fix.split("=")[1] in [one["paper_value"] for one in ecopy(home, "correction", "list")]
    (gone,) = ecopy(home, *ask, "deletion")
    (answered,) = ecopy(home, "subject", "answer", gone["id"], "--as", "officer")
    assert (answered["state"], "tài liệu lưu trữ" in answered["answer"]) == ("executed", True)
    assert refused(home, "show", issued.document) == "DOCUMENT_RESTRICTED"
    assert refused(home, "fetch", issued.document, "--out", tmp_path / "x.pdf") == "DOCUMENT_RESTRICTED"
    ecopy(home, "show", issued.document, "--reason", "khiếu nại 12/2026")
    (answer,) = ecopy(home, "reuse", "find", NUMBER, "--dossier", WITHDRAWN, "--as", "clerk", code=1)
    assert answer["found"][0]["why_not"] == ["restricted"]
    again = tmp_path / "again"
    card = next(home.parent.glob("*.jpg"))
    assert refused(home, "digitize", card, "--out", again, "--intake", "archive") == "DOCUMENT_RESTRICTED"
    assert not again.exists()
    (lifted,) = ecopy(
        home, "subject", "lift", issued.document, "--as", "officer", "--reason", "hết khiếu nại"
    )
    assert lifted["lifted"]


def step_5_a_revoked_copy_says_so_to_everybody_at_once(issued: Issued) -> None:
    home = issued.home
    (before,) = ecopy(home, "verify", issued.file)
    assert (before["verdict"], before["status"]["state"]) == ("valid", "issued")
    revoke = ("lifecycle", "revoke", issued.ecopy, "--reason", "wrong_data", "--note", "sai tên")
    assert refused(home, *revoke, "--as", "clerk") == "WRONG_ROLE"
    (status,) = ecopy(home, *revoke, "--as", "officer")
    assert (status["state"], status["reason"]) == ("revoked", "wrong_data")
    (after,) = ecopy(home, "verify", issued.file, code=1)
    assert (after["verdict"], after["status"]["state"]) == ("valid", "revoked")
    assert "ĐÃ BỊ THU HỒI" in run(home, "verify", issued.file).stdout
    (shown,) = ecopy(home, "show", issued.document)
    assert (shown["ecopy"]["state"], shown["ecopy"]["status_reason"]) == ("revoked", "wrong_data")
    assert "ĐÃ BỊ THU HỒI" in run(home, "show", issued.document).stdout
    (answer,) = ecopy(home, "reuse", "find", NUMBER, "--dossier", WITHDRAWN, "--as", "clerk", code=1)
    assert answer["found"][0]["why_not"] == ["revoked"]
    assert refused(home, "lifecycle", "supersede", issued.ecopy, "--by", issued.ecopy, "--as", "officer") == (
        "NOT_THE_SAME_PAPER"
    )


def step_6_the_same_paper_scanned_again_is_told_of_and_not_merged(issued: Issued, tmp_path: Path) -> None:
    home = issued.home
    paper = draw_paper("can_cuoc", 0, "2024-card")
    documents = []
    (lot,) = ecopy(home, "lot", "create", "Lô 2", "--as", "officer")
    for again in (0, 1000):
        scan = tmp_path / f"{again}.jpg"
        scan.write_bytes(scan_paper(paper, again, "scanned", fonts()).pages[0].jpeg())
        (done,) = ecopy(
            home, "digitize", scan, "--out", tmp_path / "out", "--intake", "archive", "--lot", "Lô 2"
        )
        documents += done["documents"]
    first, second = documents
    assert (first["seen_before"], "digitised_before" in first["flags"]) == ([], False)
    (seen,) = second["seen_before"]
    assert (seen["document"], seen["likeness"], seen["same_picture"]) == (first["id"], "same", True)
    assert (seen["lot"], seen["dossier"]) == (lot["id"], None)
    assert "digitised_before" in second["flags"]
    assert second["state"] == "in_review"
    said = run(home, "show", second["id"]).stdout
    assert "Giấy này đã được số hóa trước đây" in said
    assert "đã số hóa ngày" in said


def step_6b_two_holders_who_are_one_person_are_merged_by_name_of_a_person(issued: Issued) -> None:
    home, old = issued.home, "012345678"
    third = "H99.01-261123-0003"
    ecopy(home, "dossier", "open", third, "--procedure", "2.000815", "--holder", old, "--as", "clerk")
    look = ("reuse", "find", "--dossier", third, "--as", "clerk")
    assert ecopy(home, *look, old, code=None)[0]["found"] == []
    merge = ("subject", "merge", NUMBER, old, "--as", "officer", "--reason")
    assert refused(home, *merge, " ") == "USAGE"
    (one,) = ecopy(home, *merge, "đối chiếu CMND và CCCD")
    assert one["numbers"] == ["old_id", "personal_id"]
    (answer,) = ecopy(home, *look, old, code=None)
    assert (answer["holder"]["id"], answer["found"][0]["document_id"]) == (one["holder"], issued.document)
    assert refused(home, *merge, "lần nữa") == "DIFFERENT_HOLDERS"
    told = ecopy(home, "audit", "show", "--subject", one["holder"], "--purpose", "t")
    (entry,) = [e for e in told if e["action"] == "merge_holders"]
    assert (entry["actor"], entry["purpose"]) == ("officer", "đối chiếu CMND và CCCD")
    whole = json.dumps(ecopy(home, "audit", "show", "--purpose", "t"))
    assert old not in whole


def step_7_what_is_past_its_retention_is_destroyed_by_two_and_leaves_a_signed_tombstone(
    issued: Issued, tmp_path: Path
) -> None:
    home = issued.home
    keep = (
        "lifecycle",
        "keep",
        issued.document,
        "--as",
        "officer",
        "--source",
        "bảng thời hạn bảo quản 2026",
    )
    ecopy(home, *keep, "--until", "01/01/2026")
    (due,) = ecopy(home, "lifecycle", "due")
    assert (due["documents"], due["obstacles"]) == ([issued.document], ["case_open"])
    ecopy(home, "dossier", "outcome", DOSSIER, "withdrawn", "--as", "officer")
    ecopy(home, "lifecycle", "hold", issued.document, "--as", "officer", "--reason", "vụ án 12/2026")
    assert (
        refused(home, "lifecycle", "due", issued.document, "--propose", "--as", "officer") == "NOT_DISPOSABLE"
    )
    ecopy(home, "lifecycle", "release", issued.document, "--as", "officer")
    (proposed,) = ecopy(home, "lifecycle", "due", "--propose", "--as", "officer")
    assert (proposed["state"], proposed["proposed_by"]) == ("proposed", "officer")
    assert refused(home, "lifecycle", "dispose", issued.document, "--as", "officer") == "WRONG_ROLE"
    (done,) = ecopy(home, "lifecycle", "dispose", issued.document, "--as", "vanthu")
    assert done["document"] == issued.document
    assert ecopy(home, "lifecycle", "dispose", "--as", "vanthu") == []
    target = tmp_path / "stone.json"
    (stone,) = ecopy(home, "lifecycle", "tombstone", issued.document, "--out", target)
    assert stone["verdict"] == "valid"
    assert stone["statement"]["ecopies"][0]["id"] == issued.ecopy
    assert NUMBER not in target.read_text(encoding="utf-8")
    assert "Thanh" not in target.read_text(encoding="utf-8")
    checked = subprocess.run(
        ["openssl", "cms", "-verify", "-binary", "-inform", "PEM", "-in", f"{target}.pem", "-content", target,
         "-CAfile", home / "pki" / "root.pem", "-purpose", "any", "-out", "/dev/null"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stderr
    (report,) = ecopy(home, "verify", issued.file, code=1)
    assert (report["status"]["disposed"], report["status"]["state"]) == (True, "revoked")
    (missed,) = ecopy(home, "reuse", "find", NUMBER, "--dossier", WITHDRAWN, "--as", "clerk", code=1)
    assert missed["found"] == []
