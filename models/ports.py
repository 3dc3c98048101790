"""The protocols behind which engines, stores and devices stand. Implementations are injected, never imported."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from models.reading import EngineVersion, PageReading
from models.signatures import SignedFile, SignRequest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Clock(Protocol):
    """The only source of the present time."""

    def now(self) -> datetime:
        """An aware moment."""
        ...


class StoredObject(Protocol):
    """What a store says about one object."""

    @property
    def key(self) -> str: ...

    @property
    def size(self) -> int: ...

    @property
    def sha256(self) -> str: ...


class ObjectStore(Protocol):
    """Immutable objects under ULID keys. A key is written once; a returned put is durable."""

    def put(self, key: str, source: BinaryIO) -> StoredObject:
        """Copy `source` to the end, hashing on the way; durable on return.

        Raises ObjectExists when the key is taken, StorageFault when the store fails.
        """
        ...

    def open(self, key: str) -> AbstractContextManager[BinaryIO]:
        """Open for reading, seekable. Raises ObjectMissing."""
        ...

    def local_path(self, key: str) -> AbstractContextManager[Path]:
        """The object as a file for tools that want a path; read-only. Raises ObjectMissing."""
        ...

    def exists(self, key: str) -> bool: ...

    def delete(self, key: str) -> None:
        """Remove for lawful disposal or for an orphan that nothing refers to; missing is no error."""
        ...

    def keys(self) -> Iterator[str]: ...


class OcrEngine(Protocol):
    """Turns one upright page image into a reading."""

    @property
    def version(self) -> EngineVersion: ...

    def read_page(self, image: NDArray[np.uint8], *, dpi: float, page: int) -> PageReading:
        """Read an RGB (H, W, 3) or grey (H, W) image of `dpi`; boxes refer to that very image.

        Raises EngineFault when the engine crashes or exceeds its time limit. A blank page is an empty reading.
        """
        ...


class TimestampAuthority(Protocol):
    """An RFC 3161 time-stamping authority, remote or embedded."""

    @property
    def name(self) -> str: ...

    def token(self, message_digest: bytes, algorithm: str) -> bytes:
        """A DER TimeStampToken over `message_digest`. Raises TimestampUnavailable."""
        ...


class Signer(Protocol):
    """A hand that signs PDF files; its key never leaves it."""

    @property
    def common_name(self) -> str: ...

    def sign(self, source: Path, target: Path, request: SignRequest) -> SignedFile:
        """Write to `target` the bytes of `source` followed by the new revisions, nothing else.

        Raises CertificateRefused, TimestampUnavailable or SigningFault; `target` then does not exist.
        """
        ...


class KeyWrapper(Protocol):
    """Wraps data keys with a master key held in a file, a token or a KMS."""

    def wrap(self, key: bytes) -> bytes: ...

    def unwrap(self, wrapped: bytes) -> bytes: ...


class Scanner(Protocol):
    """A source of page files at a counter."""

    @property
    def name(self) -> str: ...

    def scan(self, target: Path) -> Iterator[Path]:
        """Pull pages one by one into `target`; each path is complete and synced when yielded."""
        ...
