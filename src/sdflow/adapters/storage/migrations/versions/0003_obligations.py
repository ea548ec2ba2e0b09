"""Obligations: what is owed by when, kept so that what is due is found by an index; all of it follows from the records."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Makes the table of obligations, which is empty until they are derived, and the one that says from what they were."""
    op.create_table(
        "obligation",
        sa.Column("reference", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_reference", sa.Text()),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("meaning", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=False),
        sa.Column("stale_on", sa.Date()),
        sa.ForeignKeyConstraint(
            ["reference"],
            ["record.reference"],
            name=op.f("fk_obligation_reference"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("reference", "name", "subject", name=op.f("pk_obligation")),
    )
    for columns in (["due_on"], ["person_reference", "due_on"], ["next_on"], ["stale_on"]):
        op.create_index(op.f(f"ix_obligation_{'_'.join(columns)}"), "obligation", columns)
    op.create_table(
        "projection",
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_projection")),
    )
