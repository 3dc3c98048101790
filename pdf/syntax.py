"""Writes a PDF object by object (ISO 32000-1, 7.3 and 7.5): constant memory, and the same input the same bytes."""

from __future__ import annotations

import hashlib
import math
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, TypeAlias

_NAME_ESCAPES = re.compile(rb"[^!\"$&'*+,\-.0-9:;=?@A-Z\\^_`a-z|~]")
_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


class Name(str):
    """A PDF name, written without the leading solidus."""

    __slots__ = ()


@dataclass(frozen=True)
class Ref:
    """A reference to an indirect object of the file being written."""

    number: int


@dataclass(frozen=True)
class Raw:
    """A value that is PDF syntax already."""

    syntax: bytes


PdfValue: TypeAlias = (
    "bool | int | float | str | bytes | Name | Ref | Raw | Sequence[PdfValue] | Mapping[str, PdfValue] | None"
)
"""str is a text string, bytes a byte string, keys of mappings are names."""


def number(value: float) -> bytes:
    """A real number with at most five decimals, never in exponent form."""
    if not math.isfinite(value):
        raise ValueError("PDF has no infinite numbers")
    text = f"{value:.5f}".rstrip("0").rstrip(".")
    return b"0" if text in ("-0", "") else text.encode("ascii")


def syntax(value: PdfValue) -> bytes:
    """`value` in PDF syntax."""
    match value:
        case None:
            return b"null"
        case bool():
            return b"true" if value else b"false"
        case int():
            return str(value).encode("ascii")
        case float():
            return number(value)
        case Name():
            return b"/" + _NAME_ESCAPES.sub(lambda m: b"#%02X" % m.group()[0], value.encode("utf-8"))
        case Ref():
            return b"%d 0 R" % value.number
        case Raw():
            return value.syntax
        case str():
            return _text_string(value)
        case bytes():
            return b"<" + value.hex().encode("ascii") + b">"
        case Mapping():
            body = b" ".join(syntax(Name(k)) + b" " + syntax(v) for k, v in value.items())
            return b"<< " + body + b" >>"
        case Sequence():
            return b"[" + b" ".join(syntax(v) for v in value) + b"]"
    raise TypeError(f"{type(value).__name__} is no PDF value")


def _text_string(text: str) -> bytes:
    if text.isascii() and text.isprintable():
        return b"(" + re.sub(rb"([()\\])", rb"\\\1", text.encode("ascii")) + b")"
    return b"<FEFF" + text.encode("utf-16-be").hex().upper().encode("ascii") + b">"


class PdfFile:
    """A file under construction: objects leave for the disk as soon as they are added."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._offsets: list[int | None] = [None]
        self._at = 0
        self._digest = hashlib.sha256()
        self._write(_HEADER)

    def reserve(self) -> Ref:
        """A reference to an object that will be added later."""
        self._offsets.append(None)
        return Ref(len(self._offsets) - 1)

    def add(self, value: PdfValue, ref: Ref | None = None) -> Ref:
        """Write an object, under a reserved reference if given."""
        ref = self._begin(ref)
        self._write(syntax(value) + b"\nendobj\n")
        return ref

    def add_stream(
        self,
        entries: Mapping[str, PdfValue],
        chunks: Iterable[bytes],
        length: int,
        ref: Ref | None = None,
    ) -> Ref:
        """Write a stream whose bytes are in their encoded form already.

        Raises ValueError when `chunks` do not add up to `length`.
        """
        ref = self._begin(ref)
        self._write(syntax({**entries, "Length": length}) + b"\nstream\n")
        start = self._at
        for chunk in chunks:
            self._write(chunk)
        if self._at - start != length:
            raise ValueError(f"a stream of {length} bytes came with {self._at - start}")
        # CR LF, not a bare LF: after data that ends in CR that would read as one end-of-line marker.
        self._write(b"\r\nendstream\nendobj\n")
        return ref

    def add_deflated(
        self, entries: Mapping[str, PdfValue], data: bytes, ref: Ref | None = None, *, level: int = 6
    ) -> Ref:
        """Write `data` as a FlateDecode stream."""
        packed = zlib.compress(data, level)
        return self.add_stream({**entries, "Filter": Name("FlateDecode")}, [packed], len(packed), ref)

    def finish(self, root: Ref, info: Ref | None = None) -> None:
        """Write the cross-reference table and the trailer; the identifier is a hash of all that went before."""
        missing = [n for n, offset in enumerate(self._offsets) if offset is None and n]
        if missing:
            raise ValueError(f"objects {missing} were reserved and never written")
        start = self._at
        identifier = self._digest.digest()[:16]
        lines = [b"xref\n0 %d\n0000000000 65535 f \n" % len(self._offsets)]
        lines += [b"%010d 00000 n \n" % offset for offset in self._offsets[1:] if offset is not None]
        trailer: dict[str, PdfValue] = {
            "Size": len(self._offsets),
            "Root": root,
            "ID": [identifier, identifier],
        }
        if info is not None:
            trailer["Info"] = info
        lines.append(b"trailer\n" + syntax(trailer) + b"\nstartxref\n%d\n%%%%EOF\n" % start)
        self._write(b"".join(lines))

    def _begin(self, ref: Ref | None) -> Ref:
        ref = ref or self.reserve()
        if self._offsets[ref.number] is not None:
            raise ValueError(f"object {ref.number} is written already")
        self._offsets[ref.number] = self._at
        self._write(b"%d 0 obj\n" % ref.number)
        return ref

    def _write(self, data: bytes) -> None:
        self._out.write(data)
        self._digest.update(data)
        self._at += len(data)
