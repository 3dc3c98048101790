"""Kiosks for tests: they are added, invited, join, and scan what they are given, sealed as a kiosk seals it."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx
from joserfc.jwk import OKPKey
from PIL import Image, ImageDraw

from models.access import CallerKind
from models.ids import new_id
from models.people import Agency
from models.wire.devices import ENROLMENT
from models.wire.sealed import CONTENTS, SCAN, Contents, PageHead, SealingKey, framed, seal
from pipeline.identity import clients
from pipeline.kiosks.enrolment import invite_client
from tests.clocks import FixedClock
from tests.web.identities import PURPOSE, Machine
from tests.web.support import Served

RUNNING = {"Ecopy-Purpose": "maintenance:kiosk"}
_NUMBERS = count(1)


@dataclass
class Newcomer(Machine):
    """A device that was added and has no key there yet."""

    code: str = ""

    def words(self, **more: Any) -> dict[str, Any]:
        proof = self.assertion(iss=ENROLMENT, sub=ENROLMENT)
        public = self.key.as_dict(private=False)
        return {
            "code": self.code,
            "key": public,
            "proof": proof,
            "version": "0.1.0",
            "name": "PC-QUAY-1",
            **more,
        }

    def join(self, **more: Any) -> httpx.Response:
        with self.house.client() as client:
            return client.post("/api/v1/enrolment", json=self.words(**more))

    def connected(self) -> httpx.Client:
        client = self.house.client(self.token())
        client.headers.update(RUNNING)
        return client


def newcomer(house: Served, clock: FixedClock, agency: Agency | None = None) -> Newcomer:
    """A device with a code in its hands."""
    made = clients.add_client(
        house.office,
        CallerKind.DEVICE,
        f"kiosk-{next(_NUMBERS)}",
        name="Kiosk",
        purpose=PURPOSE,
        agency=agency.identifier if agency else None,
        agency_name=agency.name if agency else None,
    )
    code = invite_client(house.office, made.record.id, purpose=PURPOSE).code
    return Newcomer(house, clock, made.record.id, OKPKey.generate_key("Ed25519"), code=code)


@dataclass(frozen=True)
class Picture:
    """A page as a scanner gave it."""

    content: bytes
    media_type: str = "image/jpeg"
    dpi: int = 300


def drawn(words: str = "", *, dpi: int = 300, form: str = "JPEG", tell: bool = True) -> Picture:
    """A page that no other test has, of 70 × 99 mm."""
    size = (round(70 / 25.4 * dpi), round(99 / 25.4 * dpi))
    picture = Image.new("RGB", size, (250, 248, 244))
    pen = ImageDraw.Draw(picture)
    for line in range(8):
        pen.text((40, 60 + 90 * line), f"{words} {new_id()}", fill=(20, 20, 30), font_size=36)
    into = io.BytesIO()
    options: dict[str, Any] = {"dpi": (dpi, dpi)} if tell else {}
    picture.save(into, form, **(options | ({"quality": 85} if form == "JPEG" else {})))
    return Picture(into.getvalue(), f"image/{form.lower()}", dpi)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def sealed_pages(scan: str, pictures: list[Picture], key: SealingKey) -> list[bytes]:
    """The list of contents and the pages, each sealed."""
    hashes = tuple(sha256(one.content) for one in pictures)
    contents = Contents(scan=scan, pages=hashes).model_dump_json().encode()
    return [
        sealed_page(scan, 0, Picture(contents, CONTENTS, 0), key),
        *(sealed_page(scan, number, one, key) for number, one in enumerate(pictures, start=1)),
    ]


def sealed_page(scan: str, number: int, picture: Picture, key: SealingKey) -> bytes:
    head = PageHead(
        kid=key.kid,
        scan=scan,
        number=number,
        media_type=picture.media_type,  # type: ignore[arg-type]
        size=len(picture.content),
        sha256=sha256(picture.content),
        dpi=picture.dpi,
    )
    return seal(head, picture.content, key)


def bound(pages: list[bytes]) -> bytes:
    """A scan as it is sent."""
    return SCAN + b"".join(framed(len(page)) + page for page in pages)
