"""A store that is down, slow, full, cut off, forgetful or wrong: a stable code, nothing lost, no half object counted."""

from __future__ import annotations

import errno
import io
import os
import random
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from models.errors import EcopyError, ObjectDamaged, ObjectExists, ObjectMissing
from models.ids import new_id
from models.ports import ObjectStore
from pipeline.copies.stores import store_from_url
from storage.copies.reconcile import remove_abandoned
from storage.database import open_database
from storage.stores.folder import FolderStore
from storage.vault import Vault
from tests.clocks import FixedClock
from tests.servers import seaweed
from tests.servers.faulty import FULL, SKEWED, Faults, faulty
from tests.soundness import missing
from tests.storage.stores import PART

SMALL, BIG = b"content" * 100, random.Random(3).randbytes(PART + 1000)
PUT, GET, POST = ("PUT",), ("GET",), ("POST",)


@dataclass
class Ailing:
    """A store behind a proxy that fails on demand, and the same store seen directly."""

    store: ObjectStore
    direct: ObjectStore
    faults: Faults
    impatient: ObjectStore
    """The ailing one for who waits half a second for an answer instead of two, where lateness is the fault."""

    def mend(self) -> None:
        fresh = Faults(self.faults.endpoint)
        for name in vars(fresh):
            setattr(self.faults, name, getattr(fresh, name))


@pytest.fixture
def ailing(tmp_path: Path) -> Iterator[Ailing]:
    real = seaweed.server()
    bucket = seaweed.new_bucket()
    options = "&part-mib=5&attempts=3&timeout="
    direct = store_from_url(f"{real.url(bucket)}{options}2")
    direct.prepare()
    with faulty(real.endpoint) as (endpoint, faults):
        url = real.url(bucket).replace(real.endpoint, endpoint) + options
        ailing, impatient = (store_from_url(f"{url}{seconds}", workspace=tmp_path) for seconds in (2, 0.5))
        yield Ailing(ailing, direct, faults, impatient)


def code_of(work: Callable[[], Any]) -> str:
    with pytest.raises(EcopyError) as told:
        work()
    return told.value.code


def put(store: ObjectStore, content: bytes = SMALL) -> str:
    key = new_id()
    store.put(key, io.BytesIO(content))
    return key


def content_of(store: ObjectStore, key: str) -> bytes:
    with store.open(key) as handle:
        return handle.read()


FAULTS = [
    ("refuse", -1, "STORAGE_STORE_DOWN"),
    ("cut_up", -1, "STORAGE_STORE_DOWN"),
    ("answer", (503, b""), "STORAGE_STORE_SLOW"),
    ("answer", (500, b""), "STORAGE_STORE_DOWN"),
    ("answer", (507, b""), "STORAGE_STORE_FULL"),
    ("answer", (400, FULL), "STORAGE_STORE_FULL"),
    ("answer", (403, SKEWED), "STORAGE_CLOCK_SKEW"),
    pytest.param("delay_s", 0.8, "STORAGE_STORE_SLOW", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("setting", "value", "code"), FAULTS)
@pytest.mark.parametrize(
    "content", [pytest.param(SMALL, id="small"), pytest.param(BIG, id="big", marks=pytest.mark.slow)]
)
def test_a_write_that_fails_has_a_code_and_counts_for_nothing(
    ailing: Ailing, tmp_path: Path, setting: str, value: Any, code: str, content: bytes
) -> None:
    vault = vault_over(ailing, tmp_path)
    before = keep(vault)
    writing = vault_over(ailing, tmp_path, through=ailing.impatient) if setting == "delay_s" else vault
    setattr(ailing.faults, setting, value)
    assert code_of(lambda: writing.write("original", content)) == code
    ailing.mend()
    if setting == "delay_s":
        time.sleep(value + 0.5)  # what was on its way arrives: an answer that came too late is no answer
    later = FixedClock().now() + timedelta(days=1)
    assert remove_abandoned(vault._engine, ailing.store, before=later) == 1
    assert list(ailing.direct.keys()) == [before]
    assert vault.read(before) == SMALL
    assert content_of(ailing.store, put(ailing.store, content)) == content


@pytest.mark.parametrize(
    ("setting", "value", "code"),
    [
        pytest.param("refuse", -1, "STORAGE_STORE_DOWN", marks=pytest.mark.slow),
        pytest.param("delay_s", 0.8, "STORAGE_STORE_SLOW", marks=pytest.mark.slow),
    ],
)
def test_looks_at_a_store_that_is_away_are_no_news_of_missing_objects(
    ailing: Ailing, setting: str, value: Any, code: str
) -> None:
    key = put(ailing.store)
    store = ailing.impatient if setting == "delay_s" else ailing.store
    setattr(ailing.faults, setting, value)
    for look in (
        lambda: store.exists(key),
        lambda: content_of(store, key),
        lambda: list(store.keys()),
        lambda: store.delete(key),
    ):
        assert code_of(look) == code
    ailing.mend()
    assert content_of(ailing.direct, key) == SMALL


def test_a_store_that_nobody_listens_at_is_down(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    url = f"s3+http://127.0.0.1:9/bucket?access-key=a&secret-key-file={secret}&attempts=2&timeout=1"
    assert code_of(lambda: put(store_from_url(url))) == "STORAGE_STORE_DOWN"


def test_what_passes_by_itself_is_tried_again(ailing: Ailing) -> None:
    for setting in ("refuse", "cut_up", "swallow"):
        setattr(ailing.faults, setting, 2)
        key = put(ailing.store)
        assert content_of(ailing.direct, key) == SMALL
        ailing.mend()


@pytest.mark.parametrize(
    ("content", "methods"), [(SMALL, PUT), (BIG, POST), (BIG, PUT)], ids=["small", "completion", "part"]
)
def test_a_write_whose_answer_got_lost_is_known_as_our_own(
    ailing: Ailing, content: bytes, methods: tuple[str, ...]
) -> None:
    ailing.faults.methods, ailing.faults.swallow = methods, 2
    key = put(ailing.store, content)
    ailing.mend()
    assert content_of(ailing.direct, key) == content
    with pytest.raises(ObjectExists):
        ailing.store.put(key, io.BytesIO(content))


def test_bytes_changed_on_the_way_to_the_store_are_not_kept(ailing: Ailing) -> None:
    ailing.faults.methods, ailing.faults.change_up = PUT, -1
    assert code_of(lambda: put(ailing.store)) == "STORAGE_TRANSFER_DAMAGED"
    assert code_of(lambda: put(ailing.store, BIG)) == "STORAGE_TRANSFER_DAMAGED"
    assert list(ailing.direct.keys()) == []
    ailing.faults.change_up = 1
    key = put(ailing.store)
    assert content_of(ailing.direct, key) == SMALL


def test_a_download_that_breaks_off_goes_on_where_it_was(ailing: Ailing) -> None:
    key = put(ailing.store, BIG)
    ailing.faults.methods, ailing.faults.cut_down = GET, 2
    assert content_of(ailing.store, key) == BIG
    assert len([seen for seen in ailing.faults.seen if seen.startswith("GET") and seen.endswith(key)]) == 3


def test_an_upload_in_parts_that_fails_leaves_no_parts_behind(ailing: Ailing) -> None:
    class Broken(io.RawIOBase):
        left = PART + 10

        def read(self, size: int = -1) -> bytes:
            if not self.left:
                raise OSError(5, "Input/output error")
            chunk = b"x" * min(size, self.left)
            self.left -= len(chunk)
            return chunk

    assert code_of(lambda: ailing.store.put(new_id(), Broken())) == "STORAGE_FAULT"  # type: ignore[arg-type]
    client, bucket = ailing.direct._calls.client, ailing.direct._place.bucket  # type: ignore[attr-defined]
    assert client._list_multipart_uploads(bucket).uploads == []
    assert list(client.list_objects(bucket, recursive=True, include_version=True)) == []


def test_a_wrong_secret_is_denied_and_stays_unsaid(ailing: Ailing, tmp_path: Path) -> None:
    (tmp_path / "wrong").write_text("a-wrong-secret")
    real = seaweed.server()
    url = real.url("warm-up").replace(str(real.secret_file), str(tmp_path / "wrong"))
    store = store_from_url(url)
    for work in (lambda: put(store), lambda: list(store.keys()), lambda: store.exists(new_id())):
        with pytest.raises(EcopyError) as told:
            work()
        assert told.value.code == "STORAGE_STORE_DENIED"
        assert "a-wrong-secret" not in f"{told.value} {told.value.__cause__} {store!r} {store.description}"


def test_a_bucket_that_is_not_there_is_no_empty_store() -> None:
    store = store_from_url(seaweed.server().url(seaweed.new_bucket(), create="no"))
    for work in (store.prepare, lambda: store.exists(new_id()), lambda: list(store.keys())):
        assert code_of(work) == "STORAGE_BUCKET_MISSING"


def test_a_server_is_trusted_by_its_own_root_and_not_without_it(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    real, bucket = seaweed.server(), seaweed.new_bucket()
    with faulty(real.endpoint, tls=context) as (endpoint, faults):
        url = real.url(bucket).replace("s3+http://", "s3+https://").replace(real.endpoint, endpoint)
        store = store_from_url(f"{url}&part-mib=5&ca-file={certificate}")
        store.prepare()
        assert content_of(store, put(store)) == SMALL
        assert content_of(store, put(store, BIG)) == BIG
        faults.methods, faults.change_up = PUT, -1  # the payload is not signed under TLS
        assert code_of(lambda: put(store)) == "STORAGE_TRANSFER_DAMAGED"
        stranger = store_from_url(url)
        assert code_of(lambda: put(stranger)) == "STORAGE_STORE_DOWN"


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that is its own root, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kho.example.vn")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "server.pem", folder / "server.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    return paths


def vault_over(
    ailing: Ailing, folder: Path, second: ObjectStore | None = None, through: ObjectStore | None = None
) -> Vault:
    engine = open_database(f"sqlite:///{folder / 'register.sqlite3'}")
    return Vault(engine, through or ailing.store, FixedClock(), second=second)


def keep(vault: Vault) -> str:
    ref = vault.write("original", SMALL)
    with vault._engine.begin() as connection:
        Vault.adopt(connection, ref)
    return ref.key


def test_wrong_bytes_from_the_store_are_found_on_reading(ailing: Ailing, tmp_path: Path) -> None:
    vault = vault_over(ailing, tmp_path)
    key = keep(vault)
    ailing.faults.methods, ailing.faults.change_down = GET, -1
    with pytest.raises(ObjectDamaged, match=key):
        vault.read(key)
    with pytest.raises(ObjectDamaged, match=key):
        vault.check(key)
    ailing.mend()
    assert vault.read(key) == SMALL


def test_an_object_that_was_acknowledged_and_lost_is_named_and_read_from_the_second_store(
    ailing: Ailing, tmp_path: Path
) -> None:
    second = FolderStore(tmp_path / "second")
    second.prepare()
    vault = vault_over(ailing, tmp_path, second)
    ailing.faults.methods, ailing.faults.forget = PUT, 1
    key = keep(vault)
    with pytest.raises(ObjectMissing, match=key):
        vault.check(key)
    assert missing(vault._engine, ailing.store) == (key,)
    second.put(key, io.BytesIO(SMALL))
    assert vault.read(key) == SMALL
    ailing.faults.refuse, ailing.faults.methods = -1, Faults("").methods
    assert vault.read(key) == SMALL


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "STORAGE_STORE_FULL"),
        (errno.EDQUOT, "STORAGE_STORE_FULL"),
        (errno.EROFS, "STORAGE_STORE_DENIED"),
        (errno.ESTALE, "STORAGE_STORE_DOWN"),
        (errno.EIO, "STORAGE_FAULT"),
    ],
)
def test_a_folder_tells_what_ails_its_disk_and_keeps_no_half_object(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    store = FolderStore(tmp_path / "objects")
    store.prepare()

    def fail(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    assert code_of(lambda: put(store)) == code
    monkeypatch.undo()
    assert list(store.keys()) == []
    assert store.tidy() == 0
    assert content_of(store, put(store)) == SMALL
