"""The signing program on an officer's computer: a WebSocket server that fetches, signs with a key of ours, and sends back.

It speaks as VGCA Sign Service does towards a page (`/SignCopy` and `/SignApproved`, one JSON text, one JSON answer) and
towards a server (a plain GET, a form with the file as `uploadfile`), writes its name and the time into the file as common
PDF libraries do, and misbehaves on demand.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any, Literal

import httpx
import pikepdf
from aiohttp import WSMsgType, web
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing.keys.credential import Credential

IN_MARGIN = (400, 790, 570, 820)
"""A mark in the upper right corner of an A4 page, points."""

Edit = Callable[[bytes], bytes]


class TokenSigner(signers.Signer):
    """What the program does with a token: the library builds the CMS, the credential's key signs."""

    def __init__(self, credential: Credential) -> None:
        registry = SimpleCertificateStore()
        registry.register_multiple(credential.chain)
        super().__init__(signing_cert=credential.certificate, cert_registry=registry)
        self._credential = credential

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return self._credential.sign(data, digest_algorithm)


@dataclass(frozen=True)
class Manner:
    """How the program signs. As it stands: a PAdES signature without a time-stamp, visible in the top margin."""

    credential: Credential
    timestamper: TimeStamper | None = None
    box: tuple[int, int, int, int] | None = IN_MARGIN
    page: int = 0
    subfilter: fields.SigSeedSubFilter = fields.SigSeedSubFilter.PADES
    certify: bool = False
    room: int = 32_768
    """Hex digits of /Contents, as the real program was seen to reserve."""
    field_name: str = "Signature1"
    before: Edit | None = None
    """What it does to the document first, as a revision or however it likes."""
    after: Edit | None = None

    def signed(self, document: bytes) -> bytes:
        """The document with its signature."""
        if self.before is not None:
            document = self.before(document)
        writer = IncrementalPdfFileWriter(BytesIO(document))
        signer = signers.PdfSigner(
            signers.PdfSignatureMetadata(
                field_name=self.field_name,
                subfilter=self.subfilter,
                md_algorithm="sha256",
                certify=self.certify,
            ),
            signer=TokenSigner(self.credential),
            timestamper=self.timestamper,
            new_field_spec=fields.SigFieldSpec(self.field_name, on_page=self.page, box=self.box),
        )
        out = BytesIO()
        signer.sign_pdf(writer, bytes_reserved=self.room, output=out)
        return self.after(out.getvalue()) if self.after is not None else out.getvalue()

    def twice(self) -> Manner:
        """Signs, and signs what it has signed."""
        return replace(self, after=replace(self, field_name="Signature2", box=(300, 790, 390, 820)).signed)


def saved_anew(document: bytes) -> bytes:
    """What "Save as" makes of it: the same pages, other bytes."""
    with pikepdf.open(BytesIO(document)) as pdf:
        out = BytesIO()
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def saved_behind(document: bytes) -> bytes:
    """Our bytes, and behind them a whole new document that does not build on them."""
    other = saved_anew(document)
    with pikepdf.open(BytesIO(other)) as pdf:
        out = BytesIO()
        out.write(document)
        plain = BytesIO()
        pdf.save(plain, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return document + moved(plain.getvalue(), len(document))


def moved(document: bytes, by: int) -> bytes:
    """A document with a plain cross-reference table, to stand `by` bytes further on."""
    start = int(document.rsplit(b"startxref", 1)[1].split()[0])
    head, table = document[:start], document[start:]
    lines = []
    for line in table.split(b"\n"):
        if len(line) >= 18 and line[10:11] == b" " and line[17:18] == b"n":
            line = b"%010d" % (int(line[:10]) + by) + line[10:]
        lines.append(line)
    end = b"\n".join(lines)
    return head + end.replace(b"startxref\n%d" % start, b"startxref\n%d" % (start + by))


def page_overdrawn(document: bytes) -> bytes:
    """A revision that draws over page 1."""
    writer = IncrementalPdfFileWriter(BytesIO(document))
    page = writer.find_page_for_modification(0)[0]
    drawn = writer.add_object(generic.StreamObject(stream_data=b"1 0 0 rg 100 400 300 50 re f"))
    held = page.get_object()
    contents = held.raw_get("/Contents")
    held["/Contents"] = generic.ArrayObject([contents, drawn])
    writer.update_container(held)
    return _written(writer)


def annotated(document: bytes) -> bytes:
    """A revision with a note on page 1."""
    writer = IncrementalPdfFileWriter(BytesIO(document))
    note = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
            generic.pdf_name("/Rect"): generic.ArrayObject(
                generic.NumberObject(n) for n in (50, 50, 300, 90)
            ),
            generic.pdf_name("/Contents"): generic.TextStringObject("Số 12/2026"),
        }
    )
    writer.register_annotation(writer.find_page_for_modification(0)[0], writer.add_object(note))
    return _written(writer)


def retitled(document: bytes) -> bytes:
    """A revision whose XMP says something else of the document."""
    writer = IncrementalPdfFileWriter(BytesIO(document))
    packet = writer.root["/Metadata"]
    data = packet.data
    assert b"</rdf:RDF>" in data
    title = b'<rdf:Description rdf:about="" xmlns:x0="urn:x"><x0:said>otherwise</x0:said></rdf:Description></rdf:RDF>'
    packet._data, packet._encoded_data = data.replace(b"</rdf:RDF>", title), None
    writer.update_container(packet)
    return _written(writer)


def flipped(document: bytes) -> bytes:
    """One byte of the signature's own revision is another: the mark's stream, or whatever lies before /Contents."""
    at = document.rindex(b"/ByteRange") - 40
    return document[:at] + bytes([document[at] ^ 1]) + document[at + 1 :]


def _written(writer: IncrementalPdfFileWriter) -> bytes:
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


@dataclass
class SignService:
    """The program while it runs; `url` is what a page would open, `/SignCopy` or `/SignApproved` behind it."""

    manner: Manner
    ends: Literal["answers", "drops", "unsigned", "twice", "otherwise"] = "answers"
    """`drops`: the socket closes without a word; `twice`: it sends the same file again; `otherwise`: another one."""
    before_upload: Callable[[], None] = lambda: None
    url: str = ""
    uploads: list[httpx.Response] = field(default_factory=list)

    def handled(self, text: str) -> str | None:
        """What the page is answered; None where the socket drops."""
        asked = json.loads(text)
        prepared = httpx.get(asked["FileName"], timeout=30)
        if prepared.status_code != 200:
            return _answer(28, f"{prepared.status_code}")
        if self.ends == "drops":
            return None
        signed = prepared.content if self.ends == "unsigned" else self.manner.signed(prepared.content)
        self.before_upload()
        said = self._upload(asked, signed)
        if self.ends == "twice":
            said = self._upload(asked, signed)
        if self.ends == "otherwise":
            said = self._upload(asked, self.manner.signed(prepared.content))
        if not said.get("Status"):
            return _answer(14, str(said.get("Message", said.get("detail", ""))))
        return _answer(0, "", FileName=said["FileName"], FileServer=said["FileServer"])

    def _upload(self, asked: dict[str, Any], content: bytes) -> dict[str, Any]:
        form = {"uploadfile": ("vanban_daky.pdf", content, "application/pdf")}
        answer = httpx.post(asked["FileUploadHandler"], files=form, timeout=60)
        self.uploads.append(answer)
        found: dict[str, Any] = answer.json()
        return found


def _answer(status: int, message: str, **more: str) -> str:
    return json.dumps({"Status": status, "Message": message, **more})


@contextmanager
def sign_service(manner: Manner, **how: Any) -> Iterator[SignService]:
    """Runs the program on a free port for as long as the block lasts."""
    service = SignService(manner, **how)
    started, loop = threading.Event(), asyncio.new_event_loop()
    stopping = asyncio.Event()

    async def asked(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        message = await socket.receive()
        if message.type is WSMsgType.TEXT:
            answer = await loop.run_in_executor(None, service.handled, message.data)
            if answer is not None:
                await socket.send_str(answer)
        await socket.close()
        return socket

    async def serve() -> None:
        app = web.Application()
        for path in ("/SignCopy", "/SignApproved"):
            app.router.add_get(path, asked)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        service.url = f"ws://{host}:{port}"
        started.set()
        await stopping.wait()
        await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    try:
        assert started.wait(10), "the program did not start"
        yield service
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join(10)
        loop.close()


def asked_by_page(url: str, path: str, request: dict[str, Any]) -> dict[str, Any] | None:
    """What a page does: open the socket, send one text, wait for one answer. None where the socket closed instead."""
    import aiohttp

    async def ask() -> dict[str, Any] | None:
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{url}{path}") as socket:
            await socket.send_str(json.dumps(request))
            message = await socket.receive(timeout=60)
            return json.loads(message.data) if message.type is WSMsgType.TEXT else None

    return asyncio.run(ask())
