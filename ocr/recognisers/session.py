"""Nets in ONNX files, run by onnxruntime on one thread with memory that goes back after each run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from models.errors import EngineFault, PackageMissing

if TYPE_CHECKING:
    import onnxruntime

_STEP = 32
"""Widths are rounded up to this, so that one line more or less does not change every shape."""
_ALIKE = 0.9
"""Lines go together when the narrowest has at least this share of the widest one's width."""
_PAPER = 255


class Net:
    """One net, loaded. Safe to use from several threads."""

    def __init__(self, name: str, path: Path) -> None:
        """`name` is the engine's, for errors. Raises EngineFault for a damaged file, PackageMissing without runtime."""
        try:
            import onnxruntime
        except ImportError as e:
            raise PackageMissing(engine=name, package="onnxruntime") from e
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4  # what goes wrong is raised
        # Every batch has another shape: a pattern kept for each would pile up.
        options.enable_mem_pattern = False
        self._name = name
        try:
            self._session: onnxruntime.InferenceSession = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as e:  # the runtime's own classes share no base
            raise EngineFault(engine=name, reason=f"{path.name}: {_words(e)}") from e
        self._input = self._session.get_inputs()[0].name

    @property
    def metadata(self) -> dict[str, str]:
        """What its maker wrote into the file."""
        return dict(self._session.get_modelmeta().custom_metadata_map)

    def run(self, batch: np.ndarray) -> np.ndarray:
        """The first output for `batch`. Raises EngineFault."""
        try:
            return np.asarray(self._session.run(None, {self._input: batch})[0])
        except MemoryError:
            raise
        except Exception as e:  # as above
            raise EngineFault(engine=self._name, reason=_words(e)) from e


@cache
def net(name: str, path: Path) -> Net:
    """The net in `path`, loaded once in a process; see `Net`."""
    return Net(name, path)


@cache
def fingerprint(path: Path) -> str:
    """The first eight digits of a file's SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]


def batches(widths: Sequence[int], most_columns: int) -> Iterator[list[int]]:
    """Indices of lines that go through a net together: alike in width, `most_columns` in all with their padding."""
    order = sorted(range(len(widths)), key=lambda i: widths[i])
    group: list[int] = []
    for i in order:
        too_wide = group and (len(group) + 1) * padded(widths[i]) > most_columns
        if group and (too_wide or widths[group[0]] < _ALIKE * widths[i]):
            yield group
            group = []
        group.append(i)
    if group:
        yield group


def padded(width: int) -> int:
    """The width a line of `width` pixels has in a batch of its own."""
    return -(-max(1, width) // _STEP) * _STEP


def stacked(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """Pictures (H, W) of one height as (N, H, W) uint8, filled up with paper on the right."""
    width = padded(max(p.shape[1] for p in pictures))
    stack = np.full((len(pictures), pictures[0].shape[0], width), _PAPER, np.uint8)
    for row, picture in zip(stack, pictures, strict=True):
        row[:, : picture.shape[1]] = picture
    return stack


def _words(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]
