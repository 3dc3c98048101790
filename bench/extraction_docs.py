"""docs/extraction.md and its plots, from the figures that the extraction bench left in bench/out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.calibration_docs import calibration_section
from bench.extraction_scores import CATEGORIES
from bench.plots import bars, reliability
from extraction.calibration import packaged
from extraction.definitions import packaged_types

Facts = Mapping[str, Any]
CALIBRATION = "calibration-{profile}.svg"
PLANTS = {
    "id_birth_year": "personal number says another birth year than the print",
    "id_sex": "personal number says the other sex",
    "date_words": "date in words and in figures differ",
    "money_words": "sum in words and in figures differ",
    "area_words": "area in words and in figures differ",
    "tax_check_digit": "check digit of the enterprise code is wrong",
    "issued_before_birth": "issued before the holder's birth",
    "died_before_birth": "died before birth",
    "code_number": "QR code and machine-readable zone have another number than the print",
    "code_birth_date": "QR code and machine-readable zone have another birth date than the print",
    "zone_check_digit": "composite check digit of the machine-readable zone is wrong",
}


def write_docs(figures: Path, docs: Path) -> list[Path]:
    """Write the page and its plots. Raises FileNotFoundError before the first bench run."""
    facts = _without_twins(json.loads((figures / "extraction.json").read_text(encoding="utf-8")))
    folder = docs / "extraction"
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, plot in _plots(facts):
        (folder / name).write_text(plot, encoding="utf-8")
        written.append(folder / name)
    page = docs / "extraction.md"
    page.write_text("\n".join(_page(facts)) + "\n", encoding="utf-8")
    return [page, *written]


def _without_twins(facts: Facts) -> Facts:
    """The figures of one profile where several have the same; `alike` says which others they stand for."""
    told: dict[str, Any] = {}
    alike: dict[str, str] = {}
    for profile, result in facts["profiles"].items():
        twin = next((name for name, other in told.items() if _timeless(other) == _timeless(result)), None)
        if twin is None:
            told[profile] = result
        else:
            alike[profile] = twin
    return {**facts, "profiles": told, "alike": alike}


def _timeless(result: Facts) -> dict[str, Any]:
    split = {key: value for key, value in result["splitting"].items() if key != "cpu_ms_a_page"}
    return {**result, "splitting": split, "cpu_ms_a_page": None}


def goals(result: Facts) -> list[tuple[str, str, str, bool]]:
    """What was asked, wanted, measured, and whether it holds."""
    kinds, taken, warned = result["kinds"], result["accepted"], result["contradictions"]
    rows: list[tuple[str, str, str, bool]] = []
    for label, names, limits in (
        ("identifiers and dates exact", ("identifier", "date"), (0.99, 0.97)),
        ("names exact", ("name",), (0.97, 0.92)),
    ):
        for some, limit in zip(("clean", "degraded"), limits, strict=True):
            count = sum(kinds[n][some]["fields"] for n in names)
            share = sum(kinds[n][some]["right"] * kinds[n][some]["fields"] for n in names) / max(count, 1)
            rows.append((f"{label}, {some}", f"≥ {limit:.0%}", f"{share:.2%} of {count}", share >= limit))
    for some, limit in (("clean", 0.01), ("degraded", 0.02)):
        rate = kinds["text"][some]["cer"]
        rows.append((f"free text, {some}: character errors", f"≤ {limit:.0%}", f"{rate:.2%}", rate <= limit))
    codes = result["codes"]
    rows.append(
        (
            "codes read (clean and ordinary scans)",
            "all",
            f"{codes['read']} of {codes['printed']}",
            codes["read"] == codes["printed"],
        )
    )
    enough = taken["accepted"] >= 3000 and taken["right_at_least"] >= 0.995
    rows.append((
        "accepted fields right, 95 % lower bound", "≥ 99.5 % on ≥ 3,000 fields",
        f"{taken['right_at_least']:.2%} on {taken['accepted']}", enough,
    ))  # fmt: skip
    rows.append(("fields accepted unseen", "≥ 70 %", f"{taken['share']:.1%}", taken["share"] >= 0.7))
    gap = result["calibration"]["error"]
    rows.append(("expected calibration error", "≤ 3 %", f"{gap:.2%}", gap <= 0.03))
    types = result["classification"]
    rows.append(
        ("types right", "≥ 99 %", f"{types['right']:.2%} of {types['documents']}", types["right"] >= 0.99)
    )
    silent = len(types["silently_wrong"])
    rows.append(("types wrong above the threshold", "none", str(silent), silent == 0))
    rows.append(
        (
            "planted contradictions flagged",
            "all",
            f"{warned['flagged']} of {warned['planted']}",
            warned["flagged"] == warned["planted"],
        )
    )
    cut = result["splitting"]
    if cut["batches"]:
        share = cut["decisions_right"]
        told = f"{share:.2%} of {cut['decisions']}"
        rows.append(("cuts of batches right", "≥ 98 %", told, share >= 0.98))
        rows.append(
            ("wrong cuts that nobody is asked about", "none", str(cut["unflagged"]), cut["unflagged"] == 0)
        )
    spent = result["cpu_ms_a_page"]["median"]
    rows.append(
        (
            "CPU of extraction a page, after reading",
            "≤ 60 ms",
            f"{spent} ms",
            spent is not None and spent <= 60,
        )
    )
    return rows


def _plots(facts: Facts) -> Iterator[tuple[str, str]]:
    profiles = facts["profiles"]
    for profile, result in profiles.items():
        points = [(b["says"], b["right"], b["count"]) for b in result["calibration"]["bins"]]
        yield CALIBRATION.format(profile=profile), reliability(f"What confidence means: {profile}", points)
    variants = list(next(iter(profiles.values()))["by_variant"])
    series = {
        f"{profile}, {label}": [100 * result["by_variant"][v][part][key] for v in variants]
        for profile, result in profiles.items()
        for label, part, key in (("right", "exact", "right"), ("accepted", "accepted", "share"))
    }
    yield (
        "by-variant.svg",
        bars("Fields right, and fields accepted unseen", "% of printed fields", variants, series, 100.0),
    )


def _page(facts: Facts) -> Iterator[str]:
    machine, profiles = facts["machine"], facts["profiles"]
    first = facts["first_seed"]
    yield "# What extraction finds, and what its confidence is worth"
    yield ""
    yield "Written by `python -m bench.extraction --docs` from the figures of `make bench-extraction`. Don't edit by hand."
    yield ""
    yield f"Measured {facts['made_at'][:10]} on {machine['cpu']}, {machine['cores']} cores, Python {machine['python']}."
    yield (
        f"{facts['papers']} generated papers from seed {first} on, of every known type in two layouts or more and of unknown kinds, "
        "each in turn through every scan variant; drawn apart from the extractor: other layouts, other label wording, half of them in "
        "type that no recogniser was trained on. Seeds 10000–19999 serve tuning, 21000–29999 only this report."
    )
    yield ""
    yield "- **Right**: the normalised value is the printed one; text may differ in punctuation at its ends. A field that was not found is wrong."
    yield "- **Accepted**: not on the list that a person must look at, on a paper whose type is sure. **At least**: one-sided 95 % bound (Clopper–Pearson)."
    yield "- **Degraded**: every variant but `clean`. Fields filled in by pen are counted apart."
    yield "- **Flagged**: the paper with the contradiction raises a flag that the same paper without it does not."
    for profile, twin in facts["alike"].items():
        yield ""
        yield (
            f"The profile `{profile}` was measured on the same papers and has the figures of `{twin}`, every one of them: only an "
            "engine that was found to read doubtful lines better than the first is asked about them, and here there was none."
        )
    for profile, result in profiles.items():
        yield ""
        yield f"## Against the goals: {profile}"
        yield ""
        yield from _table(
            ("goal", "wanted", "measured", "holds"),
            [(a, b, c, "yes" if d else "**no**") for a, b, c, d in goals(result)],
        )
    yield ""
    yield "## By kind of value"
    yield ""
    for profile, result in profiles.items():
        rows = [
            (f"{kind}, {some}", f"{r['fields']}", f"{r['right']:.2%}", f"{r['found']:.2%}", f"{r['cer']:.2%}", f"{r['cer_of_found']:.2%}")
            for kind in CATEGORIES for some in ("clean", "degraded") for r in (result["kinds"][kind][some],)
        ]  # fmt: skip
        yield from _table((profile, "fields", "right", "found", "CER", "CER of those found"), rows)
        yield ""
    yield "## By type"
    yield ""
    for profile, result in profiles.items():
        rows = [
            (code, f"{r['exact']['fields']}", f"{r['exact']['right']:.2%}", f"{r['accepted']['share']:.1%}",
             f"{r['accepted']['wrong']} of {r['accepted']['accepted']}", f"{r['accepted']['right_at_least']:.2%}")
            for code, r in result["by_type"].items()
        ]  # fmt: skip
        yield from _table((profile, "fields", "right", "accepted", "of these wrong", "right at least"), rows)
        yield ""
    yield "![by variant](extraction/by-variant.svg)"
    yield ""
    yield "## Confidence"
    for profile in profiles:
        yield ""
        yield f"![reliability, {profile}](extraction/{CALIBRATION.format(profile=profile)})"
    yield ""
    yield from _handwriting(profiles)
    yield ""
    yield from calibration_section(packaged(), packaged_types())
    yield "## Planted contradictions"
    yield ""
    for profile, result in profiles.items():
        found = result["contradictions"]
        plants = [
            (PLANTS.get(name, name), str(r["planted"]), str(r["flagged"]), str(r["unseen"]), str(r["false_alarms"]))
            for name, r in found["by_plant"].items()
        ]  # fmt: skip
        yield from _table((profile, "planted", "flagged", "passed unseen", "flagged without it"), plants)
        yield ""
    yield "## Several papers in one scan"
    yield ""
    yield (
        "Batches of two to six papers: both sides of a card on pages of their own (also back first), decisions of several pages, two of "
        "the same type in a row, in two of five batches a separator sheet between papers. A **decision** is every page before which a "
        "document may begin; **doubtful** parts go to a person."
    )
    yield ""
    cut_rows = [
        (profile, f"{r['exact']} of {r['batches']}", f"{r['decisions'] - r['wrong']} of {r['decisions']}",
         _share(r["precision"]), _share(r["recall"]), str(r["unflagged"]), f"{r['typed']} of {r['documents']}",
         f"{r['doubtful']} of {r['parts']}", f"{r['cpu_ms_a_page']}")
        for profile, result in profiles.items() for r in (result["splitting"],)
    ]  # fmt: skip
    heads = ("profile", "batches exact", "decisions right", "cuts: precision", "recall", "wrong and unflagged",
             "documents typed", "parts doubtful", "CPU a page, ms")  # fmt: skip
    yield from _table(heads, cut_rows)
    yield ""
    yield "## Types taken for another"
    yield ""
    for profile, result in profiles.items():
        confused = result["classification"]["confused"]
        said = ", ".join(f"{pair} ({count})" for pair, count in confused.items()) or "none"
        yield f"- {profile}: {said}"


def _handwriting(profiles: Facts) -> Iterator[str]:
    yield "### Filled in by pen"
    yield ""
    yield (
        "A reading says of each word whether its ink is red or blue (every colour that is not reddish). A value in blue on a page "
        "whose own print is not is taken for handwriting, however well it reads: the field is held, and the document is flagged. "
        "One figure in pen is enough, as in a number or a day that the clerk filled in; a signer's name is held when nearly all "
        "of it is blue, since signatures run across the print. What is **proven** is not held: a date that stands in figures "
        "and in words, a number with its check digit."
    )
    yield ""
    rows = [
        (f"{profile}, {name}", f"{pen['fields']}", f"{pen['accepted']}", f"{pen['accepted_proven']}", f"{pen['accepted_wrong']}")
        for profile, result in profiles.items() for name, pen in result["handwritten"].items()
    ]  # fmt: skip
    yield from _table(("pictures", "fields", "accepted", "of these proven", "of these wrong"), rows)
    yield ""
    yield (
        "**What colour can't tell**: a black pen, a grey scan or photocopy, a blue pen on a form whose labels are blue. There only "
        "strokes that nobody could read hold a field; legible handwriting is taken for print and goes by its confidence. How evenly "
        "letters stand on their line did not set pen apart from print in badly copied papers. Where forms are filled in with black "
        "pens, the type's fields say `handwriting: expected`, and a person looks at each. Values typed or printed in blue on a form "
        "in black are held too. The pens of these papers are of one blue; paler and darker ones, green and violet, yellowed and faded "
        "sheets are in the tests of the measure itself."
    )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2%}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(heads) + " |"
    yield "|---" + "|---:" * (len(heads) - 1) + "|"
    for row in rows:
        yield "| " + " | ".join(row) + " |"
