"""Signatures on paper: the scan of each, byte for byte, and who witnessed it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sdflow.adapters.storage.append_only import statements

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Makes the table of scans, with the triggers that keep it as it is."""
    op.create_table(
        "scan",
        sa.Column("reference", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("field", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("witness_reference", sa.Text(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("act", sa.Integer(), nullable=False),
        _deferred("reference", "record.reference"),
        _deferred("act", "act.number"),
        sa.PrimaryKeyConstraint("reference", "version", "field", name=op.f("pk_scan")),
    )
    for column in ("witness_reference", "sha256", "act"):
        op.create_index(op.f(f"ix_scan_{column}"), "scan", [column])
    for statement in statements(op.get_context().dialect.name, ("scan",)):
        op.get_bind().exec_driver_sql(statement)


def _deferred(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [target], name=op.f(f"fk_scan_{column}"), deferrable=True, initially="DEFERRED"
    )
