"""Reuse: what exists is found by its holder's number, told to be usable or not and why, and used on record."""

from __future__ import annotations

import json
from datetime import date

import pytest
import sqlalchemy as sa

from models.errors import CaseEnded, CheckNeeded, IllegalTransition, NothingToOverride, NotReusable
from models.holders import HolderIdentifier
from models.reuse import Check, WhyNot
from models.states import ComponentState
from storage import schema as t
from storage.cases import casework
from storage.cases.records import ComponentRecord
from storage.keeping import lifecycle
from storage.papers import reuse
from tests.storage import papers
from tests.storage.plans import table_scans
from tests.storage.support import Room

TODAY = date(2026, 11, 22)
NOW = "2026-11-22T09:15:04+07:00"
ID = HolderIdentifier(kind="personal_id", value="001190000017")
OLD = HolderIdentifier(kind="old_id", value="012345678")


def found(home: Room, identifier: HolderIdentifier = ID, document_type: str | None = "giay_khai_sinh"):  # type: ignore[no-untyped-def]
    with home.register.reading() as connection:
        return reuse.answer(connection, identifier, document_type, today=TODAY, now=NOW)


def component(home: Room, code: str, which: str = "TP01") -> ComponentRecord:
    with home.register.reading() as connection:
        return casework.component(connection, code, which)


def use(home: Room, document: str, wanted: ComponentRecord, *checked: Check):  # type: ignore[no-untyped-def]
    purpose = f"dossier:{wanted.dossier_code}"
    with home.register.transaction(actor="clerk", purpose=purpose) as tx:
        return reuse.use(tx, document, None, wanted, papers.CLERK, checked=checked, today=TODAY)


def original(home: Room, whose: str, **facts: object) -> papers.Paper:
    """An electronic original: no e-copy was made of it."""
    made = papers.paper(home, whose, **{"signed_original": True, **facts})  # type: ignore[arg-type]
    with home.engine.begin() as connection:
        connection.execute(t.ecopy_revisions.delete().where(t.ecopy_revisions.c.ecopy_id == made.ecopy))
        connection.execute(t.ecopies.delete().where(t.ecopies.c.id == made.ecopy))
    return made


@pytest.fixture
def whose(home: Room) -> str:
    return papers.holder(home, (ID.kind, ID.value), (OLD.kind, OLD.value))


def test_a_paper_is_found_by_the_new_number_and_by_the_old_one_linked_to_it(home: Room, whose: str) -> None:
    paper = papers.paper(home, whose)
    for number in (ID, OLD):
        answer = found(home, number)
        assert answer.holder is not None
        assert answer.holder.id == whose
        assert [(one.document_id, one.ecopy_id, one.usable) for one in answer.found] == [
            (paper.document, paper.ecopy, True)
        ]
    (one,) = answer.found
    assert (one.sha256, one.revision) == (paper.sha256, 1)
    assert (one.document_code or "").endswith(".giay_khai_sinh")
    assert one.checks == ()


def test_an_unknown_number_is_a_miss_and_another_type_is_not_offered(home: Room, whose: str) -> None:
    papers.paper(home, whose)
    nobody = found(home, HolderIdentifier(kind="passport", value="B1234567"))
    assert (nobody.holder, nobody.found) == (None, ())
    assert found(home, document_type="quyet_dinh").found == ()
    assert len(found(home, document_type=None).found) == 1


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"reusable_from": None}, WhyNot.AWAITING_RESULT),
        ({"reusable_from": "2026-11-22T09:15:05+07:00"}, WhyNot.NOT_YET_REUSABLE),
        ({"perpetual": False, "valid_to": "2026-11-21"}, WhyNot.EXPIRED),
        ({"valid_from": "2026-11-23"}, WhyNot.NOT_YET_VALID),
        ({"restricted": True}, WhyNot.RESTRICTED),
        ({"ecopy_state": "revoked"}, WhyNot.REVOKED),
        ({"ecopy_state": "superseded"}, WhyNot.SUPERSEDED),
        ({"ecopy_state": "awaiting_timestamp"}, WhyNot.NOT_ISSUED),
    ],
)
def test_what_forbids_the_reuse_is_named(
    home: Room, whose: str, facts: dict[str, object], why: WhyNot
) -> None:
    paper = papers.paper(home, whose, **facts)  # type: ignore[arg-type]
    (one,) = found(home).found
    assert (one.usable, one.why_not) == (False, (why,))
    code = papers.dossier(home, whose=whose)
    with pytest.raises(NotReusable, match=why.value):
        use(home, paper.document, component(home, code))


def test_the_last_day_of_validity_still_counts(home: Room, whose: str) -> None:
    papers.paper(home, whose, perpetual=False, valid_to="2026-11-22")
    assert [one.usable for one in found(home).found] == [True]


def test_a_reuse_meets_the_component_and_keeps_what_was_known(home: Room, whose: str) -> None:
    paper, code = papers.paper(home, whose), papers.dossier(home, whose=whose)
    event = use(home, paper.document, component(home, code))
    met = component(home, code)
    assert (met.state, met.document_id) == (ComponentState.REUSED, paper.document)
    with home.engine.connect() as connection:
        row = connection.execute(sa.select(t.reuse_events)).mappings().one()
    snapshot = json.loads(row["snapshot"])
    assert (row["id"], row["kind"], row["person"], row["role"], row["agency"], row["purpose"]) == (
        event.id, "reused", "clerk", "clerk", papers.AGENCY.identifier, f"dossier:{code}",
    )  # fmt: skip
    assert (row["revision"], row["holder_id"], row["source"]) == (1, whose, "register")
    assert snapshot["ecopy"]["sha256"] == paper.sha256
    assert (snapshot["ecopy"]["state"], snapshot["ecopy"]["validity"]) == ("issued", "valid")
    assert snapshot["ecopy"]["abstract"] == "Giấy khai sinh của Nguyễn Thị Mẫu"
    acts = {entry.action: entry for entry in home.register.audit_of(paper.document)}
    assert acts["reuse"].details["event"] == event.id
    assert "Nguyễn" not in json.dumps(acts["reuse"].details, ensure_ascii=False)


def test_the_same_reuse_again_is_the_same_event(home: Room, whose: str) -> None:
    paper, code = papers.paper(home, whose), papers.dossier(home, whose=whose)
    first = use(home, paper.document, component(home, code))
    assert use(home, paper.document, component(home, code)) == first
    other = papers.paper(home, whose)
    with pytest.raises(IllegalTransition):
        use(home, other.document, component(home, code))


def test_what_only_a_person_can_judge_is_asked_for_and_put_on_record(home: Room, whose: str) -> None:
    paper = papers.paper(home, whose, perpetual=False, scope="Trong địa bàn xã Mẫu")
    somebody = papers.holder(home, ("personal_id", "001190000025"), name="Lê Văn Mẫu")
    code = papers.dossier(home, whose=somebody)
    wanted = component(home, code)
    with pytest.raises(CheckNeeded, match="validity_unknown"):
        use(home, paper.document, wanted, Check.LIMITED_SCOPE, Check.OTHER_HOLDER)
    with pytest.raises(CheckNeeded, match="other_holder"):
        use(home, paper.document, wanted, Check.LIMITED_SCOPE, Check.VALIDITY_UNKNOWN)
    use(home, paper.document, wanted, *Check)
    with home.engine.connect() as connection:
        snapshot = json.loads(connection.scalar(sa.select(t.reuse_events.c.snapshot)) or "")
    assert sorted(snapshot["checked"]) == ["limited_scope", "other_holder", "validity_unknown"]


def test_a_disagreement_that_nobody_decided_and_a_correction_are_checks(home: Room, whose: str) -> None:
    paper = papers.paper(home, whose)
    with home.engine.begin() as connection:
        connection.execute(
            t.correction_tasks.insert().values(
                id="01ARZ3NDEKTSV4RRFFQ69G5FAV", document_id=paper.document, field="full_name", state="open",
                raised_at=NOW, raised_by="clerk",
            )
        )  # fmt: skip
        connection.execute(t.fields.update().values(version=2))
    (one,) = found(home).found
    assert one.checks == (Check.DISAGREEMENT_OPEN, Check.DATA_CORRECTED)


def test_an_override_needs_something_to_override_and_leaves_the_component_wanted(
    home: Room, whose: str
) -> None:
    paper, code = papers.paper(home, whose), papers.dossier(home, whose=whose)
    wanted = component(home, code)

    def override(document: str) -> None:
        with home.register.transaction(actor="clerk", purpose=f"dossier:{code}") as tx:
            reuse.override(
                tx, document, None, wanted, papers.CLERK, reason_code="verify_authenticity", reason="x", today=TODAY
            )  # fmt: skip

    override(paper.document)
    assert component(home, code).state is ComponentState.WANTED
    with home.register.reading() as connection:
        (event,) = connection.execute(sa.select(t.reuse_events)).all()
    assert event.document_id == paper.document
    assert (event.kind, event.reason_code) == ("overridden", "verify_authenticity")
    revoked = papers.paper(home, whose, ecopy_state="revoked")
    with pytest.raises(NothingToOverride):
        override(revoked.document)


def test_nothing_is_used_for_a_dossier_that_has_ended(home: Room, whose: str) -> None:
    paper, code = papers.paper(home, whose), papers.dossier(home, whose=whose)
    wanted = component(home, code)
    with home.engine.begin() as connection:
        connection.execute(t.dossiers.update().values(state="withdrawn"))
    with pytest.raises(CaseEnded):
        use(home, paper.document, wanted)


def test_a_signed_original_is_offered_itself_and_used_with_the_hash_of_its_file(
    home: Room, whose: str
) -> None:
    paper, code = original(home, whose), papers.dossier(home, whose=whose)
    sha256 = home.register.source(paper.source).sha256
    (one,) = found(home).found
    assert (one.usable, one.signed_original, one.ecopy_id, one.sha256) == (True, True, None, sha256)
    event = use(home, paper.document, component(home, code))
    assert (event.ecopy_id, event.revision) == (None, None)
    assert use(home, paper.document, component(home, code)) == event
    met = component(home, code)
    assert (met.state, met.document_id) == (ComponentState.REUSED, paper.document)
    with home.engine.connect() as connection:
        snapshot = json.loads(connection.scalar(sa.select(t.reuse_events.c.snapshot)) or "")
    assert (snapshot["ecopy"]["sha256"], snapshot["ecopy"]["signed_original"]) == (sha256, True)
    assert snapshot["ecopy"]["abstract"] == "Giấy khai sinh của Nguyễn Thị Mẫu"


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"signed_original": False}, WhyNot.NO_ECOPY),
        ({"reusable_from": None}, WhyNot.AWAITING_RESULT),
        ({"perpetual": False, "valid_to": "2026-11-21"}, WhyNot.EXPIRED),
        ({"restricted": True}, WhyNot.RESTRICTED),
        ({"state": "in_review"}, WhyNot.NOT_CONFIRMED),
    ],
)
def test_what_forbids_the_reuse_of_an_original_is_named(
    home: Room, whose: str, facts: dict[str, object], why: WhyNot
) -> None:
    paper, code = original(home, whose, **facts), papers.dossier(home, whose=whose)
    assert [one.why_not for one in found(home).found] == [(why,)]
    with pytest.raises(NotReusable, match=why.value):
        use(home, paper.document, component(home, code))


def test_a_file_with_an_ecopy_is_told_as_the_copy(home: Room, whose: str) -> None:
    paper = papers.paper(home, whose, signed_original=True)
    (one,) = found(home).found
    assert (one.signed_original, one.sha256) == (False, paper.sha256)


def test_a_copy_revoked_between_look_and_use_is_not_used(home: Room, whose: str) -> None:
    paper, code = papers.paper(home, whose), papers.dossier(home, whose=whose)
    assert found(home).usable
    with home.register.transaction(actor="officer", purpose="t") as tx:
        lifecycle.revoke(tx, paper.ecopy, reason="wrong_data", note=None, by="officer")
    with pytest.raises(NotReusable, match="revoked"):
        use(home, paper.document, component(home, code))
    with home.engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(t.reuse_events)) == 0


def test_of_many_papers_the_newest_are_told_and_that_there_are_more(home: Room, whose: str) -> None:
    made = [papers.paper(home, whose).document for _ in range(reuse.MOST + 2)]
    answer = found(home)
    assert [one.document_id for one in answer.found] == sorted(made, reverse=True)[: reuse.MOST]
    assert answer.more


def test_the_look_up_reads_no_table_as_a_whole(home: Room, whose: str) -> None:
    """Both queries go by indexes alone, whatever the size."""
    for _ in range(3):
        papers.paper(home, whose)
    original(home, whose)
    assert table_scans(home, lambda: (found(home), found(home, OLD, None))) == []


def test_a_query_without_an_index_would_be_noticed(home: Room, whose: str) -> None:
    def by_title() -> None:
        with home.register.reading() as connection:
            connection.execute(sa.select(t.documents.c.id).where(t.documents.c.title == "x")).all()

    assert len(table_scans(home, by_title)) == 1
