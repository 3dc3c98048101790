"""The version of the running program, as results and files carry it."""

from functools import cache
from importlib.metadata import version


@cache
def number() -> str:
    """For instance `0.1.0`."""
    return version("ecopy")


@cache
def software() -> str:
    """For instance `ecopy 0.1.0`."""
    return f"ecopy {number()}"
