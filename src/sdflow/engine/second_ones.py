"""Second ones: a record about what another one is about already, where there is one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from sdflow.domain.kind import Content
from sdflow.domain.record import Record
from sdflow.domain.trait import Sole
from sdflow.engine.workspace import Workspace


class Known(Protocol):
    """What is asked of the database."""

    @property
    def record(self) -> Callable[[str], Record | None]: ...

    @property
    def records(self) -> Callable[..., list[Record]]: ...


def faults_of_second_ones(
    workspace: Workspace, reading: Known, reference: str, arriving: Mapping[str, Content]
) -> Iterator[tuple[str, str]]:
    """The path and the words where a content is about the same as another record that counts.

    A record counts until it comes to an end in which nothing stands that it has found. What stood as it is before was let in
    then, and is not found fault with.
    """
    content = arriving[reference]
    about = content.sole_for() if isinstance(content, Sole) else {}
    record = reading.record(reference)
    if not about or (record is not None and _stands(workspace, record, about)):
        return
    others = [one for one in reading.records(kind=content.description.kind) if _counts(workspace, one)]
    stored = {one.reference: workspace.definitions.content(one) for one in others}
    for other, said in sorted((stored | dict(arriving)).items()):
        counted = other in stored or reading.record(other) is None
        if other != reference and counted and isinstance(said, Sole) and said.sole_for() == about:
            yield next(iter(about)), _message(content, other, said, about)
            return


def _stands(workspace: Workspace, record: Record, about: Mapping[str, str]) -> bool:
    stored = workspace.definitions.content(record)
    return not _counts(workspace, record) or (isinstance(stored, Sole) and stored.sole_for() == about)


def _counts(workspace: Workspace, record: Record) -> bool:
    state = workspace.definitions.state(record)
    return state.settled or not state.final


def _message(content: Content, other: str, said: Sole, about: Mapping[str, str]) -> str:
    same = ", ".join(f"{name} {value}" for name, value in about.items() if value)
    title = said.title if isinstance(said, Content) else ""
    return (
        f"{other} {title} is about the same already ({same}), and there is one {content.description.title.lower()} for it at a time; "
        f"write in {other} what is to be said, or bring it to its end first"
    )
