"""Measured rows: incidents, outages and measurements as the tables hold them, and back."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt

from sdflow.domain.checks import Checks
from sdflow.domain.measured import UNKNOWN, Incidents, Measurements, Moment, Outages, Pauses, Seconds, Words
from sdflow.domain.measured_file import first_moments

STILL_OPEN = 2**62
"""The end of the life of an incident that is not over."""

ENDS = (Moment.restored, Moment.resolved, Moment.closed)
WORDS = ("number", "service", "component", "customer", "supplier", "priority", "cause", "title")
INCIDENT = (*WORDS, "security", "users", *(moment.value for moment in Moment), "pauses", "since", "until")
OUTAGE = ("number", "service", "component", "cause", "users", "since", "until")
MEASUREMENT = ("measure", "service", "component", "customer", "at", "value")

Values = tuple[Any, ...]


def life(incidents: Incidents) -> tuple[Seconds, Seconds]:
    """From when until when each incident lives: from its first known moment until it is restored, resolved or closed.

    The last of these that is known counts, so that none is missed by those who count until closed.
    """
    first = first_moments(incidents.moments, len(incidents))
    last = np.full(len(incidents), UNKNOWN, dtype=np.int64)
    for moment in ENDS:
        last = np.maximum(last, incidents.at(moment))
    return first, np.where(last == UNKNOWN, STILL_OPEN, last)


def incident_values(source: str, incidents: Incidents, file: int) -> Iterator[Values]:
    """A row of the table for each incident, its source first and the number of its file last."""
    since, until = life(incidents)
    columns = [
        *(getattr(incidents, name).tolist() for name in WORDS),
        incidents.security.tolist(),
        incidents.users.tolist(),
        *(_or_none(incidents.at(moment)) for moment in Moment),
        _pause_texts(incidents),
        since.tolist(),
        until.tolist(),
    ]
    return zip(repeat(source, len(incidents)), *columns, repeat(file, len(incidents)), strict=True)


def outage_values(source: str, outages: Outages, file: int) -> Iterator[Values]:
    """A row of the table for each outage, its source first and the number of its file last."""
    columns = [*(getattr(outages, name).tolist() for name in OUTAGE[:-1]), _or_none(outages.until)]
    return zip(repeat(source, len(outages)), *columns, repeat(file, len(outages)), strict=True)


def measurement_values(source: str, measurements: Measurements, file: int) -> Iterator[Values]:
    """A row of the table for each measurement, its source first and the number of its file last."""
    columns = [getattr(measurements, name).tolist() for name in MEASUREMENT]
    return zip(repeat(source, len(measurements)), *columns, repeat(file, len(measurements)), strict=True)


def as_incidents(rows: Sequence[Values]) -> Incidents:
    """The incidents of some rows, whose columns stand as in `INCIDENT`."""
    columns = _columns(rows, len(INCIDENT))
    named = dict(zip(INCIDENT, columns, strict=True))
    return Incidents(
        **{name: _words(named[name]) for name in WORDS},
        security=np.array(named["security"], dtype=np.bool_),
        users=_whole(named["users"]),
        moments={moment: at for moment in Moment if (at := _whole(named[moment.value])).max(initial=UNKNOWN) > UNKNOWN},
        pauses=_pauses(named["pauses"]),
    )


def as_outages(rows: Sequence[Values]) -> Outages:
    """The outages of some rows, whose columns stand as in `OUTAGE`."""
    columns = _columns(rows, len(OUTAGE))
    number, service, component, cause = map(_words, columns[:4])
    users, since, until = map(_whole, columns[4:])
    return Outages(number, service, component, cause, users, since, until)


def as_measurements(rows: Sequence[Values]) -> Measurements:
    """The measurements of some rows, whose columns stand as in `MEASUREMENT`."""
    measure, service, component, customer, at, value = _columns(rows, len(MEASUREMENT))
    subjects = _words(service), _words(component), _words(customer)
    return Measurements(*subjects, _words(measure), _whole(at), np.array(value, dtype=np.float64))


def _columns(rows: Sequence[Values], width: int) -> list[Values]:
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _words(column: Sequence[str]) -> Words:
    words = np.empty(len(column), dtype=np.object_)
    words[:] = column
    return words


def _whole(column: Sequence[int]) -> npt.NDArray[np.int64]:
    return np.array(column, dtype=np.int64)


def _or_none(at: Seconds) -> list[int | None]:
    known = at != UNKNOWN
    if known.all():
        found: list[int | None] = at.tolist()
        return found
    return [instant if is_known else None for instant, is_known in zip(at.tolist(), known.tolist(), strict=True)]


def _pause_texts(incidents: Incidents) -> list[str]:
    texts = [""] * len(incidents)
    pauses = incidents.pauses
    for row, since, until in zip(pauses.row.tolist(), pauses.since.tolist(), pauses.until.tolist(), strict=True):
        said = f"+{until}" if since == UNKNOWN else f"{since}:{until}"
        texts[row] = f"{texts[row]} {said}".lstrip()
    return texts


def _pauses(texts: Sequence[str]) -> Pauses:
    found = [(row, *_pause(text)) for row, several in enumerate(texts) if several for text in several.split(" ")]
    table = np.array(found, dtype=np.int64).reshape(-1, 3)
    return Pauses(table[:, 0], table[:, 1], table[:, 2])


def _pause(text: str) -> tuple[int, int]:
    if text.startswith("+"):
        return UNKNOWN, int(text)
    since, until = text.split(":")
    return int(since), int(until)


def packed_checks(checks: Checks) -> bytes:
    """The instants and what was found at them, packed: a regular monitor takes a few bytes for a thousand checks."""
    steps = np.diff(checks.at, prepend=0).astype("<i8").tobytes()
    return zlib.compress(steps + np.packbits(checks.down).tobytes())


def unpacked_checks(service: str, component: str, packed: bytes) -> Checks:
    """What `packed_checks` has packed."""
    content = zlib.decompress(packed)
    count = len(content) * 8 // 65
    at = np.cumsum(np.frombuffer(content[: count * 8], dtype="<i8").astype(np.int64))
    down = np.unpackbits(np.frombuffer(content[count * 8 :], dtype=np.uint8), count=count).astype(np.bool_)
    return Checks(service, component, at, down)
