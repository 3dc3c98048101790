"""Every kind of bench paper with its layouts."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from types import MappingProxyType

from bench.papers.births import BIRTH
from bench.papers.business import BUSINESS
from bench.papers.cards import CARDS
from bench.papers.deaths import DEATHS
from bench.papers.diplomas import DIPLOMAS
from bench.papers.land import LAND
from bench.papers.marriage import MARRIAGE
from bench.papers.office import OFFICE
from bench.papers.others import UNKNOWNS
from bench.papers.personal import PERSONAL
from bench.papers.pieces import BenchPaper
from bench.papers.residence import RESIDENCE
from bench.papers.single import SINGLE
from samples.fonts import FontBook
from samples.generate import fonts
from samples.randomness import seeded

Painter = Callable[[FontBook, "random.Random"], BenchPaper]
KINDS: Mapping[str, Mapping[str, Painter]] = MappingProxyType(
    {
        **BIRTH,
        **MARRIAGE,
        **SINGLE,
        **DEATHS,
        **CARDS,
        **LAND,
        **BUSINESS,
        **OFFICE,
        **PERSONAL,
        **RESIDENCE,
        **DIPLOMAS,
        **UNKNOWNS,
    }
)


def draw(kind: str, layout: str, seed: int) -> BenchPaper:
    """The paper before scanning. Raises KeyError for an unknown kind or layout."""
    return KINDS[kind][layout](fonts(), seeded("bench paper", kind, layout, seed))
