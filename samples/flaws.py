"""Flaws put into a paper on purpose, so that a careful reader must stop at them."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
from PIL import Image

from samples.ink import multiply, worn
from samples.papers import Paper
from samples.randomness import seeded
from samples.sheet import SetLine


def misprint(paper: Paper, field: str, printed: str) -> Paper:
    """The paper with another text printed as `field`'s value. Raises KeyError when the field is not printed."""
    if field not in paper.fields:
        raise KeyError(field)
    for sheet in paper.sheets:
        for index, item in enumerate(sheet.items):
            if isinstance(item, SetLine):
                runs = tuple(
                    replace(run, span=replace(run.span, text=printed)) if run.span.field == field else run
                    for run in item.runs
                )
                sheet.items[index] = SetLine(runs)
    return replace(paper, fields={**paper.fields, field: printed}, doubtful=(*paper.doubtful, field))


def wrong_birth_year(paper: Paper) -> Paper:
    """The personal number says another year than the birth date: both are legible, one must be wrong."""
    number = paper.fields["personal_id"]
    year = (int(number[4:6]) + 7) % 100
    return misprint(paper, "personal_id", f"{number[:4]}{year:02d}{number[6:]}")


def blot(paper: Paper, field: str, seed: int, *, share: tuple[float, float] = (0.35, 0.75)) -> Paper:
    """The paper with a dark stain over the `share` of the field's width; its value can't be read in full.

    Raises KeyError when the field has no place on the paper.
    """
    for number, sheet in enumerate(paper.sheets, start=1):
        place = sheet.field_places(number).get(field)
        if place is None:
            continue
        box = place.box
        width, height = sheet.width, sheet.height
        x0 = (box.x0 + box.width * share[0]) * width
        x1 = (box.x0 + box.width * share[1]) * width
        y0, y1 = box.y0 * height - 3, box.y1 * height + 3

        def paint(
            picture: Image.Image, scale: float, area: tuple[float, float, float, float] = (x0, y0, x1, y1)
        ) -> None:
            local = seeded("blot", seed, field)
            mask = _stain(local, round((area[2] - area[0]) * scale), round((area[3] - area[1]) * scale))
            multiply(picture, mask, round(area[0] * scale), round(area[1] * scale), (46, 38, 40))

        sheet.overlay(paint)
        return replace(paper, doubtful=(*paper.doubtful, field))
    raise KeyError(field)


def _stain(rng: random.Random, width: int, height: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    ys, xs = np.mgrid[-1 : 1 : complex(0, height), -1 : 1 : complex(0, width)]
    angle = np.arctan2(ys, xs)
    edge = 0.93 + 0.06 * np.sin(5 * angle + rng.uniform(0, 6)) + 0.04 * np.sin(11 * angle + rng.uniform(0, 6))
    # The exponent makes a rounded box, which covers the corners of the digits as well.
    distance = (np.abs(xs) ** 4 + np.abs(ys) ** 4) ** 0.25
    mask = np.clip((edge - distance) * 12, 0, 1).astype(np.float32)
    return worn(mask, rng, 0.08)
