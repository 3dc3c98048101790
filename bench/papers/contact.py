"""Contact sheets of every layout, to look at: python -m bench.papers.contact FOLDER [KIND]."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

from bench.papers.catalogue import KINDS, draw


def main() -> None:
    folder, wanted = Path(sys.argv[1]), sys.argv[2:]
    folder.mkdir(parents=True, exist_ok=True)
    for kind, layouts in KINDS.items():
        for layout in layouts if not wanted or kind in wanted else ():
            paper = draw(kind, layout, 15001)
            for number, sheet in enumerate(paper.sheets, 1):
                picture = sheet.render(300)
                scale = 0.37 if sheet.height > 400 else 0.9
                size = (round(picture.width * scale), round(picture.height * scale))
                picture.resize(size, Image.Resampling.LANCZOS).save(folder / f"{kind}-{layout}-{number}.png")


if __name__ == "__main__":
    main()
