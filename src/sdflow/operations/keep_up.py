"""Keep up: what is kept beside the records is derived from them again."""

from __future__ import annotations

from datetime import date, datetime

from sdflow.engine.projection import Rebuilt, rebuild
from sdflow.engine.reminder_settling import catch_up
from sdflow.engine.workspace import Workspace


def rebuild_obligations(workspace: Workspace, today: date, at: datetime) -> Rebuilt:
    """Derive anew what every record owes, and say for which records something else was kept before.

    What time alone has ended until then is written down before.
    """
    with workspace.storage.ledger() as ledger:
        catch_up(workspace.definitions, ledger, today, at)
        return rebuild(workspace.definitions, ledger, today)
