"""Commands that read no page start without what reading needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("numpy", "cv2", "onnxruntime", "pikepdf", "pyhanko")


@pytest.mark.parametrize("module", ["pipeline.settings", "ocr.engines"])
def test_settings_are_known_without_loading_what_reads_pages(module: str) -> None:
    program = f"import sys, {module}; print(*(m for m in {HEAVY!r} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
