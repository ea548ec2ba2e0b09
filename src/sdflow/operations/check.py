"""Check: whether what was promised is carried."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sdflow.engine.proof import Progress, Proof, Prover
from sdflow.engine.workspace import Workspace


def check(
    workspace: Workspace, today: date, references: Sequence[str], progress: Progress | None = None
) -> list[Proof]:
    """The proof of each agreement with a customer that the records take part in; of all where none is named.

    `today` picks the term of an agreement that renews; `progress` hears how many of how many are proven.
    """
    with workspace.storage.reading() as reading:
        prover = Prover(workspace, reading, today)
        chosen = (
            [agreement for reference in references for agreement in prover.resting_on(reference)]
            if references
            else [record.reference for record in prover.promising()]
        )
        return prover.prove_all(list(dict.fromkeys(chosen)), progress)
