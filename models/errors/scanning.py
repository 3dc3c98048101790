"""Errors: what goes wrong between the paper and the scanner. What was scanned before stays, and scanning goes on after it."""

from models.errors.base import EcopyError, Words
from models.errors.usage import UsageError

_KEPT = "Các trang đã quét vẫn được giữ; "
_STAYS = "The pages scanned so far are kept; "


class ScannerFault(EcopyError):
    """Root of what a scanner can't do now; `scanner` names it."""

    code = "SCANNER_FAULT"
    retryable = True
    http_status = 503
    vi = Words(
        "Máy quét {scanner} báo lỗi: {reason}",
        _KEPT + "tắt rồi bật lại máy quét và quét tiếp. Vẫn lỗi: báo người quản trị.",
    )
    en = Words(
        "The scanner {scanner} reports a fault: {reason}",
        _STAYS + "switch the scanner off and on and go on. If it stays so, tell the administrator.",
    )


class ScannerNotFound(ScannerFault):
    code = "SCANNER_NOT_FOUND"
    http_status = 404
    vi = Words(
        "Không thấy máy quét {scanner}.",
        "Kiểm tra dây nguồn, dây USB hoặc mạng rồi thử lại; xem danh sách bằng `ecopy kiosk doctor`.",
    )
    en = Words(
        "There is no scanner {scanner}.",
        "Check its power, its USB cable or the network and try again; `ecopy kiosk doctor` lists those there are.",
    )


class ScannerGone(ScannerFault):
    code = "SCANNER_GONE"
    vi = Words(
        "Mất kết nối với máy quét {scanner} giữa chừng.",
        _KEPT + "cắm lại dây, chờ máy sẵn sàng rồi quét tiếp từ tờ chưa có.",
    )
    en = Words(
        "The connection to the scanner {scanner} broke off.",
        _STAYS + "plug it in again, wait until it is ready, and go on with the first sheet that is missing.",
    )


class ScannerBusy(ScannerFault):
    code = "SCANNER_BUSY"
    http_status = 409
    vi = Words(
        "Máy quét {scanner} đang bận.",
        "Chờ lượt quét kia xong, hoặc đóng chương trình quét khác, rồi thử lại.",
    )
    en = Words(
        "The scanner {scanner} is busy.",
        "Wait until the other scan is done, or close the other scanning program, and try again.",
    )


class ScannerDenied(ScannerFault):
    code = "SCANNER_DENIED"
    retryable = False
    http_status = 403
    vi = Words(
        "Không được phép dùng máy quét {scanner}.",
        "Thêm người dùng của kiosk vào nhóm scanner, hoặc bỏ khóa trên máy quét.",
    )
    en = Words(
        "The scanner {scanner} may not be used from here.",
        "Put the kiosk's user into the group scanner, or lift the lock at the scanner.",
    )


class ScannerSetting(ScannerFault):
    code = "SCANNER_SETTING"
    retryable = False
    http_status = 422
    vi = Words(
        "Máy quét {scanner} không quét được như hồ sơ quét đòi hỏi: {what}.",
        "Chọn hồ sơ quét khác, hoặc dùng máy quét khác.",
    )
    en = Words(
        "The scanner {scanner} can't scan as the profile asks: {what}.",
        "Choose another profile, or use another scanner.",
    )


class FeederEmpty(ScannerFault):
    code = "SCANNER_NO_PAPER"
    http_status = 409
    vi = Words("Khay nạp của {scanner} chưa có giấy.", "Đặt giấy vào khay nạp, đẩy sát vào trong, rồi quét.")
    en = Words("The feeder of {scanner} is empty.", "Put the paper into the feeder, push it in, and scan.")


class PaperJam(ScannerFault):
    code = "SCANNER_JAM"
    http_status = 409
    vi = Words(
        "Kẹt giấy trong {scanner}.",
        _KEPT + "mở nắp, lấy tờ bị kẹt ra, đặt lại tờ đó lên trên các tờ chưa quét rồi quét tiếp.",
    )
    en = Words(
        "Paper is jammed in {scanner}.",
        _STAYS + "open the cover, take the sheet out, lay it on top of those not scanned yet, and go on.",
    )


class DoubleFeed(ScannerFault):
    code = "SCANNER_DOUBLE_FEED"
    http_status = 409
    vi = Words(
        "{scanner} kéo hai tờ cùng lúc.",
        _KEPT + "tách các tờ dính nhau, gỡ ghim, đặt lại các tờ vừa kéo lên trên rồi quét tiếp.",
    )
    en = Words(
        "{scanner} pulled two sheets at once.",
        _STAYS + "part the sheets, take out staples, lay those just pulled back on top, and go on.",
    )


class CoverOpen(ScannerFault):
    code = "SCANNER_COVER_OPEN"
    http_status = 409
    vi = Words("Nắp của {scanner} đang mở.", _KEPT + "đóng nắp rồi quét tiếp.")
    en = Words("The cover of {scanner} is open.", _STAYS + "close it and go on.")


class ScannedFileRefused(ScannerFault):
    """`file` is a name in the watched folder; the file was put aside in its folder `rejected`."""

    code = "SCANNED_FILE_REFUSED"
    retryable = False
    http_status = 422
    vi = Words(
        "Tệp {file} trong {scanner} không dùng được tại kiosk: {reason}",
        "Tệp nằm trong thư mục con rejected. Cho máy quét lưu JPEG, PNG hoặc TIFF rồi quét lại; tệp PDF thì nộp thẳng lên máy chủ.",
    )
    en = Words(
        "The file {file} in {scanner} can't be used at a kiosk: {reason}",
        "It lies in the folder rejected there. Let the scanner save JPEG, PNG or TIFF and scan again; hand PDFs in at the server.",
    )


class BadScannerAddress(UsageError):
    code = "SCANNER_ADDRESS_WRONG"
    vi = Words(
        "Địa chỉ máy quét không hiểu được: {address}",
        "Viết theo dạng sane:TÊN, escl:http://ĐỊA-CHỈ/eSCL, folder:/THƯ/MỤC, camera:0 hoặc windows:MÃ; `ecopy kiosk doctor` liệt kê các máy.",
    )
    en = Words(
        "This is no address of a scanner: {address}",
        "Write sane:NAME, escl:http://HOST/eSCL, folder:/PATH, camera:0 or windows:ID; `ecopy kiosk doctor` lists those there are.",
    )
