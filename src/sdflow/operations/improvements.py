"""Improvements: the register of the service improvement programme, to be read, printed or handed to programs."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from sdflow.engine.improvements import ImprovementRegister, improvement_register
from sdflow.engine.printing import Order
from sdflow.engine.proof import Prover
from sdflow.engine.workspace import Organisation, Workspace

TITLES = {True: "Service improvement programme", False: "Improvement register"}


def improvements(workspace: Workspace, today: date, *, everything: bool = True) -> ImprovementRegister:
    """The items as they stand on a day: every one, or those alone that are open."""
    with workspace.storage.reading() as reading:
        return improvement_register(Prover(workspace, reading, today), everything=everything)


def improvements_document(
    workspace: Workspace, found: ImprovementRegister, *, whole: bool = False, accessible: bool = False
) -> bytes:
    """The register as PDF; `whole` makes it the programme, with a summary and every item on its own."""
    generator = workspace.generator
    manuscript = workspace.manuscript(TITLES[whole], found.as_of, accessible=accessible)
    view = improvements_view(found, workspace.organisation, generator, whole=whole)
    return workspace.printing.document(Order("improvements", view, manuscript))


def improvements_view(
    found: ImprovementRegister, organisation: Organisation, generator: str, *, whole: bool = False
) -> dict[str, Any]:
    """What the template of the register is given."""
    return {
        "register": found,
        "whole": whole,
        "title": TITLES[whole],
        "organisation": asdict(organisation),
        "effective_on": found.as_of,
        "generator": generator,
    }
