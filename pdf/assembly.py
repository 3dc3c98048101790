"""Builds and saves our PDF files with pikepdf: streams as they are given, the same input gives the same bytes."""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import pikepdf
from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Pdf, Stream, StreamDecodeLevel

_LEVEL = 6


def deflated(pdf: Pdf, data: bytes, entries: Mapping[str, Any] | None = None) -> Stream:
    """`data` as a FlateDecode stream of `pdf`."""
    packed = clear_end(zlib.compress(data, _LEVEL))
    return Stream(pdf, packed, {**(entries or {}), "/Filter": Name.FlateDecode})


def clear_end(packed: bytes) -> bytes:
    """A zlib stream that may stand before `endstream`: behind a CR comes one byte more, which no decoder reads.

    qpdf writes a bare LF there, and CR LF would be read as one end-of-line marker, the stream as shorter than
    its Length (ISO 19005-2, 6.1.7.1).
    """
    return packed + b"\n" if packed.endswith(b"\r") else packed


def file_stream(pdf: Pdf, path: Path, entries: Mapping[str, Any]) -> Stream:
    """A stream of `pdf` whose encoded bytes are the file at `path`, read when `pdf` is saved and never kept.

    pikepdf holds streams made from bytes, or copied from another file, in memory; only qpdf's JSON can name a file.
    """
    stream = Stream(pdf, b"")
    number, generation = stream.objgen
    header = {
        "jsonversion": 2,
        "pushedinheritedpageresources": False,
        "calledgetallpages": False,
        "maxobjectid": number,
    }
    update = {f"obj:{number} {generation} R": {"stream": {"dict": {}, "datafile": str(path)}}}
    pdf.update_from_qpdf_json(io.BytesIO(json.dumps({"qpdf": [header, update]}).encode("ascii")))
    stream.stream_dict = Dictionary(entries)
    return stream


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
