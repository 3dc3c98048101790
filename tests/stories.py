"""Tests that are one story: what a step leaves, the next one finds.

A story is one test, so that its steps stay in one process and in their order however the suite is dealt out over
workers; each step is told by its own name.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def tell(module: dict[str, Any], subtests: pytest.Subtests, tmp_path: Path, **fixtures: object) -> None:
    """Run the functions `step_…` of `module` in the order in which they stand there. Each has a folder of its own as
    `tmp_path`, and whichever of `fixtures` it names."""
    steps: list[Callable[..., None]] = [one for name, one in module.items() if name.startswith("step_")]
    assert steps
    for step in steps:
        own = tmp_path / step.__name__.removeprefix("step_").partition("_")[0]
        own.mkdir()
        wanted = inspect.signature(step).parameters
        with subtests.test(step.__name__):
            step(**{name: value for name, value in {**fixtures, "tmp_path": own}.items() if name in wanted})
