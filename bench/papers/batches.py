"""Several papers scanned in one go: which pages belong together, and what they are."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from bench.papers.catalogue import draw
from bench.papers.kit import Draft
from bench.papers.pieces import BenchPaper, Values, pick_family
from models.separator import SeparatorSheet, payload_of
from samples.fonts import FontBook
from samples.generate import fonts
from samples.papers.common import MM
from samples.papers.decision import decision
from samples.randomness import seeded

SEPARATOR = "separator"
_CARDS = (("can_cuoc_cong_dan", "chip-card"), ("can_cuoc", "2024-sides"))
_OTHERS = (
    ("giay_khai_sinh", "table"), ("trich_luc_ket_hon", "side-by-side"), ("quyet_dinh", "person"), ("cong_van", "single"),
    ("gcn_quyen_su_dung_dat", "pink-book"), ("gcn_dang_ky_doanh_nghiep", "members"), ("giay_phep_xay_dung", "numbered"),
    ("xac_nhan_cu_tru", "form"), ("so_yeu_ly_lich", "typed"), ("giay_uy_quyen", "parts"), ("bang_tot_nghiep", "university-one"),
    ("don_xin_viec", "job"), ("thong_bao", "notice"), ("chung_minh_nhan_dan", "printed"),
)  # fmt: skip


@dataclass(frozen=True)
class Batch:
    """One scan: its papers in order, separator sheets among them where the counter put some."""

    seed: int
    papers: tuple[BenchPaper, ...]

    @property
    def begins(self) -> tuple[tuple[int, str], ...]:
        """(first page from 1, document type) of each document; separator sheets belong to none."""
        found, page = [], 1
        for paper in self.papers:
            if paper.kind != SEPARATOR:
                found.append((page, paper.document_type))
            page += len(paper.sheets)
        return tuple(found)

    @property
    def separators(self) -> tuple[int, ...]:
        """Pages that are separator sheets."""
        found, page = [], 1
        for paper in self.papers:
            if paper.kind == SEPARATOR:
                found.append(page)
            page += len(paper.sheets)
        return tuple(found)


def separator(book: FontBook, rng: random.Random) -> BenchPaper:
    """The sheet that counters lay between two documents."""
    d = Draft(book, rng, Values(), family=pick_family(rng, book, sans=True), size=16)
    d.y = 90 * MM
    d.text("TRANG PHÂN CÁCH", align="centre", bold=True, size=30, after=20)
    d.text("Tài liệu tiếp theo bắt đầu từ trang sau", align="centre")
    d.qr(payload_of(SeparatorSheet()), d.sheet.width / 2 - 60, 130 * MM, 120)
    return d.finish("unknown", SEPARATOR, "qr")


def batch(seed: int) -> Batch:
    """Three to five papers: a card's two sides, then others, now and then with separator sheets."""
    rng = seeded("batch", seed)
    chosen = [rng.choice(_CARDS)] if rng.random() < 0.7 else []
    chosen += rng.sample(_OTHERS, rng.randint(2, 4))
    if rng.random() < 0.3:
        chosen.append(chosen[-1])  # two of the same type in a row
    rng.shuffle(chosen)
    separated = rng.random() < 0.4
    papers: list[BenchPaper] = []
    for number, (kind, layout) in enumerate(chosen):
        if separated and number:
            papers.append(separator(fonts(), rng))
        papers.append(draw(kind, layout, seed * 10 + number))
    return Batch(seed, _made_harder(tuple(papers), seed, separated=separated))


def _made_harder(papers: tuple[BenchPaper, ...], seed: int, *, separated: bool) -> tuple[BenchPaper, ...]:
    """Now and then a card lies with its back up, and a decision of several pages comes last."""
    rng = seeded("batch-harder", seed)
    cards = {kind for kind, _ in _CARDS}
    turned = [
        replace(paper, sheets=paper.sheets[::-1]) if paper.kind in cards and rng.random() < 0.25 else paper
        for paper in papers
    ]
    if rng.random() < 0.4:
        if separated:
            turned.append(separator(fonts(), rng))
        turned.append(_long(rng))
    return tuple(turned)


def _long(rng: random.Random) -> BenchPaper:
    """A decision of two or three pages, the later ones numbered as ND30 Annex I asks."""
    layout = rng.choice(("province", "commune", "department"))
    paper = decision(fonts(), rng, layout, pages=rng.choice((2, 3)))
    return BenchPaper(paper.document_type, paper.kind, paper.layout, paper.sheets, paper.fields)
