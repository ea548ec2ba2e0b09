"""Table mapping: which column of a table fills which field, declared in a file with words from a closed list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from sdflow.adapters.definitions.table_cells import CellForm, DecimalMark, NumberForm, ThousandsMark, date_form
from sdflow.adapters.definitions.table_paths import EACH, FieldPath, Parts, field_path, missing_fields
from sdflow.adapters.definitions.table_text import TableForm
from sdflow.adapters.definitions.text_yaml import Located, Place, read_single
from sdflow.adapters.definitions.validation import fault_at, validated
from sdflow.adapters.definitions.wording import FIELD_PATH_PATTERN, NAME_PATTERN, unknown
from sdflow.domain.errors import Fault, Unreadable
from sdflow.domain.kind import Content, Line, Strict

_CELL_WORDS = ("missing", "translations", "separator", "unit", "date", "decimal", "thousands")


def _date_form(text: str) -> str:
    date_form(text)
    return text


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _in_column(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


ColumnName = Annotated[Line, AfterValidator(lambda name: " ".join(name.split()))]
PathText = Annotated[str, Field(pattern=FIELD_PATH_PATTERN, max_length=200)]
Marks = Annotated[tuple[Line, ...], BeforeValidator(_listed), Field(max_length=50)]
DateForms = Annotated[
    tuple[Annotated[str, AfterValidator(_date_form)], ...], BeforeValidator(_listed), Field(max_length=5)
]
Separator = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=10)]
Prefix = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$", max_length=40)]


class _CellsInFile(Strict):
    """How cells are written; what is not said here is said for the whole table."""

    missing: Marks = ()
    date: DateForms = ()
    decimal: DecimalMark | None = None
    thousands: ThousandsMark | None = None

    @model_validator(mode="after")
    def _different_marks(self) -> Self:
        if self.thousands is not None and self.thousands == (self.decimal or "point"):
            raise ValueError(f"decimal and thousands are both a {self.thousands}")
        return self

    def numbers(self) -> NumberForm | None:
        """How numbers are written, where it is said."""
        return NumberForm(self.decimal or "point", self.thousands) if self.decimal or self.thousands else None


class _WordsInFile(Strict):
    translations: Annotated[dict[str, Line], Field(max_length=5_000)] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _translated_once(self) -> Self:
        seen: dict[str, str] = {}
        for word in self.translations:
            if seen.setdefault(word.casefold(), word) != word:
                raise ValueError(f"'{word}' and '{seen[word.casefold()]}' are the same word")
        return self


class _KeyInFile(_WordsInFile):
    column: ColumnName
    missing: Marks = ()


class _FieldInFile(_WordsInFile, _CellsInFile):
    column: ColumnName | None = None
    value: Any = None
    if_given: ColumnName | None = None
    separator: Separator | None = None
    unit: Line | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.column is None) == (self.value is None):
            raise ValueError("give either a column or a value")
        if self.column is not None and self.if_given is not None:
            raise ValueError("if_given belongs to a value: it stands only where that column says something")
        said = [word for word in _CELL_WORDS if word in self.model_fields_set]
        if self.column is None and said:
            raise ValueError(f"{said[0]} belongs to a column, and a value is given")
        return self


class _ReferenceInFile(Strict):
    """From where references come: a column, with or without a prefix, or a running number behind a prefix."""

    column: ColumnName | None = None
    prefix: Prefix | None = None
    number: Literal["running"] | None = None
    first: Annotated[int, Field(ge=0, le=10**9)] = 1
    digits: Annotated[int, Field(ge=1, le=12)] = 4
    each: ColumnName | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.column is None) == (self.number is None):
            raise ValueError("give either a column or 'number: running'")
        if self.number and self.prefix is None:
            raise ValueError("a running number needs a prefix such as SUP")
        if self.column and self.model_fields_set & {"first", "digits", "each"}:
            raise ValueError("first, digits and each belong to a running number")
        return self


class _MappingInFile(_CellsInFile):
    kind: Annotated[str, Field(pattern=NAME_PATTERN)]
    reference: Annotated[_ReferenceInFile, BeforeValidator(_in_column)]
    file: TableForm = TableForm()
    columns: Annotated[
        dict[PathText, Annotated[_FieldInFile, BeforeValidator(_in_column)]], Field(min_length=1, max_length=500)
    ]
    keys: Annotated[dict[PathText, Annotated[_KeyInFile, BeforeValidator(_in_column)]], Field(max_length=50)] = Field(
        default_factory=dict
    )


@dataclass(frozen=True)
class Column:
    """A column of the table as the mapping file names it, and how its cells are written."""

    name: str
    form: CellForm
    place: Place


@dataclass(frozen=True)
class MappedField:
    """A field and what fills it: a column, or a value that stands in the mapping file.

    A value with `given` stands only where that column says something; `line` is where the file says all this.
    """

    path: FieldPath
    column: Column | None
    value: object
    given: Column | None
    line: int


@dataclass(frozen=True)
class ReferenceSource:
    """From where a record has its reference: a column, or a running number (`each`: one for each word there)."""

    prefix: str
    column: Column | None
    first: int
    digits: int
    each: Column | None


@dataclass(frozen=True)
class TableMapping:
    """A mapping file that fits its kind: every path leads to a field, and none that is needed is left out."""

    located: Located
    kind: str
    model: type[Content]
    reference: ReferenceSource
    form: TableForm
    fields: Sequence[MappedField]
    keys: Mapping[Parts, Column]

    @property
    def source(self) -> str:
        """The name of the file."""
        return self.located.source

    def lists_entries(self, prefix: Parts) -> bool:
        """Whether a list stands at that way, and no mapping."""
        depth = len(prefix)
        return any(one.path.parts[:depth] == prefix and depth in one.path.lists for one in self.fields)

    def columns(self) -> Iterator[Column]:
        """Every column that is named, as often as it is."""
        named = [self.reference.column, self.reference.each, *self.keys.values()]
        named += [column for field in self.fields for column in (field.column, field.given)]
        return (column for column in named if column is not None)


def read_mapping(path: Path, kinds: Mapping[str, type[Content]]) -> TableMapping:
    """The mapping that a file declares; `Unreadable` with every fault of the file otherwise."""
    located, _ = read_single(path)
    declared = validated(located, _MappingInFile, located.value)
    model = kinds.get(declared.kind)
    if model is None:
        raise Unreadable(fault_at(located, ("kind",), unknown("kind", declared.kind, kinds)))
    return _Fitting(located, declared, model).mapping()


class _Fitting:
    """Holds what a mapping file declares against the model of its kind."""

    def __init__(self, located: Located, declared: _MappingInFile, model: type[Content]) -> None:
        self._located, self._declared, self._model = located, declared, model
        self._faults: list[Fault] = []

    def mapping(self) -> TableMapping:
        """The mapping, `Unreadable` with everything that does not fit otherwise."""
        paths = {text: path for text in self._declared.columns if (path := self._path("columns", text))}
        fields = [self._field(text, path, self._declared.columns[text]) for text, path in paths.items()]
        keys = self._keys([field.path for field in fields])
        self._refuse_overlaps(list(paths.values()))
        if not self._faults:
            self._refuse_gaps(list(paths.values()))
        if self._faults:
            raise Unreadable(*self._faults)
        declared = self._declared
        return TableMapping(self._located, declared.kind, self._model, self._reference(), declared.file, fields, keys)

    def _refuse(self, place: Place, message: str) -> None:
        self._faults.append(fault_at(self._located, place, message))

    def _path(self, word: str, text: str) -> FieldPath | None:
        try:
            return field_path(self._model, text)
        except ValueError as nowhere:
            self._refuse((word, text), str(nowhere))
            return None

    def _field(self, text: str, path: FieldPath, declared: _FieldInFile) -> MappedField:
        place = ("columns", text)
        if declared.column is not None:
            self._refuse_misfit(place, path, declared)
        line = self._located.line((*place, "value")) or 1
        column = self._column(place, declared.column, self._form(path, declared))
        given = self._column((*place, "if_given"), declared.if_given, self._marks(()))
        return MappedField(path, column, declared.value, given, line)

    def _refuse_misfit(self, place: Place, path: FieldPath, declared: _FieldInFile) -> None:
        if path.holds_parts:
            self._refuse(place, f"'{path}' has parts of its own; name one of them, such as {path.example}")
        elif path.holds_list and declared.separator is None:
            self._refuse(place, f"'{path}' is a list; say what stands between its entries, such as separator: \";\"")
        elif declared.separator is not None and not path.holds_list:
            self._refuse((*place, "separator"), f"'{path}' is a single value and no list")

    def _form(self, path: FieldPath, declared: _FieldInFile) -> CellForm:
        whole = self._declared
        dates = declared.date or (whole.date if path.is_date else ())
        numbers = declared.numbers() or (whole.numbers() if path.is_number else None)
        return CellForm(
            missing=self._marks(declared.missing).missing,
            translations=declared.translations,
            separator=declared.separator,
            unit=declared.unit,
            dates=tuple(map(date_form, dates)),
            numbers=numbers,
        )

    def _marks(self, marks: Sequence[str]) -> CellForm:
        return CellForm(missing=frozenset(mark.casefold() for mark in (*marks, *self._declared.missing)))

    def _column(self, place: Place, name: str | None, form: CellForm) -> Column | None:
        return Column(name, form, place) if name is not None else None

    def _keys(self, paths: Sequence[FieldPath]) -> dict[Parts, Column]:
        wanted = {prefix: path for path in paths for prefix in path.keyed}
        keys = {}
        for text, declared in self._declared.keys.items():
            parts = tuple(text.split("."))
            if parts not in wanted:
                self._refuse(("keys", text), f"no path under 'columns' begins with '{text}.{EACH}'")
            form = CellForm(self._marks(declared.missing).missing, declared.translations)
            keys[parts] = Column(declared.column, form, ("keys", text))
        for prefix, path in wanted.items():
            if prefix not in keys:
                name = ".".join(prefix)
                message = f"'{EACH}' needs the column that names the entries: under 'keys', '{name}: COLUMN'"
                self._refuse(("columns", str(path)), message)
        return keys

    def _refuse_overlaps(self, paths: Sequence[FieldPath]) -> None:
        for path, other in permutations(paths, 2):
            place = ("columns", str(other))
            if len(path.parts) < len(other.parts) and path.overlaps(other):
                self._refuse(place, f"lies inside '{path}', which is given as a whole")
            elif any(path.numbers(prefix) for prefix in other.keyed):
                self._refuse(place, f"'{path}' numbers the entries of a list that are named by '{EACH}' here")

    def _refuse_gaps(self, paths: Sequence[FieldPath]) -> None:
        for name, description in missing_fields(self._model, paths):
            meaning = f" ({description})" if description else ""
            self._refuse(("columns",), f"'{name}' is missing{meaning}; give it a column or a value")

    def _reference(self) -> ReferenceSource:
        declared = self._declared.reference
        place = ("reference",)
        return ReferenceSource(
            prefix=declared.prefix or "",
            column=self._column((*place, "column"), declared.column, self._marks(())),
            first=declared.first,
            digits=declared.digits,
            each=self._column((*place, "each"), declared.each, self._marks(())),
        )
