"""Tinos as an embedded font: just the glyphs a file uses, every character copyable (ISO 19005-2, 6.2.11)."""

from __future__ import annotations

import struct
import unicodedata
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources

from pikepdf import Array, Dictionary, Name, Pdf, String

from pdf.assembly import deflated

_COMPOSITE_WORDS, _COMPOSITE_SCALE, _COMPOSITE_MORE = 0x0001, 0x0008, 0x0020
_COMPOSITE_XY_SCALE, _COMPOSITE_MATRIX, _COMPOSITE_HINTED = 0x0040, 0x0080, 0x0100
_SYMBOLIC_SERIF = 4 | 2
_STEM_V = 80
"""Not recorded in TrueType fonts; a usual figure for a regular book face. Viewers ignore it when embedded."""
_MAX_CODES = 0xFFFF
LINE_END = "\n"
"""A character of the text layer's own: it is copied as a space and has the outline of a full stop, since readers
leave blank outlines out of account where they put pieces of text in order."""


@dataclass(frozen=True)
class Face:
    """The parts of a TrueType font that drawing needs, hinting left behind."""

    units: int
    characters: dict[int, int]
    """Code point → glyph."""
    advances: tuple[int, ...]
    glyphs: bytes
    locations: tuple[int, ...]
    head: bytes
    hhea: bytes
    maxp: bytes
    cap_height: int

    def outline(self, glyph: int) -> bytes:
        return self.glyphs[self.locations[glyph] : self.locations[glyph + 1]]

    def reach(self, glyph: int) -> tuple[int, int]:
        """Lowest and highest point of a glyph in font units; (0, 0) for a blank one."""
        outline = self.outline(glyph)
        if not outline:
            return 0, 0
        _, _, low, _, high = struct.unpack_from(">5h", outline)
        return low, high


@cache
def tinos() -> Face:
    """Tinos Regular as shipped with the product, read once per process."""
    from fontTools.ttLib import TTFont

    with resources.files("pdf").joinpath("fonts/Tinos-Regular.ttf").open("rb") as file, TTFont(file) as font:
        metrics = font["hmtx"].metrics
        order = font.getGlyphOrder()
        number = {name: i for i, name in enumerate(order)}
        return Face(
            units=font["head"].unitsPerEm,
            characters={code: number[name] for code, name in font.getBestCmap().items()},
            advances=tuple(metrics[name][0] for name in order),
            glyphs=font.reader["glyf"],
            locations=tuple(font["loca"].locations),
            head=font.reader["head"],
            hhea=font.reader["hhea"],
            maxp=font.reader["maxp"],
            cap_height=font["OS/2"].sCapHeight,
        )


def writable(text: str) -> str:
    """`text` in NFC without what can't stand in a PDF text: control characters, surrogates, non-characters."""
    kept = (
        c
        for c in unicodedata.normalize("NFC", text)
        if unicodedata.category(c) not in ("Cc", "Cs") and c != "\ufeff" and ord(c) & 0xFFFE != 0xFFFE
    )
    return "".join(kept)


class EmbeddedFont:
    """The font of one file: codes are given out as characters come, the subset is written at the end.

    Every character has a code and a glyph of its own, so that copied text is exact even where the face draws two
    characters alike. Characters that the face lacks get a blank as wide as a space, never .notdef.
    """

    def __init__(self, face: Face | None = None) -> None:
        self._face = face or tinos()
        self._codes: dict[str, int] = {}

    @property
    def used(self) -> bool:
        return bool(self._codes)

    def encode(self, text: str) -> bytes:
        """The two-byte codes of `writable(text)`."""
        codes = self._codes
        for c in text:
            if c not in codes:
                if len(codes) >= _MAX_CODES:
                    raise ValueError("more different characters than one font can hold")
                codes[c] = len(codes) + 1
        return b"".join(codes[c].to_bytes(2, "big") for c in text)

    def width(self, text: str) -> float:
        """Width of `text` in units of the font size."""
        return sum(self._advance(c) for c in text) / self._face.units

    def reach(self, text: str) -> tuple[float, float]:
        """Lowest and highest ink of `text` around the base line, in units of the font size."""
        glyphs = [self._face.characters[ord(c)] for c in text if ord(c) in self._face.characters]
        spans = [span for span in map(self._face.reach, glyphs) if span != (0, 0)]
        if not spans:
            return 0.0, 0.7
        low, high = min(s[0] for s in spans), max(s[1] for s in spans)
        return low / self._face.units, high / self._face.units

    def embed(self, pdf: Pdf) -> Dictionary:
        """The Type0 font as an object of `pdf`, with its descendant, programme and ToUnicode map."""
        program = _program(self._face, list(self._codes))
        tag = "".join(chr(65 + b % 26) for b in sha256(program).digest()[:6])
        name = Name(f"/{tag}+Tinos")
        head = struct.unpack_from(">4h", self._face.head, 36)
        ascent, descent = struct.unpack_from(">2h", self._face.hhea, 4)
        descriptor = Dictionary(
            Type=Name.FontDescriptor,
            FontName=name,
            Flags=_SYMBOLIC_SERIF,
            FontBBox=Array([self._thousandth(v) for v in head]),
            ItalicAngle=0,
            Ascent=self._thousandth(ascent),
            Descent=self._thousandth(descent),
            CapHeight=self._thousandth(self._face.cap_height),
            StemV=_STEM_V,
            FontFile2=deflated(pdf, program, {"/Length1": len(program)}),
        )
        widths = Array([self._thousandth(self._advance(c)) for c in self._codes])
        descendant = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=name,
            CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
            FontDescriptor=pdf.make_indirect(descriptor),
            CIDToGIDMap=Name.Identity,
            DW=1000,
            W=Array([1, widths]),
        )
        font = Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=name,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
            ToUnicode=deflated(pdf, _to_unicode(self._codes)),
        )
        return pdf.make_indirect(font)

    def _advance(self, character: str) -> int:
        glyph = _glyph(self._face, character)
        return self._face.advances[self._face.characters[32] if glyph is None else glyph]

    def _thousandth(self, units: int) -> int:
        return round(units * 1000 / self._face.units)


def _glyph(face: Face, character: str) -> int | None:
    """None for a character that the face lacks."""
    return face.characters.get(ord("." if character == LINE_END else character))


def _to_unicode(codes: dict[str, int]) -> bytes:
    copied = ((c.replace(LINE_END, " ").encode("utf-16-be"), n) for c, n in codes.items())
    pairs = [b"<%04X> <%s>" % (n, c.hex().upper().encode()) for c, n in copied]
    blocks = [pairs[i : i + 100] for i in range(0, len(pairs), 100)]
    return b"\n".join(
        [
            b"/CIDInit /ProcSet findresource begin",
            b"12 dict begin",
            b"begincmap",
            b"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            b"/CMapName /Adobe-Identity-UCS def",
            b"/CMapType 2 def",
            b"1 begincodespacerange",
            b"<0000> <FFFF>",
            b"endcodespacerange",
            *(b"%d beginbfchar\n%s\nendbfchar" % (len(b), b"\n".join(b)) for b in blocks),
            b"endcmap",
            b"CMapName currentdict /CMap defineresource pop",
            b"end",
            b"end",
        ]
    )


def _program(face: Face, characters: list[str]) -> bytes:
    """A TrueType programme: glyph 0 is .notdef, glyph n the n-th character, components of composites after."""
    sources: list[int | None] = [0]
    sources += [_glyph(face, c) for c in characters]
    advances = [face.advances[face.characters[32] if s is None else s] for s in sources]
    component: dict[int, int] = {}
    """Glyph of the face → glyph of the subset, for parts of composites."""
    outlines: list[bytes] = []
    at = 0
    while at < len(sources):
        source = sources[at]
        outline = b"" if source is None else face.outline(source)
        if outline and outline[0] & 0x80:
            outline = _composite(outline, sources, component)
        elif outline:
            outline = _unhinted(outline)
        outlines.append(outline + bytes(-len(outline) % 4))
        at += 1
    advances += [face.advances[s or 0] for s in sources[len(advances) :]]
    return _tables(face, outlines, advances)


def _unhinted(outline: bytes) -> bytes:
    (contours,) = struct.unpack_from(">h", outline)
    at = 10 + 2 * contours
    (length,) = struct.unpack_from(">H", outline, at)
    return outline[:at] + b"\0\0" + outline[at + 2 + length :]


def _composite(outline: bytes, sources: list[int | None], component: dict[int, int]) -> bytes:
    result = bytearray(outline)
    at, more = 10, True
    while more:
        flags, glyph = struct.unpack_from(">HH", result, at)
        if glyph not in component:
            component[glyph] = len(sources)
            sources.append(glyph)
        struct.pack_into(">HH", result, at, flags & ~_COMPOSITE_HINTED, component[glyph])
        more = bool(flags & _COMPOSITE_MORE)
        at += 8 if flags & _COMPOSITE_WORDS else 6
        at += 2 if flags & _COMPOSITE_SCALE else 0
        at += 4 if flags & _COMPOSITE_XY_SCALE else 0
        at += 8 if flags & _COMPOSITE_MATRIX else 0
    return bytes(result[:at])


def _tables(face: Face, outlines: list[bytes], advances: list[int]) -> bytes:
    count = len(outlines)
    locations, total = [0], 0
    for outline in outlines:
        total += len(outline)
        locations.append(total)
    bearings = [struct.unpack_from(">h", o, 2)[0] if o else 0 for o in outlines]
    head = bytearray(face.head)
    struct.pack_into(">I", head, 8, 0)  # checkSumAdjustment, filled in below
    struct.pack_into(">h", head, 50, 1)  # indexToLocFormat: long
    hhea = bytearray(face.hhea)
    struct.pack_into(">H", hhea, 34, count)
    maxp = bytearray(face.maxp)
    struct.pack_into(">H", maxp, 4, count)
    struct.pack_into(">7H", maxp, 14, 1, 0, 0, 0, 0, 0, 0)  # one zone; no storage, functions, instructions
    tables = {
        b"glyf": b"".join(outlines),
        b"head": bytes(head),
        b"hhea": bytes(hhea),
        b"hmtx": b"".join(struct.pack(">Hh", a, b) for a, b in zip(advances, bearings, strict=True)),
        b"loca": struct.pack(f">{count + 1}I", *locations),
        b"maxp": bytes(maxp),
    }
    return _assembled(tables)


def _assembled(tables: dict[bytes, bytes]) -> bytes:
    power = len(tables).bit_length() - 1
    search = 16 << power
    directory = [struct.pack(">IHHHH", 0x00010000, len(tables), search, power, 16 * len(tables) - search)]
    offset = 12 + 16 * len(tables)
    body = []
    for tag, data in tables.items():
        directory.append(struct.pack(">4sIII", tag, _checksum(data), offset, len(data)))
        padded = data + bytes(-len(data) % 4)
        body.append(padded)
        offset += len(padded)
    whole = bytearray(b"".join(directory + body))
    (head_at,) = struct.unpack_from(">I", whole, 12 + 16 * list(tables).index(b"head") + 8)
    struct.pack_into(">I", whole, head_at + 8, (0xB1B0AFBA - _checksum(bytes(whole))) & 0xFFFFFFFF)
    return bytes(whole)


def _checksum(data: bytes) -> int:
    padded = data + bytes(-len(data) % 4)
    return sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
