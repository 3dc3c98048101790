"""Full-text search over readings and confirmed fields: one query, one answer, whichever database lies below."""

from storage.search.find import Hit, Page, search
from storage.search.index import forget, index_document, rebuild_index, scrub_index
from storage.search.query import SearchQuery

__all__ = ["Hit", "Page", "SearchQuery", "forget", "index_document", "rebuild_index", "scrub_index", "search"]
