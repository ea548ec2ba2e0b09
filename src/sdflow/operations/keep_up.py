"""Keep up: what is kept beside the records is derived from them again."""

from __future__ import annotations

from datetime import date

from sdflow.engine.projection import Rebuilt, rebuild
from sdflow.engine.workspace import Workspace


def rebuild_obligations(workspace: Workspace, today: date) -> Rebuilt:
    """Derive anew what every record owes, and say for which records something else was kept before."""
    with workspace.storage.noting() as noting:
        return rebuild(workspace.definitions, noting, today)
