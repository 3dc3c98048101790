from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.identifiers import area, figures, money

amounts = st.integers(0, 10**15)
sizes = st.builds(
    lambda whole, tenths: Decimal(f"{whole}.{tenths}"),
    st.integers(0, 10**7),
    st.sampled_from(["0", "4", "25", "05"]),
)


@given(amounts)
def test_an_amount_reads_back_from_figures_and_words(amount: int) -> None:
    assert money.parse(money.printed(amount)) == amount
    assert money.parse(str(amount)) == amount
    assert money.parse(f"{amount:,} VND") == amount
    assert money.parse_words(money.in_words(amount)) == amount
    assert money.parse_words(f"(Bằng chữ: {money.in_words(amount)} chẵn./.)") == amount
    assert money.parse_words(f"{money.in_words(amount)} Việt Nam") == amount


@given(sizes)
def test_an_area_reads_back_from_figures_and_words(size: Decimal) -> None:
    assert area.parse(area.printed(size)) == size
    assert area.parse_words(area.in_words(size)) == size
    assert area.words_agree(area.in_words(size), size) is True


@given(amounts, amounts)
def test_words_agree_with_their_own_amount_only(one: int, other: int) -> None:
    assert money.words_agree(money.in_words(one), other) == (one == other)


@given(st.integers(10**6, 10**14), st.data())
def test_grouped_figures_that_lost_a_digit_are_noticed(amount: int, data: st.DataObject) -> None:
    text = figures.grouped(amount)
    behind_the_first_point = text.index(".") + 1
    at = data.draw(st.integers(behind_the_first_point, len(text) - 1).filter(lambda i: text[i] != "."))
    found = money.find(f"{text[:at]}{text[at + 1 :]} đồng")
    assert found is None or found.amount is None


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("250.000.000 đồng", 250_000_000),
        ("250,000,000 VNĐ", 250_000_000),
        ("2 500 000 000 đồng", 2_500_000_000),
        ("1.500.000,00 đồng", 1_500_000),
        ("250 triệu đồng", 250_000_000),
        ("2,5 tỷ đồng", 2_500_000_000),
        ("1.500 triệu đồng", 1_500_000_000),
        ("500 ngàn", 500_000),
        ("150000đ", 150_000),
        ("25O.OOO.000 đồng", 250_000_000),
    ],
)
def test_ways_of_printing_an_amount(text: str, amount: int) -> None:
    assert money.parse(text) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        "đồng",
        "25.00.000 đồng",
        "025.000 đồng",
        "1,500 triệu đồng",  # a million and a half, or one and a half thousand million
        "1.500,5 đồng",
        "12/03/2020",
        "100 USD",
        "hai trăm đồng",
    ],
)
def test_what_fits_no_way_of_printing_amounts_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="đồng"):
        money.parse(text)


def test_mended_and_mixed_signs_are_said() -> None:
    for text, mended in [("250.000.000 đ", False), ("25O.000.000 đ", True), ("250.000,000 đ", True)]:
        found = money.find(text)
        assert found is not None
        assert (found.amount, found.mended) == (250_000_000, mended)


def test_the_amount_with_its_currency_is_taken_not_a_date_before_it() -> None:
    found = money.find("Ngày 12.3.2020 nộp 5 lần, tổng cộng 500.000 đồng (năm trăm nghìn đồng)")
    assert found is not None
    assert found.amount == 500_000


@pytest.mark.parametrize("text", ["100.000 USD", "100.000 đô la Mỹ", "5.000 €", "2.5 triệu USD"])
def test_money_of_other_countries_is_no_amount_of_dong(text: str) -> None:
    assert money.find(text) is None


def test_the_equivalent_in_another_currency_is_left_aside() -> None:
    found = money.find("2.300.000.000 đồng, tương đương 100.000 USD")
    assert found is not None
    assert found.amount == 2_300_000_000


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("125,4 m²", "125.4"),
        ("125.4m2", "125.4"),
        ("1.250,5 m2", "1250.5"),
        ("1.250 m²", "1250"),
        ("1 250 m²", "1250"),
        ("0,125 ha", "1250"),
        ("2 ha", "20000"),
        ("l25,4 m²", "125.4"),
        ("85", "85"),
        ("251,0 m?", "251"),
    ],
)
def test_ways_of_printing_an_area(text: str, size: str) -> None:
    found = area.find(text)
    assert found is not None
    assert found.square_metres == Decimal(size)


def test_a_comma_before_three_digits_is_taken_for_thousands_and_said_to_be_ambiguous() -> None:
    found = area.find("1,250 m2")
    assert found is not None
    assert (found.square_metres, found.ambiguous) == (Decimal(1250), True)
    with pytest.raises(ValueError, match="diện tích"):
        area.parse("1,250 m2")


@pytest.mark.parametrize("text", ["", "m²", "12,34,5 m²", "thửa đất số 251/4", "1.25.000 m²"])
def test_what_fits_no_way_of_printing_areas_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="diện tích"):
        area.parse(text)


@pytest.mark.parametrize(
    ("words", "amount"),
    [
        ("Hai trăm năm mươi triệu đồng chẵn./.", 250_000_000),
        ("Vốn điều lệ bằng chữ: năm trăm ngàn đồng", 500_000),
        ("hai tram nam muoi trieu dong chan", 250_000_000),
        ("Một tỷ đồng, không kể thuế", None),
        ("Hai trăm xyz triệu đồng", None),
        ("250 triệu đồng", None),
        ("", None),
    ],
)
def test_amounts_in_words_as_papers_have_them(words: str, amount: int | None) -> None:
    assert money.parse_words(words) == amount


@pytest.mark.parametrize(
    ("words", "size"),
    [
        ("(Bằng chữ: Một trăm hai mươi lăm phẩy bốn mét vuông)", "125.4"),
        ("hai nghìn không trăm linh năm m2", "2005"),
        ("không phẩy năm héc ta", "5000"),
        ("một trăm phẩy hai mươi lăm m²", "100.25"),
        ("một trăm mét vuông năm", None),
    ],
)
def test_areas_in_words_as_papers_have_them(words: str, size: str | None) -> None:
    assert area.parse_words(words) == (Decimal(size) if size else None)


@given(st.text(max_size=60))
def test_no_text_makes_them_fail(text: str) -> None:
    for find in (money.find, area.find):
        found = find(text)
        assert found is None or 0 <= found.start < found.end <= len(text)
    money.parse_words(text)
    area.parse_words(text)
    money.with_marks(text)


@given(st.text("0123456789OolI.,m² đồngtriệu-/()", max_size=30))
def test_no_run_of_figures_makes_them_fail(text: str) -> None:
    for found in (money.find(text), area.find(text)):
        assert found is None or found.digits.isdecimal()


@given(st.decimals(0, 10**9, places=4))
def test_the_plain_spelling_has_no_idle_zeros(number: Decimal) -> None:
    text = figures.plain(number)
    assert Decimal(text) == number
    assert "." not in text or text[-1] not in "0."
