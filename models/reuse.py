"""What a look-up for reuse answers: which e-copies there are, whether each may be used today, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from models.base import Value
from models.states import DocumentState, EcopyState
from models.text import Language


class WhyNot(StrEnum):
    """Why an e-copy may not be used again; stable codes, translated by `words`."""

    NOT_CONFIRMED = "not_confirmed"
    NO_ECOPY = "no_ecopy"
    NOT_ISSUED = "not_issued"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    AWAITING_RESULT = "awaiting_result"
    """Only a successful result, or the acceptance of an archive lot, makes it reusable (ND118 Art. 22.1)."""
    NOT_YET_REUSABLE = "not_yet_reusable"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    RESTRICTED = "restricted"
    DISPOSAL = "disposal"
    """Its destruction was agreed to."""


class Check(StrEnum):
    """What the program can't judge: a person looks and says so, and both are put on record."""

    VALIDITY_UNKNOWN = "validity_unknown"
    LIMITED_SCOPE = "limited_scope"
    DISAGREEMENT_OPEN = "disagreement_open"
    DATA_CORRECTED = "data_corrected"
    OTHER_HOLDER = "other_holder"


Validity = Literal["valid", "expired", "not_yet", "unknown"]


@dataclass(frozen=True)
class ReuseFacts:
    """What decides whether a document's e-copy may be used again."""

    document_state: DocumentState
    ecopy_state: EcopyState | None
    """None where no e-copy was made."""
    reusable_from: str | None
    """A moment, ISO with +07:00."""
    valid_from: str | None
    valid_to: str | None
    """ISO dates; the last day counts."""
    perpetual: bool
    scope: str | None
    restricted: bool
    disposal: bool
    disagreement_open: bool
    corrected: bool
    """A field was corrected after the confirmation that the e-copy was made from."""
    signed_original: bool = False
    """The file received is an electronic original with valid signatures: worth more than a copy, which is not made."""


def validity_on(valid_from: str | None, valid_to: str | None, perpetual: bool, today: date) -> Validity:
    """Whether a paper is valid on `today`. Without an end, and not said to have none, it is not known."""
    day = today.isoformat()
    if valid_from is not None and day < valid_from:
        return "not_yet"
    if valid_to is not None:
        return "valid" if day <= valid_to else "expired"
    return "valid" if perpetual else "unknown"


def judged(facts: ReuseFacts, *, today: date, now: str) -> tuple[tuple[WhyNot, ...], tuple[Check, ...]]:
    """What forbids the reuse, and what a person has to check; nothing of either means: use it.

    `now` is an ISO moment with +07:00, as the register keeps them.
    """
    why: list[WhyNot] = []
    if facts.document_state is not DocumentState.APPROVED:
        why.append(WhyNot.NOT_CONFIRMED)
    if facts.ecopy_state is None:
        if not facts.signed_original:
            why.append(WhyNot.NO_ECOPY)
    elif facts.ecopy_state in _STATES:
        why.append(_STATES[facts.ecopy_state])
    elif facts.ecopy_state is not EcopyState.ISSUED:
        why.append(WhyNot.NOT_ISSUED)
    if facts.reusable_from is None:
        why.append(WhyNot.AWAITING_RESULT)
    elif facts.reusable_from > now:
        why.append(WhyNot.NOT_YET_REUSABLE)
    validity = validity_on(facts.valid_from, facts.valid_to, facts.perpetual, today)
    if validity in _VALIDITIES:
        why.append(_VALIDITIES[validity])
    if facts.restricted:
        why.append(WhyNot.RESTRICTED)
    if facts.disposal:
        why.append(WhyNot.DISPOSAL)
    found = {
        Check.VALIDITY_UNKNOWN: validity == "unknown",
        Check.LIMITED_SCOPE: bool(facts.scope),
        Check.DISAGREEMENT_OPEN: facts.disagreement_open,
        Check.DATA_CORRECTED: facts.corrected,
    }
    return tuple(why), tuple(check for check, needed in found.items() if needed)


_STATES = {EcopyState.REVOKED: WhyNot.REVOKED, EcopyState.SUPERSEDED: WhyNot.SUPERSEDED}
_VALIDITIES: dict[Validity, WhyNot] = {"expired": WhyNot.EXPIRED, "not_yet": WhyNot.NOT_YET_VALID}


class FoundEcopy(Value):
    """One e-copy of a holder's paper, the electronic original, or the paper without either, as judged today."""

    document_id: str
    ecopy_id: str | None
    copy_form: str | None
    state: str | None
    """Of the e-copy."""
    revision: int | None
    sha256: str | None
    """Of that revision's file; of a signed original the file as it was received."""
    signed_original: bool
    """There is no e-copy because the file is the original: its signatures were valid when it was registered."""
    document_type: str
    document_code: str | None
    """Mã số giấy tờ (ND118 Art. 22.4)."""
    number: str | None
    issued_on: str | None
    issuer: str | None
    title: str | None
    abstract: str | None
    valid_from: str | None
    valid_to: str | None
    perpetual: bool
    scope: str | None
    validity: Validity
    reusable_from: str | None
    digitised_at: str
    """When the scan was received."""
    dossier: str | None
    """The dossier that it was digitised for."""
    lot: str | None
    status_at: str | None
    status_reason: str | None
    superseded_by: str | None
    why_not: tuple[WhyNot, ...]
    checks: tuple[Check, ...]

    @property
    def usable(self) -> bool:
        """Whether nothing forbids it; `checks` may still want a person."""
        return not self.why_not


class FoundHolder(Value):
    """A holder as a look-up shows one."""

    id: str
    kind: str
    name: str
    birth_date: str | None


class ReuseAnswer(Value):
    """What is there for a holder today."""

    at: str
    document_type: str | None
    holder: FoundHolder | None
    """None: nobody is known by that identifier."""
    found: tuple[FoundEcopy, ...] = ()
    """Newest first."""
    more: bool = False
    """There are older ones that were left out."""
    candidates: tuple[FoundHolder, ...] = ()
    """Of a look-up by name: a person has to tell who is meant, by an identifier (never a hit by itself)."""

    @property
    def usable(self) -> tuple[FoundEcopy, ...]:
        return tuple(one for one in self.found if one.usable)


class ReuseEvent(Value):
    """An e-copy used again, or paper asked for in spite of it."""

    id: str
    kind: Literal["reused", "overridden"]
    at: str
    document_id: str
    ecopy_id: str | None
    """None where the electronic original itself was used; so is `revision`."""
    revision: int | None
    dossier: str
    component: str
    person: str
    reason_code: str | None = None


_WORDS: dict[WhyNot | Check, tuple[str, str]] = {
    WhyNot.NOT_CONFIRMED: ("dữ liệu chưa được người có thẩm quyền xác nhận", "its data are not confirmed"),
    WhyNot.NO_ECOPY: ("chưa có bản sao điện tử", "no e-copy was made of it"),
    WhyNot.NOT_ISSUED: ("bản sao điện tử chưa phát hành", "the e-copy is not issued yet"),
    WhyNot.REVOKED: ("bản sao điện tử đã bị thu hồi", "the e-copy was revoked"),
    WhyNot.SUPERSEDED: ("đã có bản sao điện tử mới hơn thay thế", "a newer e-copy took its place"),
    WhyNot.AWAITING_RESULT: (
        "hồ sơ nộp giấy này chưa có kết quả thành công, hoặc lô lưu trữ chưa được nghiệm thu",
        "its dossier has no successful result yet, or its archive lot is not accepted",
    ),
    WhyNot.NOT_YET_REUSABLE: (
        "chưa đến ngày được dùng lại",
        "the day from which it may be used is still to come",
    ),
    WhyNot.EXPIRED: ("giấy tờ đã hết hiệu lực", "the paper has expired"),
    WhyNot.NOT_YET_VALID: ("giấy tờ chưa có hiệu lực", "the paper is not valid yet"),
    WhyNot.DISPOSAL: ("đang được tiêu hủy", "it is being destroyed"),
    WhyNot.RESTRICTED: ("việc xử lý đang bị hạn chế", "its processing is restricted"),
    Check.VALIDITY_UNKNOWN: ("không rõ thời hạn hiệu lực", "how long it is valid is not known"),
    Check.LIMITED_SCOPE: (
        "giấy tờ chỉ có hiệu lực trong phạm vi đã ghi",
        "it is valid within the scope stated only",
    ),
    Check.DISAGREEMENT_OPEN: (
        "đang có yêu cầu đính chính vì giấy và dữ liệu khác nhau",
        "paper and data disagree and nobody has decided yet",
    ),
    Check.DATA_CORRECTED: (
        "dữ liệu đã được đính chính sau khi phát hành bản sao",
        "the data were corrected after the e-copy was issued",
    ),
    Check.OTHER_HOLDER: ("giấy của người khác với chủ hồ sơ", "it is not the dossier's holder's paper"),
}


def words(code: WhyNot | Check, language: Language) -> str:
    """A reason in the reader's language."""
    vi, en = _WORDS[code]
    return vi if language == "vi" else en
