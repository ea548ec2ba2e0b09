"""Lives: the moments and pauses of incidents, and which of them cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from sdflow.adapters.measured_files.cells import Cells
from sdflow.adapters.measured_files.chunk import Refusals
from sdflow.adapters.measured_files.moments import MomentReader
from sdflow.domain.measured import UNKNOWN, Moment, Pauses, Rows, Seconds
from sdflow.domain.measured_file import first_moments
from sdflow.domain.measured_form import MeasuredForm
from sdflow.domain.wall_time import instant_text

WITHOUT_END = 253_402_300_799
"""The end of a pause that lasts still: the last second of the year 9999."""

DESK = (Moment.reported, Moment.responded)
WORK = (Moment.diagnosed, Moment.repaired, Moment.recovered)
"""What may be over before anybody opens the incident at the desk."""

ENDS = (Moment.closed, Moment.resolved, Moment.restored)
_CHECK = "correct one of the two in the desk; what is right is not for the reader to guess"


class Lives:
    """Reads when what happened in the rows of a chunk."""

    def __init__(self, form: MeasuredForm, cells: Cells, moments: MomentReader, refusals: Refusals) -> None:
        self._form, self._cells, self._reader, self._refusals = form, cells, moments, refusals

    def moments(self) -> dict[Moment, Seconds]:
        """The moments by their names; rows in which none is known or which come in another order are refused."""
        found = {Moment(name): self.at(name) for name in self._form.moments}
        none = np.logical_and.reduce([at == UNKNOWN for at in found.values()])
        first = next(iter(self._form.moments.values())).name
        self._refusals.refuse(
            none & self._refusals.kept, first, "nothing says when this happened", "fill at least one of its times"
        )
        self._refuse_disorder(found)
        return found

    def at(self, name: str) -> Seconds:
        """The instants of one moment."""
        column = self._form.moments[name]
        return self._reader.read(self._cells.said(column), column.name, self._refusals)

    def _refuse_disorder(self, found: Mapping[Moment, Seconds]) -> None:
        in_order = [moment for moment in Moment if moment in found]
        for number, later in enumerate(in_order):
            for earlier in (one for one in reversed(in_order[:number]) if not (one in DESK and later in WORK)):
                known = (found[later] != UNKNOWN) & (found[earlier] != UNKNOWN) & self._refusals.kept
                self._refuse_before(known & (found[later] < found[earlier]), later, earlier, found[earlier])

    def _refuse_before(
        self, which: np.ndarray[tuple[int], np.dtype[np.bool_]], later: Moment, earlier: Moment, at: Seconds
    ) -> None:
        if which.any():
            self._refusals.refuse(
                which,
                self._form.moments[later].name,
                lambda row: (
                    f"{later.value} lies before {earlier.value}, which is {instant_text(int(at[row]), self._form.zone)}"
                ),
                _CHECK,
            )

    def pauses(self, moments: Mapping[Moment, Seconds]) -> Pauses:
        """The pauses of the rows; rows with one that ends before it begins or lasts for too long are refused."""
        parts = [*self._between(moments), *self._of_minutes(moments)]
        if not parts:
            return Pauses.none()
        rows, since, until = (np.concatenate([part[side] for part in parts]) for side in range(3))
        order = np.lexsort((since, rows))
        return _merged(rows[order], since[order], until[order])

    def _between(self, moments: Mapping[Moment, Seconds]) -> Iterator[tuple[Rows, Seconds, Seconds]]:
        for pause in self._form.pauses:
            since, until = (
                self._reader.read(self._cells.said(column), column.name, self._refusals)
                for column in (pause.since, pause.until)
            )
            lasting = (since != UNKNOWN) & (until == UNKNOWN)
            until = np.where(lasting, np.maximum(_last(moments, len(since)), since), until)
            without = (since == UNKNOWN) & (until != UNKNOWN) & self._refusals.kept
            reason = "a pause ends here of which nothing says when it began"
            self._refusals.refuse(without, pause.until.name, reason, "fill when it began, or empty this cell")
            negative = (since != UNKNOWN) & (until < since) & self._refusals.kept
            self._refusals.refuse(negative, pause.until.name, "the pause ends before it begins", _CHECK)
            rows = np.flatnonzero((since != UNKNOWN) & (until > since))
            yield rows, since[rows], until[rows]

    def _of_minutes(self, moments: Mapping[Moment, Seconds]) -> Iterator[tuple[Rows, Seconds, Seconds]]:
        column = self._form.paused_minutes
        if column is None:
            return
        minutes = self._cells.number(column)
        said = ~np.isnan(minutes)
        negative = said & (minutes < 0)
        self._refusals.refuse(negative, column.name, "a pause cannot last for less than no time", "correct it")
        length = np.where(said & ~negative, minutes, 0) * 60
        first = first_moments(moments, len(minutes))
        last = np.minimum(_last(moments, len(minutes)), self._reader.latest)
        too_long = (first != UNKNOWN) & (length > np.where(first == UNKNOWN, 0, np.maximum(last - first, 0)))
        reason = "was paused for longer than it lasted"
        self._refusals.refuse(too_long & self._refusals.kept, column.name, reason, "correct it")
        rows = np.flatnonzero((length > 0) & ~too_long & (first != UNKNOWN))
        yield rows, np.full(len(rows), UNKNOWN, dtype=np.int64), np.round(length[rows]).astype(np.int64)


def _last(moments: Mapping[Moment, Seconds], count: int) -> Seconds:
    found = np.full(count, UNKNOWN, dtype=np.int64)
    for moment in ENDS:
        if moment in moments:
            found = np.maximum(found, moments[moment])
    return np.where(found == UNKNOWN, WITHOUT_END, found)


def _merged(rows: Rows, since: Seconds, until: Seconds) -> Pauses:
    """Pauses in the order of rows and beginnings, those of one row that overlap or touch made one."""
    kept: list[list[int]] = []
    for row, begins, ends in zip(rows.tolist(), since.tolist(), until.tolist(), strict=True):
        if kept and kept[-1][0] == row and begins <= kept[-1][2]:
            kept[-1][2] = max(kept[-1][2], ends)
        else:
            kept.append([row, begins, ends])
    table = np.array(kept, dtype=np.int64).reshape(-1, 3)
    return Pauses(table[:, 0], table[:, 1], table[:, 2])
