"""What the printable reports say of a verification: facts in words, pictures with captions, Vietnamese first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from models.signatures import (
    Reason,
    RecordReport,
    SignatureEvidence,
    SignatureReport,
    Verdict,
    VerificationReport,
)
from models.times import for_people
from pdf.verification_sheet import Card, Fact, Fault, Picture, Tone, VerificationSheet, Words
from pipeline.version import software

if TYPE_CHECKING:
    from pdf.revisions import RevisionShown

MAX_CARDS = 24
"""So many signatures have a card of their own; the verdict is over all of them."""
MAX_VALUE = 240
"""Characters of a value that a stranger's file brings along."""

TONES: dict[Verdict, Tone] = {Verdict.VALID: "good", Verdict.INDETERMINATE: "open", Verdict.INVALID: "bad"}
EXPLANATIONS: dict[Verdict, Words] = {
    Verdict.VALID: Words(
        "Mọi chữ ký trong tệp đều đúng, chữ ký sau cùng bao trùm toàn bộ tệp, không có gì bị sửa sau khi ký.",
        "Every signature in the file holds, the last one covers all of it, and nothing was changed afterwards.",
    ),
    Verdict.INDETERMINATE: Words(
        "Không phát hiện sửa đổi, nhưng còn thiếu chứng cứ nên không được coi là hợp lệ.",
        "No alteration was found, but proof is missing, so it does not count as valid.",
    ),
    Verdict.INVALID: Words(
        "Không được dùng tệp này thay cho bản gốc.", "This file must not be used in place of the original."
    ),
}
NOTES = (
    Words(
        "Hình trang là tệp đúng như tại thời điểm ký, được vẽ lại từ phần mà chữ ký bao trùm. Thời điểm đã chứng minh "
        "do dấu thời gian của tổ chức tin cậy xác nhận; giờ ghi của người ký chỉ là lời khai.",
        "Pictures show the file as it was at that signature, drawn from what it covers. A proven time is a trusted "
        "authority's; the signer's own clock is a claim.",
    ),
    Words(
        "Kiểm tra lại bất cứ lúc nào: ecopy verify TỆP; so SHA-256 của tệp với số ghi ở trên.",
        "To check again at any time: ecopy verify FILE; compare the file's SHA-256 with the one above.",
    ),
)


def verification_sheet(
    name: str,
    report: VerificationReport,
    shown: Sequence[RevisionShown | None] = (),
    *,
    not_shown: Words | None = None,
    standing: Words | None = None,
) -> VerificationSheet:
    """The sheet about the file called `name`.

    `shown` are pictures of the first signatures' revisions, `not_shown` says why there are none, `standing` is what a
    register says of the file today.
    """
    from signing.judging.words import VERDICTS

    evidence = report.evidence or (None,) * len(report.signatures)
    cards = []
    for number, (one, proof) in enumerate(zip(report.signatures, evidence, strict=True), start=1):
        if number > MAX_CARDS:
            break
        cards.append(_card(number, one, proof, shown[number - 1] if number <= len(shown) else None))
    notes = list(NOTES)
    if len(report.signatures) > MAX_CARDS:
        left = len(report.signatures) - MAX_CARDS
        notes.insert(
            0, Words(f"Còn {left} chữ ký khác không nêu riêng.", f"{left} more signatures are not listed.")
        )
    if not_shown is not None:
        notes.insert(0, not_shown)
    verdict = VERDICTS[report.verdict]
    said_of_signatures = {reason for one in report.signatures[:MAX_CARDS] for reason in one.reasons}
    return VerificationSheet(
        title=Words("Kết quả kiểm tra chữ ký số", "Report on the verification of digital signatures"),
        tone=TONES[report.verdict],
        verdict=Words(*verdict),
        explanation=EXPLANATIONS[report.verdict],
        facts=_file_facts(name, report, standing),
        faults=tuple(_fault(reason) for reason in report.reasons if reason not in said_of_signatures),
        cards=tuple(cards),
        notes=tuple(notes),
        foot=f"{software()} · {_moment(report.verified_at)} · SHA-256 {report.sha256[:16]}…",
    )


def _file_facts(name: str, report: VerificationReport, standing: Words | None) -> tuple[Fact, ...]:
    size = f"{report.size:,}".replace(",", ".")
    facts = [
        Fact(Words("Tệp", "File"), Words(_short(name))),
        Fact(Words("SHA-256"), Words(report.sha256)),
        Fact(Words("Dung lượng", "Size"), Words(f"{size} byte")),
        Fact(Words("Kiểm tra lúc", "Verified at"), Words(_moment(report.verified_at))),
        Fact(Words("Phần mềm", "Software"), Words(software())),
    ]
    evidence = report.evidence or (None,) * len(report.signatures)
    anchors = {
        proof.anchor.sha256: one.path[-1]
        for one, proof in zip(report.signatures, evidence, strict=True)
        if proof is not None and proof.anchor is not None and one.path
    }
    for sha256, anchor in list(anchors.items())[:MAX_CARDS]:
        said = Words(f"{_short(anchor)} · SHA-256 {sha256}")
        facts.append(Fact(Words("Gốc tin cậy", "Trust anchor"), said))
    if report.record is not None:
        facts.append(Fact(Words("Bản ghi bằng chứng", "Evidence record"), _record(report.record)))
    if standing is not None:
        facts.append(Fact(Words("Theo sổ đăng ký", "By the register"), standing))
    return tuple(facts)


def _record(record: RecordReport) -> Words:
    """What the evidence record that came with the file proves, or why it proves nothing."""
    from signing.judging.words import VERDICTS, reason_words

    vi, en = VERDICTS[record.verdict]
    authority = _short(record.authority or "—")
    if record.proven_at is not None:
        vi += f" · có từ trước {_moment(record.proven_at)} · {authority} · {record.stamps} dấu thời gian"
        en += f" · existed by then · {record.stamps} time-stamps"
    for reason in record.reasons:
        vi, en = f"{vi} · {reason_words(reason, 'vi')}", f"{en} · {reason_words(reason, 'en')}"
    return Words(f"{vi} · SHA-256 {record.sha256[:16]}…", en)


def _card(
    number: int, one: SignatureReport, proof: SignatureEvidence | None, shown: RevisionShown | None
) -> Card:
    from signing.judging.words import VERDICTS, kind_words

    title_vi, title_en = kind_words(one.role)
    vi, en = VERDICTS[one.verdict]
    return Card(
        title=Words(f"{number}. {title_vi}", title_en),
        tone=TONES[one.verdict],
        verdict=Words(f"{vi} / {en}"),
        facts=tuple(_facts(one, proof, shown)),
        faults=tuple(_fault(reason) for reason in one.reasons),
        pictures=tuple(_pictures(shown)) if shown is not None else (),
    )


def _facts(one: SignatureReport, proof: SignatureEvidence | None, shown: RevisionShown | None) -> list[Fact]:
    from signing.judging.words import REVOCATION, change_words

    signer = " · ".join(_short(part) for part in (one.signer, one.organisation) if part)
    facts = [Fact(Words("Người ký", "Signer"), Words(signer or "—"))]
    if one.proven_at is not None:
        facts.append(Fact(Words("Thời điểm đã chứng minh", "Proven time"), Words(_moment(one.proven_at))))
    elif one.claimed_at is not None:
        claimed = _moment(one.claimed_at)
        facts.append(
            Fact(
                Words("Giờ người ký tự ghi", "Claimed time"),
                Words(f"{claimed} (chưa được chứng minh)", "not proven"),
            )
        )
    form = " · ".join(
        part
        for part in (f"PAdES {one.level.value}" if one.level else "", proof.subfilter if proof else "")
        if part
    )
    if form:
        facts.append(Fact(Words("Dạng chữ ký", "Form"), Words(form)))
    if len(one.path) > 1:
        above = " ← ".join(_short(part) for part in one.path[1:])
        facts.append(Fact(Words("Chứng thực bởi", "Certified by"), Words(above)))
    facts.append(Fact(Words("Thu hồi", "Revocation"), Words(*REVOCATION[one.revocation])))
    facts.append(Fact(Words("Phạm vi", "Covers"), _coverage(one)))
    if one.changes_after:
        after = [", ".join(change_words(code, lang) for code in one.changes_after) for lang in ("vi", "en")]
        facts.append(Fact(Words("Sau khi ký", "After signing"), Words(*after)))
    differences = _differences(one, shown)
    if differences is not None:
        facts.append(Fact(Words("Khác bản hiện nay", "Differs from today"), differences))
    return facts


def _coverage(one: SignatureReport) -> Words:
    if one.covers_whole_file:
        return Words("toàn bộ tệp", "the whole file")
    if one.covers_bytes is None:
        return Words("không xác định được", "can't be told")
    size = f"{one.covers_bytes:,}".replace(",", ".")
    return Words(f"{size} byte đầu, đến lúc ký", f"the first {one.covers_bytes:,} bytes, all there was then")


def _differences(one: SignatureReport, shown: RevisionShown | None) -> Words | None:
    """How the pages then and now differ; None where they were not compared."""
    if shown is None or not shown.compared:
        return None
    vi, en = [], []
    if shown.changed:
        pages = ", ".join(str(page) for page in shown.changed[:12]) + ("…" if len(shown.changed) > 12 else "")
        harmless = Reason.CHANGED_AFTER_SIGNING not in one.reasons
        vi.append(f"trang {pages} trông khác{' do chữ ký thêm sau' if harmless else ''}")
        en.append(f"page {pages} looks different{' by a later signature' if harmless else ''}")
    added = shown.page_count_now - shown.page_count
    if added:
        vi.append(f"số trang từ {shown.page_count} thành {shown.page_count_now}")
        en.append(f"{shown.page_count} pages became {shown.page_count_now}")
    if not vi:
        return Words("không trang nào trông khác", "no page looks different")
    return Words("; ".join(vi), "; ".join(en))


def _pictures(shown: RevisionShown) -> list[Picture]:
    pictures = []
    for page in shown.pages:
        then = Words(f"Trang {page.page}, khi ký", f"Page {page.page} as signed")
        pictures.append(Picture(page.jpeg, page.width, page.height, then))
        if page.now is not None:
            now = Words(f"Trang {page.page}, hiện nay", f"Page {page.page} as it is now")
            pictures.append(Picture(page.now, page.now_width, page.now_height, now))
    return pictures


def _fault(reason: Reason) -> Fault:
    from signing.judging.words import REASONS, REMEDIES

    return Fault(reason.value, Words(*REASONS[reason]), Words(*REMEDIES[reason]))


def _moment(iso: str | None) -> str:
    return f"{for_people(datetime.fromisoformat(iso))} (+07:00)" if iso is not None else "—"


def _short(text: str) -> str:
    return text if len(text) <= MAX_VALUE else f"{text[:MAX_VALUE]}…"
