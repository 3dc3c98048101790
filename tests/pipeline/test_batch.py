"""A whole archive is taken in by a plan: each file exactly once, in the planned order, whatever happens on the way."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from models.errors import (
    BatchDiskNearlyFull,
    BatchManyParked,
    BatchNotAFolder,
    BatchPlanWrong,
    StorageFault,
    StoreFull,
)
from models.states import LotState
from pipeline.application import Application
from pipeline.batch import intake as intake_module
from pipeline.batch import running, space
from pipeline.batch.intake import Intake
from pipeline.batch.listing import Listing
from pipeline.batch.plan import Plan, read_plan
from pipeline.batch.running import open_batch, run_batch
from pipeline.queue.machine import Machine
from pipeline.stages.receive import receive
from pipeline.worker import Worker
from storage import schema as t
from storage.batch import entries as rows
from storage.batch.entries import Batch, Entry
from storage.batch.results import figures, finish
from storage.cases import casework
from tests import warm
from tests.machines import paper
from tests.pipeline.support import application
from tests.servers.postgres import new_database
from tests.soundness import missing, trail_break

PLAN = "name: Kho thử\nlot: '{box}'\nkeep_free_gib: 0.01\n"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """Shared by those that look at their own batch only."""
    with application(tmp_path_factory.mktemp("batch") / "home") as office:
        yield office


@pytest.fixture
def own_app(tmp_path: Path) -> Iterator[Application]:
    """For those whose work would be mixed up with that of others."""
    with application(tmp_path / "home") as office:
        yield office


@pytest.fixture(autouse=True)
def _quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else goes on here that would be disturbed by looking often."""
    monkeypatch.setattr(intake_module, "LOOK_S", 0.05)


def put(archive: Path, *names: str) -> None:
    """Electronic papers of these names, all different."""
    for name in names:
        path = archive / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(paper(str(path)))


def planned(app: Application, folder: Path, text: str = PLAN) -> Plan:
    path = folder / "plan.yaml"
    path.write_text(text.replace(PLAN, PLAN.replace("Kho thử", f"Kho {folder.name}")), encoding="utf-8")
    return read_plan(app, path, "en")


def listed(app: Application, archive: Path, plan: Plan) -> Batch:
    batch = open_batch(app, archive, plan)
    Listing(app, batch, plan, archive).run()
    return batch


def entries(app: Application, batch: Batch, *states: str) -> list[Entry]:
    with app.register.reading() as connection:
        return [one for page in rows.pages_of_entries(connection, batch.id, *states, page=3) for one in page]


def by_path(app: Application, batch: Batch) -> dict[str, Entry]:
    return {one.path: one for one in entries(app, batch)}


def taken_in(app: Application, archive: Path, plan: Plan) -> Batch:
    return run_batch(app, archive, plan, works=False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nmae: x\n", "line 1, nmae: there is no such key; did you mean “name”?"),
        ("name: x\norder: newst\n", "line 2, order: “newst” can't be used; did you mean “newest”?"),
        ("name: x\n\nskip:\n  - reason: y\n", "line 4, skip.1"),
        ("name: x\nlot: '{bocks}'\n", "line 2, lot"),
        ("name: x\ncut_off: 31/02/2020\n", "line 2, cut_off"),
        ("name: x\ntypes:\n  - box: H*\n    type: giay_la\n", "line 4, types.1.type: no type “giay_la”"),
        ("name: x\nagency: H99.99.G99\n", "line 2, agency: no such agency is known"),
        ("name: [x\n", "line 2"),
    ],
)
def test_a_slip_in_a_plan_is_answered_with_line_and_field(
    app: Application, tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(BatchPlanWrong) as told:
        planned(app, tmp_path, text)
    assert said in told.value.message("en")


def test_a_plan_takes_types_by_their_names_and_days_as_people_write_them(
    app: Application, tmp_path: Path
) -> None:
    plan = planned(app, tmp_path, "name: x\ndocument_type: Giấy khai sinh\ncut_off: 01/07/2025\n")
    assert (plan.document_type, str(plan.cut_off)) == ("giay_khai_sinh", "2025-07-01")


def test_boxes_come_newest_first_and_by_number_and_the_rest_is_left_with_its_reason(
    app: Application, tmp_path: Path
) -> None:
    archive = tmp_path / "kho"
    put(
        archive,
        "Năm 1999/Hộp 10/1.pdf",
        "Năm 1999/Hộp 2/10.pdf",
        "Năm 1999/Hộp 2/9.pdf",
        "Năm 2003/Hộp 1/1.pdf",
    )
    put(
        archive,
        "Năm 2026/Hộp 1/1.pdf",
        "Chưa rõ/1.pdf",
        "Mật/1.pdf",
        "Chưa rõ/Nháp/2.pdf",
        ".an/1.pdf",
        "~.db",
    )
    (archive / "Chưa rõ" / "lien-ket.pdf").symlink_to("/etc/passwd")
    (archive / "Chưa rõ" / "thu-muc").symlink_to(tmp_path)
    os.mkfifo(archive / "Chưa rõ" / "ong.pdf")
    plan = planned(
        app,
        tmp_path,
        PLAN + "box_level: 2\ncut_off: 2026-01-01\nskip:\n  - reason: Bản nháp\n    path: '*/nháp/*'\n",
    )
    batch = listed(app, archive, plan)
    assert [one.path for one in entries(app, batch, "found")] == [
        "Năm 2003/Hộp 1/1.pdf",
        "Năm 1999/Hộp 2/9.pdf",
        "Năm 1999/Hộp 2/10.pdf",
        "Năm 1999/Hộp 10/1.pdf",
        "Chưa rõ/1.pdf",
    ]
    assert {one.path: one.reason for one in entries(app, batch, "skipped")} == {
        "Năm 2026/Hộp 1/1.pdf": "cut_off",
        "Mật/1.pdf": "secret",
        "Chưa rõ/Nháp/2.pdf": "rule:1",
        "Chưa rõ/lien-ket.pdf": "link",
        "Chưa rõ/thu-muc": "link",
        "Chưa rõ/ong.pdf": "special",
        ".an": "hidden",
        "~.db": "suffix",
    }
    assert not entries(app, batch, "missing")
    again = planned(app, tmp_path, PLAN + "box_level: 2\norder: oldest\n")
    first, *_ = entries(app, listed(app, archive, again), "found")
    assert first.path == "Năm 1999/Hộp 2/9.pdf"


MANIFEST = """\
ỦY BAN NHÂN DÂN XÃ AN HÒA;;;;;;
Hộp số;Hồ sơ;Tên tệp;Số trang;Họ và tên;Loại giấy tờ;Độ mật;Năm
1;;001.pdf;3;Nguyễn Văn An;Giấy khai sinh;;1998
1;;002;không rõ;;;;
1;HS2;;12;;;;
1;;003.pdf;1;;Giấy lạ;Mật;
7;;001.pdf;2;;;;
1;;001.pdf;3;;;;
;;../../etc/passwd;;;;;
;;;5;;;;
"""


def tones_apart(text: str) -> str:
    """As the Vietnamese code page of Windows has it: a letter, then its tone."""
    parts = unicodedata.normalize("NFD", text)
    tones = [at for at, letter in enumerate(parts) if letter in "\u0300\u0301\u0303\u0309\u0323"]
    for at in tones:  # behind the other marks of its letter
        while at + 1 < len(parts) and parts[at + 1] in "\u0302\u0306\u031b":
            parts = parts[:at] + parts[at + 1] + parts[at] + parts[at + 2 :]
            at += 1
    return "".join(
        unicodedata.normalize("NFC", piece) if piece[-1:] not in "\u0300\u0301\u0303\u0309\u0323" else piece
        for piece in re.split("([\u0300\u0301\u0303\u0309\u0323])", parts)
        if piece
    )


def test_a_manifest_says_what_is_expected_and_bad_rows_stop_nothing(app: Application, tmp_path: Path) -> None:
    archive = tmp_path / "kho"
    put(archive, "Hộp 01/001.pdf", "Hộp 01/002.PDF", "Hộp 01/003.pdf", "Hộp 01/HS2/1.pdf", "Hộp 01/004.pdf")
    (tmp_path / "ban-ke.csv").write_bytes(MANIFEST.encode("utf-8-sig"))
    plan = planned(app, tmp_path, PLAN + "manifest: ban-ke.csv\n")
    batch = listed(app, archive, plan)
    found = by_path(app, batch)
    first = found["Hộp 01/001.pdf"]
    assert (first.row, first.expected_pages, first.document_type, first.dated) == (
        3,
        3,
        "giay_khai_sinh",
        "1998",
    )
    assert first.holder == "Nguyễn Văn An"
    assert {path: one.state for path, one in found.items()} == {
        "Hộp 01/001.pdf": "found",
        "Hộp 01/002.PDF": "found",
        "Hộp 01/003.pdf": "skipped",
        "Hộp 01/HS2": "expected",
        "Hộp 01/HS2/1.pdf": "found",
        "Hộp 01/004.pdf": "skipped",
        "7/001.pdf": "missing",
    }
    assert (found["Hộp 01/003.pdf"].reason, found["Hộp 01/004.pdf"].reason) == ("secret", "unlisted")
    assert (found["Hộp 01/HS2"].kind, found["Hộp 01/HS2"].expected_pages) == ("folder", 12)
    with app.register.reading() as connection:
        of_batch = t.batch_remarks.c.batch_id == batch.id
        remarks = connection.execute(
            sa.select(t.batch_remarks.c.row, t.batch_remarks.c.code).where(of_batch)
        ).all()
    assert sorted(map(tuple, remarks)) == [
        (4, "pages"),
        (6, "type"),
        (8, "twice"),
        (9, "outside"),
        (10, "no_path"),
    ]
    # The manifest is corrected: what it says now counts, and nothing of what it said before.
    corrected = MANIFEST.replace("1;;003.pdf;1;;Giấy lạ;Mật;", "1;;003.pdf;1;;;;").replace(
        "7;;001.pdf;2;;;;\n", ""
    )
    (tmp_path / "ban-ke.csv").write_bytes(tones_apart(corrected).encode("cp1258"))
    again = by_path(app, listed(app, archive, plan))
    assert again["Hộp 01/003.pdf"].state == "found"
    assert "7/001.pdf" not in again


def test_names_that_differ_only_in_their_spelling_are_the_same_file(app: Application, tmp_path: Path) -> None:
    archive = tmp_path / "kho"
    put(archive, unicodedata.normalize("NFD", "Hộp 1/Tờ khai.PDF"))
    (tmp_path / "m.csv").write_text("box,document,pages\nHộp 1,tờ khai.pdf,2\n", encoding="utf-8")
    broken = os.fsdecode("Hộp 1/".encode() + b"t\xea khai\\.pdf")
    put(archive, broken)
    plan = planned(app, tmp_path, PLAN + "manifest: m.csv\nunlisted: take\n")
    batch = taken_in(app, archive, plan)
    assert sorted((one.state, one.expected_pages or 0) for one in entries(app, batch)) == [
        ("received", 0),
        ("received", 2),
    ]
    put(archive, "Hộp 1/Tờ khai.PDF")  # the composed spelling beside the decomposed one
    assert Counter(one.state for one in entries(app, taken_in(app, archive, plan))) == {
        "received": 2,
        "duplicate": 1,
    }


def test_an_archive_is_taken_in_and_worked_on_once(own_app: Application, tmp_path: Path) -> None:
    archive = tmp_path / "kho"
    put(archive, "Hộp 1 tập 1/a.pdf", "Hộp 1 tập 2/b.pdf", "Hộp 2/c.pdf")
    shutil.copy(archive / "Hộp 1 tập 1/a.pdf", archive / "Hộp 2/lai.pdf")
    put(archive, "Hộp 2/quay.pdf")
    receive(own_app, archive / "Hộp 2/quay.pdf", intake="counter", presented_as="ban_chinh", forced_type=None)
    (archive / "Hộp 2/hong.pdf").write_bytes(b"no paper")
    (tmp_path / "m.csv").write_text("box,document,pages\nHộp 1 tập 1,a.pdf,9\n", encoding="utf-8")
    plan = planned(own_app, tmp_path, PLAN + "manifest: m.csv\nunlisted: take\nahead: 1\n")
    batch = run_batch(own_app, archive, plan)
    with own_app.register.reading() as connection:
        found = figures(connection, batch.id)
        lots = {lot.name: lot.state for lot in casework.lots(connection)}
        said = connection.scalars(sa.select(t.sources.c.scan).where(t.sources.c.scan.is_not(None))).all()
    assert found.states == {"received": 3, "duplicate": 2, "refused": 1}
    assert (found.done, found.pages, found.in_review) == (3, 3, 3)
    assert found.errors == {"INPUT_NOT_A_DOCUMENT": 1}
    assert lots == {"Hộp 1": LotState.OPEN, "Hộp 2": LotState.OPEN}
    assert [json.loads(one)["paper"]["pages"] for one in said] == [9]
    before = own_app.register.object_kinds()
    assert run_batch(own_app, archive, plan).id == batch.id
    assert own_app.register.object_kinds() == before
    with own_app.register.reading() as connection:
        assert figures(connection, batch.id) == found
    assert trail_break(own_app.engine) is None


def test_no_more_comes_in_than_the_plan_allows_before_it_is_worked_on(
    own_app: Application, tmp_path: Path
) -> None:
    archive = tmp_path / "kho"
    put(archive, *(f"Hộp 1/{n}.pdf" for n in range(7)))
    plan = planned(own_app, tmp_path, PLAN + "ahead: 4\n")
    batch = listed(own_app, archive, plan)
    most: list[int] = []

    def look() -> None:
        with own_app.register.reading() as connection:
            most.append(connection.scalar(sa.select(sa.func.count()).select_from(t.jobs)) or 0)
        if len(most) > 6:
            Worker(own_app).run_due()
            most.append(0)

    Intake(own_app, batch, plan, archive, beat=look).run(wait=True)
    assert max(most) == 4
    assert len(entries(own_app, batch, "received")) == 7


def test_a_disk_that_is_nearly_full_stops_it_politely(
    app: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "kho"
    put(archive, "Hộp 1/1.pdf", "Hộp 1/2.pdf")
    plan = planned(app, tmp_path)
    with monkeypatch.context() as disk:
        disk.setattr(space.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(100, 99, 1))
        with pytest.raises(BatchDiskNearlyFull):
            taken_in(app, archive, plan)

    def full(*_: Any, **__: Any) -> None:
        raise StoreFull(store="s3", reason="507")

    with monkeypatch.context() as store:
        store.setattr(intake_module, "receive", full)
        with pytest.raises(StoreFull):
            taken_in(app, archive, plan)
    assert Counter(one.state for one in entries(app, taken_in(app, archive, plan))) == {"received": 2}


def test_a_store_that_is_away_is_waited_for(
    app: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "kho"
    put(archive, "Hộp 1/1.pdf")
    tries = []

    def away_at_first(*words: Any, **more: Any) -> Any:
        tries.append(1)
        if len(tries) < 3:
            raise StorageFault(reason="away")
        return receive(*words, **more)

    monkeypatch.setattr(intake_module, "receive", away_at_first)
    assert Counter(one.state for one in entries(app, taken_in(app, archive, planned(app, tmp_path)))) == {
        "received": 1
    }
    assert len(tries) == 3


def test_a_register_that_is_away_while_the_work_is_looked_through_is_waited_for(
    own_app: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "kho"
    put(archive, "Hộp 1/1.pdf", "Hộp 1/2.pdf")
    looks = []
    sweep = Machine.sweep

    def away_at_first(self: Machine) -> None:
        looks.append(1)
        if len(looks) < 3:
            raise StorageFault(reason="away")
        sweep(self)

    monkeypatch.setattr(Machine, "sweep", away_at_first)
    monkeypatch.setattr(running, "SWEEP_S", 0.05)
    batch = run_batch(own_app, archive, planned(own_app, tmp_path))
    with own_app.register.reading() as connection:
        assert figures(connection, batch.id).done == 2
    assert len(looks) > 2


def test_many_stuck_files_stop_a_batch(own_app: Application, tmp_path: Path) -> None:
    archive = tmp_path / "kho"
    put(archive, "Hộp 1/1.pdf", "Hộp 1/2.pdf", "Hộp 1/3.pdf")
    plan = planned(own_app, tmp_path, PLAN + "most_parked: 1\nahead: 1\n")
    batch = listed(own_app, archive, plan)

    def park() -> None:
        with own_app.engine.begin() as connection:
            connection.execute(
                t.jobs.update().values(state="parked", ready_at=None, error_code="ENGINE_FAULT")
            )

    with pytest.raises(BatchManyParked):
        Intake(own_app, batch, plan, archive, beat=park).run(wait=True)
    assert len(entries(own_app, batch, "received")) == 1


def test_a_file_that_becomes_a_link_or_goes_is_not_taken_and_an_archive_that_goes_stops_it(
    app: Application, tmp_path: Path
) -> None:
    archive = tmp_path / "kho"
    put(archive, "Hộp 1/1.pdf", "Hộp 1/2.pdf")
    plan = planned(app, tmp_path)
    batch = listed(app, archive, plan)
    (archive / "Hộp 1/1.pdf").unlink()
    (archive / "Hộp 1/1.pdf").symlink_to(archive / "Hộp 1/2.pdf")
    going = Intake(app, batch, plan, archive)
    away = tmp_path / "away"
    archive.rename(away)
    with pytest.raises(BatchNotAFolder):
        going.run(wait=False)
    assert Counter(one.state for one in entries(app, batch)) == {"found": 2}
    away.rename(archive)
    Intake(app, batch, plan, archive).run(wait=False)
    assert {one.path: one.state for one in entries(app, batch)} == {
        "Hộp 1/1.pdf": "missing",
        "Hộp 1/2.pdf": "received",
    }


def test_a_lot_that_was_decided_takes_nothing_more(app: Application, tmp_path: Path) -> None:
    archive = tmp_path / "kho"
    put(archive, "Hộp 8/1.pdf")
    plan = planned(app, tmp_path)
    with app.register.transaction(actor="t", purpose="t") as tx:
        lot = casework.create_lot(tx, "Hộp 8", agency=app.hands.agency.identifier, by="t")
        casework.decide_lot(tx, lot, LotState.REJECTED, by="t")
    (entry,) = entries(app, taken_in(app, archive, plan))
    assert (entry.state, entry.error_code, entry.source_id) == ("refused", "CASE_ENDED", None)


def exactly_once(app: Application, files: int) -> None:
    """Each of `files` different files is one source, one document in review, one entry received."""
    Worker(app).run_due()
    with app.register.reading() as connection:
        batch = connection.scalars(sa.select(t.batches.c.id)).one()
    with app.register.transaction(actor="t", purpose="t") as tx:
        finish(tx, batch)
    with app.register.reading() as connection:
        states = connection.execute(
            sa.select(t.batch_entries.c.state, sa.func.count()).group_by(t.batch_entries.c.state)
        ).all()
        assert dict(map(tuple, states)) == {"received": files}
        sources = connection.scalars(sa.select(t.batch_entries.c.source_id)).all()
        assert len(set(sources)) == files
        for table in (t.sources, t.documents, t.lots):
            counted = connection.scalar(sa.select(sa.func.count()).select_from(table))
            assert counted == (files if table is not t.lots else 2)
    assert missing(app.engine, app.store) == ()
    assert trail_break(app.engine) is None


def test_killed_anywhere_and_begun_again_every_file_is_in_exactly_once(tmp_path: Path) -> None:
    archive, home = tmp_path / "kho", tmp_path / "home"
    put(archive, *(f"Hộp {box}/{n}.pdf" for box in (1, 2) for n in range(3)))
    (tmp_path / "m.csv").write_text("box,document\n1,0.pdf\n1,1.pdf\n", encoding="utf-8")
    (tmp_path / "plan.yaml").write_text(PLAN + "manifest: m.csv\nunlisted: take\n", encoding="utf-8")
    with application(home) as app:
        assert app.content_key

    def go_on(at: int) -> Any:
        words = ("-m", "tests.pipeline.killed_batch", home, archive, tmp_path / "plan.yaml", at)
        return warm.run(words)

    chance = random.Random(8)
    killed = 0
    for _ in range(40):
        done = go_on(chance.randint(6, 20))
        if done.returncode == 0:
            break
        assert done.returncode == -9, done.stderr
        killed += 1
    assert go_on(0).returncode == 0
    assert killed >= 3
    with application(home) as app:
        exactly_once(app, 6)


def test_the_same_folder_twice_at_once_on_two_machines_is_taken_in_once(tmp_path: Path) -> None:
    archive, url = tmp_path / "kho", new_database()
    put(archive, *(f"Hộp {box}/{n}.pdf" for box in (1, 2) for n in range(6)))
    (tmp_path / "mounted").symlink_to(archive)
    (tmp_path / "plan.yaml").write_text(PLAN, encoding="utf-8")
    settings = {"ECOPY_DATABASE_URL": url, "ECOPY_STORE": f"folder:{tmp_path / 'objects'}"}
    with application(tmp_path / "first", database_url=url, store=settings["ECOPY_STORE"]) as app:
        assert app.hands
        assert app.content_key
        for name in ("keys", "pki"):
            shutil.copytree(tmp_path / "first" / name, tmp_path / "second" / name)
        done = []

        def machine(home: str, seen_as: str) -> None:
            words = ("batch", tmp_path / seen_as, "--plan", tmp_path / "plan.yaml", "--no-work", "--json")
            done.append(warm.run((*words, "--home", tmp_path / home), env={**os.environ, **settings}))

        both = [
            threading.Thread(target=machine, args=words)
            for words in (("first", "kho"), ("second", "mounted"))
        ]
        for one in both:
            one.start()
        for one in both:
            one.join()
        assert [one.returncode for one in done] == [0, 0], [one.stderr for one in done]
        exactly_once(app, 12)
