"""Failures: what a database says when something goes wrong, as what a user can do about it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from sdflow.domain.errors import Overtaken, Refused, SdflowError, Unreadable

AGAIN = "Nothing was done; try again."


@contextmanager
def understood(source: str) -> Iterator[None]:
    """Turns what the database says into Overtaken, Refused or Unreadable; what no user can cause stays as it is."""
    try:
        yield
    except StaleDataError as error:
        raise Overtaken("A record was changed by somebody else meanwhile", advice=AGAIN) from error
    except DBAPIError as error:
        known = _known(error, source)
        if known is None:
            raise
        raise known from error
    except sqlite3.Error as error:
        known = _known_to_sqlite(error, source)
        if known is None:
            raise
        raise known from error


def _known(error: DBAPIError, source: str) -> SdflowError | None:
    if isinstance(error.orig, sqlite3.Error):
        return _known_to_sqlite(error.orig, source)
    state = getattr(error.orig, "sqlstate", None)
    if state is None and not isinstance(error, OperationalError):
        return None
    return _known_to_postgresql(state, str(error.orig), source)


def _known_to_sqlite(error: sqlite3.Error, source: str) -> SdflowError | None:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return Overtaken(f"{source} is in use: another process is writing and did not finish in time", advice=AGAIN)
    if name == "SQLITE_FULL":
        return Refused(f"There is no room left for {source}", advice="Nothing was done; make room and try again.")
    if name.startswith("SQLITE_READONLY"):
        return Refused(f"{source} may not be written", advice="Check who may write the file and its folder.")
    if name.startswith("SQLITE_CANTOPEN"):
        return Unreadable.because(source, "cannot be opened; check that its folder exists and who may read it")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return Unreadable.because(source, f"is not a sound database ({error}); restore it from a backup")
    if name.startswith("SQLITE_IOERR"):
        return Unreadable.because(source, f"cannot be read or written ({error}); check the disk")
    return None


def _known_to_postgresql(state: str | None, said: str, source: str) -> SdflowError | None:
    first_line = said.strip().splitlines()[0] if said.strip() else "the connection was lost"
    if state is None or state.startswith(("08", "28", "3D", "57P")):
        return Unreadable.because(source, f"cannot be reached ({first_line}); check the address and the server")
    if state in ("40001", "40P01", "55P03", "23505"):
        return Overtaken("Somebody else wrote the same at the same moment", advice=AGAIN)
    if state.startswith("53"):
        return Refused(f"{source} has no room left ({first_line})", advice="Nothing was done; ask who runs the server.")
    if state in ("25006", "42501"):
        return Refused(f"{source} may not be written ({first_line})", advice="Ask who runs the server for the right.")
    return None
