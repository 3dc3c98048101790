"""`ecopy search`: find documents; each page of results is on record as a look."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from cli.arguments import day, known_type
from cli.console import Console
from cli.labels import type_label

if TYPE_CHECKING:
    from storage.search import Hit, Page


ECOPY_STATES = {
    "composed": ("đã lập bản sao", "composed"),
    "awaiting_signature": ("chờ ký", "awaiting signature"),
    "awaiting_timestamp": ("chờ dấu thời gian", "awaiting time-stamp"),
    "issued": ("đã phát hành", "issued"),
    "superseded": ("đã có bản thay thế", "superseded"),
    "revoked": ("ĐÃ THU HỒI", "REVOKED"),
}


def run(
    console: Console,
    *,
    words: list[str],
    number: str | None,
    name: str | None,
    issuer: str | None,
    document_type: str | None,
    issued_from: str | None,
    issued_to: str | None,
    restricted: str | None,
    limit: int,
    after: int | None,
    rebuild: bool,
    purpose: str,
    home: Path | None,
) -> int:
    from pipeline.papers.search import find_documents
    from storage.search import SearchQuery

    if rebuild:
        return _rebuild(console, home, purpose)
    with console.application(home) as app:
        query = SearchQuery(
            # A word of the shell that has spaces in it was quoted there: it is a phrase.
            words=" ".join(f'"{word}"' if " " in word and '"' not in word else word for word in words),
            number=number,
            name=name,
            issuer=issuer,
            document_type=known_type(document_type),
            issued_from=day(issued_from, "--from"),
            issued_to=day(issued_to, "--to"),
        )
        page = find_documents(
            app, query, purpose=purpose, after=after, limit=limit, restricted_reason=restricted
        )
        if console.json:
            console.machine(
                {"hits": [asdict(hit) for hit in page.hits], "next": page.next, "paused": page.paused}
            )
        else:
            _show(console, page)
    return 0


def _show(console: Console, page: Page) -> None:
    for hit in page.hits:
        console.out.print(_line(console, hit), highlight=False, markup=False, soft_wrap=True)
    if not page.hits and page.next is None:
        console.say("Không tìm thấy giấy tờ nào.", "No document was found.")
    if page.paused:
        console.say(
            f"Tạm dừng vì đã xem nhiều giấy tờ; tìm tiếp: --after {page.next}",
            f"Paused after looking at many documents; go on with --after {page.next}",
        )
    elif page.next is not None:
        console.say(f"Còn nữa: --after {page.next}", f"There is more: --after {page.next}")


def _line(console: Console, hit: Hit) -> str:
    from datetime import date

    from cli.show import STATE_NAMES
    from models.times import for_people

    issued = hit.issued_on or ""
    if len(issued) == 10:
        issued = for_people(date.fromisoformat(issued))
    states = ECOPY_STATES[hit.ecopy_state.value] if hit.ecopy_state else STATE_NAMES[hit.state.value][:2]
    state = console.pick(*states)
    kind = type_label(console, hit.document_type) if hit.document_type else ""
    facts = (hit.title or kind, hit.number, issued, hit.issuer, ", ".join(hit.holders), state)
    mark = console.pick("[hạn chế] ", "[restricted] ") if hit.restricted else ""
    return f"{hit.document_id}  {mark}" + " · ".join(str(fact) for fact in facts if fact)


def _rebuild(console: Console, home: Path | None, purpose: str) -> int:
    from cli.console import tell_error
    from pipeline.papers.search import rebuild

    with console.application(home) as app, app.working():
        done, failed = rebuild(app, purpose=purpose)
        if console.json:
            console.machine({"documents": done, "failed": {one: reason.code for one, reason in failed}})
        else:
            console.say(f"Đã lập chỉ mục {done} giấy tờ.", f"Indexed {done} documents.")
            for one, reason in failed:
                report = reason.report(console.language or "vi")
                tell_error(console, report.code, f"{one}: {report.message}", report.remedy)
    return 1 if failed else 0
