"""What each signature covers, and what later revisions changed: nothing but evidence and further signatures may."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from asn1crypto import cms
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DiffPolicy,
    DiffResult,
    DocInfoRule,
    DSSCompareRule,
    FormUpdatingRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    SuspiciousModification,
    XrefStreamRule,
)
from pyhanko.sign.diff_analysis.policies import DEFAULT_DIFF_POLICY
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from models.signatures import Level, Reason
from signing.judging.canonical import ByteRange, NotCanonical, check_signed_data, contents_of_gap
from signing.names import PREFIX
from signing.objects import entry, inherited

APPLICATION = "ecopy"
BY_RECORD = "+ERS"
"""Behind the level in the signed part of a file whose time-stamp is an evidence record."""
"""Written into /Prop_Build of our signatures together with the level they were made for."""

MAX_LATER_AREA = 0.1
"""A signature added later may show itself on at most this share of its page; more would hide the document."""

_END = re.compile(rb"%%EOF(\r\n|\r|\n)?\Z")

SUBFILTERS = {
    "/ETSI.CAdES.detached": "signature",
    "/adbe.pkcs7.detached": "signature",
    "/ETSI.RFC3161": "document_timestamp",
}

_CATALOG_MAY_CHANGE = frozenset({"/AcroForm", "/DSS", "/Extensions", "/Version"})
_FORM_MAY_CHANGE = frozenset({"/Fields", "/DR", "/DA", "/Q"})


def _policy(*, foreign: bool) -> StandardDiffPolicy:
    """No form values, no annotations, no pages; in foreign files the metadata, which Acrobat touches, may change."""
    level = ModificationLevel.LTA_UPDATES
    catalog = _CATALOG_MAY_CHANGE | ({"/Metadata"} if foreign else frozenset())
    rules = [
        CatalogModificationRule(ignored_keys=catalog),
        XrefStreamRule().as_qualified(level),
        ObjectStreamRule().as_qualified(level),
        DSSCompareRule().as_qualified(level),
    ]
    if foreign:
        rules += [DocInfoRule().as_qualified(level), MetadataUpdateRule().as_qualified(level)]
    fields = [SigFieldCreationRule(), SigFieldModificationRule()]
    return StandardDiffPolicy(
        global_rules=rules,
        form_rule=FormUpdatingRule(field_rules=fields, ignored_acroform_keys=_FORM_MAY_CHANGE),
        ignore_orphaned_objects=foreign,
    )


class RememberedPolicy(DiffPolicy):
    """A policy whose answers are kept, since the engines ask for the same comparison again and again."""

    def __init__(self, *, foreign: bool) -> None:
        self._policy = _policy(foreign=foreign)
        self._kept: dict[int, DiffResult | SuspiciousModification] = {}

    def apply(self, *args: Any, **kwargs: Any) -> DiffResult:
        result: DiffResult = self._policy.apply(*args, **kwargs)
        return result

    def review_file(
        self, reader: PdfFileReader, base_revision: Any, field_mdp_spec: Any = None, doc_mdp: Any = None
    ) -> DiffResult | SuspiciousModification:
        if base_revision not in self._kept:
            self._kept[base_revision] = self._policy.review_file(
                reader, base_revision, field_mdp_spec, doc_mdp
            )
        return self._kept[base_revision]


@dataclass
class FoundSignature:
    """A signature or document time-stamp in the file, with what is wrong about its place."""

    embedded: EmbeddedPdfSignature
    kind: str
    faults: list[Reason] = field(default_factory=list)
    covers_whole_file: bool = False
    changes_after: tuple[str, ...] = ()
    signed: cms.SignedData | None = None
    """None when it is not canonical."""
    byte_range: ByteRange | None = None

    @property
    def name(self) -> str:
        return str(self.embedded.field_name)

    @property
    def revision(self) -> int:
        return int(self.embedded.signed_revision)

    @property
    def promised(self) -> Level | None:
        """The level our own signer wrote into the signed part; None in foreign signatures."""
        try:
            application = self.embedded.sig_object["/Prop_Build"]["/App"]
            if application["/Name"] != f"/{APPLICATION}":
                return None
            return Level(str(application["/REx"]).removesuffix(BY_RECORD))
        except (KeyError, TypeError, ValueError):
            return None

    @property
    def by_record(self) -> bool:
        """Whether our own signer wrote into the signed part that an evidence record is the file's time-stamp."""
        if self.promised is None:
            return False
        return str(self.embedded.sig_object["/Prop_Build"]["/App"]["/REx"]).endswith(BY_RECORD)

    @property
    def ours(self) -> bool:
        """Whether this software made it, as far as the signed part tells; ours are held to the letter."""
        return self.promised is not None or self.name.startswith(f"{PREFIX}-")

    def fault(self, reason: Reason) -> None:
        if reason not in self.faults:
            self.faults.append(reason)


def find_signatures(reader: PdfFileReader, data: mmap.mmap) -> list[FoundSignature]:
    """All signatures in the order they were made, each with its coverage and later changes judged.

    Raises PdfReadError and whatever else the library raises on broken files.
    """
    found = [FoundSignature(one, _kind(one)) for one in reader.embedded_signatures]
    if len(found) != sum(1 for _ in enumerate_sig_fields(reader, filled_status=True)):
        raise PdfReadError("a signature of an unknown kind")
    for one in found:
        _judge_place(one, data)
    if found:
        _allow_hybrid(found, reader)
        _judge_last(found[-1], reader, foreign=is_foreign(found))
        _judge_changes(found, reader)
    return found


def _allow_hybrid(found: list[FoundSignature], reader: PdfFileReader) -> None:
    """Files that show newer readers more than old ones (ISO 32000-1, 7.5.8.4) are usual: Microsoft Word writes them.

    The library refuses them all. What the first signature covers is its signer's word; only after it is there no
    place for two views. Raises PdfReadError where a later revision offers one.
    """
    if not reader.xrefs.hybrid_xrefs_present:
        return
    later = range(min(one.revision for one in found) + 1, reader.xrefs.total_revisions)
    if any(reader.xrefs.get_xref_data(revision).hybrid is not None for revision in later):
        raise PdfReadError("a revision for old and newer readers after the first signature")
    for one in found:
        one.embedded._enforce_hybrid_xref_policy = lambda: None


def is_foreign(found: list[FoundSignature]) -> bool:
    """Whether no signature or time-stamp here was made by this software."""
    return not any(one.ours for one in found)


def _kind(embedded: EmbeddedPdfSignature) -> str:
    kind = SUBFILTERS.get(str(entry(embedded.sig_object, "/SubFilter", "")))
    stamped = embedded.sig_object_type == "/DocTimeStamp"
    if kind is None or stamped != (kind == "document_timestamp"):
        raise PdfReadError("a signature whose kind is contradictory or outdated")
    return kind


def _judge_place(one: FoundSignature, data: mmap.mmap) -> None:
    """The gap must be exactly this signature's canonical /Contents; ours are written in capitals."""
    numbers = tuple(int(number) for number in one.embedded.byte_range)
    claimed = ByteRange.from_numbers(numbers)
    if claimed is None or claimed.end > len(data):
        one.fault(Reason.NOT_WHOLE_FILE)
        return
    one.byte_range = claimed
    gap = data[one.byte_range.gap_start : one.byte_range.gap_end]
    try:
        der, content = contents_of_gap(gap)
        if one.ours and gap != gap.upper():
            raise NotCanonical("small hex digits in a signature of ours")
        if content != one.embedded.pkcs7_content:
            raise NotCanonical("the gap is not this signature's /Contents")
        one.signed = check_signed_data(der)
    except NotCanonical:
        one.fault(Reason.NOT_CANONICAL)


def _judge_last(last: FoundSignature, reader: PdfFileReader, *, foreign: bool) -> None:
    """The last one must reach the end of the file; a foreign file may have evidence appended after it."""
    size = reader.stream.seek(0, 2)
    if last.byte_range is not None and last.byte_range.end == size:
        last.covers_whole_file = True
        return
    tail_is_evidence = foreign and _only_evidence_follows(last, reader)
    if not tail_is_evidence:
        last.fault(Reason.NOT_WHOLE_FILE)


def _only_evidence_follows(last: FoundSignature, reader: PdfFileReader) -> bool:
    """Whether what follows is proper revisions up to the last byte, which change the DSS and nothing else."""
    reader.stream.seek(-min(reader.stream.seek(0, 2), 16), 2)
    ends_properly = _END.search(reader.stream.read()) is not None
    result = RememberedPolicy(foreign=False).review_file(reader, last.revision)
    return (
        ends_properly
        and last.revision < reader.xrefs.total_revisions - 1
        and isinstance(result, DiffResult)
        and result.modification_level <= ModificationLevel.LTA_UPDATES
    )


def _judge_changes(found: list[FoundSignature], reader: PdfFileReader) -> None:
    """Programs of others keep their habits among themselves; from our first signature on nothing of it is tolerated.

    Ours covers what theirs did before it and is compared strictly with all that came later.
    """
    policies = [RememberedPolicy(foreign=foreign) for foreign in (False, True)]
    ours = min((one.revision for one in found if one.ours), default=reader.xrefs.total_revisions)
    for one in found:
        one.embedded.compute_integrity_info(policies[one.revision < ours])
        result = one.embedded.diff_result
        changes = _codes(one, found, reader)
        if result is not None and one.embedded.summarise_integrity_info()["docmdp_ok"] is False:
            one.fault(Reason.CHANGED_AFTER_SIGNING)  # also what is harmless but forbidden by a certification
        if isinstance(result, SuspiciousModification):
            one.fault(Reason.CHANGED_AFTER_SIGNING)
            changes.append(_kind_of_change(one, reader))
        elif _hides_content(one, reader):
            one.fault(Reason.CHANGED_AFTER_SIGNING)
            changes.append("other")
        one.changes_after = tuple(dict.fromkeys(changes))


def _codes(one: FoundSignature, found: list[FoundSignature], reader: PdfFileReader) -> list[str]:
    """What legitimately came after: `dss`, `timestamp`, `signature`."""
    codes = []
    then = reader.get_historical_resolver(one.revision).root
    if _evidence(then) != _evidence(reader.root):
        codes.append("dss")
    for later in found:
        if later.revision > one.revision:
            codes.append("timestamp" if later.kind == "document_timestamp" else "signature")
    return codes


def _evidence(root: generic.DictionaryObject) -> list[str]:
    store = entry(root, "/DSS", {})
    return sorted(repr(item) for key in ("/Certs", "/CRLs", "/OCSPs") if key in store for item in store[key])


def _kind_of_change(one: FoundSignature, reader: PdfFileReader) -> str:
    """`form` where only form values or annotations changed, `other` for anything graver."""
    wider = DEFAULT_DIFF_POLICY.review_file(reader, one.revision)
    if isinstance(wider, DiffResult) and wider.modification_level is ModificationLevel.FORM_FILLING:
        return "form"
    return "other"


def _hides_content(one: FoundSignature, reader: PdfFileReader) -> bool:
    """Whether a field added later shows itself without being a signature, or larger than a signature is."""
    then = reader.get_historical_resolver(one.revision)
    before = {name for name, _, _ in enumerate_sig_fields(then)}
    for name, value, reference in enumerate_sig_fields(reader):
        if name in before:
            continue
        signs = value is not None and entry(value.get_object(), "/Type", "/Sig") == "/Sig"
        for widget in _widgets(reference.get_object()):
            area = _area(entry(widget, "/Rect", ()))
            if area > 0 and not (signs and area <= MAX_LATER_AREA * _page_area(widget, reader)):
                return True
    return False


def _widgets(field_object: generic.DictionaryObject) -> Iterator[generic.DictionaryObject]:
    yield field_object
    for kid in entry(field_object, "/Kids", ()):
        yield kid.get_object()


def _area(corners: Any) -> float:
    if len(corners) != 4:
        return 0.0
    x0, y0, x1, y1 = (float(corner) for corner in corners)
    return abs(x1 - x0) * abs(y1 - y0)


def _page_area(widget: generic.DictionaryObject, reader: PdfFileReader) -> float:
    """The area of the widget's page; of the first page where the widget does not say which one it is on."""
    page = entry(widget, "/P") or reader.find_page_for_modification(0)[0].get_object()
    return _area(inherited(page, "/MediaBox") or ())
