"""What a bench paper is made of: its values and their truth, sheets that know a pen, families of type."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date

from PIL import ImageDraw

from samples.fonts import HAND_LIKE, HELD_OUT, FontBook
from samples.papers.common import Paper
from samples.sheet import Run, Sheet

SERIF = ("Tinos", "TeX Gyre Termes", "FreeSerif", "Charis SIL", "Noto Serif")
NEW_SERIF = ("Doulos SIL", "Linux Libertine", "Gentium Book Plus", "DejaVu Serif")
SANS = ("Arimo", "Noto Sans")
NEW_SANS = ("Roboto", "Lato", "Open Sans")


@dataclass
class BenchPaper(Paper):
    """A paper of the bench: besides its fields, what stands in pen, in codes, and what was planted in it."""

    handwritten: tuple[str, ...] = ()
    """Fields filled in by pen: to be flagged, not guessed."""
    codes: tuple[str, ...] = ()
    """Texts of the QR codes printed on it."""
    zones: tuple[str, ...] = ()
    """Lines of a machine-readable zone."""
    contradiction: str | None = None
    """The planted fact that must be flagged, named by what disagrees (`qr_print`, `id_birth_year`, …)."""
    contradicted: tuple[str, ...] = ()
    """Fields of the planted fact: none of them may be accepted unseen."""
    unjudged: tuple[str, ...] = ()
    """Fields that the paper says in a way that leaves open what their value is."""
    tolerated: tuple[str, ...] = ()
    """Other types that an honest reader may say (a blank form of a known type)."""


class PenSheet(Sheet):
    """A sheet on which the hand-like family is drawn letter by letter, as uneven as a pen."""

    def _draw_run(self, draw: ImageDraw.ImageDraw, run: Run, scale: float) -> None:
        style = run.span.style
        if style.family not in HAND_LIKE:
            super()._draw_run(draw, run, scale)
            return
        rng = random.Random(f"{run.x:.2f} {run.y:.2f} {run.span.text}")
        slope = rng.uniform(-0.012, 0.012)
        for x, text in self.pieces(run):
            at = x
            for letter in text:
                size = style.size * rng.uniform(0.93, 1.08)
                font = self.book.sized(self.face(style), size * scale)
                y = run.y + slope * (at - run.x) + rng.uniform(-0.45, 0.45)
                draw.text((at * scale, y * scale), letter, style.colour, font, anchor="ls")
                at += self.measure(letter, style) * rng.uniform(0.97, 1.03)


@dataclass
class Values:
    """What is filled in: for each field its normalised truth and how it is printed."""

    truth: dict[str, str] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)

    def say(self, name: str, truth: str, printed: str | None = None) -> str:
        """Keep a value; returns its printed form."""
        self.truth[name] = truth
        self.printed[name] = truth if printed is None else printed
        return self.printed[name]

    def day(self, name: str, day: date, form: str = "{d:02d}/{m:02d}/{y}") -> str:
        return self.say(name, day.isoformat(), form.format(d=day.day, m=day.month, y=day.year))


SPOKEN = "ngày {d:02d} tháng {m:02d} năm {y}"
SPOKEN_BARE = "{d:02d} tháng {m:02d} năm {y}"
DASHED = "{d:02d}-{m:02d}-{y}"
DOTTED = "{d:02d}.{m:02d}.{y}"


def pick_family(rng: random.Random, book: FontBook, *, sans: bool = False) -> str:
    """Half of the papers in type that no recogniser was trained on."""
    new, usual = (NEW_SANS, SANS) if sans else (NEW_SERIF, SERIF)
    here = book.choose(new if rng.random() < 0.5 else usual)
    return here[int(rng.random() * len(here))]


def is_new(family: str) -> bool:
    return family in HELD_OUT
