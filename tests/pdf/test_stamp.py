"""The agency's block is plain black Tinos of size 10 in the top margin, and keeps a signed file PDF/A."""

from __future__ import annotations

import datetime
import io
import subprocess
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from models.geometry import Box
from models.pages import PageSize
from pdf.stamp import draw_stamp, place_stamp, stamp_fits
from pdf.writer import page_placement, write_pdfa
from tests.pdf.support import A4, corners, drawn, faults, jpeg_page, metadata, picture_of, reading_of

LINES = ["Sao y", "Ủy ban nhân dân phường Hoa Mẫu", "22.11.2026 09:15:04 +07:00"]
LONG = "Văn phòng Hội đồng nhân dân và Ủy ban nhân dân thành phố Hoa Sen thuộc tỉnh Mẫu Sơn Thượng"
PAGE = page_placement(picture_of(corners(), "jpeg", A4))


def text_of(pdf: bytes, tmp_path: Path) -> list[str]:
    path = tmp_path / "stamp.pdf"
    path.write_bytes(pdf)
    result = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True)
    return result.stdout.decode().replace("\f", "").splitlines()


def test_the_lines_are_drawn_as_they_are(tmp_path: Path) -> None:
    stamp = draw_stamp(LINES)
    assert [line for line in text_of(stamp.pdf, tmp_path) if line] == LINES
    assert 130 < stamp.width_pt < 170
    assert 30 < stamp.height_pt < 45
    with pikepdf.open(io.BytesIO(stamp.pdf)) as pdf:
        assert [float(v) for v in pdf.pages[0].MediaBox[2:]] == [stamp.width_pt, stamp.height_pt]
        assert b"/F1 10 Tf" in pdf.pages[0].Contents.read_bytes()
        assert pdf.pages[0].Resources.Font.F1.DescendantFonts[0].FontDescriptor.FontFile2 is not None


def test_no_ink_touches_the_edge_and_there_is_no_border(tmp_path: Path) -> None:
    stamp = draw_stamp(["Ẫggjq", "ẪÃ Ủy", "gjpq ỵ"])
    path = tmp_path / "a.pdf"
    path.write_bytes(stamp.pdf)
    shown = drawn(path, dpi=288)
    inked = np.argwhere(shown.min(axis=2) < 200)
    (top, left), (bottom, right) = inked.min(axis=0), inked.max(axis=0)
    assert top >= 4
    assert left >= 4
    assert bottom <= shown.shape[0] - 4
    assert right <= shown.shape[1] - 4
    assert shown.max(axis=2).min() < 60
    assert np.ptp(shown.astype(int), axis=2).max() == 0, "black and grey only"


def test_a_long_name_is_wrapped_evenly(tmp_path: Path) -> None:
    stamp = draw_stamp(["Sao y", LONG, LINES[2]])
    lines = [line for line in text_of(stamp.pdf, tmp_path) if line]
    assert stamp.width_pt <= 204
    assert " ".join(lines[1:-1]) == LONG
    assert len(lines) == 5
    assert max(map(len, lines[1:-1])) - min(map(len, lines[1:-1])) < 12


def test_right_alignment_ends_lines_at_one_edge(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(draw_stamp(LINES, align="right").pdf)
    shown = drawn(path, dpi=144)
    thirds = np.array_split(np.arange(shown.shape[0]), 3)
    ends = [np.argwhere(shown[rows].min(axis=(0, 2)) < 200).max() for rows in thirds]
    assert max(ends) - min(ends) <= 3


def test_the_same_lines_give_the_same_bytes() -> None:
    assert draw_stamp(LINES).pdf == draw_stamp(LINES).pdf
    assert draw_stamp(LINES).pdf != draw_stamp(LINES[:2]).pdf
    with pytest.raises(ValueError, match="text"):
        draw_stamp(["  "])


def test_the_block_stands_top_right_within_the_margin() -> None:
    stamp = draw_stamp(LINES)
    box = place_stamp(PAGE, stamp)
    assert box.x1 - box.x0 == pytest.approx(stamp.width_pt, abs=0.02)
    assert box.y1 - box.y0 == pytest.approx(stamp.height_pt, abs=0.02)
    assert box.x0 > PAGE.page_width / 2
    assert 10 < PAGE.page_width - box.x1 < 30
    assert 10 < PAGE.page_height - box.y1 < 20
    assert box.y0 > PAGE.page_height - 25 / 25.4 * 72, "inside a top margin of 25 mm"


def test_the_block_goes_where_the_page_is_free() -> None:
    stamp = draw_stamp(LINES)
    free = Box(x0=0.4, y0=0.02, x1=0.8, y1=0.09)
    assert stamp_fits(PAGE, stamp, free)
    box = place_stamp(PAGE, stamp, free)
    assert (box.x1, box.y1) == pytest.approx((0.8 * PAGE.page_width, 0.98 * PAGE.page_height), abs=0.02)
    left, bottom, right, top = PAGE.to_page(free)
    assert left <= box.x0 < box.x1 <= right + 0.01
    assert bottom <= box.y0 < box.y1 <= top + 0.01


def test_too_small_an_area_is_not_used_and_said_so() -> None:
    stamp = draw_stamp(LINES)
    small = Box(x0=0.4, y0=0.02, x1=0.5, y1=0.03)
    assert not stamp_fits(PAGE, stamp, small)
    assert not stamp_fits(PAGE, stamp, None)
    assert place_stamp(PAGE, stamp, small) == place_stamp(PAGE, stamp)


def test_beside_a_card_the_block_never_covers_anything() -> None:
    card = page_placement(picture_of(corners(), "jpeg", PageSize(width_mm=85.6, height_mm=53.98)))
    stamp = draw_stamp(["Sao y", LONG, LINES[2]])
    box = place_stamp(card, stamp, Box(x0=0, y0=0, x1=1, y1=1))
    assert box.y0 > card.y + card.height
    assert stamp_fits(card, stamp, None)


def self_signed() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "MẪU - không có giá trị pháp lý")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(7).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1)).sign(key, hashes.SHA256())
    )  # fmt: skip
    return certificate, key


def test_a_file_signed_with_the_block_stays_pdfa_and_begins_with_the_unsigned_one(tmp_path: Path) -> None:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.layout import (
        AxisAlignment,
        BoxConstraints,
        InnerScaling,
        Margins,
        SimpleBoxLayoutRule,
    )
    from pyhanko.sign import signers
    from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
    from pyhanko.stamp import StaticStampStyle

    target = tmp_path / "a.pdf"
    page = jpeg_page(tmp_path / "a.jpg", corners(), reading=reading_of(LINES))
    write_pdfa(target, [page], metadata=metadata(), conformance="2u")
    stamp = draw_stamp(LINES)
    (tmp_path / "stamp.pdf").write_bytes(stamp.pdf)
    box = place_stamp(PAGE, stamp)
    certificate, key = self_signed()
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    (tmp_path / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    signer = signers.SimpleSigner.load(str(tmp_path / "key.pem"), str(tmp_path / "cert.pem"))
    assert signer is not None
    layout = SimpleBoxLayoutRule(
        x_align=AxisAlignment.ALIGN_MIN, y_align=AxisAlignment.ALIGN_MIN, margins=Margins(0, 0, 0, 0),
        inner_content_scaling=InnerScaling.NO_SCALING,
    )  # fmt: skip
    style = StaticStampStyle.from_pdf_file(
        str(tmp_path / "stamp.pdf"), border_width=0, background_layout=layout, background_opacity=1.0
    )
    assert BoxConstraints is not None
    spec = SigFieldSpec("S1", on_page=0, box=(box.x0, box.y0, box.x1, box.y1))
    signed = io.BytesIO()
    signers.PdfSigner(
        signers.PdfSignatureMetadata(field_name="S1", subfilter=SigSeedSubFilter.PADES),
        signer=signer,
        stamp_style=style,
        new_field_spec=spec,
    ).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(target.read_bytes())), output=signed)
    result = tmp_path / "signed.pdf"
    result.write_bytes(signed.getvalue())
    assert signed.getvalue().startswith(target.read_bytes())
    assert faults(result, "2u") == []
    report = subprocess.run(
        ["pdfsig", "-nocert", str(result)], capture_output=True, text=True, check=False
    ).stdout
    assert "Signature is Valid" in report
    assert "Total document signed" in report
    shown = drawn(result, dpi=144)
    height = shown.shape[0]
    patch = shown[
        height - round(box.y1 * 2) : height - round(box.y0 * 2), round(box.x0 * 2) : round(box.x1 * 2)
    ]
    assert patch.min() < 80
