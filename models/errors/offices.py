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
