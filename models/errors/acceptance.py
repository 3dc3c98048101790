"""Errors: what the acceptance of archive lots asks for."""

from models.errors.base import Words
from models.errors.conflicts import ConflictError
from models.errors.usage import UsageError


class LotNotAccepted(ConflictError):
    code = "LOT_NOT_ACCEPTED"
    vi = Words(
        "Lô “{lot}” chưa được nghiệm thu; giấy tờ trong lô chưa được phát hành bản sao.",
        "Lấy mẫu bằng `ecopy lot sample`, xem từng giấy tờ, rồi `ecopy lot accept`.",
    )
    en = Words(
        "The lot “{lot}” has not been accepted; no e-copies of its documents are issued yet.",
        "Draw a sample with `ecopy lot sample`, look at each document, then `ecopy lot accept`.",
    )


class DocumentJudgedBad(ConflictError):
    code = "DOCUMENT_JUDGED_BAD"
    vi = Words(
        "Khi nghiệm thu lô “{lot}”, giấy tờ {id} không đạt; không phát hành bản sao của nó.",
        "Quét hoặc xử lý lại giấy đó trong lô khác.",
    )
    en = Words(
        "The document {id} failed at the acceptance of the lot “{lot}”; no e-copy of it is issued.",
        "Scan or handle the paper again, in another lot.",
    )


class LotNotSettled(ConflictError):
    code = "LOT_NOT_SETTLED"
    vi = Words(
        "Lô “{lot}” còn {count} giấy tờ đang xử lý hoặc chờ xác nhận.",
        "Xác nhận hoặc xử lý hết giấy tờ trong lô (`ecopy lot show`), rồi lấy mẫu, nghiệm thu.",
    )
    en = Words(
        "{count} documents of the lot “{lot}” are still worked on or wait to be confirmed.",
        "Confirm or settle all documents of the lot (`ecopy lot show`), then draw the sample and accept it.",
    )


class SampleNeeded(ConflictError):
    code = "SAMPLE_NEEDED"
    vi = Words(
        "Chưa nghiệm thu được lô “{lot}”: {reason}.",
        "Lấy mẫu hoặc lấy thêm bằng `ecopy lot sample`, xem từng giấy tờ (`ecopy lot judge`), rồi nghiệm thu lại.",
    )
    en = Words(
        "The lot “{lot}” can't be accepted yet: {reason}.",
        "Draw a sample or more of it with `ecopy lot sample`, look at each document (`ecopy lot judge`), and try again.",
    )


class SampleFailed(ConflictError):
    code = "SAMPLE_FAILED"
    vi = Words(
        "Mẫu của lô “{lot}” không đạt: {reason}.",
        "Không nghiệm thu (`ecopy lot reject`), hoặc sửa, quét lại rồi lấy mẫu mới.",
    )
    en = Words(
        "The sample of the lot “{lot}” fails: {reason}.",
        "Reject it (`ecopy lot reject`), or mend and rescan, then draw a new sample.",
    )


class NotInSample(ConflictError):
    code = "NOT_IN_SAMPLE"
    http_status = 404
    vi = Words("Giấy tờ {id} không nằm trong mẫu của lô “{lot}”.", "Xem mẫu bằng `ecopy lot sample`.")
    en = Words("The document {id} is not in the sample of the lot “{lot}”.", "See `ecopy lot sample`.")


class BadJudgement(UsageError):
    code = "BAD_JUDGEMENT"
    vi = Words(
        "Đánh giá giấy tờ {id} chưa dùng được: {reason}",
        "Nêu số ký tự sai, lỗi theo danh mục, hoặc đúng hoàn toàn; không nêu cả hai.",
    )
    en = Words(
        "The judgement of {id} can't be taken: {reason}",
        "Give the number of wrong characters, faults from the list, or that all is right; not both.",
    )
