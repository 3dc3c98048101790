"""What a check speaks against is never accepted, whatever the engine thinks of its words."""

import pytest

from extraction.confidence import evidence_of, field_confidence, holds, is_doubtful
from extraction.definitions import Kind
from extraction.extract import extract
from models.extraction import Extraction, Hold
from tests.extraction import support
from tests.extraction.support import is_settled, paper, rules


def read(text: str, *more: str, confidence: float = 0.99) -> Extraction:
    return extract(paper(text, *more, confidence=confidence), rules=rules())


@pytest.mark.parametrize(
    ("old", "new", "doubtful", "flag"),
    [
        ("001219012345", "001218012345", {"personal_id", "birth_date"}, "id_contradicts_birth_date"),
        ("001219012345", "001319012345", {"personal_id", "sex"}, "id_contradicts_sex"),
        ("001219012345", "003219012345", {"personal_id"}, None),
        ("07/03/2019", "07/08/2019", {"birth_date", "birth_date_in_words"}, "date_words_contradict_figures"),
        ("12/03/2019", "12/03/2018", {"registered_on", "number"}, "number_contradicts_date"),
        ("12/03/2019", "12/02/2019", {"registered_on", "birth_date"}, "dates_out_of_order"),
        ("Năm sinh: 1990", "Năm sinh: 2015", {"mother_birth_year"}, "parent_too_young_or_old"),
        ("tên: NGUYỄN VĂN BẢO", "tên: NGUYỄN VĂN BẤO1", {"full_name"}, None),
        ("Dân tộc: Tày ", "Dân tộc: Lấy ", {"mother_ethnicity"}, None),
        (
            "khai sinh: Nguyễn Văn Cường",
            "khai sinh: Nguyễn Văn Cương",
            {"declarant_name", "father_name"},
            None,
        ),
        ("Số: 128/2019", "Số: 128", {"number"}, None),
    ],
)
def test_a_planted_contradiction_is_found(old: str, new: str, doubtful: set[str], flag: str | None) -> None:
    assert old in support.CERTIFICATE
    found = read(support.CERTIFICATE.replace(old, new))
    missing_or_doubtful = set(found.needs_review)
    assert doubtful <= missing_or_doubtful
    assert flag is None or flag in found.flags
    assert not is_settled(found, rules())


def test_a_paper_that_agrees_with_itself_is_settled() -> None:
    assert is_settled(read(support.CERTIFICATE), rules())


@pytest.mark.parametrize("confidence", [0.3, 0.5])
def test_words_that_the_engine_doubts_are_looked_at(confidence: float) -> None:
    found = read(support.CERTIFICATE, confidence=confidence)
    unproven = {"full_name", "birth_place", "mother_name", "mother_residence", "signer_name", "number"}
    assert unproven <= set(found.needs_review)


def test_required_fields_that_are_missing_are_looked_at_in_the_order_of_the_form() -> None:
    lines = [
        line
        for line in support.CERTIFICATE.split("\n")
        if not line.startswith((" Nơi sinh", " Họ, chữ đệm, tên:"))
    ]
    found = read("\n".join(lines))
    assert found.needs_review == ("full_name", "birth_place")


def test_optional_fields_that_are_missing_are_simply_absent() -> None:
    found = read(support.CERTIFICATE.replace(" Quê quán: Xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình\n", ""))
    assert "hometown" not in found.fields
    assert "hometown" not in found.needs_review


@pytest.mark.parametrize("kind", ["personal_id", "holder_id", "document_number", "code", "money"])
def test_an_identifier_without_any_check_is_never_accepted(kind: Kind) -> None:
    evidence = evidence_of(_tokens(), 1.0, ("structure",), ())
    assert holds(kind, evidence) == ("unchecked",)
    assert holds(kind, evidence_of(_tokens(), 1.0, ("structure", "holder"), ())) == ()
    assert holds("place", evidence) == ()


def test_what_no_check_confirmed_is_on_the_list_however_sure_it_is() -> None:
    found = read(support.CERTIFICATE.replace("12/03/2019", "12/03/2018"), confidence=1.0)
    number = found.fields["number"]
    assert number.evidence is not None
    assert number.evidence.holds == ("contradicted",)
    assert "number" in found.needs_review


@pytest.mark.parametrize("check", ["structure", "holder", "words", "province", "spelling", "unheard_of"])
def test_no_check_that_failed_can_be_outweighed(check: str) -> None:
    passed = ("words_match", "machine_readable", "repeated", "calendar")
    evidence = evidence_of(_tokens(), 1.0, passed, (check,))
    assert holds("date", evidence) == ("contradicted",)
    assert field_confidence("date", evidence) < 0.5  # no type may accept below that
    assert is_doubtful(field_confidence("date", evidence), rules().review)


@pytest.mark.parametrize(
    ("sign", "hold"),
    [("handwriting", "handwriting"), ("poor_reading", "poor_reading"), ("marks", "respelled")],
)
@pytest.mark.parametrize("proof", ["machine_readable", "check_digit", "words_match"])
def test_what_hardly_can_be_believed_is_accepted_only_with_a_proof(sign: str, hold: Hold, proof: str) -> None:
    assert holds("date", evidence_of(_tokens(), 1.0, ("calendar",), (sign,))) == (hold,)
    assert holds("date", evidence_of(_tokens(), 1.0, ("calendar", proof), (sign,))) == ()


def _tokens() -> tuple:
    from extraction.panels import lay_out

    return lay_out(paper("001219012345", confidence=1.0))[0].rows[0].tokens


def test_a_card_whose_print_and_zone_disagree_is_flagged_and_the_checked_code_wins() -> None:
    front = support.CARD_2021_FRONT.replace("15/01/2029", "15/01/2028")
    found = read(front, support.CARD_2021_BACK)
    assert "mrz_contradicts_print" in found.flags
    assert "valid_to" in found.needs_review


def test_a_number_that_print_lost_comes_from_the_zone() -> None:
    front = support.CARD_2021_FRONT.replace("Số / No.: 001204000017", "")
    found = read(front, support.CARD_2021_BACK)
    number = found.fields["personal_id"]
    assert (number.value, number.origin, number.page) == ("001204000017", "code", 2)


def test_a_decision_holder_whose_number_says_another_birth_year_is_doubtful() -> None:
    found = read(support.DECISION.replace("12/5/1985", "12/5/1986"))
    assert "holder_identifier" in found.needs_review


def test_a_holder_spelt_in_two_ways_is_doubtful() -> None:
    found = read(support.DECISION.replace("đối với ông Nguyễn Văn Bảo", "đối với ông Nguyễn Văn Báo"))
    assert {"abstract", "holder_name"} <= set(found.needs_review)


def test_a_tax_code_with_a_wrong_check_digit_is_doubtful() -> None:
    found = read(support.COMPANY_DECISION.replace("0100233488", "0100233489"))
    assert "holder_identifier" in found.needs_review


def test_place_names_that_lost_marks_in_one_field_get_them_back_and_are_looked_at() -> None:
    text = support.CERTIFICATE.replace("Phụ sản, quận Đống Đa", "Phụ sản, quận Đông Đa")
    found = read(text)
    assert found.fields["birth_place"].value == support.CERTIFICATE_TRUTH["birth_place"]
    assert found.fields["birth_place"].printed == "Bệnh viện Phụ sản, quận Đông Đa, thành phố Hà Nội"
    assert "birth_place" in found.needs_review


def test_a_badly_read_paper_makes_everything_doubtful_that_is_not_proven() -> None:
    text = support.CERTIFICATE.replace("Thái Bình", "Tháx Bìxh").replace("Hà Nội", "Hà Nộiii")
    text = text.replace("Kinh", "Kxnh").replace("Tày", "Txy").replace("Việt Nam", "Vxệt Nxm")
    found = read(text)
    assert "poor_reading" in found.flags
    assert {"full_name", "mother_birth_year", "signer_name"} <= set(found.needs_review)
    assert "birth_date" not in found.needs_review  # words and figures agree


def test_a_value_that_goes_on_where_nothing_says_so_is_looked_at() -> None:
    text = support.CERTIFICATE.replace("tỉnh Thái Bình\n", "tỉnh Thái Bình\n và thôn khác\n", 1)
    assert "hometown" in read(text).needs_review


def test_a_word_of_a_closed_list_gets_its_marks_back() -> None:
    found = read(
        support.CERTIFICATE.replace("Dân tộc: Tày ", "Dân tộc: Tay ").replace("Việt Nam", "Viêt Nam")
    )
    assert found.fields["mother_ethnicity"].value == "Tày"
    assert found.fields["nationality"].value == "Việt Nam"
    assert found.fields["nationality"].printed == "Viêt Nam"


def test_a_volume_is_understood_by_its_beginning_and_its_end() -> None:
    from extraction.extract import telling_pages

    assert telling_pages([1, 2, 3, 4, 5]) == [1, 2, 3, 4, 5]
    assert telling_pages(list(range(1, 201))) == [1, 2, 3, 199, 200]
