"""The page of the API names every address there is, and its example does against a real server what it says."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from models.errors import catalogue
from pipeline.settings import Settings, load_settings
from samples.generate import generate
from tests.docs.carried_out import BIN, blocks, carry_out, page, unknown_options
from web.app import create_app

PAGE = page("api.md")


def described() -> set[str]:
    """Every address of the API's description."""
    api = create_app(load_settings(home=Path("/never-opened")))
    return set(api.openapi()["paths"])


def test_every_address_there_is_stands_on_the_page_and_no_other() -> None:
    spoken = set(re.findall(r"(?<![\w.])(/(?:api/v1|oauth|sign-in|health|\.well-known)/[\w./{}-]+)`", PAGE))
    assert spoken - {"/api/v1/openapi.json"} == described()


def test_every_code_and_setting_the_page_speaks_of_exists() -> None:
    codes = {kind.code for kind in catalogue()}
    settings = {f"ECOPY_{name.upper()}" for name in Settings.model_fields} | {"ECOPY_URL"}
    assert set(re.findall(r"ECOPY_[A-Z_]+", PAGE)) <= settings
    assert set(re.findall(r"\d{3} `([A-Z_]+)`", PAGE)) <= codes
    assert unknown_options(PAGE) == []


def test_the_limits_on_the_page_are_those_in_force() -> None:
    from web.limits import ADDRESS_BYTES, HEADER_BYTES, HEADER_LINES, REQUEST, STRANGER_BYTES, UPLOAD

    kib = 1024
    limits = load_settings(home=Path("/never-opened"))
    assert f"| {ADDRESS_BYTES // kib} KiB; {HEADER_LINES} dòng, {HEADER_BYTES // kib} KiB |" in PAGE
    assert f"| {STRANGER_BYTES // kib} KiB |" in PAGE
    assert f"ngừng {REQUEST.idle_s} giây, hay dưới {REQUEST.slowest // kib} KiB/giây" in PAGE
    assert f"tus: {UPLOAD.idle_s} giây, {UPLOAD.slowest} byte/giây" in PAGE
    for number, unit in (
        (limits.max_request_bytes >> 20, " MiB"),
        (limits.max_attached_bytes >> 20, " MiB"),
        (limits.requests_per_minute, " một phút"),
        (limits.stranger_requests_per_minute, " cho mỗi địa chỉ"),
        (limits.max_connections, " (`ECOPY_MAX_CONNECTIONS`)"),
    ):
        assert f"{number}{unit}" in PAGE


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """`ecopy serve` over the page's home, on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        where = f"127.0.0.1:{free.getsockname()[1]}"
    process = subprocess.Popen(
        [BIN / "ecopy", "serve", "--home", folder / "kho", "--listen", where],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(300):
            assert process.poll() is None, "the server ended"
            try:
                urllib.request.urlopen(f"http://{where}/health/ready", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://{where}"
    finally:
        process.terminate()
        assert process.wait(60) in (0, -signal.SIGTERM)


def run(program: str, folder: Path, url: str) -> str:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(root), "ECOPY_URL": url},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.mark.slow
def test_the_example_goes_from_a_dossier_to_papers_that_may_be_used_again(tmp_path: Path) -> None:
    before, between = blocks(PAGE)
    bring, fetch = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "giay.jpg").write_bytes(generate("can_cuoc", 10, "clean", layout="2024-card").pages[0].jpeg())
    carry_out([before], tmp_path)
    with serving(tmp_path) as url:
        missing, taken, refused = run(bring, tmp_path, url).splitlines()
        assert missing == "còn thiếu: BC"
        assert taken.endswith(" in_review")
        assert refused.startswith("NOT_FOUND – ")
        (tmp_path / "giay-to.txt").write_text(taken)
        carry_out([between], tmp_path, ECOPY_HOME=str(tmp_path / "kho"))
        *events, data, file, standing, reusable = run(fetch, tmp_path, url).splitlines()
    assert [line.split()[1] for line in events][-1] == "ecopy.issued"
    assert "personal_id" in data
    assert (tmp_path / "ban-sao.pdf").stat().st_size == int(file.split()[0])
    assert standing == "issued"
    assert reusable == f"('{taken.split()[0]}',)"
