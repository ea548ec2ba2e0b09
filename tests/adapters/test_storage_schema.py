"""How a database comes to the schema that this program needs, and which databases are refused."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from contextlib import closing
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from sqlite3 import connect

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from sdflow.adapters.storage import Storage
from sdflow.adapters.storage.append_only import guards, trigger_names
from sdflow.adapters.storage.schema import MIGRATIONS, SCHEMA_VERSION, VERSION_TABLE
from sdflow.adapters.storage.tables import Row
from sdflow.domain.errors import Unreadable


def test_an_empty_database_gets_the_schema_and_a_second_time_nothing(database_url: str) -> None:
    storage = Storage.create(database_url)
    assert storage.schema_version() == SCHEMA_VERSION
    assert storage.upgrade() == (SCHEMA_VERSION, SCHEMA_VERSION)
    assert storage.check() == []
    storage.dispose()


def test_migrations_and_models_agree(database_url: str) -> None:
    Storage.create(database_url).dispose()
    engine = create_engine(database_url)
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True, "version_table": VERSION_TABLE}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Row.metadata) == []
    engine.dispose()


def test_migrations_and_models_agree_on_what_alembic_does_not_compare(database_url: str) -> None:
    Storage.create(database_url).dispose()
    engine = create_engine(database_url)
    there = inspect(engine)
    for name, table in Row.metadata.tables.items():
        assert there.get_pk_constraint(name)["constrained_columns"] == [one.name for one in table.primary_key], name
        deferred = [key["options"].get("initially") for key in there.get_foreign_keys(name)]
        assert deferred == ["DEFERRED"] * len(table.foreign_key_constraints), name
        assert len(there.get_check_constraints(name)) == (1 if name == "chain_head" else 0), name
    engine.dispose()


def test_the_schema_version_is_that_of_the_last_migration() -> None:
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(settings).get_heads() == [SCHEMA_VERSION]


def test_the_triggers_of_a_database_are_those_that_the_program_declares(tmp_path: Path) -> None:
    Storage.create(f"sqlite:///{tmp_path}/new.db").dispose()
    with closing(connect(tmp_path / "new.db")) as connection:
        made = {row[0] for row in connection.execute("SELECT sql FROM sqlite_schema WHERE type = 'trigger'")}
    assert made == {guard.sqlite() for guard in guards(replaces=True)}
    assert len(trigger_names("sqlite")) == len(made)


def _create(url: str, barrier: Barrier, answers: Queue[list[str]]) -> None:
    barrier.wait()
    storage = Storage.create(url)
    answers.put(storage.check())
    storage.dispose()


def test_several_processes_that_upgrade_at_once_make_one_schema(database_url: str) -> None:
    spawning = multiprocessing.get_context("spawn")
    barrier = spawning.Barrier(4)
    answers: Queue[list[str]] = spawning.Queue()
    processes = [spawning.Process(target=_create, args=(database_url, barrier, answers)) for _ in range(4)]
    for process in processes:
        process.start()
    found = [answers.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
        assert process.exitcode == 0
        process.close()
    answers.close()
    answers.join_thread()
    storage = Storage.open(database_url)
    assert (found, storage.check(), storage.schema_version()) == ([[]] * 4, [], SCHEMA_VERSION)
    storage.dispose()


@pytest.mark.parametrize(
    ("version", "message"),
    [("9999", "schema version 9999, .* install that one"), ("0000", "schema version 0000, .* run: sdflow db upgrade")],
)
def test_a_database_of_another_version_is_refused_with_what_to_do(
    database_url: str, version: str, message: str
) -> None:
    Storage.create(database_url).dispose()
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '{version}'"))
    engine.dispose()
    with pytest.raises(Unreadable, match=message):
        Storage.open(database_url)


def test_an_outdated_database_can_be_opened_to_be_upgraded_but_a_newer_one_not(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/old.db"
    Storage.create(url).dispose()
    with closing(connect(tmp_path / "old.db", isolation_level=None)) as connection:
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = '0000'")
        storage = Storage.open(url, outdated=True)
        assert storage.schema_version() == "0000"
        storage.dispose()
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(Unreadable, match="newer sdflow"):
        Storage.open(url, outdated=True)
    with pytest.raises(Unreadable, match="newer sdflow"):
        Storage.create(url)


def test_a_database_of_something_else_is_left_alone(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE record (song TEXT)"))
    for refused in (Storage.create, Storage.open):
        with pytest.raises(Unreadable, match=r"not sdflow's|not a database of sdflow"):
            refused(database_url)
    assert inspect(engine).get_table_names() == ["record"]
    engine.dispose()


def test_a_missing_database_is_not_made_by_opening_it(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"nowhere\.db: there is no database here; run: sdflow init"):
        Storage.open(f"sqlite:///{tmp_path}/nowhere.db")
    assert list(tmp_path.iterdir()) == []


def test_alembic_is_loaded_for_a_migration_only() -> None:
    program = (
        "import sys; from sdflow.adapters.storage import Storage; assert 'alembic' not in sys.modules; "
        "Storage.create('sqlite://').dispose(); assert 'alembic' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
