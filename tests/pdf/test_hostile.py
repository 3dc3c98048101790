"""Whatever is done to a file, every step over it ends in an answer or in one refusal of the catalogue."""

from __future__ import annotations

import random
from pathlib import Path

import pikepdf
import pytest

from models.errors import InputRefused
from pdf.embedded import read_embedded
from pdf.pages import extract_page
from pdf.sandbox import Sandbox, SandboxLimits
from pdf.textlayer import read_text_layer
from pdf.triage import TriageLimits, judge_source
from pdf.writer import write_pdfa
from tests.pdf.support import (
    corners,
    ecopy_content,
    image_pdf,
    jpeg_page,
    jpeg_pdf,
    metadata,
    reading_of,
    text_pdf,
)
from tests.pdf.test_pages import bilevel, ccitt, jbig2_stream, jpx

LIMITS = SandboxLimits(memory_bytes=512 << 20, cpu_seconds=5, wall_seconds=20)
TRIAGE = TriageLimits(max_pages=50, max_pixels=20_000_000)
KNOWN = [("Căn cứ Luật Tổ chức chính quyền địa phương", 80.0, 700.0, 13.0)]


def seeds(folder: Path) -> list[Path]:
    ecopy = folder / "ecopy.pdf"
    page = jpeg_page(folder / "a.jpg", corners(40, 60), reading=reading_of(["Độc lập - Tự do"]))
    write_pdfa(ecopy, [page], metadata=metadata(ecopy_content()), conformance="2u")
    packed = folder / "packed.pdf"
    with pikepdf.open(text_pdf(folder / "plain.pdf", [KNOWN, KNOWN])) as pdf:
        pdf.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    small = bilevel(80, 120)
    return [
        ecopy,
        packed,
        folder / "plain.pdf",
        jpeg_pdf(folder / "scan.pdf", corners(40, 60), pages=2),
        image_pdf(folder / "ccitt.pdf", *ccitt(small)),
        image_pdf(folder / "jbig2.pdf", *jbig2_stream(small)),
        image_pdf(folder / "jpx.pdf", *jpx(corners(80, 120))),
    ]


def damaged(data: bytes, luck: random.Random) -> bytes:
    """Bytes flipped, cut out, doubled, or numbers made enormous."""
    result = bytearray(data)
    for _ in range(luck.randint(1, 8)):
        at = luck.randrange(len(result))
        match luck.randrange(5):
            case 0:
                result[at] = luck.randrange(256)
            case 1:
                del result[at : at + luck.randint(1, 200)]
            case 2:
                result[at:at] = result[at : at + luck.randint(1, 200)]
            case 3:
                digits = [i for i in range(at, min(at + 400, len(result))) if 48 <= result[i] <= 57]
                if digits:
                    result[digits[0] : digits[0]] = b"9" * luck.randint(1, 12)
            case 4:
                other = luck.randrange(len(result))
                result[at : at + 40] = result[other : other + 40]
    return bytes(result) + (b"\n%%EOF\n" if luck.random() < 0.7 else b"")


@pytest.mark.parametrize("round_", range(4))
def test_damaged_files_are_answered_or_refused(sandbox: Sandbox, tmp_path: Path, round_: int) -> None:
    luck = random.Random(20261122 + round_)
    passed, codes = 0, []
    for number, seed in enumerate(seeds(tmp_path) * 4):
        path = tmp_path / f"{number}-{seed.name}"
        path.write_bytes(damaged(seed.read_bytes(), luck))
        out = tmp_path / f"out-{number}"
        out.mkdir()
        for step in (
            lambda p: sandbox.call_at("triage", LIMITS, judge_source, p, p.name, TRIAGE),
            lambda p, o=out: sandbox.call_at("pages", LIMITS, extract_page, p, 1, o, max_pixels=20_000_000),
            lambda p: sandbox.call_at("text", LIMITS, read_text_layer, p, 1),
            lambda p: sandbox.call_at("data", LIMITS, read_embedded, p),
        ):
            try:
                step(path)
                passed += 1
            except InputRefused as e:
                codes.append(e.code)
    assert passed > 20
    assert len(codes) > 20
    assert {"INPUT_TRUNCATED", "INPUT_UNREADABLE"} <= set(codes)
