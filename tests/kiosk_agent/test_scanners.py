"""Scanners of every kind behind one protocol: pages come one by one and whole, what goes wrong has its name, and scanning
goes on where it stopped. SANE's own test device with its faults, and a driverless device over real HTTP."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from kiosk_agent.scanners.escl import EsclScanner
from kiosk_agent.scanners.sane import SaneScanner, find
from models.errors import (
    CoverOpen,
    DoubleFeed,
    FeederEmpty,
    PaperJam,
    ScannerBusy,
    ScannerDenied,
    ScannerFault,
    ScannerGone,
    ScannerNotFound,
    ScannerSetting,
)
from models.ports import Scanner
from models.scanners import ScannedPage, ScanOrder
from tests.servers.escl import Device, scanner

QUICK = ScanOrder(dpi=75, feed="feeder", size_mm=(50, 50))
GLASS = QUICK.model_copy(update={"feed": "flatbed"})


def picture(number: int) -> bytes:
    image = Image.new("RGB", (413, 585), "white")
    ImageDraw.Draw(image).text((60, 60), f"trang {number}", fill="black", font_size=40)
    target = io.BytesIO()
    image.save(target, "JPEG", quality=90, dpi=(75, 75))
    return target.getvalue()


PICTURES = [picture(number) for number in range(10)]


@pytest.fixture
def device() -> Iterator[tuple[Device, str]]:
    with scanner(PICTURES) as made:
        yield made


@pytest.fixture(params=["sane", "escl"])
def one(request: pytest.FixtureRequest) -> Iterator[Scanner]:
    """A scanner with ten sheets in its feeder and one on its glass."""
    if request.param == "sane":
        yield SaneScanner("test:0")
        return
    with scanner(PICTURES) as (_, url):
        yield EsclScanner(url)


def size(content: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        return image.size


def test_the_feeder_gives_all_its_sheets_and_the_glass_one(one: Scanner) -> None:
    assert {"feeder", "flatbed"} <= set(one.facts.feeds)
    assert one.facts.device.driver
    fed = list(one.pages(QUICK))
    assert len(fed) == 10
    assert all(size(page.content) > (100, 100) and page.dpi == 75 for page in fed)
    assert len(list(one.pages(GLASS))) == 1


def test_what_nobody_asks_for_is_not_pulled(device: tuple[Device, str]) -> None:
    held, url = device
    pages = EsclScanner(url).pages(QUICK)
    assert next(pages).content == PICTURES[0]
    pages.close()  # type: ignore[attr-defined]
    assert len(held.feeder) == 9
    assert held.jobs == {}
    assert [page.content for page in EsclScanner(url).pages(QUICK)] == PICTURES[1:]


def test_a_profile_that_it_cannot_do_is_refused_before_anything_is_pulled(one: Scanner) -> None:
    for wrong in (
        {"colour": "bilevel"},
        {"dpi": 1200} if isinstance(one, EsclScanner) else {"sides": "both"},
    ):
        with pytest.raises(ScannerSetting):
            next(one.pages(QUICK.model_copy(update=wrong)))
    assert len(list(one.pages(QUICK))) == 10


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("JAMMED", PaperJam),
        ("NO_DOCS", FeederEmpty),
        ("COVER_OPEN", CoverOpen),
        ("DEVICE_BUSY", ScannerBusy),
        ("IO_ERROR", ScannerGone),
        ("ACCESS_DENIED", ScannerDenied),
        ("NO_MEM", ScannerFault),
    ],
)
def test_what_sane_says_has_its_name_and_half_a_page_is_none(status: str, kind: type[ScannerFault]) -> None:
    before = set(Path("/dev/shm").glob("ecopy-scan-*"))
    broken = SaneScanner("test:0", extra=[f"--read-return-value=SANE_STATUS_{status}"])
    with pytest.raises(ScannerFault) as told:
        list(broken.pages(QUICK))
    assert type(told.value) is kind
    assert set(Path("/dev/shm").glob("ecopy-scan-*")) <= before


def test_a_scanner_that_is_not_there_or_hangs_up_is_told() -> None:
    with pytest.raises(ScannerNotFound):
        list(SaneScanner("epson2:nowhere").pages(QUICK))
    with pytest.raises(ScannerNotFound):
        list(SaneScanner("test:0", program="scanimage-that-is-not-there").pages(QUICK))
    with pytest.raises(ScannerNotFound):
        list(EsclScanner("http://127.0.0.1:9/eSCL").pages(QUICK))


def test_a_driver_that_crashes_takes_one_scan_along_and_no_page(tmp_path: Path) -> None:
    real = shutil.which("scanimage")
    wrapper = tmp_path / "scanimage"
    wrapper.write_text(  # ends as by a driver's bug when the third sheet is asked for
        f'#!/bin/sh\ncase "$*" in *-A*) exec {real} "$@";; esac\nsed -u 2q | {real} "$@"; kill -SEGV $$\n'
    )
    wrapper.chmod(0o755)
    got: list[ScannedPage] = []
    with pytest.raises(ScannerGone):
        got.extend(SaneScanner("test:0", program=str(wrapper)).pages(QUICK))
    assert [size(page.content) for page in got] == [size(got[0].content)] * 2


def test_sane_finds_what_its_settings_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dll.conf").write_text("test\n")
    (tmp_path / "test.conf").write_text("number_of_devices 2\n")
    monkeypatch.setenv("SANE_CONFIG_DIR", str(tmp_path))
    assert find() == ["test:0", "test:1"]
    assert find("no-such-program") == []


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("Jam", PaperJam),
        ("Mispick", PaperJam),
        ("MultipickDetected", DoubleFeed),
        ("HatchOpen", CoverOpen),
        ("reset", ScannerGone),
        ("lost", ScannerGone),
    ],
)
def test_a_jam_at_the_seventh_page_goes_on_at_the_seventh(
    fault: str, kind: type[ScannerFault], device: tuple[Device, str]
) -> None:
    held, url = device
    held.fault_at[6] = fault
    got: list[bytes] = []
    with pytest.raises(ScannerFault) as told:
        got.extend(page.content for page in EsclScanner(url).pages(QUICK))
    assert (type(told.value), got) == (kind, PICTURES[:6])
    if held.fault:
        with pytest.raises(kind):  # nobody has mended it yet
            next(EsclScanner(url).pages(QUICK))
    held.fault = None
    got += [page.content for page in EsclScanner(url).pages(QUICK)]
    assert got == PICTURES


def test_an_empty_feeder_is_told_before_the_glass_is_scanned_instead(device: tuple[Device, str]) -> None:
    held, url = device
    held.feeder = []
    with pytest.raises(FeederEmpty):
        list(EsclScanner(url).pages(QUICK))
    assert held.orders == []


def test_a_device_that_needs_time_is_waited_for_and_its_order_is_as_asked(device: tuple[Device, str]) -> None:
    held, url = device
    held.busy = 3
    order = ScanOrder(dpi=300, colour="grey", sides="both")
    assert len(list(EsclScanner(url).pages(order))) == 10
    (told,) = held.orders
    asked = {
        name: told[name] for name in ("InputSource", "Duplex", "ColorMode", "XResolution", "Width", "Height")
    }
    assert asked == {
        "InputSource": "Feeder",
        "Duplex": "true",
        "ColorMode": "Grayscale8",
        "XResolution": "300",
        "Width": "2480",
        "Height": "3508",
    }


def test_a_device_that_is_locked_says_so(device: tuple[Device, str]) -> None:
    held, url = device
    held.password = True
    with pytest.raises(ScannerDenied):
        assert EsclScanner(url).facts


def test_the_same_service_is_spoken_to_as_another_implementation_does(
    device: tuple[Device, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`sane-airscan` finds the tests' own device sound too: it is not only we who understand it."""
    held, url = device
    held.calls_itself = url.removesuffix("/eSCL")
    (tmp_path / "dll.conf").write_text("airscan\n")
    (tmp_path / "airscan.conf").write_text(f'[devices]\n"Mock" = {url}\n[options]\ndiscovery = disable\n')
    monkeypatch.setenv("SANE_CONFIG_DIR", str(tmp_path))
    said = subprocess.run(["scanimage", "-f", "%d%n"], capture_output=True, text=True, check=False)
    address = said.stdout.strip()
    assert address.startswith("airscan:e0:")
    pages = list(SaneScanner(address).pages(ScanOrder(dpi=150, feed="feeder")))
    assert len(pages) == 10
