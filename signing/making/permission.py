"""Whether a PDF may be signed at all: not where it is encrypted, nor where somebody's signature forbids any change.

ISO 32000-2, 12.8.2.2 (DocMDP) and 12.8.2.4 (FieldMDP): a later signature would break the one that forbids it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm, enumerate_sig_fields

from models.errors import FileCertified, FileEncrypted, SigningFault

DEFAULT_PERMISSION = MDPPerm.FILL_FORMS
"""Where a certification does not say: forms may be filled in and signatures added (Table 257)."""


def check_permission(source: Path, names: Iterable[str]) -> None:
    """Refuse a file that may not get the fields called `names`; the file is only read.

    Raises FileEncrypted, FileCertified, or SigningFault where one of the names is taken; OSError, and what the library
    raises on files that are no PDF (see `signing.making.signer.as_fault`).
    """
    with source.open("rb") as file:
        reader = PdfFileReader(file)
        if reader.encrypted:
            raise FileEncrypted()
        fields = list(enumerate_sig_fields(reader))
        wanted = tuple(names)
        for taken in {name for name, _, _ in fields}.intersection(wanted):
            raise SigningFault(reason=f"the file already has a field called {taken}")
        for name, signature, lock in _signatures(reader, fields):
            if _permission(signature, lock) is MDPPerm.NO_CHANGES:
                raise FileCertified(field=name, reason="DocMDP, P = 1")
            for locked in _locks(signature, lock):
                if any(locked.is_locked(one) for one in wanted):
                    raise FileCertified(field=name, reason=f"FieldMDP, {locked.action.value[1:]}")


def _signatures(reader: PdfFileReader, fields: list[Any]) -> Iterator[tuple[str, Any, Any]]:
    """Field name, signature dictionary and the field's lock; the certification also where it has no field."""
    for name, signature, field in fields:
        if signature is not None:
            yield name, signature.get_object(), _at(field.get_object(), "/Lock")
    certified = _at(_at(reader.root, "/Perms"), "/DocMDP")
    if certified is not None:
        yield "/Perms", certified, None


def _permission(signature: Any, lock: Any) -> MDPPerm | None:
    """What a signature leaves to others; None where it says nothing. A number that nobody knows allows nothing."""
    for transform in _transforms(signature, "/DocMDP"):
        return _known(_at(transform, "/P", DEFAULT_PERMISSION.value))
    said = _at(lock, "/P")
    return _known(said) if said is not None else None


def _known(value: object) -> MDPPerm:
    try:
        return MDPPerm(value)
    except ValueError:
        return MDPPerm.NO_CHANGES


def _locks(signature: Any, lock: Any) -> Iterator[FieldMDPSpec]:
    for one in (*_transforms(signature, "/FieldMDP"), lock):
        if one is not None:
            yield FieldMDPSpec.from_pdf_object(one)


def _transforms(signature: Any, method: str) -> Iterator[Any]:
    for reference in _at(signature, "/Reference", ()):
        if _at(reference.get_object(), "/TransformMethod") == method:
            yield _at(reference.get_object(), "/TransformParams", generic.DictionaryObject())


def _at(dictionary: Any, key: str, otherwise: Any = None) -> Any:
    """What is there, also behind a reference."""
    return dictionary[key] if dictionary is not None and key in dictionary else otherwise
