"""A folder as a scanner: whole files only, nothing lost and nothing twice, nothing strange opened."""

from __future__ import annotations

import io
import os
from contextlib import suppress
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from kiosk_agent.scanners.find import open_scanner
from kiosk_agent.scanners.folder import FolderScanner
from models.errors import (
    FeederEmpty,
    ScannedFileRefused,
    ScannerDenied,
    ScannerGone,
    ScannerNotFound,
)
from models.scanners import ScannedPage, ScanOrder
from tests.imaging.sheets import shot
from tests.kiosk_agent.pages import jpeg

ORDER = ScanOrder(dpi=240)


class Hours:
    """A clock that goes on when somebody sleeps; a writer may be at work meanwhile."""

    def __init__(self) -> None:
        self.now = 0.0
        self.writes: list[tuple[Path, bytes]] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.writes:
            path, more = self.writes.pop(0)
            with path.open("ab") as file:
                file.write(more)


@pytest.fixture
def hours() -> Hours:
    return Hours()


@pytest.fixture
def scanner(tmp_path: Path, hours: Hours) -> FolderScanner:
    return FolderScanner(tmp_path, clock=hours.clock, sleep=hours.sleep)


def picture(number: int) -> bytes:
    return jpeg(np.full((300 + number, 280, 3), 40 * number % 256, np.uint8), dpi=300)


def put(folder: Path, name: str, content: bytes, *, age: float) -> Path:
    path = folder / name
    path.write_bytes(content)
    os.utime(path, ns=(int(1e18 - age * 1e9),) * 2)
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def test_pictures_come_in_the_order_they_were_made_and_go_when_the_next_is_asked_for(
    tmp_path: Path, scanner: FolderScanner
) -> None:
    put(tmp_path, "b.jpg", picture(1), age=20)
    put(tmp_path, "a.JPEG", picture(2), age=10)
    put(tmp_path, "ghi chú.txt", b"nothing of ours", age=30)
    pages = scanner.pages(ORDER)
    assert next(pages) == ScannedPage(picture(1), "image/jpeg", 300)
    assert names(tmp_path) == ["a.JPEG", "b.jpg", "ghi chú.txt"]
    assert next(pages).content == picture(2)
    assert names(tmp_path) == ["a.JPEG", "done/b.jpg", "ghi chú.txt"]
    assert list(pages) == []
    assert names(tmp_path) == ["done/a.JPEG", "done/b.jpg", "ghi chú.txt"]
    with pytest.raises(FeederEmpty):
        next(scanner.pages(ORDER))


def test_a_page_nobody_went_on_from_comes_again(tmp_path: Path, scanner: FolderScanner) -> None:
    put(tmp_path, "a.jpg", picture(1), age=10)
    pages = scanner.pages(ORDER)
    next(pages)
    pages.close()  # type: ignore[attr-defined]
    assert [page.content for page in scanner.pages(ORDER)] == [picture(1)]
    assert names(tmp_path) == ["done/a.jpg"]


def test_a_file_that_is_being_written_is_waited_for(
    tmp_path: Path, hours: Hours, scanner: FolderScanner
) -> None:
    whole = picture(1)
    path = put(tmp_path, "a.jpg", whole[:200], age=0)
    hours.writes = [(path, whole[200:300]), (path, whole[300:])]
    assert [page.content for page in scanner.pages(ORDER)] == [whole]


def test_a_writer_that_paused_is_given_time_and_one_that_never_ends_is_told(
    tmp_path: Path, hours: Hours, scanner: FolderScanner
) -> None:
    whole = picture(1)
    path = put(tmp_path, "a.jpg", whole[:-40], age=0)
    hours.writes = [(path, b"")] * 4 + [(path, whole[-40:])]
    assert [page.content for page in scanner.pages(ORDER)] == [whole]
    put(tmp_path, "cut.jpg", whole[:-40], age=0)
    with pytest.raises(ScannedFileRefused) as told:
        next(scanner.pages(ORDER))
    assert told.value.details["file"] == "cut.jpg"
    assert names(tmp_path) == ["done/a.jpg", "rejected/cut.jpg"]
    endless = put(tmp_path, "long.jpg", b"\xff\xd8\xff", age=0)
    hours.writes = [(endless, b"x")] * 1000
    with pytest.raises(ScannerGone):
        next(scanner.pages(ORDER))


def test_temporary_names_and_empty_files_are_left_alone_at_first(
    tmp_path: Path, hours: Hours, scanner: FolderScanner
) -> None:
    put(tmp_path, "a.jpg.part", picture(1), age=0)
    put(tmp_path, "b.jpg", b"", age=0)
    with pytest.raises(FeederEmpty):
        next(scanner.pages(ORDER))
    hours.now += 61
    with pytest.raises(ScannedFileRefused):
        next(scanner.pages(ORDER))
    assert names(tmp_path) == ["a.jpg.part", "rejected/b.jpg"]


def test_a_tiff_gives_its_pages_one_by_one_and_goes_on_where_it_stopped(
    tmp_path: Path, scanner: FolderScanner
) -> None:
    shades = [Image.fromarray(np.full((300, 200), 60 * n, np.uint8)) for n in range(1, 4)]
    target = io.BytesIO()
    shades[0].save(target, "TIFF", save_all=True, append_images=shades[1:], dpi=(200, 200))
    put(tmp_path, "a.tif", target.getvalue(), age=10)
    pages = scanner.pages(ORDER)
    first = next(pages)
    assert (first.media_type, first.dpi) == ("image/x-portable-anymap", 200)
    second = next(pages)
    pages.close()  # type: ignore[attr-defined]
    rest = list(scanner.pages(ORDER))
    values = [np.asarray(Image.open(io.BytesIO(page.content)))[0, 0] for page in (first, *rest)]
    assert values == [60, 120, 180], "the second was not kept for certain: it comes again"
    assert rest[0].content == second.content
    assert names(tmp_path) == ["done/a.tif"]


def test_other_formats_and_what_they_say_of_their_resolution(tmp_path: Path, scanner: FolderScanner) -> None:
    grey = Image.fromarray(np.full((300, 200), 200, np.uint8))
    target = io.BytesIO()
    grey.save(target, "PNG")
    put(tmp_path, "a.png", target.getvalue(), age=20)
    heic = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 96), "white")).save(heic)
    put(tmp_path, "b.heic", heic.getvalue(), age=10)
    one, other = scanner.pages(ORDER)
    assert one == ScannedPage(target.getvalue(), "image/png", 240)
    assert other.media_type == "image/x-portable-anymap"
    with Image.open(io.BytesIO(other.content)) as image:
        assert image.size == (64, 96)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.pdf", b"%PDF-1.7\n", "PDF"),
        ("scan.jpg", b"%PDF-1.7\n", "PDF"),
        ("a.jpg", b"MZ\x90 a program", "INPUT_NOT_A_DOCUMENT"),
        ("a.tif", b"II*\0\xff\xff\xff\x7f", "INPUT_TRUNCATED"),
    ],
)
def test_what_is_no_picture_goes_aside_and_the_others_go_on(
    name: str, content: bytes, reason: str, tmp_path: Path, scanner: FolderScanner
) -> None:
    put(tmp_path, name, content, age=20)
    put(tmp_path, "good.jpg", picture(1), age=1)
    with pytest.raises(ScannedFileRefused) as told:
        list(scanner.pages(ORDER))
    assert told.value.details["reason"] == reason
    with suppress(FeederEmpty):  # where the good one came first
        list(scanner.pages(ORDER))
    assert names(tmp_path) == sorted(["done/good.jpg", f"rejected/{name}"])


def test_links_and_special_files_are_never_followed(tmp_path: Path, scanner: FolderScanner) -> None:
    secret = tmp_path / "elsewhere" / "secret.jpg"
    secret.parent.mkdir()
    secret.write_bytes(picture(1))
    (tmp_path / "link.jpg").symlink_to(secret)
    (tmp_path / "hard.jpg").hardlink_to(secret)
    os.mkfifo(tmp_path / "pipe.jpg")
    for _ in range(3):
        with pytest.raises(ScannedFileRefused):
            next(scanner.pages(ORDER))
    with pytest.raises(FeederEmpty):
        next(scanner.pages(ORDER))
    assert secret.read_bytes() == picture(1)
    assert names(tmp_path) == [
        "elsewhere/secret.jpg",
        "rejected/hard.jpg",
        "rejected/link.jpg",
        "rejected/pipe.jpg",
    ]


def test_names_are_never_written_over(tmp_path: Path, scanner: FolderScanner) -> None:
    for number in (1, 2, 3):
        put(tmp_path, "scan.jpg", picture(number), age=10)
        assert [page.content for page in scanner.pages(ORDER)] == [picture(number)]
    assert names(tmp_path) == ["done/scan-2.jpg", "done/scan-3.jpg", "done/scan.jpg"]
    assert (tmp_path / "done/scan.jpg").read_bytes() == picture(1)


def test_the_folder_may_be_left_empty(tmp_path: Path) -> None:
    put(tmp_path, "a.jpg", picture(1), age=10)
    scanner = open_scanner(f"folder:{tmp_path}?after=delete")
    assert len(list(scanner.pages(ORDER))) == 1
    assert names(tmp_path) == []


def test_the_glass_is_one_page(tmp_path: Path, scanner: FolderScanner) -> None:
    put(tmp_path, "a.jpg", picture(1), age=20)
    put(tmp_path, "b.jpg", picture(2), age=10)
    glass = ORDER.model_copy(update={"feed": "flatbed"})
    assert [page.content for page in scanner.pages(glass)] == [picture(1)]
    assert names(tmp_path) == ["b.jpg", "done/a.jpg"]
    assert [page.content for page in scanner.pages(glass)] == [picture(2)]


@pytest.fixture
def read_only(tmp_path: Path) -> Path:
    put(tmp_path, "a.jpg", picture(1), age=10)
    (tmp_path / "done").write_bytes(b"a file where our folder should be")
    return tmp_path


def test_what_can_not_be_moved_is_told_and_not_taken_twice(read_only: Path, hours: Hours) -> None:
    scanner = FolderScanner(read_only, clock=hours.clock, sleep=hours.sleep)
    pages = scanner.pages(ORDER)
    assert next(pages).content == picture(1)
    with pytest.raises(ScannerDenied):
        next(pages)
    with pytest.raises(FeederEmpty):
        next(scanner.pages(ORDER))
    put(read_only, "b.jpg", picture(2), age=1)
    assert next(scanner.pages(ORDER)).content == picture(2)


def test_a_folder_that_is_away_is_told(tmp_path: Path) -> None:
    away = FolderScanner(tmp_path / "away")
    with pytest.raises(ScannerNotFound):
        assert away.facts
    with pytest.raises(ScannerNotFound):
        next(away.pages(ORDER))


def test_photographs_are_cut_to_their_sheets_and_kept_beside_them(
    tmp_path: Path, scanner: FolderScanner
) -> None:
    photo = jpeg(shot(3, photo_px=(600, 800), share=0.8).photo, dpi=72)
    nothing = jpeg(shot(9, photo_px=(600, 800), table="white").photo, dpi=72)
    put(tmp_path, "a.jpg", photo, age=20)
    put(tmp_path, "b.jpg", nothing, age=10)
    sheet, whole = scanner.pages(ScanOrder(feed="camera"))
    assert (sheet.media_type, sheet.photo, sheet.told) == ("image/x-portable-anymap", photo, ())
    with Image.open(io.BytesIO(sheet.content)) as image:
        assert image.height / image.width == pytest.approx(297 / 210, rel=0.01)
        assert sheet.dpi == pytest.approx(image.height / 297 * 25.4, abs=1)
    assert (whole.content, whole.media_type, whole.told) == (nothing, "image/jpeg", ("edge_not_found",))
    assert names(tmp_path) == ["done/a.jpg", "done/b.jpg"]
