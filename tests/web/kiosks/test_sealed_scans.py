"""Sealed scans come through the door of all uploads: opened byte for byte, or refused with the reason, and nothing of them kept."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from PIL import Image

from models.access import CallerKind
from models.errors import SealBroken
from models.ids import new_id
from models.states import DocumentState
from models.wire.receipts import Receipt
from models.wire.sealed import SealingKey, sealing_key
from pipeline.kiosks.keys import current_sealing_key, made_key, private_keys
from pipeline.papers.scanning import counted_paper
from pipeline.stages.base import page_facts
from pipeline.stages.pages import Pages
from pipeline.stages.triage import Triage
from storage import schema as t
from storage.records import SourceRecord
from tests.clocks import FixedClock
from tests.soundness import abandoned, orphans
from tests.web.kiosks.joining import Picture, bound, drawn, sealed_page, sealed_pages, sha256
from tests.web.support import Served
from tests.web.uploads.support import Sender

PIECES = 3


@dataclass
class Counter(Sender):
    """A kiosk that sends sealed scans."""

    def sent(self, sealed: bytes, scan: str, /, **words: str) -> tuple[int, str]:
        """Send it in pieces; status, and the receipt or the error's code."""
        told = {"filename": "scan.sealed", "sha256": sha256(sealed), "id": scan, **words}
        address, at = self.begin(sealed, **told), 0
        for number in range(PIECES):
            piece = sealed[at : len(sealed) * (number + 1) // PIECES]
            answer = self.send(address, piece, at)
            at += len(piece)
        if answer.status_code == 204:
            return 204, answer.headers["ecopy-receipt"]
        return answer.status_code, answer.json()["code"]

    def taken(self, sealed: bytes, scan: str, /, **words: str) -> tuple[Receipt, SourceRecord]:
        """Send it; the receipt, checked, and what lies in the store."""
        status, receipt = self.sent(sealed, scan, **words)
        assert status == 204, receipt
        told = self.receipt(receipt, upload=scan, sha256=sha256(sealed), size=len(sealed))
        register = self.site.office.register
        return told, register.source(register.document(told.document).source_id)

    def refused(self, sealed: bytes, scan: str) -> bool:
        """Whether it is refused for its sealing, and nothing of it is left; the same id may begin anew."""
        before = self._sources()
        assert self.sent(sealed, scan) == (422, "SEALED_PAGE_INVALID")
        shown = self.http.get(f"/api/v1/uploads/{scan}").json()
        assert (shown["state"], shown["error"], shown["receipt"]) == ("refused", "SEALED_PAGE_INVALID", None)
        home = self.site.office.settings.home
        assert not (home / "uploads" / scan).exists()
        assert list((home / "work").iterdir()) == []
        office = self.site.office
        assert not orphans(office.engine, office.store)
        assert not abandoned(office.engine)
        return self._sources() == before

    def _sources(self) -> int:
        with self.site.office.register.reading() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(t.sources)) or 0


@pytest.fixture
def counter(house: Served) -> Iterator[Counter]:
    with house.machine(CallerKind.DEVICE, f"counter-{new_id().lower()}") as http:
        http.headers["Ecopy-Purpose"] = "intake:counter"
        yield Counter(house, http)


@pytest.fixture
def key(house: Served) -> SealingKey:
    return current_sealing_key(house.office)


def pictures_in(house: Served, source: SourceRecord) -> list[bytes]:
    """The image streams of a received PDF, as they stand in it."""
    with pikepdf.open(io.BytesIO(house.office.vault.read(source.object_key))) as pdf:
        return [image.read_raw_bytes() for page in pdf.pages for image in page.get_images().values()]


def judged(house: Served, source: SourceRecord) -> list[tuple[int, float]]:
    """The pages as the pipeline sees them: number and dpi."""
    app = house.office
    for stage in (Triage(), Pages()):
        document = app.register.scan_of(source.id)
        assert stage.due(app, document)
        stage.run(app, document)
    document = app.register.scan_of(source.id)
    assert document.state is DocumentState.TRIAGED
    assert all(not page.picture.rendered for page, _ in page_facts(app, document))
    return [(page.page, page.picture.dpi) for page, _ in page_facts(app, document)]


def test_one_page_is_the_devices_jpeg_byte_for_byte(counter: Counter, key: SealingKey) -> None:
    scan, page = new_id(), drawn("một trang")
    sealed = bound(sealed_pages(scan, [page], key))
    receipt, source = counter.taken(sealed, scan, filename="Tờ khai.sealed")
    assert counter.site.office.vault.read(source.object_key) == page.content
    assert (receipt.source_sha256, source.sha256) == (sha256(page.content), sha256(page.content))
    assert (source.filename, source.size) == ("Tờ khai.jpg", len(page.content))
    assert judged(counter.site, source) == [(1, 300.0)]


def test_three_pages_are_one_file_with_the_devices_jpegs_in_it(counter: Counter, key: SealingKey) -> None:
    scan = new_id()
    pages = [drawn("một"), drawn("hai", dpi=200), drawn("ba", tell=False)]
    receipt, source = counter.taken(bound(sealed_pages(scan, pages, key)), scan)
    assert source.filename == "scan.pdf"
    assert receipt.source_sha256 == source.sha256
    assert pictures_in(counter.site, source) == [page.content for page in pages]
    found = judged(counter.site, source)
    assert [number for number, _ in found] == [1, 2, 3]
    assert [dpi for _, dpi in found] == pytest.approx([300, 200, 300], rel=0.005)


def test_lossless_pages_stay_lossless(counter: Counter, key: SealingKey) -> None:
    scan, page = new_id(), drawn("PNG", form="PNG")
    _, source = counter.taken(bound(sealed_pages(scan, [page], key)), scan)
    with pikepdf.open(io.BytesIO(counter.site.office.vault.read(source.object_key))) as pdf:
        (image,) = pdf.pages[0].get_images().values()
        shown = pikepdf.PdfImage(image).as_pil_image()
        assert shown.tobytes() == Image.open(io.BytesIO(page.content)).tobytes()
    assert judged(counter.site, source)[0][1] == pytest.approx(300, rel=0.005)


def test_the_same_pages_sealed_again_are_the_same_paper(counter: Counter, key: SealingKey) -> None:
    pages = [drawn("hai lần"), drawn("hai lần")]
    first, second = new_id(), new_id()
    one, source = counter.taken(bound(sealed_pages(first, pages, key)), first)
    other, again = counter.taken(bound(sealed_pages(second, pages, key)), second)
    assert (again.id, other.document, other.source_sha256) == (source.id, one.document, one.source_sha256)
    assert other.sha256 != one.sha256, "sealed anew: other bytes"


def test_in_one_request_it_is_the_same(counter: Counter, key: SealingKey) -> None:
    scan, page = new_id(), drawn("một yêu cầu")
    sealed = bound(sealed_pages(scan, [page], key))
    answer = counter.http.post(
        "/api/v1/submissions",
        params={"id": scan, "filename": "scan.sealed", "presented_as": "ban_chinh"},
        content=sealed,
    )
    assert answer.status_code == 201, answer.text
    receipt = counter.receipt(answer.headers["ecopy-receipt"], upload=scan, sha256=sha256(sealed))
    assert receipt.source_sha256 == sha256(page.content)


def test_a_receipt_of_a_plain_file_says_nothing_of_sealing(counter: Counter) -> None:
    page = drawn("không niêm phong").content
    address = counter.begin(page, filename="a.jpg")
    receipt = counter.send(address, page, 0).headers["ecopy-receipt"]
    payload = receipt.split(".")[1]
    assert b"source_sha256" not in base64.urlsafe_b64decode(payload + "==")


def test_what_is_known_of_the_scanning_comes_along(counter: Counter, key: SealingKey) -> None:
    scan, pages = new_id(), [drawn("đếm"), drawn("đếm")]
    said = '{"paper": {"pages": 3}}'
    _, source = counter.taken(bound(sealed_pages(scan, pages, key)), scan, scan=said)
    judged(counter.site, source)
    counted = counted_paper(counter.site.office, source, ())
    assert counted is not None
    assert (counted.images, counted.differs) == (2, True)


def test_pages_may_be_sealed_to_keys_of_before(counter: Counter, house: Served, clock: FixedClock) -> None:
    """What was under way when the installation's key changed still opens, also in the middle of a scan."""
    scan, pages = new_id(), [drawn("khóa cũ"), drawn("khóa mới")]
    older = current_sealing_key(house.office)
    clock.move(timedelta(seconds=1))
    newer = made_key(house.office)
    assert current_sealing_key(house.office) == newer
    words, first, _ = sealed_pages(scan, pages, older)
    sealed = bound([words, first, sealed_page(scan, 2, pages[1], newer)])
    _, source = counter.taken(sealed, scan)
    assert pictures_in(house, source) == [page.content for page in pages]


def damaged(frames: list[bytes], number: int, at: int) -> list[bytes]:
    frame = bytearray(frames[number])
    frame[at] ^= 1
    return [*frames[:number], bytes(frame), *frames[number + 1 :]]


@pytest.mark.parametrize("at", [-1, -500, 25, 60])
def test_a_page_with_one_bit_turned_is_refused(counter: Counter, key: SealingKey, at: int) -> None:
    scan = new_id()
    assert counter.refused(bound(damaged(sealed_pages(scan, [drawn(), drawn()], key), 2, at)), scan)


def test_a_page_of_another_scan_is_refused(counter: Counter, key: SealingKey) -> None:
    scan, other = new_id(), new_id()
    words, first, second = sealed_pages(scan, [drawn(), drawn()], key)
    stranger = sealed_page(other, 2, drawn(), key)
    assert counter.refused(bound([words, first, stranger]), scan)
    assert counter.refused(bound([words, first, second, stranger]), scan)


def test_another_scan_under_this_ones_id_is_refused(counter: Counter, key: SealingKey) -> None:
    whole = bound(sealed_pages(new_id(), [drawn()], key))
    assert counter.refused(whole, new_id())


def test_pages_in_another_order_missing_or_twice_are_refused(counter: Counter, key: SealingKey) -> None:
    scan = new_id()
    words, first, second = sealed_pages(scan, [drawn(), drawn()], key)
    for frames in (
        [words, second, first],
        [words, first],
        [words],
        [],
        [first, second],
        [words, first, first],
        [words, first, second, second],
    ):
        assert counter.refused(bound(frames), scan)


def test_what_is_sealed_to_another_key_is_refused(counter: Counter, key: SealingKey) -> None:
    scan, page = new_id(), drawn()
    theirs = sealing_key(X25519PrivateKey.generate().public_key())
    assert counter.refused(bound(sealed_pages(scan, [page], theirs)), scan)
    words, _ = sealed_pages(scan, [page], key)
    assert counter.refused(bound([words, sealed_page(scan, 1, page, theirs)]), scan)


def test_a_scan_cut_short_or_with_more_behind_it_is_refused(counter: Counter, key: SealingKey) -> None:
    scan = new_id()
    whole = bound(sealed_pages(scan, [drawn()], key))
    for sealed in (whole[:-1], whole[:40], whole + b"\0", whole + whole[20:]):
        assert counter.refused(sealed, scan)


@pytest.mark.parametrize(
    "page",
    [
        Picture(b"%PDF-1.7\n", "image/jpeg"),
        Picture(drawn(form="PNG").content, "image/jpeg"),
        Picture(drawn().content, "image/png"),
        Picture(b"MZ" + bytes(2000), "image/jpeg"),
    ],
    ids=["pdf", "png as jpeg", "jpeg as png", "program"],
)
def test_what_is_no_picture_of_its_kind_is_refused(counter: Counter, key: SealingKey, page: Picture) -> None:
    scan = new_id()
    assert counter.refused(bound(sealed_pages(scan, [page], key)), scan)


def test_pictures_that_can_not_be_bound_are_refused(counter: Counter, key: SealingKey) -> None:
    scan, page = new_id(), drawn()
    huge = bytearray(drawn(form="PNG").content)
    huge[16:24] = (60_000).to_bytes(4) * 2
    for bad in (Picture(page.content[:30]), Picture(bytes(huge), "image/png")):
        assert counter.refused(bound(sealed_pages(scan, [page, bad], key)), scan)


def test_refused_it_may_come_again_under_the_same_id(counter: Counter, key: SealingKey) -> None:
    scan, page = new_id(), drawn("lại")
    frames = sealed_pages(scan, [page], key)
    assert counter.refused(bound(damaged(frames, 1, -1)), scan)
    _, source = counter.taken(bound(frames), scan)
    assert source.sha256 == sha256(page.content)


def test_a_home_without_the_key_does_not_blame_the_page(counter: Counter, house: Served) -> None:
    """Sealed by another home over the same register: a fault to be mended here; the upload waits."""
    scan = new_id()
    private = X25519PrivateKey.generate()
    public = sealing_key(private.public_key())
    with house.office.register.transaction(actor="test", purpose="maintenance:test") as tx:
        tx.connection.execute(
            t.sealing_keys.insert().values(
                kid=public.kid,
                jwk=public.model_dump_json(),
                sealed="seal1.000000000000.AAAA",
                created_at="2020-01-01T00:00:00+07:00",
            )
        )
    status, code = counter.sent(bound(sealed_pages(scan, [drawn()], public)), scan)
    assert (status, code) == (503, "SEAL_BROKEN")
    assert counter.http.get(f"/api/v1/uploads/{scan}").json()["state"] == "open"
    with pytest.raises(SealBroken):
        private_keys(house.office)(public.kid)
    assert current_sealing_key(house.office) != public


def test_a_disk_without_room_to_open_it_says_so_and_the_upload_waits(
    counter: Counter, key: SealingKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan, page = new_id(), drawn("đĩa đầy")
    sealed = bound(sealed_pages(scan, [page], key))
    address = counter.begin(sealed, id=scan)
    with monkeypatch.context() as faulty:
        faulty.setattr("pipeline.kiosks.unsealing.ROOM_FOR_WORK", 1 << 60)
        full = counter.send(address, sealed, 0)
        assert full.json()["code"] == "STORAGE_STORE_FULL"
    done = counter.http.head(address, headers={"Tus-Resumable": "1.0.0"})
    counter.receipt(done.headers["ecopy-receipt"], upload=scan, sha256=sha256(sealed))


def test_the_private_half_lies_nowhere_in_the_clear(house: Served, key: SealingKey) -> None:
    private = private_keys(house.office)(key.kid).private_bytes_raw()
    with house.office.register.reading() as connection:
        (sealed,) = connection.scalars(
            sa.select(t.sealing_keys.c.sealed).where(t.sealing_keys.c.kid == key.kid)
        )
    assert sealed.startswith("seal1.")
    for path in Path(house.office.settings.home).rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert private not in content
            assert private.hex().encode() not in content
