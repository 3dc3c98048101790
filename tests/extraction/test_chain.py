"""From pixels to fields with the real engine on generated papers: golden figures with thresholds."""

import numpy as np
import pytest

from extraction.extract import extract
from models.extraction import Extraction
from models.reading import Reading
from ocr.engines import create_engine
from samples.generate import generate
from samples.truth import Truth
from tests.extraction.support import rules

pytestmark = pytest.mark.slow
PAPERS = [
    ("giay_khai_sinh", 2),
    ("trich_luc_khai_sinh", 3),
    ("quyet_dinh", 1),
    ("can_cuoc", 3),
    ("cong_van", 1),
]


@pytest.fixture(scope="module")
def chain() -> list[tuple[Truth, Extraction]]:
    engine = create_engine()
    results = []
    for kind, seed in PAPERS:
        sample = generate(kind, seed, "clean")
        pages = tuple(
            engine.read_page(np.asarray(page.picture), dpi=page.dpi, page=number)
            for number, page in enumerate(sample.pages, start=1)
        )
        results.append((sample.truth, extract(Reading(engine=engine.version, pages=pages), rules=rules())))
    return results


def test_every_paper_gets_its_type(chain: list[tuple[Truth, Extraction]]) -> None:
    assert [found.document_type for _, found in chain] == [truth.document_type for truth, _ in chain]


def test_nearly_all_fields_are_exact(chain: list[tuple[Truth, Extraction]]) -> None:
    right = total = 0
    for truth, found in chain:
        if truth.document_type == found.document_type != "unknown":
            total += len(truth.fields)
            right += sum(
                name in found.fields and found.fields[name].value == v for name, v in truth.fields.items()
            )
    assert right >= 0.85 * total


def test_nothing_wrong_is_accepted_in_silence(chain: list[tuple[Truth, Extraction]]) -> None:
    silent = [
        (name, field.value, truth.fields.get(name))
        for truth, found in chain
        for name, field in found.fields.items()
        if name not in found.needs_review and field.value != truth.fields.get(name)
    ]
    assert len(silent) <= 1, silent


def test_the_evidence_lies_where_the_value_is_printed(chain: list[tuple[Truth, Extraction]]) -> None:
    for truth, found in chain:
        for name, place in truth.places.items():
            field = found.fields.get(name)
            if field is None or field.value != truth.fields[name] or field.origin != "ocr":
                continue
            assert field.box is not None
            assert field.page is not None
            if field.page == place.page:
                x, y = field.box.centre
                assert abs(x - place.box.centre[0]) < 0.12, name
                assert abs(y - place.box.centre[1]) < 0.05, name
