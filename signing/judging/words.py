"""Verdicts and reasons in Vietnamese and English, for people."""

from __future__ import annotations

from models.signatures import Reason, RevocationStatus, Verdict
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
    Reason.RECORD_MISSING: (
        "Tệp được chứng minh thời gian bằng bản ghi bằng chứng (.ers) mà chưa có bản ghi ấy.",
        "An evidence record (.ers) is this file's time-stamp, and it is not here.",
    ),
    Reason.RECORD_OTHER_FILE: (
        "Bản ghi bằng chứng thuộc về tệp khác.",
        "The evidence record belongs to another file.",
    ),
    Reason.RECORD_TREE_BROKEN: (
        "Cây băm trong bản ghi bằng chứng không dẫn tới dấu thời gian.",
        "The hash tree in the evidence record does not lead to its time-stamp.",
    ),
    Reason.RECORD_BROKEN: (
        "Bản ghi bằng chứng bị hỏng hoặc không theo RFC 4998.",
        "The evidence record is broken, or none by RFC 4998.",
    ),
    Reason.RECORD_TIMESTAMP_INVALID: (
        "Dấu thời gian trong bản ghi bằng chứng không hợp lệ.",
        "A time-stamp in the evidence record is not valid.",
    ),
    Reason.RECORD_UNKNOWN_ISSUER: (
        "Dấu thời gian trong bản ghi bằng chứng không dẫn tới tổ chức được tin cậy.",
        "A time-stamp in the evidence record does not lead to a trusted authority.",
    ),
    Reason.RECORD_STATUS_UNKNOWN: (
        "Không có dữ liệu mới cho biết chứng thư cấp dấu thời gian của bản ghi có bị thu hồi không.",
        "Nothing recent tells whether the certificate behind the record's time-stamp was revoked.",
    ),
    Reason.RECORD_EXPIRED: (
        "Dấu thời gian của bản ghi bằng chứng đã hết hạn mà không được gia hạn.",
        "The evidence record's time-stamp has expired and was not renewed.",
    ),
    Reason.RECORD_ALGORITHM_WEAK: (
        "Thuật toán trong bản ghi bằng chứng không còn an toàn.",
        "An algorithm in the evidence record is no longer safe.",
    ),
}

ASK_AGAIN = (
    "Đề nghị nơi cấp gửi lại bản sao điện tử nguyên vẹn; không sử dụng tệp này.",
    "Ask the issuer for the e-copy again, untouched; do not rely on this file.",
)

ASK_FOR_RECORD = (
    "Xin nơi cấp đúng bản ghi .ers của tệp này, đặt cạnh tệp (TỆP.ers) rồi kiểm tra lại.",
    "Ask the issuer for this file's own .ers record, put it beside the file (FILE.ers) and verify again.",
)

REMEDIES: dict[Reason, tuple[str, str]] = {
    Reason.NO_SIGNATURE: (
        "Đề nghị nơi cấp gửi bản có chữ ký số, hoặc đối chiếu bản giấy.",
        "Ask the issuer for a signed copy, or look at the paper.",
    ),
    Reason.DIGEST_MISMATCH: ASK_AGAIN,
    Reason.SIGNATURE_BROKEN: ASK_AGAIN,
    Reason.UNKNOWN_ISSUER: (
        "Xác định tổ chức cấp chứng thư; nếu được công nhận, người quản trị thêm chứng thư gốc vào danh sách tin cậy.",
        "Find out who issued the certificate; if it is recognised, the administrator adds its root to the trust anchors.",
    ),
    Reason.CERTIFICATE_EXPIRED: (
        "Đề nghị nơi cấp gửi bản có dấu thời gian lưu trữ, hoặc cấp bản sao mới.",
        "Ask the issuer for a copy with archive time-stamps, or for a new copy.",
    ),
    Reason.CERTIFICATE_NOT_YET_VALID: (
        "Kiểm tra ngày giờ của máy; nếu đúng, đề nghị nơi cấp ký lại.",
        "Check this machine's clock; if it is right, ask the issuer to sign again.",
    ),
    Reason.CERTIFICATE_REVOKED: (
        "Không sử dụng; hỏi nơi cấp bản sao thay thế.",
        "Do not rely on it; ask the issuer for a replacement.",
    ),
    Reason.CERTIFICATE_USAGE: (
        "Đề nghị người ký dùng đúng chứng thư ký văn bản và ký lại.",
        "Ask the signer to sign again with a certificate for documents.",
    ),
    Reason.REVOCATION_UNKNOWN: (
        "Tải danh sách thu hồi mới của tổ chức cấp chứng thư vào thư mục crl cạnh tệp tin cậy rồi kiểm tra lại.",
        "Put the issuer's current revocation list into the crl folder beside the trust anchors and verify again.",
    ),
    Reason.TIMESTAMP_INVALID: ASK_AGAIN,
    Reason.TIMESTAMP_MISSING: ASK_AGAIN,
    Reason.NOT_WHOLE_FILE: ASK_AGAIN,
    Reason.CHANGED_AFTER_SIGNING: ASK_AGAIN,
    Reason.NOT_CANONICAL: ASK_AGAIN,
    Reason.ALGORITHM_WEAK: (
        "Đề nghị nơi cấp ký lại bằng SHA-256 và khoá đủ dài.",
        "Ask the issuer to sign again with SHA-256 and a long enough key.",
    ),
    Reason.FORMAT_BROKEN: ASK_AGAIN,
    Reason.RECORD_MISSING: ASK_FOR_RECORD,
    Reason.RECORD_OTHER_FILE: ASK_FOR_RECORD,
    Reason.RECORD_TREE_BROKEN: ASK_FOR_RECORD,
    Reason.RECORD_BROKEN: ASK_FOR_RECORD,
    Reason.RECORD_TIMESTAMP_INVALID: ASK_FOR_RECORD,
    Reason.RECORD_UNKNOWN_ISSUER: (
        "Xác định tổ chức cấp dấu thời gian; nếu được công nhận, người quản trị thêm chứng thư gốc vào danh sách tin cậy.",
        "Find out who gave the time-stamp; if it is recognised, the administrator adds its root to the trust anchors.",
    ),
    Reason.RECORD_STATUS_UNKNOWN: (
        "Đặt danh sách thu hồi mới vào thư mục crl cạnh tệp tin cậy, hoặc xin nơi cấp bản ghi mới gia hạn.",
        "Put a current revocation list into the crl folder beside the trust anchors, or ask the issuer for a renewed record.",
    ),
    Reason.RECORD_EXPIRED: (
        "Xin nơi cấp bản ghi đã gia hạn; không ai gia hạn kịp thời thì cần bản sao mới.",
        "Ask the issuer for the renewed record; where nobody renewed it in time, for a new copy.",
    ),
    Reason.RECORD_ALGORITHM_WEAK: (
        "Xin nơi cấp bản ghi đã gia hạn bằng thuật toán mạnh hơn.",
        "Ask the issuer for a record that was renewed with a stronger algorithm.",
    ),
}

KINDS: dict[str | None, tuple[str, str]] = {
    "clerk": ("Chữ ký cá nhân của cán bộ tiếp nhận", "Personal signature of the counter officer"),
    "officer": ("Chữ ký cá nhân của công chức", "Personal signature of an officer"),
    "vanthu": ("Chữ ký của cơ quan, do văn thư ký", "Signature of the agency by its seal holder"),
    "timestamp": ("Dấu thời gian của tệp", "Time-stamp of the file"),
    None: ("Chữ ký", "Signature"),
}

REVOCATION: dict[RevocationStatus, tuple[str, str]] = {
    "good": ("chưa bị thu hồi", "not revoked"),
    "revoked": ("ĐÃ BỊ THU HỒI", "REVOKED"),
    "unknown": ("không rõ", "unknown"),
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


def kind_words(role: str | None) -> tuple[str, str]:
    """What kind of signature it is, Vietnamese and English; a role without words of its own is just a signature."""
    return KINDS.get(role, KINDS[None])
