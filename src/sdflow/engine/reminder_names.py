"""Reminder names: whether whom the settings name is somebody, so that no message waits for a name that nobody has."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from sdflow.adapters.storage import Reading
from sdflow.domain.errors import Fault, Unreadable
from sdflow.domain.message import MAIL
from sdflow.engine.people import acting_records
from sdflow.engine.workspace import Workspace

SETTINGS = "sdflow.toml"


def require_known_names(workspace: Workspace, reading: Reading) -> None:
    """Raises Unreadable with every name in [channels] and [reminders] that is neither a role nor the record of a person."""
    people = {record.reference for record, _ in acting_records(reading, workspace.definitions)}
    known = sorted(people | workspace.definitions.roles.keys())
    faults = [
        Fault(str(workspace.folder / SETTINGS), None, field, f"nobody is '{name}'{_near(name, known)}; {_ADVICE}")
        for field, name in _named(workspace)
        if name not in known
    ]
    if faults:
        raise Unreadable(*faults)


_ADVICE = "give the reference of a person (see: sdflow list --kind person) or a role of workflows/roles.yaml"


def _named(workspace: Workspace) -> Iterator[tuple[str, str]]:
    for channel, meant in workspace.post.channels.items():
        if channel != MAIL:
            yield from ((f"channels.{channel}.for", name) for name in sorted(meant))
    if otherwise := workspace.post.settings.otherwise:
        yield "reminders.otherwise", otherwise


def _near(name: str, known: list[str]) -> str:
    found = difflib.get_close_matches(name, known, 1)
    return f"; did you mean {found[0]}?" if found else ""
