"""Errors: what ails an object store, what a lock forbids, and what became of a key."""

from models.errors.base import Words
from models.errors.conflicts import ConflictError
from models.errors.faults import StorageFault


class StoreDown(StorageFault):
    code = "STORAGE_STORE_DOWN"
    vi = Words(
        "Không kết nối được kho {store}: {reason}",
        "Kiểm tra mạng và máy chủ kho rồi chạy lại; những gì đã nhận vẫn còn.",
    )
    en = Words(
        "The store {store} can't be reached: {reason}",
        "Check the network and the store's server, then run again; what was accepted is kept.",
    )


class StoreSlow(StorageFault):
    code = "STORAGE_STORE_SLOW"
    vi = Words(
        "Kho {store} không trả lời kịp: {reason}",
        "Chạy lại khi kho bớt tải; nếu thường xuyên, tăng timeout trong ECOPY_STORE.",
    )
    en = Words(
        "The store {store} did not answer in time: {reason}",
        "Run again when it is less busy; if it persists, raise `timeout` in ECOPY_STORE.",
    )


class StoreFull(StorageFault):
    code = "STORAGE_STORE_FULL"
    vi = Words(
        "Kho {store} hết chỗ: {reason}",
        "Thêm dung lượng rồi chạy lại; không nhận thêm giấy tờ cho tới lúc đó, những gì đã nhận vẫn còn.",
    )
    en = Words(
        "The store {store} is full: {reason}",
        "Add space, then run again; nothing new is accepted until then, what was accepted is kept.",
    )


class StoreDenied(StorageFault):
    code = "STORAGE_STORE_DENIED"
    retryable = False
    vi = Words(
        "Kho {store} từ chối truy cập: {reason}",
        "Kiểm tra khóa truy cập và quyền của tài khoản trên bucket hoặc thư mục.",
    )
    en = Words(
        "The store {store} denies access: {reason}",
        "Check the access key, and what the account may do with the bucket or folder.",
    )


class BucketMissing(StorageFault):
    code = "STORAGE_BUCKET_MISSING"
    retryable = False
    vi = Words(
        "Kho {store} không tồn tại.",
        "Tạo bucket có Object Lock, hoặc thêm create=yes vào ECOPY_STORE rồi chạy `ecopy init`.",
    )
    en = Words(
        "The store {store} does not exist.",
        "Create the bucket with Object Lock, or add create=yes to ECOPY_STORE and run `ecopy init`.",
    )


class ClockSkew(StorageFault):
    code = "STORAGE_CLOCK_SKEW"
    retryable = False
    vi = Words(
        "Đồng hồ máy này lệch với kho {store}.", "Đồng bộ giờ (NTP) của máy này và của kho rồi chạy lại."
    )
    en = Words(
        "This machine's clock and that of the store {store} disagree.",
        "Synchronise both (NTP), then run again.",
    )


class TransferDamaged(StorageFault):
    code = "STORAGE_TRANSFER_DAMAGED"
    vi = Words(
        "Đối tượng {key} tới kho {store} không nguyên vẹn; kho không giữ bản hỏng.",
        "Chạy lại; nếu còn lỗi, kiểm tra mạng giữa máy này và kho.",
    )
    en = Words(
        "The object {key} did not reach the store {store} intact; the damaged one was not kept.",
        "Run again; if it persists, check the network between here and the store.",
    )


class StorePromiseBroken(StorageFault):
    code = "STORAGE_PROMISE_BROKEN"
    retryable = False
    vi = Words(
        "Kho {store} không giữ đúng cam kết: {reason}",
        "Chạy `ecopy doctor store`; không dùng kho này cho đến khi đạt.",
    )
    en = Words(
        "The store {store} breaks a promise: {reason}",
        "Run `ecopy doctor store`; don't use this store until it passes.",
    )


class ObjectLocked(ConflictError):
    code = "STORAGE_OBJECT_LOCKED"
    vi = Words(
        "Đối tượng {key} đang bị khóa {mode} đến {until}.",
        "Chờ hết hạn khóa; khóa lưu giữ pháp lý phải được gỡ trước (`ecopy lifecycle release`).",
    )
    en = Words(
        "The object {key} is locked ({mode}) until {until}.",
        "Wait until the lock ends; a legal hold must be lifted first (`ecopy lifecycle release`).",
    )


class LocksNotKept(StorageFault):
    code = "STORAGE_NO_LOCKS"
    retryable = False
    vi = Words(
        "Kho {store} không khóa được đối tượng.",
        "Dùng bucket tạo với Object Lock; `ecopy doctor store` cho biết kho giữ được gì.",
    )
    en = Words(
        "The store {store} can't lock objects.",
        "Use a bucket made with Object Lock; `ecopy doctor store` says what the store holds.",
    )


class MasterKeyMissing(StorageFault):
    code = "KEYS_MASTER_MISSING"
    retryable = False
    vi = Words(
        "Không có khóa chủ {name} để mở đối tượng.",
        "Thêm khóa ấy vào ECOPY_OLD_MASTER_KEYS (hoặc ECOPY_MASTER_KEY) rồi chạy lại.",
    )
    en = Words(
        "The master key {name} that opens the object is not configured.",
        "Add it to ECOPY_OLD_MASTER_KEYS (or ECOPY_MASTER_KEY), then run again.",
    )


class MasterKeyUnusable(StorageFault):
    code = "KEYS_MASTER_UNUSABLE"
    retryable = False
    vi = Words(
        "Khóa chủ {name} không dùng được: {reason}", "Kiểm tra ECOPY_MASTER_KEY, tệp khóa và quyền của nó."
    )
    en = Words(
        "The master key {name} can't be used: {reason}",
        "Check ECOPY_MASTER_KEY, the key's file and its permissions.",
    )


class KeyServiceFault(StorageFault):
    code = "KEYS_SERVICE_FAULT"
    vi = Words(
        "Dịch vụ khóa {name} gặp sự cố: {reason}", "Kiểm tra token hoặc KMS rồi chạy lại; không mất gì."
    )
    en = Words(
        "The key service {name} failed: {reason}", "Check the token or KMS, then run again; nothing is lost."
    )


class WrappedKeyDamaged(StorageFault):
    code = "KEYS_WRAPPED_DAMAGED"
    retryable = False
    vi = Words(
        "Khóa của đối tượng không mở được bằng khóa chủ {name}.",
        "Khôi phục sổ đăng ký từ bản sao lưu; báo người quản trị.",
    )
    en = Words(
        "The object's key does not open with the master key {name}.",
        "Restore the register from a backup; tell the administrator.",
    )


class ObjectKeyDestroyed(StorageFault):
    code = "KEYS_OBJECT_KEY_DESTROYED"
    retryable = False
    vi = Words("Khóa của đối tượng {key} đã bị hủy.", "Nội dung đã được tiêu hủy; không thể đọc lại.")
    en = Words(
        "The key of the object {key} was destroyed.", "Its content was disposed of and can't be read again."
    )


class KeysLeftBehind(ConflictError):
    code = "KEYS_LEFT_BEHIND"
    vi = Words(
        "{count} khóa đối tượng chưa được bọc lại: {reason}",
        "Thêm khóa chủ còn thiếu vào ECOPY_OLD_MASTER_KEYS rồi chạy lại `ecopy keys rotate`.",
    )
    en = Words(
        "{count} object keys were not wrapped anew: {reason}",
        "Add the missing master keys to ECOPY_OLD_MASTER_KEYS, then run `ecopy keys rotate` again.",
    )
