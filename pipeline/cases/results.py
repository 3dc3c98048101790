"""Signed electronic results, brought in for the dossier that they end (ND118 Art. 22): verified before they are kept."""

from __future__ import annotations

from pathlib import Path

from extraction.definitions import type_definition
from models.batches import ONE_DOCUMENT
from models.errors import CaseEnded, EmptyFile, ResultNotSigned, ResultSignatureRefused
from models.signatures import Verdict, VerificationReport
from models.states import DossierState
from models.wire.results import DossierResult, DossierResults, ResultBrought, ResultRecord, ResultSignature
from pipeline import child
from pipeline.application import Application
from pipeline.attempts import attempt, given, operator
from pipeline.cases.meeting import Case
from pipeline.papers.imports import check_undivided, only_document
from pipeline.stages.receive import receive
from storage.cases import casework, results

_NO_RESULT = frozenset({DossierState.WITHDRAWN, DossierState.CLOSED})
"""Ends that nobody decided: nothing results from them."""


def bring_result(
    app: Application, path: Path, dossier_code: str, record: ResultRecord, *, agency: str
) -> tuple[ResultBrought, bool]:
    """Take in the signed file at `path` as a result of a dossier, and whether it was not one before.

    Every signature on it has to be proven valid, or nothing is kept. It is the original itself: no copy is made of it,
    and it may be used again once a named person has confirmed its data and the dossier has ended well.

    Raises ResultNotSigned, ResultSignatureRefused, CaseEnded, UnknownDocumentType, HeldAlready, what the judgement of
    the file raises (NotADocument, Unreadable, LimitExceeded), and what `receive` raises.
    """
    with attempt(app, "bring_result", dossier_code, purpose=f"dossier:{dossier_code}"):
        if not path.stat().st_size:
            raise EmptyFile
        _check_case(app, dossier_code)
        if record.document_type is not None:
            type_definition(record.document_type)
        check_undivided(app, path, agency)
        report = _verified(app, path)
        case = Case(dossier_code=dossier_code)
        source = receive(
            app,
            path,
            intake="counter",
            presented_as="ban_goc",
            forced_type=record.document_type,
            grouping=ONE_DOCUMENT,
            case=case,
        )
        document = only_document(app, source)
        with app.register.transaction(actor=operator(), purpose=case.purpose) as tx:
            new = results.add_result(
                tx, dossier_code, document.id, result_code=record.result_code, by=operator()
            )
            brought = results.result(tx.connection, dossier_code, document.id)
        signatures = tuple(
            ResultSignature(
                field_name=one.field_name,
                signer=one.signer,
                level=one.level.value if one.level is not None else None,
                proven_at=one.proven_at,
            )
            for one in report.signatures
        )
        return ResultBrought(**_told(brought), signatures=signatures), new


def look_at_results(app: Application, dossier_code: str, *, purpose: str) -> DossierResults:
    """The results of a dossier; the look is on record. Raises NotFound, or UsageError without a purpose."""
    with attempt(app, "look", dossier_code, purpose=purpose):
        with app.register.reading() as connection:
            casework.dossier(connection, dossier_code)
            found = results.results_of(connection, dossier_code)
        with app.register.transaction(actor=operator(), purpose=given(purpose)) as tx:
            tx.audit("look", dossier_code, what="results")
        return DossierResults(items=tuple(DossierResult(**_told(one)) for one in found))


def _check_case(app: Application, dossier_code: str) -> None:
    with app.register.reading() as connection:
        case = casework.dossier(connection, dossier_code)
    if case.state in _NO_RESULT:
        raise CaseEnded(case=f"Hồ sơ {case.code}", state=case.state.value)


def _verified(app: Application, path: Path) -> VerificationReport:
    report, _ = app.in_child("review", child.verify_file, path, app.hands.trust)
    if not report.signatures:
        raise ResultNotSigned
    if report.verdict is not Verdict.VALID:
        reasons = {*report.reasons, *(reason for one in report.signatures for reason in one.reasons)}
        raise ResultSignatureRefused(reason=", ".join(sorted(reasons)))
    return report


def _told(record: results.ResultRecord) -> dict[str, object]:
    told = dict(vars(record))
    told["document"], told["dossier"] = told.pop("document_id"), told.pop("dossier_code")
    return told
