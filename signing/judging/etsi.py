"""A verification report in the XML of ETSI TS 119 102-2 (V1.2.1), so that other programs can read our verdicts.

It is written from our own judgement, which is stricter than the standard's algorithm: TOTAL-PASSED stands there only
where this software calls the signature and the whole file valid.
"""

from __future__ import annotations

import re
from base64 import b64encode
from xml.etree import ElementTree

from models.signatures import (
    Reason,
    RecordReport,
    SignatureEvidence,
    SignatureReport,
    Verdict,
    VerificationReport,
)
from signing.judging.words import reason_words

VR = "http://uri.etsi.org/19102/v1.2.1#"
DS = "http://www.w3.org/2000/09/xmldsig#"

DIGESTS = {
    "sha256": "http://www.w3.org/2001/04/xmlenc#sha256",
    "sha384": "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "sha512": "http://www.w3.org/2001/04/xmlenc#sha512",
}

FAILED: dict[Reason, str] = {
    Reason.NO_SIGNATURE: "FORMAT_FAILURE",
    Reason.DIGEST_MISMATCH: "HASH_FAILURE",
    Reason.SIGNATURE_BROKEN: "SIG_CRYPTO_FAILURE",
    Reason.NOT_WHOLE_FILE: "FORMAT_FAILURE",
    Reason.CHANGED_AFTER_SIGNING: "FORMAT_FAILURE",
    Reason.NOT_CANONICAL: "FORMAT_FAILURE",
    Reason.FORMAT_BROKEN: "FORMAT_FAILURE",
    Reason.CERTIFICATE_REVOKED: "REVOKED",
}
"""Reasons that the standard counts as failures (EN 319 102-1, 5.1.3, table 5)."""
OPEN: dict[Reason, str] = {
    Reason.UNKNOWN_ISSUER: "NO_CERTIFICATE_CHAIN_FOUND",
    Reason.CERTIFICATE_EXPIRED: "OUT_OF_BOUNDS_NO_POE",
    Reason.CERTIFICATE_NOT_YET_VALID: "NOT_YET_VALID",
    Reason.CERTIFICATE_USAGE: "CHAIN_CONSTRAINTS_FAILURE",
    Reason.REVOCATION_UNKNOWN: "TRY_LATER",
    Reason.TIMESTAMP_INVALID: "NO_POE",
    Reason.TIMESTAMP_MISSING: "NO_POE",
    Reason.ALGORITHM_WEAK: "CRYPTO_CONSTRAINTS_FAILURE",
    **dict.fromkeys((one for one in Reason if one.value.startswith("RECORD_")), "NO_POE"),
}
"""Reasons that the standard lets stand as INDETERMINATE, though some of them are final for us."""
OTHER_SIGNATURE = "SIG_CONSTRAINTS_FAILURE"
"""A sound signature in a file that does not hold: our constraint that all signatures of a file must."""

_XML_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MAIN = "urn:etsi:019102:mainindication:"
_SUB = "urn:etsi:019102:subindication:"
_OBJECT = "urn:etsi:019102:validationObject:"
_DATA = "urn:ecopy:verification:"


def etsi_report(report: VerificationReport, *, software: str, file_name: str | None = None) -> bytes:
    """The report as UTF-8 XML. A file without any signature has one report that says so and identifies none."""
    for prefix, space in (("vr", VR), ("ds", DS)):
        ElementTree.register_namespace(prefix, space)
    writer = _Writer(report, software, file_name)
    return bytes(ElementTree.tostring(writer.whole(), encoding="utf-8", xml_declaration=True))


def indications(report: VerificationReport, one: SignatureReport) -> tuple[str, tuple[str, ...]]:
    """Main indication and sub-indications of one signature, as words of EN 319 102-1."""
    reasons = one.reasons or (() if report.verdict is Verdict.VALID else report.reasons)
    if one.verdict is Verdict.VALID and report.verdict is Verdict.VALID and not reasons:
        return "passed", ()
    if one.verdict is Verdict.VALID:
        return "indeterminate", (OTHER_SIGNATURE,)
    failed = tuple(dict.fromkeys(FAILED[reason] for reason in reasons if reason in FAILED))
    if failed:
        return "failed", failed
    return "indeterminate", tuple(dict.fromkeys(OPEN[reason] for reason in reasons if reason in OPEN))


class _Writer:
    """Writes one report; objects are collected on the way and named by what they are."""

    def __init__(self, report: VerificationReport, software: str, file_name: str | None) -> None:
        self._report = report
        self._software = software
        self._file_name = file_name
        self._objects: dict[str, ElementTree.Element] = {}

    def whole(self) -> ElementTree.Element:
        root = ElementTree.Element(f"{{{VR}}}ValidationReport")
        evidence = self._report.evidence or (None,) * len(self._report.signatures)
        pairs = list(zip(self._report.signatures, evidence, strict=True))
        written = 0
        for one, proof in pairs:
            if one.kind == "signature":
                self._report_on(_sub(root, "SignatureValidationReport"), one, proof, pairs)
                written += 1
            elif proof is not None:
                self._time_stamp(one, proof)
        if not written:
            self._status(
                _sub(root, "SignatureValidationReport"),
                "total-failed",
                ("FORMAT_FAILURE",),
                self._report.reasons,
            )
        if self._objects:
            _sub(root, "SignatureValidationObjects").extend(self._objects.values())
        return root

    def _report_on(
        self,
        node: ElementTree.Element,
        one: SignatureReport,
        proof: SignatureEvidence | None,
        pairs: list[tuple[SignatureReport, SignatureEvidence | None]],
    ) -> None:
        if proof is not None:
            identifier = _sub(node, "SignatureIdentifier")
            _digest(identifier, proof.digest_algorithm, proof.attributes_digest)
            _sub(identifier, "SignatureValue", DS).text = proof.signature_value
            _sub(identifier, "HashOnly").text = "false"
            _sub(identifier, "DocHashOnly").text = "false"
        self._times(node, one)
        if proof is not None:
            document = _sub(node, "SignersDocument")
            _digest(document, proof.digest_algorithm, proof.document_digest)
            reference = self._covered(proof)
            _sub(document, "SignersDocumentRepresentation").set("VOReference", reference)
            self._attributes(_sub(node, "SignatureAttributes"), one, proof, pairs)
            signer = _sub(node, "SignerInformation")
            _sub(signer, "SignerCertificate").set(
                "VOReference", self._certificate(proof.certificate.sha256, proof.certificate.der)
            )
            if one.signer:
                _sub(signer, "Signer").text = _printable(one.signer)
        process = _sub(node, "SignatureValidationProcess")
        _sub(process, "SignatureValidationProcessID").text = _process(one, self._report.record)
        self._judged(node, one, proof, total=True)

    def _judged(
        self, node: ElementTree.Element, one: SignatureReport, proof: SignatureEvidence | None, *, total: bool
    ) -> None:
        main, subs = indications(self._report, one)
        if total and main != "indeterminate":
            main = f"total-{main}"
        reasons = one.reasons
        if main == "indeterminate" and one.verdict is Verdict.VALID:
            reasons = self._report.reasons
        self._status(node, main, subs, reasons, proof)

    def _status(
        self,
        node: ElementTree.Element,
        main: str,
        subs: tuple[str, ...],
        reasons: tuple[Reason, ...],
        proof: SignatureEvidence | None = None,
    ) -> None:
        status = _sub(node, "SignatureValidationStatus")
        _sub(status, "MainIndication").text = _MAIN + main
        for sub in subs:
            _sub(status, "SubIndication").text = _SUB + sub
        data = _sub(status, "AssociatedValidationReportData")
        if proof is not None and proof.anchor is not None:
            anchor = self._certificate(proof.anchor.sha256, proof.anchor.der)
            _sub(data, "TrustAnchor").set("VOReference", anchor)
            chain = _sub(data, "CertificateChain")
            signer = self._certificate(proof.certificate.sha256, proof.certificate.der)
            _sub(chain, "SigningCertificate").set("VOReference", signer)
            _sub(chain, "TrustAnchor").set("VOReference", anchor)
        further = _sub(data, "AdditionalValidationReportData")
        said = [("software", self._software), ("verdict", self._report.verdict.value)]
        if self._file_name is not None:
            said.append(("file", _printable(self._file_name)))
        said.append(("file-sha256", self._report.sha256))
        if self._report.record is not None:
            said.append(("evidence-record-sha256", self._report.record.sha256))
            said.append(("evidence-record-verdict", self._report.record.verdict.value))
        for reason in reasons:
            words = f"{reason.value}: {reason_words(reason, 'vi')} / {reason_words(reason, 'en')}"
            said.append(("reason", words))
        for kind, value in said:
            entry = _sub(further, "ReportData")
            _sub(entry, "Type").text = _DATA + kind
            _sub(entry, "Value").text = value

    def _times(self, node: ElementTree.Element, one: SignatureReport) -> None:
        """Without a proven time the best one is that of the verification (EN 319 102-1, 5.5.4)."""
        if self._report.verified_at is None:
            return
        times = _sub(node, "ValidationTimeInfo")
        _sub(times, "ValidationTime").text = self._report.verified_at
        best = _sub(times, "BestSignatureTime")
        _sub(best, "POETime").text = one.proven_at or self._report.verified_at
        _sub(best, "TypeOfProof").text = "urn:etsi:019102:poetype:validation"
        record = self._report.record
        if record is not None and record.proven_at is not None and record.proven_at == one.proven_at:
            _sub(best, "POEObject").set("VOReference", self._record(record))

    def _attributes(
        self,
        node: ElementTree.Element,
        one: SignatureReport,
        proof: SignatureEvidence,
        pairs: list[tuple[SignatureReport, SignatureEvidence | None]],
    ) -> None:
        if one.claimed_at is not None:
            claimed = _sub(node, "SigningTime", Signed="true")
            _sub(claimed, "Time").text = one.claimed_at
        if one.proven_at is not None:
            _sub(_sub(node, "SignatureTimeStamp", Signed="false"), "TimeStampValue").text = one.proven_at
        digest = _sub(node, "MessageDigest", Signed="true")
        _sub(digest, "Digest").text = b64encode(bytes.fromhex(proof.document_digest)).decode()
        for later, token in pairs:
            follows = (later.covers_bytes or 0) > (one.covers_bytes or 0)
            if later.kind == "document_timestamp" and token is not None and follows and later.proven_at:
                stamp = _sub(node, "DocTimeStamp", Signed="false")
                _sub(stamp, "AttributeObject").set("VOReference", _token_id(token))
                _sub(stamp, "TimeStampValue").text = later.proven_at
        form = _sub(node, "SubFilter", Signed="true")
        _sub(form, "SubFilterElement").text = proof.subfilter
        _sub(node, "ByteRange").text = " ".join(str(number) for number in proof.byte_range)

    def _time_stamp(self, one: SignatureReport, proof: SignatureEvidence) -> None:
        """A document time-stamp is an object with a report of its own."""
        node, shown = self._object(_token_id(proof), "timestamp")
        _digest(shown, "sha256", proof.contents_sha256)
        if one.proven_at is not None and self._report.verified_at is not None:
            poe = _sub(node, "POE")
            _sub(poe, "POETime").text = self._report.verified_at
            _sub(poe, "TypeOfProof").text = "urn:etsi:019102:poetype:validation"
        own = _sub(node, "ValidationReport")
        self._times(own, one)
        self._judged(own, one, proof, total=False)

    def _covered(self, proof: SignatureEvidence) -> str:
        identifier = f"vo-signedData-{proof.document_digest}"
        if identifier not in self._objects:
            _digest(self._object(identifier, "signedData")[1], proof.digest_algorithm, proof.document_digest)
        return identifier

    def _record(self, record: RecordReport) -> str:
        identifier = f"vo-evidencerecord-{record.sha256}"
        if identifier not in self._objects:
            _digest(self._object(identifier, "evidencerecord")[1], "sha256", record.sha256)
        return identifier

    def _certificate(self, sha256: str, der: str) -> str:
        identifier = f"vo-certificate-{sha256}"
        if identifier not in self._objects:
            _sub(self._object(identifier, "certificate")[1], "base64").text = der
        return identifier

    def _object(self, identifier: str, kind: str) -> tuple[ElementTree.Element, ElementTree.Element]:
        node = ElementTree.Element(f"{{{VR}}}ValidationObject", id=identifier)
        self._objects[identifier] = node
        _sub(node, "ObjectType").text = _OBJECT + kind
        return node, _sub(node, "ValidationObjectRepresentation")


def _token_id(proof: SignatureEvidence) -> str:
    return f"vo-timestamp-{proof.contents_sha256}"


def _process(one: SignatureReport, record: RecordReport | None) -> str:
    """The standard's process that fits the level (EN 319 102-1, 5.3, 5.5, 5.6); evidence records belong to the last."""
    level = one.level.value if one.level is not None else "B-B"
    process = {"B-B": "Basic", "B-LTA": "LTA"}.get(level, "LTVM")
    by_record = record is not None and record.proven_at is not None and record.proven_at == one.proven_at
    return f"urn:etsi:019102:validationprocess:{'LTA' if by_record else process}"


def _sub(parent: ElementTree.Element, name: str, space: str = VR, **attributes: str) -> ElementTree.Element:
    return ElementTree.SubElement(parent, f"{{{space}}}{name}", attributes)


def _digest(parent: ElementTree.Element, algorithm: str, digest: str) -> None:
    node = _sub(parent, "DigestAlgAndValue")
    _sub(node, "DigestMethod", DS).set("Algorithm", DIGESTS[algorithm])
    _sub(node, "DigestValue", DS).text = b64encode(bytes.fromhex(digest)).decode()


def _printable(text: str) -> str:
    """`text` without what XML 1.0 can't hold."""
    return _XML_FORBIDDEN.sub("", text)
