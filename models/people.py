"""Who acts: agencies (cơ quan), persons in office, and the roles that the law keeps apart."""

from enum import StrEnum

from models.base import Value


class Role(StrEnum):
    """The hands a document goes through."""

    CLERK = "clerk"
    """Cán bộ tiếp nhận at the counter: scans, signs the capture personally (ND118 Art. 17.1.c)."""
    OFFICER = "officer"
    """Công chức thụ lý: checks the data and confirms them by name (ND118 Art. 19.2)."""
    SEAL_HOLDER = "vanthu"
    """Văn thư: holds the agency's certificate and signs the e-copy in the agency's name (ND30)."""


class Agency(Value):
    """An agency with its identifier of QĐ 20/2020."""

    identifier: str
    name: str


class Person(Value):
    """A person in office."""

    id: str
    name: str
    role: Role
    agency: Agency
