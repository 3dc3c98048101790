"""Born-digital PDFs: the same display lists as text with embedded fonts and ToUnicode, no picture of a page."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass, field
from pathlib import Path

import pikepdf
from fontTools import subset
from fontTools.ttLib import TTFont

from samples.fonts import Face, FontBook
from samples.generate import draw_paper, fonts
from samples.papers import Paper
from samples.sheet import Rule, Run, SetLine, Sheet
from samples.truth import FieldPlace, Truth, TruthPage

_KEPT_TABLES = ("glyf", "loca", "head", "hhea", "hmtx", "maxp", "cvt ", "fpgm", "prep")


@dataclass
class _EmbeddedFont:
    """One font file, and the glyphs used from it."""

    path: Path
    name: str
    font: TTFont = field(init=False)
    used: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.font = TTFont(self.path, recalcTimestamp=False)
        self.cmap = self.font.getBestCmap()
        self.per_em = self.font["head"].unitsPerEm
        self.advances = self.font["hmtx"].metrics

    def codes(self, text: str) -> list[int]:
        ids = [self.font.getGlyphID(self.cmap[ord(letter)]) for letter in text]
        self.used.update(zip(ids, text, strict=True))
        return ids

    def advance(self, glyph: int) -> float:
        """In thousandths of the size."""
        return float(self.advances[self.font.getGlyphName(glyph)][0]) * 1000 / self.per_em

    def embed(self, pdf: pikepdf.Pdf) -> pikepdf.Object:
        """A Type 0 font with Identity-H; glyph numbers stay as in the file."""
        tag = "".join(chr(65 + (sum(self.used) >> shift) % 26) for shift in (0, 3, 6, 9, 12, 15))
        base = pikepdf.Name(f"/{tag}+{self.path.stem}")
        head, hhea, os2 = self.font["head"], self.font["hhea"], self.font["OS/2"]
        scale = 1000 / self.per_em
        descriptor = pikepdf.Dictionary(
            Type=pikepdf.Name.FontDescriptor,
            FontName=base,
            Flags=4 | (64 if head.macStyle & 2 else 0),
            FontBBox=[round(v * scale) for v in (head.xMin, head.yMin, head.xMax, head.yMax)],
            ItalicAngle=round(self.font["post"].italicAngle, 2),
            Ascent=round(hhea.ascent * scale),
            Descent=round(hhea.descent * scale),
            CapHeight=round(getattr(os2, "sCapHeight", hhea.ascent) * scale),
            StemV=120 if head.macStyle & 1 else 80,
            FontFile2=pdf.make_indirect(pdf.make_stream(self._subset())),
        )
        widths = pikepdf.Array()
        for glyph in sorted(self.used):
            widths.append(glyph)
            widths.append(pikepdf.Array([round(self.advance(glyph), 2)]))
        descendant = pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.CIDFontType2,
            BaseFont=base,
            CIDSystemInfo=pikepdf.Dictionary(
                Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0
            ),
            FontDescriptor=pdf.make_indirect(descriptor),
            DW=1000,
            W=widths,
            CIDToGIDMap=pikepdf.Name.Identity,
        )
        return pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Font,
                Subtype=pikepdf.Name.Type0,
                BaseFont=base,
                Encoding=pikepdf.Name("/Identity-H"),
                DescendantFonts=[pdf.make_indirect(descendant)],
                ToUnicode=pdf.make_indirect(pdf.make_stream(self._to_unicode())),
            )
        )

    def _subset(self) -> bytes:
        options = subset.Options(retain_gids=True, notdef_outline=True, hinting=True, layout_features=[])
        tables = self.font.keys()
        options.drop_tables = [t for t in tables if t not in (*_KEPT_TABLES, "GlyphOrder", "cmap", "post")]
        options.recalc_timestamp = False
        cutter = subset.Subsetter(options)
        cutter.populate(gids=sorted(self.used))
        font = TTFont(self.path, recalcTimestamp=False)
        cutter.subset(font)
        for table in ("cmap", "post"):
            del font[table]
        buffer = io.BytesIO()
        font.save(buffer)
        return buffer.getvalue()

    def _to_unicode(self) -> bytes:
        pairs = sorted(self.used.items())
        blocks = []
        for start in range(0, len(pairs), 100):
            part = pairs[start : start + 100]
            rows = "\n".join(
                f"<{glyph:04X}> <{letter.encode('utf-16-be').hex().upper()}>" for glyph, letter in part
            )
            blocks.append(f"{len(part)} beginbfchar\n{rows}\nendbfchar")
        body = "\n".join(blocks)
        return (
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
            "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
            "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
            f"{body}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
        ).encode("ascii")


@dataclass
class _Writer:
    """Turns sheets into pages of one PDF."""

    pdf: pikepdf.Pdf
    faces: dict[Path, _EmbeddedFont] = field(default_factory=dict)

    def font(self, face: Face) -> _EmbeddedFont:
        if face.path not in self.faces:
            self.faces[face.path] = _EmbeddedFont(face.path, f"F{len(self.faces)}")
        return self.faces[face.path]

    def content(self, sheet: Sheet) -> bytes:
        """Text and rules; seals and pen strokes belong to paper only."""
        out: list[str] = []
        for item in sheet.items:
            if isinstance(item, SetLine):
                out.append("BT")
                out += [self._run(sheet, run) for run in item.runs if run.span.text.strip()]
                out.append("ET")
            elif isinstance(item, Rule):
                out.append(_rule(sheet, item))
        return "\n".join(out).encode("ascii")

    def _run(self, sheet: Sheet, run: Run) -> str:
        style = run.span.style
        face = sheet.face(style)
        font = self.font(face)
        start = min(x for x, _ in sheet.pieces(run))
        parts: list[str] = []
        pen = start
        for index, (x, text) in enumerate(_spaced(sheet, run)):
            if index:  # bring the pen to where the picture of the same sheet has this piece
                parts.append(f"{-(x - pen) * 1000 / style.size:.2f}")
            codes = font.codes(text)
            parts.append("<" + "".join(f"{c:04X}" for c in codes) + ">")
            pen = x + sum(font.advance(c) for c in codes) * style.size / 1000
        red, green, blue = (round(v / 255, 3) for v in style.colour)
        stroke = f"2 Tr {style.size / 40:.2f} w {red} {green} {blue} RG" if face.embolden else "0 Tr"
        return (
            f"/{font.name} {style.size:g} Tf {stroke} {red} {green} {blue} rg "
            f"1 0 0 1 {start:.3f} {sheet.height - run.y:.3f} Tm [{' '.join(parts)}] TJ"
        )


def _spaced(sheet: Sheet, run: Run) -> list[tuple[float, str]]:
    """Words with the space that follows them, each at its own x."""
    x = run.x
    style = run.span.style
    words = run.span.text.split(" ")
    space = sheet.measure(" ", style) + run.stretch
    placed = []
    for index, word in enumerate(words):
        last = index == len(words) - 1
        text = word if last else f"{word} "
        if text:
            placed.append((x, text))
        x += sheet.measure(word, style) + (0 if last else space)
    return placed


def _rule(sheet: Sheet, rule: Rule) -> str:
    red, green, blue = (round(v / 255, 3) for v in rule.colour)
    dash = f"1 J [0 {rule.dots:g}] 0 d" if rule.dots else "0 J [] 0 d"
    return (
        f"q {red} {green} {blue} RG {rule.width:g} w {dash} {rule.x0:.3f} {sheet.height - rule.y0:.3f} m "
        f"{rule.x1:.3f} {sheet.height - rule.y1:.3f} l S Q"
    )


def paper_as_pdf(paper: Paper, title: str) -> bytes:
    """A PDF 1.7 with real text; the same paper gives the same bytes. TrueType families only."""
    with pikepdf.new() as pdf:
        writer = _Writer(pdf)
        contents = [writer.content(sheet) for sheet in paper.sheets]
        resources = pdf.make_indirect(
            pikepdf.Dictionary(
                Font=pikepdf.Dictionary({f"/{f.name}": f.embed(pdf) for f in writer.faces.values()})
            )
        )
        for sheet, content in zip(paper.sheets, contents, strict=True):
            page = pikepdf.Dictionary(
                Type=pikepdf.Name.Page,
                MediaBox=[0, 0, round(sheet.width, 2), round(sheet.height, 2)],
                Resources=resources,
                Contents=pdf.make_stream(content),
            )
            pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
        pdf.Root.Lang = pikepdf.String("vi-VN")
        pdf.docinfo["/Title"] = title
        pdf.docinfo["/Producer"] = "ecopy samples"
        buffer = io.BytesIO()
        pdf.save(buffer, deterministic_id=True, compress_streams=True)
    return buffer.getvalue()


_TRUETYPE_FAMILIES = ("Tinos", "FreeSerif", "Noto Serif", "Arimo")


def born_digital(
    seed: int, *, layout: str | None = None, book: FontBook | None = None
) -> tuple[bytes, Truth]:
    """A decision as an office would issue it electronically, not yet signed, with its truth.

    Raises NoFont when no TrueType family with all letters is installed.
    """
    paper = draw_paper("quyet_dinh", seed, layout, (book or fonts()).only(_TRUETYPE_FAMILIES))
    return paper_as_pdf(paper, f"Quyết định {paper.fields['number']} (mẫu)"), digital_truth(paper, seed)


def digital_truth(paper: Paper, seed: int) -> Truth:
    """The truth of a paper that never was on paper: boxes as set, no pixels of its own (counted at 300 dpi)."""
    pages = []
    places: dict[str, FieldPlace] = {}
    for number, sheet in enumerate(paper.sheets, start=1):
        for name, place in sheet.field_places(number).items():
            places.setdefault(name, place)
        pages.append(
            TruthPage(
                page=number,
                width_px=math.floor(sheet.width * 300 / 72 + 0.5),
                height_px=math.floor(sheet.height * 300 / 72 + 0.5),
                dpi=300,
                width_mm=round(sheet.width * 25.4 / 72, 2),
                height_mm=round(sheet.height * 25.4 / 72, 2),
                lines=sheet.truth_lines(),
            )
        )
    return Truth(
        document_type=paper.document_type,
        kind=paper.kind,
        layout=paper.layout,
        variant="born_digital",
        seed=seed,
        fields=dict(sorted(paper.fields.items())),
        places=dict(sorted(places.items())),
        pages=tuple(pages),
    )
