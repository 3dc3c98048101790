"""Errors: what the state of things forbids."""

from models.errors.base import EcopyError, Words


class ConflictError(EcopyError):
    code = "CONFLICT"
    exit_code = 1
    http_status = 409
    vi = Words("Trạng thái hiện tại không cho phép: {reason}", "Xem `ecopy show`.")
    en = Words("The present state forbids it: {reason}", "See `ecopy show`.")


class IllegalTransition(ConflictError):
    code = "ILLEGAL_TRANSITION"
    vi = Words("{what} không thể đi từ “{before}” sang “{after}”.", "Xem trạng thái bằng `ecopy show`.")
    en = Words("A {what} can't go from “{before}” to “{after}”.", "Look at the state with `ecopy show`.")


class NotFound(ConflictError):
    code = "NOT_FOUND"
    http_status = 404
    vi = Words("Không có {what} mang mã {id}.", "Kiểm tra lại mã và --home.")
    en = Words("There is no {what} with the id {id}.", "Check the id and --home.")


class StillDoubtful(ConflictError):
    code = "STILL_DOUBTFUL"
    vi = Words("Còn trường chưa rõ: {fields}.", "Bổ sung bằng --set tên=giá trị theo bản giấy.")
    en = Words(
        "Some fields are still doubtful: {fields}.", "Supply them with --set name=value from the paper."
    )


class NotConfirmed(ConflictError):
    code = "NOT_CONFIRMED"
    vi = Words("Giấy tờ chưa được ai xác nhận.", "Chạy `ecopy confirm {id} --as officer` trước.")
    en = Words("Nobody has confirmed this document.", "Run `ecopy confirm {id} --as officer` first.")


class CopyNotAllowed(ConflictError):
    code = "COPY_NOT_ALLOWED"
    vi = Words("Không được lập bản sao y: {reason}", "Dùng bản gốc hoặc bản chính; quét lại nếu ảnh kém.")
    en = Words("No e-copy may be made: {reason}", "Use the original or bản chính; rescan a poor image.")


class NotForPaper(ConflictError):
    code = "NOT_FOR_PAPER"
    vi = Words(
        "Không được chuyển {id} ra bản giấy: {reason}",
        "Chỉ bản còn giá trị, có chữ ký số xác thực được mới chuyển ra giấy; xem `ecopy status` và `ecopy verify`.",
    )
    en = Words(
        "{id} may not be converted to paper: {reason}",
        "Only what counts today and whose signatures hold goes to paper; see `ecopy status` and `ecopy verify`.",
    )


class TooFewJudgements(ConflictError):
    code = "TOO_FEW_JUDGEMENTS"
    vi = Words(
        "Mới có {fields} trường của {documents} giấy tờ được người xem xác nhận hoặc sửa ({wrong} trường sai); "
        "cần ít nhất {fewest_fields} trường, {fewest_documents} giấy tờ và {fewest_wrong} trường sai.",
        "Tiếp tục rà soát bằng `ecopy confirm`, hoặc thêm mẫu của nơi khác bằng --samples; hiệu chuẩn hiện tại giữ nguyên.",
    )
    en = Words(
        "People have confirmed or corrected {fields} fields of {documents} documents so far ({wrong} of them wrong); "
        "at least {fewest_fields} fields, {fewest_documents} documents and {fewest_wrong} wrong ones are needed.",
        "Go on reviewing with `ecopy confirm`, or add samples of other places with --samples; the present calibration stays.",
    )


class NoBetterCalibration(ConflictError):
    code = "NO_BETTER_CALIBRATION"
    vi = Words(
        "Hiệu chuẩn mới không tốt hơn hiệu chuẩn đang dùng: {reason}.",
        "Giữ hiệu chuẩn đang dùng; không tệp nào được ghi. Thử lại khi có thêm giấy tờ được rà soát.",
    )
    en = Words(
        "The new calibration is no better than the present one: {reason}.",
        "Keep the present one; no file was written. Try again when more documents have been reviewed.",
    )


class HomeBusy(ConflictError):
    code = "HOME_BUSY"
    retryable = True
    vi = Words("Giấy tờ {id} đang được tiến trình khác xử lý.", "Đợi tiến trình kia xong rồi chạy lại.")
    en = Words("Another process is working on document {id}.", "Wait for it to finish and run again.")
