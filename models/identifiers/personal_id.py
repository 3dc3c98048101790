"""Số định danh cá nhân: the twelve digits, what they say about their holder, and what they contradict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from models.identifiers.digits import digit_string, is_digit

Sex = Literal["Nam", "Nữ"]

LENGTH = 12

# The codes stay those of the 63 provinces before 1/7/2025 for ever: a number, once given, never changes.
PROVINCES: dict[str, str] = {
    "001": "Hà Nội", "002": "Hà Giang", "004": "Cao Bằng", "006": "Bắc Kạn", "008": "Tuyên Quang",
    "010": "Lào Cai", "011": "Điện Biên", "012": "Lai Châu", "014": "Sơn La", "015": "Yên Bái",
    "017": "Hòa Bình", "019": "Thái Nguyên", "020": "Lạng Sơn", "022": "Quảng Ninh", "024": "Bắc Giang",
    "025": "Phú Thọ", "026": "Vĩnh Phúc", "027": "Bắc Ninh", "030": "Hải Dương", "031": "Hải Phòng",
    "033": "Hưng Yên", "034": "Thái Bình", "035": "Hà Nam", "036": "Nam Định", "037": "Ninh Bình",
    "038": "Thanh Hóa", "040": "Nghệ An", "042": "Hà Tĩnh", "044": "Quảng Bình", "045": "Quảng Trị",
    "046": "Thừa Thiên Huế", "048": "Đà Nẵng", "049": "Quảng Nam", "051": "Quảng Ngãi", "052": "Bình Định",
    "054": "Phú Yên", "056": "Khánh Hòa", "058": "Ninh Thuận", "060": "Bình Thuận", "062": "Kon Tum",
    "064": "Gia Lai", "066": "Đắk Lắk", "067": "Đắk Nông", "068": "Lâm Đồng", "070": "Bình Phước",
    "072": "Tây Ninh", "074": "Bình Dương", "075": "Đồng Nai", "077": "Bà Rịa - Vũng Tàu",
    "079": "Hồ Chí Minh", "080": "Long An", "082": "Tiền Giang", "083": "Bến Tre", "084": "Trà Vinh",
    "086": "Vĩnh Long", "087": "Đồng Tháp", "089": "An Giang", "091": "Kiên Giang", "092": "Cần Thơ",
    "093": "Hậu Giang", "094": "Sóc Trăng", "095": "Bạc Liêu", "096": "Cà Mau",
}  # fmt: skip
"""Province of birth registration by the first three digits."""

FIRST_FOREIGN_CODE = 101
"""From here on the three digits name a foreign country of birth registration."""

# Fourth digit: century and sex; even for men, odd for women.
_CENTURIES = {"0": 1900, "1": 1900, "2": 2000, "3": 2000, "4": 2100, "5": 2100, "6": 2200, "7": 2200, "8": 1800, "9": 1800}  # fmt: skip


@dataclass(frozen=True)
class PersonalId:
    """A well-formed personal number and what its digits say."""

    number: str
    """Twelve digits."""
    place_code: str
    """Three digits: the province (63 codes before 2025) or country of birth registration."""
    province: str | None
    """Name of that province; None for a foreign country."""
    sex: Sex
    birth_year: int


def parse(text: str) -> PersonalId:
    """Read a personal number as printed, spaces and dots between the digits allowed.

    Raises ValueError when it has not twelve digits or its place code is nobody's.
    """
    number = "".join(c for c in text if c not in " .\u00a0-")
    if len(number) != LENGTH or not all(map(is_digit, number)):
        raise ValueError("số định danh cá nhân có đúng 12 chữ số")
    code = number[:3]
    if code not in PROVINCES and int(code) < FIRST_FOREIGN_CODE:
        raise ValueError(f"không tỉnh, thành phố nào có mã {code}")
    return PersonalId(
        number=number,
        place_code=code,
        province=PROVINCES.get(code),
        sex="Nữ" if int(number[3]) % 2 else "Nam",
        birth_year=_CENTURIES[number[3]] + int(number[4:6]),
    )


def parse_or_none(text: str) -> PersonalId | None:
    """As `parse`, with None in place of the error."""
    try:
        return parse(text)
    except ValueError:
        return None


def is_valid(text: str) -> bool:
    """Whether `text` is a well-formed personal number."""
    return parse_or_none(text) is not None


def normalised(text: str) -> str | None:
    """Twelve digits from text as OCR read it, look-alike letters mended; None when that fails.

    Only the form is mended: whether the place code exists is for `parse` to say.
    """
    digits = digit_string(text)
    return digits if digits is not None and len(digits) == LENGTH else None


def consistent_with(number: PersonalId, *, sex: str | None, birth_date: date | int | None) -> bool:
    """Whether nothing known about the holder contradicts the number.

    `birth_date` may be a year alone. What is None is not compared; comparing nothing is True.
    """
    if sex is not None and sex != number.sex:
        return False
    if birth_date is None:
        return True
    year = birth_date if isinstance(birth_date, int) else birth_date.year
    return year == number.birth_year
