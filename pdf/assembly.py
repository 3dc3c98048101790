"""Builds and saves our PDF files with pikepdf: streams stand in the file as given, the same input gives the same bytes."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import pikepdf
from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Pdf, Stream, StreamDecodeLevel

_LEVEL = 6


def deflated(pdf: Pdf, data: bytes, entries: Mapping[str, Any] | None = None) -> Stream:
    """`data` as a FlateDecode stream of `pdf`."""
    return flate_stream(pdf, zlib.compress(data, _LEVEL), entries)


def flate_stream(pdf: Pdf, packed: bytes, entries: Mapping[str, Any] | None = None) -> Stream:
    """A stream of `pdf` from the bytes of a zlib stream.

    Behind bytes that end in CR one byte more is put, which no decoder reads: qpdf writes a bare LF before
    `endstream`, and CR LF would be read as one end-of-line marker, the stream as shorter than its Length
    (ISO 19005-2, 6.1.7.1).
    """
    data = packed + b"\n" if packed.endswith(b"\r") else packed
    return Stream(pdf, data, {**(entries or {}), "/Filter": Name.FlateDecode})


def add_page(pdf: Pdf, width: float, height: float, resources: Mapping[str, Any], content: Stream) -> None:
    """A page of `width` × `height` points behind the last one."""
    leaf = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, width, height]),
        Resources=Dictionary(resources),
        Contents=content,
    )
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(leaf)))


def save(pdf: Pdf, target: Path | BinaryIO) -> None:
    """Write `pdf` with a classic cross-reference table, and an identifier that is a hash of all the rest.

    Streams are not touched, so pictures stay what they are and the metadata can be read without a filter.
    """
    pdf.save(
        target,
        force_version="1.7",
        fix_metadata_version=False,
        preserve_pdfa=True,  # an end-of-line marker before every endstream
        compress_streams=False,
        stream_decode_level=StreamDecodeLevel.none,
        object_stream_mode=ObjectStreamMode.disable,
        deterministic_id=True,
    )
