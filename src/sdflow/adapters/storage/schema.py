"""Schema: which version a database has, and how it comes to the one that this program needs."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from sdflow.adapters.storage.connection import for_writing
from sdflow.adapters.storage.tables import Row
from sdflow.domain.errors import Unreadable

SCHEMA_VERSION = "0007"
VERSION_TABLE = "sdflow_schema"
MIGRATIONS = Path(__file__).parent / "migrations"
UPGRADE_LOCK = 0x5DF10


def version_of(connection: Connection) -> str | None:
    """The schema version of a database; none where it holds no tables of this program."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one_or_none()


def refuse_other_version(version: str | None, source: str) -> None:
    """Raises Unreadable, with what to do, unless the schema is the one that this program needs."""
    if version is None:
        raise Unreadable.because(source, "is not a database of sdflow; run: sdflow init")
    _refuse_newer(version, source)
    if version != SCHEMA_VERSION:
        raise Unreadable.because(
            source, f"has schema version {version}, this sdflow needs {SCHEMA_VERSION}; run: sdflow db upgrade"
        )


def _refuse_newer(version: str, source: str) -> None:
    if version > SCHEMA_VERSION:
        raise Unreadable.because(
            source,
            f"has schema version {version}, this sdflow knows versions up to {SCHEMA_VERSION}; "
            "it was made by a newer sdflow: install that one",
        )


def upgrade(engine: Engine, source: str) -> tuple[str, str]:
    """Brings the schema to the version of this program, all or nothing; gives the versions before and after.

    Several processes may do so at once: one migrates, the others wait and find it done. Raises Unreadable for
    a newer schema, and where the tables of something else are in the way.
    """
    with for_writing(engine).connect() as connection:
        _keep_children(connection, keep=True)
        try:
            with connection.begin():
                return _upgrade(connection, source)
        finally:
            _keep_children(connection, keep=False)


def _keep_children(connection: Connection, *, keep: bool) -> None:
    """Foreign keys off on SQLite, where recreating a table would delete the rows that refer to it.

    The setting has no effect inside a transaction, hence the way round SQLAlchemy, which would begin one.
    """
    if connection.dialect.name == "sqlite":
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.cursor().execute(f"PRAGMA foreign_keys = {'OFF' if keep else 'ON'}")


def _upgrade(connection: Connection, source: str) -> tuple[str, str]:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": UPGRADE_LOCK})
    before = version_of(connection)
    if before is None:
        _refuse_foreign_tables(connection, source)
    else:
        _refuse_newer(before, source)
    if before != SCHEMA_VERSION:
        _migrate(connection)
    dangling = foreign_key_faults(connection)
    if dangling:
        raise Unreadable.because(source, f"cannot be upgraded, nothing was changed: {'; '.join(dangling)}")
    return before or "", SCHEMA_VERSION


def _refuse_foreign_tables(connection: Connection, source: str) -> None:
    present = set(inspect(connection).get_table_names())
    in_the_way = present if connection.dialect.name == "sqlite" else present & set(Row.metadata.tables)
    if in_the_way:
        raise Unreadable.because(
            source, f"holds tables that are not sdflow's ({', '.join(sorted(in_the_way))}); choose another database"
        )


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    settings = Config(attributes={"connection": connection})
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    command.upgrade(settings, SCHEMA_VERSION)


def foreign_key_faults(connection: Connection) -> list[str]:
    """Rows that refer to something that is not there; PostgreSQL does not let them come about."""
    if connection.dialect.name != "sqlite":
        return []
    rows = connection.execute(text("PRAGMA foreign_key_check"))
    return [f"row {row} of {table} refers to a row of {parent} that is not there" for table, row, parent, _ in rows]
