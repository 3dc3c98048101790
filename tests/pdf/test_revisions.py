"""Pictures of what a signature covered: the file as it was, whatever came after, whatever the file is."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from pdf.revisions import HEIGHT, PAGES_SHOWN, WIDTH, Prefix, show_revisions


def _document(*contents: bytes, size: tuple[float, float] = (595, 842)) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for content in contents:
            pdf.add_blank_page(page_size=size).Contents = pdf.make_stream(content)
        pdf.save(out)
    return out.getvalue()


def _updated(data: bytes, page: int, content: bytes) -> bytes:
    """`data` with one more revision, in which a page has another content."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        number = pdf.pages[page - 1].Contents.objgen[0]
        catalog, size = pdf.Root.objgen[0], len(pdf.objects) + 1
    body = b"%d 0 obj\n<</Length %d>>\nstream\n%b\nendstream\nendobj\n" % (number, len(content), content)
    start = int(data.rsplit(b"startxref", 1)[1].split()[0])
    table = b"xref\n%d 1\n%010d 00000 n \ntrailer\n" % (number, len(data))
    table += b"<</Size %d/Root %d 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        catalog,
        start,
        len(data + body),
    )
    return data + body + table


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.pdf"


def _darkness(jpeg: bytes) -> float:
    grey = Image.open(io.BytesIO(jpeg)).convert("L").resize((1, 1))
    return float(grey.getpixel((0, 0)))  # type: ignore[arg-type]


def test_a_later_page_is_told_from_the_one_that_was_signed(path: Path) -> None:
    first = _document(b"", b"", b"")
    path.write_bytes(_updated(first, 2, b"0 g 0 0 595 842 re f"))
    then, now = show_revisions(path, [len(first), path.stat().st_size], changed_after=[True, True])
    assert (then.changed, then.compared, then.page_count, then.page_count_now) == ((2,), 3, 3, 3)
    assert [page.page for page in then.pages] == [1, 2]
    assert then.pages[0].now is None
    assert then.pages[1].now is not None
    assert _darkness(then.pages[1].jpeg) > 250 > 5 > _darkness(then.pages[1].now)
    assert (now.changed, now.compared, [page.page for page in now.pages]) == ((), 0, [1])


def test_only_some_pages_are_shown_but_all_changes_are_named(path: Path) -> None:
    first = data = _document(*[b""] * 6)
    for page in range(2, 7):
        data = _updated(data, page, b"0 g 0 0 300 300 re f")
    path.write_bytes(data)
    (then,) = show_revisions(path, [len(first)], changed_after=[True])
    assert then.changed == (2, 3, 4, 5, 6)
    assert [page.page for page in then.pages] == [1, 2, 3][:PAGES_SHOWN]


def test_nothing_is_compared_where_nothing_can_have_changed(path: Path) -> None:
    first = _document(b"")
    path.write_bytes(_updated(first, 1, b"0 g 0 0 300 300 re f"))
    (then,) = show_revisions(path, [len(first)], changed_after=[False])
    assert (then.compared, then.changed) == (0, ())
    assert _darkness(then.pages[0].jpeg) > 250


@pytest.mark.parametrize("size", [(14400, 14400), (3, 3), (20, 14400), (14400, 20)])
def test_pictures_stay_small_whatever_the_page_claims(path: Path, size: tuple[float, float]) -> None:
    path.write_bytes(_document(b"", size=size))
    (shown,) = show_revisions(path, [path.stat().st_size], changed_after=[False])
    (page,) = shown.pages
    assert 1 <= page.width <= WIDTH
    assert 1 <= page.height <= HEIGHT
    assert Image.open(io.BytesIO(page.jpeg)).size == (page.width, page.height)


@pytest.mark.parametrize("end", [0, 1, 200])
def test_what_cannot_be_drawn_comes_back_without_pages(path: Path, end: int) -> None:
    path.write_bytes(_document(b"0 g 0 0 300 300 re f"))
    (shown,) = show_revisions(path, [end], changed_after=[True])
    assert (shown.pages, shown.page_count) == ((), 0)


def test_a_prefix_ends_where_it_ends(path: Path) -> None:
    path.write_bytes(b"0123456789")
    with Prefix(path, 4) as prefix:
        assert prefix.read() == b"0123"
        assert prefix.read() == b""
        assert prefix.seek(-1, io.SEEK_END) == 3
        assert prefix.read(5) == b"3"
        assert prefix.seek(8) == 8
        assert prefix.read(1) == b""
