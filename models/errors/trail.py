"""Errors: what is wrong with the audit trail, or with what was asked of it or of the search."""

from models.errors.base import Words
from models.errors.conflicts import ConflictError
from models.errors.faults import StorageFault
from models.errors.usage import UsageError


class NothingToSearch(UsageError):
    code = "NOTHING_TO_SEARCH"
    vi = Words(
        "Chưa có gì để tìm: {reason}",
        "Cho biết ít nhất một từ, hoặc --number, --name, --issuer, --type, --from, --to.",
    )
    en = Words(
        "There is nothing to search for: {reason}",
        "Give at least one word, or --number, --name, --issuer, --type, --from, --to.",
    )


class AuditDamaged(StorageFault):
    code = "AUDIT_DAMAGED"
    retryable = False
    vi = Words(
        "Nhật ký bị xâm phạm: {reason}",
        "Giữ nguyên hiện trạng, chạy `ecopy audit verify`, đối chiếu bản xuất và bản sao lưu; báo người phụ trách an ninh.",
    )
    en = Words(
        "The audit trail was tampered with: {reason}",
        "Leave everything as it is, run `ecopy audit verify`, compare with exports and backups; tell security.",
    )


class AnchorLate(StorageFault):
    code = "AUDIT_ANCHOR_LATE"
    vi = Words(
        "Nhật ký chưa được đóng dấu thời gian từ {since} ({entries} mục).",
        "Kiểm tra máy chủ dấu thời gian và việc chạy `ecopy audit anchor` theo lịch; công việc khác vẫn tiếp tục.",
    )
    en = Words(
        "The audit trail has not been time-stamped since {since} ({entries} entries).",
        "Check the time-stamping authority and the schedule of `ecopy audit anchor`; other work goes on.",
    )


class AnchorRefused(StorageFault):
    code = "AUDIT_ANCHOR_REFUSED"
    vi = Words(
        "Dấu thời gian nhận được không dùng được: {reason}",
        "Kiểm tra máy chủ dấu thời gian và gốc tin cậy (ECOPY_TRUST_ANCHORS) rồi chạy `ecopy audit anchor`.",
    )
    en = Words(
        "The time-stamp received can't be used: {reason}",
        "Check the time-stamping authority and the trust anchors, then run `ecopy audit anchor`.",
    )


class StillToBeKept(ConflictError):
    code = "AUDIT_STILL_TO_BE_KEPT"
    vi = Words(
        "Nhật ký phải giữ {months} tháng: chỉ được cắt phần trước {day}.",
        "Chọn --before không muộn hơn ngày đó.",
    )
    en = Words(
        "The audit trail is kept for {months} months: only what is older than {day} may be cut.",
        "Choose --before no later than that day.",
    )


class NoAnchoredStart(ConflictError):
    code = "AUDIT_NO_ANCHORED_START"
    vi = Words(
        "Trước ngày {day} không có mục nào mang dấu thời gian để làm chỗ bắt đầu mới.",
        "Chọn ngày muộn hơn, hoặc giữ nguyên nhật ký.",
    )
    en = Words(
        "No entry before {day} bears a time-stamp at which the trail could begin anew.",
        "Choose a later day, or leave the trail as it is.",
    )


class ExportUnfit(ConflictError):
    code = "AUDIT_EXPORT_UNFIT"
    vi = Words(
        "Bản xuất {path} không thay được phần sẽ cắt: {reason}",
        "Chạy `ecopy audit export` rồi dùng tệp mới đó.",
    )
    en = Words(
        "The export {path} can't stand for what would be cut: {reason}",
        "Run `ecopy audit export` and use that new file.",
    )
