"""From the words behind a label to values of every kind: what is read, what is said to be odd, what is left alone."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extraction import values
from extraction.definitions import Kind
from extraction.layout import Token
from extraction.panels import lay_out
from extraction.parsed import Parsed
from models.identifiers import area, money
from tests.extraction.support import paper

KINDS: tuple[Kind, ...] = get_args(Kind)


def tokens_of(text: str) -> list[Token]:
    return [token for sheet in lay_out(paper(text)) for row in sheet.rows for token in row.tokens]


def read(kind: Kind, text: str, pattern: str | None = None) -> Parsed | None:
    return values.parse(kind, tokens_of(text), pattern)


def said(kind: Kind, text: str, pattern: str | None = None) -> tuple[str, set[str], set[str]] | None:
    found = read(kind, text, pattern)
    return (found.value, set(found.passed), set(found.failed)) if found else None


@pytest.mark.parametrize(
    ("kind", "text", "value", "passed"),
    [
        ("money", "2.500.000.000 đồng (Hai tỷ năm trăm triệu đồng)", "2500000000", {"grouping", "unit"}),
        ("money", "250 triệu đồng", "250000000", {"unit"}),
        ("money_words", "(Bằng chữ: Hai tỷ đồng chẵn./.)", "Hai tỷ đồng chẵn", {"words"}),
        ("money_words", "Một trăm tỷ đồng Việt Nam", "Một trăm tỷ đồng Việt Nam", {"words"}),
        ("area", "125,4 m² (bằng chữ: Một trăm hai mươi lăm", "125.4", {"unit"}),
        ("area", "1.250,50 m2", "1250.5", {"unit"}),
        ("area", "0,5 ha", "5000", {"unit"}),
        ("area_words", "(bằng chữ: tám mươi phẩy bốn mét vuông); c) Hình thức", "tám mươi phẩy bốn mét vuông", {"words"}),
        ("old_id", "012 345 678", "012345678", {"structure"}),
        ("identity", "Căn cước công dân số 001204000017 do Cục Cảnh sát cấp ngày 12/03/2021", "001204000017", {"structure"}),
        ("identity", "CMND: 012345678", "012345678", {"structure"}),
        ("identity", "Hộ chiếu số C1234567", "C1234567", {"structure"}),
        ("tax_code", "0 1 0 0 2 3 3 4 8 8", "0100233488", {"check_digit"}),
        ("tax_code", "0314409058 - 002 cấp lần đầu", "0314409058-002", {"check_digit"}),
        ("tax_code", "001204000017", "001204000017", {"structure"}),
        ("land_serial", "BK123456 Số vào sổ", "BK 123456", {"structure"}),
        ("dossier_code", "H01.23 - 260105 - 0001", "H01.23-260105-0001", {"structure"}),
        ("dossier_code", "000.00.19.H17-200101-0001", "000.00.19.H17-200101-0001", {"structure"}),
        ("procedure_code", "2.000815.000.00.00.H55", "2.000815.000.00.00.H55", {"structure"}),
        ("agency_code", "H01.23.05", "H01.23.05", {"structure"}),
        ("phone", "(84-24) 3825 1234 Fax", "02438251234", {"structure"}),
        ("email", "Van.An@Example.com Website", "van.an@example.com", {"structure"}),
        ("short_number", "251; tờ bản đồ", "251", {"digits"}),
        ("short_number", "251, 252", "251, 252", {"digits"}),
        ("short_number", "12,5 m", "12.5", {"digits"}),
        ("short_number", "60 %", "60", {"digits"}),
        ("short_number", "05/2", "05/2", {"digits"}),
        ("short_number", "03 tầng", "03", {"digits"}),
        ("short_number", "lần thứ 5, ngày", "5", {"digits"}),
    ],
)  # fmt: skip
def test_values_as_papers_print_them(kind: Kind, text: str, value: str, passed: set[str]) -> None:
    assert said(kind, text) == (value, passed, set())


@pytest.mark.parametrize(
    ("kind", "text", "value", "failed"),
    [
        ("money", "25.00.000 đồng", "2500000", {"grouping"}),
        ("money", "2 50.000.000 đồng", "50000000", {"torn"}),
        ("money", "25O.000.000 đồng", "250000000", {"mended"}),
        ("area", "12,34,5 m2", "12345", {"grouping"}),
        ("area", "1,250 m2", "1250", {"separator"}),
        ("area", "l25,4 m2", "125.4", {"mended"}),
        ("area", "12 5,4 m²", "5.4", {"torn"}),
        ("money_words", "Hai trăm triệu nghìn đồng", "Hai trăm triệu nghìn đồng", {"words"}),
        ("identity", "CCCD 012345678", "012345678", {"named"}),
        ("identity", "CCCD: 0012040000178", "0012040000178", {"structure"}),
        ("identity", "003204000017", "003204000017", {"structure"}),
        ("identity", "O12345678", "012345678", {"mended"}),
        ("old_id", "O12345678", "012345678", {"mended"}),
        ("tax_code", "0100233489", "0100233489", {"check_digit"}),
        ("tax_code", "O100233488", "0100233488", {"mended"}),
        ("tax_code", "01002334881", "01002334881", {"structure"}),
        ("land_serial", "B 123456", "B 123456", {"structure"}),
        ("land_serial", "8K 123456", "BK 123456", {"mended"}),
        ("dossier_code", "H01.23-261305-0001", "H01.23-261305-0001", {"structure"}),
        ("dossier_code", "HO1.23-26O105-0001", "H01.23-260105-0001", {"mended"}),
        ("procedure_code", "1.00192", "1.00192", {"structure"}),
        ("phone", "091234", "091234", {"structure"}),
        ("email", "van.an@ example.com", "van.an@example.com", {"mended"}),
        ("email", "van.an@example", "van.an@example", {"structure"}),
        ("short_number", "l2", "12", {"mended"}),
        ("short_number", "251 252", "251", {"more"}),
    ],
)
def test_what_is_odd_about_a_value_is_said(kind: Kind, text: str, value: str, failed: set[str]) -> None:
    found = read(kind, text)
    assert found is not None
    assert (found.value, set(found.failed)) == (value, failed)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("money", "Không có"),
        ("money_words", "không ghi"),
        ("area", "(xem sơ đồ)"),
        ("identity", "Nguyễn Văn An"),
        ("identity", "12/03/2021"),
        ("old_id", "01234567"),
        ("tax_code", "123456789"),
        ("land_serial", "Thửa đất 12"),
        ("dossier_code", "Phường Cẩm Hòa"),
        ("phone", "chưa có"),
        ("email", "chưa có"),
        ("short_number", "không"),
        ("code", "không số"),
    ],
)
def test_what_is_no_such_value_is_none(kind: Kind, text: str) -> None:
    assert read(kind, text) is None


@pytest.mark.parametrize(
    ("text", "value", "failed"),
    [
        ("A 1234567 ngày cấp", "A 1234567", set()),
        ("A1234567", "A1234567", set()),
        ("A I234567", "A 1234567", {"mended"}),
        ("VP-00123 ngày cấp", "VP-00123", {"pattern"}),
    ],
)
def test_a_code_is_held_against_its_pattern(text: str, value: str, failed: set[str]) -> None:
    found = read("code", text, r"[A-Z] ?\d{7}")
    assert found is not None
    assert (found.value, set(found.failed)) == (value, failed)


def test_a_code_of_no_known_pattern_is_read_and_looked_at() -> None:
    assert said("code", "CH 01234 ngày cấp") == ("CH 01234", set(), {"pattern"})


def test_words_get_their_marks_back_and_the_print_is_kept() -> None:
    found = read("money_words", "Hai tram nam muoi triêu đong chan")
    assert found is not None
    assert found.value == "Hai trăm năm mươi triệu đồng chẵn"
    assert found.as_printed == "Hai tram nam muoi triêu đong chan"


@given(st.integers(0, 10**13))
def test_any_amount_reads_back_from_both_spellings(amount: int) -> None:
    assert said("money", money.printed(amount)) is not None
    figures, words = read("money", money.printed(amount)), read("money_words", money.in_words(amount))
    assert figures is not None
    assert figures.value == str(amount)
    assert not figures.failed
    assert words is not None
    assert money.parse_words(words.value) == amount


@given(st.decimals(1, 10**6, places=1))
def test_any_area_reads_back_from_both_spellings(size: object) -> None:
    from decimal import Decimal

    assert isinstance(size, Decimal)
    figures, words = read("area", area.printed(size)), read("area_words", area.in_words(size))
    assert figures is not None
    assert Decimal(figures.value) == size
    assert words is not None
    assert area.parse_words(words.value) == size


pieces = st.sampled_from(
    [
        "Số",
        "001204000017",
        "012",
        "345",
        "678",
        "BK",
        "123456",
        "2.500.000",
        "đồng",
        "triệu",
        "hai",
        "trăm",
        "m²",
        ",",
        ".",
        "-",
        "/",
        "(",
        ")",
        "12/03/2021",
        "O0l1",
        "@",
        "a@b.vn",
        "H01.23-260105-0001",
        "bằng",
        "chữ:",
        ":",
        "+",
        "%",
        "không",
        "……",
        "____",
        "0100233488",
        "-002",
        "\u202e",
        "\x00",
        "²",
        "٣",
    ]
)


@given(st.sampled_from(KINDS), st.lists(pieces | st.text(max_size=6), max_size=14))
def test_no_words_make_any_kind_fail_and_every_value_has_its_words(kind: Kind, words: list[str]) -> None:
    tokens = tokens_of(" ".join(words).replace("\n", " ") or "x")
    found = values.parse(kind, tokens, r"[A-Z]{2} ?\d{6}" if kind == "code" else None)
    if found is not None:
        assert found.value
        assert found.tokens
        assert all(any(token is one for one in tokens) for token in found.tokens)


@given(
    st.sampled_from(("identity", "old_id", "tax_code", "personal_id", "money", "area")),
    st.lists(pieces, max_size=10),
)
def test_no_digit_is_ever_invented(kind: Kind, words: list[str]) -> None:
    tokens = tokens_of(" ".join(words) or "x")
    found = values.parse(kind, tokens)
    if found is None or kind in {"money", "area"}:  # «triệu» and «ha» stand for zeros
        return
    printed = "".join(c for c in "".join(t.text for t in found.tokens) if c.isalnum() or c == "|")
    assert len([c for c in found.value if c.isdigit()]) <= len(printed)


@pytest.mark.parametrize(
    ("printed", "amount"),
    [
        ("136.000.000.000ông.", "136000000000"),
        ("136.000.000.0001ồng", "136000000000"),
        ("2.500.000 đong", "2500000"),
        ("2.500.000", "2500000"),
    ],
)
def test_an_amount_that_ran_into_its_unit_is_read_and_doubted(printed: str, amount: str) -> None:
    found = values.parse("money", tokens_of(printed))
    assert found is not None
    assert found.value == amount
    assert ("mended" in found.failed) is (printed[-1] != "0" and " " not in printed)


def test_what_only_ends_in_letters_is_no_amount() -> None:
    assert values.parse("money", tokens_of("Phòng 12.345.678tongue")) is None
