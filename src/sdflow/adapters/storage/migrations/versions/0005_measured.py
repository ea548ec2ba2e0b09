"""Measured: incidents, outages and measurements, the files that told of them, and what was watched when."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

MOMENTS = (
    "occurred",
    "detected",
    "reported",
    "responded",
    "diagnosed",
    "repaired",
    "recovered",
    "restored",
    "resolved",
    "closed",
)


def upgrade() -> None:
    """Makes the five tables, empty: nothing was measured before."""
    _make(
        "incident",
        _texts("source", "number", "service", "component", "customer", "supplier", "priority", "cause", "title"),
        [sa.Column("security", sa.Boolean(), nullable=False), *_whole("users")],
        [sa.Column(name, sa.BigInteger()) for name in MOMENTS],
        [*_texts("pauses"), *_whole("since", "until")],
        key=("source", "number"),
    )
    _make(
        "outage",
        _texts("source", "number", "service", "component", "cause"),
        [*_whole("users", "since"), sa.Column("until", sa.BigInteger())],
        key=("source", "number"),
    )
    _make(
        "measurement",
        _texts("source", "measure", "service", "component", "customer"),
        [*_whole("at"), sa.Column("value", sa.Float(), nullable=False)],
        key=("source", "measure", "service", "component", "customer", "at"),
    )
    _make_files()
    for table, columns in (
        ("incident", ["service", "until"]),
        ("outage", ["service", "since"]),
        ("outage", ["component", "since"]),
        ("measurement", ["service", "at"]),
        ("watched", ["kind", "subject"]),
    ):
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)


def _make_files() -> None:
    _make(
        "reading_of_file",
        _texts("source", "kind", "sha256", "file", "conventions"),
        [sa.Column(name, sa.Integer(), nullable=False) for name in ("rows", "refused")],
        [sa.Column("read_at", sa.DateTime(timezone=True), nullable=False)],
        key=("source", "kind", "sha256"),
    )
    _make(
        "watched",
        _texts("source", "kind", "sha256", "subject"),
        _whole("since", "until"),
        key=("source", "kind", "sha256", "subject"),
    )


def _make(table: str, *columns: list[sa.Column[Any]], key: tuple[str, ...]) -> None:
    named = [column for group in columns for column in group]
    op.create_table(table, *named, sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}")))


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), autoincrement=False, nullable=False) for name in names]


def _whole(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False) for name in names]
