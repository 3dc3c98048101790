"""Judgements as samples for calibration: what spoke for a value and whether it was right, and nothing of the value."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

from pydantic import Field, ValidationError

from extraction.calibration import Sample
from extraction.definitions import Kind
from models.base import Value
from models.errors import BadSamples, PathNotFound
from models.extraction import Evidence
from storage.records import JudgementRecord

LONGEST_LINE = 1 << 16
_KINDS = frozenset(get_args(Kind))


class SampleLine(Value):
    """One line of a file of samples: no value, no name, no identifier of a document."""

    document: int = Field(ge=1)
    """Number within the file: samples of one document belong together, and that is all it tells."""
    document_type: str
    field: str
    kind: Kind
    evidence: Evidence
    right: bool
    extractor: str


@dataclass(frozen=True)
class JudgedSample:
    """A sample, the document it belongs to (any text that tells documents apart) and who made its evidence."""

    document: str
    extractor: str
    sample: Sample


def samples_of(records: Iterable[JudgementRecord]) -> Iterator[JudgedSample]:
    """Every value that a machine proposed with its evidence, right or wrong; not the type, which has none."""
    for record in records:
        judgement = record.judgement
        if judgement.kind not in _KINDS or judgement.proposal is None or judgement.proposal.evidence is None:
            continue
        sample = Sample(
            kind=cast(Kind, judgement.kind),
            evidence=judgement.proposal.evidence,
            right=judgement.right,
            document_type=record.document_type,
            field=judgement.field,
        )
        yield JudgedSample(record.document_id, record.extractor, sample)


def as_lines(samples: Iterable[JudgedSample]) -> Iterator[str]:
    """JSON Lines, documents numbered in the order they come."""
    numbers: dict[str, int] = {}
    for judged in samples:
        sample = judged.sample
        line = SampleLine(
            document=numbers.setdefault(judged.document, len(numbers) + 1),
            document_type=sample.document_type,
            field=sample.field,
            kind=sample.kind,
            evidence=sample.evidence,
            right=sample.right,
            extractor=judged.extractor,
        )
        yield json.dumps(line.model_dump(mode="json"), ensure_ascii=False) + "\n"


def samples_in(path: Path) -> Iterator[JudgedSample]:
    """The samples of a file that `as_lines` wrote, here or elsewhere. Raises PathNotFound or BadSamples."""
    if not path.is_file():
        raise PathNotFound(path=path)
    with path.open("rb") as source:
        for number, raw in enumerate(iter(lambda: source.readline(LONGEST_LINE), b""), start=1):
            try:
                line = SampleLine.model_validate_json(raw)
                sample = Sample(
                    kind=line.kind,
                    evidence=line.evidence,
                    right=line.right,
                    document_type=line.document_type,
                    field=line.field,
                )
            except ValidationError as fault:
                first = fault.errors()[0]
                place = ".".join(str(part) for part in first["loc"])
                raise BadSamples(path=path, line=number, reason=f"{place}: {first['msg']}") from fault
            yield JudgedSample(f"{path}:{line.document}", line.extractor, sample)
