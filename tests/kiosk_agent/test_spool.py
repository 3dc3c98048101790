"""What a kiosk was given it has until the server proves that it has it too, whatever happens to the kiosk in between; and nobody
who takes its disk away reads anything."""

from __future__ import annotations

import io
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk_agent.spool import files as module
from kiosk_agent.spool.spool import Spool
from models.errors import (
    ReceiptInvalid,
    ScanClosed,
    ScanEmpty,
    ScanUnknown,
    SealedPageInvalid,
    SpoolBroken,
    SpoolBusy,
    SpoolFull,
)
from models.ids import new_id
from models.times import VIETNAM
from models.wire.sealed import SealingKey, sealing_key, unsealed

PRIVATE = X25519PrivateKey.generate()
KEY: SealingKey = sealing_key(PRIVATE.public_key())
WORDS_KEY = bytes(range(32))
SECRET = b"So dinh danh 034199912345"


def now() -> datetime:
    return datetime.now(VIETNAM)


def picture(number: int, size: int = 3000) -> bytes:
    return b"\xff\xd8" + SECRET + random.Random(number).randbytes(size)


def opened(folder: Path, **more: int) -> Spool:
    return Spool(folder, words_key=WORDS_KEY, now=now, **more)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    with opened(tmp_path / "spool") as made:
        yield made


def sent(spool: Spool, scan: str) -> list[bytes]:
    """The pictures that the server gets of a closed scan."""
    content = b"".join(spool.read(scan))
    kept = spool.scan(scan)
    assert (len(content), sha256(content).hexdigest()) == (kept.size, kept.sha256)
    return [page for _, page in unsealed(io.BytesIO(content), PRIVATE)]


def test_pages_come_out_at_the_server_as_they_went_in_and_in_their_order(spool: Spool) -> None:
    scan = spool.begin({"purpose": "dossier:H29.16-261123-0007"})
    pages = [spool.add(scan, picture(n), "image/jpeg", KEY, {"skew": 0.1 * n}) for n in range(5)]
    spool.drop_page(pages[1].id)
    again = spool.add(scan, picture(9), "image/jpeg", KEY)
    spool.put_in_order(scan, [pages[0].id, again.id, pages[2].id, pages[4].id, pages[3].id])
    assert [page.id for page in spool.pages_of(scan)] == [
        pages[0].id,
        again.id,
        *(pages[n].id for n in (2, 4, 3)),
    ]
    spool.finish(scan, KEY)
    assert sent(spool, scan) == [picture(n) for n in (0, 9, 2, 4, 3)]
    whole = b"".join(spool.read(scan))
    for offset in (0, 1, 19, 20, 27, 28, 3100, len(whole) - 1, len(whole)):
        assert b"".join(spool.read(scan, offset)) == whole[offset:]


def test_nothing_that_was_scanned_can_be_read_from_the_disk(spool: Spool, tmp_path: Path) -> None:
    scan = spool.begin({"purpose": "intake:counter"})
    page = spool.add(scan, picture(1), "image/jpeg", KEY)
    spool.finish(scan, KEY)
    for path in (tmp_path / "spool").rglob("*"):
        if path.is_file():
            assert SECRET not in path.read_bytes()
    assert page.sha256 == sha256(picture(1)).hexdigest()
    with pytest.raises(SealedPageInvalid):
        list(unsealed(io.BytesIO(b"".join(spool.read(scan))), X25519PrivateKey.generate()))


def test_a_scan_that_somebody_changed_on_the_disk_opens_nowhere(spool: Spool) -> None:
    scan = spool.begin({})
    for number in range(3):
        spool.add(scan, picture(number, 200), "image/jpeg", KEY)
    spool.finish(scan, KEY)
    whole = b"".join(spool.read(scan))
    for at in range(0, len(whole), 7):
        altered = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        with pytest.raises(SealedPageInvalid):
            list(unsealed(io.BytesIO(altered), PRIVATE))
    for cut in (0, 10, 20, 300, len(whole) - 1):
        with pytest.raises(SealedPageInvalid):
            list(unsealed(io.BytesIO(whole[:cut]), PRIVATE))
    with pytest.raises(SealedPageInvalid):
        list(unsealed(io.BytesIO(whole + whole[20:]), PRIVATE))


def test_what_is_closed_stays_and_what_is_empty_cannot_go(spool: Spool) -> None:
    scan = spool.begin({})
    with pytest.raises(ScanEmpty):
        spool.finish(scan, KEY)
    page = spool.add(scan, picture(1), "image/jpeg", KEY)
    spool.finish(scan, KEY)
    for act in (
        lambda: spool.add(scan, picture(2), "image/jpeg", KEY),
        lambda: spool.drop_page(page.id),
        lambda: spool.abandon(scan),
        lambda: spool.finish(scan, KEY),
        lambda: spool.describe(scan, {}),
    ):
        with pytest.raises(ScanClosed):
            act()
    with pytest.raises(ScanUnknown):
        spool.add(new_id(), picture(2), "image/jpeg", KEY)
    other = spool.begin({})
    spool.add(other, picture(3), "image/jpeg", KEY)
    spool.abandon(other)
    assert [kept.id for kept in spool.scans("open", "closed", "done")] == [scan]


def test_a_scan_goes_with_a_receipt_for_exactly_its_bytes_and_with_no_other(
    spool: Spool, tmp_path: Path
) -> None:
    from tests.kiosk_agent.receipts import Office

    office = Office()
    scans = [spool.begin({"number": number}) for number in range(2)]
    for scan in scans:
        spool.add(scan, picture(1), "image/jpeg", KEY)
        spool.finish(scan, KEY)
    first, second = (spool.scan(scan) for scan in scans)
    for wrong in (
        office.receipt(second),
        office.receipt(first, size=1),
        office.receipt(first, sha256="0" * 64),
        Office().receipt(first),
        "x.y.z",
    ):
        with pytest.raises(ReceiptInvalid):
            spool.acknowledge(first.id, wrong, office.keys)
    assert len(sent(spool, first.id)) == 1
    spool.acknowledge(first.id, office.receipt(first), office.keys)
    assert [kept.id for kept in spool.scans("closed")] == [second.id]
    assert spool.scan(first.id).receipt
    assert len(list((tmp_path / "spool" / "pages").iterdir())) == 2
    assert spool.forget(now() + timedelta(days=1)) == 1


def test_a_disk_without_room_refuses_the_page_and_keeps_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path / "spool") as spool:
        scan = spool.begin({})
        spool.add(scan, picture(1), "image/jpeg", KEY)
    with opened(tmp_path / "spool", kept_free=1 << 60) as full, pytest.raises(SpoolFull):
        full.add(scan, picture(2), "image/jpeg", KEY)

    def no_room(_: int) -> None:
        raise OSError(28, "No space left on device")

    with opened(tmp_path / "spool") as spool:
        with monkeypatch.context() as patch:
            patch.setattr(module.os, "fsync", no_room)
            with pytest.raises(SpoolFull):
                spool.add(scan, picture(2), "image/jpeg", KEY)
        spool.add(scan, picture(3), "image/jpeg", KEY)
        spool.finish(scan, KEY)
        assert sent(spool, scan) == [picture(1), picture(3)]
        assert len(list((tmp_path / "spool" / "pages").iterdir())) == 3


def test_one_program_at_a_time_has_a_spool(spool: Spool, tmp_path: Path) -> None:
    with pytest.raises(SpoolBusy):
        opened(tmp_path / "spool")


def test_an_index_or_a_page_that_is_damaged_is_told_and_nothing_is_touched(tmp_path: Path) -> None:
    with opened(tmp_path / "spool") as spool:
        scan = spool.begin({})
        page = spool.add(scan, picture(1), "image/jpeg", KEY)
    path = tmp_path / "spool" / "pages" / page.id
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    with pytest.raises(SpoolBroken, match=page.id):
        opened(tmp_path / "spool")
    path.write_bytes(content)
    index = tmp_path / "spool" / "index.sqlite3"
    whole = index.read_bytes()
    index.write_bytes(whole[:4096] + b"\xff" * 200 + whole[4296:])
    with pytest.raises(SpoolBroken):
        opened(tmp_path / "spool")
    index.write_bytes(b"no database, but text of some length" * 100)
    with pytest.raises(SpoolBroken):
        opened(tmp_path / "spool")
    assert path.read_bytes() == content


CLERK = """
import sys
from pathlib import Path
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from kiosk_agent.spool.spool import Spool
from datetime import datetime
from models.times import VIETNAM
from models.wire.sealed import sealing_key
import random
key = sealing_key(X25519PublicKey.from_public_bytes(bytes.fromhex(sys.argv[2])))
with Spool(Path(sys.argv[1]), words_key=bytes(range(32)), now=lambda: datetime.now(VIETNAM)) as spool:
    number = sum(len(spool.pages_of(scan.id)) for scan in spool.scans("open", "closed"))
    while True:
        scans = spool.scans("open")
        scan = scans[0].id if scans else spool.begin({})
        page = spool.add(scan, b"%d " % number + random.Random(number).randbytes(4000), "image/jpeg", key)
        print(page.sha256, flush=True)
        number += 1
        if page.place == 5:
            spool.finish(scan, key)
"""


@pytest.mark.slow
def test_killed_at_any_moment_every_page_that_was_promised_is_there_once(tmp_path: Path) -> None:
    rng, promised = random.Random(20261123), []
    public = PRIVATE.public_key().public_bytes_raw().hex()
    for _ in range(20):
        clerk = subprocess.Popen(
            [sys.executable, "-c", CLERK, str(tmp_path / "spool"), public], stdout=subprocess.PIPE, text=True
        )
        assert clerk.stdout is not None
        promised.append(clerk.stdout.readline().strip())
        time.sleep(rng.uniform(0, 0.15))
        os.kill(clerk.pid, signal.SIGKILL)
        promised += clerk.stdout.read().split()
        clerk.wait()
    with opened(tmp_path / "spool") as spool:
        kept = [page.sha256 for scan in spool.scans("open", "closed") for page in spool.pages_of(scan.id)]
        assert len(set(kept)) == len(kept)
        assert set(promised) <= set(kept)
        assert len(kept) - len(promised) <= 20  # one that was kept and not yet told, for each kill
        for scan in spool.scans("closed"):
            assert len(sent(spool, scan.id)) == 5


def test_the_index_is_whole_after_a_power_cut_in_the_middle_of_a_commit(tmp_path: Path) -> None:
    """What a kill leaves beside the index, a journal that is half written, is undone or finished, never half there."""
    with opened(tmp_path / "spool") as spool:
        scan = spool.begin({})
        page = spool.add(scan, picture(1), "image/jpeg", KEY)
    index = tmp_path / "spool" / "index.sqlite3"
    before = index.read_bytes()
    with sqlite3.connect(index) as database:
        database.execute("PRAGMA cache_size=1")
        database.execute("PRAGMA cache_spill=1")
        database.execute("BEGIN IMMEDIATE")
        database.execute("UPDATE scans SET words = ?", (b"x" * 200_000,))
        journal = Path(f"{index}-journal").read_bytes()
        half = index.read_bytes()
    index.write_bytes(half)
    Path(f"{index}-journal").write_bytes(journal)
    with opened(tmp_path / "spool") as spool:
        assert [one.id for one in spool.pages_of(scan)] == [page.id]
        assert spool.scan(scan).words == {}
    assert index.stat().st_size >= len(before) // 2
