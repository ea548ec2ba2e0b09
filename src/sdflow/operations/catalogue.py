"""Catalogue: the service catalogue with its matrices, to be read, printed or handed to programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sdflow.domain.errors import SdflowError
from sdflow.engine.catalogue import Cataloguer, Named, Progress, ServiceEntry, Standing
from sdflow.engine.printing import Order
from sdflow.engine.workspace import Workspace

COLUMNS = 20
"""How many columns of a matrix stand side by side on a page that lies on its side."""

VOLUME = 50
"""How many services stand in one document; the catalogue of more is made in volumes, each with its own matrices."""

Marks = Callable[[ServiceEntry], Mapping[Named, str]]


@dataclass(frozen=True)
class Block:
    """So much of a matrix as fits on a page's width: columns, and the services with a mark in one of them."""

    columns: tuple[Named, ...]
    rows: tuple[tuple[Named, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Matrix:
    """Services against something else.

    Where there is more than a page's width, what one service alone is marked with has no column: it is named beside that
    service in `own`. `without` are the services that have no mark at all.
    """

    about: str
    blocks: tuple[Block, ...]
    own: tuple[tuple[Named, tuple[tuple[Named, str], ...]], ...]
    without: tuple[Named, ...]

    def marks(self) -> tuple[tuple[Named, tuple[tuple[Named, str], ...]], ...]:
        """Each service that has a mark with everything that it is marked with, wherever that stands on the page."""
        found: dict[Named, list[tuple[Named, str]]] = {}
        for block in self.blocks:
            for service, cells in block.rows:
                row = zip(block.columns, cells, strict=True)
                found.setdefault(service, []).extend(pair for pair in row if pair[1])
        for service, pairs in self.own:
            found.setdefault(service, []).extend(pairs)
        return tuple((service, tuple(found[service])) for service in sorted(found, key=lambda one: one.reference))


@dataclass(frozen=True)
class Volume:
    """Which of how many documents, and the first and the last service in it."""

    number: int
    of: int
    first: str
    last: str


@dataclass(frozen=True)
class ServiceCatalogue:
    """What the catalogue says on a day."""

    as_of: date
    services: tuple[ServiceEntry, ...]
    matrices: tuple[Matrix, ...]
    volume: Volume | None = None


def catalogue(
    workspace: Workspace,
    today: date,
    reference: str | None = None,
    *,
    everything: bool = False,
    progress: Progress | None = None,
) -> ServiceCatalogue:
    """The services that are offered, or every one, or one alone, with what is agreed about them on a day.

    `progress` hears how many of how many services are described.
    """
    with workspace.storage.reading() as reading:
        cataloguer = Cataloguer(workspace, reading, today)
        services = (
            (cataloguer.entry(reference),)
            if reference
            else cataloguer.entries(everything=everything, progress=progress)
        )
        return arranged(today, services)


def arranged(today: date, services: Sequence[ServiceEntry]) -> ServiceCatalogue:
    """Services as a catalogue, with a matrix of them against their customers, agreements, supporters and components."""
    matrices = (
        _matrix("customers", services, _customer_marks, common_first=True),
        _matrix("agreements", services, _agreement_marks),
        _matrix("supporters", services, _supporter_marks, common_first=True),
        _matrix("components", services, _component_marks, common_first=True),
    )
    return ServiceCatalogue(today, tuple(services), matrices)


def catalogue_documents(
    workspace: Workspace,
    found: ServiceCatalogue,
    *,
    single: bool = False,
    accessible: bool = False,
    workers: int = 1,
    progress: Progress | None = None,
) -> list[bytes]:
    """The catalogue as PDF, in as many volumes as it needs; `single` makes it the page of its one service.

    So many volumes are made at once; `progress` hears how many of how many are ready. Raises what is wrong with one,
    and then there is none.
    """
    parts = volumes(found)
    orders = (_order(workspace, one, single=single, accessible=accessible) for one in parts)
    made: dict[int, bytes] = {}
    for number, result in workspace.printing.documents(orders, workers):
        if isinstance(result, SdflowError):
            raise result
        made[number] = result
        if progress:
            progress(len(made), len(parts))
    return [made[number] for number in range(len(parts))]


def volumes(found: ServiceCatalogue) -> list[ServiceCatalogue]:
    """The catalogue itself where it is of one volume, else its volumes in the order of the services."""
    if len(found.services) <= VOLUME:
        return [found]
    parts = [found.services[start : start + VOLUME] for start in range(0, len(found.services), VOLUME)]
    return [
        replace(arranged(found.as_of, part), volume=Volume(number, len(parts), part[0].reference, part[-1].reference))
        for number, part in enumerate(parts, start=1)
    ]


def _order(workspace: Workspace, found: ServiceCatalogue, *, single: bool, accessible: bool) -> Order:
    view = catalogue_view(found, single=single)
    return workspace.order("catalogue", _title(found, single=single), found.as_of, view, accessible=accessible)


def _title(found: ServiceCatalogue, *, single: bool) -> str:
    if single:
        return f"Service {found.services[0].reference}: {found.services[0].title}"
    return (
        f"Service catalogue, volume {found.volume.number} of {found.volume.of}" if found.volume else "Service catalogue"
    )


def catalogue_view(found: ServiceCatalogue, *, single: bool = False) -> dict[str, Any]:
    """What the template of the catalogue is given."""
    return {
        "services": found.services,
        "matrices": found.matrices,
        "volume": found.volume,
        "single": single,
    }


def _matrix(about: str, services: Sequence[ServiceEntry], marks: Marks, *, common_first: bool = False) -> Matrix:
    """Services against what they are marked with, in the order of the services, or what most of them share first."""
    marked = [(_named(one), marks(one)) for one in services]
    uses = Counter(column for _, found in marked for column in found)
    columns = [column for column, _ in uses.most_common()] if common_first else list(uses)
    narrow = len(columns) <= COLUMNS
    columns = [column for column in columns if narrow or uses[column] > 1]
    parts = [tuple(columns[start : start + COLUMNS]) for start in range(0, len(columns), COLUMNS)]
    blocks = tuple(Block(part, _rows(part, marked)) for part in parts)
    alone = ((one, tuple(pair for pair in found.items() if uses[pair[0]] == 1)) for one, found in marked)
    own = () if narrow else tuple(row for row in alone if row[1])
    return Matrix(about, blocks, own, tuple(one for one, found in marked if not found))


def _rows(
    columns: Sequence[Named], marked: Sequence[tuple[Named, Mapping[Named, str]]]
) -> tuple[tuple[Named, tuple[str, ...]], ...]:
    rows = ((one, tuple(found.get(column, "") for column in columns)) for one, found in marked)
    return tuple((one, cells) for one, cells in rows if any(cells))


def _named(service: ServiceEntry) -> Named:
    return Named(service.reference, service.title)


def _customer_marks(service: ServiceEntry) -> dict[Named, str]:
    """Whether each customer's use of the service is agreed and in force, agreed but not yet, or not agreed at all."""
    found = {}
    for customer in service.customers:
        standings = {one.standing for one in service.agreements if one.customer in (None, customer)}
        found[customer] = "full" if Standing.in_force in standings else "open" if standings else "missing"
    return found


def _agreement_marks(service: ServiceEntry) -> dict[Named, str]:
    return {Named(one.reference, one.title): _in_force(one.standing) for one in service.agreements}


def _supporter_marks(service: ServiceEntry) -> dict[Named, str]:
    return {Named(one.reference, one.title): _in_force(one.standing) for one in service.supporters}


def _component_marks(service: ServiceEntry) -> dict[Named, str]:
    return {Named(one.reference, one.title): "full" if one.alone else "open" for one in service.components}


def _in_force(standing: Standing) -> str:
    return "full" if standing is Standing.in_force else "open"
