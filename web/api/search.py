"""Search within what a case is about, or for an inspection within the agency's papers; every hit is a look on record."""

from __future__ import annotations

from fastapi import APIRouter, Response

from models.access import Action
from models.errors import NotFound, NothingToSearch, RequestMalformed
from models.wire.search import SearchHit, SearchPage, SearchRequest
from pipeline.papers.search import MOST_HITS, find_documents, part_for
from storage.search import Hit, SearchQuery
from web.guard import AtTheDoor
from web.paging import Paged, sealed
from web.responses import problems

router = APIRouter(prefix="/api/v1/search", tags=["search"])


@router.post(
    "",
    response_model=SearchPage,
    summary="Confirmed papers by words, number, holder, issuer, type or day, newest first",
    responses=problems(NotFound, NothingToSearch),
)
def search_documents(door: AtTheDoor, body: SearchRequest, paged: Paged, response: Response) -> SearchPage:
    """What is found is what the purpose's case is about: a dossier's papers and its holder's, a lot's, a holder's; for
    an inspection the agency's. A page holds 100 hits at most."""
    door.admit(Action.SEARCH)
    query = SearchQuery(**body.model_dump(exclude={"restricted_reason"}))
    found = find_documents(
        door.office,
        query,
        purpose=str(door.purpose),
        after=_entry(paged.after()),
        limit=min(paged.limit, MOST_HITS),
        restricted_reason=body.restricted_reason,
        within=part_for(door.office, door.caller, door.purpose),
    )
    response.headers["Cache-Control"] = "no-store"
    return SearchPage(
        items=tuple(_hit(one) for one in found.hits),
        next=sealed((str(found.next),)) if found.next is not None else None,
        paused=found.paused,
    )


def _entry(after: tuple[str, ...] | None) -> int | None:
    """The number of the entry that a page ended with. Raises RequestMalformed."""
    if after is None:
        return None
    if not after[0].isdecimal() or len(after[0]) > 10:
        raise RequestMalformed(fields="query/cursor")
    return int(after[0])


def _hit(hit: Hit) -> SearchHit:
    return SearchHit(
        document=hit.document_id,
        document_type=hit.document_type,
        title=hit.title,
        number=hit.number,
        issued_on=hit.issued_on,
        issuer=hit.issuer,
        holders=hit.holders,
        state=hit.state,
        restricted=hit.restricted,
        ecopy=hit.ecopy_id,
        ecopy_state=hit.ecopy_state,
    )
