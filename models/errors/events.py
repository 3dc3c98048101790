"""Errors: the feed of events and webhooks."""

from models.errors.base import EcopyError, Words
from models.errors.conflicts import ConflictError
from models.errors.usage import UsageError


class HookAddressRefused(UsageError):
    code = "HOOK_ADDRESS_REFUSED"
    http_status = 422
    vi = Words(
        "Không gửi webhook được tới địa chỉ này.",
        "Dùng địa chỉ https có tên miền phân giải được ra địa chỉ công khai; với mạng nội bộ, nhờ người quản trị đặt "
        "ECOPY_HOOK_NETWORKS.",
    )
    en = Words(
        "Webhooks can't be sent to this address.",
        "Use an https address whose name resolves to a public one; for an internal network, the administrator sets "
        "ECOPY_HOOK_NETWORKS.",
    )


class HookExists(ConflictError):
    code = "HOOK_EXISTS"
    vi = Words("Địa chỉ này đã có webhook.", "Sửa webhook đã có, hoặc đổi khóa bí mật của nó.")
    en = Words("There is a webhook with this address already.", "Change that one, or its secret.")


class TooManyHooks(ConflictError):
    code = "TOO_MANY_HOOKS"
    vi = Words("Một ứng dụng chỉ có tối đa {limit} webhook.", "Xóa bớt webhook không còn dùng.")
    en = Words("A client has {limit} webhooks at most.", "Remove those that are of no more use.")


class HooksFailing(EcopyError):
    """What the doctor says of webhooks that somebody has to look after."""

    code = "HOOKS_FAILING"
    http_status = 503
    vi = Words(
        "Có webhook không gửi được: {hooks}",
        "Xem lỗi bằng `ecopy hook show MÃ`, báo bên nhận sửa và thử bằng `ecopy hook test MÃ`; đang tạm dừng thì "
        "`ecopy hook resume MÃ`, tin đã bỏ thì gửi lại bằng `ecopy hook replay MÃ`, không dùng nữa thì "
        "`ecopy hook close MÃ`.",
    )
    en = Words(
        "Webhooks can't be delivered: {hooks}",
        "See why with `ecopy hook show ID`, have the receiver mended and try it with `ecopy hook test ID`; paused, set it "
        "going with `ecopy hook resume ID`, send again what was given up with `ecopy hook replay ID`, and close one that "
        "nobody needs with `ecopy hook close ID`.",
    )


class EventsForgotten(UsageError):
    code = "EVENTS_FORGOTTEN"
    http_status = 410
    vi = Words(
        "Một phần sự kiện sau vị trí này không còn được lưu.",
        "Đọc lại trạng thái hồ sơ, giấy tờ cần theo dõi, rồi đọc sự kiện từ đầu (không gửi cursor).",
    )
    en = Words(
        "Some of the events behind this position are not kept any more.",
        "Ask for the state of what you follow, and then read on from the oldest event (without a cursor).",
    )


class BadHookSignature(UsageError):
    code = "BAD_HOOK_SIGNATURE"
    vi = Words("Chữ ký của webhook không đúng: {reason}", "Không xử lý nội dung này; kiểm tra khóa bí mật.")
    en = Words("The webhook's signature is wrong: {reason}", "Don't act on it; check the secret.")
