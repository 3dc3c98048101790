"""Errors: files that nobody may sign any more."""

from models.errors.base import Words
from models.errors.faults import SigningFault


class FileCertified(SigningFault):
    code = "SIGNING_FILE_CERTIFIED"
    retryable = False
    vi = Words(
        "Chữ ký «{field}» trong tệp cấm mọi chữ ký sau nó ({reason}); tệp được giữ nguyên.",
        "Xin bản chưa khóa (không chứng nhận “không được thay đổi”) ở nơi phát hành, hoặc sao y tệp ấy.",
    )
    en = Words(
        "The signature «{field}» in the file forbids any further one ({reason}); nothing was changed.",
        "Ask whoever issued the file for one that is not locked (certified «no changes»), or make a copy of it.",
    )


class FileEncrypted(SigningFault):
    code = "SIGNING_FILE_ENCRYPTED"
    retryable = False
    vi = Words(
        "Tệp được mã hóa (có mật khẩu hoặc hạn chế quyền) nên không ký được; tệp được giữ nguyên.",
        "Xin tệp không mã hóa ở nơi gửi rồi làm lại.",
    )
    en = Words(
        "The file is encrypted (a password or restricted rights), so it can't be signed; nothing was changed.",
        "Ask the sender for a file without encryption and start again.",
    )
