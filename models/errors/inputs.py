"""Errors: why an input can't become an e-copy."""

from models.errors.base import EcopyError, Words


class InputRefused(EcopyError):
    code = "INPUT_REFUSED"
    exit_code = 1
    http_status = 422
    vi = Words("Không nhận được tệp: {reason}", "Quét lại bản giấy rồi gửi lại.")
    en = Words("The file was refused: {reason}", "Scan the paper again and resubmit.")


class EmptyFile(InputRefused):
    code = "INPUT_EMPTY"
    vi = Words("Tệp trống (0 byte).", "Quét lại bản giấy; kiểm tra ổ đĩa của máy quét còn chỗ.")
    en = Words("The file is empty (0 bytes).", "Scan again; check that the scanner's disk is not full.")


class FileUnreadable(InputRefused):
    code = "INPUT_FILE_UNREADABLE"
    vi = Words("Không mở được tệp: {reason}", "Kiểm tra quyền đọc và ổ đĩa rồi gửi lại.")
    en = Words("The file can't be opened: {reason}", "Check its permissions and disk, then resubmit.")


class NotADocument(InputRefused):
    code = "INPUT_NOT_A_DOCUMENT"
    vi = Words("Nội dung tệp không phải ảnh quét hay PDF.", "Nộp PNG, JPEG, TIFF, HEIC hoặc PDF.")
    en = Words("The content is neither a scan nor a PDF.", "Submit PNG, JPEG, TIFF, HEIC or PDF.")


class WrongExtension(InputRefused):
    code = "INPUT_WRONG_EXTENSION"
    vi = Words(
        "Phần mở rộng “{extension}” không khớp nội dung ({kind}).",
        "Kiểm tra đây đúng là tệp cần nộp, đổi phần mở rộng cho đúng rồi gửi lại.",
    )
    en = Words(
        "The extension “{extension}” does not match the content ({kind}).",
        "Make sure this is the file you mean, correct its extension, and resubmit.",
    )


class TruncatedFile(InputRefused):
    code = "INPUT_TRUNCATED"
    vi = Words("Tệp bị cụt hoặc hỏng: {reason}", "Chép lại từ máy quét hoặc quét lại bản giấy.")
    en = Words("The file is cut short or damaged: {reason}", "Copy it again from the scanner, or rescan.")


class PasswordProtected(InputRefused):
    code = "INPUT_PASSWORD"
    vi = Words("PDF có mật khẩu.", "Gỡ mật khẩu rồi gửi lại, hoặc quét bản giấy.")
    en = Words("The PDF is password-protected.", "Remove the password and resubmit, or scan the paper.")


class NoPages(InputRefused):
    code = "INPUT_NO_PAGES"
    vi = Words("PDF không có trang nào.", "Xuất lại PDF từ nguồn, hoặc quét bản giấy.")
    en = Words("The PDF has no pages.", "Export it again from its source, or scan the paper.")


class TooManyPages(InputRefused):
    code = "INPUT_TOO_MANY_PAGES"
    vi = Words("Có {pages} trang, vượt giới hạn {limit}.", "Chia thành nhiều tệp, hoặc tăng ECOPY_MAX_PAGES.")
    en = Words("{pages} pages exceed the limit of {limit}.", "Split the file, or raise ECOPY_MAX_PAGES.")


class TooManyPixels(InputRefused):
    code = "INPUT_TOO_MANY_PIXELS"
    quarantine = True
    vi = Words("Ảnh {width}×{height} điểm vượt giới hạn {limit} điểm.", "Quét lại ở 300 dpi.")
    en = Words("The image of {width}×{height} exceeds the limit of {limit} pixels.", "Rescan at 300 dpi.")


class TooLarge(InputRefused):
    code = "INPUT_TOO_LARGE"
    vi = Words("Tệp {size} byte vượt giới hạn {limit}.", "Chia nhỏ tệp, hoặc tăng ECOPY_MAX_FILE_BYTES.")
    en = Words("{size} bytes exceed the limit of {limit}.", "Split the file, or raise ECOPY_MAX_FILE_BYTES.")


class DecompressionBomb(InputRefused):
    code = "INPUT_DECOMPRESSION_BOMB"
    quarantine = True
    vi = Words("Tệp phình to bất thường khi giải nén.", "Không mở tệp này; quét lại từ bản giấy.")
    en = Words("The file expands abnormally when decompressed.", "Do not open it; scan the paper instead.")


class ActiveContent(InputRefused):
    code = "INPUT_ACTIVE_CONTENT"
    quarantine = True
    vi = Words("PDF chứa mã thực thi ({found}).", "Không mở tệp này; xin bản sạch hoặc quét bản giấy.")
    en = Words(
        "The PDF carries active content ({found}).", "Do not open it; get a clean one or scan the paper."
    )


class LimitExceeded(InputRefused):
    code = "INPUT_LIMIT_EXCEEDED"
    quarantine = True
    passing = False
    """Whether the machine may be to blame and not the file: time on the clock ran out, or somebody killed the process."""
    vi = Words(
        "Xử lý tệp vượt giới hạn {limit} ở bước {stage}.",
        "Quét lại từ bản giấy; nếu tệp lành, tăng giới hạn trong cấu hình.",
    )
    en = Words(
        "Handling the file exceeded the limit of {limit} at {stage}.",
        "Scan the paper again; if the file is sound, raise the limit in the settings.",
    )


class Unreadable(InputRefused):
    code = "INPUT_UNREADABLE"
    quarantine = True
    vi = Words("Không đọc được cấu trúc tệp: {reason}", "Xuất hoặc quét lại tệp.")
    en = Words("The structure of the file can't be read: {reason}", "Export or scan it again.")
