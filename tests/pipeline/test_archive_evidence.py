"""Archive lots on one time-stamp: e-copies wait visibly, are issued together, prove themselves alone, and are renewed."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from cli.main import app as command
from models.errors import LotNotAccepted, TimestampUnavailable
from models.rulesets import AlgorithmEnd
from models.signatures import Level, Reason, Verdict
from models.states import EcopyState, LotState
from models.times import iso
from pipeline.access import fetch_ecopy, issue_document
from pipeline.application import Application
from pipeline.cases.casework import create_lot, decide_lot
from pipeline.cases.meeting import case_of
from pipeline.keeping import batches, record_renewal, records
from pipeline.keeping.batches import issue_waiting
from pipeline.keeping.records import evidence_wait, record_of_ecopy
from pipeline.keeping.renewal import look, renew
from pipeline.papers.further_copies import ask_excerpt
from pipeline.papers.outcome import SourceOutcome
from pipeline.papers.status import document_status
from pipeline.worker import Worker
from signing.judging.verify import verify_pdf
from signing.timestamps.authorities import EmbeddedTsa
from storage import schema as t
from storage.keeping import evidence
from tests.clocks import FixedClock
from tests.pipeline.support import application, digitized, live_under, sample_card
from tests.signing.eras import YEAR, Eras
from tests.signing.support import request, write_pdfa
from tests.soundness import missing, orphans
from tests.storage import papers
from tests.storage.support import Room

COPIES = 3


class Authority:
    """Today's time-stamping authority, which counts and can be away."""

    name = "eras"

    def __init__(self, eras: Eras) -> None:
        self.eras, self.asked, self.away = eras, 0, False

    def token(self, digest: bytes, algorithm: str) -> bytes:
        if self.away:
            raise TimestampUnavailable(reason="no answer")
        self.asked += 1
        return EmbeddedTsa(self.eras.made[-1].credential, self.eras.clock).token(digest, algorithm)


@dataclass
class Archive:
    """A home with signed e-copies of a lot that wait for their evidence record."""

    home: Path
    eras: Eras
    tsa: Authority
    copies: list[papers.Paper]

    def opened(self, **settings: object) -> Any:
        return application(self.home, self.eras.clock, **settings)

    def go(self, years: float) -> None:
        self.eras.clock.move(years * YEAR)
        self.eras.begin()

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(command, [*words, "--home", str(self.home), "--lang", "en"])

    def states(self, app: Application) -> set[str]:
        with app.register.reading() as connection:
            return set(connection.scalars(sa.select(t.ecopies.c.state)))

    def check(self, app: Application, stamps: int = 1) -> None:
        """Every e-copy is issued, and its file with its record proves itself to a stranger."""
        assert self.states(app) == {"issued"}
        for paper in self.copies:
            revision = app.register.latest_revision(paper.ecopy)
            assert revision is not None
            assert (revision.revision, revision.level) == (1, Level.B_B)
            with app.register.reading() as connection:
                record = record_of_ecopy(connection, paper.ecopy)
            with app.vault.local_path(revision.object_key) as path:
                report = verify_pdf(path, self.eras.trust, at=app.clock.now(), record=record)
            assert (report.verdict, report.reasons) == (Verdict.VALID, ())
            assert report.record is not None
            assert report.record.stamps == stamps
        assert orphans(app.engine, app.store) == ()
        assert missing(app.engine, app.store) == ()


def _room(app: Application, eras: Eras) -> Room:
    return Room(engine=app.engine, store=app.store, vault=app.vault, register=app.register, clock=eras.clock)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Eras, list[papers.Paper]]:
    folder = tmp_path_factory.mktemp("archive")
    eras = Eras(FixedClock())
    eras.begin()
    hand = eras.hand()
    wanted = request(Level.B_B, eras.clock).model_copy(update={"by_record": True})
    with application(folder / "home", eras.clock) as app:
        room = _room(app, eras)
        copies = []
        lot = create_lot(app, "Hộp 12", proof="evidence_record").id
        for number in range(COPIES):
            holder = papers.holder(room, name=f"Người Mẫu {number}")
            paper = papers.paper(room, holder, ecopy_state="awaiting_timestamp", lot_id=lot)
            plain = write_pdfa(folder / f"plain-{number}.pdf", size=(595, 842 - number))
            signed = hand.sign(plain, folder / f"{number}.pdf", wanted)
            stored = app.vault.write("ecopy", folder / f"{number}.pdf")
            facts = {
                "level": "B-B",
                "signer": signed.signer,
                "sha256": stored.sha256,
                "size": stored.size,
                "stamped_by": [],
                "by_record": True,
            }
            with app.register.transaction(actor="test", purpose="test") as tx:
                r, o = t.ecopy_revisions, t.objects
                tx.connection.execute(r.delete().where(r.c.ecopy_id == paper.ecopy))
                tx.connection.execute(o.delete().where(o.c.key == paper.file))
                tx.add_derivation(
                    paper.document, "sign", "1", facts, seconds=0.0, ecopy=paper.ecopy, stored=stored
                )
            app.store.delete(paper.file, lawful=True)
            copies.append(paper)
        with app.engine.begin() as connection:
            connection.execute(t.lots.update().values(state="accepted", decided_at=iso(app.clock.now())))
    return folder / "home", eras, copies


@pytest.fixture
def archive(
    begun: tuple[Path, Eras, list[papers.Paper]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Archive:
    home, eras, copies = begun
    shutil.copytree(home, tmp_path / "home")
    own = Eras(FixedClock(), list(eras.made))
    tsa = Authority(own)
    live_under(own, tsa, monkeypatch)
    return Archive(tmp_path / "home", own, tsa, copies)


def test_one_time_stamp_issues_a_lot_and_each_e_copy_proves_itself_alone(archive: Archive) -> None:
    with archive.opened() as app:
        one = archive.copies[0]
        document, ecopy = app.register.document(one.document), app.register.ecopy(one.ecopy)
        waits = evidence_wait(app, document, ecopy)
        assert waits is not None
        assert waits.code == "EVIDENCE_AWAITED"
        done = issue_waiting(app, lot="Hộp 12", purpose="lot:Hộp 12")
        assert (done.stamps, done.stamped, len(done.issued), done.failed, done.waiting) == (
            1,
            COPIES,
            COPIES,
            [],
            0,
        )
        assert archive.tsa.asked == 1
        assert evidence_wait(app, document, app.register.ecopy(one.ecopy)) is None
        archive.check(app)
        with app.register.reading() as connection:
            query = sa.select(t.audit).where(t.audit.c.action == "stamp_ecopies")
            (entry,) = connection.execute(query).mappings()
        assert entry["purpose"] == "lot:Hộp 12"
        assert json.loads(entry["details"])["ecopies"] == COPIES
        again = issue_waiting(app)
        assert (again.stamps, again.issued, archive.tsa.asked) == (0, [], 1)


def test_the_program_stamps_by_itself_when_enough_wait_or_long_enough(archive: Archive) -> None:
    with archive.opened(evidence_batch=COPIES + 1, evidence_hours=5) as app:
        done = issue_waiting(app, only_if_due=True)
        assert (done.stamps, done.waiting) == (0, COPIES)
        with app.register.reading() as connection:
            found = evidence.waiting(connection)
        assert not batches.is_due(app, found)
        assert batches.is_due(app, [*found, found[0]]), "enough of them"
        archive.eras.clock.move(timedelta(hours=5))
        assert issue_waiting(app, only_if_due=True).stamps == 1
        archive.check(app)


def test_without_the_authority_they_wait_and_nothing_is_on_record(archive: Archive) -> None:
    archive.tsa.away = True
    with archive.opened() as app:
        with pytest.raises(TimestampUnavailable):
            issue_waiting(app)
        assert archive.states(app) == {"awaiting_timestamp"}
        with app.register.reading() as connection:
            assert connection.scalar(sa.select(sa.func.count()).select_from(t.evidence_batches)) == 0
        archive.tsa.away = False
        issue_waiting(app)
        archive.check(app)


def _killed(archive: Archive, where: Callable[[], None]) -> None:
    """Run in another process that kills itself; `where` says at which point."""
    child = os.fork()
    if child == 0:  # pragma: no cover - the process that is killed
        try:
            where()
            with archive.opened() as app:
                issue_waiting(app)
        finally:
            os._exit(3)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)


def _die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(("issued", "stamps"), [(None, 1), (2, 0)])
def test_killed_anywhere_it_goes_on_and_no_time_stamp_is_asked_for_twice(
    archive: Archive, issued: int | None, stamps: int
) -> None:
    """Before the tree is on record; after it, between the second and the third that is issued."""

    def where() -> None:
        count = iter(range(COPIES))
        original = batches.advance

        def dying(*words: Any) -> Any:
            if next(count) == issued:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*words)

        name = "advance" if issued is not None else "keep_batch"
        setattr(batches, name, dying if issued is not None else _die)

    _killed(archive, where)
    with archive.opened() as app:
        done = issue_waiting(app)
        assert (done.stamps, len(done.issued)) == (stamps, COPIES - (issued or 0))
        archive.check(app)


def test_a_batch_is_renewed_with_one_time_stamp_and_outlives_its_authorities(archive: Archive) -> None:
    with archive.opened() as app:
        issue_waiting(app)
        assert renew(app).records == []
    for generation in (2, 3):
        archive.go(10.1)
        asked = archive.tsa.asked
        with archive.opened() as app:
            run, steps = look(app)
            assert (steps, [step.ecopies for step in run.records]) == ([], [COPIES])
        result = archive.run("renew", "--json")
        assert result.exit_code == 0, result.output
        told = [json.loads(line) for line in result.output.splitlines() if line.startswith("{")]
        assert (told[0]["ecopies"], told[-1]["records"], told[-1]["renewed"]) == (COPIES, 1, 0)
        assert archive.tsa.asked == asked + 1
        with archive.opened() as app:
            archive.check(app, stamps=generation)


def test_too_late_a_batch_is_told_of_and_left_as_it_is(archive: Archive) -> None:
    with archive.opened() as app:
        issue_waiting(app)
        archive.go(11)
        done = renew(app)
        (step,) = done.records
        assert step.fault is not None
        assert step.fault.code == "NOT_RENEWABLE"
        assert done.records_failed == 1


def test_when_the_digest_ends_the_files_get_a_tree_of_a_stronger_one(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    with archive.opened() as app:
        issue_waiting(app)
    archive.go(1)
    with archive.opened() as app:
        end = AlgorithmEnd(algorithm="sha256", last_day=date(2028, 1, 31), source="test")
        rules = app.rules_today()
        ending = rules.model_copy(update={"lasting": rules.lasting.model_copy(update={"algorithms": (end,)})})
        monkeypatch.setattr(app, "rules_today", lambda: ending)
        (step,) = record_renewal.renew_records(app, app.clock.now() + YEAR)
        assert step.fault is not None
        assert step.fault.code == "RENEWAL_GAINS_NOTHING", "the authority itself still signs by SHA-256"
        monkeypatch.setattr(records, "algorithms", lambda app: ())  # as if it did not
        (step,) = record_renewal.renew_records(app, app.clock.now() + 10 * YEAR)
        assert (step.fault, step.algorithm, step.ecopies) == (None, "sha384", COPIES)
        archive.check(app, stamps=2)


def test_a_scanned_lot_goes_the_whole_way(tmp_path: Path) -> None:
    """From the command that opens the lot to the file that is given out with its record."""
    home, out = tmp_path / "home", tmp_path / "out"
    card = sample_card(tmp_path)

    def ecopy(*words: object) -> Result:
        return CliRunner().invoke(command, [*map(str, words), "--home", str(home), "--lang", "en"])

    made = ecopy("lot", "create", "Hộp 7", "--proof", "evidence_record", "--json")
    assert made.exit_code == 0, made.output
    with application(home) as app:
        asked: list[bytes] = []
        tsa = app.hands.tsa
        token = tsa.token

        def counted(digest: bytes, algorithm: str) -> bytes:
            asked.append(digest)
            return token(digest, algorithm)

        object.__setattr__(tsa, "token", counted)
        (outcome,) = digitized(app, out, card, intake="archive", case=case_of(app, lot="Hộp 7"))
        assert isinstance(outcome, SourceOutcome)
        document = outcome.documents[0].id
        assert asked == [], "nothing is stamped while the lot is scanned and signed"
        assert outcome.documents[0].ecopy is None
        officer = app.hands.person("officer")
        with pytest.raises(LotNotAccepted):
            ask_excerpt(app, document, ["full_name"], person=officer, purpose="lot:Hộp 7")
        decide_lot(app, "Hộp 7", LotState.ACCEPTED, officer, whole="Đối chiếu với bản giấy")
        assert Worker(app).run_due() == 1
        assert asked == [], "nothing is stamped while its e-copies are signed"
        status = document_status(app, document, "en")
        assert status.ecopy is not None
        assert status.ecopy.state is EcopyState.AWAITING_TIMESTAMP
        assert status.error is not None
        assert status.error.code == "EVIDENCE_AWAITED"
        further = ask_excerpt(app, document, ["full_name"], person=officer, purpose="lot:Hộp 7")
        issue_document(app, document)
        now = document_status(app, document, "en")
        assert now.ecopy is not None
        assert (now.ecopy.state, [one.state for one in now.further]) == (
            EcopyState.AWAITING_TIMESTAMP,
            [EcopyState.ISSUED],
        ), "an excerpt has a time-stamp of its own and waits for no batch"
        assert now.further[0].id == further.id
        assert len(asked) == 2
    issued = ecopy("evidence", "issue", "Hộp 7", "--json")
    assert issued.exit_code == 0, issued.output
    assert json.loads(issued.output.splitlines()[-1])["documents"] == [document]
    file = tmp_path / "given" / "copy.pdf"
    with application(home) as app:
        fetch_ecopy(app, document, file, purpose="t")
    record = file.with_name("copy.pdf.ers")
    assert record.is_file()
    checked = ecopy(
        "verify",
        file,
        "--trust",
        home / "pki" / "root.pem",
        "--report",
        "json",
        "--report",
        "html",
        "--out",
        out,
    )
    assert checked.exit_code == 0, checked.output
    told = json.loads((out / "copy.verification.json").read_text())
    assert (told["verdict"]["code"], told["record"]["verdict"]["code"]) == ("valid", "valid")
    assert "Bản ghi bằng chứng" in (out / "copy.verification.html").read_text()
    moved = record.rename(tmp_path / "elsewhere.ers")
    known = ecopy("verify", file)
    assert known.exit_code == 0, "the register of the home that issued it has the record"
    other = CliRunner().invoke(
        command,
        [
            "verify",
            str(file),
            "--home",
            str(tmp_path / "none"),
            "--trust",
            str(home / "pki" / "root.pem"),
            "--json",
        ],
    )
    assert other.exit_code == 1
    assert json.loads(other.output)["reasons"] == [Reason.RECORD_MISSING]
    named = ecopy("verify", file, "--evidence", moved)
    assert named.exit_code == 0
    assert "Evidence record" in named.output
