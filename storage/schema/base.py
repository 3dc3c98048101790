"""What all tables of the register share: one metadata, names of constraints, and the kinds of columns."""

from sqlalchemy import BigInteger, Integer, MetaData, String

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

ID = String(26)
SHA256 = String(64)
MOMENT = String(32)
"""ISO 8601 with +07:00: sorts by time because the offset never changes."""
DAY = String(10)
"""ISO date."""
PERSON = String(200)
"""`models.people.Person.id`, or who the operating system says it is."""
BIG = BigInteger().with_variant(Integer, "sqlite")
"""64 bits: sizes in bytes, numbers of entries. SQLite's integers have them anyway."""
