"""Errors: what keeps a further copy of a document from being made."""

from models.errors.base import Words
from models.errors.conflicts import ConflictError
from models.errors.usage import UsageError


class ExcerptEmpty(UsageError):
    code = "EXCERPT_EMPTY"
    vi = Words("Trích sao phải có ít nhất một trường.", "Chọn trong: {known}.")
    en = Words("An excerpt needs at least one field.", "Choose of: {known}.")


class AttestationNumberTaken(ConflictError):
    code = "ATTESTATION_NUMBER_TAKEN"
    vi = Words(
        "Số chứng thực {number}, quyển số {book} đã cấp cho bản sao {ecopy}.",
        "Kiểm tra sổ chứng thực và nhập số tiếp theo.",
    )
    en = Words(
        "Certification number {number} of book {book} was given to the copy {ecopy} already.",
        "Look it up in the register of certifications and type the next number.",
    )
