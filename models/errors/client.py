"""Errors: what a program meets that asks another installation over HTTP."""

from models.errors.base import EcopyError, Words


class RemoteFault(EcopyError):
    """Root of what goes wrong on the way to the other side and back; what that side says is raised as its own error."""

    code = "REMOTE_FAULT"
    http_status = 503
    retryable = True
    vi = Words("Không dùng được máy chủ ecopy: {reason}", "Kiểm tra địa chỉ và mạng, rồi thử lại.")
    en = Words(
        "The ecopy server can't be used: {reason}", "Check the address and the network, then try again."
    )


class ServerUnreachable(RemoteFault):
    code = "SERVER_UNREACHABLE"
    vi = Words("Không kết nối được {url}: {reason}", "Kiểm tra địa chỉ và mạng, rồi thử lại.")
    en = Words("{url} can't be reached: {reason}", "Check the address and the network, then try again.")


class ServerNotTrusted(RemoteFault):
    code = "SERVER_NOT_TRUSTED"
    retryable = False
    vi = Words(
        "Không tin được chứng thư của {url}: {reason}",
        "Không gửi gì. Kiểm tra ngày giờ của máy và tệp CA; nếu chứng thư máy chủ vừa đổi, hỏi người quản trị trước khi tin.",
    )
    en = Words(
        "The certificate of {url} can't be trusted: {reason}",
        "Nothing was sent. Check this machine's date and the CA file; if the server's certificate has just changed, ask the "
        "administrator before you trust it.",
    )


class AnswerNotUnderstood(RemoteFault):
    code = "ANSWER_NOT_UNDERSTOOD"
    retryable = False
    vi = Words(
        "Máy chủ trả lời không đúng mẫu ({status}): {reason}",
        "Kiểm tra địa chỉ có phải của ecopy, và phiên bản hai bên.",
    )
    en = Words(
        "The server's answer is not in its form ({status}): {reason}",
        "Check that the address is ecopy's, and both sides' versions.",
    )


class DownloadDamaged(RemoteFault):
    code = "DOWNLOAD_DAMAGED"
    vi = Words("Tệp nhận được không khớp mã băm của máy chủ.", "Tải lại; tệp dở dang đã bị xóa.")
    en = Words(
        "The file received does not match the server's hash.", "Fetch it again; what had come is removed."
    )


class BadClientKey(RemoteFault):
    code = "BAD_CLIENT_KEY"
    retryable = False
    exit_code = 2
    vi = Words(
        "Không dùng được khóa ở {path}: {reason}", "Dùng khóa riêng Ed25519 hoặc P-256, dạng PEM hoặc JWK."
    )
    en = Words(
        "The key at {path} can't be used: {reason}", "Use a private Ed25519 or P-256 key, as PEM or JWK."
    )
