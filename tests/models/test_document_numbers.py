import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.identifiers import document_number

notations = st.sampled_from(["QĐ-UBND", "QĐ-TTg", "QĐ-SGD&ĐT", "TLKS-BS", "QĐ-BTC", "NĐ-CP"])


@given(st.integers(1, 99_999), st.none() | st.integers(1945, 2100), st.none() | notations)
def test_a_number_reads_back(serial: int, year: int | None, notation: str | None) -> None:
    text = "/".join(str(p) for p in (serial, year, notation) if p)
    found = document_number.parse(text)
    assert (found.serial, found.year, found.notation, found.text) == (str(serial), year, notation, text)
    assert not found.mended
    assert document_number.parse(f"Số: {text}.").text == text
    assert document_number.normalised(text.replace("/", " / ").replace("-", " – ")) == text


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("l23/QD-UBND", "123/QĐ-UBND"),
        ("123/QÐ-UBND", "123/QĐ-UBND"),
        ("45/2O24/QĐ-UBND", "45/2024/QĐ-UBND"),
        ("8/QĐĐ-UBND", "8/QĐ-UBND"),
        ("Số 128/2019", "128/2019"),
        ("12a/QĐ-UBND", "12a/QĐ-UBND"),
    ],
)
def test_what_ocr_makes_of_numbers_is_put_right(read: str, meant: str) -> None:
    assert document_number.normalised(read) == meant


@pytest.mark.parametrize(
    "text", ["", "/QĐ-UBND", "abc", "Sở Xây dựng", "12/", "77/2/QĐ-UBND", "12/quyết định"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    assert document_number.normalised(text) is None
    with pytest.raises(ValueError, match=r"số|ký hiệu"):
        document_number.parse(text)


@given(st.text(max_size=40))
def test_no_text_makes_it_fail_in_any_other_way(text: str) -> None:
    found = document_number.parse_or_none(text)
    assert found is None or document_number.parse(found.text).text == found.text


@pytest.mark.parametrize(
    ("text", "serial", "year", "notation"),
    [
        ("01/GPXD", "01", None, "GPXD"),
        ("15/TLKH-BS", "15", None, "TLKH-BS"),
        ("Số: 123/2024/TLKT-BS", "123", 2024, "TLKT-BS"),
        ("22/UBND-XNTTHN", "22", None, "UBND-XNTTHN"),
        ("1234/UBND-VP", "1234", None, "UBND-VP"),
        ("08/2023/GPXD-SXD", "08", 2023, "GPXD-SXD"),
        ("01/2010", "01", 2010, None),
        ("12/GPXĐ", "12", None, "GPXD"),
        ("15/TLKH-8S", "15", None, "TLKH-BS"),
    ],
)
def test_numbers_of_permits_extracts_and_letters_have_their_parts(
    text: str, serial: str, year: int | None, notation: str | None
) -> None:
    found = document_number.parse(text)
    assert (found.serial, found.year, found.notation) == (serial, year, notation)
    assert found.notation is None or found.notation in document_number.KNOWN_NOTATIONS


def test_a_mended_number_says_so() -> None:
    assert document_number.parse("l23/QĐ-UBND").mended
    assert document_number.parse("45/2024/QĐ-UBND").kind == "QĐ"
