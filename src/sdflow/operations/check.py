"""Check: whether what was promised is carried."""

from __future__ import annotations

from collections.abc import Sequence

from sdflow.engine.proof import Proof, Prover
from sdflow.engine.workspace import Workspace


def check(workspace: Workspace, references: Sequence[str]) -> list[Proof]:
    """The proof of each agreement with a customer that the records take part in; of all where none is named."""
    with workspace.storage.reading() as reading:
        prover = Prover(workspace, reading)
        chosen = (
            [agreement for reference in references for agreement in prover.resting_on(reference)]
            if references
            else [record.reference for record in prover.promising()]
        )
        return [prover.prove(reference) for reference in dict.fromkeys(chosen)]
