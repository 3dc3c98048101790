"""Search finds the same documents in the same order on SQLite and on PostgreSQL, with and without diacritics."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.errors import NothingToSearch
from models.ids import new_id
from storage import schema as t
from storage.search import (
    SearchQuery,
    find,
    forget,
    index_document,
    query,
    rebuild_index,
    scrub_index,
    search,
    words,
)
from storage.search.words import APART, as_they_stand, bare, bears_marks, without_their_marks, words_of
from tests.storage.support import DATABASES, Room, room

Facts = dict[str, object]


def put(home: Room, *texts: str, names: tuple[str, ...] = (), **facts: object) -> str:
    """Register and index a document; returns its id."""
    document = home.receive(new_id().encode())
    with home.register.transaction(actor="test", purpose="test") as tx:
        if facts:
            tx.connection.execute(t.documents.update().where(t.documents.c.id == document.id).values(**facts))
        for name in names:
            holder = {"id": new_id(), "kind": "citizen", "name": name, "name_key": name, "created_at": tx.at}
            tx.connection.execute(t.holders.insert().values(holder))
            tx.connection.execute(
                t.document_holders.insert().values(
                    document_id=document.id, holder_id=holder["id"], document_type="giay_khai_sinh"
                )
            )
        index_document(tx, document.id, texts)
    return document.id


def found(home: Room, words: str = "", **more: object) -> list[str]:
    with home.engine.connect() as connection:
        page = search(connection, SearchQuery(words=words, **more), limit=100)  # type: ignore[arg-type]
    assert page.next is None
    return [hit.document_id for hit in page.hits]


def test_a_word_with_marks_finds_itself_and_one_without_finds_all_of_its_kind(home: Room) -> None:
    marked, other, plain = put(home, "Độc lập"), put(home, "đốc lấp"), put(home, "doc lap")
    assert found(home, "độc") == [marked]
    assert found(home, "ĐỘC LẬP") == [marked]
    assert found(home, "doc") == [plain, other, marked]
    assert found(home, "đoc") == []


def test_the_place_of_the_tone_mark_and_the_unicode_form_make_no_difference(home: Room) -> None:
    old, new, decomposed = (
        put(home, "Hòa Bình, thủy, khỏe"),
        put(home, "Hoà Bình"),
        put(home, "Ho\u0300a Bi\u0300nh"),
    )
    assert found(home, "hòa bình") == found(home, "hoà bình") == [decomposed, new, old]
    assert found(home, "thuỷ khoẻ") == [old]


def test_a_phrase_stands_together_and_with_a_mark_in_it_letter_for_letter(home: Room) -> None:
    right, turned = put(home, "bà Nguyễn Văn An ký"), put(home, "An Văn Nguyễn")
    other = put(home, "Nguyễn Văn Ân")
    assert found(home, '"nguyễn văn an"') == [right]
    assert found(home, "nguyễn văn an") == [other, turned, right]
    assert len(found(home, '"nguyen van an"')) == 2
    assert found(home, "“Nguyễn Văn An”") == [right]


def test_no_phrase_reaches_from_one_page_to_the_next(home: Room) -> None:
    put(home, "cuối trang", "đầu trang")
    assert found(home, '"trang đầu"') == []
    assert len(found(home, "trang đầu")) == 1


def test_what_is_known_of_a_document_finds_it(home: Room) -> None:
    put(
        home,
        "khác",
        names=("Trần Thị Hoa",),
        number="124/QĐ-UBND",
        issued_on="2025-01-02",
        issuer="Sở Tư pháp",
    )
    wanted = put(
        home,
        "chữ",
        names=("Nguyễn Văn An", "Lê Thị Bình"),
        number="05/2024/QĐ-UBND",
        issued_on="2024-03-17",
        issuer="Ủy ban nhân dân xã Hòa Bình",
        document_type="giay_khai_sinh",
        title="Giấy khai sinh",
    )
    assert found(home, name="lê thị bình") == found(home, name="le thi") == [wanted]
    assert found(home, name="an lê") == []  # two people's names are not one
    assert found(home, name="trần an") == []
    assert found(home, issuer="xã hoà bình") == [wanted]
    assert found(home, number="5/2024/qd-ubnd") == found(home, number="05") == [wanted]
    assert found(home, number="4/QĐ-UBND") == []
    assert found(home, document_type="giay_khai_sinh") == [wanted]
    assert found(home, issued_from=date(2024, 3, 17), issued_to=date(2024, 3, 17)) == [wanted]
    assert found(home, issued_from=date(2024, 3, 18), issued_to=date(2024, 12, 31)) == []
    assert found(home, issued_to=date(2024, 12, 31)) == [wanted]
    assert found(home, "khai", issued_from=date(1990, 1, 1), issued_to=date(2024, 12, 31)) == [wanted]


def test_a_year_alone_is_any_day_of_it(home: Room) -> None:
    wanted = put(home, "chữ", issued_on="1998")
    assert found(home, issued_from=date(1998, 5, 1), issued_to=date(1998, 5, 2)) == [wanted]
    assert found(home, issued_from=date(1997, 5, 1), issued_to=date(1997, 12, 31)) == []


def test_an_open_range_looks_at_no_document_of_other_years(
    home: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "MOST_LOOKED_AT", 7)
    early, late = put(home, "chữ", issued_on="1957-03-01"), put(home, "chữ", issued_on="2026-11-03")
    for _ in range(20):
        put(home, "chữ", issued_on="1991-07-05")
    assert (
        found(home, "chữ", issued_to=date(1960, 1, 1)) == found(home, issued_to=date(1960, 1, 1)) == [early]
    )
    assert found(home, issued_from=date(2026, 11, 2)) == [late]
    assert found(home, issued_from=date(2026, 11, 4)) == []
    assert found(home, issued_from=date(2026, 1, 1), issued_to=date(2025, 1, 1)) == []


DAYS = st.one_of(st.dates(), st.dates(date(1989, 1, 1), date(2011, 12, 31)))


@given(day=DAYS, first=st.none() | DAYS, last=st.none() | DAYS, year_alone=st.booleans())
def test_a_date_in_a_range_bears_one_of_its_words_and_one_months_away_none(
    day: date, first: date | None, last: date | None, year_alone: bool
) -> None:
    from_day, to_day = first or date.min, last or date.max
    asked = query.needle_of(SearchQuery(words="a", issued_from=first, issued_to=last)).any_of
    assert len(asked) == len(set(asked)) <= 80
    assert bool(asked) == (first is not None or last is not None)
    if not asked:
        return
    borne = query.date_words(f"{day.year:04d}" if year_alone else day.isoformat())
    meets = bool(set(asked) & set(borne))
    if year_alone:
        assert meets or not from_day.year <= day.year <= to_day.year
    elif from_day <= day <= to_day:
        assert meets
    elif 1800 < day.year < 2199:
        months = [moment.year * 12 + moment.month for moment in (from_day, day, to_day)]
        assert meets == (months == sorted(months))


@pytest.mark.parametrize("words", ["", " ", "…", '""', " ".join(f"từ{n}" for n in range(50))])
def test_a_query_without_words_or_with_too_many_is_refused(words: str) -> None:
    with pytest.raises(NothingToSearch):
        find.needle_of(SearchQuery(words=words))


SIGNS = (
    '"',
    "a OR b",
    "NOT a",
    "a*",
    "-a",
    "folded:a",
    "^a",
    "(a",
    "a'; drop table audit; --",
    "%",
    "a_b",
    "\x00a",
)


def test_the_databases_own_signs_mean_nothing(home: Room) -> None:
    put(home, "b c")
    for sign in SIGNS:
        try:
            assert found(home, sign) == [], sign
        except NothingToSearch:
            assert not words_of(sign)


def test_a_restricted_document_is_shown_only_to_who_may_see_it(home: Room) -> None:
    hidden, shown = put(home, "mật danh", restricted=True), put(home, "mật danh")
    assert found(home, "mật") == [shown]
    with home.engine.connect() as connection:
        page = search(connection, SearchQuery(words="mật"), with_restricted=True)
    assert [(hit.document_id, hit.restricted) for hit in page.hits] == [(shown, False), (hidden, True)]


def test_a_corrected_document_is_found_by_its_new_facts_and_its_old_pages(home: Room) -> None:
    first, second = put(home, "trang một", title="Bản sai"), put(home, "trang hai")
    with home.register.transaction(actor="t", purpose="t") as tx:
        tx.connection.execute(t.documents.update().where(t.documents.c.id == first).values(title="Bản đúng"))
        index_document(tx, first)
    assert found(home, "sai") == []
    assert found(home, "đúng một") == [first]
    assert found(home, "trang") == [second, first]  # it keeps its place


def test_a_forgotten_document_is_found_no_more_and_a_rebuilt_index_knows_the_rest(home: Room) -> None:
    gone, kept = put(home, "chung riêng"), put(home, "chung")
    with home.register.transaction(actor="t", purpose="t") as tx:
        forget(tx, gone)
    assert found(home, "chung") == [kept]
    with home.engine.begin() as connection:
        rebuild_index(connection)
    assert found(home, "chung") == [kept]
    assert found(home, "riêng") == []


def test_a_forgotten_word_is_gone_from_the_databases_file(tmp_path: Path) -> None:
    home = room(tmp_path)
    gone = put(home, "chỉmìnhtôi")
    for _ in range(20):
        put(home, "chung")
    with home.register.transaction(actor="t", purpose="t") as tx:
        forget(tx, gone)
    scrub_index(home.engine)
    home.engine.dispose()  # writes the log back into the file
    held = b"".join(path.read_bytes() for path in tmp_path.glob("register.sqlite3*"))
    assert b"chung" in held
    assert b"chiminhtoi" not in held
    assert "chỉmìnhtôi".encode() not in held


def test_scrubbing_changes_nothing_that_is_found(home: Room) -> None:
    gone, kept = put(home, "chung"), put(home, "chung")
    with home.register.transaction(actor="t", purpose="t") as tx:
        forget(tx, gone)
    scrub_index(home.engine)
    assert found(home, "chung") == [kept]


def test_a_deleted_documents_words_go_with_its_row(home: Room) -> None:
    gone = put(home, "chung riêng")
    with home.engine.begin() as connection:
        connection.execute(t.documents.delete().where(t.documents.c.id == gone))
    assert found(home, "riêng") == []


def test_pages_of_results_follow_each_other_without_gap_or_repetition(home: Room) -> None:
    ids = [put(home, "chung lẻ" if number % 2 else "chung") for number in range(23)]
    seen: list[str] = []
    after = None
    with home.engine.connect() as connection:
        while True:
            page = search(connection, SearchQuery(words="chung"), after=after, limit=5)
            seen += [hit.document_id for hit in page.hits]
            after = page.next
            if after is None:
                break
    assert seen == ids[::-1]
    assert len(page.hits) == 3


def test_a_search_that_finds_little_of_much_pauses_and_goes_on(
    home: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "MOST_LOOKED_AT", 7)
    wanted = put(home, "một hai")
    for _ in range(20):
        put(home, "một hai", restricted=True)
    pages = []
    after = None
    with home.engine.connect() as connection:
        while True:
            page = search(connection, SearchQuery(words='"một hai"'), after=after)
            pages.append(([hit.document_id for hit in page.hits], page.paused))
            after = page.next
            if after is None:
                break
    assert pages == [([], True), ([], True), ([wanted], True), ([], False)]


@pytest.mark.parametrize("phrase", ['"một hai"', '"mot hai"', "một-hai"])
def test_documents_with_the_words_of_a_phrase_apart_are_not_even_looked_at(
    home: Room, monkeypatch: pytest.MonkeyPatch, phrase: str
) -> None:
    monkeypatch.setattr(find, "MOST_LOOKED_AT", 7)
    wanted = put(home, "cộng một hai")
    for _ in range(20):
        put(home, "hai một", "hai cộng một")
    assert found(home, phrase) == [wanted]


def test_neither_are_those_whose_holders_name_has_them_in_another_order(
    home: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "MOST_LOOKED_AT", 7)
    wanted = put(home, "chữ", names=("Nguyễn Văn An",))
    for _ in range(20):
        put(home, "chữ", names=("Văn Nguyễn An",))
    assert found(home, name="nguyễn văn") == found(home, name="nguyen van") == [wanted]


def test_a_word_of_a_pair_that_stands_for_others_too_finds_none_of_them(
    home: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "_pair", lambda first, second: chr(words.PAIR))
    wanted = put(home, "một hai ba")
    for other in ("một ba hai", "hai ba một"):
        put(home, other)
    assert found(home, '"một hai"') == [wanted]
    assert found(home, '"mot hai ba"') == [wanted]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Room, ...]]:
    rooms = tuple(room(tmp_path_factory.mktemp(kind), kind) for kind in DATABASES)
    yield rooms
    for made in rooms:
        made.engine.dispose()


SYLLABLES = (
    "hòa",
    "hoà",
    "hoa",
    "Hóa",
    "đo",
    "do",
    "độ",
    "văn",
    "van",
    "Vạn",
    "ủy",
    "uỷ",
    "quý",
    "123",
    "12a",
    "ＡＢ",
    "ß",
    "é",
)
TEXTS = st.lists(st.one_of(st.sampled_from(SYLLABLES), st.text(max_size=6)), max_size=12).map(
    lambda pieces: " ".join(pieces)
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(
    texts=st.lists(TEXTS, min_size=1, max_size=8),
    queries=st.lists(TEXTS, min_size=1, max_size=6),
    quoted=st.booleans(),
)
def test_both_databases_find_what_the_rule_says_in_the_same_order(
    both: tuple[Room, ...], texts: list[str], queries: list[str], quoted: bool
) -> None:
    for home in both:
        with home.engine.begin() as connection:
            connection.execute(t.search_entries.delete())
    ids = [new_id() for _ in texts]
    for home in both:
        _bulk(home, ids, texts)
    for asked in [f'"{q}"' if quoted else q for q in (*queries, texts[0][:20])]:
        try:
            expected = [i for i, text in reversed(list(zip(ids, texts, strict=True))) if _fits(asked, text)]
        except NothingToSearch:
            continue
        for home in both:
            assert found(home, asked) == expected, (home.engine.dialect.name, asked)


def _fits(query: str, text: str) -> bool:
    """The rule itself, without any index."""
    needle = find.needle_of(SearchQuery(words=query))
    exact = as_they_stand([text])
    folded = without_their_marks(exact)
    words = {*exact.split(), *folded.split()}
    columns = {"exact": f" {exact} ", "folded": f" {folded} "}
    return set(needle.words) <= words and all(
        f" {phrase} " in columns[column] for column, phrase in needle.phrases
    )


def _bulk(home: Room, ids: list[str], texts: list[str]) -> None:
    source = home.receive(new_id().encode())
    with home.engine.begin() as connection:
        row = connection.execute(sa.select(t.documents).where(t.documents.c.id == source.id)).mappings().one()
        connection.execute(
            t.documents.insert(), [{**row, "id": i, "position": n} for n, i in enumerate(ids, start=2)]
        )
    with home.register.transaction(actor="t", purpose="t") as tx:
        for document_id, text in zip(ids, texts, strict=True):
            index_document(tx, document_id, [text])


@given(texts=st.lists(TEXTS, max_size=4), start=st.integers(0, 20), length=st.integers(2, 6))
def test_whatever_stands_together_bears_the_words_of_its_pairs(
    texts: list[str], start: int, length: int
) -> None:
    exact = as_they_stand(texts)
    for column in (exact, without_their_marks(exact)):
        run = column.split()[start : start + length]
        pairs = words.pairs_of(column)
        assert set(words.pairs_of(" ".join(run))) <= set(pairs)
        for pair in pairs:
            assert re.fullmatch("[\ue400-\ue5ff][0-9a-v]{3}", pair)
            assert pair not in words_of(pair)  # no text can contain it


def test_no_pair_reaches_across_what_is_kept_apart() -> None:
    assert not words.pairs_of(as_they_stand(["một", "hai"]), "ba")
    assert len(words.pairs_of("một hai", "mot hai", "một hai một")) == 3


def test_the_words_of_pairs_are_the_same_for_ever() -> None:
    """What is indexed stays; whoever changes them has to index everything anew."""
    assert list(words.pairs_of("nhân dân", "nhan dan")) == ["\ue556pmd", "\ue56186a"]


@given(st.text())
def test_the_words_of_any_text_are_safe_for_every_database(text: str) -> None:
    for word in words_of(text):
        plain = bare(word)
        for one in (word, plain):
            assert one
            assert len(one.split()) == 1
            assert all(letter.isalnum() or ord(letter) > 127 for letter in one)
            assert one.lower() == one or ord(max(one)) > 127
            assert APART not in one
        assert bare(plain) == plain
        assert not bears_marks(plain)
        assert words_of(plain) == [plain]


def test_on_postgresql_every_block_is_asked_of_the_index(tmp_path: Path) -> None:
    home = room(tmp_path, "postgresql")
    with home.engine.connect() as connection:
        connection.exec_driver_sql("SET enable_seqscan = off")
        plan = "\n".join(
            connection.scalars(
                sa.text(f"EXPLAIN SELECT id FROM search_entries WHERE {find.POSTGRES_WORDS} @> '{{a}}'")
            )
        )
    assert "ix_search_entries_words" in plan
    home.engine.dispose()
