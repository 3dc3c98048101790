"""docs/accuracy.md and its plots, from the figures that the OCR bench left in bench/out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.ocr_goals import goals
from bench.plots import bars, lines, scatter

Facts = Mapping[str, Any]
MAIN = ("own-best", "own-fast", "tesserocr-best", "tesserocr-fast", "tesseract-raw", "ocrmypdf")
"""Who stands in the plots."""
KINDS = {
    "giay_khai_sinh": "birth certificate",
    "trich_luc_khai_sinh": "birth extract",
    "quyet_dinh": "decision",
    "can_cuoc": "identity card",
    "cong_van": "official letter",
    "bien_lai": "receipt",
    "cong_van_dai": "long letter",
    "bang_bieu": "table",
    "don": "application",
    "giay_uy_quyen": "power of attorney",
}
GROUPS = {"known": "known layouts", "new": "other layouts", "type": "type held out from training"}


def write_docs(figures: Path, docs: Path) -> list[Path]:
    """Write the page and its plots. Raises FileNotFoundError before the first bench run."""
    facts = json.loads((figures / "ocr.json").read_text(encoding="utf-8"))
    own = figures / "ocr-own.json"
    scans = json.loads(own.read_text(encoding="utf-8")) if own.exists() else None
    folder = docs / "accuracy"
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, plot in _plots(facts):
        (folder / name).write_text(plot, encoding="utf-8")
        written.append(folder / name)
    page = docs / "accuracy.md"
    page.write_text("\n".join(_page(facts, scans, [p.name for p in written])) + "\n", encoding="utf-8")
    return [page, *written]


def _plots(facts: Facts) -> Iterator[tuple[str, str]]:
    contenders = {n: c for n, c in facts["contenders"].items() if n in MAIN and "accuracy" in c}
    variants = list(next(iter(contenders.values()))["accuracy"]["by_variant"])
    series = {
        n: [100 * c["accuracy"]["by_variant"][v]["cer"] for v in variants] for n, c in contenders.items()
    }
    yield (
        "cer-by-variant.svg",
        bars("Character errors by scan variant", "CER %, cut at 5", variants, series, 5.0),
    )
    kinds = list(next(iter(contenders.values()))["accuracy"]["by_kind"])
    series = {n: [100 * c["accuracy"]["by_kind"][k]["cer"] for k in kinds] for n, c in contenders.items()}
    names = [KINDS.get(k, k) for k in kinds]
    yield "cer-by-kind.svg", bars("Character errors by kind of paper", "CER %, cut at 5", names, series, 5.0)
    timed = {n: c for n, c in facts["contenders"].items() if "speed" in c and "accuracy" in c}
    if timed:
        points = {
            n: (c["speed"]["2"]["pages_per_minute"], 100 * c["accuracy"]["all"]["cer"])
            for n, c in timed.items()
        }
        yield (
            "speed-and-errors.svg",
            scatter("Errors against speed", "CER %, logarithmic", "pages a minute on two processes", points),
        )
    grown = {n: c["growth"] for n, c in facts["contenders"].items() if "growth" in c}
    if grown:
        points_by = {
            n: [(float(k), float(v["all_processes_mib"])) for k, v in g.items()] for n, g in grown.items()
        }
        yield (
            "memory.svg",
            lines("Memory of one process over a document", "MiB (PSS)", "pages of the document", points_by),
        )


def _page(facts: Facts, scans: Facts | None, plots: Sequence[str]) -> Iterator[str]:
    pages, here = facts["pages"], facts["machine"]
    yield "# How well and how fast pages are read"
    yield ""
    yield "Written by `python -m bench.ocr --docs` from the figures of `make bench-ocr`. Don't edit by hand."
    yield ""
    yield f"Measured {facts['made_at'][:10]} on {here['cpu']}, {here['cores']} cores, Python {here['python']}."
    groups = ", ".join(f"{n} {GROUPS.get(g, g)}" for g, n in pages["groups"].items())
    yield (
        f"{pages['count']} generated pages ({groups}) with {pages['lines']} lines and {pages['characters']} characters, "
        "from seeds 9000–9999, which nothing was tuned on. All on the same files; times and memory of all contenders from one run. What other programs read is kept as long as they are of the same version."
    )
    yield ""
    yield from _explained()
    yield ""
    reached = list(goals(facts, scans))
    if reached:
        yield "## Against the goals"
        yield ""
        rows = [[g.text, g.wanted, g.measured, "yes" if g.holds else "**no**"] for g in reached]
        yield from _table(["goal", "wanted", "measured", "holds"], rows)
        yield ""
    yield "## All pages"
    yield ""
    yield from _summary(facts)
    for name in ("cer-by-variant.svg", "speed-and-errors.svg"):
        if name in plots:
            yield ""
            yield f"![{name.removesuffix('.svg').replace('-', ' ')}](accuracy/{name})"
    yield ""
    for title, key, names in (
        ("By scan variant", "by_variant", {}),
        ("By kind of paper", "by_kind", KINDS),
        ("By how strange the page is", "by_group", GROUPS),
    ):
        yield f"## {title}"
        yield ""
        yield "Character errors (CER), per cent."
        yield ""
        yield from _by(facts, key, names)
        if key == "by_kind":
            yield ""
            yield "![CER by kind](accuracy/cer-by-kind.svg)"
        yield ""
    yield from _speed(facts, plots)
    if scans:
        yield "## Real scans"
        yield ""
        yield (
            f"{scans['pages']['count']} pages, {scans['pages']['characters']} characters, read with "
            "`python -m bench.ocr --pages FOLDER`."
        )
        yield ""
        yield from _summary(scans, speed=False)
        yield ""
        yield from _by(scans, "by_variant", {})
        yield ""
    yield from _left_out(facts)


def _explained() -> Iterator[str]:
    yield "- **CER, WER**: each true line is sought in the output wherever it stands; a line that is not there costs all its characters."
    yield "- **Marks**: of the letters with a tone or letter mark that were read as the right base letter, the share with a wrong mark."
    yield "- **Lines exact**: lines without any error. **Invented**: words read that the page doesn't have, misread words and the lettering of seals among them."
    yield "- **Degraded**: the mean CER of the variants other than `clean`, each counting the same."
    yield "- **Pages a minute**: the whole command on ordinary scanned sheets, from picture files to text and (ours, OCRmyPDF) searchable PDF/A, start included; the median of interleaved rounds. **First page**: from the start of the command to its text, or to the end of a command for one page where it doesn't tell."


def _summary(facts: Facts, *, speed: bool = True) -> Iterator[str]:
    columns: list[tuple[str, Callable[[Facts], str]]] = [
        ("CER %", lambda c: _percent(c["accuracy"]["all"]["cer"])),
        ("WER %", lambda c: _percent(c["accuracy"]["all"]["wer"])),
        ("marks %", lambda c: _percent(c["accuracy"]["all"]["marks"])),
        ("lines exact %", lambda c: _percent(c["accuracy"]["all"]["exact"])),
        ("invented %", lambda c: _percent(c["accuracy"]["all"]["invented"])),
    ]
    if speed:
        columns += [
            ("clean CER %", lambda c: _percent(c["accuracy"]["by_variant"]["clean"]["cer"])),
            ("degraded CER %", lambda c: _percent(c["accuracy"]["degraded_mean_cer"])),
            ("pages/min, 1", lambda c: _rate(c, "1")),
            ("pages/min, 2", lambda c: _rate(c, "2")),
        ]
    some = [c for c in facts["contenders"].values() if "accuracy" in c]
    yield from _table(
        ["", *(title for title, _ in columns)],
        [[c["title"], *(cell(c) for _, cell in columns)] for c in some],
    )


def _by(facts: Facts, key: str, names: Mapping[str, str]) -> Iterator[str]:
    some = [c for c in facts["contenders"].values() if "accuracy" in c]
    values = list(some[0]["accuracy"][key])
    head = ["", *(names.get(v, v) for v in values)]
    yield from _table(
        head, [[c["title"], *(_percent(c["accuracy"][key][v]["cer"]) for v in values)] for c in some]
    )


def _speed(facts: Facts, plots: Sequence[str]) -> Iterator[str]:
    timed = [c for c in facts["contenders"].values() if "speed" in c]
    if not timed:
        return
    yield "## Speed and memory"
    yield ""
    yield f"{facts['speed_pages']} sheets at 300 dpi in colour. Memory is that of the largest process (RSS) and of all together (PSS)."
    yield ""
    rows = []
    for found in timed:
        one, two = found["speed"]["1"], found["speed"]["2"]
        rows.append(
            [
                found["title"],
                f"{one['pages_per_minute']:.1f} ({one['spread'][0]:.1f}–{one['spread'][1]:.1f})",
                f"{two['pages_per_minute']:.1f} ({two['spread'][0]:.1f}–{two['spread'][1]:.1f})",
                f"{found['first_page_seconds']:.1f}" if "first_page_seconds" in found else "",
                f"{one['largest_process_mib']}",
                f"{two['all_processes_mib']}",
            ]
        )
    head = [
        "",
        "pages/min, 1 process",
        "pages/min, 2 processes",
        "first page, s",
        "largest process, MiB",
        "all of 2, MiB",
    ]
    yield from _table(head, rows)
    grown = [c for c in facts["contenders"].values() if "growth" in c]
    if grown:
        counts = list(grown[0]["growth"])
        yield ""
        yield "Memory of one process (all its children, PSS, MiB) as the document grows:"
        yield ""
        yield from _table(
            ["", *(f"{n} pages" for n in counts)],
            [[c["title"], *(str(c["growth"][n]["all_processes_mib"]) for n in counts)] for c in grown],
        )
    if "memory.svg" in plots:
        yield ""
        yield "![memory](accuracy/memory.svg)"
    yield ""


def _left_out(facts: Facts) -> Iterator[str]:
    yield "## What ran"
    yield ""
    for found in facts["contenders"].values():
        yield f"- {found['title']}: {found['version']}"
    for name, reason in facts["not_here"].items():
        yield f"- {name} was left out: {reason}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "|".join(["---", *["---:"] * (len(head) - 1)]) + "|"
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.2f}"


def _rate(found: Facts, jobs: str) -> str:
    return f"{found['speed'][jobs]['pages_per_minute']:.1f}" if "speed" in found else ""
