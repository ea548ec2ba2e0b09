"""Errors: what may go wrong because of what a user did, each with a place, a reason and an advice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong with one place of a file or an option: where, what, and what was expected."""

    source: str
    line: int | None
    field: str
    message: str

    def __str__(self) -> str:
        place = f"{self.source}:{self.line}" if self.line else self.source
        return f"{place}: {self.field}: {self.message}" if self.field else f"{place}: {self.message}"


class SdflowError(Exception):
    """Something that a user can cause and mend; everything else is a bug and keeps its traceback."""

    exit_code: ClassVar[int] = 1


class Unreadable(SdflowError):
    """A file, an option or a database that cannot be read; carries every fault that was found."""

    exit_code = 2

    def __init__(self, *faults: Fault) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.source, fault.line or 0, fault.field)))
        super().__init__("\n".join(map(str, self.faults)))

    def __reduce__(self) -> tuple[type[Unreadable], tuple[Fault, ...]]:
        """How it is handed from one process to another: by its faults, not by its text."""
        return type(self), self.faults

    @classmethod
    def because(cls, source: str, message: str, *, line: int | None = None, field: str = "") -> Unreadable:
        """The error for one fault alone."""
        return cls(Fault(source, line, field, message))


class Refused(SdflowError):
    """An act that may not happen now: what was asked, each reason why not, and what would satisfy it."""

    def __init__(self, what: str, reasons: tuple[str, ...] = (), advice: str = "") -> None:
        self.what, self.reasons, self.advice = what, tuple(reasons), advice
        parts = [what, *(f"  - {reason}" for reason in self.reasons)]
        super().__init__("\n".join([*parts, *([f"  {advice}"] if advice else [])]))

    def __reduce__(self) -> tuple[type[Refused], tuple[str, tuple[str, ...], str]]:
        """How it is handed from one process to another: by its parts, not by its text."""
        return type(self), (self.what, self.reasons, self.advice)


class Overtaken(Refused):
    """Somebody else changed the record first; nothing was done."""


class NotFound(Refused):
    """A reference that names no record."""
