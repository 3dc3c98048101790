"""Errors: what failed: store and register, engines, signing."""

from models.errors.base import EcopyError, Words


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


class NoProgress(EngineFault):
    code = "ENGINE_NO_PROGRESS"
    retryable = False
    vi = Words(
        "Giấy tờ đã qua mọi bước mà vẫn chưa xong.", "Gửi nhật ký và mã giấy tờ cho người quản trị hệ thống."
    )
    en = Words(
        "The paper went through every stage and is not done.",
        "Send the log and the document's id to the administrator.",
    )


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
