"""Append-only: the triggers that let history grow and refuse everything else.

Each trigger is a condition under which the database refuses. A change here needs a migration that drops and
installs them again, and so does every batch recreation of a table on SQLite, which drops them silently.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

OPEN_ACT = "(SELECT number + 1 FROM chain_head)"
KEYS = {
    "revision": ("reference", "number"),
    "envelope": ("reference", "version"),
    "document": ("reference", "version", "sequence"),
    "signature": ("reference", "version", "field"),
    "scan": ("reference", "version", "field"),
}
ALWAYS = "1 = 1"


@dataclass(frozen=True)
class Guard:
    """A trigger: before which operation on which table, under which condition, it refuses, and what it says."""

    table: str
    operation: str
    condition: str
    message: str

    @property
    def name(self) -> str:
        """The trigger's name in the database."""
        return f"{self.table}_{self.operation.lower()}_guard"

    def sqlite(self) -> str:
        """The trigger for SQLite."""
        return (
            f"CREATE TRIGGER {self.name} BEFORE {self.operation} ON {self.table} WHEN {self.condition} "
            f"BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
        )

    def postgresql(self) -> tuple[str, str]:
        """The function and the trigger for PostgreSQL."""
        condition = self.condition.replace(" IS NOT ", " IS DISTINCT FROM ")
        return (
            f"CREATE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
            f"RAISE EXCEPTION '{self.message}' USING ERRCODE = 'check_violation'; END IF; "
            f"RETURN {'OLD' if self.operation == 'DELETE' else 'NEW'}; END $$",
            f"CREATE TRIGGER {self.name} BEFORE {self.operation} ON {self.table} FOR EACH ROW "
            f"EXECUTE FUNCTION {self.name}()",
        )


def guards(*, replaces: bool) -> Iterator[Guard]:
    """Every trigger; with `replaces` also against INSERT OR REPLACE, which no delete trigger of SQLite sees."""
    for table in ("act", "event", *KEYS):
        yield Guard(table, "DELETE", ALWAYS, f"nothing is ever deleted from {table}")
    for table in ("act", "event"):
        yield Guard(table, "UPDATE", ALWAYS, f"nothing is ever changed in {table}")
    for table, key in KEYS.items():
        closed = f"OLD.act <> 0 OR NEW.act IS NOT {OPEN_ACT}"
        yield Guard(table, "UPDATE", closed, f"nothing is ever changed in {table}")
        stray = f"(NEW.act <> 0 AND NEW.act IS NOT {OPEN_ACT})"
        yield Guard(table, "INSERT", _or_replaces(stray, table, key, replaces), f"{table} grows with a new act only")
    stray = f"NEW.act IS NOT {OPEN_ACT}"
    event = _or_replaces(stray, "event", ("act", "sequence"), replaces)
    yield Guard("event", "INSERT", event, "an event belongs to the act that is being recorded")
    yield from _chain_guards()


def _or_replaces(condition: str, table: str, key: tuple[str, ...], replaces: bool) -> str:
    if not replaces:
        return condition
    same = " AND ".join(f"{column} = NEW.{column}" for column in key)
    return f"{condition} OR EXISTS (SELECT 1 FROM {table} WHERE ({same}) OR rowid = NEW.rowid)"


def _chain_guards() -> Iterator[Guard]:
    follows = (
        "NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM act) "
        f"OR NEW.number IS NOT {OPEN_ACT} OR NEW.previous_hash IS NOT (SELECT hash FROM chain_head)"
    )
    yield Guard("act", "INSERT", follows, "an act must continue the chain")
    ahead = "NEW.number IS NOT OLD.number + 1 OR NEW.hash IS NOT (SELECT hash FROM act WHERE number = NEW.number)"
    yield Guard("chain_head", "UPDATE", ahead, "the head of the chain moves on to the next act only")
    yield Guard("chain_head", "DELETE", ALWAYS, "the chain has one head")
    yield Guard("chain_head", "INSERT", "EXISTS (SELECT 1 FROM chain_head)", "the chain has one head")


def truncation_guards(tables: Collection[str]) -> Iterator[str]:
    """The statements that refuse TRUNCATE on PostgreSQL, which fires no row trigger."""
    for table in tables:
        yield (
            f"CREATE FUNCTION {table}_truncate_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"RAISE EXCEPTION 'nothing is ever deleted from {table}' USING ERRCODE = 'check_violation'; END $$"
        )
        yield (
            f"CREATE TRIGGER {table}_truncate_guard BEFORE TRUNCATE ON {table} FOR EACH STATEMENT "
            f"EXECUTE FUNCTION {table}_truncate_guard()"
        )


def statements(dialect: str, tables: Collection[str]) -> Iterator[str]:
    """What installs every trigger of these tables on a database of this dialect (sqlite or postgresql)."""
    of_tables = [guard for guard in guards(replaces=dialect == "sqlite") if guard.table in tables]
    if dialect == "sqlite":
        yield from (guard.sqlite() for guard in of_tables)
        return
    for guard in of_tables:
        yield from guard.postgresql()
    yield from truncation_guards(tables)


def trigger_names(dialect: str) -> frozenset[str]:
    """The names of the triggers that a database of this dialect must have."""
    names = {guard.name for guard in guards(replaces=dialect == "sqlite")}
    if dialect != "sqlite":
        names |= {f"{table}_truncate_guard" for table in ("act", "event", "chain_head", *KEYS)}
    return frozenset(names)
