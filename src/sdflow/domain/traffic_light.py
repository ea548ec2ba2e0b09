"""Traffic light: how a target stands in a report, as one colour (red, amber or green; grey without data)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sdflow.domain.delivered import Series


class Light(StrEnum):
    """A colour with a word, so that it can be read without seeing it; the worst comes first, what is not known last."""

    red = "red"
    amber = "amber"
    green = "green"
    grey = "grey"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Light).index(self)


@dataclass(frozen=True)
class LightScale:
    """When a target that was met is amber: where it was missed in at least so many of so many periods before."""

    periods_before: int = 3
    missed_before: int = 1


USUAL_SCALE = LightScale()
"""What reports go by, and print."""

MEANINGS: Mapping[Light, str] = {
    Light.red: "missed",
    Light.amber: f"met, and missed in one of the {USUAL_SCALE.periods_before} periods before",
    Light.green: "met",
    Light.grey: "no data",
}
"""What each colour says of a target by the usual scale."""


def light_of(series: Series, scale: LightScale = USUAL_SCALE) -> Light:
    """The colour of a target in the last period of its series."""
    if series.now.met is None:
        return Light.grey
    if not series.now.met:
        return Light.red
    before = series.attainments[-1 - scale.periods_before : -1]
    missed = sum(one is not None and one.met is False for one in before)
    return Light.amber if missed >= scale.missed_before else Light.green


def overall(lights: Iterable[Light]) -> Light:
    """The worst of some colours; grey where nothing is known of any, or there is none."""
    return min(lights, key=lambda one: one.rank, default=Light.grey)
