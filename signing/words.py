"""Verdicts and reasons in Vietnamese and English, for people."""

from __future__ import annotations

from models.signatures import Reason, Verdict
from models.text import Language

VERDICTS: dict[Verdict, tuple[str, str]] = {
    Verdict.VALID: ("Hợp lệ", "Valid"),
    Verdict.INVALID: ("Không hợp lệ", "Not valid"),
    Verdict.INDETERMINATE: ("Chưa đủ căn cứ để kết luận", "Not proven either way"),
}

REASONS: dict[Reason, tuple[str, str]] = {
    Reason.NO_SIGNATURE: ("Tệp không có chữ ký số.", "The file carries no digital signature."),
    Reason.DIGEST_MISMATCH: (
        "Nội dung đã bị thay đổi sau khi ký.",
        "The content was altered after it was signed.",
    ),
    Reason.SIGNATURE_BROKEN: (
        "Chữ ký không khớp với chứng thư.",
        "The signature does not match its certificate.",
    ),
    Reason.UNKNOWN_ISSUER: (
        "Chứng thư không dẫn tới tổ chức cấp được tin cậy.",
        "The certificate does not lead to a trusted issuer.",
    ),
    Reason.CERTIFICATE_EXPIRED: (
        "Chứng thư đã hết hạn mà không chứng minh được là ký trước đó.",
        "The certificate has expired and nothing proves that it was used before.",
    ),
    Reason.CERTIFICATE_NOT_YET_VALID: (
        "Chứng thư chưa đến ngày có hiệu lực.",
        "The certificate is not valid yet.",
    ),
    Reason.CERTIFICATE_REVOKED: ("Chứng thư đã bị thu hồi.", "The certificate was revoked."),
    Reason.CERTIFICATE_USAGE: (
        "Chứng thư không được cấp để ký văn bản.",
        "The certificate was not issued for signing documents.",
    ),
    Reason.REVOCATION_UNKNOWN: (
        "Không có dữ liệu cho biết chứng thư còn hiệu lực hay đã bị thu hồi.",
        "Nothing tells whether the certificate was revoked.",
    ),
    Reason.TIMESTAMP_INVALID: ("Dấu thời gian không hợp lệ.", "The time-stamp is not valid."),
    Reason.TIMESTAMP_MISSING: (
        "Thiếu dấu thời gian mà chữ ký này phải có.",
        "A time-stamp that belongs to this signature is missing.",
    ),
    Reason.NOT_WHOLE_FILE: (
        "Chữ ký cuối cùng không bao trùm toàn bộ tệp.",
        "The last signature does not cover the whole file.",
    ),
    Reason.CHANGED_AFTER_SIGNING: (
        "Tệp bị sửa hoặc chèn thêm nội dung sau khi ký.",
        "The file was edited or added to after signing.",
    ),
    Reason.NOT_CANONICAL: (
        "Dữ liệu chữ ký không ở dạng chuẩn; có thể đã bị sửa.",
        "The signature data is not in canonical form; it may have been tampered with.",
    ),
    Reason.ALGORITHM_WEAK: (
        "Thuật toán hoặc độ dài khoá không còn an toàn.",
        "The algorithm or key length is no longer safe.",
    ),
    Reason.FORMAT_BROKEN: (
        "Cấu trúc tệp hoặc chữ ký bị hỏng.",
        "The structure of the file or of its signature is broken.",
    ),
}

CHANGES: dict[str, tuple[str, str]] = {
    "dss": ("thêm chứng cứ xác minh", "validation evidence added"),
    "timestamp": ("thêm dấu thời gian", "time-stamp added"),
    "signature": ("thêm chữ ký", "signature added"),
    "form": ("sửa trường biểu mẫu", "form values changed"),
    "other": ("thay đổi khác", "other changes"),
}


def verdict_words(verdict: Verdict, language: Language) -> str:
    """The verdict in a few words."""
    return VERDICTS[verdict][language != "vi"]


def reason_words(reason: Reason, language: Language) -> str:
    """The reason as a sentence."""
    return REASONS[reason][language != "vi"]


def change_words(code: str, language: Language) -> str:
    """A code of `changes_after` in a few words; an unknown code is shown as it is."""
    return CHANGES[code][language != "vi"] if code in CHANGES else code
