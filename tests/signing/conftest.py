"""One development PKI and one small PDF/A for all tests that do not change them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from signing.devpki import create_development_pki, load_development_pki
from tests.clocks import FixedClock
from tests.signing.support import Bench, SystemClock, write_pdfa


@pytest.fixture(scope="session")
def pki_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home") / "pki"
    create_development_pki(folder, SystemClock())
    return folder


@pytest.fixture
def bench(pki_folder: Path, tmp_path: Path) -> Bench:
    """The shared PKI, at the present time."""
    return Bench(tmp_path, load_development_pki(pki_folder), SystemClock())


@pytest.fixture(scope="session")
def other_pki_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("other") / "pki"
    create_development_pki(folder, FixedClock())
    return folder


@pytest.fixture
def own_bench(other_pki_folder: Path, tmp_path: Path) -> Bench:
    """A PKI of its own whose clock can be moved and whose certificates can be revoked."""
    shutil.copytree(other_pki_folder, tmp_path / "pki")
    return Bench(tmp_path, load_development_pki(tmp_path / "pki"), FixedClock())


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pdfa(tmp_path_factory.mktemp("source") / "source.pdf")
