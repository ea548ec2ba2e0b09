"""Measured mapping: how a file of a service desk or a monitor is read, declared in a file with words from a closed list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from sdflow.adapters.definitions.moment_forms import ISO, moment_form
from sdflow.adapters.definitions.table_cells import DecimalMark
from sdflow.adapters.definitions.table_mapping import Marks
from sdflow.adapters.definitions.table_text import Delimiter, Encoding
from sdflow.adapters.definitions.text_yaml import Located, Place, read_single
from sdflow.adapters.definitions.validation import fault_at, validated
from sdflow.adapters.definitions.wording import found, unknown
from sdflow.domain.errors import Fault, Unreadable
from sdflow.domain.kind import Line, Reference, Strict
from sdflow.domain.measured import Moment
from sdflow.domain.measured_form import (
    Coverage,
    MeasuredColumn,
    MeasuredForm,
    PageLabels,
    PauseColumns,
    Reads,
    RepeatedHour,
    TableLook,
)
from sdflow.domain.time_zone import time_zones

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
SUBJECTS = ("service", "component", "customer", "supplier")
CONSTANTS = (*SUBJECTS, "priority", "cause", "title", "measure")
FIELDS = {
    Reads.incidents: ("number", *SUBJECTS, "priority", "cause", "title", "security", "users"),
    Reads.outages: ("number", "service", "component", "cause", "users"),
    Reads.measurements: ("service", "component", "customer", "measure", "value"),
    Reads.checks: ("service", "component", "status"),
}
NEEDED = {
    Reads.incidents: ("number",),
    Reads.outages: (),
    Reads.measurements: ("measure", "value"),
    Reads.checks: ("status",),
}
MOMENTS = {
    Reads.incidents: tuple(moment.value for moment in Moment),
    Reads.outages: ("since", "until"),
    Reads.measurements: ("at",),
    Reads.checks: ("at",),
}
NEEDED_MOMENTS = {
    Reads.incidents: (),
    Reads.outages: ("since",),
    Reads.measurements: ("at",),
    Reads.checks: ("at",),
}


def _listed(value: object) -> object:
    return value if isinstance(value, list) or value is None else [value]


def _in_column(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


def _zone(name: str) -> str:
    if name not in time_zones():
        raise ValueError(f"must be a zone such as Europe/London or Etc/UTC, {found(name)}")
    return name


def _form(text: str) -> str:
    moment_form(text)
    return text


ColumnName = Annotated[Line, AfterValidator(lambda name: " ".join(name.split()))]
Forms = Annotated[
    tuple[Annotated[Line, AfterValidator(_form)], ...], BeforeValidator(_listed), Field(min_length=1, max_length=10)
]
Labels = Annotated[tuple[Line, ...], BeforeValidator(_listed), Field(min_length=1, max_length=50)]
Lines = Annotated[tuple[Line, ...], BeforeValidator(_listed), Field(max_length=50)]


class _ColumnInFile(Strict):
    column: ColumnName
    missing: Marks = ()
    translations: Annotated[dict[str, Line], Field(max_length=5_000)] = Field(default_factory=dict)
    named_by: Literal["reference", "title"] = "reference"

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.translations and self.named_by == "title":
            raise ValueError("give either translations or 'named_by: title'")
        meanings: dict[str, str] = {}
        for word, meaning in self.translations.items():
            if meanings.setdefault(word.lower(), meaning) != meaning:
                raise ValueError(f"translates '{word}' in two ways; capital letters make no difference")
        return self


class _PauseInFile(Strict):
    since: ColumnName | None = None
    until: ColumnName | None = None
    minutes: ColumnName | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.minutes is None) == (self.since is None) or (self.since is None) != (self.until is None):
            raise ValueError("give either since and until, or minutes")
        return self


class _ChecksInFile(Strict):
    up: Labels
    down: Labels


class _PagesInFile(Strict):
    files: Line = "*"
    under: Line | None = None
    moments: Annotated[dict[Line, Labels], Field(min_length=1)]
    texts: dict[Line, Labels] = Field(default_factory=dict)


class _CoversInFile(Strict):
    first: date | None = Field(default=None, alias="from")
    until: date | None = None
    of: Annotated[tuple[Reference, ...], BeforeValidator(_listed), Field(max_length=10_000)] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if (self.first is None) != (self.until is None):
            raise ValueError("give both from and until, or neither")
        if self.first and self.until and self.until < self.first:
            raise ValueError(f"ends on {self.until}, before it begins on {self.first}")
        return self


class _LookInFile(Strict):
    delimiter: Delimiter = "comma"
    encoding: Encoding = "utf-8"
    header_line: Annotated[int, Field(ge=1, le=1000)] = 1
    sheet: Line | None = None


_Columns = dict[Line, Annotated[_ColumnInFile, BeforeValidator(_in_column)]]


class _MappingInFile(Strict):
    reads: Reads
    source: Annotated[Line, Field(max_length=100)]
    zone: Annotated[Line, AfterValidator(_zone)]
    times: Forms
    repeated_hour: RepeatedHour = RepeatedHour.refuse
    missing: Marks = ()
    decimal: DecimalMark = "point"
    file: _LookInFile = _LookInFile()
    columns: Annotated[_Columns, Field(max_length=50)] = Field(default_factory=dict)
    moments: Annotated[_Columns, Field(max_length=50)] = Field(default_factory=dict)
    constants: Annotated[dict[Line, Line], Field(max_length=50)] = Field(default_factory=dict)
    pauses: Annotated[tuple[_PauseInFile, ...], BeforeValidator(_listed), Field(max_length=20)] = ()
    checks: _ChecksInFile | None = None
    pages: _PagesInFile | None = None
    covers: _CoversInFile = _CoversInFile()
    conventions: Lines = ()


def read_measured_mapping(path: Path) -> MeasuredForm:
    """The form that a mapping file declares; `Unreadable` with every fault of the file otherwise."""
    located, _ = read_single(path)
    declared = validated(located, _MappingInFile, located.value)
    faults = list(_faults(located, declared))
    if faults:
        raise Unreadable(*faults)
    return _Forming(located, declared).form()


def _faults(located: Located, declared: _MappingInFile) -> Iterator[Fault]:
    reads = declared.reads
    for place, known in _words(declared):
        if str(place[-1]) not in known:
            yield fault_at(located, place, unknown(f"word of {reads.value}", str(place[-1]), known))
    yield from (fault_at(located, place, message) for place, message in _misfits(declared))
    given = {*declared.columns, *declared.constants}
    for name in declared.columns.keys() & declared.constants.keys():
        yield fault_at(located, ("constants", name), "is given as a column already")
    if declared.pages is None:
        for name in NEEDED[reads]:
            if name not in given:
                yield fault_at(located, ("columns",), f"'{name}' is missing; {reads.value} need it")
        if not declared.moments:
            yield fault_at(located, ("moments",), f"is missing; {reads.value} need {_choice(MOMENTS[reads])}")
        for name in NEEDED_MOMENTS[reads]:
            if declared.moments and name not in declared.moments:
                yield fault_at(located, ("moments",), f"'{name}' is missing; {reads.value} need it")
    yield from _subject_faults(located, declared, given)


def _words(declared: _MappingInFile) -> Iterator[tuple[Place, tuple[str, ...]]]:
    """The place of every word in the mapping that must be one of a list, and the list."""
    fields, moments = FIELDS[declared.reads], MOMENTS[declared.reads]
    yield from ((("columns", name), fields) for name in declared.columns)
    yield from ((("constants", name), tuple(one for one in fields if one in CONSTANTS)) for name in declared.constants)
    yield from ((("moments", name), moments) for name in declared.moments)
    if declared.pages:
        yield from ((("pages", "moments", name), moments) for name in declared.pages.moments)
        yield from ((("pages", "texts", name), ("title", "cause", "priority")) for name in declared.pages.texts)


def _misfits(declared: _MappingInFile) -> Iterator[tuple[Place, str]]:
    reads = declared.reads
    if (declared.checks is None) == (reads is Reads.checks):
        yield ("checks",), "says which words mean up and down, where checks are read and only there"
    if declared.pauses and reads is not Reads.incidents:
        yield ("pauses",), "belongs to incidents"
    if sum(1 for pause in declared.pauses if pause.minutes) and len(declared.pauses) > 1:
        yield ("pauses",), "paused minutes can stand only alone"
    if declared.pages and (reads is not Reads.incidents or declared.columns or declared.moments or declared.pauses):
        yield ("pages",), "stands for columns, moments and pauses, and holds incidents"
    if declared.checks and {one.casefold() for one in declared.checks.up} & _folded(declared.checks.down):
        yield ("checks",), "a word means both up and down"


def _subject_faults(located: Located, declared: _MappingInFile, given: set[str]) -> Iterator[Fault]:
    if declared.reads in (Reads.outages, Reads.checks) and not given & {"service", "component"}:
        yield fault_at(located, ("columns",), "names neither service nor component, and no constant does")
    for name, column in declared.columns.items():
        if column.named_by == "title" and name not in SUBJECTS:
            yield fault_at(located, ("columns", name, "named_by"), f"belongs to {_choice(SUBJECTS)}")


def _choice(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word.casefold() for word in words)


class _Forming:
    """Makes a form of what a mapping file declares."""

    def __init__(self, located: Located, declared: _MappingInFile) -> None:
        self._located, self._declared = located, declared

    def form(self) -> MeasuredForm:
        """The form."""
        declared, look = self._declared, self._declared.file
        checks, covers = declared.checks, declared.covers
        return MeasuredForm(
            mapping=self._located.source,
            reads=declared.reads,
            source=declared.source,
            zone=declared.zone,
            forms=tuple(map(moment_form, declared.times)),
            repeated_hour=declared.repeated_hour,
            look=TableLook(DELIMITERS[look.delimiter], look.encoding, look.header_line, look.sheet),
            columns=self._columns("columns", declared.columns),
            moments=self._columns("moments", declared.moments),
            constants=declared.constants,
            pauses=tuple(self._pauses()),
            paused_minutes=self._paused_minutes(),
            decimal="," if declared.decimal == "comma" else ".",
            up=_folded(checks.up) if checks else frozenset(),
            down=_folded(checks.down) if checks else frozenset(),
            pages=self._pages(),
            covers=Coverage(covers.first, covers.until, covers.of),
            typed=ISO,
            conventions=declared.conventions,
            lines={"covers.of": self._located.line(("covers", "of"))}
            | {f"constants.{name}": self._located.line(("constants", name)) for name in declared.constants},
        )

    def _columns(self, word: str, declared: Mapping[str, _ColumnInFile]) -> dict[str, MeasuredColumn]:
        return {name: self._column((word, name), **column.model_dump()) for name, column in declared.items()}

    def _column(self, place: Place, column: str, **said: Any) -> MeasuredColumn:
        return MeasuredColumn(
            name=column,
            missing=frozenset(word.lower() for word in (*said.get("missing", ()), *self._declared.missing)),
            translations=said.get("translations", {}),
            by_title=said.get("named_by") == "title",
            line=self._located.line(place),
        )

    def _pauses(self) -> Iterator[PauseColumns]:
        for number, pause in enumerate(self._declared.pauses):
            if pause.since and pause.until:
                place: Place = ("pauses", number)
                yield PauseColumns(self._column(place, pause.since), self._column(place, pause.until))

    def _paused_minutes(self) -> MeasuredColumn | None:
        named = [pause.minutes for pause in self._declared.pauses if pause.minutes]
        return self._column(("pauses",), named[0]) if named else None

    def _pages(self) -> PageLabels | None:
        pages = self._declared.pages
        return PageLabels(pages.files, pages.under, pages.moments, pages.texts) if pages else None
