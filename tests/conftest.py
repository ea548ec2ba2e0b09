"""Databases for tests: SQLite in memory and as a file, and a PostgreSQL server of the test run's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from sdflow.adapters.storage import Storage

SERVER_USER = "postgres"


def _programs() -> Path | None:
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    on_path = shutil.which("initdb")
    return max(found, default=Path(on_path).parent if on_path else None)


def _as_server_user(*command: str | Path) -> None:
    """PostgreSQL refuses to run as root, so root runs it as the user that the package made."""
    prefix = ["runuser", "-u", SERVER_USER, "--"] if os.geteuid() == 0 else []
    subprocess.run([*prefix, *map(str, command)], check=True, capture_output=True, cwd="/")


@pytest.fixture(autouse=True)
def as_wide_as_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts are as wide as where no terminal is, whatever the terminal of who runs the tests."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL server without a database name, to be filled in with `%s`."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL IS NOT INSTALLED: nothing of this test was tried on a database server")
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(folder, SERVER_USER)
    place = folder / "db"
    _as_server_user(programs / "initdb", "-D", place, "-U", SERVER_USER, "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=60"
    _as_server_user(programs / "pg_ctl", "-D", place, "-o", options, "-l", folder / "log", "-w", "start")
    try:
        yield f"postgresql+psycopg://{SERVER_USER}@/%s?host={folder}"
    finally:
        _as_server_user(programs / "pg_ctl", "-D", place, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database; tests that ask for it carry the marker `server`."""
    name = f"t{uuid.uuid4().hex}"
    engine = create_engine(postgresql_server % "postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield postgresql_server % name
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once a file of SQLite and once on a PostgreSQL server."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'sdflow.db'}"
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture
def storage() -> Iterator[Storage]:
    """An empty storage in memory."""
    made = Storage.create("sqlite://")
    yield made
    made.dispose()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what needs a database server."""
    for item in items:
        if "postgresql_url" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.server)
