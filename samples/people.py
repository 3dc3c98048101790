"""Invented persons and organisations, with identifiers that are structurally right and can't be anyone's."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from samples.places import Place, Province, capital, invent_place

# Weights roughly follow how common the surnames are; the rest gives the reader all letters.
_SURNAMES = (
    ("Nguyễn", 30), ("Trần", 11), ("Lê", 9), ("Phạm", 7), ("Hoàng", 5), ("Huỳnh", 3), ("Phan", 4), ("Vũ", 4), ("Võ", 3),
    ("Đặng", 3), ("Bùi", 3), ("Đỗ", 3), ("Hồ", 2), ("Ngô", 2), ("Dương", 2), ("Lý", 2), ("Đinh", 1), ("Đoàn", 1),
    ("Lương", 1), ("Mai", 1), ("Trịnh", 1), ("Tạ", 1), ("Quách", 1), ("Khuất", 1), ("Nông", 1), ("Lò", 1), ("Giàng", 1),
)  # fmt: skip
_MIDDLE_MALE = (
    "Văn", "Đức", "Hữu", "Quốc", "Minh", "Gia", "Thành", "Công", "Xuân", "Ngọc", "Tuấn", "Đình", "Bá", "Trọng",
    "Nhật", "Thế", "Khắc", "Viết", "Quang", "Bảo",
)  # fmt: skip
_MIDDLE_FEMALE = (
    "Thị", "Thị", "Thị", "Ngọc", "Thu", "Thanh", "Phương", "Khánh", "Minh", "Kim", "Diệu", "Bích", "Quỳnh", "Hồng",
    "Như", "Thùy", "Thị Ánh", "Thị Mỹ", "Thị Ngọc",
)  # fmt: skip
_GIVEN_MALE = (
    "An", "Bảo", "Bình", "Cường", "Dũng", "Duy", "Đạt", "Đăng", "Giáp", "Hiếu", "Hùng", "Huy", "Khải", "Khoa", "Kiên",
    "Lâm", "Long", "Lực", "Mạnh", "Nghĩa", "Nhân", "Phong", "Phúc", "Quân", "Quyết", "Sơn", "Tài", "Thắng", "Thiện",
    "Thuận", "Tiến", "Toản", "Trí", "Trường", "Tùng", "Tuyên", "Vinh", "Vượng", "Xứng", "Ý",
)  # fmt: skip
_GIVEN_FEMALE = (
    "An", "Anh", "Bích", "Chi", "Diễm", "Dung", "Duyên", "Giang", "Hà", "Hạnh", "Hằng", "Hiền", "Hoa", "Hương",
    "Huyền", "Khuê", "Lan", "Liễu", "Linh", "Loan", "Ly", "Mai", "Mỹ", "Nga", "Ngân", "Nhung", "Oanh", "Phượng",
    "Quyên", "Thảo", "Thơ", "Thủy", "Trà", "Trinh", "Tuyết", "Uyên", "Vân", "Xuân", "Yến",
)  # fmt: skip
_ETHNICITIES = (
    ("Kinh", 80), ("Tày", 4), ("Thái", 3), ("Mường", 3), ("Khmer", 3), ("Nùng", 2), ("Mông", 2), ("Dao", 2),
    ("Hoa", 1), ("Ê Đê", 1),
)  # fmt: skip

FIRST_SAMPLE_SERIAL = 900_000
"""The six serial digits of a sample's personal number start here: no province registers so many births of
one sex in a year, so the number has the right structure and can't have been given to anyone."""
SAMPLE_TAX_PREFIX = "99"
"""No tax office has this prefix; the check digit is right all the same."""


@dataclass(frozen=True)
class Person:
    """An invented person."""

    surname: str
    middle: str
    given: str
    male: bool
    born: date
    ethnicity: str
    birth_province: Province
    home: Place
    origin: Place
    personal_id: str

    @property
    def name(self) -> str:
        return f"{self.surname} {self.middle} {self.given}"

    @property
    def sex(self) -> str:
        return "Nam" if self.male else "Nữ"


@dataclass(frozen=True)
class Organisation:
    """An invented company or household business."""

    name: str
    tax_code: str
    address: Place


def weighted(rng: random.Random, choices: tuple[tuple[str, int], ...]) -> str:
    return rng.choices([c for c, _ in choices], [w for _, w in choices])[0]


def personal_number(rng: random.Random, province: Province, born: date, *, male: bool) -> str:
    """Twelve digits: province, century and sex, year, serial (of the range kept for samples)."""
    century = (born.year // 100 - 19) * 2
    serial = rng.randint(FIRST_SAMPLE_SERIAL, 999_999)
    return f"{province.code:03d}{century + (0 if male else 1)}{born.year % 100:02d}{serial:06d}"


def tax_code(rng: random.Random) -> str:
    """Ten digits with the right check digit and a prefix of no tax office."""
    while True:
        digits = SAMPLE_TAX_PREFIX + f"{rng.randint(1, 9_999_999):07d}"
        weights = (31, 29, 23, 19, 17, 13, 7, 5, 3)
        check = 10 - sum(w * int(d) for w, d in zip(weights, digits, strict=True)) % 11
        if check < 10:
            return f"{digits}{check}"


def invent_name(rng: random.Random, *, male: bool, surname: str | None = None) -> tuple[str, str, str]:
    middle = rng.choice(_MIDDLE_MALE if male else _MIDDLE_FEMALE)
    given = rng.choice([g for g in (_GIVEN_MALE if male else _GIVEN_FEMALE) if g not in middle.split()])
    return surname or weighted(rng, _SURNAMES), middle, given


def invent_person(
    rng: random.Random,
    born: date,
    *,
    male: bool | None = None,
    surname: str | None = None,
    home: Place | None = None,
    ethnicity: str | None = None,
) -> Person:
    """Someone who never lived, born on `born`."""
    is_male = rng.random() < 0.5 if male is None else male
    family, middle, given = invent_name(rng, male=is_male, surname=surname)
    lives = home or invent_place(rng)
    origin = lives if rng.random() < 0.5 else invent_place(rng)
    birth_province = origin.province if rng.random() < 0.7 else lives.province
    return Person(
        surname=family,
        middle=middle,
        given=given,
        male=is_male,
        born=born,
        ethnicity=ethnicity or weighted(rng, _ETHNICITIES),
        birth_province=birth_province,
        home=lives,
        origin=origin,
        personal_id=personal_number(rng, birth_province, born, male=is_male),
    )


def invent_organisation(rng: random.Random, place: Place | None = None) -> Organisation:
    form = rng.choice(("Công ty TNHH", "Công ty cổ phần", "Hợp tác xã", "Doanh nghiệp tư nhân"))
    trade = rng.choice(
        ("Nông sản", "Thương mại và Dịch vụ", "Xây dựng", "Chế biến gỗ", "Vận tải", "Dược liệu", "May mặc")
    )
    own = rng.choice(
        ("Cỏ Biếc", "Mây Tím", "Lúa Đồng", "Trăng Rằm", "Sao Khuê", "Đất Lành", "Gió Nồm", "Hạt Vàng")
    )
    return Organisation(f"{form} {trade} {own}", tax_code(rng), place or invent_place(rng))


def day_between(rng: random.Random, first: date, last: date) -> date:
    return first + timedelta(days=rng.randint(0, (last - first).days))


def workday(day: date) -> date:
    """`day`, or the Monday after it."""
    return day + timedelta(days=max(0, 7 - day.weekday()) % 7 if day.weekday() >= 5 else 0)


@dataclass(frozen=True)
class BirthRecord:
    """What a civil-status register knows about one birth."""

    child: Person
    mother: Person
    father: Person | None
    declarant: Person
    birth_place: str
    hometown: str
    registrar: Place
    number: int
    book: str
    registered_on: date
    issued_on: date
    signer: str
    signer_title: str
    mother_residence: str
    father_residence: str


def invent_birth(rng: random.Random, first: date, last: date, *, extract: bool) -> BirthRecord:
    """A birth registered between `first` and `last`; an extract may be issued years later."""
    born = day_between(rng, first, last)
    registered = workday(born + timedelta(days=rng.randint(3, 55)))
    issued = registered
    if extract:
        issued = workday(day_between(rng, registered, max(registered, date(2026, 10, 30))))
    home = invent_place(rng)
    mother_age, father_age = rng.randint(20, 41), rng.randint(21, 48)
    ethnicity = weighted(rng, _ETHNICITIES)
    father = invent_person(
        rng, date(born.year - father_age, 6, 15), male=True, home=home, ethnicity=ethnicity
    )
    mother_home = home if rng.random() < 0.8 else invent_place(rng)
    mother = invent_person(rng, date(born.year - mother_age, 6, 15), male=False, home=mother_home)
    child = invent_person(rng, born, surname=father.surname, home=home, ethnicity=ethnicity)
    hospital = rng.choice(("Bệnh viện đa khoa", "Trung tâm y tế", "Bệnh viện Phụ sản", "Trạm y tế"))
    where = home if rng.random() < 0.5 else invent_place(rng, home.province)
    levels = where.levels(registered)
    birth_place = (
        f"{hospital} {levels[0] if hospital == 'Trạm y tế' else where.district}, {', '.join(levels)}"
    )
    hometown = capital(", ".join(father.origin.levels(registered)))
    return BirthRecord(
        child=child,
        mother=mother,
        father=father if rng.random() < 0.93 else None,
        declarant=rng.choice((father, mother)),
        birth_place=birth_place,
        hometown=hometown,
        registrar=home,
        number=rng.randint(1, 480),
        book=f"{rng.randint(1, 3):02d}/{registered.year}",
        registered_on=registered,
        issued_on=issued,
        signer=" ".join(invent_name(rng, male=rng.random() < 0.6)),
        signer_title=rng.choice(("CHỦ TỊCH", "PHÓ CHỦ TỊCH", "PHÓ CHỦ TỊCH", "CÔNG CHỨC TƯ PHÁP - HỘ TỊCH")),
        mother_residence=mother.home.address(registered),
        father_residence=father.home.address(registered),
    )
