"""`ecopy certificate`: who may sign with what, until when, and what a revoked certificate signed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.arguments import moment
from cli.console import Console

if TYPE_CHECKING:
    from models.offices import OfficeCertificate
    from pipeline.application import Application
    from pipeline.offices.affected import Affected
    from pipeline.offices.register import Listed

STATES = {
    "in_use": ("đang dùng", "in use"),
    "ends": ("đang dùng, đã định ngày kết thúc", "in use, its end is set"),
    "ended": ("đã kết thúc", "ended"),
    "expired": ("HẾT HẠN", "EXPIRED"),
}
REASONS = {
    "merger": ("sáp nhập, đổi cơ quan", "merger"),
    "lost": ("mất thiết bị, lộ khóa", "lost"),
    "replaced": ("đã thay", "replaced"),
    "left_office": ("thôi giữ chức vụ", "left office"),
}
WHY = {
    "proven_before": ("còn giá trị: dấu thời gian chứng minh đã ký trước khi bị thu hồi",
                      "holds: a time-stamp proves it older than the revocation"),
    "proven_after": ("KHÔNG còn giá trị: ký sau khi bị thu hồi", "does NOT hold: made after the revocation"),
    "no_proof": ("KHÔNG còn giá trị: không có gì chứng minh đã ký trước đó",
                 "does NOT hold: nothing proves that it is older"),
    "not_sound": ("KHÔNG xác minh được vì lý do khác; xem ecopy verify",
                  "does NOT verify for another reason; see ecopy verify"),
    "not_here": ("không đọc được tệp; xem ecopy fixity", "the file can't be read; see ecopy fixity"),
}  # fmt: skip


def run(console: Console, *, action: str, home: Path | None, **options: Any) -> int:
    actions: dict[str, Callable[..., int]] = {
        "import": _import,
        "list": _list,
        "end": _end,
        "affected": _affected,
    }
    with console.application(home) as app:
        return actions[action](console, app, **options)


def _import(console: Console, app: Application, *, path: Path, role: str, **options: Any) -> int:
    from models.people import Role
    from pipeline.offices.register import import_certificate

    _tell(console, import_certificate(app, path, Role(role), **options))
    return 0


def _end(
    console: Console, app: Application, *, which: str, reason: str, at: str | None, **options: Any
) -> int:
    from models.offices import EndReason
    from pipeline.offices.register import end_certificate

    _tell(console, end_certificate(app, which, EndReason(reason), at=moment(at, "--at"), **options))
    return 0


def _list(console: Console, app: Application, *, everything: bool, purpose: str) -> int:
    from pipeline.offices.register import list_certificates

    found = list_certificates(app, purpose=purpose, everything=everything)
    if console.json:
        for one in found:
            facts = {"state": one.state.value, "days_left": one.days_left, "soon": one.soon}
            console.machine({**_facts(one.office), **facts})
        return 0
    if not found:
        console.say(
            "Chưa có chứng thư nào được gắn với chức vụ: `ecopy certificate import`.",
            "No certificate is bound to an office yet: `ecopy certificate import`.",
        )
        return 0
    for one in found:
        _tell_listed(console, one)
    soon = sum(one.soon for one in found)
    if soon:
        console.say(
            f"{soon} chứng thư sắp hoặc đã hết hạn: xin cấp mới, rồi `ecopy certificate import`.",
            f"{soon} certificates have expired or soon will: apply for new ones, then `ecopy certificate import`.",
        )
    return 0


def _tell_listed(console: Console, one: Listed) -> None:
    """Three lines: whose it is and for how long; what it is called and by whom."""
    from models.times import for_people

    office, facts = one.office, one.office.certificate
    begins, ends = (
        for_people(datetime.fromisoformat(at).date()) for at in (facts.not_before, facts.not_after)
    )
    state = console.pick(*STATES[one.state.value])
    if office.ends_at is not None and office.end_reason is not None:
        since = for_people(datetime.fromisoformat(office.ends_at))
        state += f" ({since}, {console.pick(*REASONS[office.end_reason.value])})"
    days = console.pick(f"còn {one.days_left} ngày", f"{one.days_left} days left")
    holder = f"{office.role.value} {office.person or ''}".strip()
    for line, style in (
        (f"{holder}, {office.agency}: {begins} – {ends}, {days}, {state}", "red" if one.soon else "bold"),
        (f"  {facts.subject}", None),
        (f"  ← {facts.issuer}; SHA-256 {facts.sha256}", None),
    ):
        console.out.print(line, style=style, highlight=False, markup=False, soft_wrap=True)


def _affected(console: Console, app: Application, *, which: str, revoked_at: str | None, purpose: str) -> int:
    from models.times import for_people
    from pipeline.offices.affected import affected, inquire

    asked = inquire(app, which, moment(revoked_at, "--revoked-at"), purpose=purpose)
    since = for_people(datetime.fromisoformat(asked.revoked_at))
    if not console.json:
        console.say(
            f"{asked.certificate.subject}, thu hồi từ {since}",
            f"{asked.certificate.subject}, revoked since {since}",
        )
    counts: Counter[str] = Counter()
    for one in affected(app, asked):
        counts[one.why.value] += 1
        _tell_affected(console, one)
    total, holding = counts.total(), counts["proven_before"]
    if console.json:
        console.machine(
            {
                "certificate": asked.certificate.sha256,
                "revoked_at": asked.revoked_at,
                "signatures": total,
                "holding": holding,
                "counts": dict(counts),
            }
        )
    else:
        console.say(
            f"{total} chữ ký: {holding} còn giá trị, {total - holding} không.",
            f"{total} signatures: {holding} hold, {total - holding} do not.",
        )
    return 0 if holding == total else 1


def _tell_affected(console: Console, one: Affected) -> None:
    made = one.signature
    if console.json:
        console.machine(
            {
                "document": made.document_id,
                "ecopy": made.ecopy_id,
                "original": made.original,
                "field_name": made.field_name,
                "signed_at": made.signed_at,
                "proven_at": one.proven_at,
                "holds": one.holds,
                "why": one.why.value,
                "proposal": one.proposal,
            }
        )
        return
    what = (
        console.pick("bản sao điện tử", "e-copy")
        if made.ecopy_id
        else console.pick("văn bản gốc điện tử", "signed original")
        if made.original
        else console.pick("bản chụp của", "capture of")
    )
    line = f"{what} {made.ecopy_id or made.document_id}: {console.pick(*WHY[one.why.value])}"
    console.out.print(line, style=None if one.holds else "red", highlight=False, markup=False, soft_wrap=True)
    if one.proposal:
        console.out.print(f"  → {one.proposal}", highlight=False, markup=False, soft_wrap=True)


def _tell(console: Console, office: OfficeCertificate) -> None:
    if console.json:
        console.machine(_facts(office))
        return
    holder = office.person or office.agency
    ended = console.pick(f", kết thúc {office.ends_at}", f", ends {office.ends_at}") if office.ends_at else ""
    console.out.print(
        f"{office.role.value} {holder}: {office.certificate.subject} ({office.certificate.sha256[:16]}){ended}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )


def _facts(office: OfficeCertificate) -> dict[str, Any]:
    facts = office.model_dump(mode="json", exclude={"certificate", "issuers"})
    return {**facts, **office.certificate.model_dump(exclude={"der"})}
