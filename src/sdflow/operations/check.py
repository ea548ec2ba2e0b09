"""Check: whether what was promised is carried."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sdflow.engine.proof import Progress, Proof, Prover
from sdflow.engine.workspace import Workspace


def check(
    workspace: Workspace, today: date, references: Sequence[str], progress: Progress | None = None
) -> list[Proof]:
    """The proof of each analysis, plan and test that is named, and of each agreement with a customer that others take part in.

    Where none is named it is that of every agreement with a customer, analysis and plan that has not ended.

    `today` picks the term of an agreement that renews; `progress` hears how many of how many are proven.
    """
    with workspace.storage.reading() as reading:
        prover = Prover(workspace, reading, today)
        chosen = (
            [agreement for reference in references for agreement in prover.standing_for(reference)]
            if references
            else [record.reference for record in prover.provable()]
        )
        return prover.prove_all(list(dict.fromkeys(chosen)), progress)
