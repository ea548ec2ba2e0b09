"""Reminders: the ledger of the steps by which people are told, the messages that tell of them, and which of which."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

KEY = ("reference", "name", "subject", "due_on", "step")


def upgrade() -> None:
    """Makes the three tables, empty: what was told before is not known."""
    _make_reminders()
    _make_deliveries()
    op.create_table(
        "mention",
        sa.Column("delivery", sa.Text(), autoincrement=False, nullable=False),
        *_key(),
        sa.Column("escalated", sa.Boolean(), nullable=False),
        _deferred("mention", ["delivery"], ["delivery.id"]),
        _deferred("mention", list(KEY), [f"reminder.{column}" for column in KEY]),
        sa.PrimaryKeyConstraint("delivery", *KEY, name=op.f("pk_mention")),
    )
    op.create_index(op.f(f"ix_mention_{'_'.join(KEY)}"), "mention", list(KEY))


def _make_reminders() -> None:
    op.create_table(
        "reminder",
        *_key(),
        sa.Column("comes_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("folded_into", sa.Integer()),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        _deferred("reminder", ["reference"], ["record.reference"]),
        sa.PrimaryKeyConstraint(*KEY, name=op.f("pk_reminder")),
    )
    op.create_index(op.f("ix_reminder_state"), "reminder", ["state"])


def _make_deliveries() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text()),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True)),
        sa.Column("begun", sa.Boolean(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.create_index(op.f("ix_delivery_state_not_before"), "delivery", ["state", "not_before"])


def _key() -> list[sa.Column[Any]]:
    types: dict[str, sa.types.TypeEngine[Any]] = {"due_on": sa.Date(), "step": sa.Integer()}
    return [sa.Column(name, types.get(name, sa.Text()), autoincrement=False, nullable=False) for name in KEY]


def _deferred(table: str, columns: list[str], targets: list[str]) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{columns[0]}")
    return sa.ForeignKeyConstraint(columns, targets, name=name, deferrable=True, initially="DEFERRED")
