"""One development PKI and one small PDF/A for all tests that do not change them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from signing.development.pki import create_development_pki, load_development_pki
from tests.clocks import FixedClock
from tests.signing.eras import Eras, Young
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


@pytest.fixture(scope="session")
def issued(tmp_path_factory: pytest.TempPathFactory) -> tuple[Eras, Path]:
    folder = tmp_path_factory.mktemp("issued")
    eras = Eras(FixedClock())
    eras.begin()
    return eras, eras.sign(write_pdfa(folder / "source.pdf"), folder / "issued.pdf")


@pytest.fixture
def young(issued: tuple[Eras, Path], tmp_path: Path) -> Young:
    eras, file = issued
    fresh = Eras(FixedClock(), list(eras.made), dict(eras.revoked))
    fresh.signer = eras.signer
    return Young(fresh, file, tmp_path)
