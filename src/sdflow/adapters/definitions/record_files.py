"""Record files: records as people write them, read with every fault of every file at once."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sdflow.adapters.definitions.text_yaml import Located, Place, nearest_line, read_file
from sdflow.adapters.definitions.validation import fault_at, validated
from sdflow.adapters.definitions.wording import found, unknown
from sdflow.domain.errors import Fault, Unreadable
from sdflow.domain.kind import REFERENCE_PATTERN, Content

HEAD = ("kind", "reference")
LONGEST_REFERENCE = 60


@dataclass(frozen=True)
class RecordFile:
    """A record as it stands in a file; `lines` gives the line and column of every value by its path."""

    source: str
    line: int
    kind: str
    reference: str
    content: Content
    lines: Mapping[Place, tuple[int, int]] = field(repr=False)

    def line_of(self, field_path: str) -> int:
        """The line of a field such as `targets.restore.P1`, or of the nearest part around it."""
        return nearest_line(self.lines, place_in(self.lines, field_path)) or self.line

    def fault(self, field_path: str, message: str) -> Fault:
        """A fault of a field, or of the whole record where the path is empty."""
        return Fault(self.source, self.line_of(field_path) if field_path else self.line, field_path, message)


def place_in(lines: Mapping[Place, tuple[int, int]], field_path: str) -> Place:
    """The place that a path such as `signatories.1.person` names; digits are a position unless they are a key."""
    path: Place = ()
    for part in filter(None, field_path.split(".")):
        numbered = part.isdecimal() and (*path, part) not in lines
        path = (*path, int(part) if numbered else part)
    return path


def read_records(paths: Sequence[Path], kinds: Mapping[str, type[Content]]) -> list[RecordFile]:
    """The records of files, and of all `*.yaml` and `*.yml` files below folders, in the order of their names.

    `Unreadable` carries every fault of every file: what is no YAML, unknown kinds and fields, missing and wrong
    values, references given twice.
    """
    reading = _Reading(kinds)
    for path in paths:
        reading.take(path)
    if reading.faults:
        raise Unreadable(*reading.faults)
    return reading.records


class _Reading:
    """What was read so far, and what was wrong with it."""

    def __init__(self, kinds: Mapping[str, type[Content]]) -> None:
        self.records: list[RecordFile] = []
        self.faults: list[Fault] = []
        self._kinds = kinds
        self._files: set[str] = set()
        self._places: dict[str, str] = {}

    def take(self, path: Path) -> None:
        """Read a file, or the files below a folder; a file that was read already is passed over."""
        files = list(_files(path))
        if not files:
            self.faults.append(Fault(str(path), None, "", "no *.yaml file is in this folder"))
        for file in files:
            real = os.path.realpath(file)
            if real not in self._files:
                self._files.add(real)
                self._take_file(file)

    def _take_file(self, path: Path) -> None:
        try:
            documents = [one for one in read_file(path) if one.value is not None]
        except Unreadable as unreadable:
            self.faults += unreadable.faults
            return
        if not documents:
            self.faults.append(Fault(str(path), 1, "", "holds no record; a record begins with its kind and reference"))
        for located in documents:
            self._take_document(located)

    def _take_document(self, located: Located) -> None:
        value = located.value
        if not isinstance(value, dict):
            message = f"a record begins with its kind and reference, {found(value)}"
            self.faults.append(fault_at(located, (), message))
            return
        faults = [*self._kind_faults(located, value), *self._reference_faults(located, value)]
        self.faults += faults
        model = self._kinds.get(value["kind"]) if isinstance(value.get("kind"), str) else None
        if model is None:
            return
        body = {name: item for name, item in value.items() if name not in HEAD}
        try:
            content = validated(located, model, body)
        except Unreadable as unreadable:
            self.faults += unreadable.faults
        else:
            if not faults:
                line = located.line(()) or 1
                self.records.append(
                    RecordFile(located.source, line, value["kind"], value["reference"], content, located.lines)
                )

    def _kind_faults(self, located: Located, value: Mapping[str, object]) -> Iterator[Fault]:
        kind = value.get("kind")
        if kind is None:
            known = ", ".join(sorted(self._kinds))
            yield fault_at(located, ("kind",), f"is missing (what sort of record it is, one of: {known})")
        elif not isinstance(kind, str) or kind not in self._kinds:
            yield fault_at(located, ("kind",), unknown("kind", str(kind), self._kinds))

    def _reference_faults(self, located: Located, value: Mapping[str, object]) -> Iterator[Fault]:
        reference = value.get("reference")
        if reference is None:
            yield fault_at(located, ("reference",), "is missing (under what the record is known, such as SLA-0001)")
        elif not isinstance(reference, str) or not _well_formed(reference):
            expected = (
                f"must be capital letters and digits in parts joined by '-', at most {LONGEST_REFERENCE} characters"
            )
            yield fault_at(located, ("reference",), f"{expected}, such as SLA-0001, {found(reference)}")
        elif reference in self._places:
            yield fault_at(located, ("reference",), f"{reference} is already given at {self._places[reference]}")
        else:
            self._places[reference] = f"{located.source}:{located.line(('reference',))}"


def _well_formed(reference: str) -> bool:
    return len(reference) <= LONGEST_REFERENCE and re.fullmatch(REFERENCE_PATTERN, reference) is not None


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
    else:
        yield from sorted(one for one in path.rglob("*") if one.suffix in (".yaml", ".yml") and not one.is_dir())
