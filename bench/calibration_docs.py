"""The section of docs/extraction.md that says where confidence comes from: model, figures, weights, rules outside it."""

from __future__ import annotations

from collections.abc import Iterator

from extraction.calibration import GROUPS, Calibration
from extraction.definitions import Catalogue

_RULES = (
    ("contradicted", "another statement on the paper, or the value's own form, speaks against it"),
    ("unchecked", "an identifier, an amount or a number that no passed check could have refused"),
    ("handwriting", "it is in a pen's ink or pen strokes lie on it, and no code, check digit or words agree"),
    ("poor_reading", "so many fields of the paper failed a check that the others can't be believed either"),
    ("respelled", "the machine gave it tone marks that were not read, and nothing proves them"),
)


def calibration_section(found: Calibration, catalogue: Catalogue) -> Iterator[str]:
    """The lines of the section, from the packaged calibration and types."""
    yield "### Where confidence comes from"
    yield ""
    yield (
        "For every value the extractor keeps its evidence: the engine's confidence in the least sure word and on "
        "average, how sure the place is (label, layout, finder), the checks that passed and those that failed. A logistic model adds "
        "these up in log-odds; surer words and another check passed never lower the result, another check failed never raises "
        f"it. `ecopy` packages it as data, version `{found.version}`; an agency may use its own (`ecopy learn recalibrate`). Every "
        "extraction names the version it was made with."
    )
    yield ""
    yield (
        f"Fitted by `{found.fitted.get('command', '')}` on {found.fitted.get('fields', '?')} found fields "
        f"({found.fitted.get('right', '?')} right) of generated papers ({found.fitted.get('papers', '?')}), "
        f"{found.fitted.get('layouts', '?')} layouts. Measured on papers that the fit had not seen, and on layouts of which "
        "it had not seen a single paper:"
    )
    yield ""
    yield from _figures(found)
    yield ""
    yield (
        f"A field is accepted from {found.figures.get('accept_confidence', 0):g} on (rule set, `accept_confidence`): the strictest "
        "threshold at which enough fields are accepted while the goal holds on unseen layouts. The bound is one-sided 95 % "
        "(Clopper–Pearson) and takes fields as independent, which those of one paper are not quite. No value is likelier than "
        f"{found.ceiling:.4f}: of the surest third at least so many were right. A type may set another threshold for a field "
        "(`accept`) or ask for a look at every paper (`must_check`)" + _exceptions(catalogue)
    )
    yield ""
    yield "Rules that no confidence outweighs; a value they hold is doubtful, and its evidence says why (`holds`):"
    yield ""
    for name, meaning in _RULES:
        yield f"- `{name}`: {meaning}"
    yield ""
    yield "What the evidence weighs, in log-odds (0.7 doubles the odds of being right, -0.7 halves them):"
    yield ""
    yield from _weights(found)
    yield ""


def _figures(found: Calibration) -> Iterator[str]:
    yield "| not seen before | log loss | calibration error | accepted | of the printed fields | of these wrong | right at least |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for name in ("papers", "layouts"):
        told = {key.partition(".")[2]: value for key, value in found.figures.items() if key.startswith(name)}
        if told:
            yield (
                f"| {name} | {told['log_loss']:.4f} | {told['calibration_error']:.2%} | {told['accepted']:.0f} | "
                f"{told['accepted_share']:.1%} | {told['accepted_wrong']:.0f} | {told['right_at_least']:.2%} |"
            )


def _exceptions(catalogue: Catalogue) -> str:
    looked = [
        f"`{d.code}.{f.name}`"
        for d in catalogue.types
        for f in d.fields
        if f.must_check or d.accept_of(f) is not None
    ]
    return f": {', '.join(looked)}." if looked else "; none of the packaged ones does."


def _weights(found: Calibration) -> Iterator[str]:
    yield "| check | passed | failed |"
    yield "|---|---:|---:|"
    names = {sign.partition(".")[2] for sign in found.weights if sign.startswith(("passed.", "failed."))}
    for name in sorted(names):
        cells = [found.weights.get(f"{part}.{name}") for part in ("passed", "failed")]
        yield f"| `{name}` | {' | '.join('' if w is None else f'{w:+.2f}' for w in cells)} |"
    yield ""
    starts = ", ".join(f"{group} {found.weights[f'group.{group}']:+.2f}" for group in GROUPS)
    yield f"Starts by group of kinds: {starts}."
