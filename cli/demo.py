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
    from rich.text import Text

    from pipeline.application import Application
    from pipeline.papers.outcome import DocumentOutcome, SourceOutcome, SourceRefused
    from samples.demo import DemoFile

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
        entries = [(entry, _prepared(app, entry, path)) for entry, path in write_demo(inbox)]
        warn_development(console)
        inputs = collect([inbox])
        order = Order(out=results, language=console.language or "vi", confirm_as=app.hands.person("officer"))
        with progress_bar(console, len(inputs.files)) as watch:
            outcomes = {Path(o.sources[0]): o for o in digitize(app, inputs.files, order, watch)}
        verdicts = _verify(console, home, list(outcomes.values()))
        anchor = app.hands.anchor_file
    shown = [(entry, outcomes[path]) for entry, path in entries]
    _show(console, shown, verdicts)
    _tell_where(console, out, anchor, list(outcomes.values()), time.perf_counter() - started)
    surprises = [entry.name for entry, outcome in shown if _became(outcome) != entry.outcome]
    surprises += [path for path, verdict in verdicts.items() if verdict != "valid"]
    if surprises:
        listed = ", ".join(surprises)
        console.say(f"KHÔNG NHƯ DỰ KIẾN: {listed}", f"NOT AS EXPECTED: {listed}")
    return 1 if surprises else 0


def _make_room(out: Path) -> None:
    from models.errors import UsageError

    if out.exists() and any(out.iterdir()):
        if not (out / MARK).exists():
            raise UsageError(reason=f"--out {out}: not empty / không trống")
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / MARK).touch()


def _prepared(app: Application, entry: DemoFile, path: Path) -> Path:
    """The electronic decision is signed, as its issuing agency would have done before sending it."""
    from models.signatures import Level, SignRequest
    from models.times import iso

    if entry.outcome != "signed_original":
        return path
    signed = path.with_name(f"{path.stem}-da-ky.pdf")
    request = SignRequest(field_name="CoQuanBanHanh", level=Level.B_LTA, signed_at=iso(app.clock.now()))
    app.hands.seal.signer.sign(path, signed, request)
    path.unlink()
    return signed


def _verify(console: Console, home: Path, outcomes: list[SourceOutcome | SourceRefused]) -> dict[str, str]:
    """Every e-copy and capture judged as a stranger would; verdicts by path."""
    from pipeline.verification.verifier import Verifier

    verdicts = {}
    with Verifier(console.settings(home=home), home / "pki" / "root.pem") as verifier:
        for document in _documents(outcomes):
            for written in (document.ecopy, document.capture):
                if written and written.path:
                    verdicts[written.path] = verifier.verify(Path(written.path))[0].verdict.value
    return verdicts


def _documents(outcomes: list[SourceOutcome | SourceRefused]) -> list[DocumentOutcome]:
    return [d for o in outcomes for d in getattr(o, "documents", [])]


def _became(outcome: SourceOutcome | SourceRefused) -> str:
    """What became of an input, in the words of the demonstration's list."""
    if not hasattr(outcome, "documents"):
        return "refused"
    (document,) = outcome.documents
    if document.ecopy:
        return "issued"
    return "signed_original" if "signed_original" in document.flags else str(document.state)


def _show(
    console: Console,
    shown: list[tuple[DemoFile, SourceOutcome | SourceRefused]],
    verdicts: dict[str, str],
) -> None:
    from rich.table import Table
    from rich.text import Text

    from cli.show import state_name, to_look_at

    table = Table(title=console.pick("Từ giấy đến bản sao điện tử", "From paper to e-copy"), show_lines=True)
    for vi, en in (
        ("Giấy nộp", "Paper"),
        ("Dữ liệu bóc tách", "Extracted data"),
        ("Trạng thái", "State"),
        ("Lưu ý", "To note"),
        ("Bản sao điện tử", "E-copy"),
    ):
        table.add_column(console.pick(vi, en), overflow="fold")
    for entry, outcome in shown:
        paper = Text.assemble((entry.name, "bold"), "\n", console.pick(entry.title_vi, entry.title_en))
        if not hasattr(outcome, "documents"):
            error = outcome.error
            words = Text(f"{error.code}\n{error.message}\n→ {error.remedy}")
            table.add_row(paper, "", Text(console.pick("bị từ chối", "refused"), style="red"), words, "—")
            continue
        for document in outcome.documents:
            table.add_row(
                paper,
                _summary(console, document),
                state_name(console, document),
                to_look_at(console, document) or "—",
                _verdict(console, document, verdicts),
            )
    console.out.print(table)


def _verdict(console: Console, document: DocumentOutcome, verdicts: dict[str, str]) -> Text:
    from rich.text import Text

    from models.signatures import Verdict
    from signing.judging.words import verdict_words

    if document.ecopy is None or document.ecopy.path is None:
        return Text("—")
    verdict = Verdict(verdicts[document.ecopy.path])
    style = "green" if verdict is Verdict.VALID else "red"
    return Text.assemble(
        (f"{document.ecopy.level} ", "bold"), (verdict_words(verdict, console.language or "vi"), style)
    )


def _summary(console: Console, document: DocumentOutcome) -> str:
    """The few fields that tell what it is."""
    from cli.labels import field_label, value_for_people

    told = ("full_name", "birth_date", "personal_id", "number", "issuer", "abstract")
    return "\n".join(
        f"{field_label(console, document.document_type, name)}: {value_for_people(document.fields[name].value)}"
        for name in told
        if name in document.fields and document.fields[name].value
    )


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
