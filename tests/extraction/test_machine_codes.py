"""Codes are checked, beat the print where they are sound, and hide nothing where they contradict it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extraction.extract import apply_corrections, extract
from extraction.machine_codes import citizen_card, links
from extraction.machine_codes.text import LONGEST_BYTES, cell_safe, decoded
from extraction.machine_codes.understanding import PROBLEM_FLAGS, report_on, separators
from models.extraction import CodeReport, Extraction
from models.geometry import Box
from models.identifiers import personal_id
from models.reading import MAX_CODE_BYTES, MachineCode, PageReading, Reading
from models.separator import SeparatorSheet, payload_of
from pipeline.stages.flags import FLAGS, Weight
from samples.papers.card_codes import mrz_lines
from tests.extraction.cards import card, code, qr, unsure, with_codes, zone
from tests.extraction.support import CERTIFICATE, paper, rules

FROM_CODE = ("personal_id", "full_name", "birth_date", "sex", "residence", "issued_on")
LETTERS = st.sampled_from("aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạ")
NAMES = st.lists(st.text(LETTERS, min_size=1, max_size=8).map(str.capitalize), min_size=2, max_size=5).map(
    " ".join
)
PLACES = st.lists(st.text(LETTERS, min_size=1, max_size=9).map(str.capitalize), min_size=1, max_size=6).map(
    ", ".join
)


def read(reading: Reading) -> Extraction:
    return extract(reading, rules=rules())


def only(extraction: Extraction, kind: str) -> CodeReport:
    (report,) = [r for r in extraction.codes if r.kind == kind]
    return report


def test_a_code_that_agrees_with_the_print_settles_its_fields() -> None:
    alone, proven = read(card()), read(card(qr()))
    assert proven.flags == proven.needs_review == ()
    for name in FROM_CODE:
        assert proven.fields[name].origin == "code"
        assert proven.fields[name].value == alone.fields[name].value
        assert proven.fields[name].printed == alone.fields[name].printed
        assert proven.fields[name].confidence >= alone.fields[name].confidence
    assert proven.fields["nationality"].origin == "ocr"


def test_a_code_says_what_the_print_lost() -> None:
    found = read(card(qr(), full_name="", residence="", mrz=""))
    assert found.fields["full_name"].value == "NGUYỄN VĂN AN"
    assert found.fields["residence"].value == "Thôn Đồng Mít, xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình"
    name = found.fields["full_name"]
    assert (name.origin, name.printed, name.page) == ("code", "", 1)
    assert name.box == Box(x0=0.8, y0=0.05, x1=0.95, y1=0.2)


PLANTED = {
    "personal_id": {"personal_id": "001204000018"},
    "full_name": {"full_name": "Nguyễn Văn Bình"},
    "birth_date": {"birth_date": "16012004"},
    "sex": {"sex": "Nữ"},
    "residence": {"residence": "Thôn Đồng Mít, xã Tân Lập, huyện Vũ Thư, tỉnh Nam Định"},
    "issued_on": {"issued_on": "12082023"},
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_contradiction_is_flagged_with_both_values_and_reviewed(name: str) -> None:
    found = read(card(qr(**PLANTED[name]), mrz=""))
    assert "code_contradicts_print" in found.flags
    assert name in found.needs_review
    report = only(found, "citizen_card")
    assert report.contradicts == (name,)
    field = found.fields[name]
    assert field.printed
    assert report.values[name].casefold() != read(card(mrz="")).fields[name].value
    untouched = set(FROM_CODE) - {name}
    assert not untouched & set(found.needs_review)


@pytest.mark.parametrize("name", ["Nguyễn Vân An", "Nguyên Văn An", "Nguyễn Văn Ân"])
def test_names_that_differ_in_marks_only_are_told_apart(name: str) -> None:
    found = read(card(qr(full_name=name)))
    assert "code_differs_in_marks" in found.flags
    assert "code_contradicts_print" not in found.flags
    assert found.fields["full_name"].value == name.upper()
    assert found.fields["full_name"].printed == "NGUYỄN VĂN AN"
    assert found.needs_review == ("full_name",)


@pytest.mark.parametrize(
    ("printed", "flag"),
    [
        ("Thôn Đồng Mít, xã Tân Lâp, huyện Vũ Thư, tỉnh Thái Bình", "code_differs_in_marks"),
        ("Thôn Đồng Mít, xã Tân Lạp, huyện Vũ Thư, tỉnh Thái Bình", "code_differs_in_marks"),
        ("Thôn Đồng Mít, xã Tân Lộc, huyện Vũ Thư, tỉnh Thái Bình", "code_contradicts_print"),
        ("Thôn Đồng Mít, huyện Vũ Thư, tỉnh Thái Bình", "code_contradicts_print"),
    ],
)
def test_a_clearly_printed_other_residence_is_a_contradiction(printed: str, flag: str) -> None:
    found = read(card(qr(), residence=printed))
    assert flag in found.flags
    assert "residence" in found.needs_review


def test_a_badly_read_residence_gives_way_to_the_code() -> None:
    reading = card(qr(), residence="Thôn Đồng Mít, xã Tán Lập, huyên Vũ Thu, tỉnh Thái Bình")
    found = read(unsure(reading, {"Tán", "huyên", "Thu,"}))
    assert found.flags == ()
    assert found.fields["residence"].value == "Thôn Đồng Mít, xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình"
    assert "Tán" in (found.fields["residence"].printed or "")


def test_a_code_that_contradicts_itself_is_compared_but_never_believed() -> None:
    found = read(card(qr(sex="Nữ", full_name="Trần Thị Bé")))
    assert {"code_malformed", "code_contradicts_print"} <= set(found.flags)
    assert found.fields["full_name"].value == "NGUYỄN VĂN AN"
    assert found.fields["sex"].value == "Nam"
    assert {"full_name", "sex"} <= set(found.needs_review)
    assert only(found, "citizen_card").values["full_name"] == "Trần Thị Bé"


def test_later_fields_of_newer_cards_are_kept_raw() -> None:
    found = read(card(qr(rest="|Nguyễn Văn Cường|Trần Thị Lan|")))
    report = only(found, "citizen_card")
    assert report.rest == ("Nguyễn Văn Cường", "Trần Thị Lan", "")
    assert report.problems == ()
    assert found.flags == ()


def test_an_old_number_in_the_code_is_kept() -> None:
    report = only(read(card(qr(old_id="012345678"))), "citizen_card")
    assert report.values["old_id"] == "012345678"


def test_codes_of_two_people_are_flagged_and_the_printed_one_is_heard() -> None:
    other = qr(personal_id="001304000025", full_name="Lê Thị Mai", sex="Nữ")
    found = read(card(other, qr()))
    assert "codes_disagree" in found.flags
    assert found.fields["full_name"].value == "NGUYỄN VĂN AN"
    nobody = read(card(other, qr(personal_id="001204000099")))
    assert "codes_disagree" in nobody.flags
    assert {"personal_id", "full_name"} <= set(nobody.needs_review)
    assert nobody.fields["full_name"].origin != "code"


def test_the_zone_and_the_code_are_held_against_each_other() -> None:
    found = read(card(qr(), mrz=zone(number="001204000099")))
    assert {"codes_disagree", "mrz_contradicts_print"} <= set(found.flags)
    assert "personal_id" in found.needs_review


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "001204000099"}, "personal_id"),
        ({"born": date(2004, 1, 16)}, "birth_date"),
        ({"sex": "Nữ"}, "sex"),
        ({"name": "Nguyễn Văn Bình"}, "full_name"),
    ],
)
def test_a_zone_that_contradicts_the_print_is_flagged(changes: dict[str, object], field: str) -> None:
    found = read(card(mrz=zone(**changes)))
    assert "mrz_contradicts_print" in found.flags
    assert field in found.needs_review


@pytest.mark.parametrize(("line", "at"), [(0, 14), (0, 29), (1, 6), (1, 14), (1, 29)])
def test_every_wrong_check_digit_of_the_zone_is_flagged(line: int, at: int) -> None:
    lines = zone().split("\n")
    wrong = str((int(lines[line][at]) + 1) % 10)
    lines[line] = lines[line][:at] + wrong + lines[line][at + 1 :]
    found = read(card(mrz="\n".join(lines)))
    assert "mrz_check_digit_wrong" in found.flags
    assert only(found, "machine_zone").problems == ("wrong_check_digit",)


def test_the_zone_s_report_says_what_it_holds() -> None:
    report = only(read(card()), "machine_zone")
    assert report.symbology == "mrz"
    assert report.values == {
        "personal_id": "001204000017",
        "birth_date": "2004-01-15",
        "sex": "Nam",
        "valid_to": "2029-01-15",
        "full_name": "NGUYEN VAN AN",
    }


def test_on_other_papers_a_card_s_code_changes_no_field() -> None:
    found = read(with_codes(paper(CERTIFICATE), qr()))
    assert found.document_type == "giay_khai_sinh"
    assert all(field.origin != "code" for field in found.fields.values())
    assert only(found, "citizen_card").values["personal_id"] == "001204000017"


def test_a_paper_of_no_known_type_still_reports_its_codes() -> None:
    found = read(with_codes(paper("Chữ gì đó không thành giấy tờ"), "https://dichvucong.gov.vn/tra-cuu?ma=1"))
    assert found.document_type == "unknown"
    assert only(found, "link").host == "dichvucong.gov.vn"
    assert "code_link" in found.flags


def test_other_codes_are_kept_as_they_are() -> None:
    found = read(with_codes(card(), "KHO-12/HOP-3/SO-00017", symbology="code128"))
    assert only(found, "other").text == "KHO-12/HOP-3/SO-00017"
    assert found.flags == ("code_other",)
    assert FLAGS["code_other"].weight is Weight.INFO


def test_a_person_s_correction_keeps_the_codes() -> None:
    found = read(card(qr(full_name="Nguyễn Văn Bình")))
    confirmed = apply_corrections(found, {"full_name": "NGUYỄN VĂN AN"}, rules=rules())
    assert confirmed.codes == found.codes
    assert confirmed.fields["full_name"].origin == "person"
    assert "full_name" not in confirmed.needs_review
    assert Extraction.model_validate(confirmed.model_dump(mode="json")) == confirmed


HOSTILE: dict[str, tuple[bytes, str]] = {
    "control characters": (b"001204000017|\x1b[2J|\x07Nguy", "control_characters"),
    "NULs": (b"\x00" * 40 + b"abc\x00", "control_characters"),
    "right-to-left override": ("mã \u202e17/10/2030\u202c".encode(), "text_direction"),
    "isolates": ("\u2066x\u2069".encode(), "text_direction"),
    "zero width": ("a\u200bb".encode(), "control_characters"),
    "private use": ("\ue000".encode(), "control_characters"),
    "UTF-16": ("Nguyễn Văn An".encode("utf-16"), "wrong_encoding"),
    "UTF-16 without a mark": ("Nguyễn".encode("utf-16-le"), "wrong_encoding"),
    "Windows-1258": (b"Nguy\xea\xf2n V\xe3n An", "wrong_encoding"),
    "cut letter": ("Nguyễ".encode()[:-1], "wrong_encoding"),
    "surrogates": (b"\xed\xa0\x80", "wrong_encoding"),
    "formula": (b"=cmd|' /C calc'!A0", "formula"),
    "formula in a field": (qr(full_name='=HYPERLINK("http://x")').encode(), "formula"),
    "DDE with a space": (b"  @SUM(1+1)", "formula"),
    "plus": (b"+1+cmd|'/C calc'!A0", "formula"),
    "flood of strokes": (b"001204000017" + b"|" * 3000, "malformed"),
    "fields without end": (("001204000017||A B|15012004|Nam|X|12082024" + "|x" * 500).encode(), "malformed"),
    "javascript": (b"javascript:alert(document.cookie)", "suspicious_link"),
    "data": (b"data:text/html;base64,PHNjcmlwdD4=", "suspicious_link"),
    "user in front of the host": (b"https://dichvucong.gov.vn@evil.example/", "suspicious_link"),
    "host behind a dash": (b"https://dichvucong-gov.vn/tra-cuu", "suspicious_link"),
    "state domain in front": (b"https://dichvucong.gov.vn.evil.example/", "suspicious_link"),
    "other alphabet": ("https://dịchvucong.gov.vn/".encode(), "suspicious_link"),
    "Cyrillic": ("https://dichvuc\u043eng.gov.vn/".encode(), "suspicious_link"),
    "punycode": (b"https://xn--dchvucong-9z6c.gov.vn/", "suspicious_link"),
    "number for a host": (b"http://3232235777/x", "suspicious_link"),
    "IPv6": (b"https://[::1]/x", "suspicious_link"),
    "broken IPv6": (b"https://[::1/x", "suspicious_link"),
    "impossible port": (b"https://dichvucong.gov.vn:99999999/", "suspicious_link"),
    "plain http": (b"http://dichvucong.gov.vn/", "suspicious_link"),
    "wrong separator": (b"ECOPY1|SEP|x|y|3|00000000", "malformed"),
    "separator of another format": (b"ECOPY9|SEP|x|y|3|00000000", "malformed"),
    "no such number": (qr(personal_id="003204000017").encode(), "contradictory"),
    "no such day": (qr(birth_date="31022004").encode(), "malformed"),
    "mark-up for a name": (qr(full_name="<script>alert(1)</script>").encode(), "malformed"),
    "formula for a name": (qr(full_name="=1+1").encode(), "malformed"),
    "formula for a place": (qr(residence="@SUM(A1)").encode(), "malformed"),
    "name without end": (qr(full_name="A " * 400).encode(), "malformed"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_content_is_explained_and_reviewed(name: str) -> None:
    payload, problem = HOSTILE[name]
    found = read(with_codes(card(), payload))
    report = next(r for r in found.codes if r.symbology == "qr")
    assert problem in report.problems
    assert FLAGS[PROBLEM_FLAGS[problem]].weight is Weight.REVIEW
    assert PROBLEM_FLAGS[problem] in found.flags
    shown = [report.text, *report.rest, *report.values.values(), report.host or ""]
    assert all(text.isprintable() and len(text) <= 1000 for text in shown)
    assert not any(value[:1] in "=+-@" for value in report.values.values())


def test_a_megabyte_is_refused_at_the_border_and_survived_behind_it() -> None:
    with pytest.raises(ValueError, match="at most"):
        code(b"A" * (MAX_CODE_BYTES + 1))
    flood = decoded("|=ngạc".encode() * 200_000)
    assert len(flood.text) <= LONGEST_BYTES
    assert set(flood.problems) == {"too_long", "formula"}
    assert len(flood.shown) == 1000
    assert citizen_card.read("0" * 1_000_000) is None
    assert links.find("https://" + "a." * 500_000) is not None


def test_cells_of_a_spreadsheet_run_nothing() -> None:
    for text in ("=1+1", "+84 912", "-x", "@SUM(A1)", " =1", "\ufffd=1"):
        assert cell_safe(text) == f"'{text}"
    for text in ("Nguyễn Văn An", "12/08/2024", "", "a=b"):
        assert cell_safe(text) == text


def test_a_state_address_is_named_and_only_shown() -> None:
    found = read(
        with_codes(card(), "Tra cứu tại https://DichVuCong.gov.vn/p/home?ma=000.00.19.H17-200101-0001")
    )
    report = only(found, "link")
    assert report.host == "dichvucong.gov.vn"
    assert report.problems == ()
    assert found.flags == ("code_link",)


def test_separator_sheets_are_told_by_page() -> None:
    said = SeparatorSheet(document_type="can_cuoc", dossier="H17.12-260105-0001", pages=2)
    pages = [
        PageReading(page=1, regions=(), codes=(code(payload_of(said)),)),
        PageReading(page=2, regions=(), codes=(code(qr()),)),
        PageReading(page=3, regions=(), codes=(code("ECOPY1|SEP|||9|00000000"),)),
        PageReading(page=4, regions=(), codes=(code(payload_of(said)), code(payload_of(SeparatorSheet())))),
    ]
    assert separators(pages) == {1: said}
    report = report_on(code(payload_of(said)), 1)
    assert report.kind == "separator"
    assert report.values == {
        "document_type": "can_cuoc",
        "dossier": "H17.12-260105-0001",
        "kind": "SEP",
        "pages": "2",
    }


@given(st.binary(max_size=600))
def test_no_bytes_make_a_report_fail(payload: bytes) -> None:
    report = report_on(MachineCode(symbology="qr", payload=payload, box=Box(x0=0, y0=0, x1=1, y1=1)), 1)
    assert report.text.isprintable()
    assert set(report.problems) <= set(PROBLEM_FLAGS)


@given(st.text(max_size=300))
def test_no_text_makes_a_card_or_a_link_fail(text: str) -> None:
    citizen_card.read(text)
    citizen_card.read("001204000017|" + text + "|" * 6)
    links.find("https://" + text)


@given(
    st.sampled_from(sorted(personal_id.PROVINCES)),
    st.dates(date(1930, 1, 1), date(2025, 12, 31)),
    st.booleans(),
    st.integers(0, 999_999),
    NAMES,
    PLACES,
)
def test_what_a_card_says_is_read_back(
    province: str, born: date, male: bool, serial: int, name: str, place: str
) -> None:
    century = {19: 0, 20: 2}[born.year // 100] + (0 if male else 1)
    number = f"{province}{century}{born:%y}{serial:06d}"
    sex = "Nam" if male else "Nữ"
    text = f"{number}||{name}|{born:%d%m}{born.year:04d}|{sex}|{place}|01082024"
    read_back = citizen_card.read(decoded(text.encode()).text)
    assert read_back is not None
    assert (read_back.malformed, read_back.contradictory) == (False, False)
    assert read_back.values == {
        "personal_id": number,
        "full_name": name,
        "birth_date": born.isoformat(),
        "sex": sex,
        "residence": place,
        "issued_on": "2024-08-01",
    }
    wrong = f"{number}||{name}|{born:%d%m}{born.year:04d}|{'Nữ' if male else 'Nam'}|{place}|01082024"
    against = citizen_card.read(wrong)
    assert against is not None
    assert against.contradictory


def test_the_zone_of_the_samples_is_the_one_read() -> None:
    lines = mrz_lines(
        "001204000017", date(2004, 1, 15), date(2029, 1, 15), male=True, surname="Nguyễn", others="Văn An"
    )
    assert "\n".join(lines) == zone()
