"""Errors: kiosks, what they keep until the server has it, and what they believe."""

from models.errors.access import AccessRefused
from models.errors.base import EcopyError, Words
from models.errors.conflicts import ConflictError
from models.errors.inputs import InputRefused
from models.errors.usage import BadSettings


class SealedPageInvalid(InputRefused):
    code = "SEALED_PAGE_INVALID"
    vi = Words(
        "Trang niêm phong không mở được: {reason}", "Giữ nguyên kiosk, báo người quản trị; quét lại trang đó."
    )
    en = Words(
        "The sealed page can't be opened: {reason}",
        "Leave the kiosk as it is, tell the administrator; scan it again.",
    )


class KioskNotEnrolled(ConflictError):
    code = "KIOSK_NOT_ENROLLED"
    vi = Words(
        "Kiosk này chưa được ghi danh với máy chủ nào.",
        "Xin người quản trị mã ghi danh, rồi chạy `ecopy kiosk enroll ĐỊA-CHỈ --code MÃ`.",
    )
    en = Words(
        "This kiosk belongs to no server yet.",
        "Ask the administrator for an enrolment code, then run `ecopy kiosk enroll ADDRESS --code CODE`.",
    )


class KioskEnrolled(ConflictError):
    code = "KIOSK_ENROLLED"
    vi = Words(
        "Kiosk này đã ghi danh là {client} tại {url}.",
        "Muốn ghi danh lại: gửi hết giấy tờ còn giữ, rồi thêm `--again`.",
    )
    en = Words(
        "This kiosk is {client} of {url} already.",
        "To enrol it anew, let it send all that it holds, then add `--again`.",
    )


class KioskSecretsLost(EcopyError):
    code = "KIOSK_SECRETS_LOST"
    http_status = 503
    vi = Words(
        "Không lấy được khóa bí mật của kiosk từ {place}.",
        "Mở khóa vòng khóa (keyring) của hệ thống rồi thử lại; mất hẳn thì báo người quản trị thu hồi và ghi danh lại. "
        "Không xóa thư mục của kiosk: trang đã quét còn trong đó.",
    )
    en = Words(
        "The kiosk's secrets can't be had from {place}.",
        "Unlock the system's keyring and try again; if they are gone, let the administrator revoke the kiosk and enrol it "
        "anew. Don't delete the kiosk's folder: scanned pages are in it.",
    )


class KioskClockWrong(EcopyError):
    code = "KIOSK_CLOCK_WRONG"
    retryable = True
    http_status = 503
    vi = Words(
        "Đồng hồ của kiosk lệch {seconds} giây so với máy chủ, nên máy chủ không nhận.",
        "Chỉnh lại ngày giờ của máy (nên bật đồng bộ tự động); giấy tờ đã quét vẫn được giữ và sẽ tự gửi.",
    )
    en = Words(
        "The kiosk's clock is {seconds} seconds off the server's, which therefore takes nothing.",
        "Set the date and time (best by network); what was scanned is kept and goes by itself.",
    )


class KioskTwice(ConflictError):
    code = "KIOSK_TWICE"
    vi = Words(
        "Có hai máy cùng dùng danh tính của kiosk này; kiosk ngừng gửi, những gì đã quét vẫn được giữ.",
        "Báo người quản trị: tắt máy sao chép thư mục của kiosk, hoặc thu hồi rồi ghi danh lại từng máy.",
    )
    en = Words(
        "Two computers use this kiosk's identity; it sends nothing, and keeps what was scanned.",
        "Tell the administrator: stop the one that has a copy of the kiosk's folder, or revoke it and enrol each anew.",
    )


class OrdersMissing(EcopyError):
    code = "KIOSK_ORDERS_MISSING"
    retryable = True
    http_status = 503
    vi = Words(
        "Kiosk chưa có hồ sơ quét do máy chủ ký: {reason}",
        "Nối mạng để kiosk lấy hồ sơ quét mới rồi thử lại.",
    )
    en = Words(
        "The kiosk has no scan profiles that the server signed: {reason}",
        "Connect it so that it fetches new ones, then try again.",
    )


class ProfileUnknown(InputRefused):
    code = "KIOSK_PROFILE_UNKNOWN"
    vi = Words("Không có hồ sơ quét tên {name}.", "Chọn một trong: {known}.")
    en = Words("There is no scan profile {name}.", "Choose one of: {known}.")


class NoDossierAtCounter(ConflictError):
    code = "KIOSK_NO_DOSSIER"
    vi = Words("Chưa có hồ sơ nào trên quầy.", "Nhập mã hồ sơ, hoặc lấy mã tạm khi mất mạng.")
    en = Words(
        "There is no dossier on the counter.",
        "Enter its code, or take a provisional one where there is no line.",
    )


class CardNotRead(InputRefused):
    code = "KIOSK_CARD_NOT_READ"
    vi = Words(
        "Không đọc được mã QR có số định danh trên thẻ.",
        "Đặt mặt có mã QR úp xuống mặt kính cho phẳng rồi thử lại, hoặc gõ số.",
    )
    en = Words(
        "No QR code with a personal number could be read on the card.",
        "Lay the side with the QR code flat on the glass and try again, or type the number.",
    )


class BadDossierCode(InputRefused):
    code = "BAD_DOSSIER_CODE"
    vi = Words(
        "“{value}” không phải mã hồ sơ: {reason}", "Nhập lại mã như trên giấy tiếp nhận, hoặc quét mã."
    )
    en = Words(
        "“{value}” is no dossier code: {reason}",
        "Enter the code again as on the receipt of the dossier, or scan it.",
    )


class PictureNotJudged(EcopyError):
    code = "PICTURE_NOT_JUDGED"
    vi = Words(
        "Trang đã được giữ nhưng chưa kiểm tra được chất lượng: {reason}",
        "Xem trang trên giấy: nghiêng, mờ, thiếu mép thì quét lại.",
    )
    en = Words(
        "The page is kept, but its quality could not be checked: {reason}",
        "Look at the paper: if it lay askew, or an edge was missing, scan it again.",
    )


class SpoolFull(EcopyError):
    code = "SPOOL_FULL"
    retryable = True
    http_status = 507
    vi = Words(
        "Đĩa của kiosk chỉ còn {free}; trang vừa quét chưa được giữ, các trang trước vẫn an toàn.",
        "Chờ kiosk gửi bớt lên máy chủ (kiểm tra mạng), rồi quét lại trang này.",
    )
    en = Words(
        "The kiosk's disk has {free} left; the page just scanned was not kept, those before it are safe.",
        "Let the kiosk send some of what it holds (check the network), then scan this page again.",
    )


class SpoolBroken(EcopyError):
    code = "SPOOL_BROKEN"
    http_status = 503
    vi = Words(
        "Kho tạm của kiosk hỏng: {reason}", "Ngừng quét, không xóa gì trong {place}, báo người quản trị."
    )
    en = Words(
        "The kiosk's spool is broken: {reason}",
        "Stop scanning, delete nothing in {place}, tell the administrator.",
    )


class SpoolBusy(ConflictError):
    code = "SPOOL_BUSY"
    vi = Words(
        "Một chương trình kiosk khác đang dùng {place}.",
        "Đóng chương trình kia, hoặc dùng trang kiosk đang mở.",
    )
    en = Words("Another kiosk program uses {place}.", "Close it, or use the kiosk page that is open.")


class ScanClosed(ConflictError):
    code = "SCAN_CLOSED"
    vi = Words(
        "Giấy tờ này đã chốt, đang được gửi; không sửa được nữa.", "Muốn đổi thì quét thành giấy tờ mới."
    )
    en = Words(
        "This paper is closed and on its way; it can't be changed any more.",
        "To change it, scan it as a new one.",
    )


class ScanEmpty(ConflictError):
    code = "SCAN_EMPTY"
    vi = Words("Giấy tờ này chưa có trang nào.", "Quét ít nhất một trang rồi chốt, hoặc bỏ giấy tờ này.")
    en = Words("This paper has no page yet.", "Scan a page before you close it, or drop it.")


class ScanUnknown(ConflictError):
    code = "SCAN_UNKNOWN"
    vi = Words("Kiosk không giữ giấy tờ hay trang này.", "Xem lại danh sách bằng `ecopy kiosk spool`.")
    en = Words("The kiosk holds no such paper or page.", "See what it holds with `ecopy kiosk spool`.")


class OrdersInvalid(InputRefused):
    code = "ORDERS_INVALID"
    vi = Words(
        "Lệnh của máy chủ cho kiosk không hợp lệ: {reason}",
        "Kiosk giữ lệnh cũ; kiểm tra địa chỉ máy chủ, báo người quản trị.",
    )
    en = Words(
        "The server's orders to the kiosk don't hold: {reason}",
        "The kiosk goes on with those it has; check the server's address, tell the administrator.",
    )


class ScanProfilesWrong(BadSettings):
    code = "SCAN_PROFILES_WRONG"
    http_status = 503
    vi = Words("Tệp hồ sơ quét {path} chưa đúng: {reason}", "Sửa tệp (ECOPY_SCAN_PROFILES) rồi chạy lại.")
    en = Words(
        "The file of scan profiles {path} is wrong: {reason}",
        "Correct it (ECOPY_SCAN_PROFILES), start again.",
    )


class EnrolmentRefused(AccessRefused):
    """One answer for a code that was never given, was used, or has run out, and for a client that is closed."""

    code = "ENROLMENT_REFUSED"
    http_status = 403
    vi = Words(
        "Mã ghi danh không dùng được: gõ sai, đã dùng, đã hết hạn, hoặc thiết bị đang bị khóa.",
        "Gõ lại đúng mã; vẫn không được thì xin người quản trị mã mới (`ecopy client invite`).",
    )
    en = Words(
        "The enrolment code does not work: mistyped, used, run out, or the device is closed.",
        "Type it again; failing that, ask the administrator for a new one (`ecopy client invite`).",
    )
