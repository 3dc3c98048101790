"""The stores that the contract is tested on: a folder, and a real S3 server with and without its own encryption."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.ports import ObjectStore
from pipeline.copies.stores import store_from_url
from tests.servers import seaweed

STORES = ("folder", "s3", pytest.param("s3-sse", marks=pytest.mark.slow))
PART = 5 << 20
"""From this size on the S3 stores of the tests send objects in parts."""


def open_kind(kind: str, folder: Path) -> ObjectStore:
    """An empty store of that kind, ready for use."""
    store = store_from_url(url_of(kind, folder), workspace=folder)
    store.prepare()
    return store


def url_of(kind: str, folder: Path) -> str:
    if kind == "folder":
        return f"folder:{folder / 'objects'}"
    options = {"sse": "yes"} if kind == "s3-sse" else {}
    url = seaweed.server().url(f"{seaweed.new_bucket()}/ho-so", **options)
    return url + "&part-mib=5&timeout=20&attempts=3"
