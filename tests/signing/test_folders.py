"""Revocation lists and issuers beside the anchor: as they are when somebody signs, not as they were at the start."""

from __future__ import annotations

import logging
import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from models.errors import CertificateRevoked, CertificateStatusUnknown, CertificateUnknownIssuer
from models.signatures import Level
from signing.folders import WatchedFolder
from signing.making.evidence import KnownLists
from signing.making.signer import PdfSigner
from signing.trust import TrustStore
from tests.clocks import FixedClock
from tests.servers.authority import Authority, Pair
from tests.signing.support import request


@dataclass
class Beside:
    """An installation that asks nobody: anchor, issuers and lists are files, and the signer is never made anew."""

    folder: Path
    source: Path
    clock: FixedClock = field(default_factory=FixedClock)

    def __post_init__(self) -> None:
        self.ca = Authority("http://nowhere.invalid", self.clock.now())
        (self.folder / "root.pem").write_bytes(self.ca.root.certificate.public_bytes(Encoding.PEM))
        trust = TrustStore.from_pem(self.folder / "root.pem")
        credential = self.ca.signer().credential()
        self.serial = credential.certificate.serial_number
        self.signer = PdfSigner(credential, trust, self.clock, KnownLists(trust))

    def put(self, name: str, content: bytes) -> Path:
        """As a careful program would: whole or not at all."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.with_name(f".{path.name}").write_bytes(content)
        return path.with_name(f".{path.name}").rename(path)

    def issuer(self) -> bytes:
        return self.ca.intermediate.certificate.public_bytes(Encoding.PEM)

    def list_of(self, issuer: Pair) -> bytes:
        return self.ca.list_of(issuer, begins=timedelta(seconds=-30))

    def sign(self) -> None:
        self.signer.sign(self.source, self.folder / "out.pdf", request(Level.B_B, self.clock))


def test_what_comes_into_the_folders_counts_at_the_next_signature(tmp_path: Path, source: Path) -> None:
    beside = Beside(tmp_path, source)
    with pytest.raises(CertificateUnknownIssuer):
        beside.sign()
    beside.put("issuers/ca.pem", beside.issuer())
    with pytest.raises(CertificateStatusUnknown):
        beside.sign()
    lists = [
        beside.put(f"crl/{name}", beside.list_of(getattr(beside.ca, name)))
        for name in ("root", "intermediate")
    ]
    beside.sign()
    beside.ca.revoked[beside.serial] = beside.clock.now() - timedelta(hours=1)
    beside.put("crl/intermediate", beside.list_of(beside.ca.intermediate))
    with pytest.raises(CertificateRevoked):
        beside.sign()
    lists[1].unlink()
    with pytest.raises(CertificateStatusUnknown):
        beside.sign()
    shutil.rmtree(tmp_path / "issuers")
    with pytest.raises(CertificateUnknownIssuer):
        beside.sign()


def test_a_list_that_is_being_written_does_not_undo_what_the_older_one_said(
    tmp_path: Path, source: Path, caplog: pytest.LogCaptureFixture
) -> None:
    beside = Beside(tmp_path, source)
    beside.put("issuers/ca.pem", beside.issuer())
    for issuer, name in ((beside.ca.root, "root.crl"), (beside.ca.intermediate, "ca.crl")):
        path = beside.put(f"crl/{name}", beside.list_of(issuer))
    beside.sign()
    beside.ca.revoked[beside.serial] = beside.clock.now() - timedelta(hours=1)
    fresh = beside.list_of(beside.ca.intermediate)
    with caplog.at_level(logging.WARNING, "ecopy.signing"):
        path.write_bytes(fresh[: len(fresh) // 2])
        beside.sign()
        beside.sign()
    assert [record.message.count("ca.crl") for record in caplog.records] == [
        1
    ]  # told once, not at every signature
    path.write_bytes(fresh)
    with pytest.raises(CertificateRevoked):
        beside.sign()


def _words(folder: Path) -> WatchedFolder[str]:
    return WatchedFolder(folder, lambda path: path.read_text().split())


@pytest.mark.parametrize(
    ("act", "then"),
    [
        (lambda folder: (folder / "c").write_text("6"), ["1", "2", "3", "6"]),
        (lambda folder: (folder / "a").write_text("7 8"), ["7", "8", "3"]),
        (lambda folder: (folder / "a").unlink(), ["3"]),
        (lambda folder: (folder / "a").rename(folder / "z"), ["3", "1", "2"]),
        (lambda folder: (folder / ".b").write_text("9"), ["1", "2", "3"]),
        (lambda folder: (folder / "sub").mkdir(), ["1", "2", "3"]),
        (lambda folder: (folder / "d").symlink_to(folder / "b"), ["1", "2", "3", "3"]),
        (lambda folder: shutil.rmtree(folder), []),
    ],
    ids=["new", "changed", "gone", "renamed", "hidden", "folder", "linked", "no-folder"],
)
def test_the_folder_is_read_as_it_is(tmp_path: Path, act: Callable[[Path], object], then: list[str]) -> None:
    folder = tmp_path / "crl"
    folder.mkdir()
    (folder / "a").write_text("1 2")
    (folder / "b").write_text("3")
    words = _words(folder)
    assert (list(words), len(words), words[0], words[1:]) == (["1", "2", "3"], 3, "1", ("2", "3"))
    act(folder)
    assert list(words) == then


def test_only_what_changed_is_read(tmp_path: Path) -> None:
    read: list[str] = []

    def reading(path: Path) -> list[str]:
        read.append(path.name)
        return [path.read_text()]

    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    words = WatchedFolder(tmp_path, reading)
    before = words.now()
    assert (words.now() is before, read) == (True, ["a", "b"])
    (tmp_path / "b").write_text("changed")
    assert list(words) == ["a", "changed"]
    os.utime(tmp_path / "a", ns=(1, 1))  # the same content under another date is a change too
    assert (list(words), read[2:]) == (["a", "changed"], ["b", "a"])


def test_many_threads_see_a_whole_state_while_it_changes(tmp_path: Path) -> None:
    folder = tmp_path / "crl"
    folder.mkdir()
    (folder / "a").write_text("0 0 0")
    words, seen, over = _words(folder), list[tuple[str, ...]](), threading.Event()

    def look() -> None:
        while not over.is_set():
            seen.append(words.now())

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(1, 80):
        (tmp_path / "new").write_text(f"{number} {number} {number}")
        os.utime(
            tmp_path / "new", ns=(number, number)
        )  # the file system's own clock is coarser than this loop
        (tmp_path / "new").rename(folder / "a")
    over.set()
    for thread in threads:
        thread.join()
    assert words.now() == ("79",) * 3
    assert all(len(state) == 3 and len(set(state)) == 1 for state in seen)
