"""The tree of errors: every one has a stable code, whether a retry may help, and a remedy in two languages.

EcopyError
├── UsageError          the call's words are off (exit 2, HTTP 400)
├── InputRefused        this input can't become an e-copy (exit 1, HTTP 422); the original is kept
│   └── …               one class per reason, some of them quarantine the original
├── ConflictError       the state forbids it (exit 1, HTTP 409)
├── StorageFault        the store or the register failed (exit 3, HTTP 503)
├── EngineFault         an engine failed or ran out of its limits (exit 3, HTTP 503)
└── SigningFault        no signature or no time-stamp could be made (exit 3, HTTP 503)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple

from models.base import Value
from models.text import Language


class Words(NamedTuple):
    """What happened, and what to do next."""

    message: str
    remedy: str


class ErrorReport(Value):
    """An error as machines get it."""

    code: str
    message: str
    remedy: str


class EcopyError(Exception):
    """Root of the tree; `details` fill the placeholders of the messages."""

    code: ClassVar[str] = "INTERNAL"
    retryable: ClassVar[bool] = False
    exit_code: ClassVar[int] = 3
    http_status: ClassVar[int] = 500
    quarantine: ClassVar[bool] = False
    """True where the original must be kept apart, out of everyone's reach but an administrator's."""
    vi: ClassVar[Words] = Words("Lỗi ngoài dự kiến: {reason}", "Gửi nhật ký cho người quản trị hệ thống.")
    en: ClassVar[Words] = Words("Unexpected fault: {reason}", "Send the log to the administrator.")

    def __init__(self, **details: Any) -> None:
        self.details = {"reason": "", **details}
        super().__init__(f"{self.code}: {self.message('en')}")

    def __reduce__(self) -> tuple[Any, ...]:  # survives the way back from a child process
        return _rebuild, (type(self), self.details)

    def message(self, language: Language) -> str:
        return (self.vi if language == "vi" else self.en).message.format_map(_Lenient(self.details))

    def remedy(self, language: Language) -> str:
        return (self.vi if language == "vi" else self.en).remedy.format_map(_Lenient(self.details))

    def report(self, language: Language) -> ErrorReport:
        return ErrorReport(code=self.code, message=self.message(language), remedy=self.remedy(language))


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def _rebuild(kind: type[EcopyError], details: dict[str, Any]) -> EcopyError:
    return kind(**details)


def catalogue() -> Iterator[type[EcopyError]]:
    """Every concrete error class, for the documentation and for rebuilding an error from its code."""
    waiting = [EcopyError]
    while waiting:
        kind = waiting.pop(0)
        yield kind
        waiting.extend(kind.__subclasses__())


def by_code(code: str) -> type[EcopyError]:
    """The error class with `code`; the root class for a code this version does not know."""
    return next((kind for kind in catalogue() if kind.code == code), EcopyError)


# ── usage ────────────────────────────────────────────────────────────────────────────────────────────


class UsageError(EcopyError):
    code = "USAGE"
    exit_code = 2
    http_status = 400
    vi = Words("Cách gọi chưa đúng: {reason}", "Xem `ecopy --help`.")
    en = Words("Wrong usage: {reason}", "See `ecopy --help`.")


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


# ── refused input ────────────────────────────────────────────────────────────────────────────────────


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


# ── conflicts ────────────────────────────────────────────────────────────────────────────────────────


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


# ── faults ───────────────────────────────────────────────────────────────────────────────────────────


class StorageFault(EcopyError):
    code = "STORAGE_FAULT"
    retryable = True
    http_status = 503
    vi = Words("Kho lưu trữ gặp sự cố: {reason}", "Kiểm tra ổ đĩa và quyền ghi, rồi chạy lại; không mất gì.")
    en = Words("The store failed: {reason}", "Check disk and permissions, then run again; nothing is lost.")


class ObjectMissing(StorageFault):
    code = "STORAGE_OBJECT_MISSING"
    retryable = False
    vi = Words("Thiếu đối tượng {key} trong kho.", "Khôi phục từ bản sao lưu; báo người quản trị.")
    en = Words(
        "The object {key} is missing from the store.", "Restore it from a backup; tell the administrator."
    )


class ObjectDamaged(StorageFault):
    code = "STORAGE_OBJECT_DAMAGED"
    retryable = False
    vi = Words("Đối tượng {key} không khớp mã băm đã ghi.", "Khôi phục từ bản sao lưu; báo người quản trị.")
    en = Words(
        "The object {key} does not match its recorded hash.",
        "Restore it from a backup; tell the administrator.",
    )


class ObjectExists(StorageFault):
    code = "STORAGE_OBJECT_EXISTS"
    retryable = False
    vi = Words(
        "Đối tượng {key} đã có; kho không ghi đè.", "Báo người quản trị: mã đối tượng bị dùng hai lần."
    )
    en = Words(
        "The object {key} exists; the store overwrites nothing.",
        "Tell the administrator: a key was used twice.",
    )


class HomeNotReady(StorageFault):
    code = "HOME_NOT_READY"
    retryable = False
    vi = Words("Thư mục {path} chưa sẵn sàng: {reason}", "Chạy `ecopy init --home {path}`.")
    en = Words("The home {path} is not ready: {reason}", "Run `ecopy init --home {path}`.")


class EngineFault(EcopyError):
    code = "ENGINE_FAULT"
    retryable = True
    http_status = 503
    vi = Words("Bộ máy {engine} gặp sự cố: {reason}", "Chạy lại; nếu còn lỗi, chạy `ecopy doctor`.")
    en = Words("The engine {engine} failed: {reason}", "Run again; if it persists, run `ecopy doctor`.")


class EngineMissing(EngineFault):
    code = "ENGINE_MISSING"
    retryable = False
    vi = Words("Chưa cài {engine}.", "Chạy scripts/install-system-packages rồi `ecopy doctor`.")
    en = Words("{engine} is not installed.", "Run scripts/install-system-packages, then `ecopy doctor`.")


class PackageMissing(EngineMissing):
    code = "ENGINE_PACKAGE_MISSING"
    vi = Words(
        "Chưa cài {engine} (gói Python {package}).", "Chạy `pip install {package}` rồi `ecopy doctor`."
    )
    en = Words(
        "{engine} (Python package {package}) is not installed.",
        "Run `pip install {package}`, then `ecopy doctor`.",
    )


class ModelMissing(EngineMissing):
    code = "ENGINE_MODEL_MISSING"
    vi = Words(
        "Thiếu tệp mô hình {path} của bộ máy {engine}.", "Cài lại ecopy, hoặc chọn ECOPY_OCR_ENGINE khác."
    )
    en = Words(
        "The engine {engine} lacks its model file {path}.",
        "Install ecopy again, or choose another ECOPY_OCR_ENGINE.",
    )


class SigningFault(EcopyError):
    code = "SIGNING_FAULT"
    retryable = True
    http_status = 503
    vi = Words("Không ký được: {reason}", "Kiểm tra chứng thư và thiết bị ký, rồi chạy `ecopy issue` lại.")
    en = Words("Signing failed: {reason}", "Check certificate and token, then run `ecopy issue` again.")


class TimestampUnavailable(SigningFault):
    code = "SIGNING_NO_TIMESTAMP"
    vi = Words("Không lấy được dấu thời gian: {reason}", "Văn bản chờ; chạy `ecopy issue` lại sau ít phút.")
    en = Words("No time-stamp could be had: {reason}", "The document waits; run `ecopy issue` again later.")


class CertificateRefused(SigningFault):
    code = "SIGNING_CERTIFICATE_REFUSED"
    retryable = False
    vi = Words("Không dùng được chứng thư: {reason}", "Dùng chứng thư chuyên dùng còn hiệu lực, đúng người.")
    en = Words(
        "The certificate can't be used: {reason}", "Use a valid specialised certificate of the right person."
    )
