"""Errors: documents over the API, and what other systems bring in."""

from models.errors.base import Words
from models.errors.conflicts import ConflictError
from models.errors.inputs import InputRefused
from models.errors.usage import UsageError


class RangeNotSatisfiable(UsageError):
    code = "RANGE_NOT_SATISFIABLE"
    http_status = 416
    vi = Words("Tệp chỉ có {size} byte, không có đoạn được yêu cầu.", "Yêu cầu lại trong phạm vi của tệp.")
    en = Words(
        "The file has {size} bytes; the range asked for is not in it.", "Ask again within the file's size."
    )


class FormBroken(UsageError):
    code = "FORM_BROKEN"
    vi = Words(
        "Biểu mẫu multipart/form-data không đúng: {reason}",
        "Gửi đúng hai phần: `record` (JSON) rồi `file` (tệp), trọn vẹn.",
    )
    en = Words(
        "The multipart/form-data is not in its form: {reason}",
        "Send exactly two parts, whole: `record` (JSON), then `file`.",
    )


class DocCodeTaken(ConflictError):
    code = "DOC_CODE_TAKEN"
    vi = Words(
        "Mã {code} đã dùng cho một tệp khác.",
        "Bản quét đã sửa mang mã mới (…_V2); sửa thông tin mô tả bằng PUT.",
    )
    en = Words(
        "The code {code} stands for another file already.",
        "A corrected scan has a code of its own (…_V2); amend the record with PUT.",
    )


class HeldAlready(ConflictError):
    code = "HELD_ALREADY"
    vi = Words(
        "Tệp này đã được số hóa {at} ({case}): giấy tờ {document}. Không nhận lại thành giấy tờ khác.",
        "Dùng giấy tờ đã có; nếu được gửi cho một hồ sơ khác thì hồ sơ đó đã được nối với giấy tờ.",
    )
    en = Words(
        "This file was digitised already on {at} ({case}): document {document}. It does not become another one.",
        "Use the document that is there; where it was sent for a further dossier, that dossier is linked to it now.",
    )


class RecordSettled(ConflictError):
    code = "RECORD_SETTLED"
    vi = Words(
        "Dữ liệu của {code} đã được người có thẩm quyền xác nhận.",
        "Lập yêu cầu đính chính nếu dữ liệu khác với giấy.",
    )
    en = Words(
        "A named person has confirmed the data of {code}.",
        "Raise a correction where they differ from the paper.",
    )


class ResultNotSigned(InputRefused):
    code = "RESULT_NOT_SIGNED"
    vi = Words(
        "Tệp không có chữ ký số, không phải kết quả điện tử của thủ tục hành chính.",
        "Gửi tệp PDF đã ký số; bản giấy thì quét và số hóa như thường lệ.",
    )
    en = Words(
        "The file bears no signature, so it is no electronic result of a procedure.",
        "Send the signed PDF; digitise a paper as usual.",
    )


class ResultSignatureRefused(InputRefused):
    code = "RESULT_SIGNATURE_REFUSED"
    vi = Words(
        "Chữ ký số trên kết quả không được xác nhận là hợp lệ: {reason}",
        "Kiểm tra lại tệp và gốc tin cậy; tệp không được lưu.",
    )
    en = Words(
        "The signatures on the result are not proven valid: {reason}",
        "Check the file and the trusted roots; the file was not kept.",
    )
