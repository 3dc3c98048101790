"""The cameras of this computer by their device files, without the library that opens them, which takes 30 MiB."""

from __future__ import annotations

from pathlib import Path

DEVICES = Path("/dev")


def file_of(number: int) -> Path | None:
    """The device file of camera `number`; None on a system whose devices are no files."""
    return DEVICES / f"video{number}" if DEVICES.joinpath("null").exists() else None


def find() -> list[int]:
    """Numbers of the cameras that there are; a camera has several device files, of which the first gives pictures."""
    numbers = [int(path.name[5:]) for path in DEVICES.glob("video*") if path.name[5:].isdecimal()]
    return sorted(number for number in numbers if _gives_pictures(number))


def _gives_pictures(number: int) -> bool:
    """By the kernel's index of the device's file: 0 is the picture, the others are its metadata."""
    index = Path(f"/sys/class/video4linux/video{number}/index")
    return not index.is_file() or index.read_text().strip() == "0"
