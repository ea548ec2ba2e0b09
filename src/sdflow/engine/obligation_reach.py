"""Obligation reach: which records may owe something else after others were touched."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sdflow.adapters.storage import Reading
from sdflow.domain.clause_path import leads_to
from sdflow.domain.record import Citation
from sdflow.domain.workflow import Workflow
from sdflow.engine.definitions import Definitions


def affected(
    definitions: Definitions, reading: Reading, touched: Collection[str], left: Collection[str]
) -> tuple[str, ...]:
    """The touched records, those that look at one of them, and those that heed who cites them, now or before (`left`)."""
    names = sorted(touched)
    looking = {kind: frozenset(_looks_at(workflow)) for kind, workflow in definitions.workflows.items()}
    heeding = {kind: frozenset(_heeds(workflow)) for kind, workflow in definitions.workflows.items()}
    upwards = _named(reading.cited_by_of(names), looking, citing=True)
    downwards = _named(reading.cites_of(names), heeding, citing=False)
    near = dict.fromkeys((*upwards, *downwards, *left))
    kinds = {name: record.kind for name, record in reading.records_named(sorted(near.keys() - set(names))).items()}
    concerned = {name for name, paths in upwards.items() if name in kinds and _any(looking[kinds[name]], paths)}
    concerned |= {name for name, paths in downwards.items() if name in kinds and _any(heeding[kinds[name]], paths)}
    concerned |= {name for name in left if name in kinds and heeding[kinds[name]]}
    return tuple(sorted({*names, *concerned}))


Pattern = tuple[str, bool]
"""The path of a reference, and whether a path leads on behind it instead of ending with it."""


def _looks_at(workflow: Workflow) -> Iterable[Pattern]:
    for owed in workflow.obligations:
        yield from ((path, True) for path in owed.paths())
        yield from ((one.cites, False) for one in owed.causes() if one.cites is not None)


def _heeds(workflow: Workflow) -> Iterable[Pattern]:
    causes = [one for owed in workflow.obligations for one in owed.causes()]
    return [(one.cited_by, False) for one in causes if one.cited_by is not None]


def _named(
    links: dict[str, list[Citation]], patterns: dict[str, frozenset[Pattern]], *, citing: bool
) -> dict[str, set[str]]:
    """The records at the other ends of links that any kind asks for, with the paths of these links."""
    asked = frozenset().union(*patterns.values())
    found: dict[str, set[str]] = {}
    for one in (link for some in links.values() for link in some):
        if _any(asked, [one.path]):
            found.setdefault(one.citing if citing else one.cited, set()).add(one.path)
    return found


def _any(patterns: Iterable[Pattern], paths: Iterable[str]) -> bool:
    listed = list(paths)
    return any(_fits(pattern, path, onwards=onwards) for pattern, onwards in patterns for path in listed)


def _fits(pattern: str, path: str, *, onwards: bool) -> bool:
    further = pattern.count(".") - path.count(".")
    return leads_to(pattern, path) and (further > 0 if onwards else further == 0)
