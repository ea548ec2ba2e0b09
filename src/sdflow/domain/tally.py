"""Tally: how many cases, breaks or months stand behind a figure, and how many of them missed the target by themselves."""

from __future__ import annotations

from sdflow.domain.attainment.result import Attainment

_CASES, _BREAKS = "cases", "breaks"
"""What `Attainment.tallied` says of figures that are not put together from several months."""

_OF_ONE_BREAK = ("per cent", "minutes")
"""The units of targets that one break can miss by itself."""


def tally(one: Attainment) -> str:
    """How many of how many missed a target by themselves, such as 2 of 20, 1 of 3 breaks or 2 months; empty without any.

    It is empty as well where none can: no break by itself misses a number of breaks, or a mean.
    """
    if not one.cases or (one.tallied == _BREAKS and one.unit not in _OF_ONE_BREAK):
        return ""
    if one.tallied == _CASES:
        return f"{one.missed:,} of {one.cases:,}"
    if one.tallied == _BREAKS:
        return f"{one.missed:,} of {_breaks(one.cases)}"
    return f"{one.missed:,} {one.tallied if one.missed != 1 else one.tallied[:-1]}"


def behind(one: Attainment) -> str:
    """What stands behind a figure, as a sentence says it: how many missed its target alone, or how many there were."""
    return tally_told(one) or f"{one.cases:,} {one.tallied if one.cases != 1 else one.tallied[:-1]}"


def tally_told(one: Attainment) -> str:
    """What stands behind a missed figure, as a sentence says it; empty where no case, break or month missed it alone."""
    if not one.missed or not tally(one):
        return ""
    if one.tallied == _CASES:
        return f"{one.missed:,} of {one.cases:,} {'case' if one.cases == 1 else 'cases'} missed it"
    if one.tallied != _BREAKS:
        return f"missed in {tally(one)}"
    if one.unit == "per cent":
        alone = "by itself" if one.missed == 1 else "each by itself"
        return f"{tally(one)} took more than the target leaves open, {alone}"
    return f"{tally(one)} {'was' if one.missed == 1 else 'were'} longer"


def _breaks(number: int) -> str:
    return "1 break" if number == 1 else f"{number:,} breaks"
