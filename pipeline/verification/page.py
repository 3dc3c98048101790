"""The verification sheet as one HTML page: no script, nothing loaded from elsewhere, prints on A4."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape

from pdf.verification_sheet import BESIDE, Card, Fact, Fault, Picture, VerificationSheet, Words

STYLE = """
:root { --ink: #1a1b1f; --soft: #5c5f66; --line: #d6d8dc; --ground: #ffffff;
  --good: #08522e; --good-ground: #e8f5ed; --open: #6e4200; --open-ground: #fdf3de;
  --bad: #8f0f0f; --bad-ground: #fbebea; }
* { box-sizing: border-box; }
html { background: #f3f4f6; color: var(--ink); font: 1rem/1.5 "Noto Sans", "Segoe UI", Roboto, Arial, sans-serif; }
body { max-width: 58rem; margin: 0 auto; padding: 2rem 1.5rem 3rem; }
main { background: var(--ground); border: 1px solid var(--line); border-radius: .6rem; padding: 2rem 2.2rem; }
h1 { font-size: 1.55rem; line-height: 1.25; margin: 0; }
h2 { font-size: 1.1rem; line-height: 1.35; margin: 0; }
.en { color: var(--soft); font-size: .86em; display: block; }
h1 .en, h2 .en, .verdict strong .en { font-size: .92rem; font-weight: 400; }
.verdict { margin: 1.4rem 0; padding: 1rem 1.3rem; border-left: .4rem solid; border-radius: .3rem; }
.verdict strong { font-size: 1.35rem; display: block; }
.verdict p { color: var(--ink); margin: .35rem 0 0; }
.good { color: var(--good); border-color: var(--good); } .good.verdict { background: var(--good-ground); }
.open { color: var(--open); border-color: var(--open); } .open.verdict { background: var(--open-ground); }
.bad { color: var(--bad); border-color: var(--bad); } .bad.verdict { background: var(--bad-ground); }
.faults { list-style: none; margin: .6rem 0 1rem; padding: 0; }
.faults li { border-left: .2rem solid var(--line); padding: .15rem 0 .15rem .9rem; margin: .5rem 0; }
.faults code { color: var(--soft); font-size: .82em; }
.faults p { margin: .15rem 0 0; }
dl { display: grid; grid-template-columns: 13rem 1fr; gap: .3rem 1.2rem; margin: .6rem 0 0; }
dt { color: var(--soft); font-size: .92em; }
dt .en { display: inline; } dt .en::before { content: " / "; }
dd { margin: 0; overflow-wrap: anywhere; }
section.card { border-top: 2px solid; margin-top: 1.8rem; padding-top: 1rem; }
section.card > * { color: var(--ink); }
section.card .said { font-weight: 600; margin: .15rem 0 0; }
section.card.good .said { color: var(--good); } section.card.open .said { color: var(--open); }
section.card.bad .said { color: var(--bad); }
.beside { display: flex; gap: 1.6rem; align-items: flex-start; }
.facts { flex: 1; min-width: 0; }
.column { display: flex; flex-direction: column; gap: .9rem; }
.pictures { display: flex; flex-wrap: wrap; gap: 1.1rem; margin: 0; }
figure { margin: 0; width: 11.5rem; flex: none; }
figure img { width: 100%; height: auto; border: 1px solid var(--line); display: block; background: #fff; }
figcaption { font-size: .85rem; color: var(--soft); margin-top: .3rem; line-height: 1.3; }
.more { margin-top: 1rem; }
footer { border-top: 1px solid var(--line); margin-top: 1.8rem; padding-top: .9rem; font-size: .86rem; color: var(--soft); }
footer p { margin: .4rem 0 0; }
@media (max-width: 40rem) { body { padding: .6rem; } main { padding: 1.1rem; } dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .5rem; } .beside { flex-direction: column; } }
@media print { @page { size: A4; margin: 14mm; } html { background: none; font-size: 9.5pt; } body, main { padding: 0; border: 0; max-width: none; }
  .verdict, section.card, figure, .faults li { break-inside: avoid; } .verdict { print-color-adjust: exact; } figure { width: 34mm; } }
"""


def verification_page(sheet: VerificationSheet) -> str:
    """The whole page. Everything that came with the file is escaped; pictures stand in it as data."""
    return (
        '<!DOCTYPE html>\n<html lang="vi">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
        "style-src 'unsafe-inline'\">\n"
        f"<title>{escape(sheet.title.vi)}: {escape(sheet.verdict.vi)}</title>\n<style>{STYLE}</style>\n"
        f"</head>\n<body>\n<main>\n{_content(sheet)}\n</main>\n</body>\n</html>\n"
    )


def _content(sheet: VerificationSheet) -> str:
    parts = [
        f"<h1>{_words(sheet.title)}</h1>",
        f'<div class="verdict {sheet.tone}"><strong>{_words(sheet.verdict)}</strong>'
        f"<p>{_words(sheet.explanation)}</p></div>",
        _faults(sheet.faults),
        _facts(sheet.facts),
        *(_card(card, number) for number, card in enumerate(sheet.cards, start=1)),
        "<footer>",
        *(f"<p>{_words(note)}</p>" for note in sheet.notes),
        f"<p>{escape(sheet.foot)}</p></footer>",
    ]
    return "\n".join(part for part in parts if part)


def _card(card: Card, number: int) -> str:
    first, others = card.pictures[:BESIDE], card.pictures[BESIDE:]
    more = f'<div class="pictures more">{"".join(map(_picture, others))}</div>' if others else ""
    left = f'<div class="column">{"".join(map(_picture, first))}</div>' if first else ""
    return (
        f'<section class="card {card.tone}" aria-labelledby="s{number}">\n<div class="beside">'
        f'{left}<div class="facts">'
        f'<h2 id="s{number}">{_words(card.title)}</h2><p class="said">{_words(card.verdict)}</p>'
        f"{_faults(card.faults)}{_facts(card.facts)}</div></div>{more}\n</section>"
    )


def _facts(facts: Sequence[Fact]) -> str:
    rows = "".join(f"<dt>{_words(fact.label)}</dt><dd>{_words(fact.value)}</dd>\n" for fact in facts)
    return f"<dl>\n{rows}</dl>"


def _faults(faults: Sequence[Fault]) -> str:
    if not faults:
        return ""
    items = "".join(
        f"<li>{_words(fault.words)} <code>{escape(fault.code)}</code><p>→ {_words(fault.remedy)}</p></li>\n"
        for fault in faults
    )
    return f'<ul class="faults">\n{items}</ul>'


def _picture(picture: Picture) -> str:
    data = b64encode(picture.jpeg).decode()
    return (
        f'<figure><img src="data:image/jpeg;base64,{data}" width="{picture.width}" height="{picture.height}" '
        f'alt="{escape(picture.caption.vi)}"><figcaption>{_words(picture.caption)}</figcaption></figure>'
    )


def _words(words: Words) -> str:
    """Vietnamese, then English marked as such."""
    english = f' <span class="en" lang="en">{escape(words.en)}</span>' if words.en else ""
    return f"{escape(words.vi)}{english}"
