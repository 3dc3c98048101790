"""Errors: keys that sign, wherever they live: on a token or HSM, or with a remote service."""

from models.errors.base import Words
from models.errors.faults import SigningFault


class KeyMismatch(SigningFault):
    code = "SIGNING_KEY_MISMATCH"
    retryable = False
    vi = Words(
        "Chữ ký nhận được không khớp chứng thư: {reason}",
        "Kiểm tra khóa và chứng thư có thuộc cùng một cặp; không dùng dịch vụ hay thiết bị này cho đến khi rõ.",
    )
    en = Words(
        "The signature that came back does not fit the certificate: {reason}",
        "Check that key and certificate belong together; don't use this service or token until it is clear why.",
    )


class KeyNotFound(SigningFault):
    code = "SIGNING_KEY_NOT_FOUND"
    retryable = False
    vi = Words(
        "{place} không có khóa hoặc chứng thư đã chỉ định: {reason}",
        "Kiểm tra `object`, `id` và tên token trong ECOPY_CLERK_KEY hoặc ECOPY_AGENCY_KEY.",
    )
    en = Words(
        "{place} lacks the key or certificate that is wanted: {reason}",
        "Check `object`, `id` and the token's name in ECOPY_CLERK_KEY or ECOPY_AGENCY_KEY.",
    )


class KeyModuleUnusable(SigningFault):
    code = "SIGNING_MODULE_UNUSABLE"
    vi = Words(
        "Không nạp được thư viện PKCS#11 {module}: {reason}",
        "Cài trình điều khiển của token và kiểm tra `module-path`.",
    )
    en = Words(
        "The PKCS#11 library {module} can't be loaded: {reason}",
        "Install the token's driver and check `module-path`.",
    )


class TokenAbsent(SigningFault):
    code = "SIGNING_TOKEN_ABSENT"
    vi = Words("Không thấy token {place}.", "Cắm token vào máy rồi thử lại; không cần khởi động lại ecopy.")
    en = Words("The token {place} is not there.", "Plug it in and try again; ecopy need not be restarted.")


class TokenBusy(SigningFault):
    code = "SIGNING_TOKEN_BUSY"
    vi = Words(
        "Token {place} đang bận: {reason}", "Thử lại sau ít phút; đóng chương trình khác đang dùng token."
    )
    en = Words(
        "The token {place} is busy: {reason}", "Try again later; close other programs that use the token."
    )


class TokenFault(SigningFault):
    code = "SIGNING_TOKEN_FAULT"
    vi = Words(
        "Token {place} gặp sự cố: {reason}", "Rút và cắm lại token, rồi thử lại; nếu còn lỗi, đổi token."
    )
    en = Words(
        "The token {place} failed: {reason}",
        "Take it out, plug it in again and try; if it persists, change the token.",
    )


class PinRefused(SigningFault):
    code = "SIGNING_PIN_REFUSED"
    retryable = False
    vi = Words(
        "{place} không nhận PIN: {reason}",
        "Ghi PIN đúng vào tệp PIN. ecopy không thử lại PIN này, để không khóa thiết bị.",
    )
    en = Words(
        "{place} does not take the PIN: {reason}",
        "Write the right PIN into the PIN's file. ecopy won't try this one again, so that nothing gets locked.",
    )


class PinLocked(SigningFault):
    code = "SIGNING_PIN_LOCKED"
    retryable = False
    vi = Words(
        "PIN của {place} đã hoặc sắp bị khóa: {reason}",
        "Mở khóa hoặc đăng nhập đúng một lần bằng công cụ của nhà cung cấp token, rồi thử lại.",
    )
    en = Words(
        "The PIN of {place} is locked or about to be: {reason}",
        "Unlock it, or log in once with the right PIN in the vendor's own tool, then try again.",
    )


class KeyServiceUnreachable(SigningFault):
    code = "SIGNING_SERVICE_UNREACHABLE"
    vi = Words(
        "Dịch vụ ký số {place} không trả lời: {reason}", "Kiểm tra mạng và dịch vụ; văn bản chờ, thử lại sau."
    )
    en = Words(
        "The signing service {place} does not answer: {reason}",
        "Check network and service; the document waits, try again later.",
    )


class KeyServiceRefused(SigningFault):
    code = "SIGNING_SERVICE_REFUSED"
    retryable = False
    vi = Words(
        "Dịch vụ ký số {place} từ chối: {reason}",
        "Kiểm tra mã truy cập (token) còn hạn, mã chứng thư số và quyền với nhà cung cấp dịch vụ.",
    )
    en = Words(
        "The signing service {place} refuses: {reason}",
        "Check that the access token is still good, the credential's identifier, and your rights with the provider.",
    )


class KeyServiceAnswerWrong(SigningFault):
    code = "SIGNING_SERVICE_ANSWER"
    retryable = False
    vi = Words(
        "Không hiểu câu trả lời của dịch vụ ký số {place}: {reason}",
        "Kiểm tra địa chỉ và phiên bản CSC API của dịch vụ; báo nhà cung cấp.",
    )
    en = Words(
        "The answer of the signing service {place} makes no sense: {reason}",
        "Check the service's address and version of the CSC API; tell the provider.",
    )


class SignatureNotConfirmed(SigningFault):
    code = "SIGNING_NOT_CONFIRMED"
    vi = Words(
        "Chưa xác nhận ký trên điện thoại: {reason}", "Ký lại và xác nhận trong ứng dụng của nhà cung cấp."
    )
    en = Words(
        "The signature was not confirmed on the phone: {reason}",
        "Sign again and confirm in the provider's application.",
    )
