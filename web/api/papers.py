"""The routers about papers and what is made of them."""

from web.api import copies, documents, ecopies, national, results, search, types

ROUTERS = (
    national.router,  # its fixed addresses go before `/documents/{id}`
    documents.router,
    ecopies.router,
    copies.router,
    results.router,
    search.router,
    types.router,
)
