"""Errors: batches, their plans and their manifests."""

from models.errors.base import Words
from models.errors.conflicts import ConflictError
from models.errors.usage import UsageError


class BatchPlanWrong(UsageError):
    code = "BATCH_PLAN_WRONG"
    vi = Words("Kế hoạch {path} chưa đúng: {reason}", "Sửa các dòng đã nêu; xem mẫu trong docs/batch.md.")
    en = Words(
        "The plan {path} is not right: {reason}", "Correct the lines named; docs/batch.md has an example."
    )


class BatchManifestWrong(UsageError):
    code = "BATCH_MANIFEST_WRONG"
    vi = Words(
        "Không dùng được bản kê {path}: {reason}",
        "Bản kê là tệp CSV hoặc XLSX có dòng tiêu đề (Hộp, Hồ sơ, Tệp, Số trang…); xem docs/batch.md.",
    )
    en = Words(
        "The manifest {path} can't be used: {reason}",
        "A manifest is a CSV or XLSX file with a row of headings (box, file, document, pages …); see docs/batch.md.",
    )


class BatchNotAFolder(UsageError):
    code = "BATCH_NOT_A_FOLDER"
    vi = Words("{path} không phải là thư mục lưu trữ.", "Cho biết thư mục chứa các hộp.")
    en = Words("{path} is no folder of an archive.", "Name the folder that the boxes are in.")


class BatchDiskNearlyFull(ConflictError):
    code = "BATCH_DISK_NEARLY_FULL"
    retryable = True
    vi = Words(
        "Đĩa của {place} chỉ còn {free} GiB, kế hoạch giữ lại {kept} GiB; đợt số hóa đã tạm dừng.",
        "Thêm dung lượng rồi chạy lại cùng lệnh; việc làm tiếp từ chỗ dừng.",
    )
    en = Words(
        "The disk of {place} has {free} GiB left and the plan keeps {kept} GiB free; the batch has stopped.",
        "Add space and run the same command again; it goes on where it stopped.",
    )


class BatchManyParked(ConflictError):
    code = "BATCH_MANY_PARKED"
    vi = Words(
        "{count} tệp của đợt đang kẹt vì lỗi, bằng mức dừng của kế hoạch; đợt số hóa đã tạm dừng.",
        "Xem lỗi bằng `ecopy batch report` và `ecopy work --list`, sửa nguyên nhân, cho thử lại bằng `ecopy work --list --again all`, rồi chạy lại cùng lệnh.",
    )
    en = Words(
        "{count} files of the batch are stuck at errors, as many as the plan allows; the batch has stopped.",
        "See the errors with `ecopy batch report` and `ecopy work --list`, mend the cause, let them be tried again by `ecopy work --list --again all`, then run the same command again.",
    )
