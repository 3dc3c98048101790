"""Errors: what is wrong with the words of a call."""

from models.errors.base import EcopyError, Words


class UsageError(EcopyError):
    code = "USAGE"
    exit_code = 2
    http_status = 400
    vi = Words("Cách gọi chưa đúng: {reason}", "Xem `ecopy --help`.")
    en = Words("Wrong usage: {reason}", "See `ecopy --help`.")


class PartsMissing(UsageError):
    """A command of the server's on a computer that has the kiosk's parts alone."""

    code = "PARTS_MISSING"
    vi = Words(
        "Bản cài đặt này chỉ có phần của kiosk, thiếu {name}.",
        "Cài phần máy chủ: pip install 'ecopy[server]'.",
    )
    en = Words(
        "Only the kiosk's parts are installed here; {name} is missing.",
        "Install the server's: pip install 'ecopy[server]'.",
    )


class PathNotFound(UsageError):
    code = "PATH_NOT_FOUND"
    vi = Words("Không tìm thấy {path}.", "Kiểm tra lại đường dẫn.")
    en = Words("{path} does not exist.", "Check the path.")


class NoTrustAnchor(UsageError):
    code = "NO_TRUST_ANCHOR"
    vi = Words("Không có gốc tin cậy ở {path}.", "Cho biết tệp PEM bằng --trust, hoặc --home đã khởi tạo.")
    en = Words(
        "There is no trust anchor at {path}.", "Name a PEM file with --trust, or an initialised --home."
    )


class UnknownPerson(UsageError):
    code = "UNKNOWN_PERSON"
    vi = Words("Không có người nào tên “{person}”.", "Chọn một trong: {known}.")
    en = Words("There is no person called “{person}”.", "Choose one of: {known}.")


class WrongRole(UsageError):
    code = "WRONG_ROLE"
    http_status = 403
    vi = Words("“{person}” không có thẩm quyền {act}.", "Việc này thuộc về: {allowed}.")
    en = Words("“{person}” may not {act}.", "This belongs to: {allowed}.")


class UnknownDocumentType(UsageError):
    code = "UNKNOWN_DOCUMENT_TYPE"
    vi = Words("Không có loại giấy tờ “{type}”.", "Chọn một trong: {known}.")
    en = Words("There is no document type “{type}”.", "Choose one of: {known}.")


class UnknownField(UsageError):
    code = "UNKNOWN_FIELD"
    vi = Words("Loại giấy tờ này không có trường “{field}”.", "Chọn một trong: {known}.")
    en = Words("This type of document has no field “{field}”.", "Choose one of: {known}.")


class BadFieldValue(UsageError):
    code = "BAD_FIELD_VALUE"
    vi = Words(
        "Giá trị “{value}” không hợp lệ cho trường “{field}”: {reason}", "Nhập lại giá trị như trên giấy."
    )
    en = Words("“{value}” is no valid value of “{field}”: {reason}", "Type the value again as printed.")


class BadPages(UsageError):
    code = "BAD_PAGES"
    vi = Words(
        "Cách chia trang “{pages}” không dùng được: {reason}",
        "Ghi trang của từng giấy tờ theo thứ tự, ví dụ `--parts 1-2,3,4-6`, hoặc dùng `--one-document`.",
    )
    en = Words(
        "The pages “{pages}” can't be used: {reason}",
        "Name each document's pages in order, for instance `--parts 1-2,3,4-6`, or use `--one-document`.",
    )


class ScanRecordWrong(UsageError):
    code = "SCAN_RECORD_WRONG"
    vi = Words(
        "Thông tin về việc quét không dùng được: {reason}",
        "Sửa thông tin đó (kiểm tra đồng hồ của thiết bị quét), hoặc bỏ phần không biết rồi gửi lại.",
    )
    en = Words(
        "What is said of the scanning can't be used: {reason}",
        "Correct it (look at the scanner's clock), or leave out what is not known, and send it again.",
    )


class BadTypeDefinition(UsageError):
    code = "BAD_TYPE_DEFINITION"
    vi = Words(
        "Tệp loại giấy tờ {path} chưa dùng được: {reason_vi}",
        "Sửa tệp, rồi kiểm tra lại bằng `ecopy types check {path}`.",
    )
    en = Words(
        "The type file {path} can't be used: {reason_en}",
        "Correct the file and check it with `ecopy types check {path}`.",
    )


class BadSamples(UsageError):
    code = "BAD_SAMPLES"
    vi = Words(
        "Dòng {line} của tệp mẫu {path} không dùng được: {reason}",
        "Lập lại tệp bằng `ecopy learn export` ở nơi đã lập ra nó.",
    )
    en = Words(
        "Line {line} of the samples {path} can't be used: {reason}",
        "Make the file again with `ecopy learn export` where it came from.",
    )


class BadSettings(UsageError):
    code = "BAD_SETTINGS"
    vi = Words("Cấu hình không hợp lệ: {reason}", "Sửa biến môi trường ECOPY_* nêu trên.")
    en = Words("Invalid settings: {reason}", "Correct the ECOPY_* variable named above.")
