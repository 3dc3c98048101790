"""The type, and `unknown` wherever it is honest."""

import random

import pytest

from extraction.extract import extract
from models.errors import UnknownDocumentType
from tests.extraction import support
from tests.extraction.support import paper, rules

NOISE = "\n".join(
    " ".join("".join(random.Random(r * 31 + w).choices("abcđeghikỏưx.,|~<>", k=5)) for w in range(12))
    for r in range(40)
)


@pytest.mark.parametrize(
    "text",
    [
        support.BIRTH_FORM,
        NOISE,
        "",
        "   \n ... \n ---",
        "CERTIFICATE OF BIRTH\nName: John Smith\nDate of birth: 12/05/1990\nPlace of birth: London",
        support.MINISTRY_DECISION.replace("QUYẾT ĐỊNH", "THÔNG BÁO"),
        support.CERTIFICATE.replace("GIẤY KHAI SINH", "GIẤY CHỨNG SINH"),
    ],
    ids=["birth form", "noise", "nothing", "rules", "foreign", "notice", "hospital note"],
)
def test_papers_of_no_known_type_are_unknown(text: str) -> None:
    found = extract(paper(text), rules=rules())
    assert found.document_type == "unknown"
    assert found.fields == {}
    assert "unknown_type" in found.flags


def test_a_page_upside_down_is_unknown() -> None:
    turned = "\n".join(line[::-1] for line in reversed(support.CERTIFICATE.split("\n")))
    assert extract(paper(turned), rules=rules()).document_type == "unknown"


def test_half_a_certificate_is_no_certain_certificate() -> None:
    lower_half = "\n".join(support.CERTIFICATE.split("\n")[18:])
    found = extract(paper(lower_half), rules=rules())
    assert found.document_type == "unknown" or found.type_probability < 0.8
    assert found.document_type == "unknown" or "type_doubtful" in found.flags


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (support.CERTIFICATE.replace("GIẤY KHAI SINH\n", "G I Ấ Y   K H A I   S I N H\n"), "giay_khai_sinh"),
        (support.CERTIFICATE.replace("GIẤY KHAI SINH\n", "GlẤY KHAl SlNH\n"), "giay_khai_sinh"),
        (
            support.EXTRACT.replace(
                "TRÍCH LỤC KHAI SINH\n", "TRÍCH LỤC\n                            KHAI SINH\n"
            ),
            "trich_luc_khai_sinh",
        ),
        (support.CARD_2021_BACK, "can_cuoc_cong_dan"),
        (support.CARD_2024_BACK, "can_cuoc"),
        (support.DECISION.replace("QUYẾT ĐỊNH\n", "QUYÊT ĐINH\n", 1), "quyet_dinh"),
    ],
    ids=["letters apart", "misread", "title on two lines", "back of 2021", "back of 2024", "lost marks"],
)
def test_titles_are_known_in_other_shapes(text: str, code: str) -> None:
    found = extract(paper(text), rules=rules())
    assert found.document_type == code
    assert found.type_probability >= rules().review.accept_type_probability.value


def test_a_decision_that_speaks_of_other_papers_is_still_a_decision() -> None:
    text = support.DECISION.replace(
        "Căn cứ Luật", "Căn cứ giấy khai sinh, căn cước công dân, thông báo; Luật"
    )
    assert extract(paper(text), rules=rules()).document_type == "quyet_dinh"


def test_a_type_that_a_person_names_is_taken_as_named() -> None:
    text = support.CERTIFICATE.replace("GIẤY KHAI SINH\n", "\n")
    found = extract(paper(text), rules=rules(), forced_type="giay_khai_sinh")
    assert (found.document_type, found.type_probability) == ("giay_khai_sinh", 1.0)
    assert found.fields["full_name"].value == "NGUYỄN VĂN BẢO"


@pytest.mark.parametrize("code", ["quyet_dinh", "can_cuoc"])
def test_a_type_that_the_paper_contradicts_goes_to_review(code: str) -> None:
    found = extract(paper(support.CERTIFICATE), rules=rules(), forced_type=code)
    assert found.document_type == code
    assert found.type_probability < rules().review.accept_type_probability.value
    assert "type_contradicted" in found.flags
    assert found.needs_review


def test_unknown_as_a_named_type_means_that_none_was_named() -> None:
    assert (
        extract(paper(support.CERTIFICATE), rules=rules(), forced_type="unknown").document_type
        == "giay_khai_sinh"
    )


def test_a_type_that_does_not_exist_is_an_error_that_names_the_others() -> None:
    with pytest.raises(UnknownDocumentType) as caught:
        extract(paper(support.CERTIFICATE), rules=rules(), forced_type="ho_chieu")
    assert "can_cuoc" in caught.value.remedy("en")
