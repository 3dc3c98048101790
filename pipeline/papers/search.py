"""Search as people use it: every page of results is a look at the documents on it, with its purpose on record."""

from __future__ import annotations

import hmac
from hashlib import sha256

import sqlalchemy as sa

from models.access import Caller, Purpose, PurposeKind
from models.errors import EcopyError, UsageError
from models.states import DocumentState
from pipeline.application import Application
from pipeline.attempts import attempt, given, operator
from pipeline.stages.read import page_texts
from storage import schema as t
from storage.cases import casework
from storage.search import Page, SearchQuery, index_document, rebuild_index, search
from storage.search.within import Within, of_agency, of_dossier, of_holder, of_lot

SUBJECT = "search"
"""What the audit trail calls it."""
MOST_HITS = 100
"""Hits of one page: who wants to take much away has to ask, and is seen to ask, again and again."""


def find_documents(
    app: Application,
    query: SearchQuery,
    *,
    purpose: str,
    after: int | None = None,
    limit: int = 20,
    restricted_reason: str | None = None,
    within: Within | None = None,
) -> Page:
    """A page of what is found, newest first. Raises NothingToSearch, or UsageError without a purpose.

    Restricted documents are shown only to who says why; `within` is the part of the register that is searched. On record are the criteria's names and a keyed hash of the
    query, with which the same query is known again and nobody without the key can guess it; never its words.
    """
    with attempt(app, "search", SUBJECT, purpose=purpose):
        purpose = given(purpose)
        if not 1 <= limit <= MOST_HITS:
            raise UsageError(reason=f"--limit 1–{MOST_HITS}")
        reason = restricted_reason.strip() if restricted_reason is not None else None
        if reason == "":
            raise UsageError(reason="--restricted")
        with app.register.reading() as connection:
            page = search(
                connection,
                query,
                after=after,
                limit=limit,
                with_restricted=reason is not None,
                within=within,
            )
        # The first use of the key settles it for the installation, in a transaction of its own.
        mac = hmac.new(app.content_key, query.model_dump_json().encode(), sha256).hexdigest()
        with app.register.transaction(actor=operator(), purpose=purpose) as tx:
            tx.audit(
                "search",
                SUBJECT,
                query=mac,
                criteria=query.criteria,
                hits=len(page.hits),
                **({"restricted": reason} if reason else {}),
            )
            for hit in page.hits:
                tx.audit("look", hit.document_id, through="search")
    return page


def part_for(app: Application, caller: Caller, purpose: Purpose) -> Within:
    """What a search for `purpose` may show: what the case it names is about, or for an inspection the agency's own.

    It is what `models.access` lets a caller whom it admitted to a search see of single documents. Raises NotFound.
    """
    reference = purpose.reference
    with app.register.reading() as connection:
        if purpose.kind is PurposeKind.DOSSIER:
            case = casework.dossier(connection, reference)
            return of_dossier(case.code, case.holder_id)
        if purpose.kind is PurposeKind.LOT:
            return of_lot(casework.lot(connection, reference).id)
        if purpose.kind is PurposeKind.REQUEST:
            r = t.subject_requests.c
            return of_holder(connection.scalar(sa.select(r.holder_id).where(r.id == reference)))
    return of_agency(caller.agency.identifier, app.hands.agency.identifier)


def rebuild(app: Application, *, purpose: str) -> tuple[int, list[tuple[str, EcopyError]]]:
    """Index every confirmed document anew from its facts and its reading, then the database's own index.

    Returns how many were indexed, and those that could not be, with the reason; they stay as they were.
    """
    with attempt(app, "search_rebuild", SUBJECT, purpose=purpose):
        purpose = given(purpose)
        d = t.documents.c
        approved = sa.and_(d.state == DocumentState.APPROVED.value, d.document_type.is_not(None))
        with app.register.reading() as connection:
            ids = connection.scalars(sa.select(d.id).where(approved).order_by(d.id)).all()
        done, failed = 0, []
        for document_id in ids:
            try:
                texts = page_texts(app, app.register.document(document_id))
                with app.register.transaction(actor=operator(), purpose=purpose) as tx:
                    index_document(tx, document_id, texts)
                done += 1
            except EcopyError as reason:
                failed.append((document_id, reason))
        with app.register.transaction(actor=operator(), purpose=purpose) as tx:
            rebuild_index(tx.connection)
            tx.audit("search_rebuild", SUBJECT, documents=done, failed=[one for one, _ in failed])
    return done, failed
