"""What is odd about the papers of a lot, counted: shares by flag, with the sample that speaks for the rest."""

from __future__ import annotations

from collections import Counter

from models.acceptance import LotSample
from models.base import Value
from models.states import DocumentState, LotState
from pipeline.application import Application
from pipeline.attempts import attempt, given, operator
from pipeline.quality.samples import seen_sample
from pipeline.stages.flags import FLAGS, Weight
from storage.cases import casework, samples

_OF_THE_LOT = frozenset(DocumentState) - {DocumentState.REPLACED, DocumentState.DISPOSED}


class FlagShare(Value):
    """How many documents of a lot have a flag."""

    documents: int
    share: float
    """Of those that were looked through."""
    weight: Weight


class LotQuality(Value):
    """The quality of a lot as the machine saw it, page by page, and as people judged it on the sample."""

    id: str
    name: str
    state: LotState
    documents: dict[DocumentState, int]
    looked_through: int
    """Documents whose pages and data the machine has judged."""
    without_flags: int
    """Those of them that nobody has to look at for a flag: none but of the weight `info`."""
    flags: dict[str, FlagShare]
    """By code, the most frequent first."""
    sample: LotSample | None
    """None where none was drawn."""


def lot_quality(app: Application, name_or_id: str, *, purpose: str | None = None) -> LotQuality:
    """The quality of a lot; the look is on record. Raises NotFound."""
    said = given(purpose or f"lot:{name_or_id}")
    with (
        attempt(app, "look", name_or_id, purpose=said),
        app.register.transaction(actor=operator(), purpose=said) as tx,
    ):
        case = casework.lot(tx.connection, name_or_id)
        states: Counter[DocumentState] = Counter()
        counts: Counter[str] = Counter()
        looked = clean = 0
        for state, flags in samples.flags_of(tx.connection, case.id):
            states[DocumentState(state)] += 1
            if flags is None or DocumentState(state) not in _OF_THE_LOT:
                continue
            looked += 1
            known = [flag for flag in dict.fromkeys(flags) if flag in FLAGS]
            counts.update(known)
            clean += all(FLAGS[flag].weight is Weight.INFO for flag in known)
        tx.audit("look", case.id, what="quality")
        return LotQuality(
            id=case.id,
            name=case.name,
            state=case.state,
            documents=dict(sorted(states.items())),
            looked_through=looked,
            without_flags=clean,
            flags={
                code: FlagShare(documents=count, share=count / looked, weight=FLAGS[code].weight)
                for code, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
            },
            sample=seen_sample(app, tx, case),
        )
