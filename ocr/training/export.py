"""From a trained state to the file that ships: ONNX, whole-number weights, calibrated on drawn lines.

python -m ocr.training.export STATE OUT [--text FILE] [--floats]

The file's metadata hold its alphabet, height, stride and version, so that reading needs nothing else.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from ocr.training.alphabet import ALPHABET, HEIGHT, STRIDE
from ocr.training.batches import collate, lines_off_sheets, make_line
from ocr.training.fonts import Typefaces
from ocr.training.network import LineNet
from ocr.training.text import TextSource
from ocr.training.train import use_threads

_WHOLE = ("Conv", "Relu")
_CALIBRATION_LINES = 192
_CALIBRATION_SEED = 77


def export_floats(state: Path, target: Path) -> int:
    """Write the smoothed network of `state` as ONNX of 32-bit floats; returns the lines it was trained on."""
    use_threads(1)
    kept = torch.load(state, weights_only=True)
    net = LineNet(len(ALPHABET))
    net.load_state_dict(kept["smooth"])
    net.eval()
    torch.onnx.export(
        _Probabilities(net),
        (torch.zeros(2, 1, HEIGHT, 40 * STRIDE),),
        str(target),
        input_names=["lines"],
        output_names=["scores"],
        dynamic_axes={"lines": {0: "n", 3: "width"}, "scores": {0: "n", 1: "steps"}},
        opset_version=17,
        dynamo=False,
    )
    return int(kept["lines"])


class _Probabilities(torch.nn.Module):
    """Log-probabilities instead of scores."""

    def __init__(self, net: LineNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, lines: torch.Tensor) -> torch.Tensor:
        return torch.log_softmax(self.net(lines), -1)


class _TrainingLines(CalibrationDataReader):
    """Lines as the network was trained on, one by one."""

    def __init__(self, text: TextSource, count: int) -> None:
        self._lines = self._made(text, count)

    def _made(self, text: TextSource, count: int) -> Iterator[dict[str, np.ndarray]]:
        rng, faces = random.Random(_CALIBRATION_SEED), Typefaces.find()
        sheets = lines_off_sheets(rng, text)
        for i in range(count):
            line = next(sheets) if i % 2 else make_line(rng, text, faces)
            yield {"lines": collate([line]).pictures}

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self._lines, None)


def quantise(source: Path, target: Path, text: TextSource, lines: int = _CALIBRATION_LINES) -> None:
    """Eight-bit convolutions with their rectifiers; what is small or delicate (attention, scores) keeps its floats."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.onnx"
        quant_pre_process(str(source), str(ready), skip_symbolic_shape=True)
        graph = onnx.load(str(ready)).graph
        convolutions = [n.name for n in graph.node if n.op_type in _WHOLE]
        kept = [n for n in convolutions if any(f"/{part}/" in n for part in ("gate", "neck"))]
        quantize_static(
            str(ready),
            str(target),
            _TrainingLines(text, lines),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=list(_WHOLE),
            nodes_to_exclude=kept,
            per_channel=True,
            # Processors without VNNI add up in 16 bits, which full 8-bit weights can overflow.
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
            extra_options={"CalibMovingAverage": True},
        )


def describe(path: Path, lines: int, note: str) -> None:
    """Put alphabet, sizes and version into the file's metadata."""
    model = onnx.load(str(path))
    weights = hashlib.sha256(b"".join(t.raw_data for t in model.graph.initializer)).hexdigest()[:12]
    del model.metadata_props[:]
    facts = {
        "alphabet": json.dumps(ALPHABET, ensure_ascii=False),
        "height": str(HEIGHT),
        "stride": str(STRIDE),
        "version": f"{weights}",
        "trained_lines": str(lines),
        "note": note,
    }
    for key, value in facts.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.save(model, str(path))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m ocr.training.export", description=__doc__)
    parser.add_argument("state", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--text", type=Path, help="paragraphs for calibration lines")
    parser.add_argument("--floats", action="store_true", help="keep 32-bit floats")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        floats = Path(folder) / "floats.onnx"
        lines = export_floats(given.state, floats)
        if given.floats:
            given.out.write_bytes(floats.read_bytes())
        else:
            quantise(floats, given.out, TextSource.from_file(given.text))
    describe(given.out, lines, "backbone started from PP-OCRv6 small (Apache-2.0)")
    print(f"{given.out}: {given.out.stat().st_size / 1e6:.1f} MB after {lines} lines")


if __name__ == "__main__":
    main()
