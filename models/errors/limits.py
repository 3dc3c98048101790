"""Errors: requests over HTTP that ask for more than one of them may have."""

from models.errors.base import EcopyError, Words


class LimitReached(EcopyError):
    """Root of what is refused before anybody looks at what is asked for."""

    code = "LIMIT_REACHED"
    exit_code = 1
    http_status = 400
    vi = Words("Yêu cầu vượt giới hạn: {reason}", "Xem giới hạn trong docs/api.md.")
    en = Words("The request goes beyond a limit: {reason}", "See the limits in docs/api.md.")


class BodyTooLarge(LimitReached):
    code = "BODY_TOO_LARGE"
    http_status = 413
    vi = Words(
        "Nội dung gửi lên lớn hơn {limit} byte cho phép ở địa chỉ này.",
        "Gửi tệp lớn qua /api/v1/uploads (giao thức tus).",
    )
    en = Words(
        "The body is larger than the {limit} bytes that this address takes.",
        "Send large files through /api/v1/uploads (the tus protocol).",
    )


class BodyTooSlow(LimitReached):
    code = "BODY_TOO_SLOW"
    http_status = 408
    retryable = True
    vi = Words(
        "Nội dung gửi lên quá chậm: {received} byte trong {seconds} giây.",
        "Gửi lại; với đường truyền yếu, dùng /api/v1/uploads để gửi tiếp từ chỗ dừng.",
    )
    en = Words(
        "The body came too slowly: {received} bytes in {seconds} seconds.",
        "Send it again; on a weak line use /api/v1/uploads, which goes on where it stopped.",
    )


class HeadersTooLarge(LimitReached):
    code = "HEADERS_TOO_LARGE"
    http_status = 431
    vi = Words("Phần tiêu đề quá lớn: {reason}", "Gửi ít tiêu đề hơn; tối đa {count} dòng, {limit} byte.")
    en = Words("The headers are too large: {reason}", "Send fewer; at most {count} lines and {limit} bytes.")


class AddressTooLong(LimitReached):
    code = "ADDRESS_TOO_LONG"
    http_status = 414
    vi = Words("Địa chỉ dài hơn {limit} byte.", "Rút ngắn tham số của truy vấn.")
    en = Words("The address is longer than {limit} bytes.", "Shorten the query's parameters.")


class ForbiddenCharacters(LimitReached):
    code = "FORBIDDEN_CHARACTERS"
    vi = Words(
        "Có ký tự không được dùng ở {where}.", "Bỏ ký tự điều khiển (như U+0000) và mã hóa UTF-8 đúng."
    )
    en = Words(
        "There are characters in {where} that can't stand there.",
        "Leave control characters such as U+0000 out, and encode as UTF-8.",
    )


class NotHttp(LimitReached):
    code = "NOT_HTTP"
    vi = Words("Yêu cầu không đúng HTTP/1.1.", "Kiểm tra chương trình gửi và các máy trung gian.")
    en = Words("The request is not HTTP/1.1.", "Check the sending program and what stands in between.")


class TooManyRequests(LimitReached):
    code = "TOO_MANY_REQUESTS"
    http_status = 429
    retryable = True
    vi = Words("Gửi quá nhiều yêu cầu.", "Chờ {retry_after_s} giây rồi gửi lại; giãn nhịp gửi.")
    en = Words("Too many requests.", "Wait {retry_after_s} seconds and send again, at a slower pace.")


class TooBusy(LimitReached):
    code = "TOO_BUSY"
    http_status = 503
    retryable = True
    vi = Words("Máy chủ đang có quá nhiều kết nối.", "Chờ ít giây rồi gửi lại.")
    en = Words("The server has too many connections.", "Wait a few seconds and send again.")
