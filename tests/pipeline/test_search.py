"""A search is a look: with a purpose, on record without its words, and never at restricted papers without a reason."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.errors import NothingToSearch, UsageError
from pipeline.access import confirm_document
from pipeline.application import Application
from pipeline.papers.outcome import SourceOutcome
from pipeline.papers.search import find_documents, rebuild
from storage import schema as t
from storage.search import SearchQuery, index_document
from tests.pipeline.support import application, digitized, sample_card


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Application]:
    with application(tmp_path / "home") as opened:
        yield opened


def put(app: Application, text: str, **facts: object) -> str:
    stored = app.vault.write("original", io.BytesIO(text.encode()))
    with app.register.transaction(actor="test", purpose="test") as tx:
        _, document_id = tx.add_source(
            stored,
            content_mac=stored.sha256,
            filename="a.jpg",
            received_by="test",
            intake="counter",
            presented_as="ban_chinh",
            rule_set="vn-2025-07-01",
            forced_type=None,
        )
        if facts:
            tx.connection.execute(t.documents.update().where(t.documents.c.id == document_id).values(**facts))
        index_document(tx, document_id, [text])
    return document_id


def found(app: Application, words: str, **more: object) -> list[str]:
    page = find_documents(app, SearchQuery(words=words), purpose="dossier:1", **more)  # type: ignore[arg-type]
    return [hit.document_id for hit in page.hits]


def test_every_document_shown_is_looked_at_and_the_words_are_not_kept(app: Application) -> None:
    one, two = put(app, "Nguyễn Văn Mẫu"), put(app, "Nguyễn Thị Mẫu")
    assert found(app, "nguyễn mẫu") == [two, one]
    assert found(app, "nguyễn mẫu") == [two, one]
    first, second = [e for e in app.register.audit_of("search") if e.action == "search"]
    assert (first.purpose, first.details["hits"], first.details["criteria"]) == ("dossier:1", 2, ["words"])
    assert first.details["query"] == second.details["query"]
    assert "mẫu" not in json.dumps(first.details, ensure_ascii=False).casefold()
    for document_id in (one, two):
        looks = [e for e in app.register.audit_of(document_id) if e.action == "look"]
        assert [(e.details, e.purpose) for e in looks] == [({"through": "search"}, "dossier:1")] * 2


@pytest.mark.parametrize("purpose", ["", "  "])
def test_without_a_purpose_nothing_is_found(app: Application, purpose: str) -> None:
    document_id = put(app, "mẫu")
    with pytest.raises(UsageError):
        find_documents(app, SearchQuery(words="mẫu"), purpose=purpose)
    assert [e.outcome for e in app.register.audit_of("search")] == ["USAGE"]
    assert [e for e in app.register.audit_of(document_id) if e.action == "look"] == []


def test_a_query_without_words_is_a_failed_attempt(app: Application) -> None:
    with pytest.raises(NothingToSearch):
        found(app, "…")
    assert [e.outcome for e in app.register.audit_of("search")] == ["NOTHING_TO_SEARCH"]


def test_restricted_papers_are_shown_only_to_who_says_why(app: Application) -> None:
    hidden = put(app, "mẫu", restricted=True)
    assert found(app, "mẫu") == []
    with pytest.raises(UsageError):
        found(app, "mẫu", restricted_reason=" ")
    assert found(app, "mẫu", restricted_reason="theo yêu cầu 01") == [hidden]
    last = [e for e in app.register.audit_of("search") if e.outcome == "done"][-1]
    assert last.details["restricted"] == "theo yêu cầu 01"


@pytest.mark.parametrize("limit", [0, 101])
def test_a_page_is_never_the_whole_register(app: Application, limit: int) -> None:
    with pytest.raises(UsageError):
        found(app, "mẫu", limit=limit)


@pytest.mark.slow
def test_a_paper_is_found_from_its_confirmation_on_by_its_text_its_holder_and_after_a_rebuild(
    app: Application, tmp_path: Path
) -> None:
    (outcome,) = digitized(app, tmp_path / "out", sample_card(tmp_path), confirm=False)
    assert isinstance(outcome, SourceOutcome)
    (document,) = outcome.documents
    assert found(app, "căn cước") == []
    confirm_document(app, document.id, app.hands.person("officer"), corrections={}, document_type=None)
    name = document.fields["full_name"].value
    number = document.fields["personal_id"].value

    def all_ways() -> list[list[str]]:
        by_name = find_documents(app, SearchQuery(name=name), purpose="t")
        return [
            found(app, "can cuoc"),
            found(app, f'"{number}"'),
            [hit.document_id for hit in by_name.hits],
        ]

    assert all_ways() == [[document.id]] * 3
    with app.engine.begin() as connection:
        connection.execute(t.search_entries.delete())
    assert found(app, "can cuoc") == []
    assert rebuild(app, purpose="maintenance") == (1, [])
    assert all_ways() == [[document.id]] * 3
