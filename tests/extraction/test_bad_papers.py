"""What people put on the glass by mistake or malice: no exception, an explanation, and a person looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from extraction.extract import extract, known_types
from models.extraction import UNKNOWN_TYPE, Extraction
from models.geometry import Box
from models.reading import MAX_CODE_BYTES, Line, Reading, Region
from pipeline.stages.flags import FLAGS, Weight
from tests.extraction import support
from tests.extraction.cards import card, with_codes
from tests.extraction.support import CERTIFICATE, CERTIFICATE_TRUTH, is_settled, noisy, paper, rules

Picture = np.ndarray[Any, np.dtype[np.uint8]]
Spoilt = Callable[[Picture], Picture]


def explained(found: Extraction) -> None:
    """A person looks at it, and is told why in both languages."""
    assert not is_settled(found, rules())
    assert found.flags or found.needs_review
    for flag in found.flags:
        assert FLAGS[flag].text("vi")
        assert FLAGS[flag].text("en")
    assert found.document_type != UNKNOWN_TYPE or "unknown_type" in found.flags


def moved(reading: Reading, place: Callable[[Box], Box], say: Callable[[str], str] = str) -> Reading:
    """The same words elsewhere on the page, and read otherwise."""
    pages = []
    for page in reading.pages:
        lines = tuple(
            Line(
                words=tuple(
                    w.model_copy(update={"box": place(w.box), "text": say(w.text)}) for w in line.words
                ),
                box=place(line.box),
            )
            for line in page.lines()
        )
        region = Region(kind="text", box=Box(x0=0, y0=0, x1=1, y1=1), lines=lines)
        pages.append(page.model_copy(update={"regions": (region,)}))
    return reading.model_copy(update={"pages": tuple(pages)})


# ── the wrong type, the wrong way round, not all of it ───────────────────────────────────────────────


@pytest.mark.parametrize("code", [d.code for d in known_types() if "khai_sinh" not in d.code])
def test_a_wrong_type_given_contradicts_the_paper_and_nothing_is_accepted(code: str) -> None:
    found = extract(paper(CERTIFICATE), rules=rules(), forced_type=code)
    explained(found)
    assert "type_contradicted" in found.flags
    assert set(found.fields) <= set(found.needs_review)


def test_a_mirrored_page_is_unknown() -> None:
    mirrored = moved(
        paper(CERTIFICATE), lambda b: Box.clipped(1 - b.x1, b.y0, 1 - b.x0, b.y1), lambda text: text[::-1]
    )
    found = extract(mirrored, rules=rules())
    explained(found)
    assert found.document_type == UNKNOWN_TYPE


def test_a_page_upside_down_is_never_taken_for_a_settled_paper() -> None:
    turned = moved(paper(CERTIFICATE), lambda b: Box.clipped(1 - b.x1, 1 - b.y1, 1 - b.x0, 1 - b.y0))
    for code in (None, "giay_khai_sinh"):
        explained(extract(turned, rules=rules(), forced_type=code))


@pytest.mark.parametrize("half", ["upper", "lower", "left", "right"])
def test_half_a_page_never_passes_for_a_whole_one(half: str) -> None:
    rows = CERTIFICATE.strip("\n").split("\n")
    text = {
        "upper": "\n".join(rows[: len(rows) // 3]),
        "lower": "\n".join(rows[len(rows) // 2 :]),
        "left": "\n".join(row[:30] for row in rows),
        "right": "\n".join(row[30:] for row in rows),
    }[half]
    explained(extract(paper(text), rules=rules()))
    found = extract(paper(text), rules=rules(), forced_type="giay_khai_sinh")
    explained(found)
    missing = {"full_name", "birth_date", "registered_on", "signer_name"} - set(found.fields)
    assert missing or found.needs_review


def test_two_papers_on_one_glass_are_said_to_be_two() -> None:
    found = extract(paper(CERTIFICATE + "\n\n" + CERTIFICATE), rules=rules())
    explained(found)
    assert "several_papers_on_page" in found.flags


# ── papers that are none of ours ─────────────────────────────────────────────────────────────────────

FOREIGN = {
    "French": """
                       RÉPUBLIQUE DE MARLANDE
                  EXTRAIT D'ACTE DE NAISSANCE
 Nom et prénoms: Claire Fontaine          Sexe: Féminin
 Date de naissance: 04/05/1990            Lieu de naissance: Beauval
 Nom du père: Louis Fontaine              Nom de la mère: Anne Duroc
 Délivré le 10/08/2017                    L'officier de l'état civil
""",
    "English": """
                       CITY OF WESTMERE
                      CERTIFICATE OF BIRTH
 Full name: Emma Harding                  Sex: Female
 Date of birth: 04/05/1990                Place of birth: Westmere
 Nationality: British                     Date of issue: 10/08/2017
 Father's name: John Harding              Mother's name: Alice Moore
""",
    "German": """
                       STANDESAMT NEUFELD
                       GEBURTSURKUNDE
 Name: Anna Berger                        Geschlecht: weiblich
 Geburtstag: 04.05.1990                   Geburtsort: Neufeld
 Ausgestellt am 10.08.2017                Der Standesbeamte
""",
}
BLANK = """
              CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
                 Độc lập - Tự do - Hạnh phúc
                       SƠ YẾU LÝ LỊCH

 Họ và tên: ....................................  Giới tính: ...........
 Ngày sinh: ....................................  Dân tộc: .............
 Quê quán: .....................................  Tôn giáo: ............
 Số CCCD: ......................................  Ngày cấp: ............
 Nơi thường trú: .......................................................
 Trình độ văn hóa: .....................................................
"""
APPLICATION = """
              CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
                 Độc lập - Tự do - Hạnh phúc
                TỜ KHAI ĐĂNG KÝ KHAI SINH

 Kính gửi: Ủy ban nhân dân xã Tân Lập
 Họ, chữ đệm, tên người yêu cầu: Trần Văn Nam
 Đề nghị cơ quan đăng ký khai sinh cho người dưới đây:
 Họ, chữ đệm, tên: TRẦN THỊ MAI
 Ngày, tháng, năm sinh: 04/05/2025
 Giới tính: Nữ     Dân tộc: Kinh     Quốc tịch: Việt Nam
 Tôi cam đoan nội dung đề nghị trên đây là đúng sự thật.
"""


@pytest.mark.parametrize("text", [*FOREIGN.values(), APPLICATION], ids=[*FOREIGN, "application"])
def test_foreign_certificates_and_applications_are_unknown(text: str) -> None:
    found = extract(paper(text), rules=rules())
    explained(found)
    assert found.document_type == UNKNOWN_TYPE


def test_a_blank_form_is_said_to_be_blank_and_gives_no_values() -> None:
    found = extract(paper(BLANK), rules=rules(), forced_type="so_yeu_ly_lich")
    explained(found)
    assert "blank_form" in found.flags
    assert {n: f.value for n, f in found.fields.items() if f.value is not None} == {}
    filled = BLANK.replace(" ....................................", " Lê Minh Châu").replace(
        " ....", " Nam ...."
    )
    assert "blank_form" not in extract(paper(filled), rules=rules(), forced_type="so_yeu_ly_lich").flags


@pytest.mark.parametrize("seed", range(6))
def test_a_picture_of_a_screen_is_read_badly_and_nothing_of_it_accepted(seed: int) -> None:
    """Moiré and glare: every third letter misread, and the engine knows that it is unsure."""
    found = extract(paper(noisy(CERTIFICATE, seed, share=0.6), confidence=0.45), rules=rules())
    explained(found)
    accepted = {name for name in found.fields if name not in found.needs_review}
    assert all(found.fields[name].value == CERTIFICATE_TRUTH[name] for name in accepted)


HUGE = b"A" * MAX_CODE_BYTES
"""Harmless, and as long as any code can be; more is refused at the border (tests/extraction/test_machine_codes.py)."""

# ── hostile codes ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "payload",
    [
        b"=cmd|' /C calc'!A0",
        b"\x1b[2J\x00\x07",
        "Nguyễn".encode("utf-16"),
        HUGE,
        "\u202e001204000017|x".encode(),
    ],
    ids=["formula", "control characters", "wrong encoding", "as long as can be", "turned text"],
)
def test_a_hostile_code_changes_no_field_of_a_paper(payload: bytes) -> None:
    for clean in (paper(CERTIFICATE), card()):
        before, found = (extract(r, rules=rules()) for r in (clean, with_codes(clean, payload)))
        assert {n: f.value for n, f in found.fields.items()} == {n: f.value for n, f in before.fields.items()}
        assert len(found.codes) == len(before.codes) + 1
        assert all(report.text.isprintable() for report in found.codes if report.symbology == "qr")
        told = {FLAGS[flag].weight for flag in set(found.flags) - set(before.flags)}
        assert told == {Weight.INFO} if payload == HUGE else Weight.REVIEW in told


# ── real pictures through the real engine ────────────────────────────────────────────────────────────


def _screened(picture: Picture) -> Picture:
    """A photograph of a screen: two grids beat against each other, and a lamp is reflected in it."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    grid = 0.5 + 0.25 * np.sin(x / 1.7) * np.sin(y / 1.7) + 0.25 * np.sin((x + 0.12 * y) / 1.9)
    lamp = 255 * np.exp(
        -(((x - 0.6 * width) / (0.25 * width)) ** 2 + ((y - 0.4 * height) / (0.12 * height)) ** 2)
    )
    spoilt = picture.astype(np.float32) * (0.55 + 0.45 * grid)[..., None] + lamp[..., None]
    return np.asarray(np.clip(spoilt, 0, 255), dtype=np.uint8)


REAL: dict[str, Spoilt] = {
    "mirrored": lambda picture: np.ascontiguousarray(picture[:, ::-1]),
    "upside down": lambda picture: np.ascontiguousarray(picture[::-1, ::-1]),
    "upper half": lambda picture: np.ascontiguousarray(picture[: picture.shape[0] * 2 // 5]),
    "right half": lambda picture: np.ascontiguousarray(picture[:, picture.shape[1] // 2 :]),
    "screen": _screened,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", REAL)
def test_a_spoilt_picture_is_explained_and_nothing_wrong_accepted(name: str) -> None:
    from ocr.engines import create_engine
    from samples.generate import draw_paper, fonts, scan_paper

    sample = scan_paper(draw_paper("giay_khai_sinh", 1207), 1207, "clean", fonts())
    page = sample.pages[0]
    picture = REAL[name](np.asarray(page.picture.convert("RGB")))
    engine = create_engine(profile="fast")
    reading = Reading(engine=engine.version, pages=(engine.read_page(picture, dpi=page.dpi, page=1),))
    for code in (None, "giay_khai_sinh"):
        found = extract(reading, rules=rules(), forced_type=code)
        explained(found)
        for field, read in found.fields.items():
            accepted = found.document_type == "giay_khai_sinh" and field not in found.needs_review
            assert not accepted or read.value == sample.truth.fields.get(field)


def test_what_the_helpers_spoil_is_really_spoilt() -> None:
    assert extract(paper(CERTIFICATE), rules=rules()).document_type == "giay_khai_sinh"
    assert noisy(CERTIFICATE, 1, share=0.6) != CERTIFICATE
    assert support.CERTIFICATE is CERTIFICATE
