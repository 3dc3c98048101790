"""The endpoints of identity, as the application takes them in."""

from web.identity import accounts, clients, oidc, session, tokens

ROUTERS = (tokens.router, session.router, oidc.router, accounts.router, clients.router)
