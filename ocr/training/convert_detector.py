"""Make the line finder's weights from the text detector that the `rapidocr` wheel carries: 8-bit, a third of the size.

Run `python -m ocr.training.convert_detector`; it needs the package `onnx` and fetches the wheel. The ranges of the
net's values are measured on generated pages, so nothing but the wheel goes in from outside.
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from imaging.cleaning import clean_for_reading
from imaging.scaling import reduced
from ocr.linefinder.detector import WEIGHTS, net_input
from ocr.training.upstream import DETECTOR, WHEEL, WHEEL_SHA256, upstream_model

_OPSET = 13
_FIRST_SEED = 5200
_LOOK_DPI, _NET_DPI = 150.0, 82.0
_LEAST_AGREEMENT = 0.9
PROVENANCE = {
    "source": f"PP-OCRv6_small_det, as {DETECTOR} in {WHEEL}, SHA-256 of the wheel {WHEEL_SHA256}",
    "licence": "Apache-2.0; weights copyright Baidu and the PaddleOCR authors",
    "changes": "opset 13, statically quantised to 8 bits on generated pages",
}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--pages", type=int, default=14, help="generated pages to measure ranges on")
    given = parser.parse_args(arguments)
    with TemporaryDirectory(prefix="ecopy-detector-") as folder:
        original = Path(folder) / "original.onnx"
        original.write_bytes(upstream_model(DETECTOR).read_bytes())
        pictures = list(_pictures(given.pages))
        convert(original, given.out, pictures)
        agreement = _agreement(original, given.out, pictures[::3])
    print(
        f"{given.out}: {given.out.stat().st_size / 1e6:.1f} MB, agreement with the original {agreement:.3f}"
    )
    if agreement < _LEAST_AGREEMENT:
        raise SystemExit(
            "the quantised net finds other places than the original; the file should not be used"
        )


def convert(original: Path, target: Path, pictures: Sequence[np.ndarray]) -> None:
    """Quantise the net with the ranges its values take on `pictures` (each a net input)."""
    onnx: Any = importlib.import_module("onnx")
    quantization: Any = importlib.import_module("onnxruntime.quantization")
    shapes: Any = importlib.import_module("onnxruntime.quantization.shape_inference")
    prepared = original.with_name("prepared.onnx")
    model = onnx.version_converter.convert_version(onnx.load(str(original)), _OPSET)
    onnx.save(model, str(prepared))
    shapes.quant_pre_process(str(prepared), str(prepared), skip_symbolic_shape=True)
    model = onnx.load(str(prepared))
    # The last layers draw the strips' outlines, for which 8 bits are too coarse.
    last = [node.name for node in model.graph.node if node.op_type in ("ConvTranspose", "Sigmoid")]
    quantization.quantize_static(
        str(prepared),
        str(target),
        _Reader(model.graph.input[0].name, pictures),
        quant_format=quantization.QuantFormat.QDQ,
        per_channel=True,
        # Processors without VNNI add up in 16 bits, which full 8-bit weights can overflow.
        reduce_range=True,
        activation_type=quantization.QuantType.QUInt8,
        weight_type=quantization.QuantType.QInt8,
        calibrate_method=quantization.CalibrationMethod.MinMax,
        nodes_to_exclude=last,
    )
    model = onnx.load(str(target))
    onnx.helper.set_model_props(model, PROVENANCE)
    onnx.save(model, str(target))


class _Reader:
    """What the quantiser asks for its pictures."""

    def __init__(self, name: str, pictures: Sequence[np.ndarray]) -> None:
        self._feeds = iter([{name: picture} for picture in pictures])

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self._feeds, None)


def _pictures(count: int) -> Iterator[np.ndarray]:
    """Net inputs from generated pages of every kind and condition."""
    from samples.generate import generate
    from samples.papers import KINDS
    from samples.scan import VARIANTS

    kinds = list(KINDS)
    for i in range(count):
        sample = generate(kinds[i % len(kinds)], _FIRST_SEED + i, VARIANTS[i % len(VARIANTS)])
        cleaned = clean_for_reading(np.asarray(sample.pages[0].picture), sample.pages[0].dpi)
        look, dpi = reduced(cleaned.grey, cleaned.dpi, _LOOK_DPI)
        yield net_input(look, dpi, _NET_DPI)[0]


def _agreement(original: Path, converted: Path, pictures: Sequence[np.ndarray]) -> float:
    """Overlap (intersection over union) of the places both nets take for text, the mean over pages."""
    runtime: Any = importlib.import_module("onnxruntime")
    first, second = (
        runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        for path in (original, converted)
    )
    shares = []
    for picture in pictures:
        a, b = (s.run(None, {s.get_inputs()[0].name: picture})[0] > 0.3 for s in (first, second))
        shares.append(float((a & b).sum()) / max(1, int((a | b).sum())))
    return float(np.mean(shares))


if __name__ == "__main__":
    main()
