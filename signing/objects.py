"""Reading PDF dictionaries: entries come resolved, whether written in place or referred to."""

from __future__ import annotations

from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import get_and_apply


def entry(dictionary: generic.DictionaryObject, key: str, default: Any = None) -> Any:
    """The resolved value of `key`. (`dictionary.get` would hand out an unresolved reference.)"""
    return get_and_apply(dictionary, key, lambda value: value, default=default)


def inherited(page: generic.DictionaryObject, key: str) -> Any:
    """The value of an inheritable page attribute (ISO 32000-1, 7.7.3.4); None where no ancestor has it."""
    node: generic.DictionaryObject | None = page
    for _ in range(64):
        if node is None or key in node:
            break
        node = entry(node, "/Parent")
    return entry(node, key) if node is not None else None
