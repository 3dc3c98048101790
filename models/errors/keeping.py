"""Errors: what keeps a store from being checked, backed up or restored."""

from models.errors.base import Words
from models.errors.conflicts import ConflictError
from models.errors.faults import StorageFault
from models.errors.usage import UsageError


class NoSecondStore(UsageError):
    code = "NO_SECOND_STORE"
    vi = Words(
        "Không có kho thứ hai để lấy bản lành.",
        "Nêu bản sao lưu bằng `ecopy fixity --repair --from ĐÍCH`, hoặc đặt ECOPY_SECOND_STORE.",
    )
    en = Words(
        "There is no second store to take sound copies from.",
        "Name a backup with `ecopy fixity --repair --from DEST`, or set ECOPY_SECOND_STORE.",
    )


class BackupSamePlace(UsageError):
    code = "BACKUP_SAME_PLACE"
    vi = Words(
        "{place} chính là nơi ecopy đang dùng; bản sao lưu phải ở nơi khác.",
        "Chọn thư mục hoặc kho khác, tốt nhất trên ổ đĩa hay máy khác.",
    )
    en = Words(
        "{place} is where ecopy itself keeps its data; a backup lies elsewhere.",
        "Choose another folder or store, best on another disk or machine.",
    )


class BackupNotFound(ConflictError):
    code = "BACKUP_NOT_FOUND"
    http_status = 404
    vi = Words(
        "Không có bản sao lưu trọn vẹn nào ở {place}.",
        "Kiểm tra lại nơi lưu (ổ đĩa đã gắn chưa), hoặc chạy `ecopy backup {place}`.",
    )
    en = Words(
        "There is no complete backup at {place}.",
        "Check the place (is the disk mounted?), or run `ecopy backup {place}`.",
    )


class BackupDamaged(StorageFault):
    code = "BACKUP_DAMAGED"
    retryable = False
    vi = Words(
        "Bản sao lưu {id} hỏng: {reason}",
        "Dùng bản khác (`--set`, hoặc nơi lưu khác); sao lưu lại ngay nếu kho chính còn.",
    )
    en = Words(
        "The backup {id} is damaged: {reason}",
        "Use another one (`--set`, or another place); back up again at once while the primary lives.",
    )


class BackupOfAnother(ConflictError):
    code = "BACKUP_OF_ANOTHER"
    vi = Words(
        "Ở {place} là bản sao lưu của sổ đăng ký khác, hoặc của trạng thái mới hơn sổ này.",
        "Không xóa gì. Sao lưu sang nơi khác; nếu sổ này bị mất dữ liệu, khôi phục từ {place} vào nơi trống.",
    )
    en = Words(
        "The backup at {place} is of another register, or of a later state than this one.",
        "Nothing was removed. Back up to another place; if this register lost data, restore {place} into an empty home.",
    )


class TooManyRemovals(ConflictError):
    code = "BACKUP_TOO_MANY_REMOVALS"
    vi = Words(
        "{removals} trong {objects} đối tượng ở bản sao lưu không còn trong sổ đăng ký.",
        "Nếu vừa tiêu hủy đúng từng ấy, chạy lại với --allow-removals; nếu không, báo người quản trị.",
    )
    en = Words(
        "The register no longer knows {removals} of the {objects} objects of the backup.",
        "If as many were lawfully disposed of, run again with --allow-removals; else tell the administrator.",
    )


class BackupRevision(ConflictError):
    code = "BACKUP_REVISION"
    vi = Words(
        "Bản sao lưu {id} có cấu trúc {revision}, cơ sở dữ liệu đích đã ở {present}.",
        "Khôi phục vào cơ sở dữ liệu trống hoàn toàn (chưa chạy `ecopy init`), bằng ecopy không cũ hơn bản sao lưu.",
    )
    en = Words(
        "The backup {id} has the structure {revision}, the target database stands at {present} already.",
        "Restore into a wholly empty database (without `ecopy init`), with an ecopy not older than the backup.",
    )


class NotEmpty(ConflictError):
    code = "RESTORE_NOT_EMPTY"
    vi = Words(
        "Nơi khôi phục đã có dữ liệu: {found}.",
        "Khôi phục vào --home và cơ sở dữ liệu trống; không ghi đè lên sổ đang có.",
    )
    en = Words(
        "The place to restore into holds data: {found}.",
        "Restore into an empty --home and database; an existing register is never overwritten.",
    )


class KeysMissing(ConflictError):
    code = "RESTORE_KEYS_MISSING"
    vi = Words(
        "Chưa có khóa của bản sao lưu: {missing}.",
        "Nêu tệp khóa bằng --keys-from (đã ghi bởi `ecopy backup --keys-to`), khóa chủ bằng ECOPY_MASTER_KEY; "
        "--without-keys nếu chấp nhận mất chúng. Không có sealing.key thì phải cấp lại mã xác thực của mọi tài "
        "khoản và bí mật của mọi webhook; không có content.key thì không nhận ra tệp đã có.",
    )
    en = Words(
        "The keys that belong to the backup are not here: {missing}.",
        "Name the file of keys with --keys-from (written by `ecopy backup --keys-to`), master keys with "
        "ECOPY_MASTER_KEY; or accept their loss with --without-keys. Without sealing.key the second factors of all "
        "accounts and the secrets of all webhooks have to be given out anew; without content.key files that are "
        "held already are not recognised.",
    )


class WrongPassphrase(UsageError):
    code = "WRONG_PASSPHRASE"
    vi = Words("Không mở được tệp khóa {path}.", "Kiểm tra mật khẩu; tệp có thể đã hỏng.")
    en = Words("The file of keys {path} can't be opened.", "Check the passphrase; the file may be damaged.")
