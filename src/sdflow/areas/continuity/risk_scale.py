"""Risk scale: the steps of value, likelihood and vulnerability, the matrix of measures, and the classes of risk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from sdflow.domain.kind import Key, Line, Strict, Title
from sdflow.domain.risk import Levels, RiskClass, RiskScale, fall, hole

Measure = Annotated[int, Field(ge=1, le=10_000)]
AXES = ("value", "likelihood", "vulnerability")


class RiskStep(Strict):
    """A step of a scale, the higher rank the worse one."""

    rank: Annotated[int, Field(ge=1, le=10)] = Field(description="1 for the least, without gaps")
    title: Title
    meaning: Line = Field(description="How the step is recognised")


class DeclaredClass(Strict):
    """A class of risk, and what is done about a risk that falls into it."""

    title: Title
    from_measure: Measure = Field(description="Measure from which a risk falls into the class")
    meaning: Line = Field(description="What is done about such a risk")
    longest_acceptance_days: Annotated[int, Field(ge=0, le=36_600)] | None = Field(
        None,
        description="For how many days at most what remains in the class may be accepted; without a limit unless given",
    )


class DeclaredRiskScale(Strict):
    """By what risks are measured: a teaching form of CRAMM, whose own tables are licensed."""

    source: Line = Field(description="Who declared the scale and the matrix, and from where they come")
    values: Annotated[dict[Key, RiskStep], Field(min_length=1, max_length=10)] = Field(
        description="What an asset is worth, in up to ten steps"
    )
    likelihoods: Annotated[dict[Key, RiskStep], Field(min_length=1, max_length=5)] = Field(
        description="How likely a threat is, in up to five steps; three in the teaching form"
    )
    vulnerabilities: Annotated[dict[Key, RiskStep], Field(min_length=1, max_length=5)] = Field(
        description="How open an asset lies to a threat, in up to five steps; three in the teaching form"
    )
    matrix: dict[Key, dict[Key, dict[Key, Measure]]] = Field(
        description="The measure of a risk, by the keys of value, likelihood and vulnerability"
    )
    classes: Annotated[dict[Key, DeclaredClass], Field(min_length=1, max_length=8)]

    @model_validator(mode="after")
    def _ranked_without_gaps(self) -> Self:
        for name in ("values", "likelihoods", "vulnerabilities"):
            ranks = [one.rank for one in _ordered(getattr(self, name)).values()]
            if ranks != list(range(1, len(ranks) + 1)):
                raise ValueError(f"{name}: the ranks are {', '.join(map(str, ranks))}; number them from 1 without gaps")
        return self

    @model_validator(mode="after")
    def _matrix_is_whole_and_rises(self) -> Self:
        self._refuse_unknown_cells()
        matrix, most = self._by_ranks(), Levels(len(self.values), len(self.likelihoods), len(self.vulnerabilities))
        missing = hole(matrix, most)
        if missing:
            raise ValueError(f"matrix: there is no measure for {self._worded(missing)}; give one for every combination")
        falling = fall(matrix, most)
        if falling:
            lower, higher = falling
            raise ValueError(
                f"matrix: the measure falls from {matrix[lower]} for {self._worded(lower)} to {matrix[higher]} for "
                f"{self._worded(higher)}; what is worth more, likelier or more open is never the smaller risk, so say at least "
                "as much"
            )
        return self

    @model_validator(mode="after")
    def _every_measure_has_a_class(self) -> Self:
        begins = [one.from_measure for one in self.classes.values()]
        twice = sorted({one for one in begins if begins.count(one) > 1})
        if twice:
            raise ValueError(f"classes: two of them begin at the measure {twice[0]}")
        least = min(self._by_ranks().values())
        if min(begins) > least:
            raise ValueError(
                f"classes: the measure {least} falls into none, since the first begins at {min(begins)}; let one begin there "
                "or below"
            )
        return self

    def ordered_values(self) -> Mapping[str, RiskStep]:
        """The steps of value, least first."""
        return _ordered(self.values)

    def ordered_likelihoods(self) -> Mapping[str, RiskStep]:
        """The steps of likelihood, least first."""
        return _ordered(self.likelihoods)

    def ordered_vulnerabilities(self) -> Mapping[str, RiskStep]:
        """The steps of vulnerability, least first."""
        return _ordered(self.vulnerabilities)

    def ordered_classes(self) -> Mapping[str, DeclaredClass]:
        """The classes, the least risk first."""
        return dict(sorted(self.classes.items(), key=lambda one: one[1].from_measure))

    def levels(self, value: str, likelihood: str, vulnerability: str) -> Levels:
        """The ranks of three keys of the scale."""
        return Levels(
            self.values[value].rank, self.likelihoods[likelihood].rank, self.vulnerabilities[vulnerability].rank
        )

    def reckoned(self) -> RiskScale:
        """The scale as it can be reckoned with."""
        return RiskScale(
            _titles(self.ordered_values()),
            _titles(self.ordered_likelihoods()),
            _titles(self.ordered_vulnerabilities()),
            self._by_ranks(),
            tuple(
                RiskClass(key, one.title, one.meaning, one.from_measure, one.longest_acceptance_days)
                for key, one in self.ordered_classes().items()
            ),
        )

    def _by_ranks(self) -> dict[Levels, int]:
        return {
            self.levels(value, likelihood, vulnerability): measure
            for value, rows in self.matrix.items()
            for likelihood, cells in rows.items()
            for vulnerability, measure in cells.items()
        }

    def _refuse_unknown_cells(self) -> None:
        for value, rows in self.matrix.items():
            _refuse_unknown("matrix", value, "values", self.values)
            for likelihood, cells in rows.items():
                _refuse_unknown(f"matrix.{value}", likelihood, "likelihoods", self.likelihoods)
                for vulnerability in cells:
                    _refuse_unknown(
                        f"matrix.{value}.{likelihood}", vulnerability, "vulnerabilities", self.vulnerabilities
                    )

    def _worded(self, levels: Levels) -> str:
        """Ranks by the titles of the scale, such as value 7, likelihood Low, vulnerability High."""
        scales = (self.ordered_values(), self.ordered_likelihoods(), self.ordered_vulnerabilities())
        return ", ".join(
            f"{axis} {list(steps.values())[rank - 1].title}"
            for axis, steps, rank in zip(AXES, scales, levels, strict=True)
        )


def _refuse_unknown(place: str, key: str, name: str, steps: Mapping[str, RiskStep]) -> None:
    if key not in steps:
        raise ValueError(f"{place}: {key} is none of the {name} {', '.join(_ordered(steps))}")


def _ordered(steps: Mapping[str, RiskStep]) -> dict[str, RiskStep]:
    return dict(sorted(steps.items(), key=lambda one: (one[1].rank, one[0])))


def _titles(steps: Mapping[str, RiskStep]) -> tuple[str, ...]:
    return tuple(one.title for one in steps.values())
