"""`ecopy lifecycle`: revoked, superseded, kept, held, destroyed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.arguments import day
from cli.console import Console
from cli.labels import value_for_people
from cli.status import status_words

if TYPE_CHECKING:
    from models.people import Person
    from pipeline.application import Application
    from storage.keeping.disposal import Due
    from storage.keeping.lifecycle import EcopyStatus

OBSTACLES = {
    "held": ("đang bị giữ theo pháp luật", "a legal hold is on it"),
    "locked": ("kho đang khóa tệp", "the store has locked its files"),
    "case_open": ("hồ sơ dùng giấy này chưa xong", "a dossier that uses it is not decided"),
    "request_open": ("đang có yêu cầu của chủ thể dữ liệu", "a data subject's request is open"),
    "not_due": ("giấy khác trong cùng tập quét chưa hết hạn", "another paper of the scan is not due"),
    "retention_unknown": ("chưa rõ thời hạn lưu trữ", "nobody has set its retention"),
    "permanent": ("lưu trữ vĩnh viễn", "it is kept for good"),
    "unfinished": ("chưa xử lý xong", "it is still being worked on"),
}


def run(console: Console, *, action: str, home: Path | None, **options: Any) -> int:
    actions: dict[str, Callable[..., int]] = {
        "revoke": _revoke,
        "supersede": _supersede,
        "keep": _keep,
        "hold": _hold,
        "release": _release,
        "due": _due,
        "dispose": _dispose,
        "tombstone": _tombstone,
    }
    with console.application(home) as app, app.working():
        named = options.pop("person", None)
        return actions[action](console, app, app.hands.person(named) if named else None, **options)


def _revoke(
    console: Console, app: Application, person: Person, *, identifier: str, reason: str, note: str | None
) -> int:
    from pipeline.keeping.lifecycle import revoke

    for status in revoke(app, identifier, person=person, reason=reason, note=note):
        _tell_status(console, status)
    return 0


def _supersede(
    console: Console, app: Application, person: Person, *, identifier: str, by: str, note: str | None
) -> int:
    from pipeline.keeping.lifecycle import supersede

    _tell_status(console, supersede(app, identifier, by, person=person, note=note))
    return 0


def _tell_status(console: Console, status: EcopyStatus) -> None:
    if console.json:
        console.machine({**vars(status), "state": status.state.value})
        return
    said, style = status_words(console, status)
    console.out.print(f"{status.ecopy_id}: {said}", style=style)


def _keep(
    console: Console,
    app: Application,
    person: Person,
    *,
    identifier: str,
    source: str,
    until: str | None,
    permanent: bool,
) -> int:
    from pipeline.keeping.lifecycle import keep

    last = day(until, "--until")
    document = keep(app, identifier, person=person, until=last, permanent=permanent, source=source)
    told = {"document": document, "until": last.isoformat() if last else None, "permanent": permanent}
    until_words = value_for_people(last.isoformat()) if last else console.pick("vĩnh viễn", "for good")
    return _say(console, told, f"{document}: {console.pick('giữ đến', 'kept until')} {until_words}")


def _hold(console: Console, app: Application, person: Person, *, identifier: str, reason: str) -> int:
    from pipeline.keeping.lifecycle import hold

    placed = hold(app, identifier, person=person, reason=reason)
    return _say(console, vars(placed), f"{placed.document_id}: {console.pick('đã giữ', 'held')}")


def _release(console: Console, app: Application, person: Person, *, identifier: str) -> int:
    from pipeline.keeping.lifecycle import release

    count = release(app, identifier, person=person)
    return _say(
        console,
        {"document": identifier, "released": count},
        f"{identifier}: {console.pick('đã bỏ giữ', 'released')}",
    )


def _due(
    console: Console,
    app: Application,
    person: Person | None,
    *,
    identifiers: list[str],
    propose: bool,
    withdraw: bool,
    purpose: str,
) -> int:
    from models.errors import UsageError
    from pipeline.keeping import lifecycle

    if (propose or withdraw) and person is None:
        raise UsageError(reason="--as")
    if withdraw and person is not None:
        lifecycle.withdraw(app, identifiers, person=person)
        found = lifecycle.due(app, purpose=purpose)
    elif propose and person is not None:
        found = lifecycle.propose(app, identifiers, person=person)
    else:
        found = lifecycle.due(app, purpose=purpose)
    for one in found:
        _tell_due(console, one)
    if not found and not console.json:
        console.out.print(
            console.pick("Không có giấy tờ nào hết thời hạn.", "Nothing is past its retention.")
        )
    return 0


def _tell_due(console: Console, one: Due) -> None:
    if console.json:
        console.machine(vars(one))
        return
    states = {"proposed": ("đã đề nghị", "proposed"), "approved": ("đang tiêu hủy", "being destroyed")}
    said = [console.pick(*OBSTACLES[code]) for code in one.obstacles]
    if one.state in states:
        said.append(f"{console.pick(*states[one.state])} ({one.proposed_by})")
    console.out.print(
        f"{', '.join(one.documents)}  {value_for_people(one.retain_until)}  {'; '.join(said)}",
        highlight=False,
    )


def _dispose(console: Console, app: Application, person: Person, *, identifiers: list[str]) -> int:
    from pipeline.keeping.lifecycle import dispose

    stones = dispose(app, identifiers, person=person)
    for stone in stones:
        if console.json:
            console.machine(
                {"document": stone.document_id, "disposed_at": stone.disposed_at, "signer": stone.signer}
            )
        else:
            console.out.print(f"{stone.document_id}: {console.pick('đã tiêu hủy', 'destroyed')}")
    if not stones and not console.json:
        console.out.print(console.pick("Không có gì để tiêu hủy.", "There was nothing to destroy."))
    return 0


def _tombstone(
    console: Console, app: Application, _person: None, *, identifier: str, out: Path | None, purpose: str
) -> int:
    from pipeline.keeping.lifecycle import tombstone
    from pipeline.papers.export import write_out

    stone, report = tombstone(app, identifier, purpose=purpose)
    if out is not None:
        write_out(out, stone.statement)
        write_out(out.with_name(f"{out.name}.pem"), _pem(stone.signature))
    told = {**vars(stone), "statement": json.loads(stone.statement), "verdict": report.verdict.value,
            "proven_at": report.proven_at}  # fmt: skip
    return _say(
        console,
        told,
        json.dumps(json.loads(stone.statement), ensure_ascii=False, indent=2)
        + f"\n{console.pick('Người ký', 'Signer')}: {stone.signer} ({report.verdict.value}, {report.proven_at or '—'})",
    )


def _pem(signature: str) -> str:
    """The detached CMS signature as other programs read it: `openssl cms -verify -inform PEM -content FILE`."""
    lines = [signature[at : at + 64] for at in range(0, len(signature), 64)]
    return "\n".join(["-----BEGIN CMS-----", *lines, "-----END CMS-----", ""])


def _say(console: Console, told: dict[str, Any], words: str) -> int:
    if console.json:
        console.machine(told)
    else:
        console.out.print(words, highlight=False, markup=False)
    return 0
