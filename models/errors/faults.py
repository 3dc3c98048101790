"""Errors: what failed: store and register, engines, signing."""

from models.errors.base import EcopyError, Words


class StorageFault(EcopyError):
    code = "STORAGE_FAULT"
    retryable = True
    http_status = 503
    vi = Words("Kho lưu trữ gặp sự cố: {reason}", "Kiểm tra ổ đĩa và quyền ghi, rồi chạy lại; không mất gì.")
    en = Words("The store failed: {reason}", "Check disk and permissions, then run again; nothing is lost.")


class ObjectMissing(StorageFault):
    code = "STORAGE_OBJECT_MISSING"
    retryable = False
    vi = Words("Thiếu đối tượng {key} trong kho.", "Khôi phục từ bản sao lưu; báo người quản trị.")
    en = Words(
        "The object {key} is missing from the store.", "Restore it from a backup; tell the administrator."
    )


class ObjectDamaged(StorageFault):
    code = "STORAGE_OBJECT_DAMAGED"
    retryable = False
    vi = Words("Đối tượng {key} không khớp mã băm đã ghi.", "Khôi phục từ bản sao lưu; báo người quản trị.")
    en = Words(
        "The object {key} does not match its recorded hash.",
        "Restore it from a backup; tell the administrator.",
    )


class ObjectExists(StorageFault):
    code = "STORAGE_OBJECT_EXISTS"
    retryable = False
    vi = Words(
        "Đối tượng {key} đã có; kho không ghi đè.", "Báo người quản trị: mã đối tượng bị dùng hai lần."
    )
    en = Words(
        "The object {key} exists; the store overwrites nothing.",
        "Tell the administrator: a key was used twice.",
    )


class HomeNotReady(StorageFault):
    code = "HOME_NOT_READY"
    retryable = False
    vi = Words("Thư mục {path} chưa sẵn sàng: {reason}", "Chạy `ecopy init --home {path}`.")
    en = Words("The home {path} is not ready: {reason}", "Run `ecopy init --home {path}`.")


class KeysDiffer(StorageFault):
    code = "KEYS_DIFFER"
    retryable = False
    vi = Words(
        "Khóa {path} không phải khóa mà sổ đăng ký này được lập với.",
        "Chép thư mục keys của máy đầu tiên sang mọi máy dùng chung sổ đăng ký (docs/scaling.md).",
    )
    en = Words(
        "The key {path} is not the one that this register was made with.",
        "Copy the folder keys of the first machine to every machine that shares the register (docs/scaling.md).",
    )


class EngineFault(EcopyError):
    code = "ENGINE_FAULT"
    retryable = True
    http_status = 503
    vi = Words("Bộ máy {engine} gặp sự cố: {reason}", "Chạy lại; nếu còn lỗi, chạy `ecopy doctor`.")
    en = Words("The engine {engine} failed: {reason}", "Run again; if it persists, run `ecopy doctor`.")


class NoProgress(EngineFault):
    code = "ENGINE_NO_PROGRESS"
    retryable = False
    vi = Words(
        "Giấy tờ đã qua mọi bước mà vẫn chưa xong.", "Gửi nhật ký và mã giấy tờ cho người quản trị hệ thống."
    )
    en = Words(
        "The paper went through every stage and is not done.",
        "Send the log and the document's id to the administrator.",
    )


class EndsTheProgram(EngineFault):
    code = "ENGINE_ENDS_THE_PROGRAM"
    retryable = False
    vi = Words(
        "Chương trình đã nhiều lần dừng đột ngột khi đang xử lý giấy tờ này.",
        "Xem nhật ký hệ thống (thiếu bộ nhớ, mất điện?), rồi chạy lại bằng `ecopy work --again ID`.",
    )
    en = Words(
        "The program ended again and again while it was at this paper.",
        "Look into the system's log (out of memory, power cuts?), then try again with `ecopy work --again ID`.",
    )


class EngineMissing(EngineFault):
    code = "ENGINE_MISSING"
    retryable = False
    vi = Words("Chưa cài {engine}.", "Chạy scripts/install-system-packages rồi `ecopy doctor`.")
    en = Words("{engine} is not installed.", "Run scripts/install-system-packages, then `ecopy doctor`.")


class PackageMissing(EngineMissing):
    code = "ENGINE_PACKAGE_MISSING"
    vi = Words(
        "Chưa cài {engine} (gói Python {package}).", "Chạy `pip install {package}` rồi `ecopy doctor`."
    )
    en = Words(
        "{engine} (Python package {package}) is not installed.",
        "Run `pip install {package}`, then `ecopy doctor`.",
    )


class ModelMissing(EngineMissing):
    code = "ENGINE_MODEL_MISSING"
    vi = Words(
        "Thiếu tệp mô hình {path} của bộ máy {engine}.", "Cài lại ecopy, hoặc chọn ECOPY_OCR_ENGINE khác."
    )
    en = Words(
        "The engine {engine} lacks its model file {path}.",
        "Install ecopy again, or choose another ECOPY_OCR_ENGINE.",
    )


class SigningFault(EcopyError):
    code = "SIGNING_FAULT"
    retryable = True
    http_status = 503
    vi = Words("Không ký được: {reason}", "Kiểm tra chứng thư và thiết bị ký, rồi chạy `ecopy issue` lại.")
    en = Words("Signing failed: {reason}", "Check certificate and token, then run `ecopy issue` again.")


class TimestampUnavailable(SigningFault):
    code = "SIGNING_NO_TIMESTAMP"
    vi = Words(
        "Không lấy được dấu thời gian: {reason}",
        "Văn bản chờ và được `ecopy serve` hay `ecopy work` tự thử lại; nếu kéo dài, kiểm tra ECOPY_TSA_URLS và mạng.",
    )
    en = Words(
        "No time-stamp could be had: {reason}",
        "The document waits; `ecopy serve` or `ecopy work` tries again by itself. If it lasts, check ECOPY_TSA_URLS and "
        "the network.",
    )


class CertificateStatusUnknown(SigningFault):
    """Nobody said whether the certificate is revoked: no reason to refuse it for ever, none to sign with it now."""

    code = "SIGNING_STATUS_UNKNOWN"
    vi = Words(
        "Chưa biết chứng thư còn hiệu lực hay đã bị thu hồi: {reason}",
        "Văn bản chờ và được `ecopy serve` hay `ecopy work` tự thử lại; nếu kéo dài, kiểm tra mạng tới máy chủ OCSP/CRL "
        "của tổ chức cấp chứng thư, hoặc đặt danh sách thu hồi vào thư mục `crl` cạnh ECOPY_TRUST_ANCHORS.",
    )
    en = Words(
        "Whether the certificate was revoked is not known: {reason}",
        "The document waits; `ecopy serve` or `ecopy work` tries again by itself. If it lasts, check the network to the "
        "authority's OCSP or CRL server, or put its revocation list into the folder `crl` beside ECOPY_TRUST_ANCHORS.",
    )


class CertificateRefused(SigningFault):
    code = "SIGNING_CERTIFICATE_REFUSED"
    retryable = False
    vi = Words("Không dùng được chứng thư: {reason}", "Dùng chứng thư chuyên dùng còn hiệu lực, đúng người.")
    en = Words(
        "The certificate can't be used: {reason}", "Use a valid specialised certificate of the right person."
    )


class CertificateRevoked(CertificateRefused):
    code = "SIGNING_CERTIFICATE_REVOKED"
    vi = Words(
        "Chứng thư ký, hoặc chứng thư của tổ chức cấp nó, đã bị thu hồi: {reason}",
        "Xin cấp chứng thư mới; nếu không rõ vì sao bị thu hồi, hỏi tổ chức cấp.",
    )
    en = Words(
        "The signing certificate, or that of its issuer, was revoked: {reason}",
        "Get a new certificate; if nobody knows why it was revoked, ask its issuer.",
    )


class CertificateExpired(CertificateRefused):
    code = "SIGNING_CERTIFICATE_EXPIRED"
    vi = Words(
        "Chứng thư ký đã hết hạn: {reason}", "Gia hạn hoặc xin cấp chứng thư mới, rồi đổi trong cài đặt."
    )
    en = Words("The signing certificate has expired: {reason}", "Renew it, then change it in the settings.")


class CertificateNotYetValid(CertificateRefused):
    code = "SIGNING_CERTIFICATE_NOT_YET_VALID"
    vi = Words(
        "Chứng thư ký chưa đến ngày có hiệu lực: {reason}", "Đợi đến ngày đó; kiểm tra đồng hồ của máy chủ."
    )
    en = Words("The signing certificate is not valid yet: {reason}", "Wait; check the server's clock.")


class CertificateUsage(CertificateRefused):
    code = "SIGNING_CERTIFICATE_USAGE"
    vi = Words(
        "Chứng thư này không được cấp để ký văn bản: {reason}",
        "Dùng chứng thư chữ ký số, không phải chứng thư đăng nhập, máy chủ, dấu thời gian hay của tổ chức cấp.",
    )
    en = Words(
        "This certificate was not issued for signing documents: {reason}",
        "Use a certificate for signatures, not one for signing in, servers, time-stamps, or of an authority.",
    )


class CertificateSelfSigned(CertificateRefused):
    code = "SIGNING_CERTIFICATE_SELF_SIGNED"
    vi = Words(
        "Chứng thư tự ký, không do tổ chức nào cấp: {reason}",
        "Dùng chứng thư chuyên dùng của Ban Cơ yếu Chính phủ.",
    )
    en = Words(
        "The certificate was signed by itself and issued by nobody: {reason}",
        "Use a specialised certificate of the Government Cipher Committee.",
    )


class CertificateUnknownIssuer(CertificateRefused):
    code = "SIGNING_CERTIFICATE_UNKNOWN_CA"
    vi = Words(
        "Chứng thư không dẫn tới tổ chức cấp được tin cậy: {reason}",
        "Kiểm tra ECOPY_TRUST_ANCHORS; chứng thư trung gian còn thiếu thì đặt vào thư mục `issuers` cạnh tệp đó.",
    )
    en = Words(
        "The certificate does not lead to a trusted issuer: {reason}",
        "Check ECOPY_TRUST_ANCHORS; put certificates missing in between into the folder `issuers` beside that file.",
    )


class CertificateWeak(CertificateRefused):
    code = "SIGNING_CERTIFICATE_WEAK"
    vi = Words(
        "Thuật toán của chứng thư, hoặc của chứng thư trên nó, không còn an toàn: {reason}",
        "Xin cấp chứng thư mới.",
    )
    en = Words(
        "An algorithm of the certificate, or of one above it, is no longer safe: {reason}",
        "Get a new certificate.",
    )
