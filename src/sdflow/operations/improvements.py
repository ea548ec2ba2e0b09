"""Improvements: the register of the service improvement programme, to be read, printed or handed to programs."""

from __future__ import annotations

from datetime import date
from typing import Any

from sdflow.engine.improvements import ImprovementRegister, improvement_register
from sdflow.engine.proof import Prover
from sdflow.engine.workspace import Workspace

TITLES = {True: "Service improvement programme", False: "Improvement register"}


def improvements(workspace: Workspace, today: date, *, everything: bool = True) -> ImprovementRegister:
    """The items as they stand on a day: every one, or those alone that are open."""
    with workspace.storage.reading() as reading:
        return improvement_register(Prover(workspace, reading, today), everything=everything)


def improvements_document(
    workspace: Workspace, found: ImprovementRegister, *, whole: bool = False, accessible: bool = False
) -> bytes:
    """The register as PDF; `whole` makes it the programme, with a summary and every item on its own."""
    view = improvements_view(found, whole=whole)
    order = workspace.order("improvements", TITLES[whole], found.as_of, view, accessible=accessible)
    return workspace.printing.document(order)


def improvements_view(found: ImprovementRegister, *, whole: bool = False) -> dict[str, Any]:
    """What the template of the register is given."""
    return {"register": found, "whole": whole, "title": TITLES[whole]}
