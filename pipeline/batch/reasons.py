"""Why a file of an archive was not taken in, and what is wrong with a row of a manifest: stable codes in two languages."""

from __future__ import annotations

from models.text import Language

SKIPPED: dict[str, tuple[str, str]] = {
    "link": ("liên kết, không đi theo", "a link, which is not followed"),
    "special": ("không phải tệp thường", "not a regular file"),
    "hidden": ("tệp hay thư mục ẩn", "a hidden file or folder"),
    "suffix": ("tên tệp không phải của giấy tờ", "no document by its name"),
    "unlisted": ("không có trong bản kê", "not in the manifest"),
    "secret": ("có độ mật, không được quét", "marked secret, must not be scanned"),
    "component": (
        "thành phần không được quét theo thủ tục",
        "a component that its procedure forbids to scan",
    ),
    "rule": ("kế hoạch quy định không quét", "the plan says that it must not be scanned"),
    "cut_off": ("từ ngày mốc trở đi, không thuộc đợt này", "from the cut-off date on, not of this batch"),
}
"""Reasons of entries that were skipped."""

REMARKS: dict[str, tuple[str, str]] = {
    "no_path": ("dòng không cho biết tệp nào", "the row names no file"),
    "outside": ("đường dẫn ra ngoài kho lưu trữ", "the path leads out of the archive"),
    "twice": ("tệp đã có ở dòng trước", "the file stands in an earlier row"),
    "pages": ("số trang không hợp lệ; đã bỏ qua số này", "no valid number of pages; it was left out"),
    "date": ("ngày không hợp lệ; đã bỏ qua ngày này", "no valid date; it was left out"),
    "type": ("loại giấy tờ không có; để máy nhận ra", "no such document type; it will be found out"),
    "secret": ("độ mật không rõ; coi là mật, không quét", "unclear secrecy; taken for secret, not scanned"),
    "row": ("không đọc được dòng này", "the row can't be read"),
}
"""What is said of rows of a manifest; the rest of the row and all others are taken."""


def said(words: dict[str, tuple[str, str]], code: str, language: Language) -> str:
    """A code in words; the code itself where a later release knows more."""
    vi, en = words.get(code, (code, code))
    return vi if language == "vi" else en


STATES: dict[str, tuple[str, str]] = {
    "expected": ("có trong bản kê, chưa tìm tới", "in the manifest, not looked for yet"),
    "found": ("chờ tiếp nhận", "to be taken in"),
    "receiving": ("đang tiếp nhận", "being taken in"),
    "received": ("đã tiếp nhận", "taken in"),
    "duplicate": ("trùng nội dung với tệp đã có", "same content as another file"),
    "skipped": ("không số hóa", "skipped"),
    "refused": ("bị từ chối", "refused"),
    "missing": ("có trong bản kê nhưng không thấy", "in the manifest, but not there"),
}
"""States of entries."""


def reason_said(reason: str, language: Language) -> str:
    """Why entries were skipped, in words; of a plan's rule its number too."""
    name, _, number = reason.partition(":")
    words = said(SKIPPED, name, language)
    return f"{words} (skip {number})" if number else words
