"""tus clients of others, as they come from PyPI and npm: tuspy and tus-js-client."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tusclient.client import TusClient

from models.ids import new_id
from models.wire.uploads import Upload
from tests.web.uploads.support import UPLOADS, Sender, sha256, unlike

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "tests" / "servers" / "tus"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "quét.pdf"
    path.write_bytes(unlike(400_000))
    return path


def told_of(file: Path) -> dict[str, str]:
    return {
        "id": new_id(),
        "filename": file.name,
        "presented_as": "ban_chinh",
        "sha256": sha256(file.read_bytes()),
    }


def received(kiosk: Sender, address: str, file: Path) -> Upload:
    """The upload there, which is complete and has the receipt for just this file."""
    shown = Upload.model_validate(kiosk.http.get(address).json())
    assert shown.receipt is not None, shown
    kiosk.receipt(shown.receipt, upload=shown.id, sha256=sha256(file.read_bytes()))
    return shown


def test_tuspy_uploads_in_chunks_with_checksums(kiosk: Sender, file: Path) -> None:
    client = TusClient(kiosk.site.url + UPLOADS, headers=kiosk.headers)
    uploader = client.uploader(
        str(file), chunk_size=150_000, metadata=told_of(file), upload_checksum=True, metadata_encoding="utf-8"
    )
    uploader.upload()
    assert received(kiosk, uploader.url, file).offset == file.stat().st_size


def test_tuspy_goes_on_where_another_left_off(kiosk: Sender, file: Path) -> None:
    client = TusClient(kiosk.site.url + UPLOADS, headers=kiosk.headers)
    first = client.uploader(str(file), chunk_size=100_000, metadata=told_of(file), metadata_encoding="utf-8")
    first.upload(stop_at=200_000)
    second = client.uploader(str(file), url=first.url, chunk_size=100_000)
    assert second.offset == 200_000
    second.upload()
    received(kiosk, second.url, file)


@cache
def node() -> str:
    subprocess.run([str(ROOT / "scripts" / "install-node-packages"), "tus"], check=True, timeout=300)
    return str(Path(sys.executable).parent / "node")


def js(kiosk: Sender, file: Path, **order: Any) -> dict[str, Any]:
    """What tus-js-client makes of an order."""
    words = {
        "endpoint": kiosk.site.url + UPLOADS,
        "file": str(file),
        "headers": kiosk.headers,
        "metadata": told_of(file),
        "retryDelays": [50, 100, 200, 500],
        **order,
    }
    done = subprocess.run(
        [node(), "upload.mjs"],
        cwd=FOLDER,
        input=json.dumps(words),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_tus_js_client_uploads_with_the_first_bytes_in_the_creation(kiosk: Sender, file: Path) -> None:
    done = js(kiosk, file, chunkSize=150_000, together=True)
    assert (done["how"], [one["method"] for one in done["seen"]]) == ("done", ["POST", "PATCH", "PATCH"])
    assert done["seen"][-1]["receipt"] == received(kiosk, done["url"], file).receipt


def test_tus_js_client_goes_on_after_it_was_stopped(kiosk: Sender, file: Path) -> None:
    stopped = js(kiosk, file, chunkSize=100_000, stopAfter=150_000)
    assert stopped["how"] == "stopped"
    assert received_so_far(kiosk, stopped["url"]) >= 100_000
    done = js(kiosk, file, chunkSize=100_000, uploadUrl=stopped["url"])
    assert (done["how"], done["seen"][0]["method"]) == ("done", "HEAD")
    received(kiosk, done["url"], file)


def test_tus_js_client_that_has_forgotten_its_address_finds_it_by_the_id(kiosk: Sender, file: Path) -> None:
    told = told_of(file)
    stopped = js(kiosk, file, chunkSize=100_000, stopAfter=150_000, metadata=told)
    again = js(kiosk, file, chunkSize=100_000, metadata=told)
    assert (again["how"], again["url"]) == ("done", stopped["url"])
    received(kiosk, again["url"], file)
    # Done twice, it is done once.
    assert js(kiosk, file, metadata=told)["how"] == "done"


def received_so_far(kiosk: Sender, address: str) -> int:
    return int(kiosk.http.get(address).json()["offset"])
