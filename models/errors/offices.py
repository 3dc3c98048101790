"""Errors: certificates of office and the two persons behind an e-copy."""

from models.errors.base import Words
from models.errors.conflicts import ConflictError
from models.errors.faults import CertificateRefused


class CertificateNotOfOffice(CertificateRefused):
    code = "SIGNING_CERTIFICATE_NOT_OF_OFFICE"
    vi = Words(
        "Chứng thư này không được ký ở chức vụ này: {reason}",
        "Dùng đúng chứng thư của cơ quan hoặc của người ký; xem `ecopy certificate list`.",
    )
    en = Words(
        "This certificate may not sign in this office: {reason}",
        "Use the certificate of that agency or person; see `ecopy certificate list`.",
    )


class CertificateNotImported(CertificateNotOfOffice):
    code = "SIGNING_CERTIFICATE_NOT_IMPORTED"
    vi = Words(
        "Chứng thư chưa được gắn với chức vụ nào ở đây: {reason}",
        "Người quản trị chạy `ecopy certificate import TỆP --role vanthu` cho chứng thư của cơ quan, hoặc "
        "`ecopy certificate import TỆP --role clerk --person MÃ` cho chứng thư cá nhân.",
    )
    en = Words(
        "The certificate is bound to no office here: {reason}",
        "The administrator runs `ecopy certificate import FILE --role vanthu` for the agency's certificate, or "
        "`ecopy certificate import FILE --role clerk --person ID` for a person's.",
    )


class OfficeTaken(ConflictError):
    code = "CERTIFICATE_HAS_OFFICE"
    vi = Words(
        "Chứng thư {id} đang thuộc chức vụ khác: {office}.",
        "Kết thúc ở chức vụ cũ trước: `ecopy certificate end {id} --reason …`.",
    )
    en = Words(
        "The certificate {id} belongs to another office: {office}.",
        "End it there first: `ecopy certificate end {id} --reason …`.",
    )


class RevocationNotKnown(ConflictError):
    code = "REVOCATION_NOT_KNOWN"
    vi = Words(
        "Không danh sách thu hồi nào ở đây nói chứng thư {id} bị thu hồi từ khi nào.",
        "Thêm `--revoked-at` với thời điểm do tổ chức cấp thông báo, hoặc đặt danh sách thu hồi vào thư mục `crl` cạnh "
        "tệp gốc tin cậy.",
    )
    en = Words(
        "No revocation list here says since when the certificate {id} is revoked.",
        "Add `--revoked-at` with the moment its issuer told, or put the revocation list into the folder `crl` beside the "
        "trust anchors.",
    )


class CaptureAwaited(ConflictError):
    code = "CAPTURE_AWAITED"
    vi = Words(
        "Bản sao chụp của giấy tờ {id} chờ cán bộ một cửa ký.",
        "Cán bộ giữ khóa chạy `ecopy capture {id} --as MÃ` (hoặc nêu mã hồ sơ: một lần ký mọi bản chụp của hồ sơ), hoặc ký "
        "trên trang của mình.",
    )
    en = Words(
        "The capture of the document {id} waits for the counter officer's signature.",
        "The officer whose key it is runs `ecopy capture {id} --as ID` (or names the dossier: one act signs all its "
        "captures), or signs on their own page.",
    )


class CaptureNotAwaited(ConflictError):
    code = "CAPTURE_NOT_AWAITED"
    vi = Words(
        "Không bản sao chụp nào của {id} chờ chữ ký.",
        "Không cần làm gì; xem trạng thái bằng `ecopy show`.",
    )
    en = Words(
        "No capture of {id} waits for a signature.",
        "There is nothing to do; `ecopy show` tells where a document stands.",
    )


class CaptureOfAnother(ConflictError):
    code = "CAPTURE_OF_ANOTHER"
    http_status = 403
    vi = Words(
        "Khóa ký bản sao chụp ở đây là của {holder}, không phải của {person}.",
        "Để chính {holder} ký; nếu đổi người, người quản trị gắn chứng thư của người mới (`ecopy certificate import`).",
    )
    en = Words(
        "The key that signs captures here is {holder}'s, not {person}'s.",
        "Let {holder} sign; for another officer the administrator imports their certificate (`ecopy certificate import`).",
    )


class SealAwaited(ConflictError):
    code = "SEAL_AWAITED"
    vi = Words(
        "Bản sao điện tử chờ văn thư cho đóng dấu ký số của cơ quan.",
        "Văn thư, không phải người đã xác nhận dữ liệu, chạy `ecopy seal {id} --as TÊN`.",
    )
    en = Words(
        "The e-copy waits for the văn thư to let the agency's key sign it.",
        "The seal holder, who is not the one who confirmed the data, runs `ecopy seal {id} --as NAME`.",
    )
