"""Measured words: in which words an agreement holds in a period, with calendars that reach over the periods before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from sdflow.domain.clauses import Agreement
from sdflow.domain.errors import Refused
from sdflow.domain.kind import Content
from sdflow.domain.record import Record
from sdflow.domain.scene import Scene, Supporter
from sdflow.domain.service_time import CalendarHours
from sdflow.domain.trait import Promising, Supporting
from sdflow.engine.terms import days_held
from sdflow.engine.versions import Version

if TYPE_CHECKING:
    from sdflow.engine.proof import Prover


@dataclass(frozen=True)
class Words:
    """An agreement as it holds in some periods: its content, and the party that promises, with its calendars.

    `version` is none where the agreement is not signed, and is measured by its draft.
    """

    record: Record
    version: Version | None
    content: Content
    party: Scene | Supporter

    @property
    def number(self) -> int | None:
        """The number of the signed version."""
        return self.version.number if self.version else None

    @property
    def agreement(self) -> Agreement | None:
        """What agreements of every kind contain."""
        return self.content if isinstance(self.content, Agreement) else None

    @property
    def customer(self) -> str | None:
        """To whom it promises; none where it is for all, or supports others."""
        return self.party.promise.customer if isinstance(self.party, Scene) else None


@dataclass(frozen=True)
class Span:
    """The first and the last of the days on which an agreement held in the same words."""

    words: Words
    first: date
    last: date


def version_on(versions: Sequence[Version], day: date) -> Version | None:
    """The signed version that holds on a day, or the first one where none holds yet; none where none is signed."""
    held = [one for one in versions if one.first is None or one.first <= day]
    return held[-1] if held else next(iter(versions), None)


class Wording:
    """Resolves the words of one agreement, each version once.

    With `as_on` every day is judged by the words that held on that one. What has not begun on the prover's day decides nothing
    yet: of later days the words of that day hold.
    """

    def __init__(self, prover: Prover, reference: str, first: date, as_on: date | None = None) -> None:
        self._prover = prover
        self.record = prover.evidence.record(reference)
        self._first = first
        self._as_on = as_on
        self._found: dict[int | None, Words] = {}

    def on(self, day: date) -> Words:
        """In which words the agreement holds on a day, or held first where none did yet."""
        known = min(self._as_on or day, self._prover.today)
        return self._of(version_on(self._prover.evidence.versions(self.record), known))

    @property
    def first(self) -> Words:
        """In which words the agreement held first."""
        return self._of(next(iter(self._prover.evidence.versions(self.record)), None))

    def spans(self, first: date, last: date) -> list[Span]:
        """The days from first to last on which it held, by its words; of what is not signed all of them."""
        versions = self._prover.evidence.versions(self.record)
        if not versions:
            return [Span(self._of(None), first, last)]
        held = days_held(self._prover.definitions, self._prover.reading, self.record, versions, first, last)
        return [Span(self.on(begun), begun, over) for _, begun, over in held]

    def agreed(self, first: date, last: date) -> list[Span]:
        """The days from first to last on which signed words hold, those counted that have not begun yet; none of a draft."""
        versions = self._prover.evidence.versions(self.record)
        held = days_held(self._prover.definitions, self._prover.reading, self.record, versions, first, last)
        return [Span(self._of(version), begun, over) for version, begun, over in held]

    def _of(self, version: Version | None) -> Words:
        number = version.number if version else None
        if number not in self._found:
            self._found[number] = self._resolved(version)
        return self._found[number]

    def _resolved(self, version: Version | None) -> Words:
        evidence = self._prover.evidence
        if evidence.is_a(self.record, Promising):
            scene = self._prover.scenes.scene_of(self.record, version)
            return Words(self.record, version, scene.agreement, self._reaching_back(scene.scene, version))
        if evidence.is_a(self.record, Supporting):
            content = version.content if version else evidence.cited(self.record.reference)[1]
            found = self._prover.scenes.supporter(self.record, content, self._first, version)
            return Words(self.record, version, content, found)
        raise Refused(
            f"{self.record.reference} promises nothing that could be measured",
            advice="name an agreement with a customer or a supporter, or a service",
        )

    def _reaching_back(self, scene: Scene, version: Version | None) -> Scene:
        """The scene with calendars that know the holidays of every period that is looked at."""
        hours = scene.promise.hours
        measuring = scene.promise.measuring_calendars()
        return replace(
            scene,
            service_hours=self._calendar(hours.service, version),
            support_hours=self._calendar(hours.support, version),
            on_call_hours=self._calendar(hours.on_call, version) if hours.on_call else None,
            measured_in={one: self._calendar(one, version) for one in measuring},
        )

    def _calendar(self, reference: str, version: Version | None) -> CalendarHours:
        return self._prover.evidence.calendar(reference, self._first, version)
