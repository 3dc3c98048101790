"""Ranges as RFC 9110 has them, forms in whatever pieces they come, names of files that lead nowhere."""

from __future__ import annotations

import tempfile
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_multipart.exceptions import MultipartParseError

from models.errors import FormBroken, RangeNotSatisfiable, TooLarge
from web.multipart import FormReader, safe_name
from web.ranges import Stretch, asked_for, is_one


@given(
    size=st.integers(0, 5000), first=st.none() | st.integers(0, 6000), last=st.none() | st.integers(0, 6000)
)
def test_a_stretch_is_what_python_slices(size: int, first: int | None, last: int | None) -> None:
    content = bytes(n % 251 for n in range(size))
    header = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    if first is None and last is None:
        wanted = None
    elif first is None:
        wanted = content[-last:] if last else b""
    else:
        wanted = content[first:] if last is None else content[first : last + 1]
    backwards = first is not None and last is not None and last < first
    try:
        found = asked_for(header, size)
    except RangeNotSatisfiable:
        assert wanted == b""
        return
    if found is None:
        assert wanted is None or backwards
        return
    assert content[found.first : found.last + 1] == wanted
    assert found.length == len(wanted or b"")
    assert 0 <= found.first <= found.last < size


@given(st.text(max_size=40))
def test_no_header_breaks_it(header: str) -> None:
    try:
        found = asked_for(header, 100)
    except RangeNotSatisfiable:
        assert is_one(header)
        return
    assert found is None or isinstance(found, Stretch)


@given(st.text(max_size=300))
def test_a_strangers_name_is_one_in_its_folder(given_name: str) -> None:
    name = safe_name(given_name)
    assert name not in ("", ".", "..")
    assert not set(name) & {"/", "\\", "\0", "\n"}
    assert len(name.encode()) <= 255
    assert safe_name(name) == name


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("Giấy khai sinh.PDF", "Giấy khai sinh.PDF"),
        ("C:\\Users\\an\\a.pdf", "a.pdf"),
        ("../../x.tif", "x.tif"),
        ("", "document"),
        ("...", "document"),
        (".pdf", "pdf"),
        ("ả" * 300 + ".pdf", "ả" * 58 + ".pdf"),
    ],
)
def test_what_is_kept_of_names(given_name: str, kept: str) -> None:
    assert safe_name(given_name) == kept


def written(said: bytes, content: bytes, *, file_first: bool = False) -> bytes:
    parts = [
        b'Content-Disposition: form-data; name="record"\r\nContent-Type: application/json\r\n\r\n' + said,
        b'Content-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + content,
    ]
    return (
        b"".join(b"--x--y\r\n" + part + b"\r\n" for part in parts[:: -1 if file_first else 1])
        + b"--x--y--\r\n"
    )


def fed(folder: Path, body: bytes, cuts: list[int], most: int = 1 << 20) -> tuple[bytes, bytes, str]:
    reader = FormReader(b"x--y", folder, most)
    try:
        for begin, end in zip([0, *cuts], [*cuts, len(body)], strict=True):
            reader.feed(body[begin:end])
            reader.flush()
        form = reader.finish()
        return form.record, form.path.read_bytes(), form.sha256
    finally:
        reader.close()


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), said=st.binary(max_size=50), content=st.binary(max_size=300), file_first=st.booleans())
def test_a_form_is_the_same_in_whatever_pieces_it_comes(
    data: st.DataObject, said: bytes, content: bytes, file_first: bool
) -> None:
    if b"\r\n--x--y" in said + content or b"--x--y" in said + content:
        return
    body = written(said, content, file_first=file_first)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=8)))
    with tempfile.TemporaryDirectory() as folder:
        assert fed(Path(folder), body, cuts) == (said, content, sha256(content).hexdigest())


@given(body=st.binary(max_size=200) | st.integers(0, 150).map(lambda end: written(b"{}", b"%PDF")[:end]))
def test_no_body_breaks_the_reader(body: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.raises((FormBroken, MultipartParseError)):
        fed(Path(folder), body, [])


def test_a_file_is_too_large_as_soon_as_it_is(tmp_path: Path) -> None:
    body = written(b"{}", b"x" * 2000)
    with pytest.raises(TooLarge):
        fed(tmp_path, body[:1500], [], most=1000)
