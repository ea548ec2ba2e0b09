"""Improve: what was found and what tests have left to do becomes items of the service improvement programme."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import ValidationError

from sdflow.domain.errors import Fault, Overtaken, Refused, Unreadable
from sdflow.domain.improvement import Improving, Shortcoming
from sdflow.domain.kind import Content
from sdflow.engine.change import Change, acting
from sdflow.engine.consistency import inconsistencies
from sdflow.engine.definitions import Definitions
from sdflow.engine.proof import Progress, Prover
from sdflow.engine.shortcomings import Items, shortcomings
from sdflow.engine.workspace import Occasion, Workspace

REASON = "found by rules, or left to do by tests"


class Outcome(StrEnum):
    """What became of a shortcoming: a new item, a further occurrence of an open one, or nothing that was not known."""

    raised = "raised"
    appended = "appended"
    known = "known"


@dataclass(frozen=True)
class TakenUp:
    """A shortcoming and the item that takes it up; none where it was dealt with by one that is closed."""

    outcome: Outcome
    reference: str | None
    found: Shortcoming


def improve(
    workspace: Workspace,
    occasion: Occasion,
    references: Sequence[str],
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> list[TakenUp]:
    """Raise an item for each shortcoming of these records, of all where none is named; or add it to the open one.

    All in one act; what is known already changes nothing. With `dry_run` nothing is stored.
    """
    with acting(workspace, occasion, "improve", REASON) as change:
        prover = Prover(workspace, change.writing, occasion.today)
        found = shortcomings(prover, references, progress)
        writer = _Writer(workspace, change, occasion, Items(prover))
        taken = [writer.take_up(one) for one in found]
        faults = list(writer.faults())
        if faults:
            raise Unreadable(*faults)
        if not dry_run:
            writer.write()
    return taken


class _Writer:
    """Gathers new and changed items, and writes them once all are known to be right."""

    def __init__(self, workspace: Workspace, change: Change, occasion: Occasion, items: Items) -> None:
        self._workspace = workspace
        self._change = change
        self._occasion = occasion
        self._items = items
        self._kind, self._model = improving_kind(workspace.definitions)
        self._prefix = workspace.definitions.description(self._kind).prefix
        self._number = change.writing.free_number(self._prefix)
        self._raised: dict[str, Content] = {}
        self._changed: dict[str, Content] = {}
        self._new: dict[object, str] = {}

    def take_up(self, found: Shortcoming) -> TakenUp:
        """The item of a shortcoming: a new one, an open one with a further occurrence, or the one that knows it."""
        open_item = self._items.open_about(found.concern)
        reference = open_item.record.reference if open_item else self._new.get(found.concern)
        if self._items.knows(found):
            return TakenUp(Outcome.known, reference, found)
        if reference is None:
            return TakenUp(Outcome.raised, self._raise(found), found)
        self._append(reference, found)
        return TakenUp(Outcome.appended, reference, found)

    def faults(self) -> Iterator[Fault]:
        """What of the items does not fit."""
        for one in inconsistencies(self._workspace, self._change.writing, self._contents(), self._occasion.today):
            yield Fault("improve", None, f"{one.reference}.{one.path}", one.message)

    def write(self) -> None:
        """Store what is new and what is changed."""
        for reference, content in self._raised.items():
            self._change.create(self._kind, reference, content)
        for reference, content in self._changed.items():
            self._change.revise(self._change.writing.lock(reference), content)

    def _contents(self) -> Mapping[str, Content]:
        return self._raised | self._changed

    def _raise(self, found: Shortcoming) -> str:
        reference = f"{self._prefix}-{self._number:04}"
        self._number += 1
        self._new[found.concern] = reference
        self._raised[reference] = _valid(
            found, lambda: self._model.raising(found, self._occasion.today, self._occasion.actor)
        )
        return reference

    def _append(self, reference: str, found: Shortcoming) -> None:
        where = self._raised if reference in self._raised else self._changed
        content = self._contents().get(reference) or self._locked(found)
        if isinstance(content, Improving):
            where[reference] = _valid(found, lambda: content.seen_again(found.seen(self._occasion.today)))

    def _locked(self, found: Shortcoming) -> Content | None:
        """The content of the open item as it was looked at, which nobody else can change any more."""
        item = self._items.open_about(found.concern)
        if item is None:
            return None
        record = self._change.writing.lock(item.record.reference)
        if record.revision.number != item.record.revision.number or record.state != item.record.state:
            raise Overtaken(f"{record.reference} was changed meanwhile; nothing was done", advice="run it again")
        return self._workspace.definitions.content(record)


def _valid(found: Shortcoming, made: Callable[[], Content]) -> Content:
    """A content that is made, checked as if somebody had written it; Unreadable where it does not stand."""
    try:
        content = made()
        return type(content).model_validate(content.model_dump())
    except ValidationError as error:
        faults = [(".".join(map(str, one["loc"])), str(one["msg"])) for one in error.errors()]
        raise Unreadable(*(Fault(found.source, None, path, message) for path, message in faults)) from None


def improving_kind(definitions: Definitions) -> tuple[str, type[Improving]]:
    """The kind of the items; Refused where no kind can be one."""
    for kind, model in definitions.kinds.items():
        if issubclass(model, Improving):
            return kind, model
    raise Refused("no kind of record can be an item of an improvement programme")
