"""The fonts of the samples: families found on this machine that hold every Vietnamese letter."""

from __future__ import annotations

import copy
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType

from fontTools.ttLib import TTFont
from PIL import ImageFont

_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_LOWER = {unicodedata.normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưy" for tone in _TONES} | {"đ"}
VIETNAMESE_LETTERS = frozenset(_LOWER | {letter.upper() for letter in _LOWER})
"""12 vowels with 6 tones each, and đ, in both cases: 146 letters."""
PRINTED_SIGNS = frozenset("0123456789.,:;/()-–“”…²%<*+ ") | {chr(c) for c in range(ord("A"), ord("z") + 1)}

_SYSTEM_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/share/texmf/fonts"), Path("/usr/local/share/fonts"))
_PACKAGED_FOLDER = Path(__file__).resolve().parent.parent / "pdf" / "fonts"

# family → file names of (regular, bold, italic, bold italic); "" where the family has no such style
_FAMILIES: dict[str, tuple[str, str, str, str]] = {
    "Tinos": ("Tinos-Regular.ttf", "Tinos-Bold.ttf", "Tinos-Italic.ttf", "Tinos-BoldItalic.ttf"),
    "TeX Gyre Termes": (
        "texgyretermes-regular.otf",
        "texgyretermes-bold.otf",
        "texgyretermes-italic.otf",
        "texgyretermes-bolditalic.otf",
    ),
    "FreeSerif": ("FreeSerif.ttf", "FreeSerifBold.ttf", "FreeSerifItalic.ttf", "FreeSerifBoldItalic.ttf"),
    "DejaVu Serif": (
        "DejaVuSerifCondensed.ttf",
        "DejaVuSerifCondensed-Bold.ttf",
        "DejaVuSerifCondensed-Italic.ttf",
        "DejaVuSerifCondensed-BoldItalic.ttf",
    ),
    "Charis SIL": (
        "CharisSIL-Regular.ttf",
        "CharisSIL-Bold.ttf",
        "CharisSIL-Italic.ttf",
        "CharisSIL-BoldItalic.ttf",
    ),
    "Noto Serif": (
        "NotoSerif-Regular.ttf",
        "NotoSerif-Bold.ttf",
        "NotoSerif-Italic.ttf",
        "NotoSerif-BoldItalic.ttf",
    ),
    "Carlito": ("Carlito-Regular.ttf", "Carlito-Bold.ttf", "Carlito-Italic.ttf", "Carlito-BoldItalic.ttf"),
    "Arimo": ("Arimo-Regular.ttf", "Arimo-Bold.ttf", "Arimo-Italic.ttf", "Arimo-BoldItalic.ttf"),
    "Noto Sans": (
        "NotoSans-Regular.ttf",
        "NotoSans-Bold.ttf",
        "NotoSans-Italic.ttf",
        "NotoSans-BoldItalic.ttf",
    ),
    "TeX Gyre Chorus": ("texgyrechorus-mediumitalic.otf",) * 4,
    "Cousine": ("Cousine-Regular.ttf", "Cousine-Bold.ttf", "Cousine-Italic.ttf", "Cousine-BoldItalic.ttf"),
    "Doulos SIL": ("DoulosSIL-Regular.ttf", "", "", ""),
    "Linux Libertine": (
        "LinLibertine_R.otf",
        "LinLibertine_RB.otf",
        "LinLibertine_RI.otf",
        "LinLibertine_RBI.otf",
    ),
    "Gentium Book Plus": (
        "GentiumBookPlus-Regular.ttf",
        "GentiumBookPlus-Bold.ttf",
        "GentiumBookPlus-Italic.ttf",
        "GentiumBookPlus-BoldItalic.ttf",
    ),
    "EB Garamond": ("EBGaramond12-Regular.otf", "EBGaramond12-Bold.otf", "EBGaramond12-Italic.otf", ""),
    "Roboto": ("Roboto-Regular.ttf", "Roboto-Bold.ttf", "Roboto-Italic.ttf", "Roboto-BoldItalic.ttf"),
    "Lato": ("Lato-Regular.ttf", "Lato-Bold.ttf", "Lato-Italic.ttf", "Lato-BoldItalic.ttf"),
    "Open Sans": (
        "OpenSans-Regular.ttf",
        "OpenSans-Bold.ttf",
        "OpenSans-Italic.ttf",
        "OpenSans-BoldItalic.ttf",
    ),
}
TIMES_LIKE = ("Tinos", "TeX Gyre Termes", "FreeSerif")
OTHER_SERIF = ("DejaVu Serif", "Charis SIL", "Noto Serif")
SANS = ("Arimo", "Carlito", "Noto Sans")
HAND_LIKE = ("TeX Gyre Chorus",)
MONOSPACED = ("Cousine",)
STAND_INS: Mapping[str, str] = MappingProxyType(
    {
        "Tinos": "Doulos SIL",
        "TeX Gyre Termes": "Linux Libertine",
        "FreeSerif": "Gentium Book Plus",
        "Charis SIL": "EB Garamond",
        "Noto Serif": "DejaVu Serif",
        "DejaVu Serif": "Linux Libertine",
        "Arimo": "Roboto",
        "Carlito": "Lato",
        "Noto Sans": "Open Sans",
    }
)
"""Family → one of HELD_OUT that takes about the same room (see FontBook.replaced)."""
HELD_OUT = tuple(dict.fromkeys(STAND_INS.values()))
"""No recogniser may be trained on these: they show how one reads type that it has never seen."""


class NoFont(LookupError):
    """No font with all Vietnamese letters is installed."""


@dataclass(frozen=True)
class Face:
    """One style of a family: the file that draws it, and whether boldness must be made up with a stroke."""

    path: Path
    embolden: bool = False


class FontBook:
    """The usable families of this machine, and sized fonts made from them (kept, since opening costs)."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        """`files` maps file names to paths; families that lack a letter are left out. Raises NoFont."""
        self._faces: dict[tuple[str, bool, bool], Face] = {}
        self._sized: dict[tuple[Path, float], ImageFont.FreeTypeFont] = {}
        self._families: list[str] = []
        for family, names in _FAMILIES.items():
            self._add(family, names, files)
        if not self._families:
            raise NoFont(
                "no installed font holds all Vietnamese letters; see scripts/install-system-packages"
            )

    @classmethod
    def find(cls, folders: Iterable[Path] = (*_SYSTEM_FOLDERS, _PACKAGED_FOLDER)) -> FontBook:
        """Look through `folders` (the system's, then the packaged one). Raises NoFont."""
        wanted = {name for names in _FAMILIES.values() for name in names}
        found: dict[str, Path] = {}
        for folder in folders:
            for path in sorted(folder.rglob("*.[ot]tf")):
                if path.name in wanted:
                    found.setdefault(path.name, path)
        return cls(found)

    def only(self, families: Iterable[str]) -> FontBook:
        """A book of those of `families` that are here. Raises NoFont when none is."""
        wanted = set(families)
        return FontBook({f.path.name: f.path for (name, _, _), f in self._faces.items() if name in wanted})

    def replaced(self, families: Mapping[str, str]) -> FontBook:
        """A book that draws each family named on the left with the faces of the one on the right.

        Papers then come out with the same words in other type. Raises KeyError for a family that is not here.
        """
        other = copy.copy(self)
        other._faces = {
            (family, bold, italic): self._faces[families.get(family, family), bold, italic]
            for family, bold, italic in self._faces
        }
        return other

    def _add(self, family: str, names: tuple[str, str, str, str], files: Mapping[str, Path]) -> None:
        regular = files.get(names[0])
        if regular is None or missing_letters(regular):
            return
        self._families.append(family)
        for index, name in enumerate(names):
            bold, italic = bool(index & 1), bool(index & 2)
            path = files.get(name)
            self._faces[family, bold, italic] = (
                Face(path)
                if path is not None and (path == regular or not missing_letters(path))
                else Face(regular, bold)
            )

    @cached_property
    def families(self) -> tuple[str, ...]:
        return tuple(self._families)

    def choose(self, wanted: Iterable[str]) -> tuple[str, ...]:
        """Those of `wanted` that are installed, or all families when none is."""
        return tuple(f for f in wanted if f in self._families) or self.families

    def face(self, family: str, *, bold: bool = False, italic: bool = False) -> Face:
        """Raises KeyError for a family that is not in `families`."""
        return self._faces[family, bold, italic]

    def sized(self, face: Face, pixels: float) -> ImageFont.FreeTypeFont:
        """The face at `pixels` per em."""
        key = (face.path, round(pixels, 2))
        if key not in self._sized:
            # The basic layout engine gives the same widths with and without libraqm.
            self._sized[key] = ImageFont.truetype(
                str(face.path), key[1], layout_engine=ImageFont.Layout.BASIC
            )
        return self._sized[key]


@cache
def missing_letters(path: Path) -> frozenset[str]:
    """The Vietnamese letters and printed signs that a font file can't draw, or draws like another letter.

    A map from code to glyph is not enough: Carlito maps Ậ, Ệ and Ộ to outlines without their circumflex.
    """
    with TTFont(path, lazy=True) as font:
        known = {chr(code) for code in font.getBestCmap()}
    missing = set((VIETNAMESE_LETTERS | PRINTED_SIGNS) - known)
    drawn: dict[tuple[object, bytes], str] = {}
    font_40 = ImageFont.truetype(str(path), 40, layout_engine=ImageFont.Layout.BASIC)
    for letter in sorted(
        VIETNAMESE_LETTERS - missing, key=lambda c: (len(unicodedata.normalize("NFD", c)), c)
    ):
        mask = font_40.getmask(letter)
        if drawn.setdefault((mask.size, bytes(mask)), letter) != letter:
            missing.add(letter)
    return frozenset(missing)
