"""The acceptance of an archive lot on a sample: drawn so that it can be drawn again, judged by named persons, weighed.

A lot is settled first: every document confirmed, or out of it. Then the sample is drawn, each box in proportion, every
document with the same chance. Whoever judges compares picture, text and data with the paper. What the plan
(`pipeline.quality.plans`) makes of it is the verdict; the lot itself is accepted or rejected by who may confirm.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256

from models.acceptance import LotSample, SampledDocument, SamplingPlan, Step, Verdict, VerdictWord
from models.errors import (
    BadJudgement,
    CaseEnded,
    ConflictError,
    LotNotSettled,
    NotFound,
    NotInSample,
    SampleFailed,
    SampleNeeded,
)
from models.people import Person
from models.rulesets import AcceptanceRules
from models.states import LotState
from models.text import squeeze
from pipeline.application import Application
from pipeline.attempts import attempt, given, operator
from pipeline.authority import check_role
from pipeline.quality.plans import characteristic, characters_of, most_bad, plan_for
from pipeline.stages.read import page_texts
from storage.cases import casework
from storage.cases import samples as register
from storage.cases.records import LotRecord
from storage.cases.samples import Drawn, SampleRecord
from storage.people.parties import note_person
from storage.register import Transaction


def draw_sample(
    app: Application, name_or_id: str, by: Person, *, seed: str | None = None, purpose: str | None = None
) -> LotSample:
    """The sample of a lot: the one that is there, a second one where it leaves the verdict open, or a first or new one.

    A new one is drawn only where documents came to the lot or left it: a bad outcome is not drawn away. Raises NotFound,
    WrongRole, CaseEnded, LotNotSettled, or ConflictError when somebody else draws it at the same moment.
    """
    with attempt(app, "draw_sample", name_or_id, actor=by.id, purpose=purpose or f"lot:{name_or_id}"):
        rules = app.rules_today()
        check_role(by, rules.acceptance.inspector_roles.value, "draw a sample of a lot")
        with app.register.transaction(actor=by.id, purpose=purpose or f"lot:{name_or_id}") as tx:
            case = _open(tx, name_or_id)
            waiting = register.unsettled(tx.connection, case.id)
            if waiting:
                raise LotNotSettled(lot=case.name, count=waiting)
            boxes = register.to_draw_from(tx.connection, case.id)
            note_person(tx, by)
            there = register.newest(tx.connection, case.id)
            if there is None or there.frame != _frame(boxes):
                plan = plan_for(len(boxes), rules.acceptance.asked)
                _draw_first(tx, case, boxes, plan, seed or secrets.token_hex(16), rules.id)
            elif _seen(app, tx, case, there).verdict.word == "more" and not _second(there):
                drawn = {one.document_id for one in there.documents}
                rest = {document: box for document, box in boxes.items() if document not in drawn}
                more = drawn_from(rest, there.plan.second, f"{there.seed}:second")
                register.add_documents(tx, there.id, "second", more)
                tx.audit("draw_sample", case.id, sample=there.id, step="second", documents=len(more))
            else:
                tx.audit("look", case.id, what="sample")
            return _the_sample(app, tx, case)


def look_at_sample(app: Application, name_or_id: str, *, purpose: str | None = None) -> LotSample:
    """The sample of a lot as it stands; the look is on record. Raises NotFound for the lot or the sample."""
    purpose = given(purpose or f"lot:{name_or_id}")
    with (
        attempt(app, "look", name_or_id, purpose=purpose),
        app.register.transaction(actor=operator(), purpose=purpose) as tx,
    ):
        case = casework.lot(tx.connection, name_or_id)
        tx.audit("look", case.id, what="sample")
        return _the_sample(app, tx, case)


def judge_document(
    app: Application,
    name_or_id: str,
    any_id: str,
    by: Person,
    *,
    right: bool = False,
    wrong: int | None = None,
    faults: Sequence[str] = (),
    purpose: str | None = None,
) -> LotSample:
    """What `by` found when they compared a document of the sample with the paper; again corrects it.

    `right`: everything was. `wrong`: so many of its characters are not; `faults`: codes of the rule set. Raises NotFound,
    WrongRole, CaseEnded, NotInSample or BadJudgement.
    """
    said = purpose or f"lot:{name_or_id}"
    with attempt(app, "judge_document", any_id, actor=by.id, purpose=said):
        document = app.register.find_document(any_id)
        rules = app.rules_today().acceptance
        check_role(by, rules.inspector_roles.value, "judge a document of a lot")
        _check_judgement(document.id, rules, right=right, wrong=wrong, faults=faults)
        characters = _characters(app, document.id)
        if wrong is not None and wrong > characters:
            raise BadJudgement(id=document.id, reason=f"{wrong} > {characters}")
        with app.register.transaction(actor=by.id, purpose=said) as tx:
            case = _open(tx, name_or_id)
            sample = register.newest(tx.connection, case.id)
            if sample is None or document.id not in {one.document_id for one in sample.documents}:
                raise NotInSample(id=document.id, lot=case.name)
            codes = tuple(code for code in rules.faults if code in faults)
            bad = bool(codes) or _too_many(wrong or 0, characters, rules)
            note_person(tx, by)
            register.judge(
                tx, sample.id, document.id, characters=characters, wrong=wrong or 0, faults=codes, bad=bad
            )
            tx.audit(
                "judge_document",
                document.id,
                lot=case.id,
                sample=sample.id,
                person=by.name,
                wrong=wrong or 0,
                characters=characters,
                faults=list(codes),
                bad=bad,
            )
            return _the_sample(app, tx, case)


def seen_sample(app: Application, tx: Transaction, case: LotRecord) -> LotSample | None:
    """The sample of a lot that counts, with its verdict; None where none was drawn."""
    sample = register.newest(tx.connection, case.id)
    return None if sample is None else _seen(app, tx, case, sample)


def check_acceptable(app: Application, tx: Transaction, case: LotRecord, whole: str | None) -> None:
    """Raise LotNotSettled, SampleNeeded or SampleFailed unless the lot may be accepted now.

    `whole`: how each of its documents was looked at, where the rule set lets a small lot be accepted without a sample.
    """
    waiting = register.unsettled(tx.connection, case.id)
    if waiting:
        raise LotNotSettled(lot=case.name, count=waiting)
    boxes = register.to_draw_from(tx.connection, case.id)
    if not boxes:  # nothing that an e-copy is made of
        return
    rules = app.rules_today()
    sample = register.newest(tx.connection, case.id)
    if whole is not None and sample is None:
        _accept_whole(tx, case, boxes, rules.acceptance, rules.id, whole)
        return
    if sample is None:
        raise SampleNeeded(lot=case.name, reason="chưa lấy mẫu / no sample")
    if sample.frame != _frame(boxes):
        raise SampleNeeded(lot=case.name, reason="lô đã thay đổi sau khi lấy mẫu / the lot changed since")
    verdict = _seen(app, tx, case, sample).verdict
    if verdict.word in ("unfinished", "more"):
        left = verdict.to_judge if verdict.word == "unfinished" else sample.plan.second
        raise SampleNeeded(lot=case.name, reason=f"còn {left} giấy tờ phải xem / {left} documents to look at")
    if verdict.word == "reject":
        raise SampleFailed(lot=case.name, reason=_why(verdict, sample.plan))


def drawn_from(boxes: Mapping[str, str], wanted: int, seed: str) -> list[tuple[str, str]]:
    """`wanted` documents, each with its box, out of `boxes` (the box of each document).

    Systematic sampling: the documents, box by box and shuffled within each, are gone through in equal steps from a random
    start. So each has the same chance, and each box has its share, up or down to the next whole document. All chance
    comes out of SHA-256 over seed and id: whoever has both draws the same, on any machine.
    """
    if wanted >= len(boxes):
        return sorted(boxes.items(), key=lambda one: (one[1], _chance(seed, one[0])))
    in_boxes = sorted(boxes.items(), key=lambda one: (one[1], _chance(seed, one[0])))
    start, span = _chance(seed, "start"), 1 << 256
    # position k lies at (k + start / span) * size / wanted: whole numbers, so that no rounding tells machines apart
    return [in_boxes[(k * span + start) * len(boxes) // (wanted * span)] for k in range(wanted)]


def _chance(seed: str, what: str) -> int:
    return int.from_bytes(sha256(f"{seed}:{what}".encode()).digest())


def _frame(boxes: Mapping[str, str]) -> str:
    return sha256("\n".join(sorted(boxes)).encode()).hexdigest()


def _open(tx: Transaction, name_or_id: str) -> LotRecord:
    case = casework.lot(tx.connection, name_or_id)
    if case.state is not LotState.OPEN:
        raise CaseEnded(case=f"Lô {case.name}", state=case.state.value)
    return case


def _draw_first(
    tx: Transaction, case: LotRecord, boxes: Mapping[str, str], plan: SamplingPlan, seed: str, rule_set: str
) -> None:
    if not boxes:
        raise ConflictError(reason=f"{case.name}: 0 giấy tờ / documents")
    drawn = drawn_from(boxes, plan.first, seed)
    sample = register.add_sample(tx, case.id, seed=seed, frame=_frame(boxes), plan=plan, rule_set=rule_set)
    register.add_documents(tx, sample, "first", drawn)
    tx.audit(
        "draw_sample", case.id, sample=sample, step="first", seed=seed, documents=len(drawn), size=plan.size
    )


def _accept_whole(
    tx: Transaction,
    case: LotRecord,
    boxes: Mapping[str, str],
    rules: AcceptanceRules,
    rule_set: str,
    whole: str,
) -> None:
    """A small lot of which somebody says that each document was looked at: on record as a sample without documents."""
    if not squeeze(whole) or len(boxes) > rules.whole_up_to.value:
        raise SampleNeeded(
            lot=case.name,
            reason=f"{len(boxes)} > {rules.whole_up_to.value} giấy tờ / documents"
            if squeeze(whole)
            else "thiếu lý do / no reason given",
        )
    plan = plan_for(len(boxes), rules.asked)
    register.add_sample(tx, case.id, seed="", frame=_frame(boxes), plan=plan, rule_set=rule_set)
    tx.audit("accept_whole", case.id, documents=len(boxes), reason=squeeze(whole))


def _check_judgement(
    document_id: str, rules: AcceptanceRules, *, right: bool, wrong: int | None, faults: Sequence[str]
) -> None:
    unknown = sorted(set(faults) - set(rules.faults))
    if unknown:
        raise BadJudgement(id=document_id, reason=f"{', '.join(unknown)} ∉ {', '.join(rules.faults)}")
    found = wrong is not None or bool(faults)
    if right == found:
        raise BadJudgement(id=document_id, reason="--right | --characters-wrong N, --fault CODE")
    if wrong is not None and wrong < 0:
        raise BadJudgement(id=document_id, reason=f"{wrong} < 0")


def _characters(app: Application, document_id: str) -> int:
    """Letters, figures and marks that were read on a document; 0 of one that was digitised elsewhere."""
    document = app.register.document(document_id)
    if app.register.derivation(document_id, "read") is None:
        return 0
    return sum(len("".join(text.split())) for text in page_texts(app, document))


def _too_many(wrong: int, characters: int, rules: AcceptanceRules) -> bool:
    return wrong > 0 and wrong > (1 - rules.characters_right.value) * characters + 1e-9


def _the_sample(app: Application, tx: Transaction, case: LotRecord) -> LotSample:
    found = seen_sample(app, tx, case)
    if found is None:
        raise NotFound(what="sample", id=case.id)
    return found


def _seen(app: Application, tx: Transaction, case: LotRecord, sample: SampleRecord) -> LotSample:
    """A sample with its verdict, under the rule set it was drawn under."""
    rules = app.rules_of(sample.rule_set).acceptance
    open_ones = [one.document_id for one in sample.documents if one.judged_at is None]
    looked = (
        register.characters_at_confirmation(tx.connection, open_ones)
        if rules.confirmation_counts.value
        else {}
    )
    documents = tuple(_told(one, looked.get(one.document_id)) for one in sample.documents)
    stale = case.state is LotState.OPEN and sample.frame != _frame(
        register.to_draw_from(tx.connection, case.id)
    )
    return LotSample(
        id=sample.id,
        lot=case.id,
        number=sample.number,
        seed=sample.seed,
        rule_set=sample.rule_set,
        drawn_by=sample.drawn_by,
        drawn_at=sample.drawn_at,
        stale=stale,
        plan=sample.plan,
        characteristic=characteristic(sample.plan),
        verdict=verdict_of(sample.plan, documents, rules),
        documents=documents,
    )


def _told(one: Drawn, at_confirmation: int | None) -> SampledDocument:
    by_confirmation = one.judged_at is None and at_confirmation is not None
    return SampledDocument(
        document=one.document_id,
        step=one.step,
        box=one.box,
        judged_by=one.judged_by,
        judged_at=one.judged_at,
        characters=at_confirmation if by_confirmation else one.characters,
        wrong=0 if by_confirmation else one.wrong,
        faults=one.faults,
        bad=False if by_confirmation else one.bad,
        by_confirmation=by_confirmation,
    )


def verdict_of(plan: SamplingPlan, documents: Sequence[SampledDocument], rules: AcceptanceRules) -> Verdict:
    """What the plan makes of what was found; of a sample with too many wrong characters in all, a rejection."""
    judged = [one for one in documents if one.bad is not None]
    bad = [one for one in judged if one.bad]
    second = any(one.step == "second" for one in documents)
    confidence = 1 - plan.asked.consumer_risk
    counted = [(one.characters or 0, one.wrong or 0) for one in judged]
    characters = characters_of(counted, max(plan.size, len(counted)), confidence)
    finished = len(judged) == len(documents)
    word: VerdictWord
    if len(bad) >= plan.reject:
        word = "reject"
    elif not finished:
        word = "unfinished"
    elif len(bad) <= (plan.accept_total if second else plan.accept):
        word = "reject" if _too_many(characters.wrong, characters.looked_at, rules) else "accept"
    else:
        word = "more"
    return Verdict(
        word=word,
        judged=len(judged),
        to_judge=len(documents) - len(judged),
        bad=len(bad),
        share_bad=len(bad) / len(judged) if judged else None,
        limit_bad=most_bad(plan, len(bad), second=second) if documents and finished else None,
        confidence=confidence,
        characters=characters,
        characters_right=rules.characters_right.value,
        faults=dict(sorted(Counter(code for one in judged for code in one.faults).items())),
    )


def _second(sample: SampleRecord) -> bool:
    step: Step = "second"
    return any(one.step == step for one in sample.documents)


def _why(verdict: Verdict, plan: SamplingPlan) -> str:
    wrong = verdict.characters.share_wrong
    if wrong is not None and wrong > 1 - verdict.characters_right and verdict.bad < plan.reject:
        return f"{100 * wrong:.2f} % ký tự sai / of the characters are wrong"
    return f"{verdict.bad} giấy tờ không đạt trong {verdict.judged} / bad documents of {verdict.judged}"
