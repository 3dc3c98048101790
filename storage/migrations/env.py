"""Runs the migrations over the connection that `storage.database.migrate` hands in."""

from alembic import context

from storage.database import stands_in_schema
from storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    include_name=stands_in_schema,
)
with context.begin_transaction():
    context.run_migrations()
