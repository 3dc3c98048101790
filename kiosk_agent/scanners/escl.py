"""Driverless scanners (eSCL, also called AirScan), spoken to directly over HTTP.

The device's JPEG is kept byte for byte as it came. The protocol is Mopria's eSCL 2.x: capabilities and status are XML, a scan is
a job, its pages are fetched one after the other until there are no more.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Final
from urllib.parse import urljoin
from xml.etree import ElementTree

import httpx

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
from models.scans import Feed, ScanDevice, Sides
from models.text import squeeze

PAGE_S = 180.0
"""The longest a page may take."""
ANSWER_S = 30.0
PAUSE_S = 1.0
MOST_BYTES = 256 << 20
"""A picture that is larger is none of a sheet of paper."""
_MOST_XML = 1 << 20

_SCAN = "{http://schemas.hp.com/imaging/escl/2011/05/03}"
_PWG = "{http://www.pwg.org/schemas/2010/12/sm}"
_COLOURS: Final[dict[Colour, str]] = {"rgb": "RGB24", "grey": "Grayscale8", "bilevel": "BlackAndWhite1"}
_UNITS_A_MM = 300 / 25.4
_ADF_FAULTS: Final[dict[str, type[ScannerFault]]] = {
    "ScannerAdfEmpty": FeederEmpty,
    "ScannerAdfJam": PaperJam,
    "ScannerAdfMispick": PaperJam,
    "ScannerAdfMultipickDetected": DoubleFeed,
    "ScannerAdfHatchOpen": CoverOpen,
    "ScannerAdfInputTrayFailed": PaperJam,
    "ScannerAdfInputTrayOverloaded": PaperJam,
    "ScannerAdfDuplexPageTooShort": PaperJam,
    "ScannerAdfDuplexPageTooLong": PaperJam,
}
_ORDER = """<?xml version="1.0" encoding="UTF-8"?>
<scan:ScanSettings xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm">
  <pwg:Version>{version}</pwg:Version>
  <scan:Intent>Document</scan:Intent>
  <pwg:ScanRegions><pwg:ScanRegion>
    <pwg:ContentRegionUnits>escl:ThreeHundredthsOfInches</pwg:ContentRegionUnits>
    <pwg:XOffset>0</pwg:XOffset><pwg:YOffset>0</pwg:YOffset>
    <pwg:Width>{width}</pwg:Width><pwg:Height>{height}</pwg:Height>
  </pwg:ScanRegion></pwg:ScanRegions>
  <pwg:InputSource>{source}</pwg:InputSource>
  <scan:Duplex>{duplex}</scan:Duplex>
  <scan:ColorMode>{colour}</scan:ColorMode>
  <scan:XResolution>{dpi}</scan:XResolution>
  <scan:YResolution>{dpi}</scan:YResolution>
  <pwg:DocumentFormat>{format}</pwg:DocumentFormat>
  <scan:DocumentFormatExt>{format}</scan:DocumentFormatExt>
</scan:ScanSettings>
"""


class EsclScanner:
    """A scanner at `url`, the root of its eSCL service such as `http://10.0.0.8/eSCL`. One caller at a time."""

    def __init__(self, url: str, *, ca_file: str | None = None) -> None:
        self._url = url.rstrip("/") + "/"
        verify = ssl.create_default_context(cafile=ca_file) if ca_file else True
        self._http = httpx.Client(
            verify=verify, timeout=httpx.Timeout(ANSWER_S, connect=5), follow_redirects=False
        )

    def close(self) -> None:
        self._http.close()

    @cached_property
    def facts(self) -> ScannerFacts:
        """What it is. Raises ScannerNotFound, ScannerDenied, ScannerFault."""
        root = self._capabilities
        feeds: list[Feed] = []
        feeds += ["flatbed"] if root.find(f"{_SCAN}Platen") is not None else []
        feeds += ["feeder"] if root.find(f"{_SCAN}Adf") is not None else []
        modes = {node.text for node in root.iter(f"{_SCAN}ColorMode")}
        return ScannerFacts(
            address=self._url.rstrip("/"),
            device=ScanDevice(
                model=_plain(root.findtext(f"{_PWG}MakeAndModel")),
                serial=_plain(root.findtext(f"{_PWG}SerialNumber")),
                identifier=_plain(self._url.rstrip("/")),
                driver=_plain(f"eSCL {root.findtext(f'{_PWG}Version') or ''}"),
            ),
            feeds=tuple(feeds),
            duplex=root.find(f"{_SCAN}Adf/{_SCAN}AdfDuplexInputCaps") is not None,
            dpi=tuple(sorted({int(node.text or 0) for node in root.iter(f"{_SCAN}XResolution")} - {0})),
            colours=tuple(colour for colour, mode in _COLOURS.items() if mode in modes),
        )

    def pages(self, order: ScanOrder) -> Generator[ScannedPage]:
        """Picture by picture; the next is fetched when it is asked for. Ends where the feeder is empty or the glass is done.

        Raises a ScannerFault; what came before is whole.
        """
        words = self._settings(order)
        if order.feed == "feeder":
            self._check_feeder()
        with self._job(words) as job:
            number = 0
            while (page := self._next(job, order)) is not None:
                number += 1
                yield page
            self._check_end(job, number)

    @cached_property
    def _capabilities(self) -> ElementTree.Element:
        return self._xml("ScannerCapabilities")

    def _settings(self, order: ScanOrder) -> str:
        caps = self._caps(order.feed, order.sides)
        modes = {node.text for node in caps.iter(f"{_SCAN}ColorMode")}
        resolutions = {int(node.text or 0) for node in caps.iter(f"{_SCAN}XResolution")}
        most = [int(node.text or 0) for node in caps.iter(f"{_SCAN}Max")]
        if modes and _COLOURS[order.colour] not in modes:
            raise ScannerSetting(scanner=self._name, what=order.colour)
        if (resolutions and order.dpi not in resolutions) or (
            not resolutions and most and order.dpi > max(most)
        ):
            raise ScannerSetting(scanner=self._name, what=f"{order.dpi} dpi")
        reach = [int(caps.findtext(f"{_SCAN}{name}") or 0) for name in ("MaxWidth", "MaxHeight")]
        wanted = [round(size * _UNITS_A_MM) for size in order.size_mm]
        width, height = (min(a, b) if b else a for a, b in zip(wanted, reach, strict=True))
        formats = {
            squeeze(node.text or "")
            for node in caps.iter()
            if node.tag.endswith(("DocumentFormat", "DocumentFormatExt"))
        }
        picture = "image/jpeg" if not formats or "image/jpeg" in formats else "image/png"
        if formats and picture not in formats:
            raise ScannerSetting(scanner=self._name, what="image/jpeg")
        return _ORDER.format(
            version=self._capabilities.findtext(f"{_PWG}Version") or "2.0",
            width=width,
            height=height,
            source="Feeder" if order.feed == "feeder" else "Platen",
            duplex=str(order.sides == "both" and order.feed == "feeder").lower(),
            colour=_COLOURS[order.colour],
            dpi=order.dpi,
            format=picture,
        )

    def _caps(self, feed: Feed, sides: Sides) -> ElementTree.Element:
        path = {
            ("flatbed", "one"): f"{_SCAN}Platen/{_SCAN}PlatenInputCaps",
            ("flatbed", "both"): f"{_SCAN}Platen/{_SCAN}PlatenInputCaps",
            ("feeder", "one"): f"{_SCAN}Adf/{_SCAN}AdfSimplexInputCaps",
            ("feeder", "both"): f"{_SCAN}Adf/{_SCAN}AdfDuplexInputCaps",
        }.get((feed, sides))
        caps = self._capabilities.find(path) if path is not None else None
        if caps is None:
            raise ScannerSetting(scanner=self._name, what="duplex" if sides == "both" else feed)
        return caps

    def _check_feeder(self) -> None:
        """Raise what is wrong with the feeder before a job is begun: some devices scan the glass where it is empty."""
        state = self._xml("ScannerStatus").findtext(f"{_SCAN}AdfState")
        if state is not None and state in _ADF_FAULTS:
            raise _ADF_FAULTS[state](scanner=self._name)

    @contextmanager
    def _job(self, words: str) -> Iterator[str]:
        answer = self._ask("POST", "ScanJobs", content=words.encode(), headers={"Content-Type": "text/xml"})
        if answer.status_code == 503:
            raise ScannerBusy(scanner=self._name)
        if answer.status_code in (400, 409):
            self._check_feeder()
            raise ScannerSetting(scanner=self._name, what=f"HTTP {answer.status_code}")
        location = answer.headers.get("location")
        if answer.status_code != 201 or location is None:
            raise ScannerFault(scanner=self._name, reason=f"ScanJobs: HTTP {answer.status_code}")
        # Devices tell names of their own there that need not lead anywhere from here: only the path counts.
        job = urljoin(self._url, httpx.URL(urljoin(self._url, location)).raw_path.decode())
        try:
            yield job.rstrip("/")
        finally:
            self._end(job)

    def _end(self, job: str) -> None:
        """Of a job that is over the device knows nothing any more; that is as good."""
        try:
            self._http.delete(job)
        except httpx.TransportError:
            return

    def _next(self, job: str, order: ScanOrder) -> ScannedPage | None:
        deadline = time.monotonic() + PAGE_S
        while True:
            content, answer = self._fetched(f"{job}/NextDocument")
            if answer.status_code == 200:
                kind = answer.headers.get("content-type", "").split(";")[0].strip().lower()
                if content[:2] == b"\xff\xd8":
                    return ScannedPage(content, "image/jpeg", order.dpi)
                if content[:8] == b"\x89PNG\r\n\x1a\n":
                    return ScannedPage(content, "image/png", order.dpi)
                raise ScannerFault(scanner=self._name, reason=f"NextDocument: {kind or '?'}")
            if answer.status_code in (404, 410):
                return None
            if answer.status_code != 503 or time.monotonic() > deadline:
                self._check_end(job, 0)
                raise ScannerFault(scanner=self._name, reason=f"NextDocument: HTTP {answer.status_code}")
            time.sleep(_pause(answer))

    def _fetched(self, url: str) -> tuple[bytes, httpx.Response]:
        try:
            with self._http.stream("GET", url, timeout=httpx.Timeout(PAGE_S, connect=5)) as answer:
                content = bytearray()
                for piece in answer.iter_bytes():
                    content += piece
                    if len(content) > MOST_BYTES:
                        raise ScannerFault(scanner=self._name, reason=f"> {MOST_BYTES >> 20} MiB")
                return bytes(content), answer
        except httpx.TransportError as fault:
            raise ScannerGone(scanner=self._name) from fault

    def _check_end(self, job: str, number: int) -> None:
        """Raise why a job ended, unless it is because all is scanned; an empty feeder is an end like any other."""
        root = self._xml("ScannerStatus")
        fault = _ADF_FAULTS.get(root.findtext(f"{_SCAN}AdfState") or "")
        if fault is not None and (fault is not FeederEmpty or not number):
            raise fault(scanner=self._name)
        path = httpx.URL(job).path
        for info in root.iter(f"{_SCAN}JobInfo"):
            uri = info.findtext(f"{_PWG}JobUri") or ""
            if uri.rstrip("/").endswith(path.rstrip("/")) and info.findtext(f"{_PWG}JobState") == "Aborted":
                reasons = ", ".join(node.text or "" for node in info.iter(f"{_PWG}JobStateReason"))
                raise ScannerFault(scanner=self._name, reason=reasons or "Aborted")
        if not number:
            raise FeederEmpty(scanner=self._name)

    def _xml(self, what: str) -> ElementTree.Element:
        answer = self._ask("GET", what)
        if answer.status_code == 503:
            raise ScannerBusy(scanner=self._name)
        if answer.status_code != 200 or len(answer.content) > _MOST_XML:
            raise ScannerFault(scanner=self._name, reason=f"{what}: HTTP {answer.status_code}")
        try:
            return ElementTree.fromstring(answer.content)
        except ElementTree.ParseError as fault:
            raise ScannerFault(scanner=self._name, reason=f"{what}: {fault}") from fault

    def _ask(self, method: str, what: str, **words: object) -> httpx.Response:
        try:
            answer = self._http.request(method, urljoin(self._url, what), **words)  # type: ignore[arg-type]
        except httpx.TransportError as fault:
            raise ScannerNotFound(scanner=self._name) from fault
        if answer.status_code in (401, 403):
            raise ScannerDenied(scanner=self._name)
        return answer

    @property
    def _name(self) -> str:
        return self._url.rstrip("/")


def _plain(text: str | None) -> str | None:
    words = squeeze("".join(c for c in text or "" if c.isprintable()))
    return words[:120] or None


def _pause(answer: httpx.Response) -> float:
    said = answer.headers.get("retry-after", "")
    return min(float(said), 10.0) if said.isdecimal() else PAUSE_S
