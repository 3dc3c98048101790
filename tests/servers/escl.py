"""A driverless scanner as a small HTTP service: a feeder and a glass with pictures of the test's, and whatever can go wrong."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from xml.etree import ElementTree

_NAMES = 'xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm"'
_CAPS = """<scan:{name}>
  <scan:MinWidth>16</scan:MinWidth><scan:MaxWidth>2550</scan:MaxWidth>
  <scan:MinHeight>16</scan:MinHeight><scan:MaxHeight>4200</scan:MaxHeight>
  <scan:SettingProfiles><scan:SettingProfile>
    <scan:ColorModes><scan:ColorMode>Grayscale8</scan:ColorMode><scan:ColorMode>RGB24</scan:ColorMode></scan:ColorModes>
    <scan:DocumentFormats><pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat></scan:DocumentFormats>
    <scan:SupportedResolutions><scan:DiscreteResolutions>{resolutions}</scan:DiscreteResolutions></scan:SupportedResolutions>
  </scan:SettingProfile></scan:SettingProfiles>
</scan:{name}>"""
_RESOLUTIONS = "".join(
    f"<scan:DiscreteResolution><scan:XResolution>{n}</scan:XResolution><scan:YResolution>{n}</scan:YResolution>"
    "</scan:DiscreteResolution>"
    for n in (75, 150, 200, 300, 600)
)
FAULTS = ("Jam", "Mispick", "MultipickDetected", "HatchOpen")
"""What the feeder says of itself with `ScannerAdf` before it."""


class Device:
    """What lies in the scanner and how it behaves; tests change it while it is used."""

    def __init__(self, pages: Sequence[bytes]) -> None:
        self.feeder = list(pages)
        self.glass = pages[0] if pages else b""
        self.fault: str | None = None
        """What the feeder says now; cleared by the person who mends it."""
        self.fault_at: dict[int, str] = {}
        """By how many pages were given: `Jam` and the like, `reset` (the line breaks off), `lost` (it ends half way)."""
        self.busy = 0
        """So often `NextDocument` is answered with 503 first."""
        self.password = False
        self.calls_itself = "http://scanner.local:80"
        """In addresses that it tells: a name that leads nowhere from here, as some devices' do."""
        self.given = 0
        self.orders: list[dict[str, str]] = []
        self.jobs: dict[str, str] = {}

    def status(self) -> str:
        adf = self.fault or ("Loaded" if self.feeder else "Empty")
        jobs = "".join(
            f"<scan:JobInfo><pwg:JobUri>/eSCL/ScanJobs/{job}</pwg:JobUri><pwg:JobState>{state}</pwg:JobState></scan:JobInfo>"
            for job, state in self.jobs.items()
        )
        return (
            f"<scan:ScannerStatus {_NAMES}><pwg:State>Idle</pwg:State><scan:AdfState>ScannerAdf{adf}</scan:AdfState>"
            f"<scan:Jobs>{jobs}</scan:Jobs></scan:ScannerStatus>"
        )

    def capabilities(self) -> str:
        simplex, duplex, platen = (
            _CAPS.format(name=name, resolutions=_RESOLUTIONS)
            for name in ("AdfSimplexInputCaps", "AdfDuplexInputCaps", "PlatenInputCaps")
        )
        return (
            f"<scan:ScannerCapabilities {_NAMES}><pwg:Version>2.63</pwg:Version>"
            "<pwg:MakeAndModel>Máy quét thử 7000</pwg:MakeAndModel><pwg:SerialNumber>A1B2C3</pwg:SerialNumber>"
            f"<scan:Platen>{platen}</scan:Platen><scan:Adf>{simplex}{duplex}</scan:Adf></scan:ScannerCapabilities>"
        )


class _Handler(BaseHTTPRequestHandler):
    device: Device
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        device = self.device
        if device.password:
            self._answer(401)
        elif self.path == "/eSCL/ScannerCapabilities":
            self._answer(200, device.capabilities().encode(), "text/xml")
        elif self.path == "/eSCL/ScannerStatus":
            self._answer(200, device.status().encode(), "text/xml")
        elif self.path.endswith("/NextDocument"):
            self._next(self.path.split("/")[-2])
        else:
            self._answer(404)

    def do_POST(self) -> None:
        device = self.device
        order = ElementTree.fromstring(self.rfile.read(int(self.headers["Content-Length"])))
        device.orders.append({node.tag.split("}")[1]: node.text or "" for node in order.iter()})
        job = str(len(device.orders))
        device.jobs[job] = "Processing"
        self._answer(201, location=f"{device.calls_itself}/eSCL/ScanJobs/{job}")

    def do_DELETE(self) -> None:
        self._answer(200 if self.device.jobs.pop(self.path.split("/")[-1], None) else 404)

    def _next(self, job: str) -> None:
        device = self.device
        if device.busy:
            device.busy -= 1
            self._answer(503, retry_after="0")
            return
        fault = device.fault_at.pop(device.given, None)
        if fault in FAULTS:
            device.fault, device.jobs[job] = fault, "Aborted"
            self._answer(404)
            return
        glass = device.orders[-1]["InputSource"] == "Platen"
        if (glass and device.jobs[job] == "Completed") or (not glass and not device.feeder):
            device.jobs[job] = "Completed"
            self._answer(404)
            return
        content = device.glass if glass else device.feeder[0]
        if fault == "reset":
            self.close_connection = True
            self.connection.close()
            return
        if fault == "lost":
            self.send_response(200)
            self.send_header("Content-Type", "image/jpeg")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2])
            self.close_connection = True
            return
        if glass:
            device.jobs[job] = "Completed"
        else:
            device.feeder.pop(0)
        device.given += 1
        self._answer(200, content, "image/jpeg")

    def _answer(
        self, status: int, content: bytes = b"", kind: str = "", location: str = "", retry_after: str = ""
    ) -> None:
        self.send_response(status)
        for name, value in (("Content-Type", kind), ("Location", location), ("Retry-After", retry_after)):
            if value:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def scanner(pages: Sequence[bytes]) -> Iterator[tuple[Device, str]]:
    """The device, and the address of its eSCL service."""
    device = Device(pages)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"device": device}))
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield device, f"http://127.0.0.1:{server.server_address[1]}/eSCL"
    finally:
        server.shutdown()
        server.server_close()
