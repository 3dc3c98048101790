"""Errors: what procedures, dossiers, lots and holders don't allow."""

from models.errors.base import Words
from models.errors.conflicts import ConflictError
from models.errors.usage import UsageError


class BadProcedures(UsageError):
    code = "BAD_PROCEDURES"
    vi = Words(
        "Tệp thủ tục hành chính {path} chưa dùng được: {reason}",
        "Sửa tệp theo mẫu của `ecopy procedure show`, rồi nhập lại.",
    )
    en = Words(
        "The procedures in {path} can't be used: {reason}",
        "Correct the file after the pattern of `ecopy procedure show` and import it again.",
    )


class UnknownProcedure(UsageError):
    code = "UNKNOWN_PROCEDURE"
    vi = Words(
        "Không có thủ tục hành chính {code} có hiệu lực ngày {day}.",
        "Xem `ecopy procedure list`; nhập thêm bằng `ecopy procedure import`.",
    )
    en = Words(
        "No procedure {code} is in force on {day}.",
        "See `ecopy procedure list`; add some with `ecopy procedure import`.",
    )


class UnknownComponent(UsageError):
    code = "UNKNOWN_COMPONENT"
    vi = Words("Hồ sơ {dossier} không có thành phần “{component}”.", "Chọn một trong: {known}.")
    en = Words("The dossier {dossier} has no component “{component}”.", "Choose one of: {known}.")


class BadHolderIdentifier(UsageError):
    code = "BAD_HOLDER_IDENTIFIER"
    vi = Words(
        "“{value}” không phải số định danh, CMND, mã số thuế hay hộ chiếu: {reason}",
        "Nhập lại số như trên giấy.",
    )
    en = Words(
        "“{value}” is no personal number, old identity card, tax code or passport: {reason}",
        "Type the number again as printed.",
    )


class ProcedureInUse(ConflictError):
    code = "PROCEDURE_IN_USE"
    vi = Words(
        "Đã có hồ sơ theo thủ tục {code} hiệu lực từ {day}; không sửa được thành phần của phiên bản này.",
        "Nhập phiên bản mới với ngày hiệu lực mới (valid_from).",
    )
    en = Words(
        "Dossiers were opened under {code} as in force from {day}; the components of that version can't change.",
        "Import a new version with a new first day (valid_from).",
    )


class DossierExists(ConflictError):
    code = "DOSSIER_EXISTS"
    vi = Words("Đã có hồ sơ {dossier}.", "Xem bằng `ecopy dossier show {dossier}`.")
    en = Words("The dossier {dossier} is there already.", "See `ecopy dossier show {dossier}`.")


class LotExists(ConflictError):
    code = "LOT_EXISTS"
    vi = Words("Đã có lô tài liệu “{lot}”.", "Xem bằng `ecopy lot show`, hoặc đặt tên khác.")
    en = Words("The lot “{lot}” is there already.", "See `ecopy lot show`, or choose another name.")


class CaseEnded(ConflictError):
    code = "CASE_ENDED"
    vi = Words("{case} đã kết thúc ({state}), không nhận thêm giấy tờ.", "Dùng hồ sơ hoặc lô đang xử lý.")
    en = Words(
        "{case} has ended ({state}) and takes no more papers.", "Use a dossier or lot that is still open."
    )


class ComponentNotScanned(ConflictError):
    code = "COMPONENT_NOT_SCANNED"
    vi = Words(
        "Thành phần “{component}” của hồ sơ {dossier} không được sao chụp ({handling}); không tệp nào được lưu.",
        "Giấy chỉ xuất trình: đối chiếu, trả lại, rồi `ecopy dossier meet`. Tài liệu mật: theo quy định bảo vệ bí mật "
        "nhà nước.",
    )
    en = Words(
        "The component “{component}” of the dossier {dossier} is not to be scanned ({handling}); no file was kept.",
        "What is only shown is compared, handed back and noted with `ecopy dossier meet`; secret papers follow the law "
        "on state secrets.",
    )


class ComponentMet(ConflictError):
    code = "COMPONENT_MET"
    vi = Words(
        "Thành phần “{component}” của hồ sơ {dossier} đã có ({state}, giấy tờ {document}).",
        "Nếu giấy đó không đúng, trả thành phần về chờ bằng `ecopy dossier meet … --state wanted`.",
    )
    en = Words(
        "The component “{component}” of the dossier {dossier} is met already ({state}, document {document}).",
        "If that paper is wrong, ask for the component again with `ecopy dossier meet … --state wanted`.",
    )


class NotYetDigitised(ConflictError):
    code = "NOT_YET_DIGITISED"
    vi = Words(
        "Hồ sơ {dossier} chưa chuyển xử lý được: chưa sao chụp và ký số {components}.",
        "Quét bằng `ecopy digitize --dossier {dossier} --component …`, rồi chuyển lại.",
    )
    en = Words(
        "The dossier {dossier} can't go on: no signed scan yet of {components}.",
        "Scan with `ecopy digitize --dossier {dossier} --component …` and try again.",
    )
