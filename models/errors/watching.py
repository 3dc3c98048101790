"""Errors: watched folders, and what lies in them."""

from models.errors.base import Words
from models.errors.faults import StorageFault
from models.errors.inputs import InputRefused
from models.errors.usage import UsageError


class WatchFolderWrong(UsageError):
    code = "WATCH_FOLDER_WRONG"
    vi = Words(
        "Không theo dõi được {path}: kho của ecopy ({own}) nằm trong đó, hoặc nó nằm trong kho.",
        "Chọn một thư mục riêng cho máy quét, ngoài kho.",
    )
    en = Words(
        "{path} can't be watched: ecopy's own data ({own}) lie in it, or it lies in them.",
        "Choose a folder for the scanner alone, outside of ecopy's data.",
    )


class WatchFolderAway(StorageFault):
    code = "WATCH_FOLDER_AWAY"
    vi = Words(
        "Không vào được thư mục theo dõi {path}: {reason}",
        "Kiểm tra ổ mạng và quyền ghi (cần cả cho `done` và `rejected`); có lại thì tự làm tiếp, không mất gì.",
    )
    en = Words(
        "The watched folder {path} can't be used: {reason}",
        "Check the share and the right to write (for `done` and `rejected` too); once it is back, work goes on.",
    )


class NotAFile(InputRefused):
    code = "INPUT_NOT_A_FILE"
    vi = Words(
        "Đây là liên kết hoặc mục đặc biệt ({kind}), không phải tệp riêng.",
        "Chép chính tệp quét vào thư mục; ecopy không đi theo liên kết.",
    )
    en = Words(
        "This is a link or something special ({kind}), not a file of its own.",
        "Copy the scan itself into the folder; ecopy follows no links.",
    )
