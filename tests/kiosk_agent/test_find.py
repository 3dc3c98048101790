"""Scanners by their addresses, waiting for paper, what killed programs leave behind, and the names of Windows' faults."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from kiosk_agent.scanners import windows
from kiosk_agent.scanners.camera import CameraScanner
from kiosk_agent.scanners.escl import EsclScanner
from kiosk_agent.scanners.find import list_scanners, open_scanner, pages_when_paper
from kiosk_agent.scanners.folder import FolderScanner
from kiosk_agent.scanners.memory import passing_folder, sweep
from kiosk_agent.scanners.sane import SaneScanner
from kiosk_agent.scanners.windows import WindowsScanner
from models.errors import (
    BadScannerAddress,
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
from models.scanners import ScanOrder
from tests.servers.escl import scanner

QUICK = ScanOrder(dpi=75, size_mm=(30, 30))


def picture(number: int) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (90, 120 + number), "white").save(target, "JPEG", dpi=(75, 75))
    return target.getvalue()


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("sane:test:0", SaneScanner),
        ("escl:http://10.0.0.8/eSCL", EsclScanner),
        ("escl:https://[fe80::1]:443/eSCL", EsclScanner),
        ("folder:/var/scan", FolderScanner),
        ("folder:/var/scan?after=delete", FolderScanner),
        ("camera:0", CameraScanner),
        ("camera:/film.avi", CameraScanner),
        ("windows:{6BDD1FC6-810F-11D0-BEC7-08002BE2092F}\\0001", WindowsScanner),
    ],
)
def test_an_address_says_what_kind_of_scanner_it_is(address: str, kind: type) -> None:
    assert type(open_scanner(address)) is kind


@pytest.mark.parametrize(
    "address",
    [
        "",
        "test:0",
        "sane:",
        "escl:10.0.0.8",
        "escl:file:///etc/passwd",
        "twain:x",
        "folder:/a?after=burn",
        "folder:/a?x=1",
    ],
)
def test_an_address_that_says_nothing_is_refused(address: str) -> None:
    with pytest.raises(BadScannerAddress):
        open_scanner(address)


def test_what_is_connected_is_listed_by_addresses_that_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dll.conf").write_text("test\n")
    monkeypatch.setenv("SANE_CONFIG_DIR", str(tmp_path))
    found = list_scanners()
    assert "sane:test:0" in found
    assert len(list(open_scanner("sane:test:0").pages(QUICK))) == 10


def test_paper_is_waited_for_and_then_scanned_to_its_end() -> None:
    slept = []
    with scanner([]) as (device, url):

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            if len(slept) == 3:
                device.feeder = [picture(n) for n in range(4)]

        pages = list(pages_when_paper(EsclScanner(url), QUICK, poll=0.5, sleep=sleep))
    assert [page.content for page in pages] == [picture(n) for n in range(4)]
    assert slept == [0.5] * 3


def test_waiting_ends_by_the_clock_by_the_clerk_and_never_with_another_fault() -> None:
    with scanner([picture(0)]) as (device, url):
        device.feeder = []
        hours = iter(range(100))
        with pytest.raises(FeederEmpty):
            list(
                pages_when_paper(
                    EsclScanner(url), QUICK, wait=5, clock=lambda: next(hours), sleep=lambda s: None
                )
            )
        assert next(hours) == 6
        with pytest.raises(FeederEmpty):
            list(pages_when_paper(EsclScanner(url), QUICK, stopped=lambda: True))
        device.fault = "Jam"
        with pytest.raises(PaperJam):
            list(pages_when_paper(EsclScanner(url), QUICK))
        glass = QUICK.model_copy(update={"feed": "flatbed"})
        device.fault = None
        assert len(list(pages_when_paper(EsclScanner(url), glass))) == 1


def test_what_a_killed_program_left_in_memory_is_removed_and_what_is_in_use_stays(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path\n"
        "from kiosk_agent.scanners.memory import passing_folder\n"
        "with passing_folder(Path(sys.argv[1])) as folder:\n"
        "    (folder / '1.pnm').write_bytes(b'a page')\n"
        "    print(folder, flush=True); time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    left = Path(process.stdout.readline().strip())
    os.utime(left, (time.time() - 100,) * 2)
    assert sweep(tmp_path) == 0, "it is in use"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "ecopy-scan-link").symlink_to(outside)
    with passing_folder(tmp_path) as mine:
        os.utime(mine, (time.time() - 100,) * 2)
        assert left.is_dir()
        assert sweep(tmp_path) == 1
        assert mine.is_dir()
    assert not left.exists()
    assert outside.is_dir()
    fresh = tmp_path / "ecopy-scan-fresh"
    fresh.mkdir()
    assert sweep(tmp_path) == 0, "its owner may be about to lock it"
    assert sweep(tmp_path / "nowhere") == 0


class ComFault(Exception):
    """As `comtypes.COMError` tells it: the call's own code, and the object's behind four words."""

    def __init__(self, code: int) -> None:
        self.hresult = -2147352567
        self.details = (None, None, None, 0, code - (1 << 32))


@dataclass
class Properties:
    values: dict[str, Any]

    def Exists(self, name: str) -> bool:  # noqa: N802
        return name in self.values

    def Item(self, name: str) -> Any:  # noqa: N802
        return _Property(self.values, name)


class _Property:
    SubTypeMax = 2550

    def __init__(self, values: dict[str, Any], name: str) -> None:
        self.__dict__.update(values=values, name=name)

    @property
    def Value(self) -> Any:  # noqa: N802
        return self.values[self.name]

    def __setattr__(self, name: str, value: Any) -> None:
        self.values[self.name] = value


@dataclass
class Wia:
    """What Windows gives of one scanner: sheets, and after them the fault that ends the scan."""

    sheets: int
    code: int
    settings: dict[str, Any] = field(
        default_factory=lambda: {"3086": 7, "3088": 0, "3096": 0, "Name": "Máy quét"}
    )
    item: dict[str, Any] = field(default_factory=dict)

    @property
    def DeviceInfos(self) -> Any:  # noqa: N802
        info = SimpleNamespace(DeviceID="one", Type=1, Connect=lambda: self.device())
        return SimpleNamespace(Count=1, Item=lambda number: info)

    def device(self) -> Any:
        item = SimpleNamespace(Properties=Properties(self.item), Transfer=self.transfer)
        return SimpleNamespace(
            Properties=Properties(self.settings), Items=SimpleNamespace(Item=lambda number: item)
        )

    def transfer(self, form: str) -> Any:
        if not self.sheets:
            raise ComFault(self.code)
        self.sheets -= 1
        target = io.BytesIO()
        Image.new("RGB", (40, 50), (200, 10, 10)).save(target, "BMP")
        return SimpleNamespace(FileData=SimpleNamespace(BinaryData=tuple(target.getvalue())))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (0x80210002, PaperJam),
        (0x80210006, ScannerBusy),
        (0x8021000A, ScannerGone),
        (0x80210016, CoverOpen),
        (0x80210020, DoubleFeed),
        (0x80070005, ScannerDenied),
        (0x80210001, ScannerFault),
    ],
)
def test_a_fault_under_windows_has_its_name_and_the_sheets_before_it_are_whole(
    code: int, kind: type[ScannerFault]
) -> None:
    wia = Wia(sheets=2, code=code)
    got = []
    with pytest.raises(ScannerFault) as told:
        got.extend(WindowsScanner("one", manager=lambda: wia).pages(ScanOrder(sides="both")))
    assert type(told.value) is kind
    assert len(got) == 2
    with Image.open(io.BytesIO(got[0].content)) as image:
        assert (image.size, image.getpixel((5, 5))) == ((40, 50), (200, 10, 10))
    assert (wia.settings["3088"], wia.item["6147"], wia.item["6151"]) == (5, 300, 2480)


def test_an_empty_feeder_under_windows_is_the_end_or_nothing_at_all() -> None:
    wia = Wia(sheets=2, code=0x80210003)
    one = WindowsScanner("one", manager=lambda: wia)
    assert one.facts.duplex
    assert len(list(one.pages(ScanOrder()))) == 2
    with pytest.raises(FeederEmpty):
        list(one.pages(ScanOrder()))
    wia.sheets = 2
    assert len(list(one.pages(ScanOrder(feed="flatbed")))) == 1


def test_under_windows_a_wish_it_has_not_is_refused_and_a_defect_of_ours_is_not_hidden() -> None:
    wia = Wia(sheets=1, code=0x80210003)
    wia.settings["3086"] = 2
    with pytest.raises(ScannerSetting):
        next(WindowsScanner("one", manager=lambda: wia).pages(ScanOrder()))
    with pytest.raises(ScannerNotFound):
        next(WindowsScanner("another", manager=lambda: wia).pages(ScanOrder()))
    wia.settings["3086"] = 7
    wia.transfer = lambda form: {}["missing"]  # type: ignore[method-assign]
    with pytest.raises(KeyError):
        next(WindowsScanner("one", manager=lambda: wia).pages(ScanOrder()))


def test_where_there_is_no_windows_there_are_no_scanners_of_it() -> None:
    assert windows.find() == []
    assert windows.find(lambda: Wia(0, 0)) == ["one"]
    with pytest.raises(ScannerNotFound):
        assert WindowsScanner("one").facts
