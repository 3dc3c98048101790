"""Why a field was found, doubted or missed is said in words, in both languages."""

import pytest

from extraction.definitions import Catalogue, TypeDefinition, packaged_types, type_definition
from extraction.explain import Explanation, explain
from tests.extraction import new_papers, support
from tests.extraction.support import paper, rules

CERTIFICATE = type_definition("giay_khai_sinh")


def told(text: str, definition: TypeDefinition = CERTIFICATE) -> Explanation:
    catalogue = packaged_types().with_types([(definition, "here")])
    return explain(paper(text), definition, catalogue, rules=rules())


def reasons(explanation: Explanation, name: str) -> str:
    (story,) = [s for s in explanation.fields if s.field.name == name]
    return " / ".join(reason.text("vi") for reason in story.reasons)


def test_a_clear_paper_needs_no_reasons() -> None:
    story = told(support.CERTIFICATE)
    assert story.probabilities[0][0] == "giay_khai_sinh"
    assert sum(p for _, p in story.probabilities) == pytest.approx(1)
    assert all(s.reasons == () for s in story.fields if s.value is not None)


@pytest.mark.parametrize(
    ("before", "after", "name", "said"),
    [
        (
            "Dân tộc: Kinh          Quốc tịch: Việt Nam\n Nơi sinh",
            "Nơi sinh",
            "ethnicity",
            "không thấy nhãn nào",
        ),
        ("07/03/2019", "ngày đẹp trời", "birth_date", "«ngày đẹp trời» không đọc được thành kiểu «date»"),
        ("Giới tính: Nam ", "Giới tính: ", "sex", "thấy nhãn «Giới tính»"),
        ("001219012345", "000219012345", "personal_id", "mã số sai cấu trúc"),
        ("001219012345", "001319012345", "personal_id", "mâu thuẫn với: Giới tính"),
        ("NGƯỜI KÝ GIẤY KHAI SINH", "", "signer_title", ""),
        ("Họ, chữ đệm, tên người mẹ: TRẦN THỊ HỒNG LAN", "", "mother_birth_year", "không thấy phần «mother»"),
    ],
)
def test_what_is_wrong_is_named(before: str, after: str, name: str, said: str) -> None:
    assert before in support.CERTIFICATE
    assert said in reasons(told(support.CERTIFICATE.replace(before, after)), name)


def test_what_the_layout_should_have_told_is_named() -> None:
    text = "QUYẾT ĐỊNH\nĐiều 1. Bổ nhiệm ông Nguyễn Văn Bảo."
    assert "đầu trang" in reasons(told(text, type_definition("quyet_dinh")), "number")


def test_a_field_that_is_always_looked_at_says_so() -> None:
    story = told(new_papers.POWER_OF_ATTORNEY, type_definition("giay_uy_quyen"))
    assert "must_check" in reasons(story, "scope")


def test_every_reason_is_said_in_two_languages() -> None:
    for text in (support.CERTIFICATE, support.DECISION, "", new_papers.LAND_BOOK):
        for definition in packaged_types().types:
            for story in told(text, definition).fields:
                assert all(reason.vi and reason.en and reason.vi != reason.en for reason in story.reasons)


def test_a_new_type_is_judged_beside_the_others_and_leaves_them_as_they_were() -> None:
    alone = explain(
        paper(support.DECISION), CERTIFICATE, Catalogue((CERTIFICATE,)), rules=rules()
    ).probabilities
    assert {code for code, _ in alone} == {"giay_khai_sinh", "unknown"}
    assert type_definition("quyet_dinh").code == "quyet_dinh"
