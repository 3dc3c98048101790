"""bench ocr: our engines, Tesseract and OCRmyPDF read the same pages in one run; how well, how fast, in how much memory.

python -m bench.ocr                        everything, to bench/out/ocr.json (about an hour and a half on two cores)
python -m bench.ocr --quick                two pages, one round: does it run?
python -m bench.ocr --pages FOLDER         own scans, each with its lines in NAME.txt beside it, to bench/out/ocr-own.json
python -m bench.ocr --docs                 docs/accuracy.md and its plots from the figures in bench/out
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.figures import OUT, machine
from bench.ocr_contenders import Contender, NotHere, Run, all_contenders
from bench.ocr_pages import FIRST_SEED, TRIAL_SEED, Page, drawn, own_pages
from ocr.accuracy import Accuracy, compare, invented_words, total

PARTS = ("accuracy", "speed", "growth", "start")
_KEYS = {"start": "first_page_seconds"}
ROUNDS = 3
SHEETS = 24
"""Pages that are timed in one go, so that starting up, which has a part of its own, hardly weighs."""
GROWTH = (5, 20, 60)
ROOT = Path(__file__).resolve().parents[1]
console = Console()


def main(arguments: Sequence[str] | None = None) -> int:
    given = _arguments(arguments)
    if given.docs:
        from bench.ocr_docs import write_docs

        for path in write_docs(given.out, ROOT / "docs"):
            console.print(f"wrote {path.relative_to(ROOT)}")
        return 0
    pages = own_pages(given.pages) if given.pages else generated(given.quick, given.first_seed, given.out)
    contenders, missing = _present(given.contenders)
    results: dict[str, Any] = {
        "made_at": datetime.now().astimezone().isoformat(timespec="minutes"),
        "machine": machine(),
        "load_at_start": os.getloadavg()[0],
        "pages": _page_facts(pages),
        "contenders": {c.name: {"title": c.title, "ours": c.ours, "version": v} for c, v in contenders},
        "not_here": missing,
    }
    target = given.out / _name(given)
    _keep_other_parts(results, target, given.parts)
    some = [c for c, _ in contenders]
    with tempfile.TemporaryDirectory(prefix="ecopy-bench-") as scratch:
        for part in given.parts:
            console.rule(part)
            _PARTS[part](results, some, pages, Path(scratch), given)
            # After each part, so that a run that is cut short leaves what it has.
            target.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    console.print(f"→ {target}")
    return 0


def _keep_other_parts(results: dict[str, Any], target: Path, parts: Sequence[str]) -> None:
    """Take over what an earlier run measured in other parts with the same versions on the same pages."""
    if not target.exists():
        return
    earlier = json.loads(target.read_text(encoding="utf-8"))
    if earlier.get("pages") != results["pages"]:
        return
    for name, entry in results["contenders"].items():
        before = earlier["contenders"].get(name, {})
        if before.get("version") == entry["version"]:
            kept = {_KEYS.get(part, part) for part in PARTS if part not in parts}
            entry |= {key: before[key] for key in kept if key in before}
    # Contenders left out this time keep what they read, but times are compared within one run only.
    timed = {_KEYS.get(part, part) for part in ("speed", "start") if part in parts}
    for name, before in earlier["contenders"].items():
        left = {key: value for key, value in before.items() if key not in timed}
        results["contenders"].setdefault(name, left)
    if "speed" not in parts and "speed_pages" in earlier:
        results["speed_pages"] = earlier["speed_pages"]


def _name(given: argparse.Namespace) -> str:
    if given.pages:
        return "ocr-own.json"
    if given.quick:
        return "ocr-quick.json"
    return "ocr.json" if given.first_seed == FIRST_SEED else f"ocr-{given.first_seed}.json"


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.ocr", description=(__doc__ or "").splitlines()[0])
    names = [c.name for c in all_contenders()]
    parser.add_argument("--quick", action="store_true", help="two pages, one round, no growth")
    parser.add_argument("--pages", type=Path, metavar="FOLDER", help="own scans with NAME.txt beside each")
    parser.add_argument("--docs", action="store_true", help="write docs/accuracy.md from the last figures")
    parser.add_argument("--contenders", type=_list_of(names), default=names, help=", ".join(names))
    parser.add_argument("--parts", type=_list_of(PARTS), default=None, help=", ".join(PARTS))
    parser.add_argument("--jobs", type=int, default=2, help="processes while accuracy is measured")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="interleaved rounds of the speed part")
    parser.add_argument(
        "--first-seed", type=int, default=None, help="other pages of the same kinds, to tune on"
    )
    parser.add_argument("--out", type=Path, default=OUT, help="folder for pages, texts and figures")
    given = parser.parse_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)
    if given.parts is None:
        given.parts = ["accuracy", "speed", "start"] if given.quick else list(PARTS)
        if given.pages:
            given.parts = ["accuracy"]
    if given.quick:
        given.rounds = 1
    if given.first_seed is None:
        given.first_seed = TRIAL_SEED if given.quick else FIRST_SEED
    return given


def _list_of(known: Iterable[str]) -> Callable[[str], list[str]]:
    allowed = list(known)

    def parse(text: str) -> list[str]:
        names = text.split(",")
        if unknown := [name for name in names if name not in allowed]:
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}")
        return names

    return parse


def generated(quick: bool, first_seed: int, out: Path) -> list[Page]:
    """The generated pages, drawn by a process of their own unless the same ones lie there already."""
    digest = hashlib.sha256(f"{quick} {first_seed}".encode())
    for path in (*sorted((ROOT / "samples").rglob("*.py")), Path(__file__).with_name("ocr_pages.py")):
        digest.update(path.read_bytes())
    folder = out.resolve() / f"ocr-pages-{digest.hexdigest()[:12]}"
    if not (folder / "pages.json").exists():
        console.print("drawing the pages …")
        folder.mkdir(parents=True, exist_ok=True)
        options = [str(folder), "--first-seed", str(first_seed), *(["--quick"] if quick else [])]
        subprocess.run([sys.executable, "-m", "bench.ocr_pages", *options], check=True, cwd=ROOT)
    return drawn(folder)


def _present(names: Sequence[str]) -> tuple[list[tuple[Contender, str]], dict[str, str]]:
    """The contenders that can run here with their versions, and why the others can't."""
    present, missing = [], {}
    for contender in all_contenders():
        if contender.name not in names:
            continue
        try:
            present.append((contender, contender.version()))
        except NotHere as reason:
            missing[contender.name] = str(reason)
            console.print(f"{contender.name} is left out: {reason}")
    return present, missing


def _page_facts(pages: Sequence[Page]) -> dict[str, Any]:
    groups: dict[str, int] = {}
    for page in pages:
        groups[page.group] = groups.get(page.group, 0) + 1
    return {
        "count": len(pages),
        "groups": groups,
        "lines": sum(len(p.lines) for p in pages),
        "characters": sum(len(line) for p in pages for line in p.lines),
    }


# ── accuracy ─────────────────────────────────────────────────────────────────────────────────────────


def _accuracy(
    results: dict[str, Any], contenders: Sequence[Contender], pages: Sequence[Page], scratch: Path, given: Any
) -> None:
    for contender in contenders:
        facts = results["contenders"][contender.name]
        texts = _texts(contender, facts["version"], pages, scratch, given)
        facts["accuracy"] = found = scores(pages, texts)
        _tell(contender, f"CER {found['all']['cer']:.2%}")
    _table(results)


def _texts(
    contender: Contender, version: str, pages: Sequence[Page], scratch: Path, given: Any
) -> Sequence[str]:
    """What a contender reads, page by page; what others' programs of the same version read is kept and not read again."""
    kept = given.out / "ocr-texts" / contender.name
    paths = [kept / f"{page.name}.txt" for page in pages]
    told = json.dumps([version, [page.path for page in pages]])
    stamp = kept / "read.json"
    if not contender.ours and stamp.exists() and stamp.read_text(encoding="utf-8") == told:
        return [path.read_text(encoding="utf-8") for path in paths]
    run = _run(contender, pages, given.jobs, scratch)
    kept.mkdir(parents=True, exist_ok=True)
    for path, text in zip(paths, run.texts, strict=True):
        path.write_text(text, encoding="utf-8")
    stamp.write_text(told, encoding="utf-8")
    return run.texts


def scores(pages: Sequence[Page], texts: Sequence[str]) -> dict[str, Any]:
    """Rates over all pages, by group, by variant (of all groups), by kind, and each page's own CER."""
    each = [
        (page, compare(page.lines, text), invented_words(page.lines, text))
        for page, text in zip(pages, texts, strict=True)
    ]

    def of(chosen: Callable[[Page], bool]) -> dict[str, float]:
        some = [row for row in each if chosen(row[0])]
        rates = _rates(total(accuracy for _, accuracy, _ in some))
        invented, read = (sum(row[2][k] for row in some) for k in (0, 1))
        return {**rates, "invented": round(invented / read, 5) if read else 0.0, "pages": len(some)}

    def by(name: str) -> dict[str, dict[str, float]]:
        values = list(dict.fromkeys(getattr(page, name) for page in pages))
        return {value: of(partial(_has, name, value)) for value in values}

    variants = by("variant")
    worse = [rates["cer"] for variant, rates in variants.items() if variant != "clean"]
    return {
        "all": of(lambda page: True),
        "degraded_mean_cer": round(sum(worse) / len(worse), 5) if worse else None,
        "by_group": by("group"),
        "by_variant": variants,
        "by_kind": by("kind"),
        "pages": {page.name: round(accuracy.cer, 5) for page, accuracy, _ in each},
    }


def _has(name: str, value: str, page: Page) -> bool:
    return bool(getattr(page, name) == value)


def _rates(found: Accuracy) -> dict[str, float]:
    return {
        "cer": round(found.cer, 5),
        "wer": round(found.wer, 5),
        "marks": round(found.mark_error_rate, 5),
        "exact": round(found.exact_rate, 5),
        "missing_lines": found.missing_lines,
        "lines": found.lines,
    }


# ── speed and memory ─────────────────────────────────────────────────────────────────────────────────


def _speed(
    results: dict[str, Any], contenders: Sequence[Contender], pages: Sequence[Page], scratch: Path, given: Any
) -> None:
    """Whole commands on the same sheets, one contender after the other in each round."""
    sheets = office_sheets(pages)
    sheets = (sheets * -(-SHEETS // len(sheets)))[:SHEETS]
    runs: dict[tuple[str, int], list[Run]] = {}
    for turn in range(given.rounds):
        for jobs in (1, 2):
            for contender in contenders:
                run = _run(contender, sheets, jobs, scratch)
                runs.setdefault((contender.name, jobs), []).append(run)
                rate = 60 * len(sheets) / run.seconds
                _tell(contender, f"round {turn + 1}, {jobs} process(es): {rate:.1f} pages a minute")
    results["speed_pages"] = len(sheets)
    for (name, jobs), found in runs.items():
        rates = [60 * len(sheets) / run.seconds for run in found]
        results["contenders"][name].setdefault("speed", {})[str(jobs)] = {
            "pages_per_minute": round(median(rates), 2),
            "spread": [round(min(rates), 2), round(max(rates), 2)],
            "largest_process_mib": round(max(run.largest_process_mib for run in found)),
            "all_processes_mib": round(max(run.all_processes_mib for run in found)),
        }


def office_sheets(pages: Sequence[Page]) -> list[Page]:
    """The ordinary scans of whole sheets among the pages: what a counter scans all day."""
    return [
        p for p in pages if p.variant == "scanned" and p.kind != "can_cuoc" and p.group != "type"
    ] or list(pages)


def _growth(
    results: dict[str, Any], contenders: Sequence[Contender], pages: Sequence[Page], scratch: Path, given: Any
) -> None:
    """Memory of one process as the document grows."""
    sheets = office_sheets(pages)
    for contender in contenders:
        if contender.name not in GROWING:
            continue
        found = {}
        for count in GROWTH:
            run = _run(contender, (sheets * count)[:count], 1, scratch)
            found[str(count)] = {
                "largest_process_mib": round(run.largest_process_mib),
                "all_processes_mib": round(run.all_processes_mib),
            }
            _tell(contender, f"{count} pages: {run.all_processes_mib:.0f} MiB")
        results["contenders"][contender.name]["growth"] = found


GROWING = ("own-best", "own-fast", "tesserocr-best", "tesserocr-fast", "ocrmypdf")
"""Whose memory is watched over long documents; the others start a process for each page."""


def _start(
    results: dict[str, Any], contenders: Sequence[Contender], pages: Sequence[Page], scratch: Path, given: Any
) -> None:
    """From the start of the command to the text of its first page."""
    (sheet, *_) = office_sheets(pages)
    for contender in contenders:
        times = []
        for _ in range(given.rounds):
            run = _run(contender, [sheet], 1, scratch)
            times.append(run.first_page_seconds if run.first_page_seconds is not None else run.seconds)
        results["contenders"][contender.name]["first_page_seconds"] = round(median(times), 2)
        _tell(contender, f"first page after {median(times):.2f} s")


def _run(contender: Contender, pages: Sequence[Page], jobs: int, scratch: Path) -> Run:
    return contender.run(
        [Path(p.path) for p in pages], [p.dpi for p in pages], jobs, scratch / contender.name
    )


def _tell(contender: Contender, text: str) -> None:
    console.print(f"{time.strftime('%H:%M:%S')} {contender.name:16} {text}")


def _table(results: dict[str, Any]) -> None:
    table = Table(title="accuracy")
    for column in (
        "contender",
        "CER %",
        "WER %",
        "marks %",
        "lines exact %",
        "missing",
        "invented %",
        "degraded CER %",
    ):
        table.add_column(
            column, justify="left" if column == "contender" else "right", no_wrap=column == "contender"
        )
    for name, facts in results["contenders"].items():
        found = facts["accuracy"]
        every = found["all"]
        shares = (every["cer"], every["wer"], every["marks"], every["exact"])
        degraded = found["degraded_mean_cer"]
        table.add_row(
            name,
            *(f"{100 * share:.2f}" for share in shares),
            str(every["missing_lines"]),
            f"{100 * every['invented']:.2f}",
            "" if degraded is None else f"{100 * degraded:.2f}",
        )
    console.print(table)


_PARTS = {"accuracy": _accuracy, "speed": _speed, "growth": _growth, "start": _start}


if __name__ == "__main__":
    sys.exit(main())
