"""Scanners under Windows, by Windows Image Acquisition and the package `comtypes` (MIT), which is installed there only.

**Not tried on a scanner by its authors**: the tests have no Windows; what is tested is which fault gets which name. A scanner
that speaks eSCL is better opened as `escl:http://…`, which is tested, also under Windows.

WIA gives a sheet when it is asked for it (`Transfer`), as `models.ports.Scanner` wants; the package `scanlib` (MIT) takes the
whole feeder first, and a jam after the first sheet for the end of the paper, so it is not what this is built on.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Generator, Sequence
from functools import cached_property
from importlib import import_module
from typing import Any, Final

from PIL import BmpImagePlugin

from imaging.decoding import damage_refused, plain_pixels, within_budget
from kiosk_agent.encoding import MOST_PIXELS, portable
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
from models.scanners import Colour, ScannedPage, ScannerFacts, ScanOrder
from models.scans import Feed, ScanDevice

_SCANNER = 1
_BMP = "{B96B3CAB-0728-11D3-9D7B-0000F81EF32E}"
"""What every driver has to give; it is raw pixels, encoded here by the signed profile."""
_CAPABILITIES, _SELECT, _PAGES = "3086", "3088", "3096"
_INTENT, _DPI_X, _DPI_Y, _LEFT, _TOP, _WIDTH, _HEIGHT = (
    "6146",
    "6147",
    "6148",
    "6149",
    "6150",
    "6151",
    "6152",
)
_FEEDER, _FLATBED, _DUPLEX = 1, 2, 4
_INTENTS: Final[dict[Colour, int]] = {"rgb": 1, "grey": 2, "bilevel": 4}
_FAULTS: Final[dict[int, type[ScannerFault]]] = {
    0x80210002: PaperJam,
    0x80210003: FeederEmpty,
    0x80210004: PaperJam,
    0x80210005: ScannerGone,
    0x80210006: ScannerBusy,
    0x80210009: ScannerGone,
    0x8021000A: ScannerGone,
    0x8021000D: ScannerBusy,
    0x80210015: ScannerNotFound,
    0x80210016: CoverOpen,
    0x80210020: DoubleFeed,
    0x80070005: ScannerDenied,
}
"""By HRESULT (wiadef.h; 0x80070005 is E_ACCESSDENIED)."""


class WindowsScanner:
    """A scanner by the id that WIA gives it. One caller at a time, from one thread."""

    def __init__(self, identifier: str, *, manager: Callable[[], Any] | None = None) -> None:
        self._identifier = identifier
        self._manager = manager or _device_manager

    @cached_property
    def facts(self) -> ScannerFacts:
        """Raises ScannerNotFound, ScannerDenied, ScannerFault."""
        device = self._connected()
        can = int(_read(device, _CAPABILITIES) or _FLATBED)
        feeds: list[Feed] = []
        feeds += ["flatbed"] if can & _FLATBED else []
        feeds += ["feeder"] if can & _FEEDER else []
        return ScannerFacts(
            address=f"windows:{self._identifier}",
            device=ScanDevice(
                model=_short(_read(device, "Name")),
                maker=_short(_read(device, "Manufacturer")),
                driver=_short(f"WIA {_read(device, 'Driver Version') or ''}"),
                identifier=_short(self._identifier),
            ),
            feeds=tuple(feeds),
            duplex=bool(can & _DUPLEX),
            colours=("bilevel", "grey", "rgb"),
        )

    def pages(self, order: ScanOrder) -> Generator[ScannedPage]:
        """Picture by picture, a sheet is pulled when its picture is asked for. Raises a ScannerFault."""
        facts = self.facts
        if order.feed not in facts.feeds:
            raise ScannerSetting(scanner=self._identifier, what=order.feed)
        if order.sides == "both" and order.feed == "feeder" and not facts.duplex:
            raise ScannerSetting(scanner=self._identifier, what="duplex")
        device = self._connected()
        item = self._set(device, order)
        given = 0
        while True:
            try:
                picture = item.Transfer(_BMP)
            except Exception as fault:
                kind = self._named(fault)
                if isinstance(kind, FeederEmpty) and given:
                    return
                raise kind from fault
            given += 1
            yield ScannedPage(self._pixels(picture), "image/x-portable-anymap", order.dpi)
            if order.feed == "flatbed":
                return

    def _set(self, device: Any, order: ScanOrder) -> Any:
        handling = (
            _FLATBED if order.feed == "flatbed" else _FEEDER | (_DUPLEX if order.sides == "both" else 0)
        )
        try:
            if _has(device, _SELECT):
                _write(device, _SELECT, handling)
            if order.feed == "feeder" and _has(device, _PAGES):
                _write(device, _PAGES, 1)
            item = device.Items.Item(1)
            for name, value in (
                (_INTENT, _INTENTS[order.colour]),
                (_DPI_X, order.dpi),
                (_DPI_Y, order.dpi),
                (_LEFT, 0),
                (_TOP, 0),
            ):
                _write(item, name, value)
            for name, millimetres in ((_WIDTH, order.size_mm[0]), (_HEIGHT, order.size_mm[1])):
                most = int(item.Properties.Item(name).SubTypeMax)
                _write(item, name, min(most, round(millimetres / 25.4 * order.dpi)))
        except Exception as fault:
            kind = self._named(fault)
            if type(kind) is ScannerFault:
                raise ScannerSetting(
                    scanner=self._identifier, what=f"{order.colour}, {order.dpi} dpi"
                ) from fault
            raise kind from fault
        return item

    def _pixels(self, picture: Any) -> bytes:
        content = bytes(picture.FileData.BinaryData)
        with damage_refused(), BmpImagePlugin.BmpImageFile(io.BytesIO(content)) as image:
            within_budget(image.width, image.height, MOST_PIXELS)
            image.load()
            return portable(plain_pixels(image))

    def _connected(self) -> Any:
        try:
            infos = self._manager().DeviceInfos
            for number in range(1, int(infos.Count) + 1):
                info = infos.Item(number)
                if str(info.DeviceID) == self._identifier:
                    return info.Connect()
        except ScannerFault:
            raise
        except Exception as fault:
            raise self._named(fault) from fault
        raise ScannerNotFound(scanner=self._identifier)

    def _named(self, fault: Exception) -> ScannerFault:
        """What a COM error means. Raises the fault itself where it is none of COM's: that is a defect of ours."""
        code = _hresult(fault)
        if code is None:
            raise fault
        kind = _FAULTS.get(code, ScannerFault)
        return kind(scanner=self._identifier, reason=f"WIA 0x{code:08X}")


def find(manager: Callable[[], Any] | None = None) -> list[str]:
    """The ids of the scanners that WIA knows; none where this is not Windows. Raises ScannerFault."""
    try:
        infos = (manager or _device_manager)().DeviceInfos
    except ScannerNotFound:
        return []
    found = (infos.Item(number) for number in range(1, int(infos.Count) + 1))
    return [str(info.DeviceID) for info in found if int(info.Type) == _SCANNER]


def _device_manager() -> Any:
    """Raises ScannerNotFound where there is no WIA."""
    try:
        comtypes = import_module("comtypes")
        create = import_module("comtypes.client").CreateObject
    except (ImportError, OSError) as fault:  # on other systems it is there at most in name
        raise ScannerNotFound(scanner="WIA (comtypes)") from fault
    comtypes.CoInitialize()
    return create("WIA.DeviceManager", dynamic=True)


def _hresult(fault: Exception) -> int | None:
    """The code of a `comtypes.COMError`; where the call itself was fine, the one that the object told."""
    code = getattr(fault, "hresult", None)
    if not isinstance(code, int):
        return None
    details: Sequence[Any] = getattr(fault, "details", None) or ()
    told = details[4] if len(details) > 4 and isinstance(details[4], int) and details[4] else code
    return told & 0xFFFFFFFF


def _has(thing: Any, name: str) -> bool:
    return bool(thing.Properties.Exists(name))


def _read(thing: Any, name: str) -> Any:
    return thing.Properties.Item(name).Value if _has(thing, name) else None


def _write(thing: Any, name: str, value: int) -> None:
    thing.Properties.Item(name).Value = value


def _short(said: Any) -> str | None:
    words = " ".join(str(said or "").split())
    return "".join(c for c in words if c.isprintable())[:120] or None
