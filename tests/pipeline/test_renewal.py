"""E-copies whose proof ends soon are renewed, each as its next revision: resumable, told, and never at any price."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from cli.main import app as command
from models.errors import NotRenewable, RenewalGainsNothing, TimestampUnavailable
from models.signatures import Verdict
from models.times import iso
from pipeline.application import Application
from pipeline.keeping.renewal import look, months_later, renew
from signing.judging.verify import verify_pdf
from signing.timestamps.authorities import EmbeddedTsa
from storage import schema as t
from tests.clocks import FixedClock
from tests.pipeline.support import application, live_under
from tests.signing.eras import YEAR, Eras
from tests.signing.support import write_pdfa
from tests.soundness import missing, orphans
from tests.storage import papers
from tests.storage.support import Room

COPIES = 2


class Authority:
    """Today's time-stamping authority: the newest era's, until it is told to be down."""

    name = "eras"

    def __init__(self, eras: Eras) -> None:
        self.eras = eras
        self.answers = 10_000
        """So many time-stamps are made yet."""

    def token(self, digest: bytes, algorithm: str) -> bytes:
        if not self.answers:
            raise TimestampUnavailable(reason="no answer")
        self.answers -= 1
        return EmbeddedTsa(self.eras.made[-1].credential, self.eras.clock).token(digest, algorithm)


@dataclass
class Archive:
    """A home with issued e-copies, under authorities whose years can be moved on."""

    home: Path
    eras: Eras
    tsa: Authority
    copies: list[papers.Paper]

    def opened(self) -> Any:
        return application(self.home, self.eras.clock)

    def go(self, years: float) -> None:
        self.eras.clock.move(years * YEAR)
        self.eras.begin()

    def revisions(self, app: Application) -> dict[str, list[int]]:
        r, found = t.ecopy_revisions.c, dict[str, list[int]]()
        with app.register.reading() as connection:
            for row in connection.execute(sa.select(r.ecopy_id, r.revision).order_by(r.revision)):
                found.setdefault(row.ecopy_id, []).append(row.revision)
        return found

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(command, ["renew", "--home", str(self.home), "--lang", "en", *words])


def _room(app: Application) -> Room:
    return Room(engine=app.engine, store=app.store, vault=app.vault, register=app.register, clock=app.clock)  # type: ignore[arg-type]


def _with_file(app: Application, paper: papers.Paper, signed: Path) -> None:
    """Let the paper's e-copy be this file, as if it had been issued so."""
    stored = app.vault.write("ecopy", signed)
    with app.register.transaction(actor="test", purpose="test") as tx:
        app.vault.adopt(tx.connection, stored)
        tx.connection.execute(
            t.ecopy_revisions.update()
            .where(t.ecopy_revisions.c.ecopy_id == paper.ecopy)
            .values(object_key=stored.key, sha256=stored.sha256, size=stored.size)
        )


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Eras, list[papers.Paper]]:
    """A home of 2026 with issued e-copies that nobody has looked at since: as of an earlier release."""
    folder = tmp_path_factory.mktemp("archive")
    eras = Eras(FixedClock())
    eras.begin()
    with application(folder / "home", eras.clock) as app:
        room = _room(app)
        copies = [papers.paper(room, papers.holder(room, name=f"Người Mẫu {n}")) for n in range(COPIES)]
        for number, paper in enumerate(copies):
            plain = write_pdfa(folder / f"plain-{number}.pdf", size=(595, 842 - number))
            _with_file(app, paper, eras.sign(plain, folder / f"{number}.pdf"))
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


def test_nothing_is_due_while_the_proof_holds_for_years(archive: Archive) -> None:
    archive.go(1)
    with archive.opened() as app:
        done = renew(app)
        assert (done.due, done.renewed, done.failed, archive.tsa.answers) == (0, [], [], 10_000)
        with app.register.reading() as connection:
            ends = connection.scalars(sa.select(t.proofs.c.ends_at)).all()
    assert ends == [iso(archive.eras.made[0].tsa.certificate.not_valid_after_utc)] * COPIES


def test_what_ends_soon_is_renewed_as_the_next_revision(archive: Archive) -> None:
    archive.go(10.1)
    with archive.opened() as app:
        done = renew(app)
        assert (done.due, len(done.renewed), done.failed, done.left) == (COPIES, COPIES, [], 0)
        assert archive.tsa.answers == 10_000 - COPIES - 1, "one for each, and one to learn who stamps"
        assert archive.revisions(app) == {paper.ecopy: [1, 2] for paper in archive.copies}
        for paper in archive.copies:
            last = app.register.latest_revision(paper.ecopy)
            assert last is not None
            with app.vault.local_path(last.object_key) as path:
                assert verify_pdf(path, archive.eras.trust, at=app.clock.now()).verdict is Verdict.VALID
            (entry,) = [one for one in app.register.audit_of(paper.ecopy) if one.action == "renew"]
            assert (entry.details["revision"], entry.details["sha256"]) == (2, last.sha256)
            assert entry.details["authority"] == "TSA 2"
        with app.register.reading() as connection:
            told = connection.execute(
                sa.select(t.events.c.subject, t.events.c.data).where(t.events.c.type == "ecopy.renewed")
            ).all()
        assert sorted(row.subject for row in told) == sorted(paper.ecopy for paper in archive.copies)
        assert {json.loads(row.data)["revision"] for row in told} == {2}
        assert orphans(app.engine, app.store) == ()
        again = renew(app)
        assert (again.due, again.renewed) == (0, [])


def test_three_generations_on_the_last_revision_proves_itself(archive: Archive) -> None:
    kept, other = archive.copies
    with archive.opened() as app, app.engine.begin() as connection:  # one is enough here
        connection.execute(t.ecopies.update().where(t.ecopies.c.id == other.ecopy).values(state="revoked"))
    for _ in range(3):
        archive.go(10.1)
        result = archive.run("--json")
        assert result.exit_code == 0, result.output
    archive.eras.clock.move(timedelta(days=30))
    with archive.opened() as app:
        assert archive.revisions(app) == {kept.ecopy: [1, 2, 3, 4], other.ecopy: [1]}
        last = app.register.latest_revision(kept.ecopy)
        assert last is not None
        with app.vault.local_path(last.object_key) as path:
            report = verify_pdf(path, archive.eras.trust, at=app.clock.now())
    assert (report.verdict, report.reasons) == (Verdict.VALID, ())
    assert archive.eras.clock.now() - FixedClock().now() > 30 * YEAR


def _killed(archive: Archive, where: Callable[[], None]) -> None:
    """Run in another process that kills itself; `where` says at which point."""
    child = os.fork()
    if child == 0:  # pragma: no cover - the process that is killed
        try:
            where()
            with archive.opened() as app:
                renew(app)
        finally:
            os._exit(3)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)


@pytest.mark.parametrize("point", ["stored", "registered"])
def test_killed_in_the_middle_it_goes_on_and_does_nothing_twice(
    archive: Archive, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.go(10.1)

    def die() -> None:
        seen = [0]

        def counted(work: Any, after: bool) -> Any:
            def wrapped(*args: Any, **kwargs: Any) -> Any:
                result = work(*args, **kwargs)
                seen[0] += after and args[1] == "ecopy" if point == "stored" else 1
                if seen[0] == 2:
                    os.kill(os.getpid(), signal.SIGKILL)
                return result

            return wrapped

        if point == "stored":  # the file is durable, the register knows nothing of it
            from storage.vault import Vault

            Vault.write = counted(Vault.write, True)  # type: ignore[method-assign]
        else:  # inside the transaction
            from storage.keeping import renewal

            renewal.add_renewed = counted(renewal.add_renewed, False)

    _killed(archive, die)
    with archive.opened() as app:
        assert sorted(map(len, archive.revisions(app).values())) == [1, 2]
        done = renew(app)
        assert (len(done.renewed), done.failed) == (COPIES - 1, [])
        assert set(map(len, archive.revisions(app).values())) == {2}
        assert orphans(app.engine, app.store) == ()
        assert missing(app.engine, app.store) == ()


def test_an_authority_that_fails_on_the_way_stops_the_run_and_says_what_is_left(archive: Archive) -> None:
    archive.go(10.1)
    archive.tsa.answers = 2
    result = archive.run("--json")
    assert result.exit_code == TimestampUnavailable.exit_code
    *steps, summary = [json.loads(line) for line in result.stdout.splitlines()]
    assert [step["revision"] for step in steps] == [2]
    assert (summary["renewed"], summary["left"], summary["failed"]) == (1, COPIES - 1, 0)
    assert summary["stopped"]["code"] == TimestampUnavailable.code
    archive.tsa.answers = 100
    result = archive.run()
    assert result.exit_code == 0
    assert f"{COPIES - 1} renewed, 0 left, 0 failed" in " ".join(result.stderr.split())


def test_a_file_that_does_not_verify_is_left_and_told_and_the_others_go_on(archive: Archive) -> None:
    archive.go(10.1)
    with archive.opened() as app:
        spoilt = app.register.latest_revision(archive.copies[0].ecopy)
        assert spoilt is not None
        data = bytearray(app.vault.read(spoilt.object_key))
        data[500] ^= 1
        (archive.home.parent / "spoilt.pdf").write_bytes(data)
        _with_file(app, archive.copies[0], archive.home.parent / "spoilt.pdf")
    result = archive.run("--json")
    assert result.exit_code == 1
    *steps, summary = [json.loads(line) for line in result.stdout.splitlines()]
    assert (summary["renewed"], summary["left"], summary["failed"]) == (COPIES - 1, 0, 1)
    (failed,) = [step for step in steps if "error" in step]
    assert (failed["ecopy"], failed["error"]["code"]) == (archive.copies[0].ecopy, NotRenewable.code)
    with archive.opened() as app:
        assert archive.revisions(app)[archive.copies[0].ecopy] == [1]


def test_a_lost_object_is_told_and_the_others_go_on(archive: Archive) -> None:
    archive.go(10.1)
    with archive.opened() as app:
        gone = app.register.latest_revision(archive.copies[1].ecopy)
        assert gone is not None
        app.store.delete(gone.object_key)
        done = renew(app)
        assert ([step.ecopy_id for step in done.failed], len(done.renewed)) == (
            [archive.copies[1].ecopy],
            COPIES - 1,
        )


def test_where_a_new_time_stamp_gains_nothing_none_is_spent(archive: Archive) -> None:
    archive.eras.clock.move(9 * YEAR)
    archive.eras.begin(tsa_years=1)
    with archive.opened() as app:
        done = renew(app, within=24)
    assert [type(step.fault) for step in done.failed] == [RenewalGainsNothing] * COPIES
    assert archive.tsa.answers == 10_000 - 1


def test_a_dry_run_tells_and_does_nothing(archive: Archive) -> None:
    archive.go(10.1)
    result = archive.run("--dry-run", "--json")
    assert result.exit_code == 0
    *steps, summary = [json.loads(line) for line in result.stdout.splitlines()]
    assert {step["ecopy"] for step in steps} == {paper.ecopy for paper in archive.copies}
    assert {(step["because"], step["of"]) for step in steps} == {("certificate", "TSA 1")}
    assert (summary["due"], summary["renewed"], archive.tsa.answers) == (COPIES, 0, 10_000)
    with archive.opened() as app:
        assert set(map(len, archive.revisions(app).values())) == {1}
        with app.register.reading() as connection:
            assert not connection.scalar(sa.select(sa.func.count()).select_from(t.proofs))


def test_a_limit_and_a_longer_look_ahead(archive: Archive) -> None:
    archive.go(9)
    assert "0 renewed, 0 left" in " ".join(archive.run().stderr.split())
    result = archive.run("--within", "24", "--limit", "1")
    assert "1 renewed, 1 left" in " ".join(result.stderr.split())
    assert result.exit_code == 0


def test_revoked_and_destroyed_copies_need_no_proof(archive: Archive) -> None:
    archive.go(10.1)
    revoked, superseded = archive.copies

    def put(app: Application, table: sa.Table, identifier: str, state: str) -> None:
        with app.engine.begin() as connection:
            connection.execute(table.update().where(table.c.id == identifier).values(state=state))

    with archive.opened() as app:
        put(app, t.ecopies, revoked.ecopy, "revoked")
        put(app, t.ecopies, superseded.ecopy, "superseded")
        put(app, t.documents, superseded.document, "disposed")
        assert look(app)[1] == []
        put(app, t.documents, superseded.document, "approved")
        assert [step.ecopy_id for step in renew(app).renewed] == [superseded.ecopy]


def test_originals_that_others_signed_are_listed_and_left_as_they_are(archive: Archive) -> None:
    with archive.opened() as app:
        paper = archive.copies[0]
        signed = app.register.latest_revision(paper.ecopy)
        assert signed is not None
        with app.engine.begin() as connection:
            connection.execute(
                t.sources.update().where(t.sources.c.id == paper.source).values(object_key=signed.object_key)
            )
            connection.execute(
                t.documents.update().where(t.documents.c.id == paper.document).values(signed_original=True)
            )
            connection.execute(
                t.ecopies.update().where(t.ecopies.c.id == paper.ecopy).values(state="revoked")
            )
        before = app.vault.read(signed.object_key)
    archive.go(10.1)
    result = archive.run("--json")
    assert result.exit_code == 0, result.output
    summary = json.loads(result.stdout.splitlines()[-1])
    assert [one["document"] for one in summary["originals"]] == [paper.document]
    assert summary["renewed"] == COPIES - 1
    with archive.opened() as app:
        assert app.vault.read(signed.object_key) == before
        found, steps = look(app)
        assert ([one.document_id for one in found.originals], steps) == ([paper.document], [])


def test_months_are_those_of_the_calendar() -> None:
    day = FixedClock().now()
    assert iso(months_later(day, 6)) == "2027-05-22T09:15:04+07:00"
    assert iso(months_later(day.replace(month=8, day=31), 6)) == "2027-02-28T09:15:04+07:00"
    assert iso(months_later(day, 1)) == "2026-12-22T09:15:04+07:00"
