"""Invented communes and hamlets in real provinces, before and after the merger of 1 July 2025."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

MERGER = date(2025, 7, 1)
"""The district level ends and 63 provinces become 34."""

_CITY = "thành phố"
_PROVINCE = "tỉnh"
# Legacy code → name; codes stay part of personal numbers for ever.
_LEGACY: dict[int, str] = {
    1: "Hà Nội", 2: "Hà Giang", 4: "Cao Bằng", 6: "Bắc Kạn", 8: "Tuyên Quang", 10: "Lào Cai", 11: "Điện Biên",
    12: "Lai Châu", 14: "Sơn La", 15: "Yên Bái", 17: "Hòa Bình", 19: "Thái Nguyên", 20: "Lạng Sơn",
    22: "Quảng Ninh", 24: "Bắc Giang", 25: "Phú Thọ", 26: "Vĩnh Phúc", 27: "Bắc Ninh", 30: "Hải Dương",
    31: "Hải Phòng", 33: "Hưng Yên", 34: "Thái Bình", 35: "Hà Nam", 36: "Nam Định", 37: "Ninh Bình",
    38: "Thanh Hóa", 40: "Nghệ An", 42: "Hà Tĩnh", 44: "Quảng Bình", 45: "Quảng Trị", 46: "Huế", 48: "Đà Nẵng",
    49: "Quảng Nam", 51: "Quảng Ngãi", 52: "Bình Định", 54: "Phú Yên", 56: "Khánh Hòa", 58: "Ninh Thuận",
    60: "Bình Thuận", 62: "Kon Tum", 64: "Gia Lai", 66: "Đắk Lắk", 67: "Đắk Nông", 68: "Lâm Đồng",
    70: "Bình Phước", 72: "Tây Ninh", 74: "Bình Dương", 75: "Đồng Nai", 77: "Bà Rịa - Vũng Tàu",
    79: "Hồ Chí Minh", 80: "Long An", 82: "Tiền Giang", 83: "Bến Tre", 84: "Trà Vinh", 86: "Vĩnh Long",
    87: "Đồng Tháp", 89: "An Giang", 91: "Kiên Giang", 92: "Cần Thơ", 93: "Hậu Giang", 94: "Sóc Trăng",
    95: "Bạc Liêu", 96: "Cà Mau",
}  # fmt: skip
_MERGED_INTO: dict[int, int] = {
    2: 8, 6: 19, 15: 10, 17: 25, 26: 25, 24: 27, 30: 31, 34: 33, 35: 37, 36: 37, 44: 45, 49: 48, 62: 51, 52: 64,
    54: 66, 58: 56, 60: 68, 67: 68, 70: 75, 80: 72, 74: 79, 77: 79, 82: 87, 83: 86, 84: 86, 91: 89, 93: 92,
    94: 92, 95: 96,
}  # fmt: skip
_CITIES = frozenset({1, 31, 46, 48, 79, 92})

_FIRST = (
    "An", "Bình", "Cẩm", "Chí", "Diên", "Đại", "Đông", "Đồng", "Gia", "Hải", "Hậu", "Hiệp", "Hoằng", "Hương", "Kỳ",
    "Lạc", "Liên", "Long", "Mỹ", "Nam", "Nghĩa", "Ngọc", "Nhân", "Ninh", "Phú", "Phước", "Quảng", "Quế", "Sơn",
    "Tam", "Tân", "Tây", "Thạch", "Thanh", "Thiệu", "Thọ", "Thuận", "Thủy", "Tiên", "Trung", "Trường", "Tường",
    "Vạn", "Vĩnh", "Xuân", "Yên",
)  # fmt: skip
_SECOND = (
    "Bắc", "Châu", "Cường", "Điền", "Giang", "Hà", "Hải", "Hạnh", "Hòa", "Hội", "Hưng", "Khánh", "Khê", "Lâm",
    "Lập", "Lễ", "Lộc", "Lương", "Mai", "Minh", "Mỹ", "Nghĩa", "Phong", "Phúc", "Phượng", "Quang", "Sơn", "Tân",
    "Thạnh", "Thắng", "Thịnh", "Thượng", "Tiến", "Trạch", "Trị", "Trung", "Văn", "Vinh", "Xá",
)  # fmt: skip
_HAMLETS = (
    "Đồng Mít", "Gò Sậy", "Cây Thị", "Bãi Nứa", "Đầm Sen", "Suối Cát", "Rừng Trám", "Ao Làng", "Cầu Tre", "Bến Lau",
    "Nà Khoai", "Pù Sáng", "Ngõ Giếng", "Trại Ổi", "Xóm Vải", "Dốc Mơ", "Kênh Ngọt", "Ruộng Bưởi",
)  # fmt: skip
_STREETS = (
    "Hoa Gạo", "Cỏ May", "Bằng Lăng", "Giếng Đá", "Cầu Mây", "Lúa Vàng", "Hàng Dừa", "Bờ Đê", "Vườn Nhãn",
)  # fmt: skip


@dataclass(frozen=True)
class Province:
    """A province by its legacy code, as named on the day of the paper."""

    code: int

    def current(self, day: date) -> Province:
        return Province(_MERGED_INTO.get(self.code, self.code)) if day >= MERGER else self

    @property
    def name(self) -> str:
        return _LEGACY[self.code]

    @property
    def kind(self) -> str:
        return _CITY if self.code in _CITIES else _PROVINCE

    @property
    def full_name(self) -> str:
        return f"{self.kind} {self.name}"


PROVINCES = tuple(Province(code) for code in _LEGACY)


@dataclass(frozen=True)
class Place:
    """An invented commune with a hamlet or street; `district` is printed on papers from before the merger."""

    hamlet: str
    commune_kind: str
    commune: str
    district_kind: str
    district: str
    province: Province

    @property
    def commune_name(self) -> str:
        return f"{self.commune_kind} {self.commune}"

    def levels(self, day: date) -> tuple[str, ...]:
        """Commune, district (before the merger only), province, in lower-case kinds."""
        province = self.province.current(day).full_name
        if day >= MERGER:
            return (self.commune_name, province)
        return (self.commune_name, f"{self.district_kind} {self.district}", province)

    def address(self, day: date, *, hamlet: bool = True) -> str:
        """«Thôn Đồng Mít, xã An Lạc, huyện Tân Phong, tỉnh Bắc Giang»."""
        parts = self.levels(day)
        if hamlet:
            return ", ".join((self.hamlet, *parts))
        return ", ".join((capital(parts[0]), *parts[1:]))

    def committee(self, day: date) -> str:
        """The commune's People's Committee in running text."""
        return "Ủy ban nhân dân " + ", ".join(self.levels(day))


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def invent_place(rng: random.Random, province: Province | None = None) -> Place:
    """A place that is on no map (by name and combination), in `province` or a random one."""
    where = province or rng.choice(PROVINCES)
    urban = rng.random() < (0.7 if where.kind == _CITY else 0.25)
    if urban:
        hamlet = rng.choice(
            (
                f"Số {rng.randint(2, 480)} đường {rng.choice(_STREETS)}",
                f"Tổ dân phố {rng.randint(1, 18)}",
                f"Số {rng.randint(1, 90)}, ngõ {rng.randint(2, 200)} phố {rng.choice(_STREETS)}",
            )
        )
    else:
        hamlet = f"{rng.choice(('Thôn', 'Xóm', 'Ấp', 'Bản'))} {rng.choice(_HAMLETS)}"
    district_kind = "quận" if urban and where.kind == _CITY else rng.choice(("huyện", "huyện", "thị xã"))
    return Place(
        hamlet=hamlet,
        commune_kind="phường" if urban else "xã",
        commune=_invent_name(rng),
        district_kind=district_kind,
        district=_invent_name(rng, long=False),
        province=where,
    )


def _invent_name(rng: random.Random, *, long: bool = True) -> str:
    words = [rng.choice(_FIRST), rng.choice(_SECOND)]
    if long and rng.random() < 0.35:
        words.append(rng.choice(("Thượng", "Hạ", "Đông", "Tây", "Nam", "Bắc", "Trung")))
    if len(set(words)) < len(words):
        return _invent_name(rng, long=long)
    return " ".join(words)
