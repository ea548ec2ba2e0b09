"""Measured form: how a file of a service desk or a monitor is to be understood, as its mapping declares it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from sdflow.domain.measured import MeasuredKind


class Reads(StrEnum):
    """What the rows of a file are; checks are folded into outages."""

    incidents = "incidents"
    outages = "outages"
    measurements = "measurements"
    checks = "checks"

    @property
    def kind(self) -> MeasuredKind:
        """What is kept of them."""
        return MeasuredKind.outages if self is Reads.checks else MeasuredKind(self.value)


class RepeatedHour(StrEnum):
    """Which instant is meant by a time in an hour that the clocks show twice."""

    earlier = "earlier"
    later = "later"
    refuse = "refuse"


@dataclass(frozen=True)
class MomentForm:
    """A way in which instants are written, such as d/m/yyyy HH:MM.

    `pattern` has the groups year, month or name, day, hour, minute, second, half and offset, as far as the form has them;
    `epoch` says instead how many of the units that are counted from 1970-01-01 UTC make a second.
    """

    text: str
    pattern: str = ""
    epoch: int = 0


@dataclass(frozen=True)
class MeasuredColumn:
    """A column of the file: its name, what in it means nothing, and its words with ours.

    With `by_title` its words are titles of records, and stand for their references. `line` is where the mapping names it.
    """

    name: str
    missing: frozenset[str] = frozenset()
    translations: Mapping[str, str] = field(default_factory=dict)
    by_title: bool = False
    line: int | None = None


@dataclass(frozen=True)
class PauseColumns:
    """Between which two columns the clock of an incident stood."""

    since: MeasuredColumn
    until: MeasuredColumn


@dataclass(frozen=True)
class PageLabels:
    """What is read of pages that people wrote: lines that begin with a label.

    `under` is the label below which alone the moments stand; `moments` and `texts` are labels by what follows them.
    """

    files: str
    under: str | None
    moments: Mapping[str, tuple[str, ...]]
    texts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Coverage:
    """From which day until which, both counted, a file tells everything, and of which subjects; none where nobody says."""

    first: date | None = None
    last: date | None = None
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableLook:
    """How a table is written: what stands between cells, its encoding, on which line its header is, and in which sheet."""

    delimiter: str = ","
    encoding: str = "utf-8"
    header_line: int = 1
    sheet: str | None = None


@dataclass(frozen=True)
class MeasuredForm:
    """How a file is to be understood; `columns` and `moments` are by what they fill, `constants` are the same in all rows.

    `decimal` stands before the decimals of numbers, and `typed` is the form of cells that are instants by themselves. `up` and
    `down` are the words of checks. `source` is the name under which the rows are kept, `mapping` that of the file that says all
    this, and `lines` say where in it the references are.
    """

    mapping: str
    reads: Reads
    source: str
    zone: str
    forms: tuple[MomentForm, ...]
    repeated_hour: RepeatedHour
    look: TableLook
    columns: Mapping[str, MeasuredColumn]
    moments: Mapping[str, MeasuredColumn]
    constants: Mapping[str, str]
    pauses: tuple[PauseColumns, ...] = ()
    paused_minutes: MeasuredColumn | None = None
    decimal: str = "."
    up: frozenset[str] = frozenset()
    down: frozenset[str] = frozenset()
    pages: PageLabels | None = None
    covers: Coverage = Coverage()
    typed: MomentForm = MomentForm("iso")
    conventions: tuple[str, ...] = ()
    lines: Mapping[str, int | None] = field(default_factory=dict)

    def named_columns(self) -> list[MeasuredColumn]:
        """Every column that the mapping names."""
        named = [*self.columns.values(), *self.moments.values()]
        named += [column for pause in self.pauses for column in (pause.since, pause.until)]
        return [*named, self.paused_minutes] if self.paused_minutes else named


_REPEATED = {
    RepeatedHour.earlier: "A time that the clocks show twice is the earlier of the two.",
    RepeatedHour.later: "A time that the clocks show twice is the later of the two.",
    RepeatedHour.refuse: "A row with a time that the clocks show twice is refused, unless its offset is given.",
}


MARKS_SECURITY = "A column says which incidents hurt confidentiality, integrity or authenticity."
"""The convention of a file of incidents without which nobody knows that an incident hurt none of them."""


def conventions_of(form: MeasuredForm) -> tuple[str, ...]:
    """By which conventions a file is read: those that follow from its form, then those that its mapping states."""
    found = [f"Times without an offset are those of {form.zone}.", _REPEATED[form.repeated_hour]]
    if form.paused_minutes is not None:
        found.append("Paused minutes are agreed time in which the clock stood, whenever that was.")
    if form.reads is Reads.incidents and "security" in {*form.columns, *form.constants}:
        found.append(MARKS_SECURITY)
    if form.reads is Reads.checks:
        found.append("An outage lasts from the first check that failed until the next one that did not.")
    return (*found, *form.conventions)


@dataclass(frozen=True)
class KnownSubjects:
    """What rows may be about, by the field that names it: the references of records, and those of titles in small letters."""

    references: Mapping[str, frozenset[str]]
    titles: Mapping[str, Mapping[str, str]]

    def words(self, name: str, *, by_title: bool) -> Mapping[str, str]:
        """The words that may stand in a field, each with the reference that it means."""
        return self.titles[name] if by_title else {reference: reference for reference in self.references[name]}


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot be: where it stands, what was found there, why it is refused, and what to do about it."""

    file: str
    line: int
    column: str
    value: str
    reason: str
    advice: str
