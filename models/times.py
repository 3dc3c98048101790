"""Times of the product: always aware, always +07:00 on paper and in records, ISO 8601 inside."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def vietnam_time(moment: datetime) -> datetime:
    """Convert an aware moment to Vietnamese time. Raises ValueError on a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a naive time has no place in a record")
    return moment.astimezone(VIETNAM)


def iso(moment: datetime) -> str:
    """ISO 8601 with seconds and +07:00, as records and the API carry it."""
    return vietnam_time(moment).isoformat(timespec="seconds")


def for_people(moment: datetime | date) -> str:
    """dd/MM/yyyy, with HH:mm:ss where a time of day is known."""
    if isinstance(moment, datetime):
        return vietnam_time(moment).strftime("%d/%m/%Y %H:%M:%S")
    return moment.strftime("%d/%m/%Y")
