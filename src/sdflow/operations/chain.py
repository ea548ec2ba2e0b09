"""Chain: the chains of continuity that proofs have found, as a document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sdflow.domain.errors import Refused
from sdflow.engine.proof import Proof
from sdflow.engine.workspace import Workspace

TITLE = "Chains of continuity"


def chain_document(workspace: Workspace, today: date, proofs: Sequence[Proof], *, accessible: bool = False) -> bytes:
    """The chains of these proofs as a PDF; `Refused` where there is none."""
    if not any(one.chains for one in proofs):
        raise Refused(
            "nothing is needed, planned or promised for after a disruption, so there is no chain to draw",
            advice="name an impact analysis, a continuity plan, or an agreement whose service has one",
        )
    order = workspace.order("chain", TITLE, today, chain_view(proofs), accessible=accessible)
    return workspace.printing.document(order)


def chain_view(proofs: Sequence[Proof]) -> dict[str, Any]:
    """What the template of the chains is given."""
    chains = [chain for one in proofs for chain in one.chains]
    return {
        "proofs": [one for one in proofs if one.chains],
        "whole": sum(one.whole for one in chains),
        "broken": sum(one.first_broken is not None for one in chains),
        "incomplete": sum(one.first_broken is None and not one.whole for one in chains),
    }
