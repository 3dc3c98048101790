"""Judges what came back: our prepared document byte for byte, and behind it one signature of the expected certificate.

Works on the file alone, asks nobody, and runs in a child process with limits: what comes back is a stranger's file.
Whether the certificate is good today, and what the file lacks for its level, is for `signing.handover.hand`.
"""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from asn1crypto import cms, x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from models.errors import (
    HandoverCertificate,
    HandoverCertified,
    HandoverChanged,
    HandoverExtraSignature,
    HandoverFormat,
    HandoverInvalid,
    HandoverMisplaced,
    HandoverRefused,
    HandoverRewritten,
    HandoverUnsigned,
)
from models.signatures import Reason
from signing.handover.tool_marks import only_marks_differ
from signing.judging.canonical import NotCanonical, attribute, named_certificate
from signing.judging.coverage import FoundSignature, RememberedPolicy, find_signatures
from signing.judging.embedded import embedded_fault
from signing.keys.credential import HASHES, common_name
from signing.objects import entry, inherited
from signing.quiet import keep_libraries_quiet
from signing.trust import TrustStore

CHUNK = 1 << 20
SUBFILTER = "/ETSI.CAdES.detached"
"""The only one of PAdES baseline (ETSI EN 319 142-1, 6.3). adbe.pkcs7.detached would be another format than the rule
sets want and need not name its certificate, so a copy made with it could reach none of the levels."""
POINTS_PER_MM = 72 / 25.4
_EMPTY_FORM = generic.DictionaryObject(
    {
        generic.pdf_name("/Fields"): generic.ArrayObject(),
        generic.pdf_name("/SigFlags"): generic.NumberObject(3),
    }
)
SLACK = 0.5
"""Points that a mark may stick out, for programs that round."""


@dataclass(frozen=True)
class Wanted:
    """What has to come back."""

    size: int
    sha256: str
    """Of the prepared document."""
    certificates: frozenset[str]
    """SHA-256 (hex) of the DER of every certificate that may have signed."""
    margin_mm: float
    """Within the top so many millimetres of page 1 the signature's mark has to show itself."""
    above: tuple[bytes, ...] = ()
    """DER of authorities' certificates that a signature need not bring along."""
    unseen: bool = False
    """A signature without a mark will do: on a capture there need not be one."""


@dataclass(frozen=True)
class Returned:
    """The signature on a file that came back as it should. The certificates are DER."""

    field_name: str
    certificate: bytes
    others: tuple[bytes, ...]


def judge_returned(path: Path, wanted: Wanted, trust: TrustStore) -> Returned:
    """The one signature that was added to the prepared document. Raises a HandoverRefused, and OSError."""
    keep_libraries_quiet()
    prefix = _prefix(path, wanted)
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _judged(PdfFileReader(BytesIO(prefix)), PdfFileReader(file), data, wanted, trust)
    except HandoverRefused:
        raise
    except Exception as fault:  # hostile bytes may break any part of the library
        raise HandoverInvalid(reason=f"{Reason.FORMAT_BROKEN} ({type(fault).__name__})") from fault


def _prefix(path: Path, wanted: Wanted) -> bytes:
    with path.open("rb") as file:
        prefix = file.read(wanted.size)
        if len(prefix) != wanted.size or hashlib.sha256(prefix).hexdigest() != wanted.sha256:
            raise HandoverRewritten
        if not file.read(1):
            raise HandoverUnsigned
    return prefix


def _judged(
    before: PdfFileReader, after: PdfFileReader, data: mmap.mmap, wanted: Wanted, trust: TrustStore
) -> Returned:
    _check_chain(before, after)
    known = {name for name, _, _ in enumerate_sig_fields(before)}
    one = _added(known, after, data)
    certificate, others = _signer(one, wanted, trust)
    _check_changes(before, after, known | {one.name}, one)
    _check_mark(one, after, wanted)
    _check_signature(one, certificate)
    return Returned(one.name, certificate.dump(), tuple(other.dump() for other in others))


def _check_chain(before: PdfFileReader, after: PdfFileReader) -> None:
    """The new revisions must build on ours: a whole new document behind our bytes would leave them unread."""
    ours, all_of_them = before.xrefs.total_revisions, after.xrefs.total_revisions
    if after.encrypted or all_of_them <= ours:
        raise HandoverRewritten
    starts = [[one.xrefs.get_startxref_for_revision(n) for n in range(ours)] for one in (before, after)]
    if starts[0] != starts[1]:
        raise HandoverRewritten


def _added(known: set[str], after: PdfFileReader, data: mmap.mmap) -> FoundSignature:
    """The one signature that was not there before."""
    new = [one for one in after.embedded_signatures if one.field_name not in known]
    signatures = [one for one in new if one.sig_object_type != "/DocTimeStamp"]
    if not signatures:
        raise HandoverUnsigned
    if len(signatures) > 1:
        raise HandoverExtraSignature(count=len(signatures))
    subfilter = str(entry(signatures[0].sig_object, "/SubFilter", "-"))
    if subfilter != SUBFILTER:
        raise HandoverFormat(reason=subfilter)
    if _locks(signatures[0], after):
        raise HandoverCertified
    return next(one for one in find_signatures(after, data) if one.name == signatures[0].field_name)


def _locks(signature: EmbeddedPdfSignature, after: PdfFileReader) -> bool:
    """Whether the signature forbids what comes later: DocMDP, usage rights, or a lock on fields."""
    return (
        "/Reference" in signature.sig_object
        or "/Lock" in signature.sig_field
        or "/Perms" in after.root
        or signature.docmdp_level is not None
    )


def _signer(
    one: FoundSignature, wanted: Wanted, trust: TrustStore
) -> tuple[x509.Certificate, list[x509.Certificate]]:
    if one.signed is None:
        raise HandoverInvalid(reason=Reason.NOT_CANONICAL)
    for choice in one.signed["certificates"]:
        choice.chosen.native  # noqa: B018 - forces the parse here, in the child
    certificate = named_certificate(one.signed)
    if hashlib.sha256(certificate.dump()).hexdigest() not in wanted.certificates:
        raise HandoverCertificate(signer=common_name(certificate))
    known = [x509.Certificate.load(der) for der in wanted.above]
    fault = embedded_fault(one.signed, certificate, trust, known=known)
    if fault is not None:  # nothing protects the certificates beside a signature
        raise HandoverInvalid(reason=fault)
    others = [choice.chosen for choice in one.signed["certificates"]]
    return certificate, [other for other in others if other.dump() != certificate.dump()]


def _check_changes(before: PdfFileReader, after: PdfFileReader, known: set[str], one: FoundSignature) -> None:
    """Nothing but the signature, evidence and time-stamps; every revision is looked at by itself."""
    prepared = after.get_historical_resolver(before.xrefs.total_revisions - 1)
    if "/AcroForm" not in prepared.root:  # the policy compares forms only where there was one
        prepared.root["/AcroForm"] = _EMPTY_FORM
    result = RememberedPolicy(foreign=True).review_file(after, prepared)
    if not isinstance(result, DiffResult):
        raise HandoverChanged(reason=str(result)[:200])
    if not only_marks_differ(before, after):
        raise HandoverChanged(reason="Info/XMP")
    for name, value, _ in enumerate_sig_fields(after):
        stamp = value is not None and entry(value.get_object(), "/Type", "") == "/DocTimeStamp"
        if name not in known and not stamp:
            raise HandoverChanged(reason=f"/Sig {name}")
    if any(reason is not Reason.CHANGED_AFTER_SIGNING for reason in one.faults):
        raise HandoverInvalid(reason=", ".join(one.faults))
    if one.faults:
        raise HandoverChanged(reason=Reason.CHANGED_AFTER_SIGNING)
    if one.embedded.evaluate_signature_coverage() < SignatureCoverageLevel.ENTIRE_REVISION:
        raise HandoverInvalid(reason=Reason.NOT_WHOLE_FILE)


def _check_mark(one: FoundSignature, after: PdfFileReader, wanted: Wanted) -> None:
    """It shows itself once, on page 1, within the top margin, and so hides nothing that stands on the paper; or nowhere,
    where that will do."""
    page = after.find_page_for_modification(0)[0].get_object()
    x0, _, x1, y1 = _corners(inherited(page, "/MediaBox"))
    widgets = list(_widgets(one.embedded.sig_field))
    shown = [annotation.get_object() for annotation in entry(page, "/Annots", ())]
    if len(widgets) != 1 or shown.count(widgets[0]) != 1:
        raise HandoverMisplaced(margin_mm=wanted.margin_mm)
    left, bottom, right, top = _corners(entry(widgets[0], "/Rect", ()))
    if wanted.unseen and (left == right or bottom == top):
        return
    lowest = y1 - wanted.margin_mm * POINTS_PER_MM
    inside = x0 - SLACK <= left < right <= x1 + SLACK and lowest - SLACK <= bottom < top <= y1 + SLACK
    if not inside or inherited(page, "/Rotate") not in (None, 0):
        raise HandoverMisplaced(margin_mm=wanted.margin_mm)


def _widgets(field: generic.DictionaryObject) -> Iterator[generic.DictionaryObject]:
    kids = entry(field, "/Kids", ())
    if not kids:
        yield field
    for kid in kids:
        yield kid.get_object()


def _corners(numbers: Any) -> tuple[float, float, float, float]:
    if numbers is None or len(numbers) != 4:
        return 0.0, 0.0, 0.0, 0.0
    x0, y0, x1, y1 = (float(number) for number in numbers)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _check_signature(one: FoundSignature, certificate: x509.Certificate) -> None:
    """It is this certificate's over these bytes, and says so itself (PAdES: ESS signing-certificate-v2)."""
    assert one.signed is not None
    signer: cms.SignerInfo = one.signed["signer_infos"][0]
    try:
        named = attribute(signer["signed_attrs"], "signing_certificate_v2")["certs"][0]
    except NotCanonical as missing:
        raise HandoverFormat(reason="signing-certificate-v2") from missing
    if (
        hashlib.new(_algorithm(named["hash_algorithm"]), certificate.dump()).digest()
        != named["cert_hash"].native
    ):
        raise HandoverFormat(reason="signing-certificate-v2")
    _algorithm(signer["digest_algorithm"])
    intact, valid = validate_sig_integrity(signer, certificate, "data", one.embedded.compute_digest())
    if not intact:
        raise HandoverInvalid(reason=Reason.DIGEST_MISMATCH)
    if not valid:
        raise HandoverInvalid(reason=Reason.SIGNATURE_BROKEN)


def _algorithm(chosen: Any) -> str:
    """Its name; raises HandoverInvalid for one that may not be used."""
    name = str(chosen["algorithm"].native)
    if name not in HASHES:
        raise HandoverInvalid(reason=f"{Reason.ALGORITHM_WEAK} ({name})")
    return name
