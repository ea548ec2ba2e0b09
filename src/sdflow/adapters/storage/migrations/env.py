"""Env: what Alembic runs to migrate over the connection that it is given."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from sdflow.adapters.storage.schema import VERSION_TABLE
from sdflow.adapters.storage.tables import Row


def migrate(connection: Connection) -> None:
    """Runs the migrations inside the transaction that the caller has begun."""
    context.configure(
        connection=connection,
        target_metadata=Row.metadata,
        version_table=VERSION_TABLE,
        render_as_batch=True,
        transactional_ddl=True,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


migrate(context.config.attributes["connection"])
