"""`ecopy demo`: the whole way on sample papers, embedded, in one go."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cli.console import Console
from cli.digitize import progress_bar
from cli.init import warn_development

if TYPE_CHECKING:
    from pipeline.application import Application
    from pipeline.outcome import DocumentOutcome, SourceOutcome, SourceRefused

MARK = ".ecopy-demo"
"""A folder is only ever emptied when an earlier demonstration left this file in it."""


def run(console: Console, *, out: Path) -> int:
    from pipeline.digitize import Order, digitize
    from pipeline.inputs import collect
    from samples.demo import write_demo

    out = out.absolute()
    _make_room(out)
    home, inbox, results = out / "home", out / "papers", out / "results"
    started = time.perf_counter()
    with console.application(home) as app, app.working():
        write_demo(inbox)
        _sign_as_original(app, inbox)
        warn_development(console)
        inputs = collect([inbox])
        order = Order(out=results, language=console.language or "vi", confirm_as=app.hands.person("officer"))
        with progress_bar(console, len(inputs.files)) as watch:
            outcomes = sorted(digitize(app, inputs.files, order, watch), key=lambda o: o.sources)
        verdicts = _verify(console, home, outcomes)
        anchor = app.hands.anchor_file
    _show(console, outcomes, verdicts)
    _tell_where(console, out, anchor, outcomes, time.perf_counter() - started)
    return _check(outcomes, verdicts)


def _make_room(out: Path) -> None:
    from models.errors import UsageError

    if out.exists() and any(out.iterdir()):
        if not (out / MARK).exists():
            raise UsageError(reason=f"--out {out}: not empty / không trống")
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / MARK).touch()


def _sign_as_original(app: Application, inbox: Path) -> None:
    """The electronic decision is signed as its issuing agency would have done before sending it."""
    from models.signatures import Level, SignRequest
    from models.times import iso
    from samples.demo import TO_BE_SIGNED

    plain = inbox / TO_BE_SIGNED
    signed = plain.with_name(f"{plain.stem}-da-ky.pdf")
    request = SignRequest(field_name="CoQuanBanHanh", level=Level.B_LTA, signed_at=iso(app.clock.now()))
    app.hands.seal.signer.sign(plain, signed, request)
    plain.unlink()


def _verify(console: Console, home: Path, outcomes: list[SourceOutcome | SourceRefused]) -> dict[str, str]:
    """Every e-copy and capture judged as a stranger would; verdicts by path."""
    from pipeline.verification import Verifier

    verdicts = {}
    with Verifier(console.settings(home=home), home / "pki" / "root.pem") as verifier:
        for document in _documents(outcomes):
            for written in (document.ecopy, document.capture):
                if written and written.path:
                    verdicts[written.path] = verifier.verify(Path(written.path))[0].verdict.value
    return verdicts


def _documents(outcomes: list[SourceOutcome | SourceRefused]) -> list[DocumentOutcome]:
    return [d for o in outcomes for d in getattr(o, "documents", [])]


def _show(console: Console, outcomes: list[SourceOutcome | SourceRefused], verdicts: dict[str, str]) -> None:
    from rich.table import Table
    from rich.text import Text

    from cli.show import state_name, to_look_at
    from signing.words import verdict_words

    table = Table(title=console.pick("Từ giấy đến bản sao điện tử", "From paper to e-copy"), show_lines=True)
    for vi, en in (
        ("Giấy nộp", "Paper"),
        ("Loại, nội dung", "Type, data"),
        ("Trạng thái", "State"),
        ("Cần xem", "To look at"),
        ("Bản sao điện tử", "E-copy"),
    ):
        table.add_column(console.pick(vi, en), overflow="fold")
    for outcome in outcomes:
        name = ", ".join(Path(p).name for p in outcome.sources)
        if not hasattr(outcome, "documents"):
            error = outcome.error
            text = Text(f"{error.code}\n{error.message}\n→ {error.remedy}")
            table.add_row(name, "", Text(console.pick("bị từ chối", "refused"), style="red"), text, "—")
            continue
        for document in outcome.documents:
            ecopy: Text | str = "—"
            if document.ecopy and document.ecopy.path:
                verdict = verdicts[document.ecopy.path]
                words = _verdict_words(verdict, console, verdict_words)
                ecopy = Text.assemble(
                    (f"{document.ecopy.level} ", "bold"),
                    (words, "green" if verdict == "valid" else "red"),
                )
            table.add_row(
                name,
                _summary(document),
                state_name(console, document),
                to_look_at(console, document) or "—",
                ecopy,
            )
    console.out.print(table)


def _verdict_words(verdict: str, console: Console, words: object) -> str:
    from models.signatures import Verdict

    return words(Verdict(verdict), console.language or "vi")  # type: ignore[operator]


def _summary(document: DocumentOutcome) -> str:
    """Type, pages and the few fields that tell what it is."""
    shown = [
        f"{name}: {field.value}"
        for name, field in document.fields.items()
        if name in ("full_name", "number", "personal_id", "abstract", "birth_date") and field.value
    ]
    return "\n".join([f"{document.document_type} ({len(document.pages)} tr.)", *shown])


def _tell_where(
    console: Console,
    out: Path,
    anchor: Path,
    outcomes: list[SourceOutcome | SourceRefused],
    seconds: float,
) -> None:
    shown = Path(os.path.relpath(out))
    command = f".venv/bin/ecopy verify {shown / 'results'}/*.pdf --trust {Path(os.path.relpath(anchor))}"
    console.say(f"\nXong sau {seconds:.0f} giây.", f"\nDone in {seconds:.0f} seconds.")
    console.say(f"  Giấy nộp:  {shown / 'papers'}", f"  Papers:    {shown / 'papers'}")
    console.say(
        f"  Kết quả:   {shown / 'results'}  (mở các tệp .pdf và .json)",
        f"  Results:   {shown / 'results'}  (open the .pdf and .json files)",
    )
    console.say(f"  Kiểm tra:  {command}", f"  Verify:    {command}")
    for document in _documents(outcomes):
        if document.state == "in_review":
            call = f".venv/bin/ecopy confirm {document.id} --as officer --home {shown / 'home'}"
            console.say(f"  Rà soát:   {call} --set …", f"  Review:    {call} --set …")


def _check(outcomes: list[SourceOutcome | SourceRefused], verdicts: dict[str, str]) -> int:
    """0 only when the demonstration shows what it is meant to show."""
    documents = _documents(outcomes)
    refused = [o for o in outcomes if not hasattr(o, "documents")]
    issued = [d for d in documents if d.ecopy]
    stopped = [d for d in documents if d.state == "in_review"]
    originals = [d for d in documents if "signed_original" in d.flags]
    sound = all(v == "valid" for v in verdicts.values())
    return 0 if len(issued) >= 3 and stopped and originals and refused and sound else 1
