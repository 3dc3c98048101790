"""A net small enough to write by hand: it tells white, grey and black columns apart, in our net's clothes."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path

LEVELS = (1.0, 0.3, -0.3, -1.0)
"""Mean brightness (−1 … 1) of a step for each class: blank, then the letters."""
_SHARPNESS = 60.0


def write_net(
    path: Path, letters: Sequence[str] = ("", "a", "b", " "), *, logarithms: bool = False, **metadata: str
) -> Path:
    """Write an ONNX file: (N, 1, 48, W) floats in, (N, W / 8, 4) probabilities out."""
    told = {"alphabet": json.dumps(list(letters)), "version": "tiny", "height": "48", **metadata}
    nodes = [
        _node("AveragePool", ["x"], "pooled", _ints("kernel_shape", 48, 8) + _ints("strides", 48, 8)),
        _node("Transpose", ["pooled"], "turned", _ints("perm", 0, 3, 1, 2)),
        _node("Reshape", ["turned", "shape"], "steps"),
        _node("MatMul", ["steps", "weights"], "product"),
        _node("Add", ["product", "bias"], "logits"),
        _node("LogSoftmax" if logarithms else "Softmax", ["logits"], "y", _int("axis", -1)),
    ]
    constants = [
        _tensor("shape", [3], 7, struct.pack("<3q", 0, 0, -1)),
        _tensor("weights", [1, 4], 1, struct.pack("<4f", *(2 * _SHARPNESS * m for m in LEVELS))),
        _tensor("bias", [4], 1, struct.pack("<4f", *(-_SHARPNESS * m * m for m in LEVELS))),
    ]
    graph = b"".join(_bytes(1, n) for n in nodes) + _bytes(2, b"tiny")
    graph += b"".join(_bytes(5, c) for c in constants)
    graph += _bytes(11, _value("x", ("n", 1, 48, "w"))) + _bytes(12, _value("y", ("n", "t", 4)))
    model = _number(1, 8) + _bytes(8, _bytes(1, b"") + _number(2, 13)) + _bytes(7, graph)
    for key, value in told.items():
        model += _bytes(14, _bytes(1, key.encode()) + _bytes(2, value.encode()))
    path.write_bytes(model)
    return path


# ── protobuf, as much of it as this takes ────────────────────────────────────────────────────────────


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = b""
    while True:
        out += bytes([value & 0x7F | (0x80 if value > 0x7F else 0)])
        value >>= 7
        if not value:
            return out


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _int(name: str, value: int) -> bytes:
    return _bytes(5, _bytes(1, name.encode()) + _number(3, value) + _number(20, 2))


def _ints(name: str, *values: int) -> bytes:
    return _bytes(5, _bytes(1, name.encode()) + b"".join(_number(8, v) for v in values) + _number(20, 7))


def _node(kind: str, inputs: Sequence[str], output: str, attributes: bytes = b"") -> bytes:
    named = b"".join(_bytes(1, i.encode()) for i in inputs) + _bytes(2, output.encode())
    return named + _bytes(4, kind.encode()) + attributes


def _tensor(name: str, dims: Sequence[int], kind: int, raw: bytes) -> bytes:
    return (
        b"".join(_number(1, d) for d in dims) + _number(2, kind) + _bytes(8, name.encode()) + _bytes(9, raw)
    )


def _value(name: str, dims: Sequence[int | str]) -> bytes:
    shape = b"".join(_bytes(1, _number(1, d) if isinstance(d, int) else _bytes(2, d.encode())) for d in dims)
    return _bytes(1, name.encode()) + _bytes(2, _bytes(1, _number(1, 1) + _bytes(2, shape)))
