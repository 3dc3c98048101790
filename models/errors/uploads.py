"""Errors: uploads in pieces, and the receipts for them."""

from models.errors.base import EcopyError, Words
from models.errors.conflicts import ConflictError
from models.errors.inputs import InputRefused
from models.errors.usage import UsageError


class UploadMalformed(UsageError):
    code = "UPLOAD_MALFORMED"
    vi = Words("Yêu cầu tải lên không đúng mẫu: {reason}", "Xem giao thức tus 1.0.0 và mô tả API.")
    en = Words(
        "The upload's request is not in its form: {reason}",
        "See the tus 1.0.0 protocol and the API's description.",
    )


class UploadVersion(UsageError):
    code = "UPLOAD_VERSION"
    http_status = 412
    vi = Words("Chỉ hỗ trợ tus {version}, không phải “{given}”.", "Gửi tiêu đề Tus-Resumable: {version}.")
    en = Words(
        "Only tus {version} is spoken here, not “{given}”.", "Send the header Tus-Resumable: {version}."
    )


class UploadMediaType(UsageError):
    code = "UPLOAD_MEDIA_TYPE"
    http_status = 415
    vi = Words("Nội dung phải là {wanted}.", "Gửi tiêu đề Content-Type: {wanted}.")
    en = Words("The body has to be {wanted}.", "Send the header Content-Type: {wanted}.")


class UploadTooLarge(UsageError):
    code = "UPLOAD_TOO_LARGE"
    http_status = 413
    vi = Words("Tệp {size} byte vượt quá {limit} byte.", "Chia tệp thành nhiều tệp nhỏ hơn rồi gửi lại.")
    en = Words(
        "A file of {size} bytes exceeds {limit} bytes.", "Divide it into smaller files and send those."
    )


class UploadTooLong(UsageError):
    code = "UPLOAD_TOO_LONG"
    http_status = 413
    vi = Words(
        "Nội dung dài hơn đã báo ({length} byte).", "Hỏi vị trí hiện tại (HEAD) rồi gửi đúng phần còn lại."
    )
    en = Words(
        "The body is longer than was said ({length} bytes).",
        "Ask for the offset (HEAD) and send what is left.",
    )


class UploadInterrupted(UsageError):
    code = "UPLOAD_INTERRUPTED"
    http_status = 408
    retryable = True
    vi = Words(
        "Đường truyền dừng giữa chừng; đã giữ {offset} byte.",
        "Hỏi vị trí hiện tại (HEAD) rồi gửi tiếp từ đó.",
    )
    en = Words(
        "The body broke off; {offset} bytes are kept.", "Ask for the offset (HEAD) and go on from there."
    )


class UploadChecksum(InputRefused):
    code = "UPLOAD_CHECKSUM"
    http_status = 460
    vi = Words("Mã kiểm tra của phần gửi không khớp; phần này bị bỏ.", "Gửi lại phần đó từ vị trí cũ.")
    en = Words(
        "The checksum of the piece is wrong; the piece was dropped.", "Send it again from the same offset."
    )


class UploadDamaged(InputRefused):
    code = "UPLOAD_DAMAGED"
    vi = Words("SHA-256 của cả tệp không khớp với mã đã báo.", "Tạo lại lượt tải lên và gửi lại cả tệp.")
    en = Words(
        "The SHA-256 of the whole file is not the one announced.",
        "Create the upload anew and send it all again.",
    )


class UploadQuota(EcopyError):
    code = "UPLOAD_QUOTA"
    exit_code = 1
    http_status = 429
    retryable = True
    vi = Words(
        "{caller} đang có {open} byte tải lên dở dang; thêm {size} byte sẽ quá {limit} byte.",
        "Hoàn tất hoặc hủy các lượt tải lên dở dang trước.",
    )
    en = Words(
        "{caller} has {open} bytes of unfinished uploads; {size} more would exceed {limit}.",
        "Finish or end those uploads first.",
    )


class UploadsTooMany(UploadQuota):
    code = "UPLOADS_TOO_MANY"
    vi = Words(
        "{caller} đang có {count} lượt tải lên dở dang, nhiều nhất là {limit}.",
        "Hoàn tất hoặc hủy các lượt tải lên dở dang trước.",
    )
    en = Words(
        "{caller} has {count} unfinished uploads; {limit} are the most.", "Finish or end those uploads first."
    )


class UploadExists(ConflictError):
    code = "UPLOAD_EXISTS"
    vi = Words("Lượt tải lên {id} đã có, với nội dung khác.", "Dùng mã ULID mới cho tệp khác.")
    en = Words("The upload {id} is there already, for something else.", "Use a new ULID for another file.")


class UploadOffset(ConflictError):
    code = "UPLOAD_OFFSET"
    vi = Words("Vị trí {given} không đúng; đang ở {offset}.", "Hỏi vị trí hiện tại (HEAD) rồi gửi từ đó.")
    en = Words("{given} is not the offset; it is {offset}.", "Ask for the offset (HEAD) and send from there.")


class UploadBusy(ConflictError):
    code = "UPLOAD_BUSY"
    http_status = 423
    retryable = True
    vi = Words("Lượt tải lên {id} đang được gửi ở kết nối khác.", "Chờ một lát rồi thử lại.")
    en = Words("Another connection is at work on the upload {id}.", "Wait a moment and try again.")


class UploadGone(ConflictError):
    code = "UPLOAD_GONE"
    http_status = 410
    vi = Words(
        "Lượt tải lên {id} đã kết thúc ({state}); không nhận thêm.", "Tạo lại lượt tải lên với cùng mã."
    )
    en = Words("The upload {id} has ended ({state}) and takes no more.", "Create it anew under the same id.")


class PartsNotHere(ConflictError):
    code = "UPLOAD_PARTS_NOT_HERE"
    vi = Words("Kho ở đây không nhận tải lên trực tiếp.", "Tải lên qua /api/v1/uploads (tus).")
    en = Words("The store here takes no direct uploads.", "Upload by /api/v1/uploads (tus).")


class PartsWrong(ConflictError):
    code = "UPLOAD_PARTS_WRONG"
    vi = Words("Các phần chưa đủ hoặc sai kích thước: {parts}", "Gửi (lại) các phần này rồi hoàn tất.")
    en = Words(
        "Parts are missing or of a wrong size: {parts}", "Send them (again), then complete the upload."
    )


class ReceiptInvalid(UsageError):
    code = "RECEIPT_INVALID"
    vi = Words("Biên nhận không hợp lệ: {reason}", "Giữ lại tệp và gửi lại; báo người quản trị.")
    en = Words(
        "The receipt does not hold: {reason}", "Keep the file and send it again; tell the administrator."
    )
