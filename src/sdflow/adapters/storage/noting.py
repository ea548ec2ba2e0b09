"""Noting: what follows from the records is kept beside them; it is no history, and may be thrown away and derived again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from sqlalchemy import bindparam, delete, insert, select, update
from sqlmodel import col

from sdflow.adapters.storage.reading import ASKED_AT_ONCE, Reading
from sdflow.adapters.storage.rows import obligation_values
from sdflow.adapters.storage.tables import ChainHeadRow, ObligationRow, ProjectionRow, Row
from sdflow.domain.obligation import KeptObligation

OBLIGATION = Row.metadata.tables[str(ObligationRow.__tablename__)]
KEY = tuple(f"of_{name}" for name in ("reference", "name", "subject", "due_on"))
_MOVE = (
    update(OBLIGATION)
    .where(*(OBLIGATION.c[name.removeprefix("of_")] == bindparam(name) for name in KEY))
    .values(next_on=bindparam("day"))
)


class Noting(Reading):
    """A transaction that writes nothing but what follows from the records."""

    def lock_chain(self) -> None:
        """Let nobody else end an act until the transaction ends, so that what is derived is of one moment."""
        asked = select(ChainHeadRow).with_for_update().execution_options(populate_existing=True)
        self._session.execute(asked).scalar_one()

    def keep_obligations(self, references: Sequence[str], obligations: Iterable[KeptObligation]) -> None:
        """Keep these as all that the records with these references owe."""
        for start in range(0, len(references), ASKED_AT_ONCE):
            some = references[start : start + ASKED_AT_ONCE]
            self._session.execute(delete(ObligationRow).where(col(ObligationRow.reference).in_(some)))
        values = [obligation_values(one) for one in obligations]
        if values:
            self._session.execute(insert(ObligationRow), values)

    def forget_obligations(self, kinds: Collection[str]) -> None:
        """Keep those of records of these kinds alone."""
        self._session.execute(delete(ObligationRow).where(col(ObligationRow.kind).not_in(kinds)))

    def remind_next(self, steps: Iterable[tuple[KeptObligation, date]]) -> None:
        """Set the day of the next reminder step of each of these obligations, unless it is owed by another day by now."""
        moved = [dict(zip(KEY, one.key, strict=True)) | {"day": day} for one, day in steps]
        if moved:
            self._session.connection().execute(_MOVE, moved)

    def keep_basis(self, name: str, sha256: str) -> None:
        """Say from what everything that is kept under a name was derived."""
        self._session.execute(delete(ProjectionRow).where(col(ProjectionRow.name) == name))
        self._session.execute(insert(ProjectionRow), [{"name": name, "sha256": sha256}])
