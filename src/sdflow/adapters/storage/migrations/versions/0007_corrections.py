"""Corrections: which file brought a row, of whom rows were refused, and the checks from which outages follow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Adds the columns and the two tables; which file brought the rows that are there is not known."""
    for table in ("incident", "outage", "measurement"):
        op.add_column(table, sa.Column("file", sa.Integer(), server_default="0", nullable=False))
    op.add_column("reading_of_file", sa.Column("number", sa.Integer(), server_default="0", nullable=False))
    _make("refused", _texts("source", "kind", "sha256", "subject"), sa.Column("rows", sa.Integer(), nullable=False))
    op.create_index(op.f("ix_refused_kind_subject"), "refused", ["kind", "subject"])
    _make(
        "checks",
        _texts("source", "subject", "sha256"),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
    )


def _make(table: str, key: list[sa.Column[str]], *columns: sa.Column[object]) -> None:
    names = [column.name for column in key]
    op.create_table(table, *key, *columns, sa.PrimaryKeyConstraint(*names, name=op.f(f"pk_{table}")))


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), autoincrement=False, nullable=False) for name in names]
