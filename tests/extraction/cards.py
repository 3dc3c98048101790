"""Identity cards as readings with codes: what is printed, what the QR code says and what the MRZ says, each at will."""

from __future__ import annotations

from datetime import date

from models.geometry import Box
from models.reading import Line, MachineCode, Reading
from samples.papers.card_codes import mrz_lines
from tests.extraction.support import paper

PRINTED = {
    "personal_id": "001204000017",
    "full_name": "Nguyễn Văn An",
    "birth_date": "15/01/2004",
    "sex": "Nam",
    "residence": "Thôn Đồng Mít, xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình",
    "issued_on": "12/08/2024",
}
IN_CODE = {**PRINTED, "birth_date": "15012004", "issued_on": "12082024"}
IN_ZONE = {"number": "001204000017", "born": date(2004, 1, 15), "sex": "Nam", "name": "Nguyễn Văn An"}

_FRONT = """
                 CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
                    Độc lập - Tự do - Hạnh phúc
                            CĂN CƯỚC
                         IDENTITY CARD
 Số định danh cá nhân / Personal identification number:
 {personal_id}
 Họ, chữ đệm và tên khai sinh / Full name:
 {full_name}
 Ngày, tháng, năm sinh / Date of birth:      Giới tính / Sex:
 {birth_date}                                {sex}
 Quốc tịch / Nationality:
 Việt Nam
"""
_BACK = """
 Nơi cư trú / Place of residence:
 {residence}
 Ngày, tháng, năm cấp / Date of issue:     Ngày, tháng, năm hết hạn / Date of expiry:
 {issued_on}                               15/01/2029
 BỘ CÔNG AN
 MINISTRY OF PUBLIC SECURITY
{zone}
"""


def qr(**changes: str) -> str:
    """The code's text; `rest` is put behind the seventh field."""
    said = {**IN_CODE, "old_id": "", **changes}
    names = ("personal_id", "old_id", "full_name", "birth_date", "sex", "residence", "issued_on")
    return "|".join(said[name] for name in names) + changes.get("rest", "")


def zone(**changes: object) -> str:
    """Three lines with right check digits over whatever they say."""
    said = {**IN_ZONE, **changes}
    surname, others = str(said["name"]).split(" ", 1)
    born = said["born"]
    assert isinstance(born, date)
    return "\n".join(
        mrz_lines(
            str(said["number"]),
            born,
            date(2029, 1, 15),
            male=said["sex"] == "Nam",
            surname=surname,
            others=others,
        )
    )


def card(*payloads: str | bytes, mrz: str | None = None, **printed: str) -> Reading:
    """Front and back; the codes stand on the front."""
    said = {**PRINTED, **printed}
    said["full_name"] = said["full_name"].upper()
    reading = paper(_FRONT.format(**said), _BACK.format(**said, zone=zone() if mrz is None else mrz))
    return with_codes(reading, *payloads)


def with_codes(reading: Reading, *payloads: str | bytes, symbology: str = "qr") -> Reading:
    codes = tuple(code(payload, symbology) for payload in payloads)
    first = reading.pages[0].model_copy(update={"codes": codes})
    return reading.model_copy(update={"pages": (first, *reading.pages[1:])})


def code(payload: str | bytes, symbology: str = "qr") -> MachineCode:
    raw = payload.encode() if isinstance(payload, str) else payload
    return MachineCode.model_validate(
        {"symbology": symbology, "payload": raw, "box": Box(x0=0.8, y0=0.05, x1=0.95, y1=0.2)}
    )


def unsure(reading: Reading, words: set[str]) -> Reading:
    """The same reading by an engine that doubts these words."""

    def doubted(line: Line) -> Line:
        less = (w.model_copy(update={"confidence": 0.5}) if w.text in words else w for w in line.words)
        return line.model_copy(update={"words": tuple(less)})

    pages = []
    for page in reading.pages:
        (region,) = page.regions
        lines = tuple(doubted(line) for line in region.lines)
        pages.append(page.model_copy(update={"regions": (region.model_copy(update={"lines": lines}),)}))
    return reading.model_copy(update={"pages": tuple(pages)})
