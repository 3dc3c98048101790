"""Errors: a document handed over to be signed at the officer's own computer, and what came back."""

from models.errors.base import EcopyError, Words
from models.errors.conflicts import ConflictError
from models.errors.faults import SigningFault

_AGAIN = "Chọn ký lại để nhận liên kết mới; văn bản đã chuẩn bị vẫn còn nguyên."
_ANEW = "Ask to sign again and get new links; the prepared document is untouched."


class HandoverAwaited(SigningFault):
    code = "HANDOVER_AWAITED"
    retryable = False
    http_status = 409
    vi = Words(
        "Khóa này nằm trong thiết bị của cán bộ: {signer}. Máy chủ không ký thay được.",
        "Người giữ thiết bị ký tại máy của mình (xem docs/signing.md).",
    )
    en = Words(
        "This key is in the officer's own token: {signer}. The server can't sign in its place.",
        "Let its holder sign at their own computer (see docs/signing.md).",
    )


class HandoverNotConfigured(ConflictError):
    code = "HANDOVER_NOT_CONFIGURED"
    vi = Words(
        "Nơi này không ký tại máy của cán bộ.",
        "Đặt ECOPY_AGENCY_KEY (bản sao) hoặc ECOPY_CLERK_KEY (bản sao chụp) là vgca:/đường/dẫn/chung-thu.pem, hoặc làm như "
        "thường.",
    )
    en = Words(
        "Nothing is signed at the officer's computer here.",
        "Set ECOPY_AGENCY_KEY (e-copies) or ECOPY_CLERK_KEY (captures) to vgca:/path/certificate.pem, or go on as usual.",
    )


class HandoverNotNeeded(ConflictError):
    code = "HANDOVER_NOT_NEEDED"
    vi = Words(
        "Bản sao đã được ký hoặc đang chờ dấu thời gian ({state}).",
        "Không cần ký lại; nếu đang chờ dấu thời gian, phát hành lại sau ít phút.",
    )
    en = Words(
        "The copy is signed already, or waits for its time-stamp ({state}).",
        "There is no need to sign again; where it waits for a time-stamp, issue it again in some minutes.",
    )


class HandoverRefused(EcopyError):
    """Root of the reasons why what came back is not taken."""

    code = "HANDOVER_REFUSED"
    exit_code = 1
    http_status = 422
    vi = Words("Không nhận tệp đã ký: {reason}", _AGAIN)
    en = Words("The signed file is not taken: {reason}", _ANEW)


class HandoverExpired(HandoverRefused):
    code = "HANDOVER_EXPIRED"
    http_status = 410
    vi = Words("Liên kết ký đã hết hạn lúc {expires_at}.", _AGAIN)
    en = Words("The links for signing ran out at {expires_at}.", _ANEW)


class HandoverOver(HandoverRefused):
    code = "HANDOVER_OVER"
    http_status = 410
    vi = Words("Lần ký này đã kết thúc ({state}).", _AGAIN)
    en = Words("This hand-over has ended ({state}).", _ANEW)


class HandoverAnswered(HandoverRefused):
    code = "HANDOVER_ANSWERED"
    http_status = 409
    vi = Words(
        "Đã nhận một tệp khác cho lần ký này; tệp nhận trước được giữ.",
        "Không gửi lại; xem trạng thái của bản sao.",
    )
    en = Words(
        "Another file came back for this hand-over already; the first one stands.",
        "Don't send it again; look at the state of the copy.",
    )


class HandoverRewritten(HandoverRefused):
    code = "HANDOVER_REWRITTEN"
    vi = Words(
        "Tệp gửi về không giữ nguyên từng byte của văn bản đã chuẩn bị.",
        "Đặt chương trình ký ở chế độ ghi thêm (không lưu lại, in lại hay nén PDF), rồi ký lại.",
    )
    en = Words(
        "The file that came back does not keep the prepared document byte for byte.",
        "Let the program append its signature (no saving anew, printing or compressing), and sign again.",
    )


class HandoverUnsigned(HandoverRefused):
    code = "HANDOVER_UNSIGNED"
    vi = Words("Tệp gửi về chưa có chữ ký.", "Ký lại và nhập mã PIN đến khi chương trình báo ký xong.")
    en = Words(
        "There is no signature on what came back.",
        "Sign again; enter the PIN until the program says it has signed.",
    )


class HandoverExtraSignature(HandoverRefused):
    code = "HANDOVER_EXTRA_SIGNATURE"
    vi = Words("Tệp gửi về có {count} chữ ký, chỉ nhận một.", "Ký lại đúng một lần, không thêm chữ ký khác.")
    en = Words(
        "What came back has {count} signatures where one is wanted.",
        "Sign again, once and with nothing else.",
    )


class HandoverChanged(HandoverRefused):
    code = "HANDOVER_CHANGED"
    vi = Words(
        "Ngoài chữ ký, tệp gửi về còn thay đổi khác: {reason}",
        "Không thêm ghi chú, số, ngày hay trang vào tệp; ký lại văn bản như đã nhận.",
    )
    en = Words(
        "What came back was changed in more than the signature: {reason}",
        "Add no notes, numbers, dates or pages; sign the document as it was handed over.",
    )


class HandoverMisplaced(HandoverRefused):
    code = "HANDOVER_MISPLACED"
    vi = Words(
        "Mẫu chữ ký không hiện trong lề trên của trang 1.",
        "Trong chương trình ký, đặt mẫu chữ ký sao ở góc trên bên phải trang đầu, trong lề trên {margin_mm} mm.",
    )
    en = Words(
        "The mark of the signature does not show within the top margin of page 1.",
        "Set the program's mark for copies to the upper right of page 1, within the top {margin_mm} mm.",
    )


class HandoverCertified(HandoverRefused):
    code = "HANDOVER_CERTIFIED"
    vi = Words(
        "Chữ ký khóa văn bản (chứng nhận, DocMDP), nên không gia hạn dấu thời gian được.",
        "Ký theo kiểu ký phê duyệt, không khóa văn bản sau khi ký.",
    )
    en = Words(
        "The signature locks the document (certification, DocMDP), so it could never be renewed.",
        "Sign with an approval signature, without locking the document.",
    )


class HandoverFormat(HandoverRefused):
    code = "HANDOVER_FORMAT"
    vi = Words(
        "Chữ ký không theo PAdES: {reason}",
        "Chọn chuẩn PAdES (ETSI.CAdES.detached), SHA-256 trở lên trong cấu hình chương trình ký.",
    )
    en = Words(
        "The signature is not PAdES: {reason}",
        "Set the program to PAdES (ETSI.CAdES.detached) with SHA-256 or better.",
    )


class HandoverCertificate(HandoverRefused):
    code = "HANDOVER_CERTIFICATE"
    vi = Words(
        "Ký bằng chứng thư của “{signer}”, không phải chứng thư đã đăng ký.",
        "Cắm đúng thiết bị của cơ quan; nếu chứng thư mới cấp, nhờ người quản trị đăng ký.",
    )
    en = Words(
        "Signed with the certificate of “{signer}”, which is not the registered one.",
        "Plug in the agency's own token; a certificate newly issued has to be registered by the administrator.",
    )


class HandoverInvalid(HandoverRefused):
    code = "HANDOVER_INVALID"
    vi = Words(
        "Chữ ký trên tệp gửi về không hợp lệ: {reason}",
        "Kiểm tra chứng thư (thời hạn, thu hồi) và chương trình ký, rồi ký lại.",
    )
    en = Words(
        "The signature that came back does not hold: {reason}",
        "Check the certificate (validity, revocation) and the program, and sign again.",
    )


class HandoverNoRoom(HandoverRefused):
    code = "HANDOVER_NO_ROOM"
    vi = Words(
        "Chữ ký chưa có dấu thời gian và không còn chỗ để gắn.",
        "Bật dấu thời gian (TSA) trong cấu hình chương trình ký, rồi ký lại.",
    )
    en = Words(
        "The signature has no time-stamp, nor room for one.",
        "Turn on the time-stamp (TSA) in the program's settings, and sign again.",
    )
