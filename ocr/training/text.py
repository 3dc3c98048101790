"""What training lines say: running text, names, places, dates, codes, capitals, and every rare letter."""

from __future__ import annotations

import lzma
import random
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

from models.text import nfc, squeeze
from ocr.training.alphabet import ALPHABET, is_known
from samples.people import invent_organisation, invent_person, tax_code
from samples.places import PROVINCES, invent_place
from samples.words import date_in_words, number_in_words

LONGEST = 96
"""Characters of the longest line: A4 in twelve points holds about ninety."""

_INITIALS = ("", *"b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x".split())  # noqa: SIM905
_CODAS = ("", "", "", "c", "ch", "m", "n", "ng", "nh", "p", "t", "i", "o", "u", "y")
_VOWELS = tuple("a ă â e ê i o ô ơ u ư y ia iê oa oe oă uâ uê uô ươ uy ưa ua".split())  # noqa: SIM905
_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_LABELS = (
    "Họ, chữ đệm, tên:", "Họ và tên:", "Ngày, tháng, năm sinh:", "Giới tính:", "Dân tộc:", "Quốc tịch:", "Nơi sinh:",
    "Quê quán:", "Số định danh cá nhân:", "Nơi cư trú:", "Nơi thường trú:", "Ghi bằng chữ:", "Có giá trị đến:",
    "Giấy tờ tùy thân:", "Nghề nghiệp:", "Chức vụ:", "Người ký:", "Kính gửi:", "Căn cứ", "Số:", "Điều", "Khoản",
    "Nơi nhận:", "Mã số thuế:", "Địa chỉ:", "Điện thoại:", "Diện tích:", "Thửa đất số:", "Tờ bản đồ số:",
    "Loại giấy tờ:", "Ngày cấp:", "Nơi cấp:", "Quan hệ:", "Trú tại:", "Tên doanh nghiệp:", "Vốn điều lệ:", "Ký tên",
)  # fmt: skip
_HEADINGS = (
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "ỦY BAN NHÂN DÂN", "QUYẾT ĐỊNH",
    "GIẤY KHAI SINH", "GIẤY CHỨNG NHẬN", "TRÍCH LỤC KHAI SINH", "ĐƠN ĐỀ NGHỊ", "TỜ KHAI", "BIÊN BẢN", "THÔNG BÁO",
    "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "GIÁM ĐỐC SỞ", "BỘ TƯ PHÁP", "CĂN CƯỚC CÔNG DÂN",
    "HỢP ĐỒNG", "GIẤY ỦY QUYỀN", "SƠ YẾU LÝ LỊCH", "CĂN CƯỚC", "SỔ HỘ TỊCH", "DANH SÁCH", "BẢNG TỔNG HỢP",
)  # fmt: skip
_ENGLISH = (
    "SOCIALIST REPUBLIC OF VIET NAM", "Independence - Freedom - Happiness", "IDENTITY CARD", "Citizen Identity Card",
    "Full name", "Date of birth", "Sex", "Nationality", "Place of origin", "Place of residence", "Date of expiry", "No.",
    "Personal identification", "Date, month, year", "Left index finger", "Right index finger", "MINISTRY OF PUBLIC SECURITY",
    "Place of birth", "Date of issue", "Expiry", "Passport", "Surname", "Given names", "Issuing authority", "Birth certificate",
)  # fmt: skip
_CODES = (
    "QĐ-UBND",
    "NQ-HĐND",
    "UBND-VP",
    "TTr-STP",
    "NĐ-CP",
    "TT-BTP",
    "KH-UBND",
    "CV-STC",
    "TB-VPCP",
    "HĐ-CN",
    "TLKS",
    "BC-UBND",
)


_PUNCTUATION = tuple(c for c in ALPHABET if c and (not c.isalnum() or c in "²³½") and c not in " )]}”’»")
_PAIRS = {"(": ")", "[": "]", "{": "}", "“": "”", "‘": "’", "«": "»", "<": ">"}


class TextSource:
    """Lines for training, endlessly; running text from a file of paragraphs where one is given."""

    def __init__(self, paragraphs: Sequence[str] = ()) -> None:
        self._paragraphs = paragraphs
        self._makers: list[tuple[float, Callable[[random.Random], str]]] = [
            (46.0 if paragraphs else 0.0, self._running),
            (8.0 if paragraphs else 30.0, _syllables),
            (9.0, _person),
            (7.0, _address),
            (7.0, _day),
            (9.0, _number),
            (5.0, _labelled),
            (4.0, _two_languages),
            (3.0, _heading),
            (2.5, _chapter),
            (2.0, _machine_zone),
            (3.0, _short),
            (1.5, _signs),
            (2.0, _rare),
        ]

    @classmethod
    def from_file(cls, path: Path | None) -> TextSource:
        """Paragraphs, one a row, from a plain or xz-packed UTF-8 file; without one, built-in text alone."""
        if path is None:
            return cls()
        packed = path.read_bytes()
        rows = (lzma.decompress(packed) if path.suffix == ".xz" else packed).decode("utf-8").splitlines()
        return cls([nfc(row.strip()) for row in rows if row.strip()])

    def line(self, rng: random.Random) -> str:
        """One line: NFC, single spaces, at most LONGEST characters, all of them in the alphabet."""
        while True:
            maker = rng.choices([m for _, m in self._makers], [w for w, _ in self._makers])[0]
            text = squeeze(nfc(_in_case(maker(rng), rng)))[:LONGEST].strip()
            if text and is_known(text):
                return text

    def _running(self, rng: random.Random) -> str:
        words = rng.choice(self._paragraphs).split()
        start = rng.randrange(len(words)) if rng.random() < 0.6 else 0
        limit = rng.choice((12, 20, 30, 45, 60, 75, LONGEST))
        taken: list[str] = []
        length = -1
        for word in words[start:]:
            length += len(word) + 1
            if length > limit:
                break
            taken.append(word)
        return " ".join(taken)


def _in_case(text: str, rng: random.Random) -> str:
    if " - " in text and rng.random() < 0.4:
        text = text.replace(" - ", rng.choice((" – ", "-", "–")))
    chance = rng.random()
    if chance < 0.14:
        return text.upper()
    if chance < 0.17:
        return text.title()
    return text


def _syllable(rng: random.Random) -> str:
    vowel = rng.choice(_VOWELS)
    at = rng.randrange(len(vowel))
    marked = unicodedata.normalize("NFC", vowel[:at] + vowel[at] + rng.choice(_TONES) + vowel[at + 1 :])
    return rng.choice(_INITIALS) + marked + rng.choice(_CODAS)


def _syllables(rng: random.Random) -> str:
    return " ".join(_syllable(rng) for _ in range(rng.randint(1, 12)))


def _person(rng: random.Random) -> str:
    if rng.random() < 0.5:
        name = invent_person(rng, born=_some_day(rng)).name
    else:
        name = " ".join(_syllable(rng).capitalize() for _ in range(rng.randint(2, 5)))
    name = name.upper() if rng.random() < 0.5 else name
    return rng.choice(
        ("{}", "{}", "Ông {}", "Bà {}", "ông {}, bà", "Họ và tên: {}", "Chị {}", "({})")
    ).format(name)


def _address(rng: random.Random) -> str:
    place = invent_place(rng, rng.choice(PROVINCES)).address(_some_day(rng), hamlet=rng.random() < 0.7)
    return rng.choice(("{}", "tại {}", "Nơi thường trú: {}", "{}, Việt Nam")).format(place)


def _some_day(rng: random.Random) -> date:
    return date(1935, 1, 1) + timedelta(days=rng.randrange(33_000))


def _day(rng: random.Random) -> str:
    day = _some_day(rng)
    d, m, y = day.day, day.month, day.year
    form = rng.choice(
        (
            f"{d:02}/{m:02}/{y}", f"{d}/{m}/{y}", f"{d:02}-{m:02}-{y}", f"{d:02}.{m:02}.{y}",
            f"ngày {d:02} tháng {m:02} năm {y}", f"Hà Nội, ngày {d} tháng {m} năm {y}", f"Ngày {d} tháng {m} năm {y}",
            f"ngày {d:02}/{m:02}/{y} đến ngày {m:02}/{(d % 12) + 1:02}/{y + 10}", date_in_words(day), f"năm {y}", f"tháng {m}/{y}",
        )
    )  # fmt: skip
    return form[:LONGEST]


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def _number(rng: random.Random) -> str:
    amount = rng.randrange(10 ** rng.randint(1, 11))
    grouped = f"{amount:,}".replace(",", ".")
    return rng.choice(
        (
            _digits(rng, 12),
            _digits(rng, 9),
            _digits(rng, rng.randint(1, 8)),
            f"Số: {_digits(rng, rng.randint(1, 4))}/{rng.choice(_CODES)}",
            f"{_digits(rng, rng.randint(1, 4))}/{rng.randint(1990, 2026)}/{rng.choice(_CODES)}",
            tax_code(rng),
            f"{tax_code(rng)}-{_digits(rng, 3)}",
            f"{grouped} đồng",
            grouped,
            f"0{_digits(rng, 9)}",
            f"0{_digits(rng, 2)}.{_digits(rng, 3)}.{_digits(rng, 4)}",
            f"{rng.randint(1, 100)}%",
            f"{rng.randint(10, 900)},{rng.randint(0, 9)} m²",
            f"{rng.randint(0, 120)},{rng.randint(0, 9)}",
            f"{rng.randint(0, 99)}.{_digits(rng, rng.randint(1, 3))}",
            f"{number_in_words(amount)} đồng",
            f"{rng.choice('ABCDEGHKLMN')}{rng.choice('ABCDEGHKLMN')} {_digits(rng, 6)}",
            f"000.00.{_digits(rng, 2)}.H{_digits(rng, 2)}-{_digits(rng, 6)}-{_digits(rng, 4)}",
            f"Điều {rng.randint(1, 200)}. Khoản {rng.randint(1, 9)}, điểm {rng.choice('abcdđeghik')}",
            f"{rng.randint(1, 90)}.{rng.randint(1, 20)}.{rng.randint(1, 9)}.",
        )
    )


def _labelled(rng: random.Random) -> str:
    value = rng.choice((_person, _day, _number, _address))(rng) if rng.random() < 0.7 else ""
    return f"{rng.choice(_LABELS)} {value}".strip()


def _two_languages(rng: random.Random) -> str:
    english = rng.choice(_ENGLISH)
    if rng.random() < 0.35:
        return english.upper() if rng.random() < 0.4 else english
    value = rng.choice((_person, _day, _number))(rng) if rng.random() < 0.4 else ""
    return f"{rng.choice(_LABELS).rstrip(':')} {rng.choice('//|')} {english}: {value}".strip()


def _heading(rng: random.Random) -> str:
    if rng.random() < 0.3:
        return invent_organisation(rng).name
    return rng.choice(_HEADINGS)


def _chapter(rng: random.Random) -> str:
    """Roman numbers before a heading: letters so narrow that a net easily counts one too few."""
    number = rng.choice(("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII"))
    heading = rng.choice(_HEADINGS) if rng.random() < 0.6 else _syllables(rng).upper()
    return rng.choice(("{}. {}", "{}. {}", "{}. {}", "Chương {} {}", "PHẦN {}: {}", "{}/ {}")).format(
        number, heading
    )


def _machine_zone(rng: random.Random) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    name = "<".join("".join(rng.choices(letters, k=rng.randint(2, 7))) for _ in range(3)).replace(
        "<", "<<", 1
    )
    return rng.choice(
        (
            name.ljust(30, "<")[:30],
            f"IDVNM{_digits(rng, 10)}{_digits(rng, 12)}<<{_digits(rng, 1)}",
            f"{_digits(rng, 7)}{rng.choice('MF')}{_digits(rng, 7)}VNM<<<<<<<<<<<{_digits(rng, 1)}",
        )
    )


def _short(rng: random.Random) -> str:
    return rng.choice(
        (
            str(rng.randint(0, 99)), f"{rng.randint(1, 20)}.", f"{rng.choice('abcdđeghiklm')})", "Nam", "Nữ", "Kinh", "Có", "x",
            "Không", "STT", f"({rng.randint(1, 12)})", "I", "II", "III", "IV", "V", "./.", "- ", f"{rng.randint(1, 30)}/{rng.randint(1, 30)}",
            rng.choice("ABCDEGHIKLMNOPQRSTUVXY"), f"Trang {rng.randint(1, 50)}", "Việt Nam", "Mẫu số", "-", "+", "*", "…", "...",
        )
    )  # fmt: skip


def _signs(rng: random.Random) -> str:
    """Words with unusual punctuation around them."""
    made = []
    for _ in range(rng.randint(1, 5)):
        word, sign = _syllable(rng), rng.choice(_PUNCTUATION)
        closing = _PAIRS.get(sign)
        if closing:
            made.append(f"{sign}{word}{closing}")
        else:
            made.append(rng.choice((f"{word}{sign}", f"{word}{sign}", f"{sign}{word}", f"{word} {sign}")))
    return " ".join(made)


def _rare(rng: random.Random) -> str:
    """Any characters at all, so that no letter depends on its neighbours to be read."""
    letters = ALPHABET[2:]
    words = ("".join(rng.choices(letters[:186], k=rng.randint(1, 7))) for _ in range(rng.randint(1, 6)))
    return " ".join(words)
