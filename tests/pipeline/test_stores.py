"""Stores and master keys as the settings name them, at work in the whole application."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
import sqlalchemy as sa

from models.errors import BadSettings, MasterKeyMissing, NoSecondStore, ObjectLocked
from models.ports import ObjectLock
from models.rulesets import Rule
from pipeline.access import fetch_ecopy
from pipeline.application import Application
from pipeline.copies.keys import master_keys, rotate_keys
from pipeline.copies.locking import lock_objects
from pipeline.copies.store_check import check_store
from pipeline.copies.stores import open_second_store, open_store, store_from_url, without_secrets
from pipeline.papers.outcome import SourceOutcome
from pipeline.settings import load_settings
from storage import schema as t
from storage.keys.file import create_key_file
from storage.locking import wanted
from storage.stores.folder import FolderStore
from tests.pipeline.reviewing import decision, in_review
from tests.pipeline.support import application, digitized, sample_card
from tests.servers import seaweed
from tests.soundness import abandoned, missing, orphans


@pytest.mark.parametrize(
    "url",
    [
        "", "objects", "folder:relative", "folder://host/path", "folder:/path?create=yes", "ftp://host/bucket",
        "s3://host/bucket", "s3+https://host", "s3+https://host/x", "s3+https://host/Upper",
        "s3+https://key:secret@host/bucket", "s3+https://host/bucket?access-key=a",
        "s3+https://host/bucket?access-key=a&secret-key-file=/nowhere", "s3+https://host/bucket?retries=3",
        "s3+https://host/bucket?sse=perhaps", "s3+https://host/bucket?timeout=soon", "s3+https://host/bucket?timeout=0",
    ],
)  # fmt: skip
def test_words_that_name_no_store_are_refused_with_the_settings_name(url: str) -> None:
    with pytest.raises(BadSettings, match="ECOPY_STORE"):
        store_from_url(url, setting="ECOPY_STORE")


def test_a_store_is_a_folder_in_the_home_unless_the_settings_say_otherwise(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path)
    assert open_store(settings).description == f"folder:{tmp_path / 'objects'}"
    assert open_second_store(settings) is None
    secret = tmp_path / "secret"
    secret.write_text("very-secret\n")
    url = f"s3+https://kho.example.vn:9000/ecopy/xa-mau?access-key=id&secret-key-file={secret}&region=vn-1&sse=yes"
    store = open_store(load_settings(home=tmp_path, store=url))
    assert store.description == "s3+https://kho.example.vn:9000/ecopy/xa-mau" == without_secrets(url)
    assert "very-secret" not in repr(vars(store))
    second = open_second_store(load_settings(home=tmp_path, second_store=f"folder:{tmp_path / 'b%20c'}"))
    assert isinstance(second, FolderStore)
    assert second.description.endswith("b c")


def objects_of(app: Application) -> list[sa.RowMapping]:
    with app.register.reading() as connection:
        return list(connection.execute(sa.select(t.objects)).mappings())


@pytest.mark.slow
def test_a_paper_goes_the_whole_way_encrypted_in_a_bucket(tmp_path: Path) -> None:
    url = seaweed.server().url(seaweed.new_bucket()) + "&timeout=60"
    key = tmp_path / "master.key"
    create_key_file(key)
    out, card = tmp_path / "out", sample_card(tmp_path)
    store_from_url(url).prepare()
    with application(tmp_path / "home", store=url, master_key=f"file:{key}") as app:
        (outcome,) = digitized(app, out, card)
        assert isinstance(outcome, SourceOutcome)
        (document,) = outcome.documents
        assert document.ecopy is not None
        source = app.register.source(app.register.document(document.id).source_id)
        assert source.sha256 == sha256(card.read_bytes()).hexdigest()
        revision = fetch_ecopy(app, document.id, tmp_path / "copy.pdf", purpose="test")
        assert sha256((tmp_path / "copy.pdf").read_bytes()).hexdigest() == revision.sha256
        rows = objects_of(app)
        assert rows
        for row in rows:
            assert row["encrypted"]
            with app.store.open(row["key"]) as handle:
                stored = handle.read()
            assert sha256(stored).hexdigest() == row["sha256"]
            assert stored.startswith(b"ECOPYEV1")
        assert missing(app.engine, app.store) == orphans(app.engine, app.store) == abandoned(app.engine) == ()
    with application(tmp_path / "home", store=url, master_key=f"file:{key}") as app:
        locked = {row["kind"] for row in objects_of(app) if row["locked_until"]}
        assert locked == {"original", "capture", "ecopy"}
        with pytest.raises(ObjectLocked):
            app.store.delete(source.object_key)


def test_master_keys_are_told_and_rotated_on_record(tmp_path: Path) -> None:
    old, new = tmp_path / "old.key", tmp_path / "new.key"
    first, second = create_key_file(old).name, create_key_file(new).name
    home = tmp_path / "home"
    with application(home, master_key=f"file:{old}") as app:
        document = in_review(app, decision())
        count = len(objects_of(app))
        assert master_keys(app).objects == {first: count}
        key = app.register.source(document.source_id).object_key
        content = app.vault.read(key)
    with application(home, master_key=f"file:{new}") as app:
        assert master_keys(app).missing == (first,)
        with pytest.raises(MasterKeyMissing):
            app.vault.read(key)
        assert dict(rotate_keys(app, purpose="maintenance").left) == {"KEYS_MASTER_MISSING": count}
    with application(home, master_key=f"file:{new}", old_master_keys=f"file:{old}") as app:
        done = rotate_keys(app, purpose="maintenance")
        assert (done.newest, done.wrapped, dict(done.left)) == (second, count, {})
        assert rotate_keys(app, purpose="maintenance").wrapped == 0
        assert [act.details["objects"] for act in app.register.audit_of(second)] == [count]
    with application(home, master_key=f"file:{new}") as app:
        assert app.vault.read(key) == content
    with application(home) as app, pytest.raises(MasterKeyMissing):
        rotate_keys(app, purpose="maintenance")


def test_locks_follow_the_retention_of_what_the_object_belongs_to(tmp_path: Path) -> None:
    with application(tmp_path) as app:
        documents = [in_review(app, decision()) for _ in range(3)]
        keys = [app.register.source(document.source_id).object_key for document in documents]
        with app.engine.begin() as connection:
            for document, retention, until in (
                (documents[1], "until", "2076-05-01"),
                (documents[2], "until", "2020-05-01"),
            ):
                change = t.documents.update().where(t.documents.c.id == document.id)
                connection.execute(change.values(retention=retention, retain_until=until))
        rules, now = app.rules_today().locks, app.clock.now()
        with app.register.reading() as connection:
            found = wanted(connection, keys, now, rules)
            strict = rules.model_copy(update={"compliance": Rule(value=True, source="the agency's decision")})
            strictly = wanted(connection, keys, now, strict)
        assert found[keys[0]].mode == "governance"
        assert found[keys[0]].until - now < timedelta(days=rules.interim_days.value + 1)
        end = datetime(2076, 5, 1, 17, tzinfo=UTC)  # midnight in Vietnam
        assert found[keys[1]] == ObjectLock(end, "governance")
        assert strictly[keys[1]] == ObjectLock(end, "compliance")
        assert strictly[keys[0]].mode == "governance"
        assert keys[2] not in found

        done = lock_objects(app)
        assert (dict(done.locked), done.missing) == ({"governance": 2}, 0)
        assert dict(lock_objects(app).locked) == {}
        kept = {row["key"]: row["locked_until"] for row in objects_of(app)}
        assert kept[keys[1]] == "2076-05-02T00:00:00+07:00"
        assert kept[keys[2]] is None
        with pytest.raises(ObjectLocked):
            app.store.delete(keys[1])
        (act,) = app.register.audit_of(app.store.description[:80])
        assert (act.action, act.details["objects"]) == ("lock_objects", 2)


def test_a_lock_that_stands_longer_in_the_store_is_taken_over_and_a_lost_object_counted(
    tmp_path: Path,
) -> None:
    with application(tmp_path) as app:
        held, lost = (app.register.source(in_review(app, decision()).source_id).object_key for _ in range(2))
        until = datetime(2090, 1, 1, tzinfo=UTC)
        app.store.lock(held, until, "compliance")
        app.store.delete(lost)
        done = lock_objects(app)
        assert (dict(done.locked), done.missing) == ({"compliance": 1}, 1)
        row = next(row for row in objects_of(app) if row["key"] == held)
        assert (row["lock_mode"], row["locked_until"]) == ("compliance", "2090-01-01T07:00:00+07:00")


def test_trying_out_a_store_is_on_record_and_leaves_nothing(tmp_path: Path) -> None:
    with application(tmp_path) as app:
        checks = list(check_store(app))
        assert {check.outcome for check in checks if check.required} == {"held"}
        assert orphans(app.engine, app.store) == ()
        (act,) = app.register.audit_of(app.store.description[:80])
        assert (act.action, act.details["broken"]) == ("check_store", [])
        with pytest.raises(NoSecondStore):
            list(check_store(app, second=True))
