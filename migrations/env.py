"""Alembic's entry: runs the versions on the connection that ``provisions.database.migrate`` holds, in its transaction."""

from alembic import context

from provisions.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
