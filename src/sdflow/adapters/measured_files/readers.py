"""Readers: chunks of rows as incidents, outages, measurements and checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sdflow.adapters.measured_files.cells import Cells
from sdflow.adapters.measured_files.chunk import Chunk, Mask, Refusals
from sdflow.adapters.measured_files.lives import Lives
from sdflow.adapters.measured_files.moments import MomentReader
from sdflow.domain.checks import outage_numbers
from sdflow.domain.measured import UNKNOWN, Incidents, Measurements, Outages, Seconds, Words
from sdflow.domain.measured_file import Measured, MeasuredPart
from sdflow.domain.measured_form import KnownSubjects, MeasuredForm, Reads
from sdflow.domain.target import MOST_QUANTITY
from sdflow.domain.wall_time import instant_text

_BEYOND = f"lies beyond {MOST_QUANTITY:,}, up to which targets are stated"


@dataclass(frozen=True)
class ReadChecks:
    """What a monitor saw: of which service or component, when, and whether it was down."""

    service: Words
    component: Words
    at: Seconds
    down: Mask


class Reader:
    """Reads the chunks of one file, and keeps which numbers it has met."""

    def __init__(self, form: MeasuredForm, known: KnownSubjects, latest: int) -> None:
        self._form, self._known = form, known
        self._moments = MomentReader(form.forms, form.zone, form.repeated_hour, latest)
        self._met: set[Hashable] = set()

    def part(self, chunk: Chunk) -> MeasuredPart:
        """What a chunk holds, where it holds no checks."""
        refusals = Refusals(chunk)
        cells = Cells(self._form, self._known, chunk, refusals)
        reads: Mapping[Reads, Callable[[Cells, Refusals], Measured]] = {
            Reads.incidents: self._incidents,
            Reads.outages: self._outages,
            Reads.measurements: self._measurements,
        }
        rows = reads[self._form.reads](cells, refusals)
        return part_of(rows, chunk, refusals)

    def checks(self, chunk: Chunk) -> tuple[ReadChecks, Refusals]:
        """The checks of a chunk; those that are refused are among them."""
        refusals = Refusals(chunk)
        cells = Cells(self._form, self._known, chunk, refusals)
        service, component = self._subjects(cells, refusals)
        at = self._lives(cells, refusals).at("at")
        self._require(at, "at", refusals)
        status = [word.casefold() for word in cells.words("status")]
        down = np.array([word in self._form.down for word in status], dtype=np.bool_)
        unknown = ~down & ~np.array([word in self._form.up for word in status], dtype=np.bool_)
        words = ", ".join(sorted(self._form.up | self._form.down))
        column = self._form.columns["status"].name
        reason = f"the mapping does not say whether this word means up or down; it says so of {words}"
        refusals.refuse(unknown, column, reason, "add it under 'checks' in the mapping")
        return ReadChecks(service, component, at, down), refusals

    def _lives(self, cells: Cells, refusals: Refusals) -> Lives:
        return Lives(self._form, cells, self._moments, refusals)

    def _incidents(self, cells: Cells, refusals: Refusals) -> Incidents:
        number = cells.words("number")
        cells.required("number", number)
        words = {name: cells.words(name) for name in ("priority", "cause", "title")}
        subjects = {name: cells.subject(name) for name in ("service", "component", "customer", "supplier")}
        security, users = cells.truths("security"), cells.counts("users")
        lives = self._lives(cells, refusals)
        moments = lives.moments()
        pauses = lives.pauses(moments)
        self._refuse_met(number.tolist(), self._form.columns["number"].name, refusals)
        return Incidents(
            number=number, **words, **subjects, security=security, users=users, moments=moments, pauses=pauses
        )

    def _outages(self, cells: Cells, refusals: Refusals) -> Outages:
        service, component = self._subjects(cells, refusals)
        cause, users = cells.words("cause"), cells.counts("users")
        lives = self._lives(cells, refusals)
        since = lives.at("since")
        until = lives.at("until") if "until" in self._form.moments else np.full(len(since), UNKNOWN, dtype=np.int64)
        self._require(since, "since", refusals)
        if "until" in self._form.moments:
            refusals.refuse(
                (until != UNKNOWN) & (until < since) & refusals.kept,
                self._form.moments["until"].name,
                lambda row: f"ends before it begins, which is {instant_text(int(since[row]), self._form.zone)}",
                "correct one of the two; what is right is not for the reader to guess",
            )
        column = self._form.columns.get("number")
        number = cells.words("number") if column else outage_numbers(service, component, since)
        cells.required("number", number)
        self._refuse_met(number.tolist(), column.name if column else self._form.moments["since"].name, refusals)
        return Outages(number, service, component, cause, users, since, until)

    def _measurements(self, cells: Cells, refusals: Refusals) -> Measurements:
        service, component, customer = (cells.subject(name) for name in ("service", "component", "customer"))
        measure = cells.words("measure")
        cells.required("measure", measure)
        value = cells.numbers("value")
        at = self._lives(cells, refusals).at("at")
        self._require(at, "at", refusals)
        if column := self._form.columns.get("value"):
            empty = np.isnan(value) & refusals.kept
            refusals.refuse(empty, column.name, "nothing was measured", "leave the row out")
            beyond = (np.abs(value) > MOST_QUANTITY) & refusals.kept
            refusals.refuse(beyond, column.name, _BEYOND, "give it in a larger unit, as the agreement does")
        keys = zip(measure.tolist(), service.tolist(), component.tolist(), customer.tolist(), at.tolist(), strict=True)
        self._refuse_met(list(keys), self._form.moments["at"].name, refusals)
        return Measurements(service, component, customer, measure, at, value)

    def _subjects(self, cells: Cells, refusals: Refusals) -> tuple[Words, Words]:
        """The service or the component of each row; where both are named, it is of the component."""
        service, component = cells.subject("service"), cells.subject("component")
        nobody = np.array((service == "") & (component == ""), dtype=np.bool_) & refusals.kept
        column = self._form.columns.get("service") or self._form.columns.get("component")
        reason = "names neither a service nor a component"
        refusals.refuse(nobody, column.name if column else "", reason, "fill the cell, or leave the row out")
        return np.where(component == "", service, "").astype(np.object_), component

    def _require(self, at: Seconds, moment: str, refusals: Refusals) -> None:
        missing = (at == UNKNOWN) & refusals.kept
        refusals.refuse(missing, self._form.moments[moment].name, "the time is missing", "fill the cell")

    def _refuse_met(self, keys: Sequence[Hashable], column: str, refusals: Refusals) -> None:
        """Refuse the rows whose number another row of the file has that was not refused."""
        new = set(keys)
        if len(new) == len(keys) and not refusals.refused.any() and self._met.isdisjoint(new):
            self._met |= new
            return
        again = np.zeros(len(keys), dtype=np.bool_)
        for row in np.flatnonzero(refusals.kept).tolist():
            again[row] = keys[row] in self._met
            self._met.add(keys[row])
        reason = "another row of the file has the same number, or is of the same subject and time"
        refusals.refuse(again, column, reason, "remove one of them; the first was taken in")


def part_of(
    rows: Measured, chunk: Chunk, refusals: Refusals, subjects: tuple[Words, Words] | None = None
) -> MeasuredPart:
    """The rows of a chunk that are not refused, and why the others are; `subjects` say of whom they are where rows do not."""
    lost = {(row.file, row.line) for row in chunk.misshapen}
    refused = refusals.refused
    any_refused = bool(refused.any())
    service, component = subjects or (rows.service, rows.component)
    named = [of or by for of, by in zip(service[refused], component[refused], strict=True)]
    return MeasuredPart(
        rows=rows.chosen(refusals.kept) if len(rows) and any_refused else rows,
        reasons=refusals.in_order,
        read=len(chunk) + len(lost),
        refused=int(refused.sum()) + len(lost),
        share=chunk.share,
        refused_of=Counter([*named, *[""] * len(lost)]),
        refused_numbers=_numbers(rows, refusals) if any_refused else (),
    )


def _numbers(rows: Measured, refusals: Refusals) -> tuple[str, ...]:
    """The numbers of the rows that are refused, without those that another row of the chunk has too."""
    if not isinstance(rows, Incidents | Outages) or not len(rows):
        return ()
    kept = set(rows.number[refusals.kept].tolist())
    return tuple(number for number in rows.number[refusals.refused].tolist() if number and number not in kept)
