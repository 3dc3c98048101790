"""Others agree: pdfsig with NSS, OpenSSL on the bytes cut from the file, page-validation, poppler's eyes."""

from __future__ import annotations

import binascii
import subprocess
from pathlib import Path

import numpy as np
import page
import pytest
from PIL import Image

from models.errors import SigningFault
from models.signatures import Level, SignatureBox, Verdict
from signing.judging.verify import verify_pdf
from tests.signing import attacks
from tests.signing.support import Bench, appearance, gaps, request, visible_request, write_pdfa

FALSE_POSITIVES = {"PDFA2B-SIGNATURE-BYTERANGE-001", "PDFA2U-UNICODE-MAPPING-001"}


def _run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.fixture
def twice_signed(bench: Bench, source: Path) -> Path:
    """The officer's plain signature, then the agency's visible one with archive evidence."""
    once, _ = bench.sign(source, "once.pdf", Level.B_T, "officer")
    twice = bench.folder / "twice.pdf"
    bench.signer("vanthu").sign(once, twice, visible_request(Level.B_LTA, bench.clock))
    return twice


def test_officer_then_agency_verify_and_each_revision_is_kept(bench: Bench, twice_signed: Path) -> None:
    assert twice_signed.read_bytes().startswith((bench.folder / "once.pdf").read_bytes())
    report = verify_pdf(twice_signed, bench.trust)
    assert report.verdict is Verdict.VALID
    assert [(s.role, s.verdict, s.covers_whole_file) for s in report.signatures] == [
        ("officer", Verdict.VALID, False),
        ("vanthu", Verdict.VALID, False),
        ("timestamp", Verdict.VALID, True),
    ]
    assert [s.changes_after for s in report.signatures] == [
        ("dss", "signature", "timestamp"),
        ("dss", "timestamp"),
        (),
    ]


def _nss(bench: Bench, *roots: Path) -> str:
    folder = bench.folder / f"nss{len(roots)}"
    folder.mkdir()
    _run("certutil", "-N", "-d", f"sql:{folder}", "--empty-password")
    for number, root in enumerate(roots):
        _run("certutil", "-A", "-d", f"sql:{folder}", "-n", f"root{number}", "-t", "C,C,C", "-i", root)
    return f"sql:{folder}"


def test_pdfsig_finds_the_signatures_sound_and_the_chain_known(bench: Bench, twice_signed: Path) -> None:
    known = _run("pdfsig", "-nssdir", _nss(bench, bench.pki.root_path), "-no-ocsp", twice_signed)
    assert known.count("Signature Validation: Signature is Valid.") == 2
    assert "isn't Trusted" not in known
    assert "Total document signed" in known  # the time-stamp, whose imprint pdfsig itself can't check
    unknown = _run("pdfsig", "-nssdir", _nss(bench), "-no-ocsp", twice_signed)
    assert unknown.count("Certificate issuer isn't Trusted") == 2


def test_pdfsig_sees_a_flipped_byte(bench: Bench, twice_signed: Path) -> None:
    data = bytearray(twice_signed.read_bytes())
    data[500] ^= 1
    twice_signed.write_bytes(data)
    found = _run("pdfsig", "-nssdir", _nss(bench, bench.pki.root_path), "-no-ocsp", twice_signed)
    assert "Signature is Valid" not in found


def _cut(path: Path, number: int, folder: Path) -> tuple[Path, Path]:
    """The bytes a signature covers and its DER value, as files."""
    data = path.read_bytes()
    start, end, stop = gaps(data)[number]
    content = binascii.unhexlify(data[start + 1 : end - 1])
    length = 4 + int.from_bytes(content[2:4], "big")
    covered, value = folder / "covered", folder / "value.der"
    covered.write_bytes(data[:start] + data[end:stop])
    value.write_bytes(content[:length])
    return covered, value


@pytest.mark.parametrize("number", [0, 1])
def test_openssl_verifies_the_signatures(bench: Bench, twice_signed: Path, number: int) -> None:
    covered, value = _cut(twice_signed, number, bench.folder)
    command: list[str | Path] = ["openssl", "cms", "-verify", "-inform", "DER", "-in", value, "-binary"]
    command += ["-content", covered, "-CAfile", bench.pki.root_path, "-out", "/dev/null"]
    assert "CMS Verification successful" in _run(*command)
    covered.write_bytes(covered.read_bytes() + b" ")
    assert "CMS Verification successful" not in _run(*command)


def test_openssl_verifies_the_document_time_stamp(bench: Bench, twice_signed: Path) -> None:
    covered, value = _cut(twice_signed, -1, bench.folder)
    command: list[str | Path] = ["openssl", "ts", "-verify", "-token_in", "-in", value, "-data", covered]
    command += ["-CAfile", bench.pki.root_path]
    command += ["-untrusted", bench.pki.folder / "certificates/intermediate.pem"]
    assert "Verification: OK" in _run(*command)
    covered.write_bytes(covered.read_bytes()[:-1])
    assert "Verification: OK" not in _run(*command)


JARS = ("pdfbox2", "fontbox2", "bcprov", "bcpkix", "bcutil", "commons-logging")


def _pdfbox(*paths: Path) -> dict[str, list[tuple[str, str, int]]]:
    """What PDFBox with BouncyCastle says of each file: kind, soundness and end of every signature."""
    judge = Path(__file__).with_name("PdfBoxJudge.java")
    jars = ":".join(f"/usr/share/java/{jar}.jar" for jar in JARS)
    said = _run("java", "-XX:TieredStopAtLevel=1", "-cp", jars, judge, *paths)
    found: dict[str, list[tuple[str, str, int]]] = {path.name: [] for path in paths}
    for line in said.splitlines():
        if line.partition(" ")[0] in found:
            name, kind, verdict, end = line.split()
            found[name].append((kind, verdict, int(end)))
    return found


def test_pdfbox_agrees_where_it_can_judge(bench: Bench, twice_signed: Path) -> None:
    """It judges mathematics and coverage, no trust; where it says broken or covers less, we must not accept."""
    data = twice_signed.read_bytes()
    start, end, _ = gaps(data)[-1]
    flipped = [data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :] for at in (500, gaps(data)[0][0] - 50)]
    value = start + len(data[start : end - 1].rstrip(b"0")) - 100  # within the last signature's value
    forged = {
        "flipped.pdf": flipped[0],
        "dictionary.pdf": flipped[1],
        "value.pdf": data[: value - 40] + b"00" * 20 + data[value:],
        "overlay.pdf": attacks.updated(data, attacks.overlay),
        "appended.pdf": data + b"\n%%EOF\n",
        "cut.pdf": data[: len(data) - 400],
        "empty.pdf": data[: start + 1] + b"0" * (end - start - 2) + data[end - 1 :],
    }
    for name, content in forged.items():
        (bench.folder / name).write_bytes(content)
    said = _pdfbox(twice_signed, *(bench.folder / name for name in forged))
    assert said.pop("twice.pdf") == [
        (kind, "sound", stop)
        for kind, (_, _, stop) in zip(
            ("ETSI.CAdES.detached", "ETSI.CAdES.detached", "ETSI.RFC3161"), gaps(data), strict=True
        )
    ]
    for name, found in said.items():
        size = (bench.folder / name).stat().st_size
        sound = len(found) == 3 and all(verdict == "sound" for _, verdict, _ in found)
        assert not (sound and found[-1][2] == size), name
        assert verify_pdf(bench.folder / name, bench.trust).verdict is Verdict.INVALID, name


def _faults(path: Path) -> set[str]:
    report = page.validate_pdf(str(path), profile=page.ValidationProfile.PDF_A_2B)
    return {failure.rule_id for failure in report.failures} - FALSE_POSITIVES


@pytest.mark.parametrize(("level", "visible"), [(Level.B_T, False), (Level.B_LT, True), (Level.B_LTA, True)])
def test_pdfa_stays_pdfa(bench: Bench, source: Path, level: Level, visible: bool) -> None:
    assert _faults(source) == set()
    made = visible_request(level, bench.clock) if visible else request(level, bench.clock)
    target = bench.folder / "out.pdf"
    bench.signer("vanthu").sign(source, target, made)
    assert _faults(target) == set()


def _ink(path: Path, folder: Path) -> tuple[float, float, float, float] | None:
    """The box of black ink on page 1 in points from the lower left corner."""
    _run("pdftoppm", "-r", "72", "-png", "-singlefile", path, folder / "page")
    grey = np.asarray(Image.open(folder / "page.png").convert("L"))
    rows, columns = np.nonzero(grey < 100)
    if rows.size == 0:
        return None
    height = grey.shape[0]
    return columns.min(), height - rows.max() - 1, columns.max() + 1, height - rows.min()


def test_a_visible_signature_stands_where_it_was_put(bench: Bench, source: Path) -> None:
    target = bench.folder / "out.pdf"
    bench.signer("vanthu").sign(source, target, visible_request(Level.B_T, bench.clock))
    assert _ink(source, bench.folder) is None
    found = _ink(target, bench.folder)
    assert found is not None
    # the appearance's line runs from 2 to 168 pt at a height of 2 pt in a box from (395.28, 795)
    assert np.allclose(found, (397.28, 796.5, 563.28, 797.5), atol=1.1)


def test_the_box_counts_from_the_corner_of_the_page_wherever_that_is(bench: Bench) -> None:
    shifted = write_pdfa(bench.folder / "shifted.pdf")
    shifted.write_bytes(shifted.read_bytes().replace(b"[ 0 0 595 842 ]", b"[ 9 9 604 851 ]"))
    assert b"[ 9 9 604 851 ]" in shifted.read_bytes()
    target = bench.folder / "out.pdf"
    bench.signer("vanthu").sign(shifted, target, visible_request(Level.B_T, bench.clock))
    assert b"/Rect [ 404.28 804" in target.read_bytes()
    found = _ink(target, bench.folder)
    assert found is not None
    assert np.allclose(found, (397.28, 796.5, 563.28, 797.5), atol=1.1)


def test_an_appearance_that_does_not_fit_its_box_is_refused(bench: Bench, source: Path) -> None:
    fitting = visible_request(Level.B_B, bench.clock)
    wrong: list[dict[str, object]] = [
        {"appearance_pdf": None},
        {"appearance_pdf": b"%PDF-1.7 no"},
        {"appearance_pdf": appearance(171, 30)},
        {"box": SignatureBox(x0=0, y0=0, x1=10, y1=10)},
    ]
    for change in wrong:
        with pytest.raises(SigningFault):
            bench.signer("vanthu").sign(source, bench.folder / "out.pdf", fitting.model_copy(update=change))
    assert list(bench.folder.iterdir()) == []


def test_a_third_signature_keeps_the_first_two(bench: Bench, twice_signed: Path) -> None:
    thrice = bench.folder / "thrice.pdf"
    bench.signer("clerk").sign(twice_signed, thrice, request(Level.B_LT, bench.clock))
    report = verify_pdf(thrice, bench.trust)
    assert (report.verdict, len(report.signatures)) == (Verdict.VALID, 4)
    assert _faults(thrice) == set()
