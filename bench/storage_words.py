"""Words and names of the generated register: syllables as frequent as in official papers, invented people."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ocr.decoding import spelling
from storage.search.words import bare

SURNAMES = [
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Phan",
    "Vũ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Lý",
    "Đinh",
    "Trịnh",
    "Mai",
    "Cao",
    "Lương",
    "Tạ",
]
MIDDLE = ["Văn", "Thị", "Hữu", "Đức", "Ngọc", "Thanh", "Minh", "Thu", "Quang", "Xuân", "Kim", "Bảo"]
GIVEN = [
    "An",
    "Anh",
    "Bình",
    "Châu",
    "Chi",
    "Cường",
    "Dung",
    "Dũng",
    "Duy",
    "Đạt",
    "Giang",
    "Hà",
    "Hải",
    "Hạnh",
    "Hiền",
    "Hiếu",
    "Hoa",
    "Hòa",
    "Hùng",
    "Huy",
    "Hương",
    "Khánh",
    "Lan",
    "Linh",
    "Long",
    "Mai",
    "Nam",
    "Nga",
    "Nhung",
    "Phong",
    "Phúc",
    "Phương",
    "Quân",
    "Quỳnh",
    "Sơn",
    "Tâm",
    "Thảo",
    "Thắng",
    "Thủy",
    "Tiến",
    "Trang",
    "Trung",
    "Tuấn",
    "Tú",
    "Uyên",
    "Vân",
    "Vinh",
    "Yến",
]
PLACES = [
    "Hòa Bình",
    "Tân Lập",
    "Đông Sơn",
    "Phú Mỹ",
    "An Khánh",
    "Cẩm Thủy",
    "Bình Minh",
    "Thạnh Lộc",
    "Yên Hòa",
    "Long Thành",
    "Hưng Đạo",
    "Vĩnh Phúc",
]


@dataclass(frozen=True)
class Vocabulary:
    """Syllables and how often each comes, from the recogniser's own table."""

    words: np.ndarray
    bare: np.ndarray
    weights: np.ndarray

    @classmethod
    def read(cls, table: Path = spelling.TABLE) -> Vocabulary:
        words, weights = [], []
        for row in table.read_text(encoding="utf-8").splitlines():
            power, *found = row.split()
            words += found
            weights += [2.0 ** int(power)] * len(found)
        shares = np.cumsum(weights) / np.sum(weights)
        return cls(np.array(words, object), np.array([bare(word) for word in words], object), shares)

    def draw(self, rng: np.random.Generator, rows: int, count: int) -> np.ndarray:
        return np.searchsorted(self.weights, rng.random((rows, count)))

    def by_share(self, least: float, most: float) -> list[str]:
        """Words that come about this often among all words."""
        shares = np.diff(self.weights, prepend=0.0)
        return [str(word) for word in self.words[(shares >= least) & (shares <= most)]]


def name_of(holder: int) -> str:
    rng = random.Random(f"holder {holder}")
    return f"{rng.choice(SURNAMES)} {rng.choice(MIDDLE)} {rng.choice(GIVEN)} {rng.choice(GIVEN)}"
