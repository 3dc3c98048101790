"""Who acts: agencies (cơ quan), persons in office, and the roles that the law keeps apart."""

from enum import StrEnum

from models.base import Value


class Role(StrEnum):
    """What somebody is to a document; the first three are the hands it goes through."""

    CLERK = "clerk"
    """Cán bộ tiếp nhận at the counter: scans, signs the capture personally (ND118 Art. 17.1.c)."""
    OFFICER = "officer"
    """Công chức thụ lý: checks the data and confirms them by name (ND118 Art. 19.2)."""
    SEAL_HOLDER = "vanthu"
    """Văn thư: holds the agency's certificate and signs the e-copy in the agency's name (ND30)."""
    SUPERVISOR = "supervisor"
    """Lãnh đạo or head of the counter: looks into dossiers of the agency, decides what is contested."""
    AUDITOR = "auditor"
    """Looks at the trail and at how papers were handled, for an inspection; changes nothing."""
    ADMINISTRATOR = "administrator"
    """Keeps the installation running: accounts, clients, stores; sees nobody's papers."""
    DEVICE = "device"
    """A kiosk or scanner at a counter: hands scans in."""
    POSTAL_OPERATOR = "postal"
    """A public postal operator that takes papers in for the agency: hands scans in."""
    SYSTEM = "system"
    """Another information system, within what its agency was granted."""


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
