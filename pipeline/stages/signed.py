"""A signed e-copy on its way into the register, whoever's key made the signature: judged first, then put on record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import SigningFault
from models.signatures import Level, Reason, SignedFile, Verdict
from models.states import EcopyState
from pipeline.application import Application
from pipeline.papers.recording import record_signed
from pipeline.waiting import services_are_back
from signing.judging.verify import verify_pdf
from storage.records import DocumentRecord, EcopyRecord, StoredRef

if TYPE_CHECKING:
    from storage.register import Transaction

STAGE, VERSION = "sign", "1"


def check_signed(
    app: Application, signed: Path, field_name: str, level: Level, *, by_record: bool = False
) -> None:
    """Judge a file that we are to stand for as strictly as a stranger's before it counts. Raises SigningFault.

    `by_record`: nothing but its evidence record may be lacking.
    """
    report = verify_pdf(signed, app.hands.trust)
    reached = [s.level for s in report.signatures if s.field_name == field_name]
    sound = report.reasons == (Reason.RECORD_MISSING,) if by_record else report.verdict is Verdict.VALID
    if not sound or reached != [level]:
        reasons = ", ".join(reason.value for reason in report.reasons) or f"level {reached}"
        raise SigningFault(reason=f"the signed file does not verify: {reasons}")


def put_signed_on_record(
    tx: Transaction,
    app: Application,
    document: DocumentRecord,
    ecopy: EcopyRecord,
    result: SignedFile,
    stored: StoredRef,
    *,
    seconds: float,
    by_record: bool = False,
) -> None:
    """The e-copy has its signature and time-stamps, unless it gets them `by_record`; what is left is to issue it."""
    facts = {
        "level": result.level.value,
        "signer": result.signer,
        "sha256": stored.sha256,
        "size": stored.size,
        "stamped_by": list(result.stamped_by),
        **({"by_record": True} if by_record else {}),
    }
    tx.add_derivation(document.id, STAGE, VERSION, facts, seconds=seconds, ecopy=ecopy.id, stored=stored)
    if ecopy.state is not EcopyState.AWAITING_TIMESTAMP:
        ecopy = tx.set_ecopy_state(ecopy, EcopyState.AWAITING_TIMESTAMP)
    services_are_back(tx, document)
    record_signed(tx, app, document, ecopy, result)
