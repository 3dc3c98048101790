"""Errors: who may come in, and what they may do."""

from models.errors.base import EcopyError, Words
from models.errors.conflicts import ConflictError
from models.errors.faults import StorageFault
from models.errors.usage import UsageError


class AccessRefused(EcopyError):
    """Root of the refusals at the door."""

    code = "ACCESS_REFUSED"
    exit_code = 1
    http_status = 403
    vi = Words("Không được phép: {reason}", "Hỏi người quản trị nếu bạn cần quyền này.")
    en = Words("Not allowed: {reason}", "Ask the administrator if you need this.")


class NotAuthenticated(AccessRefused):
    code = "NOT_AUTHENTICATED"
    http_status = 401
    vi = Words("Chưa đăng nhập, hoặc mã truy cập đã hết hạn.", "Đăng nhập lại, hoặc xin mã truy cập mới.")
    en = Words("You are not signed in, or the token has expired.", "Sign in again, or ask for a new token.")


class RoleNotAllowed(AccessRefused):
    code = "ROLE_NOT_ALLOWED"
    vi = Words("Chức vụ của {caller} không có thẩm quyền {action}.", "Nhờ người có thẩm quyền làm việc này.")
    en = Words("The office of {caller} does not allow {action}.", "Ask somebody whose office it is.")


class ScopeMissing(AccessRefused):
    code = "SCOPE_MISSING"
    vi = Words("{caller} chưa được cấp quyền {action}.", "Xin người quản trị cấp thêm quyền cho ứng dụng.")
    en = Words("{caller} was not granted {action}.", "Ask the administrator to grant it to the client.")


class PurposeNotAllowed(AccessRefused):
    code = "PURPOSE_NOT_ALLOWED"
    vi = Words(
        "{caller} không được {action} vì mục đích “{purpose}”.",
        "Làm việc này trong hồ sơ hoặc lô mà nó thuộc về.",
    )
    en = Words(
        "{caller} may not {action} for “{purpose}”.", "Do it within the dossier or lot that it belongs to."
    )


class OtherAgency(AccessRefused):
    code = "OTHER_AGENCY"
    vi = Words("Việc này thuộc cơ quan khác với cơ quan của {caller}.", "Liên hệ cơ quan đó.")
    en = Words("This belongs to another agency than that of {caller}.", "Turn to that agency.")


class CaseNotOpen(AccessRefused):
    code = "CASE_NOT_OPEN"
    vi = Words(
        "“{purpose}” không mở quyền xem giấy tờ này: không có, đã kết thúc, của cơ quan khác hoặc không liên quan.",
        "Làm việc trong hồ sơ đang mở của người có giấy tờ này.",
    )
    en = Words(
        "“{purpose}” does not open this paper: it is not there, has ended, is another agency's or about something else.",
        "Work in an open dossier of the person whose paper it is.",
    )


class PurposeNeeded(UsageError):
    code = "PURPOSE_NEEDED"
    vi = Words(
        "Thiếu mục đích hoặc mục đích không đúng mẫu: “{given}”.",
        "Gửi tiêu đề Ecopy-Purpose, ví dụ `dossier:H29.16-260105-0001`.",
    )
    en = Words(
        "There is no purpose, or not in its form: “{given}”.",
        "Send the header Ecopy-Purpose, such as `dossier:H29.16-260105-0001`.",
    )


class AccountExists(ConflictError):
    code = "ACCOUNT_EXISTS"
    vi = Words("“{id}” đã có tài khoản.", "Chọn tên khác, hoặc sửa tài khoản đã có.")
    en = Words("“{id}” has an account already.", "Choose another name, or change the account there is.")


class SealBroken(StorageFault):
    code = "SEAL_BROKEN"
    retryable = False
    vi = Words(
        "Không mở được bí mật đã niêm phong: {reason}",
        "Lấy lại tệp keys/sealing.key của nơi lưu này từ hộp khóa sao lưu; nếu không còn, cấp lại mã xác thực và bí mật webhook.",
    )
    en = Words(
        "A sealed secret can't be opened: {reason}",
        "Bring back keys/sealing.key of this home from the box of keys; failing that, reset second factors and hooks' secrets.",
    )


class SignInFailed(AccessRefused):
    """One answer for all that may be wrong, so that nobody learns which accounts there are."""

    code = "SIGN_IN_FAILED"
    http_status = 401
    vi = Words(
        "Không đăng nhập được: tên, mật khẩu hoặc mã xác thực chưa đúng, hoặc tài khoản đang tạm khóa vì thử sai nhiều lần.",
        "Kiểm tra lại và thử lại sau ít phút; quên mật khẩu thì nhờ người quản trị cấp mã kích hoạt.",
    )
    en = Words(
        "You could not be signed in: name, password or code is wrong, or the account is locked for a while after wrong tries.",
        "Check them and try again in some minutes; the administrator can give you an activation code.",
    )


class SignInBusy(EcopyError):
    code = "SIGN_IN_BUSY"
    retryable = True
    http_status = 503
    vi = Words("Quá nhiều người đang đăng nhập cùng lúc.", "Thử lại sau vài giây.")
    en = Words("Too many are signing in at this moment.", "Try again in a few seconds.")

    def __init__(self, **details: object) -> None:
        super().__init__(**{"retry_after_s": 3, **details})


class SignInElsewhere(AccessRefused):
    code = "SIGN_IN_ELSEWHERE"
    vi = Words("Nơi này không dùng tài khoản cục bộ.", "Đăng nhập qua hệ thống đăng nhập chung của cơ quan.")
    en = Words("Local accounts are switched off here.", "Sign in by the agency's single sign-on.")


class WeakPassword(UsageError):
    code = "WEAK_PASSWORD"
    http_status = 422
    vi = Words(
        "Mật khẩu chưa đủ mạnh ({weakness}).",
        "Dùng một câu dài từ 12 ký tự, không phải tên mình, từ thông dụng hay dãy phím liền nhau.",
    )
    en = Words(
        "The password is too weak ({weakness}).",
        "Take a phrase of 12 characters or more that is not your name, a common word or a row of keys.",
    )


class BadAccountName(UsageError):
    code = "BAD_ACCOUNT_NAME"
    vi = Words(
        "“{id}” không dùng làm tên tài khoản hoặc ứng dụng được.",
        "Dùng chữ thường không dấu, số và các dấu . _ @ -; tài khoản tối đa 80 ký tự, ứng dụng 64 (không có @).",
    )
    en = Words(
        "“{id}” can't be the name of an account or client.",
        "Use lower-case letters without marks, figures and . _ @ -; 80 characters at most, for a client 64 without @.",
    )


class OfficesApart(ConflictError):
    code = "OFFICES_APART"
    vi = Words(
        "Một người không thể vừa là {role} vừa giữ chức vụ khác.",
        "Mở tài khoản riêng cho người quản trị và người thanh tra, do người khác giữ.",
    )
    en = Words(
        "Nobody can be {role} and hold another office as well.",
        "Administrators and auditors have accounts of their own, held by others.",
    )


class LastAdministrator(ConflictError):
    code = "LAST_ADMINISTRATOR"
    vi = Words("Đây là người quản trị cuối cùng.", "Mở tài khoản cho một người quản trị khác trước.")
    en = Words("This is the last administrator.", "Open an account for another administrator first.")


class NotForOneself(ConflictError):
    code = "NOT_FOR_ONESELF"
    vi = Words("Không ai tự đổi quyền của chính mình.", "Nhờ một người quản trị khác.")
    en = Words("Nobody changes what they may do themselves.", "Ask another administrator.")


class AssertionRefused(AccessRefused):
    """Root of what is wrong with a client's assertion; on its own where nothing proves that it is the client's."""

    code = "ASSERTION_REFUSED"
    http_status = 401
    vi = Words(
        "Chứng thực của ứng dụng không được nhận: không đúng mẫu, không rõ ứng dụng, hoặc chữ ký không khớp khóa đã đăng ký.",
        "Ký bằng khóa đã đăng ký (EdDSA hoặc ES256), iss và sub là mã ứng dụng; hỏi người quản trị về khóa.",
    )
    en = Words(
        "The client's assertion is not taken: not in its form, of an unknown client, or not signed by a registered key.",
        "Sign with the registered key (EdDSA or ES256), with the client's id as iss and sub; ask the administrator about keys.",
    )


class AssertionExpired(AssertionRefused):
    code = "ASSERTION_EXPIRED"
    vi = Words(
        "Chứng thực của ứng dụng đã hết hạn, chưa có hiệu lực hoặc có hiệu lực quá 5 phút.",
        "Kiểm tra đồng hồ; ký chứng thực mới cho mỗi lần gọi, exp tối đa 5 phút.",
    )
    en = Words(
        "The client's assertion has expired, is not valid yet, or is valid for more than 5 minutes.",
        "Check the clock; sign a new one for every call, with exp 5 minutes ahead at most.",
    )


class AssertionReplayed(AssertionRefused):
    code = "ASSERTION_REPLAYED"
    vi = Words("Chứng thực này đã được dùng.", "Ký chứng thực mới với jti mới cho mỗi lần gọi.")
    en = Words("This assertion was used before.", "Sign a new one with a new jti for every call.")


class AssertionMisdirected(AssertionRefused):
    code = "ASSERTION_MISDIRECTED"
    vi = Words(
        "Chứng thực này dành cho nơi khác (aud).",
        "Đặt aud đúng bằng issuer trong /.well-known/oauth-authorization-server.",
    )
    en = Words(
        "This assertion is for somebody else (aud).",
        "Set aud to the issuer of /.well-known/oauth-authorization-server.",
    )


class GrantNotSupported(UsageError):
    code = "GRANT_NOT_SUPPORTED"
    vi = Words(
        "Chỉ hỗ trợ grant_type=client_credentials với chứng thực ký bằng khóa của ứng dụng.",
        "Gửi grant_type, client_assertion_type và client_assertion theo RFC 7523.",
    )
    en = Words(
        "Only grant_type=client_credentials with an assertion signed by the client's key is supported.",
        "Send grant_type, client_assertion_type and client_assertion as RFC 7523 says.",
    )


class ScopeNotGranted(UsageError):
    code = "SCOPE_NOT_GRANTED"
    vi = Words("Phạm vi không được cấp: {scope}", "Bỏ scope, hoặc chỉ xin những quyền đã được cấp.")
    en = Words("This scope was not granted: {scope}", "Leave scope out, or ask for what was granted only.")


class BadKey(UsageError):
    code = "BAD_KEY"
    http_status = 422
    vi = Words(
        "Khóa không dùng được: {reason}",
        "Gửi khóa công khai dạng JWK hoặc PEM: Ed25519 hoặc EC P-256, không kèm phần bí mật.",
    )
    en = Words(
        "The key can't be used: {reason}",
        "Send a public key as JWK or PEM: Ed25519 or EC P-256, without its private part.",
    )


class OidcOff(AccessRefused):
    code = "OIDC_OFF"
    http_status = 404
    vi = Words("Nơi này không dùng đăng nhập chung.", "Đặt ECOPY_OIDC_ISSUER, hoặc dùng tài khoản cục bộ.")
    en = Words("There is no single sign-on here.", "Set ECOPY_OIDC_ISSUER, or use a local account.")


class OidcRefused(AccessRefused):
    code = "OIDC_REFUSED"
    http_status = 401
    vi = Words("Đăng nhập chung không thành công ({reason}).", "Bắt đầu đăng nhập lại.")
    en = Words("The single sign-on did not succeed ({reason}).", "Begin to sign in again.")


class OidcNotBound(AccessRefused):
    code = "OIDC_NOT_BOUND"
    vi = Words(
        "Danh tính “{subject}” chưa gắn với tài khoản nào ở đây.",
        "Nhờ người quản trị gắn: `ecopy account bind TÊN --subject {subject}`.",
    )
    en = Words(
        "The identity “{subject}” is not bound to an account here.",
        "Ask the administrator to bind it: `ecopy account bind NAME --subject {subject}`.",
    )


class OidcUnreachable(EcopyError):
    code = "OIDC_UNREACHABLE"
    retryable = True
    http_status = 503
    vi = Words(
        "Không liên hệ được hệ thống đăng nhập chung: {reason}",
        "Thử lại; nếu vẫn lỗi, kiểm tra ECOPY_OIDC_ISSUER và mạng.",
    )
    en = Words(
        "The single sign-on can't be reached: {reason}",
        "Try again; if it persists, check ECOPY_OIDC_ISSUER and the network.",
    )


class TooManyKeys(ConflictError):
    code = "TOO_MANY_KEYS"
    vi = Words("{client} đã có {most} khóa.", "Thu hồi một khóa trước khi thêm khóa mới.")
    en = Words("{client} has {most} keys already.", "Revoke one before you add another.")
