"""The protocols behind which engines, stores and devices stand. Implementations are injected, never imported."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, Protocol

from models.errors import EcopyError
from models.reading import EngineVersion, PageReading
from models.scanners import ScannedPage, ScannerFacts, ScanOrder
from models.signatures import SignedFile, SignedStatement, SignerCertificate, SignRequest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Clock(Protocol):
    """The only source of the present time."""

    def now(self) -> datetime:
        """An aware moment."""
        ...


class StoredObject(Protocol):
    """What a store says about one object it has just taken."""

    @property
    def key(self) -> str: ...

    @property
    def size(self) -> int: ...

    @property
    def sha256(self) -> str: ...


LockMode = Literal["governance", "compliance"]
"""`governance`: whoever holds the right may lift it for lawful disposal; `compliance`: nobody may, until it ends."""


@dataclass(frozen=True)
class ObjectLock:
    """Until when a store keeps an object from being deleted."""

    until: datetime
    """Aware, whole seconds."""
    mode: LockMode


@dataclass(frozen=True)
class ObjectFacts:
    """What a store says about an object it holds."""

    key: str
    size: int
    """Bytes as stored."""
    stored_at: datetime
    """By the store's clock; aware."""
    notes: Mapping[str, str]
    """The words that came with `put`, where the store keeps them."""


class ObjectStore(Protocol):
    """Immutable objects under ULID keys. A key is written once; a returned put is durable.

    Every method may raise a StorageFault: StoreDown, StoreSlow, StoreFull, StoreDenied, BucketMissing, ClockSkew.
    """

    @property
    def description(self) -> str:
        """What to call it in messages and reports: stable, without secrets."""
        ...

    @property
    def enforces_locks(self) -> bool:
        """Whether the store itself refuses what a lock forbids; else it is this program's word."""
        ...

    def versioned(self) -> bool:
        """Whether it keeps what somebody else overwrites or deletes."""
        ...

    def prepare(self) -> None:
        """Make it usable: folders, or the bucket with versions and locks. Once an installation; repeating is harmless."""
        ...

    def put(self, key: str, source: BinaryIO, notes: Mapping[str, str] | None = None) -> StoredObject:
        """Copy `source` to the end, hashing on the way; durable on return, nothing is there after a failure.

        Raises ObjectExists when the key is taken.
        """
        ...

    def open(self, key: str) -> AbstractContextManager[BinaryIO]:
        """Open for reading, seekable. Raises ObjectMissing."""
        ...

    def local_path(self, key: str) -> AbstractContextManager[Path]:
        """The object as a file for tools that want a path; read-only. Raises ObjectMissing."""
        ...

    def exists(self, key: str) -> bool: ...

    def stat(self, key: str) -> ObjectFacts:
        """What is known without reading it. Raises ObjectMissing."""
        ...

    def delete(self, key: str, *, lawful: bool = False) -> None:
        """Remove all of it, older versions included; missing is no error. Raises ObjectLocked.

        `lawful` is disposal under the law: it lifts a governance lock, never a compliance lock nor a hold.
        """
        ...

    def keys(self) -> Iterator[str]:
        """All keys, in no particular order, read on the way: memory stays flat however many there are."""
        ...

    def lock(self, key: str, until: datetime, mode: LockMode) -> None:
        """Keep the object from deletion until then; a lock only ever grows.

        Raises ObjectLocked when an existing lock would be shortened or weakened, LocksNotKept where the store has
        none, ObjectMissing.
        """
        ...

    def lock_of(self, key: str) -> ObjectLock | None:
        """The lock as the store knows it, over or not. Raises ObjectMissing."""
        ...

    def hold(self, key: str, held: bool) -> None:
        """A legal hold without an end: nothing deletes the object until it is lifted. Raises as `lock`."""
        ...

    def held(self, key: str) -> bool: ...

    def read_url(self, key: str, valid_for: timedelta) -> str | None:
        """A URL that reads the object for so long, without credentials; None where the store has none to give."""
        ...

    def tidy(self) -> int:
        """Remove what killed writers left half done. Returns the count."""
        ...


class OcrEngine(Protocol):
    """Turns one upright page image into a reading."""

    @property
    def version(self) -> EngineVersion: ...

    def read_page(self, image: NDArray[np.uint8], *, dpi: float, page: int) -> PageReading:
        """Read an RGB (H, W, 3) or grey (H, W) image of `dpi`; boxes refer to that very image.

        Raises EngineFault when the engine crashes or exceeds its time limit. A blank page is an empty reading.
        """
        ...


class Scanner(Protocol):
    """A scanner, or what stands for one. One caller at a time."""

    @property
    def facts(self) -> ScannerFacts:
        """What it is and can do. Raises a ScannerFault."""
        ...

    def pages(self, order: ScanOrder) -> Generator[ScannedPage]:
        """Picture by picture, no sheet further ahead than the device insists on: the caller keeps one before it asks for
        the next. Ends where all is scanned.

        Raises a ScannerFault, FeederEmpty where there was nothing at all; what came before is whole, and calling again goes
        on with what lies in the feeder then.
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

    @property
    def certificate(self) -> SignerCertificate:
        """The certificate that signs. Raises what opening the key raises."""
        ...

    def sign(self, source: Path, target: Path, request: SignRequest) -> SignedFile:
        """Write to `target` the bytes of `source` followed by the new revisions, nothing else.

        Raises CertificateRefused, TimestampUnavailable or SigningFault; `target` then does not exist.
        """
        ...

    def sign_together(self, jobs: Sequence[tuple[Path, Path, SignRequest]]) -> list[SignedFile | EcopyError]:
        """Sign several files (source, target, signature) with as few acts of the key's holder as the key allows; what
        became of each, in order. Their time-stamps are to follow: what is there is B-B with room for one.

        Raises HandoverAwaited where the key is elsewhere.
        """
        ...

    def sign_statement(self, content: bytes) -> SignedStatement:
        """Sign `content` beside it, time-stamped where an authority is to be had.

        Raises CertificateRefused or SigningFault.
        """
        ...


class KeyWrapper(Protocol):
    """A master key in a file, a token or a KMS: it wraps data keys and is never seen itself."""

    @property
    def name(self) -> str:
        """What is recorded beside the keys it wrapped: at most 64 characters, never reused for another key."""
        ...

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Wrap a data key for exactly one `context`. Raises KeyServiceFault."""
        ...

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The data key again. Raises KeyServiceFault, or WrappedKeyDamaged when it was not wrapped so."""
        ...
