"""Archive lots are accepted on a sample: its size, how it is drawn, what is made of the judgements, what is issued then."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import comb

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from models.acceptance import Asked, SampledDocument, SamplingPlan
from models.errors import (
    BadJudgement,
    DocumentJudgedBad,
    LotNotAccepted,
    LotNotSettled,
    NotInSample,
    SampleNeeded,
)
from models.ids import new_id
from models.rulesets import all_rule_sets
from models.states import LotState
from pipeline.application import Application
from pipeline.cases import casework
from pipeline.quality.holding import lot_wait
from pipeline.quality.plans import chance_of_acceptance, characters_of, most_bad, plan_for
from pipeline.quality.report import lot_quality
from pipeline.quality.samples import draw_sample, drawn_from, judge_document, look_at_sample, verdict_of
from storage import schema as t
from tests.clocks import FixedClock
from tests.pipeline.support import application
from tests.storage import papers
from tests.storage.support import Room

RULES = all_rule_sets()[-1].acceptance
ASKED = RULES.asked


def test_a_plan_is_the_textbook_s_where_the_textbook_has_one() -> None:
    """Large lots, one sample: n = 132, c = 3 for 1 % and 5 %, α = 5 %, β = 10 % (Montgomery, Statistical Quality Control)."""
    p, n, c = 0.05, 132, 3
    passes = sum(comb(n, x) * p**x * (1 - p) ** (n - x) for x in range(c + 1))
    plan = plan_for(1_000_000, ASKED)
    single = SamplingPlan.model_validate(
        {**plan.model_dump(), "first": n, "accept": c, "reject": c + 1, "second": 0, "accept_total": c}
    )
    assert chance_of_acceptance(single, 50_000) == pytest.approx(passes, abs=1e-4)
    assert passes <= ASKED.consumer_risk
    assert plan.expected < n, "two samples ask for fewer looks"


@given(
    size=st.integers(1, 3000),
    good=st.floats(0.001, 0.05),
    gap=st.floats(0.02, 0.2),
    alpha=st.floats(0.02, 0.2),
    beta=st.floats(0.02, 0.2),
)
@settings(max_examples=40, deadline=None)
def test_both_risks_are_kept_whatever_is_asked(
    size: int, good: float, gap: float, alpha: float, beta: float
) -> None:
    asked = Asked(acceptable_share=good, rejectable_share=good + gap, producer_risk=alpha, consumer_risk=beta)
    plan = plan_for(size, asked)
    assert 0 < plan.first <= plan.first + plan.second <= size
    fewest_bad = next(bad for bad in range(size + 1) if bad >= (good + gap) * size - 1e-9 and bad)
    assert chance_of_acceptance(plan, fewest_bad) <= beta + 1e-12
    assert chance_of_acceptance(plan, int(good * size + 1e-9)) >= 1 - alpha - 1e-12
    last = plan.accept_total if plan.second else plan.accept
    assert most_bad(plan, last, second=bool(plan.second)) * size < fewest_bad, (
        "the limit agrees with the verdict"
    )


def test_the_probabilities_are_those_of_drawing() -> None:
    plan, chance = plan_for(400, ASKED), random.Random(20261123)
    assert plan.second
    bad, trials, passed = 12, 4000, 0
    for _ in range(trials):
        drawn = chance.sample(range(400), plan.first + plan.second)
        first = sum(one < bad for one in drawn[: plan.first])
        both = sum(one < bad for one in drawn)
        passed += first <= plan.accept or (first < plan.reject and both <= plan.accept_total)
    assert passed / trials == pytest.approx(chance_of_acceptance(plan, bad), abs=0.03)


def test_a_sample_is_drawn_again_the_same_and_each_box_has_its_share() -> None:
    boxes = {
        f"{box}-{number}": f"Hộp {box}"
        for box, count in ((1, 40), (2, 10), (3, 150))
        for number in range(count)
    }
    drawn = drawn_from(boxes, 50, "seed")
    assert drawn == drawn_from(dict(reversed(boxes.items())), 50, "seed")
    assert drawn != drawn_from(boxes, 50, "another")
    shares = Counter(box for _, box in drawn)
    assert len(dict(drawn)) == 50
    assert {box: round(shares[box]) for box in shares} == pytest.approx(
        {"Hộp 1": 10, "Hộp 2": 2.5, "Hộp 3": 37.5}, abs=1
    )
    often = Counter(one for seed in range(400) for one, _ in drawn_from(boxes, 20, str(seed)))
    assert (
        400 * 20 / 200 * 0.4 < min(often[one] for one in boxes) <= max(often.values()) < 400 * 20 / 200 * 1.8
    )


def test_characters_are_counted_with_a_limit_that_allows_for_bad_documents_coming_together() -> None:
    spread = characters_of([(1000, 5)] * 49 + [(1000, 6)], 5000, 0.9)
    heaped = characters_of([(1000, 0)] * 49 + [(1000, 251)], 5000, 0.9)
    assert spread.share_wrong == heaped.share_wrong == pytest.approx(0.00502)
    assert spread.share_wrong is not None
    assert spread.limit is not None
    assert heaped.limit is not None
    assert spread.share_wrong < spread.limit < 0.006 < 0.01 < heaped.limit
    assert characters_of([(1000, 0)] * 50, 5000, 0.9).limit is None
    assert characters_of([(1000, 251)] * 2, 2, 0.9).limit == pytest.approx(0.251), "all was looked at"


def _judged(bad: int, count: int, step: str = "first", wrong: int = 0) -> list[SampledDocument]:
    return [
        SampledDocument(
            document=f"{step}{number}",
            step=step,
            box="",
            judged_by="an",
            judged_at=papers.NOW,
            characters=1000,
            wrong=wrong,
            faults=("illegible",) if number < bad else (),
            bad=number < bad,
        )
        for number in range(count)
    ]


def test_a_sample_passes_fails_or_leaves_it_open() -> None:
    plan = plan_for(500, ASKED)
    assert (plan.first, plan.accept, plan.second, plan.accept_total) == (76, 1, 76, 3)

    def word(documents: list[SampledDocument]) -> str:
        return verdict_of(plan, documents, RULES).word

    assert [word(_judged(bad, 76)) for bad in range(6)] == [
        "accept",
        "accept",
        "more",
        "more",
        "reject",
        "reject",
    ]
    half = [*_judged(1, 75), _judged(0, 1)[0].model_copy(update={"bad": None, "judged_at": None})]
    assert word(half) == "unfinished"
    assert word([*_judged(4, 75), half[-1]]) == "reject", "nothing that is still to come can save it"
    assert word(_judged(2, 76) + _judged(1, 76, "second")) == "accept"
    assert word(_judged(2, 76) + _judged(2, 76, "second")) == "reject"
    assert word(_judged(0, 76, wrong=21)) == "reject", "no document is bad, and too many characters are"
    assert word(_judged(0, 76, wrong=20)) == "accept"


@dataclass
class Archive:
    """Lots with papers that were put straight into the register."""

    app: Application
    room: Room
    whose: str = ""

    def lot(self, name: str, count: int) -> tuple[str, list[str]]:
        lot = casework.create_lot(self.app, name, by=self.app.hands.person("officer")).id
        return lot, [self.paper(lot) for _ in range(count)]

    def paper(self, lot: str) -> str:
        self.whose = self.whose or papers.holder(self.room)
        made = papers.paper(self.room, self.whose, lot_id=lot, reusable_from=None, ecopy_state="composed")
        return made.document

    def box(self, document: str, box: str) -> None:
        source = self.app.register.document(document).source_id
        with self.room.engine.begin() as connection:
            batch = connection.scalar(sa.select(t.batches.c.id)) or self._batch(connection)
            connection.execute(
                t.batch_entries.insert().values(
                    batch_id=batch, key=new_id(), kind="file", path="x", box=box, state="received",
                    rank=0, sort="", source_id=source,
                )
            )  # fmt: skip

    @staticmethod
    def _batch(connection: sa.Connection) -> str:
        made = new_id()
        connection.execute(
            t.batches.insert().values(
                id=made, name="đợt", root="/", plan="{}", created_at=papers.NOW, created_by="t",
                changed_at=papers.NOW,
            )
        )  # fmt: skip
        return made

    def all_right(self, sample: str) -> None:
        """Somebody looked at every document of a sample and found nothing."""
        with self.room.engine.begin() as connection:
            s = t.sampled_documents
            found = {"judged_by": "an", "judged_at": papers.NOW, "characters": 0, "wrong": 0, "bad": False}
            connection.execute(s.update().where(s.c.sample_id == sample).values(faults="[]", **found))

    def held(self, document: str) -> type[Exception] | None:
        found = lot_wait(self.app, self.app.register.document(document))
        return type(found) if found is not None else None


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    clock = FixedClock()
    with application(tmp_path_factory.mktemp("acceptance") / "home", clock) as app:
        room = Room(app.engine, app.store, app.vault, app.register, clock)  # type: ignore[arg-type]
        yield Archive(app, room)


def test_a_document_that_fails_is_not_issued_with_its_accepted_lot(archive: Archive) -> None:
    app, officer = archive.app, archive.app.hands.person("officer")
    lot, documents = archive.lot("Hộp 1–2", 100)
    for number, document in enumerate(documents):
        archive.box(document, f"Hộp {1 + number % 2}")
    sample = draw_sample(app, lot, officer)
    assert Counter(one.box for one in sample.documents) == {"Hộp 1": 19, "Hộp 2": 19}
    assert sample == draw_sample(app, lot, officer), "the same sample, however often it is asked for"
    outside = next(one for one in documents if one not in {two.document for two in sample.documents})
    with pytest.raises(NotInSample):
        judge_document(app, lot, outside, officer, right=True)
    for judgement in ({}, {"right": True, "wrong": 3}, {"faults": ("unheard_of",)}, {"wrong": 1}):
        with pytest.raises(
            BadJudgement
        ):  # the last: nothing was read on it, so no character of it can be wrong
            judge_document(app, lot, sample.documents[0].document, officer, **judgement)
    bad = sample.documents[3].document
    archive.all_right(sample.id)
    assert judge_document(app, lot, bad, officer, right=True).verdict.word == "accept"
    sample = judge_document(app, lot, bad, officer, faults=["illegible", "page_missing"])
    assert sample.verdict.faults == {"illegible": 1, "page_missing": 1}
    assert sample.verdict.word == "more"
    sample = draw_sample(app, lot, officer)
    assert Counter(one.step for one in sample.documents) == {"first": 38, "second": 38}
    archive.all_right(sample.id)
    sample = judge_document(app, lot, bad, officer, faults=["illegible"])
    assert (sample.verdict.word, sample.verdict.bad) == ("accept", 1)
    assert {archive.held(document) for document in documents} == {LotNotAccepted}
    assert casework.decide_lot(app, lot, LotState.ACCEPTED, officer).state == "accepted"
    assert [archive.held(document) for document in (bad, outside)] == [DocumentJudgedBad, None]
    with app.register.reading() as connection:
        asked = connection.scalars(sa.select(t.jobs.c.source_id)).all()
    assert {app.register.document(one).source_id for one in documents} <= set(asked)
    entries = [one for one in app.register.audit_of(lot) if one.action == "draw_sample"]
    assert [one.details["step"] for one in entries] == ["first", "second"]
    assert entries[0].details["seed"] == sample.seed


def test_a_lot_that_changes_after_its_sample_gets_a_new_one(archive: Archive) -> None:
    app, officer = archive.app, archive.app.hands.person("officer")
    lot, documents = archive.lot("Hộp 3", 2)
    for document in documents:
        draw_sample(app, lot, officer)
        judge_document(app, lot, document, officer, right=True)
    more = archive.paper(lot)
    assert look_at_sample(app, lot).stale
    with pytest.raises(SampleNeeded):
        casework.decide_lot(app, lot, LotState.ACCEPTED, officer)
    with archive.room.engine.begin() as connection:
        mine = t.documents.c.id == more
        connection.execute(t.documents.update().where(mine).values(state="in_review"))
    for act in (
        lambda: draw_sample(app, lot, officer),
        lambda: casework.decide_lot(app, lot, LotState.ACCEPTED, officer),
    ):
        with pytest.raises(LotNotSettled):
            act()
    with archive.room.engine.begin() as connection:
        connection.execute(t.documents.update().where(mine).values(state="approved"))
    sample = draw_sample(app, lot, officer)
    assert (sample.number, sample.stale, len(sample.documents), sample.verdict.judged) == (2, False, 3, 0)


def test_a_small_lot_may_be_looked_at_whole_and_says_how(archive: Archive) -> None:
    app, officer = archive.app, archive.app.hands.person("officer")
    small, (document,) = archive.lot("Hộp 4", 1)
    with pytest.raises(SampleNeeded):
        casework.decide_lot(app, small, LotState.ACCEPTED, officer, whole="  ")
    casework.decide_lot(app, small, LotState.ACCEPTED, officer, whole="Đối chiếu từng trang với bản giấy")
    assert archive.held(document) is None
    assert any(one.action == "accept_whole" for one in app.register.audit_of(small))
    late = archive.paper(small)
    with archive.room.engine.begin() as connection:
        at = {"confirmed_at": "2099-01-01T00:00:00+07:00"}
        connection.execute(t.documents.update().where(t.documents.c.id == late).values(at))
    assert archive.held(late) is LotNotAccepted, "nobody looked at what came later"
    large, _ = archive.lot("Hộp 5", RULES.whole_up_to.value + 1)
    with pytest.raises(SampleNeeded):
        casework.decide_lot(app, large, LotState.ACCEPTED, officer, whole="Đã xem hết")


def test_what_was_looked_at_field_by_field_when_it_was_confirmed_counts(archive: Archive) -> None:
    app, officer = archive.app, archive.app.hands.person("officer")
    lot, (whole, partly) = archive.lot("Hộp 6", 2)
    with archive.room.engine.begin() as connection:
        for document, looks in ((whole, ("asked", "asked")), (partly, ("asked", "shown"))):
            for number, look in enumerate(looks):
                connection.execute(
                    t.judgements.insert().values(
                        document_id=document, field=f"f{number}", document_type="x", type_version=1,
                        kind="text", look=look, outcome="changed", proposal=None, truth="Hà Nội",
                        extractor="x", engine="x", judged_by="officer", role="officer", judged_at=papers.NOW,
                    )
                )  # fmt: skip
    sample = draw_sample(app, lot, officer)
    counted = {one.document: (one.by_confirmation, one.characters) for one in sample.documents}
    assert counted == {whole: (True, 12), partly: (False, None)}
    assert (sample.verdict.word, sample.verdict.to_judge) == ("unfinished", 1)
    assert judge_document(app, lot, partly, officer, right=True).verdict.word == "accept"


def test_the_report_of_a_lot_counts_its_documents_by_flag(archive: Archive) -> None:
    app = archive.app
    lot, documents = archive.lot("Hộp 7", 4)
    said: tuple[list[str], ...] = (["blurred", "blank_page"], ["blank_page"], [])
    for document, flags in zip(documents, said, strict=False):
        with app.register.transaction(actor="t", purpose="t") as tx:
            tx.add_derivation(document, "review", "1", {"flags": flags}, seconds=0.0)
            if flags:
                tx.add_derivation(document, "extract", "1", {"flags": ["bad_check_digit"]}, seconds=0.0)
    found = lot_quality(app, lot)
    assert (found.looked_through, found.without_flags, found.sample) == (3, 1, None)
    assert {code: one.documents for code, one in found.flags.items()} == {
        "bad_check_digit": 2, "blank_page": 2, "blurred": 1,
    }  # fmt: skip
    assert found.flags["blurred"].share == pytest.approx(1 / 3)
