"""Errors of reuse and of a paper's later life: what may not be used again, revoked, corrected or destroyed."""

from models.errors.base import Words
from models.errors.conflicts import ConflictError
from models.errors.usage import UsageError


class NotReusable(ConflictError):
    code = "NOT_REUSABLE"
    vi = Words(
        "Bản sao điện tử của giấy tờ {id} không dùng lại được: {reason}",
        "Tiếp nhận giấy và số hóa như thường lệ.",
    )
    en = Words(
        "The e-copy of document {id} can't be used again: {reason}",
        "Take the paper and digitise it as usual.",
    )


class CheckNeeded(ConflictError):
    code = "CHECK_NEEDED"
    vi = Words(
        "Người tiếp nhận cần tự kiểm tra trước: {reason}",
        "Khi đã kiểm tra, chạy lại với `--checked {codes}`.",
    )
    en = Words("A person has to check first: {reason}", "When checked, run again with `--checked {codes}`.")


class NothingToOverride(ConflictError):
    code = "NOTHING_TO_OVERRIDE"
    vi = Words(
        "Không có bản sao điện tử dùng lại được, nên nhận giấy không cần lý do: {reason}",
        "Tiếp nhận giấy và số hóa như thường lệ.",
    )
    en = Words(
        "No e-copy could be used again, so that taking the paper needs no reason: {reason}",
        "Take the paper and digitise it as usual.",
    )


class UnknownReason(UsageError):
    code = "UNKNOWN_REASON"
    vi = Words("Không có mã lý do “{given}”.", "Chọn một trong: {known}.")
    en = Words("There is no reason code “{given}”.", "Choose one of: {known}.")


class NoteNeeded(UsageError):
    code = "NOTE_NEEDED"
    vi = Words("Lý do “{given}” phải được nói rõ.", "Thêm `--note` với lời giải thích.")
    en = Words("The reason “{given}” has to be explained.", "Add `--note` with the explanation.")


class DocumentRestricted(ConflictError):
    code = "DOCUMENT_RESTRICTED"
    http_status = 403
    vi = Words(
        "Giấy tờ {id} đang bị hạn chế xử lý theo yêu cầu của chủ thể dữ liệu hoặc của lưu trữ.",
        "Chỉ xem khi pháp luật cho phép, và nêu lý do bằng `--reason`.",
    )
    en = Words(
        "The processing of document {id} is restricted at a data subject's or the archive's request.",
        "Look only where the law allows it, and say why with `--reason`.",
    )


class DocumentDisposed(ConflictError):
    code = "DOCUMENT_DISPOSED"
    http_status = 410
    vi = Words(
        "Giấy tờ {id} đã có quyết định tiêu hủy, không được đưa ra nữa.",
        "Cần bằng chứng thì xem biên bản: `ecopy lifecycle tombstone {id}`.",
    )
    en = Words(
        "The destruction of document {id} was agreed to; nothing of it is given out any more.",
        "What is left as evidence: `ecopy lifecycle tombstone {id}`.",
    )


class DifferentHolders(ConflictError):
    code = "DIFFERENT_HOLDERS"
    vi = Words(
        "Hai chủ thể {kept} và {gone} không thể là một: {reason}",
        "Đối chiếu lại giấy tờ; nếu một số bị ghi sai, đính chính giấy tờ đó trước.",
    )
    en = Words(
        "The holders {kept} and {gone} can't be one: {reason}",
        "Compare the papers again; if a number was recorded wrongly, correct that paper first.",
    )


class SamePersonTwice(ConflictError):
    code = "SAME_PERSON_TWICE"
    http_status = 403
    vi = Words(
        "“{person}” không được một mình vừa {first} vừa {second}.", "Người thứ hai phải là người khác."
    )
    en = Words("“{person}” may not both {first} and {second}.", "The second person has to be another one.")


class NotTheSamePaper(ConflictError):
    code = "NOT_THE_SAME_PAPER"
    vi = Words(
        "Bản sao {new} không thể thay thế {old}: {reason}",
        "Bản mới phải cùng loại giấy tờ, cùng người và đã phát hành; nếu bản cũ sai thì thu hồi.",
    )
    en = Words(
        "E-copy {new} can't take the place of {old}: {reason}",
        "The new one must be of the same type and holder, and issued; revoke the old one if it is wrong.",
    )


class NotDisposable(ConflictError):
    code = "NOT_DISPOSABLE"
    vi = Words("Chưa được tiêu hủy giấy tờ {id}: {reason}", "Xem `ecopy lifecycle due`.")
    en = Words("Document {id} may not be destroyed yet: {reason}", "See `ecopy lifecycle due`.")


class RightsNotInForce(UsageError):
    code = "RIGHTS_NOT_IN_FORCE"
    vi = Words(
        "Ngày {day} quy định về yêu cầu của chủ thể dữ liệu chưa có hiệu lực.", "Áp dụng quy định từ {since}."
    )
    en = Words("The rules on data subjects' requests were not in force on {day}.", "They apply from {since}.")


class StatementBroken(ConflictError):
    code = "STATEMENT_BROKEN"
    vi = Words(
        "Biên bản tiêu hủy của giấy tờ {id} không kiểm chứng được: {reason}",
        "Báo người quản trị; so với bản ở kho thứ hai.",
    )
    en = Words(
        "The tombstone of document {id} does not verify: {reason}",
        "Tell the administrator; compare it with the second store's.",
    )
