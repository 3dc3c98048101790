"""The trail as evidence in a ZIP that needs no ecopy to be checked, and the cut of what was exported long ago."""

from __future__ import annotations

import base64
import json
import os
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from models.errors import ExportUnfit, NoAnchoredStart
from models.ids import new_id
from storage.audit.anchors import SUBJECT, Anchor, anchors_of
from storage.audit.checker import (
    ANCHORS,
    CHAIN,
    ENTRIES,
    MANIFEST,
    ROOTS,
    TRIMMED,
    check_chain,
    opened,
    read_anchors,
)
from storage.audit.verify import recorded_head, rows
from storage.register import Transaction
from storage.schema import audit, audit_anchors

CHECKER = "verify_audit.py"
README = """\
NHẬT KÝ KIỂM TOÁN CỦA ECOPY: BẢN XUẤT LÀM BẰNG CHỨNG

Kiểm tra (chỉ cần Python 3.11 trở lên; có OpenSSL thì kiểm tra luôn dấu thời gian):

    python3 verify_audit.py .            (trong thư mục đã giải nén)
    python3 verify_audit.py TỆP.zip

entries.jsonl        từng mục, theo thứ tự: ai, lúc nào, từ đâu, làm gì, với đối tượng nào, mục đích, kết quả
anchors.jsonl        dấu thời gian RFC 3161 trên mã băm của một mục (token: DER, base64)
anchors/N.tst        cùng các dấu đó, mỗi dấu một tệp
certificates/        gốc tin cậy (roots.pem) và chứng thư của tổ chức cấp dấu thời gian (chain.pem)
manifest.json        mục cuối cùng được ghi nhận khi xuất

Mã băm của một mục = SHA-256 của danh sách JSON (UTF-8) gồm mã băm mục trước và các cột của mục đó (xem COVERED trong
verify_audit.py). Dấu thời gian đóng trên chính mã băm ấy, nên mọi mục trước nó không thể bị viết lại mà không lộ. Hãy
lấy roots.pem từ nguồn độc lập trước khi tin. Bản xuất chứa dữ liệu về người làm việc: giữ như hồ sơ mật của cơ quan.

---

THE AUDIT TRAIL OF ECOPY: AN EXPORT AS EVIDENCE

Check it (Python 3.11 or newer; with OpenSSL the time-stamps are checked too):

    python3 verify_audit.py .            (in the unpacked folder)
    python3 verify_audit.py FILE.zip

entries.jsonl        the entries in their order: who, when, from where, did what, to what, for which purpose, outcome
anchors.jsonl        RFC 3161 time-stamps over the hash of an entry (token: DER, base64)
anchors/N.tst        the same time-stamps, a file each
certificates/        trust anchors (roots.pem) and the authorities' certificates (chain.pem)
manifest.json        what was on record as the newest entry at the time of the export

The hash of an entry is the SHA-256 of a JSON list (UTF-8) of the hash of the entry before and the entry's own columns
(COVERED in verify_audit.py). A time-stamp is over that very hash, so nothing before it can be rewritten unseen. Get
roots.pem from an independent source before you trust it. An export tells about people at work: keep it accordingly.
"""


@dataclass(frozen=True)
class Exported:
    """What an export holds."""

    entries: int
    first: int | None
    last: int | None
    anchors: int


def export_trail(
    connection: sa.Connection, target: Path, *, at: str, roots: str, chain: str, facts: Mapping[str, Any]
) -> Exported:
    """Write the whole trail to `target`, replaced whole or not at all; use a `snapshot`. Raises OSError.

    `roots` and `chain` are PEM; `facts` go into the manifest.
    """
    head = recorded_head(connection)
    anchors = anchors_of(connection)
    draft = target.with_name(f".{target.name}.{new_id()}")
    first = last = None
    count = 0
    try:
        with draft.open("xb") as sink, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
            with archive.open(ENTRIES, "w", force_zip64=True) as entries:
                for row in rows(connection):
                    entries.write(_line(row))
                    first, last, count = first or row["seq"], row["seq"], count + 1
            _write_anchors(archive, anchors)
            archive.writestr(ROOTS, roots)
            archive.writestr(CHAIN, chain)
            archive.writestr("README.txt", README)
            archive.writestr(CHECKER, checker_source())
            manifest = {
                **facts,
                "made_at": at,
                "entries": count,
                "first": first,
                "head": {"seq": head[0], "hash": head[1]} if head else None,
                "anchors": len(anchors),
            }
            archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
        with draft.open("rb+") as written:
            os.fsync(written.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return Exported(count, first, last, len(anchors))


def checker_source() -> str:
    """The checker, as it travels with an export."""
    return resources.files("storage.audit").joinpath("checker.py").read_text(encoding="utf-8")


def trim(tx: Transaction, *, before: str, exported: Path) -> int:
    """Cut off what is older than the moment `before` and stands in the export; returns the new oldest number.

    The trail then begins after its newest time-stamped entry of that age: the stamp stays, as the proof of what was
    before. Raises NoAnchoredStart, or ExportUnfit.
    """
    through = _anchor_before(tx.connection, before)
    if through is None:
        raise NoAnchoredStart(day=before[:10])
    oldest = tx.connection.scalar(sa.select(sa.func.min(audit.c.seq))) or 1
    _must_cover(exported, oldest, through)
    tx.connection.execute(audit.delete().where(audit.c.seq <= through.seq))
    tx.connection.execute(audit_anchors.delete().where(audit_anchors.c.seq < through.seq))
    tx.audit(TRIMMED, SUBJECT, through=through.seq, hash=through.hash, entries=through.seq - oldest + 1)
    return through.seq + 1


def _anchor_before(connection: sa.Connection, before: str) -> Anchor | None:
    """The newest time-stamped entry that, with everything before it, is older than `before`."""
    stamped = sa.select(audit_anchors.c.seq).join(audit, audit.c.seq == audit_anchors.c.seq)
    older = stamped.where(audit.c.at < before)
    young = connection.scalar(sa.select(sa.func.min(audit.c.seq)).where(audit.c.at >= before))
    if young is not None:
        older = older.where(audit.c.seq < young)
    seq = connection.scalar(older.order_by(audit_anchors.c.seq.desc()).limit(1))
    return next((a for a in anchors_of(connection) if a.seq == seq), None)


def _must_cover(exported: Path, oldest: int, through: Anchor) -> None:
    """Raises ExportUnfit unless the export is sound and holds every entry from `oldest` up to `through`."""
    try:
        with opened(exported) as opener:
            chain, faults = check_chain(opener)
            stamped = {a["seq"]: (a["hash"], a["token"]) for a in read_anchors(opener)}
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as reason:
        raise ExportUnfit(path=exported, reason=f"{type(reason).__name__}: {reason}") from reason
    if faults:
        raise ExportUnfit(path=exported, reason=faults[0].words("en"))
    if chain.first is None or chain.first > oldest or chain.last is None or chain.last[0] < through.seq:
        raise ExportUnfit(path=exported, reason=f"{oldest}–{through.seq}")
    if stamped.get(through.seq) != (through.hash, base64.b64encode(through.token).decode()):
        raise ExportUnfit(path=exported, reason=f"{through.seq}: {through.hash}")


def _write_anchors(archive: zipfile.ZipFile, anchors: Iterable[Anchor]) -> None:
    told = []
    for a in anchors:
        token = base64.b64encode(a.token).decode()
        told.append({"seq": a.seq, "hash": a.hash, "at": a.at, "authority": a.authority, "token": token})
        archive.writestr(f"anchors/{a.seq}.tst", a.token)
    archive.writestr(ANCHORS, b"".join(map(_line, told)))


def _line(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(dict(value), ensure_ascii=False) + "\n").encode()
