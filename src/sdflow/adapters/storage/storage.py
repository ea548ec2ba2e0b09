"""Storage: the database of a workspace, opened for reading and for writing."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from sdflow.adapters.storage import condition, schema
from sdflow.adapters.storage.connection import database_name, engine_for, file_of, for_reading, for_writing, parsed
from sdflow.adapters.storage.failures import understood
from sdflow.adapters.storage.ledger import Ledger
from sdflow.adapters.storage.noting import Noting
from sdflow.adapters.storage.reading import Reading
from sdflow.adapters.storage.snapshot import Snapshot
from sdflow.adapters.storage.writing import Writing
from sdflow.domain.errors import Unreadable


class Storage:
    """A database with the schema of this program."""

    def __init__(self, engine: Engine, source: str) -> None:
        self._engine = engine
        self._reading_engine = for_reading(engine)
        self._writing_engine = for_writing(engine)
        self._source = source
        weakref.finalize(self, engine.dispose)

    @classmethod
    def create(cls, url: str) -> Storage:
        """The database at this address, with its schema made or upgraded; raises Unreadable where that cannot be."""
        storage = cls._at(url)
        storage.upgrade()
        return storage

    @classmethod
    def open(cls, url: str, *, outdated: bool = False) -> Storage:
        """The database at this address; with `outdated` also one that has still to be upgraded.

        Raises Unreadable where there is none, where it is not sdflow's, and where its schema is of another version.
        """
        file = file_of(parsed(url))
        if file is not None and not file.is_file():
            raise Unreadable.because(str(file), "there is no database here; run: sdflow init")
        storage = cls._at(url)
        with understood(storage._source), storage._reading_engine.connect() as connection:
            version = schema.version_of(connection)
        if not outdated or version is None or version > schema.SCHEMA_VERSION:
            schema.refuse_other_version(version, storage._source)
        return storage

    @classmethod
    def _at(cls, url: str) -> Storage:
        address = parsed(url)
        return cls(engine_for(address), database_name(address))

    def dispose(self) -> None:
        """Ends all connections; the garbage collector does the same."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """One consistent view of the database; keep it short, on SQLite it can hold up those who write."""
        with understood(self._source), Session(self._reading_engine) as session:
            yield Snapshot(session, self._source)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """One transaction for one act: kept if the act was closed and nothing was raised, else undone."""
        with understood(self._source), Session(self._writing_engine, expire_on_commit=False) as session:
            session.connection()
            writing = Writing(session, self._source)
            yield writing
            if writing.closed:
                session.commit()

    @contextmanager
    def noting(self) -> Iterator[Noting]:
        """One transaction for what follows from the records: kept unless something was raised. It is no act."""
        with understood(self._source), Session(self._writing_engine, expire_on_commit=False) as session:
            session.connection()
            yield Noting(session, self._source)
            session.commit()

    @contextmanager
    def ledger(self, *, keep: bool = True) -> Iterator[Ledger]:
        """One transaction for what people are told; without `keep` it is only tried, and nothing of it stays."""
        with understood(self._source), Session(self._writing_engine, expire_on_commit=False) as session:
            session.connection()
            yield Ledger(session, self._source)
            if keep:
                session.commit()

    @contextmanager
    def looking(self) -> Iterator[Ledger]:
        """One consistent view of what people were told, beside the records; nothing can be written."""
        with understood(self._source), Session(self._reading_engine) as session:
            yield Ledger(session, self._source)

    def schema_version(self) -> str:
        """The version of the schema, empty where there is none."""
        with understood(self._source), self._reading_engine.connect() as connection:
            return schema.version_of(connection) or ""

    def upgrade(self) -> tuple[str, str]:
        """Brings the schema to the version of this program; gives the versions before (empty: none) and after."""
        with understood(self._source):
            return schema.upgrade(self._engine, self._source)

    def check(self) -> list[str]:
        """What is wrong with the file, the foreign keys, the triggers, the head of the chain and the revisions."""
        with understood(self._source), self._reading_engine.connect() as connection:
            return list(condition.problems(connection))

    def facts(self) -> dict[str, str]:
        """How the database keeps what it acknowledged: versions and settings by name."""
        with understood(self._source), self._reading_engine.connect() as connection:
            return condition.facts(connection)
