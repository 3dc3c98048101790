"""One time-stamp for many files: records beside them, made once, checked by anybody, renewed together."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from models.errors import NoEvidence, TimestampUnavailable
from models.signatures import Reason
from pipeline.application import Application
from pipeline.keeping.evidence import check, make, place_of, renew
from storage import schema as t
from tests import warm
from tests.pipeline.support import application

PURPOSE = "lot:hộp 12"


class Counted:
    """An authority that counts, or is away."""

    def __init__(self, app: Application) -> None:
        self._tsa, self.name, self.asked, self.away = app.hands.tsa, "counted", 0, False

    def token(self, message_digest: bytes, algorithm: str) -> bytes:
        self.asked += 1
        if self.away:
            raise TimestampUnavailable(reason="away")
        return self._tsa.token(message_digest, algorithm)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Application]:
    with application(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def authority(app: Application) -> Counted:
    counted = Counted(app)
    object.__setattr__(app.hands, "tsa", counted)
    return counted


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "hộp 12"
    folder.mkdir()
    made = [folder / f"tập {number}.pdf" for number in range(23)]
    for number, path in enumerate(made):
        path.write_bytes(f"tập {number}".encode() * 100)
    return made


def test_one_time_stamp_proves_every_file_and_the_act_is_on_record(
    app: Application, authority: Counted, files: list[Path]
) -> None:
    made = make(app, files, purpose=PURPOSE)
    assert authority.asked == 1
    assert all(one.judgement.holds and one.new for one in made)
    found = list(check(files, app.hands.trust, app.clock.now()))
    assert [one.path for one in found] == files
    assert {one.judgement.proven_at for one in found} == {made[0].judgement.proven_at}
    with app.register.reading() as connection:
        query = sa.select(t.audit).where(t.audit.c.action == "stamp_files")
        (entry,) = connection.execute(query).mappings()
    assert entry["purpose"] == PURPOSE
    assert json.loads(entry["details"])["files"] == len(files)


def test_what_has_a_record_keeps_it_and_what_was_changed_gets_a_new_one(
    app: Application, authority: Counted, files: list[Path]
) -> None:
    make(app, files[:20], purpose=PURPOSE)
    before = {path: place_of(path).read_bytes() for path in files[:20]}
    files[3].write_bytes(b"another edition")
    again = make(app, files, purpose=PURPOSE)
    assert authority.asked == 2
    assert [one.path for one in again if one.new] == [files[3], *files[20:]]
    assert all(place_of(path).read_bytes() == before[path] for path in files[:20] if path != files[3])


def test_a_changed_file_and_one_without_a_record_are_told(
    app: Application, authority: Counted, files: list[Path]
) -> None:
    make(app, files[:4], purpose=PURPOSE)
    files[2].write_bytes(files[2].read_bytes() + b" ")
    found = {one.path: one.judgement for one in check(files[:4], app.hands.trust, app.clock.now())}
    assert [path for path, judgement in found.items() if not judgement.holds] == [files[2]]
    assert found[files[2]].reason is Reason.RECORD_OTHER_FILE
    with pytest.raises(NoEvidence):
        list(check(files[4:5], app.hands.trust, app.clock.now()))


def test_one_more_time_stamp_renews_a_whole_batch(
    app: Application, authority: Counted, files: list[Path]
) -> None:
    make(app, files[:12], purpose=PURPOSE)
    make(app, files[12:], purpose=PURPOSE)
    first = {one.path: one.judgement.proven_at for one in check(files, app.hands.trust, app.clock.now())}
    files[0].write_bytes(b"spoilt")
    authority.asked = 0
    done = renew(app, files, purpose=PURPOSE)
    assert authority.asked == 2
    assert [one.path for one in done if not one.judgement.holds] == [files[0]]
    for one in check(files[1:], app.hands.trust, app.clock.now()):
        assert (one.judgement.holds, one.judgement.stamps) == (True, 2)
        assert one.judgement.proven_at == first[one.path]


def test_without_the_authority_nothing_is_written(
    app: Application, authority: Counted, files: list[Path]
) -> None:
    authority.away = True
    with pytest.raises(TimestampUnavailable):
        make(app, files, purpose=PURPOSE)
    assert sorted(files[0].parent.iterdir()) == sorted(files)
    authority.away = False
    make(app, files[:5], purpose=PURPOSE)
    before = [place_of(path).read_bytes() for path in files[:5]]
    authority.away = True
    with pytest.raises(TimestampUnavailable):
        renew(app, files[:5], purpose=PURPOSE)
    assert [place_of(path).read_bytes() for path in files[:5]] == before


def test_the_command_walks_a_folder_and_anybody_with_the_anchor_can_check(
    tmp_path: Path, files: list[Path]
) -> None:
    home, folder = tmp_path / "home", files[0].parent

    def ecopy(*words: object) -> subprocess.CompletedProcess[str]:
        return warm.run(
            ["evidence", *words, "--lang", "en"], env={**os.environ, "ECOPY_HOME": str(tmp_path / "none")}
        )

    made = ecopy("make", folder, "--home", home)
    assert made.returncode == 0, made.stderr
    assert made.stderr.count("✔") == len(files)
    checked = ecopy("check", folder, "--trust", home / "pki" / "root.pem", "--json")
    assert checked.returncode == 0, checked.stderr
    assert all(json.loads(line)["holds"] for line in checked.stdout.splitlines())
    files[5].write_bytes(b"forged")
    checked = ecopy("check", folder, "--trust", home / "pki" / "root.pem")
    assert checked.returncode == 1
    assert [line.split(":")[0] for line in checked.stderr.splitlines() if line.startswith("✘")] == [
        f"✘ {files[5]}"
    ]
