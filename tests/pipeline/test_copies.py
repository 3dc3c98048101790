"""The primary is destroyed, wholly; what was backed up comes back, on this database and store or on others."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import pytest
import sqlalchemy as sa

from models.errors import BackupDamaged, BackupNotFound, BackupSamePlace, KeysMissing, WrongPassphrase
from models.ids import new_id
from models.signatures import Verdict
from models.wire.receipts import Receipt, check_receipt
from pipeline.access import fetch_ecopy
from pipeline.application import Application
from pipeline.copies.backups import back_up_to, copies_of, open_place, restore_from, verify_copy
from pipeline.copies.checks import check_store, last_checks
from pipeline.kiosks.keys import current_sealing_key, private_keys
from pipeline.papers.outcome import SourceOutcome
from pipeline.receipts import receipt_keys, sign_receipt
from pipeline.sealing import Seal
from pipeline.settings import Settings, load_settings
from signing.judging.verify import verify_pdf
from storage import schema as t
from storage.copies.fixity import Budget
from storage.copies.sets import content_of, seal
from storage.keys.file import create_key_file
from storage.keys.specs import ring_from
from storage.search import SearchQuery, search
from tests.pipeline.support import application, digitized, sample_card
from tests.servers.postgres import new_database
from tests.servers.seaweed import server
from tests.soundness import missing, orphans, trail_break

pytestmark = pytest.mark.slow
PASSPHRASE = "mười hai con giáp"


@dataclass(frozen=True)
class Office:
    """A home with one issued e-copy, its objects encrypted."""

    home: Path
    master: Path
    card: Path
    document: str
    ecopy_sha256: str

    def settings(self, home: Path, **more: object) -> dict[str, object]:
        return {"home": home, "master_key": f"file:{self.master}", **more}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = tmp_path_factory.mktemp("office")
    card = sample_card(folder)
    create_key_file(folder / "master.key")
    with application(folder / "home", master_key=f"file:{folder / 'master.key'}") as app:
        (outcome,) = digitized(app, folder / "out", card)
        assert isinstance(outcome, SourceOutcome)
        (document,) = outcome.documents
        assert document.ecopy is not None
    return Office(folder / "home", folder / "master.key", card, document.id, document.ecopy.sha256)


@pytest.fixture
def primary(office: Office, tmp_path: Path) -> Office:
    """A copy of the office that a test may destroy."""
    shutil.copytree(office.home, tmp_path / "home")
    shutil.copy(office.master, tmp_path / "master.key")
    return Office(
        tmp_path / "home", tmp_path / "master.key", office.card, office.document, office.ecopy_sha256
    )


def backed_up(primary: Office, destination: str, box: Path) -> None:
    with application(**primary.settings(primary.home)) as app:  # type: ignore[arg-type]
        back_up_to(app, destination, keys_to=box, passphrase=PASSPHRASE)


def destroyed(primary: Office) -> None:
    """Nothing of it is left, the master key included."""
    shutil.rmtree(primary.home)
    primary.master.unlink()


def brought_back(primary: Office, source: str, home: Path, box: Path, **more: object) -> Settings:
    settings = load_settings(**primary.settings(home, **more))
    # the master key that the settings name does not exist yet: it lies in the box
    done = restore_from(settings, source, keys_from=box, passphrase=PASSPHRASE)
    assert (done.faults, done.audit_break) == ((), None)
    return settings


def assert_all_there(app: Application, primary: Office, folder: Path) -> None:
    revision = fetch_ecopy(app, primary.document, folder / "fetched.pdf", purpose="test")
    assert revision.sha256 == primary.ecopy_sha256
    assert sha256((folder / "fetched.pdf").read_bytes()).hexdigest() == primary.ecopy_sha256
    assert verify_pdf(folder / "fetched.pdf", app.hands.trust).verdict is Verdict.VALID
    source = app.register.source(app.register.document(primary.document).source_id)
    assert app.vault.read(source.object_key) == primary.card.read_bytes()
    assert trail_break(app.engine) is None
    assert (missing(app.engine, app.store), orphans(app.engine, app.store)) == ((), ())
    with app.register.reading() as connection:
        hits = search(connection, SearchQuery(document_type="can_cuoc")).hits
    assert [hit.document_id for hit in hits] == [primary.document], "the database's own index is there again"
    (again,) = digitized(app, folder / "again", primary.card)
    assert isinstance(again, SourceOutcome)
    assert [document.id for document in again.documents] == [primary.document], "known again by its content"


def test_a_destroyed_office_comes_back_from_a_disk(primary: Office, tmp_path: Path) -> None:
    disk, box = str(tmp_path / "disk"), tmp_path / "elsewhere.box"
    backed_up(primary, disk, box)
    destroyed(primary)
    settings = brought_back(primary, disk, tmp_path / "new", box)
    with application(settings.home, master_key=settings.master_key) as app:
        assert_all_there(app, primary, tmp_path)
        with app.engine.connect() as connection:
            assert set(last_checks(connection)) == {"restore"}
            acts = sa.select(t.audit.c.action).where(
                t.audit.c.subject == last_checks(connection)["restore"]["id"]
            )
            assert list(connection.scalars(acts)) == ["restore"]


def test_a_destroyed_office_comes_back_on_postgresql_and_s3(primary: Office, tmp_path: Path) -> None:
    place, box = server().url("backup").replace("/backup?", "/backup/office?"), tmp_path / "elsewhere.box"
    backed_up(primary, place, box)
    destroyed(primary)
    more = {"database_url": new_database(), "store": server().url("restored")}
    settings = brought_back(primary, place, tmp_path / "new", box, **more)
    with application(settings.home, master_key=settings.master_key, **more) as app:
        assert_all_there(app, primary, tmp_path)


def test_nothing_is_restored_without_its_keys_or_by_the_wrong_passphrase(
    primary: Office, tmp_path: Path
) -> None:
    disk, box = str(tmp_path / "disk"), tmp_path / "elsewhere.box"
    backed_up(primary, disk, box)
    assert primary.master.read_bytes() not in box.read_bytes()
    settings = load_settings(home=tmp_path / "new")
    with pytest.raises(KeysMissing, match=r"content\.key"):
        restore_from(settings, disk)
    with pytest.raises(WrongPassphrase):
        restore_from(settings, disk, keys_from=box, passphrase="not this one")
    with pytest.raises(KeysMissing, match="file:"):
        restore_from(settings, disk, keys_from=box, passphrase=PASSPHRASE)
    assert not (tmp_path / "new" / "register.sqlite3").exists()


def test_a_register_with_sealed_secrets_comes_back_with_the_key_that_seals_them_or_not_at_all(
    primary: Office, tmp_path: Path
) -> None:
    disk, box = str(tmp_path / "disk"), tmp_path / "elsewhere.box"
    with application(**primary.settings(primary.home)) as app:  # type: ignore[arg-type]
        (key,) = receipt_keys(app).keys
        name = app.seal.name
        pages = current_sealing_key(app)
        private = private_keys(app)(pages.kid).private_bytes_raw()
        sealed_by = back_up_to(app, disk, keys_to=box, passphrase=PASSPHRASE).sealed.manifest.seals
        bare = back_up_to(app, str(tmp_path / "bare")).sealed
    assert sealed_by == (name,)
    home = tmp_path / "new"
    settings = load_settings(**primary.settings(home))
    (home / "keys").mkdir(parents=True)
    shutil.copy(primary.home / "keys" / "content.key", home / "keys")
    with pytest.raises(KeysMissing, match=rf"sealing\.key \({name}\)"):
        restore_from(settings, str(tmp_path / "bare"))
    assert sorted(path.name for path in home.rglob("*") if path.is_file()) == ["content.key"], "nothing yet"
    another = Seal(home / "keys" / "sealing.key", ring_from(settings.master_key, None))
    assert another.name != name
    with pytest.raises(KeysMissing, match=name):
        restore_from(settings, str(tmp_path / "bare"))
    (home / "keys" / "sealing.key").unlink()

    place = open_place(str(tmp_path / "bare"), tmp_path)  # as made before manifests named these keys
    before = seal(place, replace(bare.manifest, id=new_id(), seals=()), lambda content: None)
    assert b"seals" not in content_of(before)
    with pytest.raises(KeysMissing, match=r"sealing\.key"):
        restore_from(settings, str(tmp_path / "bare"), wanted=before.manifest.id)

    done = restore_from(settings, disk, keys_from=box, passphrase=PASSPHRASE)
    assert done.faults == ()
    with application(home, master_key=settings.master_key) as app:
        assert (app.seal.name, receipt_keys(app).keys) == (name, (key,))
        assert current_sealing_key(app) == pages
        assert private_keys(app)(pages.kid).private_bytes_raw() == private, "what is under way still opens"


def test_a_refused_restoration_leaves_no_keys_of_the_box_behind(primary: Office, tmp_path: Path) -> None:
    disk, box = str(tmp_path / "disk"), tmp_path / "elsewhere.box"
    with application(**primary.settings(primary.home)) as app:  # type: ignore[arg-type]
        receipt_keys(app)
        (primary.home / "keys" / "sealing.key").rename(tmp_path / "kept.key")
        back_up_to(app, disk, keys_to=box, passphrase=PASSPHRASE)
    home = tmp_path / "new"
    settings = load_settings(**primary.settings(home))
    with pytest.raises(KeysMissing, match=r"sealing\.key"):
        restore_from(settings, disk, keys_from=box, passphrase=PASSPHRASE)
    assert [path for path in home.rglob("*") if path.is_file()] == []
    shutil.copy(tmp_path / "kept.key", home / "keys" / "sealing.key")
    assert restore_from(settings, disk, keys_from=box, passphrase=PASSPHRASE).faults == ()


def test_who_accepts_the_loss_gets_the_rest_and_hears_what_is_lost(
    primary: Office, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    disk = str(tmp_path / "disk")
    with application(**primary.settings(primary.home)) as app:  # type: ignore[arg-type]
        (key,) = receipt_keys(app).keys
        back_up_to(app, disk)
    settings = load_settings(**primary.settings(tmp_path / "new"))
    assert restore_from(settings, disk, without_keys=True).faults == ()
    assert "content.key, sealing.key" in caplog.text
    with application(settings.home, master_key=settings.master_key) as app:
        signed = sign_receipt(app, receipt())
        assert check_receipt(signed, receipt_keys(app)) == receipt(), "by a new key"
        assert key in receipt_keys(app).keys, "old receipts are checked with the old one"


def receipt() -> Receipt:
    return Receipt(
        upload="01ARZ3NDEKTSV4RRFFQ69G5FA1", document="01ARZ3NDEKTSV4RRFFQ69G5FA2", sha256="a" * 64, size=1, received_at="2026-11-22T09:00:00+07:00",
        received_by="binh", agency="H99.01", purpose="intake:counter",
    )  # fmt: skip


def test_the_manifest_is_signed_and_one_that_was_altered_is_refused(primary: Office, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    backed_up(primary, str(disk), tmp_path / "elsewhere.box")
    settings = load_settings(home=primary.home)
    found = verify_copy(settings, str(disk))
    assert found.sound
    assert found.sealed.signer is not None
    path = next(path for path in (disk / "register").glob("??/*") if path.name == found.sealed.key)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b'"objects":4', b'"objects":3'))
    with pytest.raises(BackupDamaged, match="signature"):
        verify_copy(settings, str(disk))


def test_a_home_is_no_place_for_its_own_backup(primary: Office) -> None:
    with application(**primary.settings(primary.home)) as app, pytest.raises(BackupSamePlace):  # type: ignore[arg-type]
        back_up_to(app, str(primary.home))
    assert not (primary.home / "register").exists()


def test_a_place_without_a_backup_is_said_to_be_one_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(BackupNotFound):
        verify_copy(load_settings(home=tmp_path / "home"), str(tmp_path / "unmounted"))
    assert not (tmp_path / "unmounted").exists()


def test_what_the_office_loses_comes_back_from_its_backup(primary: Office, tmp_path: Path) -> None:
    disk = str(tmp_path / "disk")
    backed_up(primary, disk, tmp_path / "elsewhere.box")
    with application(**primary.settings(primary.home)) as app:  # type: ignore[arg-type]
        lost, altered, *_ = sorted(app.store.keys())
        app.store.delete(lost)
        with app.store.local_path(altered) as path:
            path.chmod(0o600)
            path.write_bytes(b"bit rot")
        found = check_store(app, Budget(), look_for_orphans=True)
        assert (found.report.missing, found.report.damaged, found.faulty, found.sound) == (1, 1, 2, False)
        assert {fault.document_ids for fault in found.faults} == {(primary.document,)}
        repaired = check_store(app, Budget(), second=copies_of(disk, tmp_path))
        assert [repair.outcome for repair in repaired.repairs] == ["repaired", "repaired"]
        assert repaired.sound
        with app.engine.connect() as connection:
            kinds = connection.execute(sa.select(t.store_checks.c.kind, t.store_checks.c.finished_at)).all()
        assert [kind for kind, _ in kinds] == ["backup", "fixity", "fixity"]
        assert all(finished for _, finished in kinds)
