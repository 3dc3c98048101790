"""The recogniser's file that ships: what it is, what it says of itself, and that it reads."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from PIL import Image, ImageDraw, ImageFont
from rapidfuzz.distance import Levenshtein

from models.text import nfc
from ocr.crops import HEIGHT, LineCrop
from ocr.recognisers.own import WEIGHTS, OwnRecogniser
from samples.fonts import VIETNAMESE_LETTERS
from tests.ocr.support import EVERY_LETTER, FONT


def crop_of(text: str, pixels: int = 34) -> LineCrop:
    """`text` printed as black on white, cut as the line finder cuts."""
    font = ImageFont.truetype(FONT, pixels)
    width = round(font.getlength(text)) + 24
    picture = Image.new("L", (width, HEIGHT), 255)
    ImageDraw.Draw(picture).text((12, 36), text, font=font, fill=20, anchor="ls")
    return LineCrop(np.asarray(picture), np.eye(2, 3), (5.0, 43.0))


@pytest.fixture(scope="module")
def own() -> OwnRecogniser:
    return OwnRecogniser()


def test_the_file_is_small_enough_to_ship_and_tells_its_alphabet_and_making() -> None:
    assert WEIGHTS.stat().st_size <= 8_000_000
    told = onnxruntime.InferenceSession(str(WEIGHTS)).get_modelmeta().custom_metadata_map
    alphabet = json.loads(told["alphabet"])
    assert alphabet[0] == ""
    assert set(alphabet) >= VIETNAMESE_LETTERS | set("0123456789")
    assert int(told["height"]) == HEIGHT
    assert int(told["trained_lines"]) > 50_000
    assert "Apache-2.0" in told["note"]


def test_its_card_says_what_it_is_and_its_licence_lies_beside_it() -> None:
    folder = Path(WEIGHTS).parent
    card = (folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    told = onnxruntime.InferenceSession(str(WEIGHTS)).get_modelmeta().custom_metadata_map
    assert told["version"] in card
    assert f"{int(told['trained_lines']):,}" in card
    assert WEIGHTS.name in (folder / "LICENSE.PP-OCR.txt").read_text(encoding="utf-8")


def test_every_vietnamese_letter_with_every_mark_is_read(own: OwnRecogniser) -> None:
    lines = [*EVERY_LETTER, *(line.upper() for line in EVERY_LETTER)]
    read = own.read([crop_of(line) for line in lines])
    errors = sum(Levenshtein.distance(nfc(line), r.text) for line, r in zip(lines, read, strict=True))
    assert errors <= 0.01 * sum(map(len, lines)), [r.text for r in read]


@pytest.mark.parametrize(
    "text",
    [
        "079185900123",
        "Số: 123/QĐ-UBND",
        "07/03/2019",
        "1.234.567.890 đồng",
        "0912.345.678",
        "IDVNM1859001238079185900123<<4",
        "000.00.19.H26-240115-0001",
        "AA 01234567",
    ],
)
def test_digits_and_codes_are_read_as_they_stand(own: OwnRecogniser, text: str) -> None:
    assert own.read([crop_of(text)])[0].text == text
