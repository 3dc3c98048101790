"""Our own line recogniser: a small CTC net for Vietnamese print, run by onnxruntime, lines batched by width."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.errors import EngineFault, ModelMissing
from models.reading import EngineVersion
from ocr.crops import HEIGHT, LineCrop
from ocr.decoding.ctc import CtcDecoder
from ocr.nets import fingerprint, net
from ocr.recognisers.base import ReadLine
from ocr.recognisers.batches import batches, stacked
from ocr.recognisers.pieces import cut_long, joined

WEIGHTS = Path(__file__).parents[1] / "weights" / "lines.onnx"
_LONGEST = 2400
"""Columns of a line: longer ones were not learnt from."""
_MOST_COLUMNS = 1200
"""Columns of a batch with its padding: what the processor's cache holds is read a tenth faster than four times as much."""


class OwnRecogniser:
    """`ocr.recognisers.base.LineRecogniser` by the net in `ocr/weights/lines.onnx`."""

    def __init__(self, weights: Path = WEIGHTS) -> None:
        """Raises ModelMissing without the file, EngineFault for one that is not such a net."""
        if not weights.is_file():
            raise ModelMissing(engine="own", path=weights.name)
        self._net = net("own", weights)
        told = self._net.metadata
        try:
            alphabet, version, height = json.loads(told["alphabet"]), told["version"], int(told["height"])
        except (KeyError, ValueError) as e:
            raise EngineFault(engine="own", reason=f"{weights.name}: metadata: {e}") from e
        if height != HEIGHT or not all(isinstance(c, str) for c in alphabet):
            raise EngineFault(engine="own", reason=f"{weights.name}: made for other crops than ours")
        self._classes = len(alphabet)
        self._decoder = CtcDecoder(alphabet)
        self._version = EngineVersion(name="own", version=f"{version}-{fingerprint(weights)}")

    @property
    def version(self) -> EngineVersion:
        """Version of the net as its maker called it, and its hash."""
        return self._version

    @property
    def height(self) -> int:
        return HEIGHT

    def warm_up(self) -> None:
        """See `LineRecogniser.warm_up`; the net was loaded to be asked for its alphabet."""

    def read(self, crops: Sequence[LineCrop]) -> list[ReadLine]:
        """See `LineRecogniser.read`."""
        cuts = [cut_long(crop.pixels, _LONGEST) for crop in crops]
        pieces = [piece for each in cuts for piece in each]
        found: list[ReadLine] = [ReadLine(())] * len(pieces)
        for group in batches([p.pixels.shape[1] for p in pieces], _MOST_COLUMNS):
            stack = stacked([pieces[i].pixels for i in group])
            scores = self._scores(stack)
            for i, line in zip(group, scores, strict=True):
                found[i] = self._decoder.decode(line, used=pieces[i].pixels.shape[1] / stack.shape[2])
        read = iter(found)
        return [joined(each, [next(read) for _ in each]) for each in cuts]

    def _scores(self, stack: np.ndarray) -> np.ndarray:
        scores = self._net.run(stack[:, None].astype(np.float32) / 127.5 - 1.0)
        if scores.ndim != 3 or scores.shape[0] != len(stack) or scores.shape[2] != self._classes:
            raise EngineFault(engine="own", reason=f"the net gave {scores.shape} for {stack.shape}")
        return scores
