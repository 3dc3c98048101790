"""A sender of uploads for tests: says what tus wants said, and keeps what it sent to compare."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

import httpx

from models.ids import new_id
from models.wire.receipts import Receipt, ReceiptKeys, check_receipt
from tests.web.support import Served

UPLOADS = "/api/v1/uploads"
TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {**TUS, "Content-Type": "application/offset+octet-stream"}


def metadata(**words: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in words.items())


def said(content: bytes, **words: str) -> dict[str, str]:
    """The headers that begin an upload of `content`."""
    told = {"filename": "Tờ khai.pdf", "presented_as": "ban_chinh", **words}
    return {
        **TUS,
        "Upload-Length": str(len(content)),
        "Upload-Metadata": metadata(**{name: value for name, value in told.items() if value}),
    }


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def unlike(size: int = 3000) -> bytes:
    """Bytes that no other test sends."""
    return new_id().encode() + bytes(size)


@dataclass
class Sender:
    """Somebody who hands papers in."""

    site: Served
    http: httpx.Client

    def begin(self, content: bytes, **words: str) -> str:
        """Begin an upload; its address."""
        answer = self.http.post(UPLOADS, headers=said(content, **words))
        assert answer.status_code == 201, answer.text
        return answer.headers["location"]

    def send(self, address: str, piece: bytes, offset: int, **headers: str) -> httpx.Response:
        return self.http.patch(
            address, headers={**PIECE, "Upload-Offset": str(offset), **headers}, content=piece
        )

    def offset(self, address: str) -> int:
        answer = self.http.head(address, headers=TUS)
        assert answer.status_code == 200, answer.status_code
        return int(answer.headers["upload-offset"])

    def receipt(self, text: str, **known: object) -> Receipt:
        keys = ReceiptKeys.model_validate(self.http.get("/api/v1/keys").json())
        return check_receipt(text, keys, **known)  # type: ignore[arg-type]

    @property
    def bearer(self) -> str:
        """The proof, for peers that are no clients of ours."""
        return f"Authorization: {self.http.headers['authorization']}"

    @property
    def headers(self) -> dict[str, str]:
        return {name: self.http.headers[name] for name in ("authorization", "ecopy-purpose")}


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]
