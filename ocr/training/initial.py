"""Start from what the small PP-OCRv6 recogniser already sees: strokes and letters, though few Vietnamese ones."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from ocr.training.alphabet import ALPHABET
from ocr.training.network import LineNet

_EPSILON = 1e-5


def initialise(net: LineNet, source: Path) -> int:
    """Copy backbone, neck and the known letters' scores from the ONNX file `source` into `net`.

    Letters the file does not know start from their nearest relative. Returns how many classes were known.
    Raises ValueError where the file has another shape.
    """
    model = onnx.load(str(source))
    weights = _Weights(model)
    layers = [m for m in net.modules() if isinstance(m, (nn.Conv2d, nn.Linear, nn.LayerNorm))]
    # The file runs through the shortcut after everything that was registered before it; registration order is
    # made the order of its graph here, and every shape is checked.
    convolutions = [m for m in layers if isinstance(m, nn.Conv2d)]
    linears = [m for m in layers if isinstance(m, nn.Linear)]
    norms = [m for m in layers if isinstance(m, nn.LayerNorm)]
    with torch.no_grad():
        for layer, (kernel, bias) in zip(convolutions, weights.convolutions(), strict=True):
            if layer is net.stem.first:
                kernel = kernel.sum(1, keepdims=True)  # grey stands for three equal channels
            _fill(layer, kernel, bias)
        *hidden, (kernel, bias) = weights.linears()
        for linear, (k, b) in zip(linears[:-1], hidden, strict=True):
            _fill(linear, k.T, b)
        for norm, (k, b) in zip(norms, weights.norms(), strict=True):
            _fill(norm, k, b)
        return _fill_head(net.head, kernel, bias, _characters(model))


def _fill(layer: nn.Conv2d | nn.Linear | nn.LayerNorm, kernel: np.ndarray, bias: np.ndarray) -> None:
    if tuple(layer.weight.shape) != kernel.shape:
        raise ValueError(f"shape {kernel.shape} where {tuple(layer.weight.shape)} was expected")
    layer.weight.copy_(torch.from_numpy(kernel.copy()))
    if layer.bias is not None:
        layer.bias.copy_(torch.from_numpy(bias.reshape(-1).copy()))


def _characters(model: onnx.ModelProto) -> list[str]:
    listing = next(p.value for p in model.metadata_props if p.key == "character")
    return ["", *listing.splitlines(), " "]


def _fill_head(head: nn.Linear, kernel: np.ndarray, bias: np.ndarray, characters: list[str]) -> int:
    place = {c: i for i, c in enumerate(characters)}
    noise = np.random.default_rng(0)
    known = 0
    for i, letter in enumerate(ALPHABET):
        at = place.get(letter)
        known += at is not None
        if at is None:
            at = next((place[r] for r in _relatives(letter) if r in place), None)
            row = (kernel[:, at] if at is not None else np.zeros(kernel.shape[0])) + noise.normal(
                0, 0.02, kernel.shape[0]
            )
        else:
            row = kernel[:, at]
        head.weight[i].copy_(torch.from_numpy(row.astype(np.float32)))
        head.bias[i] = float(bias.reshape(-1)[at]) if at is not None else 0.0
    return known


def _relatives(letter: str) -> list[str]:
    """The letter without its tone, without any mark."""
    parts = unicodedata.normalize("NFD", letter)
    tones = "\u0300\u0301\u0303\u0309\u0323"
    toneless = unicodedata.normalize("NFC", "".join(c for c in parts if c not in tones))
    return [toneless, parts[0], {"đ": "d", "Đ": "D"}.get(letter, parts[0])]


class _Weights:
    """The tensors of the file in the order its graph uses them."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self._tensors = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
        self._alias: dict[str, str] = {}
        for node in model.graph.node:
            if node.op_type == "Constant":
                self._tensors[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
            elif node.op_type == "Identity":
                self._alias[node.output[0]] = node.input[0]
        self._nodes = [n for n in model.graph.node if n.op_type not in ("Constant", "Identity")]

    def _tensor(self, name: str) -> np.ndarray | None:
        while name in self._alias:
            name = self._alias[name]
        return self._tensors.get(name)

    def _known(self, name: str) -> np.ndarray:
        found = self._tensor(name)
        if found is None:
            raise ValueError(f"{name} is no constant of this file")
        return found

    def _constant(self, node: onnx.NodeProto) -> np.ndarray | None:
        return next((t for t in map(self._tensor, node.input) if t is not None and t.size > 1), None)

    def _shift(self, node: onnx.NodeProto) -> np.ndarray:
        """What an Add adds."""
        found = self._constant(node) if node.op_type == "Add" else None
        if found is None:
            raise ValueError(f"{node.name or node.op_type} where a bias was expected")
        return found

    def _user(self, output: str) -> onnx.NodeProto:
        return next(n for n in self._nodes if output in n.input)

    def convolutions(self) -> list[tuple[np.ndarray, np.ndarray]]:
        found: list[tuple[np.ndarray, np.ndarray]] = []
        for node in self._nodes:
            if node.op_type != "Conv":
                continue
            kernel = self._known(node.input[1])
            after = self._user(node.output[0])
            if after.op_type == "BatchNormalization":
                scale, shift, mean, variance = (self._known(name) for name in after.input[1:])
                factor = scale / np.sqrt(variance + _EPSILON)
                kernel, bias = kernel * factor[:, None, None, None], shift - mean * factor
            else:
                bias = self._shift(after)
            found.append((kernel, bias))
        return found

    def linears(self) -> list[tuple[np.ndarray, np.ndarray]]:
        found = []
        for node in self._nodes:
            kernel = self._tensor(node.input[1]) if node.op_type == "MatMul" else None
            if kernel is not None:
                found.append((kernel, self._shift(self._user(node.output[0]))))
        return found

    def norms(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Layer norms are spelt out in the graph: a product with the scale, a sum with the shift."""
        found = []
        for node in self._nodes:
            scale = self._constant(node) if node.op_type == "Mul" else None
            if scale is not None and scale.shape == (120,):
                found.append((scale, self._shift(self._user(node.output[0]))))
        return found
