"""A digitised document as the national guidance writes it: fields, lengths and codes of its third step.

Names are the guidance's. Dates are ISO here, since the guidance and TT 05/2025 print different masks; `dd/mm/yyyy` is
taken as well.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_pascal

from models.base import Value
from models.ids import is_id
from models.states import DocumentState
from models.text import nfc
from models.wire.lines import OneLine, SomeWords

DOC_CODE = r"^[0-9A-Za-zĐđ][0-9A-Za-zĐđ._-]{0,29}$"
"""`MCQ_LV_STT_PB`, such as `G06.01_CV_000021_V1`, is recommended but not asked of special papers; 30 characters."""

_DAY = re.compile(r"(\d{2})/(\d{2})/(\d{4})")


def _day(given: Any) -> Any:
    found = _DAY.fullmatch(given.strip()) if isinstance(given, str) else None
    return f"{found[3]}-{found[2]}-{found[1]}" if found else given


def _code(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    if is_id(given):
        raise ValueError("identifiers that the installation gives out itself are no DocCode")
    return nfc(given)


DocCode = Annotated[str, BeforeValidator(_code), Field(pattern=DOC_CODE)]
Day = Annotated[date, BeforeValidator(_day)]


class _Record(Value):
    model_config = ConfigDict(
        alias_generator=to_pascal, validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )


class RecordFields(_Record):
    """What is said about a document, without its code: the body of `PUT /api/v1/documents/{DocCode}`."""

    type_name: Annotated[SomeWords, Field(max_length=100)]
    """Tên loại văn bản, giấy tờ."""
    code_number: Annotated[OneLine, Field(max_length=11)]
    """Số; empty where the paper bears none."""
    code_notation: Annotated[OneLine, Field(max_length=30)]
    """Ký hiệu; empty where the paper bears none."""
    issued_date: Day
    organ_name: Annotated[SomeWords, Field(max_length=200)]
    """Tên cơ quan, tổ chức ban hành."""
    subject: Annotated[SomeWords, Field(max_length=500)]
    """Trích yếu."""
    language: Annotated[OneLine, Field(max_length=100)] | None = None
    page_amount: Annotated[int, Field(ge=1, le=9999)] | None = None
    description: Annotated[OneLine, Field(max_length=500)] | None = None
    infor_sign: Annotated[OneLine, Field(max_length=30)] | None = None
    """Ký hiệu thông tin."""
    keyword: Annotated[OneLine, Field(max_length=100)] | None = None
    mode: Annotated[OneLine, Field(max_length=20)] | None = None
    """Chế độ sử dụng."""
    confidence_level: Annotated[OneLine, Field(max_length=30)] | None = None
    """Mức độ tin cậy."""
    format: Annotated[OneLine, Field(max_length=50)] | None = None
    """Tình trạng vật lý."""


class NationalRecord(RecordFields):
    """A document with its code: the `record` of `POST /api/v1/documents/import`."""

    doc_code: DocCode

    @property
    def without_code(self) -> RecordFields:
        return RecordFields(**{name: getattr(self, name) for name in RecordFields.model_fields})


class NationalDocument(_Record):
    """A document as it stands here. Until a named person has confirmed it, it says what its sender said."""

    doc_code: str
    """Of a paper digitised here that has none: its id."""
    type_name: str
    code_number: str
    code_notation: str
    issued_date: date | None
    """None where the paper bears no day, or a year alone."""
    organ_name: str | None
    subject: str
    language: str | None
    page_amount: int | None
    description: str | None
    infor_sign: str | None
    keyword: str | None
    mode: str | None
    confidence_level: str | None
    format: str | None
    document: str
    """Id here; `GET /api/v1/documents/{id}` tells where it stands."""
    confirmed: bool
    """Whether what it says is what a named person confirmed."""
    version: int | None
    """How often the sender's record was written; None without one."""


class ImportReceived(_Record):
    """A document that was brought in with its record."""

    doc_code: str
    document: str
    state: DocumentState
    sha256: str
    """Of the file as it came."""
    size: int
    known: bool
    """The same file under the same code was brought in before; nothing was done."""
