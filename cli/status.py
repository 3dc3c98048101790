"""What an e-copy is worth today, in words."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from cli.console import Console

if TYPE_CHECKING:
    from storage.keeping.lifecycle import EcopyStatus

NEWER = ("đã có bản sao điện tử mới hơn", "a newer e-copy took its place")


def reason_words(console: Console, code: str | None) -> str:
    """A reason in the reader's language: of any rule set, because it may be an old one's."""
    from models.rulesets import all_rule_sets
    from storage.keeping.lifecycle import SUPERSEDED

    if code == SUPERSEDED:
        return console.pick(*NEWER)
    for rules in reversed(all_rule_sets()):
        found = rules.lifecycle.revocation_reasons.get(code or "")
        if found is not None:
            return console.pick(found.vi, found.en)
    return code or "—"


def status_words(console: Console, status: EcopyStatus) -> tuple[str, str]:
    """A sentence and its style."""
    from models.states import EcopyState
    from models.times import for_people

    since = for_people(datetime.fromisoformat(status.status_at)) if status.status_at else ""
    why = reason_words(console, status.reason)
    if status.state is EcopyState.REVOKED:
        return console.pick(f"ĐÃ BỊ THU HỒI từ {since}: {why}", f"REVOKED since {since}: {why}"), "bold red"
    if status.state is EcopyState.SUPERSEDED:
        newer = status.superseded_by or ""
        said = console.pick(f"đã bị thay thế từ {since} bởi {newer}", f"superseded since {since} by {newer}")
        return said, "bold yellow"
    if status.disposed:
        said = console.pick(
            "giấy tờ đã hết thời hạn lưu trữ và đã được tiêu hủy", "its paper was lawfully destroyed"
        )
        return said, "yellow"
    if not status.latest:
        return console.pick("còn hiệu lực; đã có phiên bản chữ ký mới hơn của tệp",
                            "it counts; a later revision of the file exists"), "green"  # fmt: skip
    return console.pick("còn hiệu lực", "it counts"), "green"
