"""One sandbox for all tests of this room: its warm process is started once."""

from collections.abc import Iterator

import pytest

from pdf.sandbox import Sandbox


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(preload=("tests.pdf.support",)) as shared:
        yield shared
