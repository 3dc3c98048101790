"""`ecopy work`: the papers that are due go on, without a server; and those that don't go on, with the reason why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cli.console import Console
from cli.show import waiting_words

if TYPE_CHECKING:
    from pipeline.papers.outcome import WaitingPaper


ALL = "all"


def run(console: Console, *, home: Path | None, only_list: bool, again: str | None, purpose: str) -> int:
    from models.errors import catalogue
    from pipeline.keeping.batches import issue_waiting
    from pipeline.waiting import try_again, try_parked_again, waiting_papers
    from pipeline.worker import Worker

    with console.application(home) as app, app.working():
        if again is not None and (again == ALL or again in {kind.code for kind in catalogue()}):
            try_parked_again(app, None if again == ALL else again, purpose=purpose)
        elif again is not None:
            try_again(app, again, purpose=purpose)
        taken = 0 if only_list else Worker(app).run_due()
        if not only_list:
            issue_waiting(app, only_if_due=True)
        left = waiting_papers(app, console.language or "vi")
        if console.json:
            console.machine({"taken": taken, "waiting": [paper.model_dump(mode="json") for paper in left]})
        else:
            _tell(console, taken, left, only_list=only_list)
    return 1 if any(paper.state == "parked" for paper in left) else 0


def _tell(console: Console, taken: int, left: list[WaitingPaper], *, only_list: bool) -> None:
    if not only_list:
        console.say(f"Đã xử lý {taken} tệp.", f"{taken} files were worked on.")
    for paper in left:
        said = f"{paper.document} {waiting_words(console, paper)}"
        console.say(said, said)
