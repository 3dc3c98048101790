"""Errors: what is wrong with a request over HTTP."""

from models.errors.base import Words
from models.errors.conflicts import ConflictError
from models.errors.usage import UsageError


class RequestMalformed(UsageError):
    code = "REQUEST_MALFORMED"
    http_status = 422
    vi = Words("Yêu cầu không đúng mẫu: {fields}", "Xem mô tả API ở /api/v1/openapi.json.")
    en = Words(
        "The request is not in its form: {fields}", "See the API's description at /api/v1/openapi.json."
    )


class NoSuchAddress(UsageError):
    code = "NO_SUCH_ADDRESS"
    http_status = 404
    vi = Words("Không có địa chỉ này.", "Xem mô tả API ở /api/v1/openapi.json.")
    en = Words("There is no such address.", "See the API's description at /api/v1/openapi.json.")


class MethodNotAllowed(UsageError):
    code = "METHOD_NOT_ALLOWED"
    http_status = 405
    vi = Words("Địa chỉ này không nhận {method}.", "Xem mô tả API ở /api/v1/openapi.json.")
    en = Words("This address does not take {method}.", "See the API's description at /api/v1/openapi.json.")


class PreconditionFailed(ConflictError):
    code = "PRECONDITION_FAILED"
    http_status = 412
    vi = Words("Dữ liệu đã thay đổi từ lần xem trước.", "Xem lại bản mới rồi gửi lại với ETag của bản đó.")
    en = Words("It has changed since you looked.", "Look again and send the request with the new ETag.")


class RequestAtWork(ConflictError):
    code = "REQUEST_AT_WORK"
    retryable = True
    vi = Words("Yêu cầu trước cùng Idempotency-Key đang được xử lý.", "Đợi rồi gửi lại đúng yêu cầu đó.")
    en = Words(
        "An earlier request with this Idempotency-Key is still at work.", "Wait and send the same one again."
    )


class IdempotencyKeyReused(UsageError):
    code = "IDEMPOTENCY_KEY_REUSED"
    http_status = 422
    vi = Words("Idempotency-Key này đã dùng cho yêu cầu khác.", "Mỗi yêu cầu mới dùng một khóa mới.")
    en = Words("This Idempotency-Key was used for another request.", "Use a new key for a new request.")
