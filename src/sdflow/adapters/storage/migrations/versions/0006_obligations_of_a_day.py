"""Obligations of a day: each says from which day on it holds, so that none outlives a clock that was wrong."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Adds the day, empty: what is kept was derived by other definitions, and is derived anew."""
    op.add_column("obligation", sa.Column("holds_from", sa.Date()))
    op.create_index(op.f("ix_obligation_holds_from"), "obligation", ["holds_from"])
