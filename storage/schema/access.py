"""Tables of those who may come in: accounts of people, clients (devices, postal operators, systems), their tokens."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.schema.base import BIG, ID, MOMENT, PERSON, SHA256, metadata

accounts = Table(
    "accounts",
    metadata,
    Column("person", PERSON, primary_key=True),
    Column("state", String(10), nullable=False),
    Column("password_hash", Text),
    Column("totp_secret", Text),
    Column("totp_step", BIG),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("locked_until", MOMENT),
    Column("oidc_issuer", Text),
    Column("oidc_subject", Text),
    Column("created_at", MOMENT, nullable=False),
    Column("created_by", PERSON, nullable=False),
    Column("changed_at", MOMENT, nullable=False),
    UniqueConstraint("oidc_issuer", "oidc_subject"),
    CheckConstraint("state in ('active', 'closed')", name="state"),
)
"""How a person of `people` proves who they are: a password (argon2id) with a second factor (RFC 6238; the secret is
sealed with the installation's own key, `totp_step` the newest step used), or the subject of an OpenID provider. What
they may do follows from their offices in `people`."""

clients = Table(
    "clients",
    metadata,
    Column("id", PERSON, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("name", Text, nullable=False),
    Column("agency", String(35), nullable=False),
    Column("actions", Text),
    Column("state", String(10), nullable=False),
    Column("quota_bytes", BIG),
    Column("created_at", MOMENT, nullable=False),
    Column("created_by", PERSON, nullable=False),
    Column("changed_at", MOMENT, nullable=False),
    CheckConstraint("kind in ('device', 'postal', 'system')", name="kind"),
    CheckConstraint("state in ('active', 'closed')", name="state"),
)
"""Devices and systems by their whole id (`device:…`, `postal:…`, `system:…`). `actions`: a JSON list of what a client was
granted of its role's, NULL for all; `quota_bytes`: what it may have unfinished at once."""

client_keys = Table(
    "client_keys",
    metadata,
    Column("client_id", PERSON, ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True),
    Column("thumbprint", String(64), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("jwk", Text, nullable=False),
    Column("added_at", MOMENT, nullable=False),
    Column("revoked_at", MOMENT),
)
"""Public keys (JWK, named by their RFC 7638 thumbprint) whose signature proves a client; two at once while it changes them.
`number` counts a client's keys in the order they were added: two of one second would have no order by their moments."""

used_assertions = Table(
    "used_assertions",
    metadata,
    Column("client_id", PERSON, primary_key=True),
    Column("jti", String(128), primary_key=True),
    Column("expires_at", MOMENT, nullable=False, index=True),
)
"""Assertions that were taken once and never are again (RFC 7523); forgotten when they have expired anyway."""

tokens = Table(
    "tokens",
    metadata,
    Column("hash", SHA256, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("subject", PERSON, nullable=False, index=True),
    Column("issued_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False, index=True),
    Column("seen_at", MOMENT, nullable=False),
    Column("revoked_at", MOMENT),
    Column("proof", String(20), nullable=False),
    Column("details", Text, nullable=False, server_default="{}"),
    CheckConstraint("kind in ('access', 'session', 'login')", name="kind"),
)
"""Tokens by their SHA-256; nobody can read one back. `access` is a client's, `session` a person's, `login` one that only
waits for the second factor. `proof`: how the subject was proved (`assertion`, `password+totp`, `oidc`)."""

idempotency = Table(
    "idempotency",
    metadata,
    Column("caller", PERSON, primary_key=True),
    Column("key", String(100), primary_key=True),
    Column("request", SHA256, nullable=False),
    Column("status", Integer),
    Column("headers", Text),
    Column("body", Text),
    Column("created_at", MOMENT, nullable=False, index=True),
)
"""Answers to requests that carried an `Idempotency-Key`, by caller; `status` is NULL while the first one is at work."""

uploads = Table(
    "uploads",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("caller", PERSON, nullable=False),
    Column("agency", String(35), nullable=False),
    Column("length", BIG, nullable=False),
    Column("sha256", SHA256),
    Column("metadata", Text, nullable=False),
    Column("purpose", String(200), nullable=False),
    Column("state", String(12), nullable=False),
    Column("object_key", Text),
    Column("multipart", Text),
    Column("document_id", ID, ForeignKey("documents.id")),
    Column("error_code", String(40)),
    Column("receipt", Text),
    Column("created_at", MOMENT, nullable=False),
    Column("changed_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    CheckConstraint("kind in ('tus', 'parts')", name="kind"),
    CheckConstraint("state in ('open', 'complete', 'refused', 'terminated', 'expired')", name="state"),
)
"""Uploads in pieces, named by the sender's ULID: `tus` into a file of this installation, `parts` straight into the object
store. `sha256`: of the whole file as the sender announced it; `receipt`: what was signed when it was complete."""

UNFINISHED = "state = 'open'"
for _column in (uploads.c.expires_at, uploads.c.caller):
    Index(
        f"ix_uploads_open_{_column.name}",
        _column,
        sqlite_where=text(UNFINISHED),
        postgresql_where=text(UNFINISHED),
    )

receipt_keys = Table(
    "receipt_keys",
    metadata,
    Column("kid", String(64), primary_key=True),
    Column("jwk", Text, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("created_at", MOMENT, nullable=False),
)
"""Keys that receipts are signed with (Ed25519), named by their RFC 7638 thumbprint: `jwk` the public half, published for
good; `sealed` the private one, sealed with the key of the home that made it."""
