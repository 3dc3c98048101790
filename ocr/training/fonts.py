"""The typefaces training lines are set in; the families a bench reads with are kept out."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

from PIL import ImageFont

from samples.fonts import NoFont, missing_letters

_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/share/texmf/fonts"), Path("/usr/local/share/fonts"))
_STYLES = ("regular", "bold", "italic", "bold italic")
# weight, then the files of regular, bold, italic, bold italic. Official papers are set in Times and its kin.
_FAMILIES: tuple[tuple[float, tuple[str, ...]], ...] = (
    (30, ("Tinos-Regular.ttf", "Tinos-Bold.ttf", "Tinos-Italic.ttf", "Tinos-BoldItalic.ttf")),
    (
        20,
        (
            "texgyretermes-regular.otf",
            "texgyretermes-bold.otf",
            "texgyretermes-italic.otf",
            "texgyretermes-bolditalic.otf",
        ),
    ),
    (8, ("FreeSerif.ttf", "FreeSerifBold.ttf", "FreeSerifItalic.ttf", "FreeSerifBoldItalic.ttf")),
    (4, ("NotoSerif-Regular.ttf", "NotoSerif-Bold.ttf", "NotoSerif-Italic.ttf", "NotoSerif-BoldItalic.ttf")),
    (3, ("CharisSIL-Regular.ttf", "CharisSIL-Bold.ttf", "CharisSIL-Italic.ttf", "CharisSIL-BoldItalic.ttf")),
    (9, ("Arimo-Regular.ttf", "Arimo-Bold.ttf", "Arimo-Italic.ttf", "Arimo-BoldItalic.ttf")),
    (4, ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf", "NotoSans-Italic.ttf", "NotoSans-BoldItalic.ttf")),
    (2, ("FreeSans.ttf", "FreeSansBold.ttf", "FreeSansOblique.ttf", "FreeSansBoldOblique.ttf")),
    (4, ("Cousine-Regular.ttf", "Cousine-Bold.ttf", "Cousine-Italic.ttf", "Cousine-BoldItalic.ttf")),
    *(
        (
            weight,
            tuple(f"texgyre{name}-{style}.otf" for style in ("regular", "bold", "italic", "bolditalic")),
        )
        for weight, name in (
            (2, "pagella"),
            (2, "schola"),
            (2, "bonum"),
            (2, "heros"),
            (1, "adventor"),
            (1, "cursor"),
        )
    ),
    (2, ("texgyrechorus-mediumitalic.otf",)),
)


@dataclass
class Typefaces:
    """The families of this machine, and sized fonts from them."""

    families: list[tuple[float, tuple[Path, ...]]]
    _sized: dict[tuple[Path, int], ImageFont.FreeTypeFont] = field(default_factory=dict)

    @classmethod
    def find(cls) -> Typefaces:
        """Raises NoFont where no wanted family is installed."""
        paths = {p.name: p for folder in _FOLDERS for p in sorted(folder.rglob("*.[ot]tf"))}
        families = []
        for weight, names in _FAMILIES:
            usable = tuple(paths[n] for n in names if n in paths and not missing_letters(paths[n]))
            if usable:
                families.append((weight, usable))
        if not families:
            raise NoFont("no typeface for training is installed; see scripts/install-system-packages --test")
        return cls(families)

    def choose(self, rng: random.Random) -> tuple[Path, ...]:
        """The files of one family."""
        return rng.choices([f for _, f in self.families], [w for w, _ in self.families])[0]

    def sized(self, path: Path, pixels: int) -> ImageFont.FreeTypeFont:
        """A font of `pixels` per em, kept."""
        key = (path, pixels)
        if key not in self._sized:
            self._sized[key] = ImageFont.truetype(str(path), pixels, layout_engine=ImageFont.Layout.BASIC)
        return self._sized[key]
