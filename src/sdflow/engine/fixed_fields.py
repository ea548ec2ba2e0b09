"""Fixed fields: what of a record may no longer be worded otherwise in its state, and because of what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sdflow.adapters.storage import Reading
from sdflow.domain.clause_path import is_filled
from sdflow.domain.content import plain
from sdflow.domain.difference import clause_changes
from sdflow.domain.errors import Refused
from sdflow.domain.kind import Content, material
from sdflow.domain.record import Record
from sdflow.domain.workflow import State, Step
from sdflow.engine.definitions import Definitions

MOST_NAMED = 5
"""How many fields a refusal names."""


@dataclass(frozen=True)
class FixedChange:
    """A field that is worded otherwise, though it may not; `kept` says because of what it stays, none where it is fixed."""

    path: str
    kept: str | None


class FixedFields:
    """What of one record is fixed or kept: by its life cycle, by what it says, and by which commands wrote it."""

    def __init__(self, definitions: Definitions, reading: Reading, record: Record) -> None:
        self._definitions = definitions
        self._workflow = definitions.workflows[record.kind]
        self._state = definitions.state(record)
        self._reading = reading
        self._record = record

    def changed_by(self, content: Content) -> tuple[FixedChange, ...]:
        """All fields that a content words otherwise, though they may not be in the state of the record."""
        if not self._state.holds_fields:
            return ()
        changes = clause_changes(plain(material(self._stored)), plain(material(content)))
        looked = (
            (one.path, self._why_kept(self._state, one.path) if one.before is not None else None) for one in changes
        )
        return tuple(FixedChange(path, kept) for path, kept in looked if kept or not self._state.admits(path))

    def refuse(self, fixed: Sequence[FixedChange]) -> None:
        """`Refused`, with because of what these fields are kept and what to do, where there are any."""
        if fixed:
            possible = (f"what may still be changed: {', '.join(self._state.open)}",) if self._state.open else ()
            raise Refused(
                f"{self._record.reference} is '{self._state.name}', and {_named([one.path for one in fixed])} can no longer be"
                " changed",
                (self._state.meaning, *possible, *_told(fixed)),
                self.way_out(fixed),
            )

    def way_out(self, fixed: Sequence[FixedChange]) -> str:
        """What somebody does who wants to word these fields otherwise: go back to where that is possible, or begin anew."""
        later = self._workflow.onwards_from(self._state.name)
        ending = self._workflow.given_up_by(self._state.name)
        if not ending or any(self._opens(state, one.path) for state in later for one in fixed):
            return f"see which step leads back to where it can: sdflow steps {self._record.reference}"
        steps = " or ".join(self._step(one) for one in ending)
        return f"no step leads back to where it can; give it up, say why, and write another: {steps}"

    def _opens(self, state: State, path: str) -> bool:
        return not (state.frozen or state.final) and state.admits(path) and self._why_kept(state, path) is None

    def _step(self, step: Step) -> str:
        asked = f", which asks for {', '.join(step.guards.requires)}" if step.guards.requires else ""
        return f"sdflow advance {self._record.reference} {step.name}{asked}"

    def _why_kept(self, state: State, path: str) -> str | None:
        return state.why_kept(path, self._filled, lambda verb: verb in self._wrote)

    def _filled(self, path: str) -> bool:
        return is_filled(self._stored, path)

    @cached_property
    def _stored(self) -> Content:
        return self._definitions.content(self._record)

    @cached_property
    def _wrote(self) -> frozenset[str]:
        """The commands that wrote a revision of the record."""
        verbs = self._reading.verbs(self._record.reference)
        return frozenset(verbs[one.act] for one in self._reading.revisions(self._record.reference) if one.act in verbs)


def refuse_fixed(definitions: Definitions, reading: Reading, record: Record, content: Content) -> None:
    """`Refused` where a content changes fields that may not change in the state of its record."""
    fields = FixedFields(definitions, reading, record)
    fields.refuse(fields.changed_by(content))


def _told(fixed: Sequence[FixedChange]) -> list[str]:
    """Because of what fields are kept, each cause once."""
    causes = dict.fromkeys(one.kept for one in fixed if one.kept)
    return [f"{_named([one.path for one in fixed if one.kept == cause])}: {cause}" for cause in causes]


def _named(paths: Sequence[str]) -> str:
    return ", ".join(paths[:MOST_NAMED]) + (f" and {len(paths) - MOST_NAMED} more" if paths[MOST_NAMED:] else "")
