"""Streams added by a signature never end in CR, which PDF/A validators would take for the end of a line."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest
from pyhanko.pdf_utils import generic

from signing.making.signer import _Appender
from tests.signing.support import write_pdfa


@pytest.mark.parametrize(
    "data", [b"evidence\r", b"\r", b"evidence", *(bytes([n]) * 40 + b"\r" for n in range(64))]
)
def test_a_stream_that_ends_in_cr_is_packed_and_reads_back(tmp_path: Path, data: bytes) -> None:
    plain = write_pdfa(tmp_path / "plain.pdf")
    with io.BytesIO(plain.read_bytes()) as file:
        writer = _Appender(file)
        reference = writer.add_object(generic.StreamObject(stream_data=data))
        writer.root["/Probe"] = reference
        writer.update_root()
        writer.write_in_place()
        written = file.getvalue()
    assert b"\r\nendstream" not in written[plain.stat().st_size :]
    with pikepdf.open(io.BytesIO(written)) as pdf:
        assert pdf.Root.Probe.read_bytes() == data
