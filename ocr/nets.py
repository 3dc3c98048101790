"""Nets in ONNX files, loaded once in a process and run by onnxruntime on one thread, since pages run side by side."""

from __future__ import annotations

import hashlib
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from models.errors import EngineFault, PackageMissing

if TYPE_CHECKING:
    import onnxruntime

_loading = threading.Lock()
"""A cache alone would let two threads load the same net side by side."""


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


def net(name: str, path: Path) -> Net:
    """The net in `path`, loaded once in a process; see `Net`."""
    with _loading:
        return _net(name, path)


@cache
def _net(name: str, path: Path) -> Net:
    return Net(name, path)


@cache
def fingerprint(path: Path) -> str:
    """The first eight digits of a file's SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]


def _words(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]
