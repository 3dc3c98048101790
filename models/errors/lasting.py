"""Errors: what keeps the proof in an e-copy from being renewed."""

from models.errors.base import Words
from models.errors.conflicts import ConflictError


class NotRenewable(ConflictError):
    code = "NOT_RENEWABLE"
    vi = Words(
        "Chữ ký không còn xác minh được nên không gia hạn: {reason}",
        "Xem lý do bằng `ecopy verify`. Tệp hỏng: lấy lại từ bản sao lưu; bằng chứng đã hết hạn: lập bản sao mới từ giấy.",
    )
    en = Words(
        "Its signatures no longer verify, so the proof is not renewed: {reason}",
        "See why with `ecopy verify`. Damaged: take the file from a backup; the proof has ended: make a new copy from "
        "the paper.",
    )


class RenewalGainsNothing(ConflictError):
    code = "RENEWAL_GAINS_NOTHING"
    vi = Words(
        "Dấu thời gian mới chỉ có giá trị đến {until}, không lâu hơn bằng chứng đang có ({ends}); lý do: {of}.",
        "Cấu hình cơ quan cấp dấu thời gian có chứng thư hoặc thuật toán dài hạn hơn, rồi chạy lại `ecopy renew`.",
    )
    en = Words(
        "A new time-stamp would only hold until {until}, no longer than the proof that is there ({ends}); because of {of}.",
        "Configure a time-stamping authority whose certificate or algorithm lasts longer, then run `ecopy renew` again.",
    )


class NoEvidence(ConflictError):
    code = "NO_EVIDENCE"
    http_status = 404
    vi = Words("Cạnh {path} không có bản ghi bằng chứng {record}.", "Lập bằng `ecopy evidence make`.")
    en = Words("There is no evidence record {record} beside {path}.", "Make one with `ecopy evidence make`.")


class EvidenceAwaited(ConflictError):
    code = "EVIDENCE_AWAITED"
    retryable = True
    vi = Words(
        "Bản sao điện tử {ecopy} đã ký, chờ bản ghi bằng chứng chung của lô; chưa có dấu thời gian thì chưa phát hành.",
        "Không phải làm gì: đủ số lượng hoặc đủ giờ thì chương trình tự đóng dấu. Cần ngay: `ecopy evidence issue`.",
    )
    en = Words(
        "E-copy {ecopy} is signed and waits for the evidence record of its batch; without a time-stamp it is not issued.",
        "Nothing has to be done: it is stamped when enough wait, or the oldest long enough. At once: `ecopy evidence issue`.",
    )
