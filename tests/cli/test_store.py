"""`ecopy doctor store`, `ecopy store` and `ecopy keys` as people and scripts meet them."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cli.test_contract import ecopy, lines
from tests.servers import seaweed

pytestmark = pytest.mark.slow


def test_doctor_says_of_a_folder_what_it_does_not_hold(tmp_path: Path) -> None:
    ways = {"json": ("--json",), "people": (), "english": ("--lang", "en")}
    with ThreadPoolExecutor(3) as at_once:  # each waits seconds for a lock to end
        told, people, english = at_once.map(
            lambda way: ecopy("doctor", "store", "--home", tmp_path / way, *ways[way]), ways
        )
    assert told.returncode == 0, told.stderr
    found = {line["name"]: line["outcome"] for line in lines(told)}
    assert (found["no_overwrite"], found["lock_compliance"], found["versions"]) == (
        "held",
        "program",
        "absent",
    )
    assert "chỉ chương trình này tuân theo" in people.stdout
    assert "only this program" in english.stdout
    assert ecopy("doctor", "second-store", "--home", tmp_path / "json").returncode == 2


def test_doctor_finds_a_bucket_that_is_not_there_and_one_without_locks(tmp_path: Path) -> None:
    home, bucket = tmp_path / "home", seaweed.new_bucket()
    server = seaweed.server()
    absent = ecopy("doctor", "store", "--home", home, "--json", ECOPY_STORE=server.url(bucket, create="no"))
    assert absent.returncode == 3
    assert json.loads(absent.stdout.splitlines()[-1])["error"]["code"] == "STORAGE_BUCKET_MISSING"

    from minio import Minio

    client = Minio(server.endpoint, seaweed.ACCESS_KEY, seaweed.SECRET_KEY, secure=False, region="us-east-1")
    client.make_bucket(bucket)  # by hand, without versions and locks
    told = ecopy("doctor", "store", "--home", home, "--json", ECOPY_STORE=server.url(bucket, create="no"))
    found = {line["name"]: line["outcome"] for line in lines(told)}
    assert told.returncode == 0, told.stdout
    assert (found["race"], found["versions"]) == ("held", "absent")
    assert {found[name] for name in ("lock_governance", "lock_compliance", "legal_hold")} == {"absent"}


def test_the_whole_doctor_knows_every_component_by_name(tmp_path: Path) -> None:
    told = ecopy("doctor", "--home", tmp_path / "home")
    assert told.returncode == 0, told.stdout + told.stderr
    assert "Hiệu chuẩn" in told.stdout
    assert "Mã hóa" in told.stdout


def test_keys_are_made_listed_and_rotated(tmp_path: Path) -> None:
    home, key = tmp_path / "home", tmp_path / "master.key"
    made = json.loads(ecopy("keys", "create", key, "--json").stdout)
    assert made["path"] == str(key)
    assert ecopy("keys", "create", key).returncode == 3
    master = {"ECOPY_MASTER_KEY": f"file:{key}"}
    told = json.loads(ecopy("keys", "list", "--home", home, "--json", **master).stdout)
    assert told == {"newest": made["name"], "objects": {made["name"]: 0}, "missing": []}
    assert json.loads(ecopy("keys", "rotate", "--home", home, "--json", **master).stdout)["wrapped"] == 0
    assert ecopy("keys", "rotate", "--home", home).returncode == 3
    assert "không được mã hóa" in ecopy("keys", "list", "--home", home).stderr
    locked = json.loads(ecopy("store", "lock", "--home", home, "--json").stdout)
    assert locked["locked"] == {}
