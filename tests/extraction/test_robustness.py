"""Whatever the reading holds: an answer, in NFC, never an exception."""

import random
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extraction.extract import extract, known_types, type_definition
from extraction.minimum import minimum_data
from models.extraction import Extraction
from models.geometry import Box
from models.reading import EngineVersion, Line, PageReading, Reading, Region, Word
from tests.extraction import support
from tests.extraction.support import paper, rules

CODES = [d.code for d in known_types()]
HOSTILE = ["\x00\x1b[31m", "=cmd|'/C calc'!A0", "\u202eabc", "\ufeff", "<<<<<<", "ﬁ", "한글", "\U0001f600", "a\u0323\u0302", ":" * 9, "…" * 50, "/" * 9]  # fmt: skip


def check(found: Extraction) -> None:
    for field in found.fields.values():
        for text in (field.value, field.printed):
            assert text is None or unicodedata.is_normalized("NFC", text)
            assert text is None or not any(unicodedata.category(c).startswith("C") for c in text)
        assert field.box is not None
    if found.document_type != "unknown":
        minimum_data(found.fields, type_definition(found.document_type))


def test_a_reading_without_pages_or_words_is_unknown() -> None:
    engine = EngineVersion(name="drawn", version="1")
    stamp = Region(kind="stamp", box=Box(x0=0.1, y0=0.1, x1=0.3, y1=0.3))
    for reading in (
        Reading(engine=engine, pages=()),
        Reading(engine=engine, pages=(PageReading(page=1, regions=()),)),
        Reading(engine=engine, pages=(PageReading(page=1, regions=(stamp,)),)),
    ):
        found = extract(reading, rules=rules())
        assert found.document_type == "unknown"
        assert found.flags == ("unknown_type", "no_text")
        for code in CODES:
            assert extract(reading, rules=rules(), forced_type=code).needs_review


words = st.builds(
    lambda text, x, y, w, h, c: Word(text=text, box=Box.clipped(x, y, x + w, y + h), confidence=c),
    st.text(max_size=12) | st.sampled_from(HOSTILE) | st.sampled_from(" ".join(
        (support.CERTIFICATE, support.DECISION, support.CARD_2021_FRONT, support.CARD_2021_BACK)).split()),
    st.floats(0, 1), st.floats(0, 1), st.floats(0, 0.3), st.floats(0, 0.2), st.floats(0, 1),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(words, max_size=8), max_size=12), st.sampled_from([None, *CODES]))
def test_words_thrown_on_a_page_never_make_it_fail(lines: list[list[Word]], code: str | None) -> None:
    built = tuple(Line(words=tuple(ws), box=Box(x0=0, y0=0, x1=1, y1=1)) for ws in lines)
    region = Region(kind="text", box=Box(x0=0, y0=0, x1=1, y1=1), lines=built)
    reading = Reading(
        engine=EngineVersion(name="drawn", version="1"), pages=(PageReading(page=1, regions=(region,)),)
    )
    check(extract(reading, rules=rules(), forced_type=code))


@pytest.mark.parametrize(
    "text", [support.CERTIFICATE, support.DECISION, support.CARD_2021_FRONT, support.EXTRACT]
)
@pytest.mark.parametrize("seed", range(4))
def test_hostile_words_inside_a_paper_never_make_it_fail(text: str, seed: int) -> None:
    rng = random.Random(seed)
    torn = " ".join(w if rng.random() < 0.7 else rng.choice(HOSTILE) for w in text.split(" "))
    for code in (None, *CODES):
        check(extract(paper(torn), rules=rules(), forced_type=code))


def test_decomposed_letters_are_composed() -> None:
    found = extract(paper(unicodedata.normalize("NFD", support.CERTIFICATE)), rules=rules())
    check(found)
    assert found.fields["mother_name"].value == "TRẦN THỊ HỒNG LAN"


def test_a_formula_in_a_value_loses_its_sign() -> None:
    text = support.CERTIFICATE.replace("Nơi sinh: ", "Nơi sinh: =+@")
    value = extract(paper(text), rules=rules()).fields["birth_place"].value
    assert value == support.CERTIFICATE_TRUTH["birth_place"]


def test_ten_thousand_words_on_a_page_are_borne() -> None:
    rng = random.Random(1)
    vocabulary = (support.CERTIFICATE + support.DECISION).split()
    text = "\n".join(" ".join(rng.choices(vocabulary, k=50)) for _ in range(200))
    for code in (None, "giay_khai_sinh", "quyet_dinh"):
        check(extract(paper(text), rules=rules(), forced_type=code))


def test_ten_thousand_words_on_one_spot_are_borne() -> None:
    box = Box(x0=0.4, y0=0.4, x1=0.5, y1=0.42)
    lines = tuple(Line(words=(Word(text="Số:", box=box, confidence=0.9),), box=box) for _ in range(10_000))
    region = Region(kind="text", box=box, lines=lines)
    reading = Reading(
        engine=EngineVersion(name="drawn", version="1"), pages=(PageReading(page=1, regions=(region,)),)
    )
    check(extract(reading, rules=rules(), forced_type="giay_khai_sinh"))


def test_the_same_reading_gives_the_same_extraction() -> None:
    reading = paper(support.CERTIFICATE)
    assert extract(reading, rules=rules()) == extract(reading, rules=rules())


def test_the_origin_of_the_words_is_kept() -> None:
    found = extract(paper(support.DECISION), rules=rules(), origin="text-layer")
    assert {f.origin for f in found.fields.values()} == {"text-layer"}
    signed = extract(paper(support.MINISTRY_DECISION), rules=rules(), origin="text-layer")
    assert signed.fields["effective_from"].origin == "derived"
