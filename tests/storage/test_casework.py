"""Dossiers ask for what their procedure asked for on the day they came in; only a good end makes papers reusable."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest

from models.casework import Channel, ComponentRule, Procedure, procedure_number
from models.ecopy import CopyForm
from models.errors import (
    CaseEnded,
    ComponentMet,
    ComponentNotScanned,
    ConflictError,
    DossierExists,
    IllegalTransition,
    LotExists,
    NotFound,
    ProcedureInUse,
    UnknownComponent,
    UnknownProcedure,
)
from models.ids import new_id
from models.signatures import Level
from models.states import ComponentState, DocumentState, DossierState, EcopyState, LotState
from storage import schema as t
from storage.cases import casework, procedures
from storage.cases.records import ComponentRecord, DossierRecord
from storage.database import open_database
from storage.papers import parts
from storage.records import DocumentRecord
from storage.register import Register
from tests.clocks import FixedClock
from tests.servers.postgres import ready_database
from tests.storage.support import Room

CODE = "H99.01-261122-0001"
DOCUMENT = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
BIRTH = Procedure(
    code="1.001193",
    name="Đăng ký khai sinh",
    valid_from=date(2025, 7, 1),
    source="test",
    components=(
        ComponentRule(code="TK", name="Tờ khai"),
        ComponentRule(code="GCS", name="Giấy chứng sinh", document_type="giay_chung_sinh", required=False),
        ComponentRule(code="TT", name="Giấy tờ tùy thân", handling="PRESENT_ONLY"),
        ComponentRule(code="MAT", name="Tài liệu mật", handling="SECRET_NO_SCAN", required=False),
        ComponentRule(code="KH", name="Giấy chứng nhận kết hôn", handling="DB_REPLACED", result=True),
    ),
)
OLDER = BIRTH.model_copy(
    update={"valid_from": date(2020, 1, 1), "components": (ComponentRule(code="XX", name="Giấy cũ"),)}
)
TO_REVIEW = (DocumentState.TRIAGED, DocumentState.READ, DocumentState.EXTRACTED, DocumentState.IN_REVIEW)


def imported(home: Room, *given: Procedure) -> list[bool]:
    with home.register.transaction(actor="t", purpose="t") as tx:
        return [procedures.put_procedure(tx, one) for one in given]


def opened(home: Room, code: str = CODE, channel: Channel = "direct") -> DossierRecord:
    imported(home, BIRTH)
    with home.register.transaction(actor="clerk", purpose=f"dossier:{code}") as tx:
        return casework.open_dossier(tx, code, BIRTH, agency="H99.01", channel=channel, received_by="clerk")


def moved(home: Room, *states: DossierState, code: str = CODE) -> DossierRecord:
    for state in states:
        with home.register.transaction(actor="officer", purpose="t") as tx:
            case = casework.dossier(tx.connection, code)
            case = casework.set_dossier_state(tx, case, state, by="officer", note="x")
    return case


def part(home: Room, component: str, code: str = CODE) -> ComponentRecord:
    with home.register.reading() as connection:
        return casework.component(connection, code, component)


def met(
    home: Room, component: str, state: ComponentState, document: str | None = None, code: str = CODE
) -> None:
    with home.register.transaction(actor="clerk", purpose="t") as tx:
        casework.set_component(
            tx, casework.component(tx.connection, code, component), state, document_id=document
        )


def approved(home: Room, document: DocumentRecord, *, issued: bool = True) -> None:
    for state in (*TO_REVIEW, DocumentState.APPROVED):
        with home.register.transaction(actor="t", purpose="t") as tx:
            tx.set_document_state(home.register.document(document.id), state)
    if not issued:
        return
    with home.register.transaction(actor="t", purpose="t") as tx:
        tx.add_ecopy(new_id(), document.id, CopyForm.SAO_Y)
    for after in (EcopyState.AWAITING_SIGNATURE, EcopyState.AWAITING_TIMESTAMP, EcopyState.ISSUED):
        ecopy = home.register.ecopy_of(document.id)
        assert ecopy is not None
        with home.register.transaction(actor="t", purpose="t") as tx:
            tx.set_ecopy_state(ecopy, after)


def captured(home: Room, document: DocumentRecord) -> None:
    ref = home.vault.write("capture", b"signed")
    with home.register.transaction(actor="clerk", purpose="t") as tx:
        tx.add_capture(document.id, ref, level=Level.B_T, signed_by="x")


def reusable(home: Room, document: DocumentRecord) -> bool:
    return home.register.document(document.id).reusable_from is not None


def test_the_version_in_force_on_the_day_counts(home: Room) -> None:
    assert imported(home, OLDER, BIRTH) == [True, True]
    with home.register.reading() as connection:
        assert procedures.procedure_on(connection, "1.001193", date(2026, 1, 1)) == BIRTH
        before = procedures.procedure_on(connection, "1.001193", date(2025, 6, 30))
        assert [rule.code for rule in before.components] == ["XX"]
        assert before.valid_to == date(2025, 6, 30), "it ended when the next one began"
        with pytest.raises(UnknownProcedure):
            procedures.procedure_on(connection, "1.001193", date(2019, 12, 31))
    assert imported(home, OLDER, BIRTH) == [False, False]


def test_a_localised_code_falls_back_on_the_national_procedure(home: Room) -> None:
    imported(home, BIRTH)
    with home.register.reading() as connection:
        found = procedures.procedure_on(connection, "1.001193.000.00.00.H99.02", date(2026, 1, 1))
    assert found == BIRTH
    assert procedure_number("TTHC-1") == "TTHC-1"


def test_components_that_dossiers_were_opened_under_do_not_change(home: Room) -> None:
    opened(home)
    with pytest.raises(ProcedureInUse):
        imported(home, BIRTH.model_copy(update={"components": BIRTH.components[:1]}))
    assert imported(home, BIRTH.model_copy(update={"name": "Đăng ký khai sinh cho trẻ em"})) == [True]
    newer = BIRTH.model_copy(update={"valid_from": date(2027, 1, 1), "components": BIRTH.components[:1]})
    imported(home, newer)
    with home.register.reading() as connection:
        assert len(casework.components(connection, CODE)) == 5


def test_a_dossier_is_opened_once_with_everything_its_procedure_asks_for(home: Room) -> None:
    case = opened(home)
    assert (case.state, case.procedure_valid_from, case.received_by) == (
        DossierState.RECEIVED,
        "2025-07-01",
        "clerk",
    )
    with home.register.reading() as connection:
        found = casework.components(connection, CODE)
    assert [(c.component_code, c.handling, c.state, c.required, c.result) for c in found] == [
        (rule.code, rule.handling, ComponentState.WANTED, rule.required, rule.result)
        for rule in BIRTH.components
    ]
    with pytest.raises(DossierExists):
        opened(home)


def test_what_comes_online_is_not_scanned(home: Room) -> None:
    opened(home, channel="online")
    assert part(home, "TK").handling == "ONLINE"
    assert part(home, "MAT").handling == "SECRET_NO_SCAN"
    with home.register.reading() as connection:
        assert casework.missing_captures(connection, CODE) == []


@pytest.mark.parametrize("component", ["TT", "MAT"])
def test_what_is_only_shown_or_secret_is_never_scanned(home: Room, component: str) -> None:
    opened(home)
    with home.register.reading() as connection, pytest.raises(ComponentNotScanned):
        casework.component_to_scan(connection, CODE, component)


def test_a_scan_needs_a_dossier_that_is_open_and_a_component_that_it_has(home: Room) -> None:
    opened(home)
    with home.register.reading() as connection:
        with pytest.raises(NotFound):
            casework.check_dossier_open(connection, "H01-1")
        with pytest.raises(UnknownComponent) as told:
            casework.component_to_scan(connection, CODE, "ZZ")
    assert "TK, GCS" in told.value.remedy("vi")
    moved(home, DossierState.WITHDRAWN)
    with home.register.reading() as connection, pytest.raises(CaseEnded):
        casework.component_to_scan(connection, CODE, "TK")
    with pytest.raises(CaseEnded):
        met(home, "TT", ComponentState.PRESENTED)


def test_a_component_is_met_by_one_document_until_it_is_wanted_again(home: Room) -> None:
    opened(home)
    first, second = home.receive(b"1"), home.receive(b"2")
    met(home, "TK", ComponentState.SCANNED, first.id)
    with home.register.reading() as connection, pytest.raises(ComponentMet):
        casework.check_free(connection, casework.component(connection, CODE, "TK"))
    with pytest.raises(IllegalTransition):
        met(home, "TK", ComponentState.SCANNED, second.id)
    met(home, "TK", ComponentState.WANTED)
    assert part(home, "TK").document_id is None
    met(home, "TK", ComponentState.SCANNED, second.id)
    with home.register.reading() as connection:
        assert [c.component_code for c in casework.components_of_document(connection, second.id)] == ["TK"]


def test_a_document_that_is_on_its_way_holds_the_place_unless_it_was_refused(home: Room) -> None:
    opened(home)
    document = home.receive()
    with home.register.transaction(actor="t", purpose="t") as tx:
        casework.expect_document(tx, casework.component(tx.connection, CODE, "TK"), document.id)
    with home.register.reading() as connection, pytest.raises(ComponentMet):
        casework.check_free(connection, casework.component(connection, CODE, "TK"))
    with home.register.transaction(actor="t", purpose="t") as tx:
        tx.refuse(document, "INPUT_TRUNCATED", {}, quarantine=False)
    with home.register.reading() as connection:
        casework.check_free(connection, casework.component(connection, CODE, "TK"))


def test_of_two_hands_on_one_component_the_second_is_told(home: Room) -> None:
    opened(home)
    seen_by_both = part(home, "TT")
    with home.register.transaction(actor="a", purpose="t") as tx:
        casework.set_component(tx, seen_by_both, ComponentState.PRESENTED)
    with pytest.raises(ConflictError), home.register.transaction(actor="b", purpose="t") as tx:
        casework.set_component(tx, seen_by_both, ComponentState.WAIVED)


def test_components_without_a_signed_scan_are_named_before_processing(home: Room) -> None:
    opened(home)
    scan, optional = home.receive(b"1"), home.receive(b"2")

    def missing() -> list[str]:
        with home.register.reading() as connection:
            return [c.component_code for c in casework.missing_captures(connection, CODE)]

    assert missing() == ["TK"]
    met(home, "TK", ComponentState.SCANNED, scan.id)
    assert missing() == ["TK"], "scanned and not signed"
    captured(home, scan)
    assert missing() == []
    with home.register.transaction(actor="t", purpose="t") as tx:
        casework.expect_document(tx, casework.component(tx.connection, CODE, "GCS"), optional.id)
    assert missing() == ["GCS"], "what was not asked for counts once it came in"
    met(home, "GCS", ComponentState.WANTED)
    assert missing() == []


def test_success_makes_issued_documents_reusable_and_failure_does_not(home: Room) -> None:
    good, bad = "H99.01-261122-0001", "H99.01-261122-0002"
    for code in (good, bad):
        opened(home, code)
    issued, waiting, shared, foreign = (home.receive(bytes([n])) for n in range(4))
    for document in (issued, shared, foreign):
        approved(home, document)
    approved(home, waiting, issued=False)
    met(home, "TK", ComponentState.SCANNED, issued.id, code=good)
    met(home, "GCS", ComponentState.SCANNED, waiting.id, code=good)
    met(home, "TK", ComponentState.SCANNED, shared.id, code=bad)
    moved(home, DossierState.IN_PROCESS, DossierState.FAILED, code=bad)
    assert not reusable(home, shared)
    home.clock.move(timedelta(hours=1))
    case = moved(home, DossierState.IN_PROCESS, DossierState.SUCCEEDED, code=good)
    assert (case.outcome_by, case.outcome_note) == ("officer", "x")
    assert case.outcome_at == home.register.document(issued.id).reusable_from == "2026-11-22T10:15:04+07:00"
    assert [reusable(home, d) for d in (issued, waiting, shared, foreign)] == [True, False, False, False]
    with home.register.reading() as connection:
        told = [casework.has_good_end(connection, d.id) for d in (issued, waiting, shared, foreign)]
    assert told == [True, True, False, False], "the waiting one becomes reusable when its e-copy is issued"
    with pytest.raises(IllegalTransition):
        moved(home, DossierState.FAILED, code=good)


def test_a_document_may_serve_several_dossiers_and_one_success_is_enough(home: Room) -> None:
    other = "H99.01-261122-0009"
    opened(home)
    opened(home, other)
    document = home.receive()
    approved(home, document)
    met(home, "TK", ComponentState.SCANNED, document.id)
    met(home, "TK", ComponentState.SCANNED, document.id, code=other)
    moved(home, DossierState.FAILED)
    assert not reusable(home, document)
    moved(home, DossierState.IN_PROCESS, DossierState.SUCCEEDED, code=other)
    assert reusable(home, document)


def test_the_acceptance_of_a_lot_makes_its_documents_reusable(home: Room) -> None:
    document, elsewhere = home.receive(b"1"), home.receive(b"2")
    for one in (document, elsewhere):
        approved(home, one)
    with home.register.transaction(actor="archivist", purpose="t") as tx:
        lot = casework.create_lot(tx, "Hộp 12/2003", agency="H99", by="archivist")
        casework.put_in_case(tx, document.id, lot_id=lot.id)
        casework.put_in_case(tx, document.id, lot_id=lot.id)
    with pytest.raises(LotExists), home.register.transaction(actor="t", purpose="t") as tx:
        casework.create_lot(tx, "Hộp 12/2003", agency="H99", by="t")
    assert home.register.document(document.id).lot_id == lot.id
    with home.register.transaction(actor="officer", purpose="t") as tx:
        decided = casework.decide_lot(tx, lot, LotState.ACCEPTED, by="officer", note=None)
    assert (decided.state, decided.decided_by) == (LotState.ACCEPTED, "officer")
    assert (reusable(home, document), reusable(home, elsewhere)) == (True, False)
    with home.register.reading() as connection:
        assert [one.id for one in casework.lots(connection)] == [lot.id]
        assert casework.lot(connection, "Hộp 12/2003") == decided
        with pytest.raises(CaseEnded):
            casework.check_lot_open(connection, lot.id)
    with pytest.raises(IllegalTransition), home.register.transaction(actor="t", purpose="t") as tx:
        casework.decide_lot(tx, decided, LotState.REJECTED, by="t")


def test_a_document_keeps_the_case_it_came_in_with(home: Room) -> None:
    opened(home)
    document = home.receive()
    with home.register.transaction(actor="t", purpose="t") as tx:
        lot = casework.create_lot(tx, "lot", agency="H99", by="t")
        casework.put_in_case(tx, document.id, dossier_code=CODE)
        casework.put_in_case(tx, document.id, lot_id=lot.id)
    found = home.register.document(document.id)
    assert (found.dossier_code, found.lot_id) == (CODE, None)


def test_parts_of_a_scan_belong_to_its_case_and_a_regrouped_one_lets_its_component_go(home: Room) -> None:
    opened(home)
    scan = home.receive()
    with home.register.transaction(actor="t", purpose="t") as tx:
        casework.put_in_case(tx, scan.id, dossier_code=CODE)
        casework.expect_document(tx, casework.component(tx.connection, CODE, "TK"), scan.id)
    with home.register.transaction(actor="t", purpose="t") as tx:
        parts.settle(tx, home.register.document(scan.id), [(1,), (2,)])
    documents = home.register.documents_of(scan.source_id)
    assert [d.dossier_code for d in documents] == [CODE, CODE]
    for document in documents:
        if document.state is DocumentState.RECEIVED:
            with home.register.transaction(actor="t", purpose="t") as tx:
                tx.set_document_state(document, DocumentState.TRIAGED)
    with home.register.transaction(actor="t", purpose="t") as tx:
        living = home.register.documents_of(scan.source_id)
        (whole,) = parts.regroup(tx, home.register.document(scan.id), living, [(1, 2)])
    assert home.register.document(whole).dossier_code == CODE
    wanted = part(home, "TK")
    assert (wanted.state, wanted.document_id) == (ComponentState.WANTED, None)


def test_a_case_that_ends_well_while_an_ecopy_is_issued_is_seen_by_it() -> None:
    """On PostgreSQL two transactions run side by side: whichever comes second waits, and misses nothing."""
    url = ready_database()
    first, second = open_database(url), open_database(url)
    home = Room(first, None, None, Register(first, FixedClock()), FixedClock())  # type: ignore[arg-type]
    other = Register(second, FixedClock())
    opened(home)
    told: list[bool] = []

    def issuing() -> None:
        with other.transaction(actor="vanthu", purpose="t") as tx:
            told.append(casework.has_good_end(tx.connection, DOCUMENT))

    with first.begin() as connection:
        connection.execute(
            t.objects.insert().values(key="K", kind="original", state="stored", created_at="x")
        )
        connection.execute(
            t.sources.insert().values(
                id="S",
                content_mac="m",
                sha256="s",
                size=1,
                filename="f",
                object_key="K",
                received_at="x",
                received_by="t",
                intake="counter",
                presented_as="ban_chinh",
                quarantined=False,
            )
        )
        connection.execute(
            t.documents.insert().values(
                id=DOCUMENT,
                source_id="S",
                position=1,
                state="approved",
                rule_set="r",
                created_at="x",
                updated_at="x",
                dossier_code=CODE,
            )
        )
    with home.register.transaction(actor="officer", purpose="t") as tx:
        casework.set_dossier_state(
            tx, casework.dossier(tx.connection, CODE), DossierState.SUCCEEDED, by="officer"
        )
        waiting = threading.Thread(target=issuing)
        waiting.start()
        waiting.join(0.5)
        assert waiting.is_alive(), "it must wait for the dossier's end"
    waiting.join(30)
    first.dispose()
    second.dispose()
    assert told == [True]
