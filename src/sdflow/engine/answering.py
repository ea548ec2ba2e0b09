"""Answering: what was observed of the services that an agreement is about, and for which of their incidents it answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from sdflow.domain.measured import Incidents
from sdflow.domain.scene import Supporter
from sdflow.domain.service_time import Intervals, intersection
from sdflow.engine.measured_words import Words
from sdflow.engine.observations import NO_SERVICE, Observations, Stretch


@dataclass(frozen=True)
class Answering:
    """One agreement in its words, beside what was observed of the services that it is about over a stretch of days.

    `seen` are all of them: those that rest on a supporter's agreement by their structure and those that it names, and the
    components that it supports and no service is made of. `counting`
    are the services whose incidents and measurements are its own: where it names services these and those that pass
    incidents on to it, else all. `elsewhere` are the components for which another agreement of its supporter answers.
    """

    words: Words
    stretch: Stretch
    seen: tuple[Observations, ...]
    counting: tuple[Observations, ...]
    elsewhere: frozenset[str] = frozenset()

    @property
    def services(self) -> tuple[str, ...]:
        """Every service that it is about."""
        return tuple(one.service for one in self.seen if one.service != NO_SERVICE)

    def incidents(self, seen: Observations, key: str | None = None) -> Incidents:
        """The incidents of a service that count, of a priority of the agreement or of all.

        For a customer those of its own and of nobody in particular, for a supporter those that name it.
        """
        priorities = None if key is None else tuple(self._named_so(key))
        return seen.incidents_of(priorities, self.words.customer, self._supplier, self.elsewhere)

    def own_name(self, priority: str) -> str:
        """What the agreement calls a priority of the desk."""
        return (self._mapped or {}).get(priority, priority)

    def telling(self, within: Intervals) -> tuple[Observations, ...]:
        """The services of whose incidents in some time any file tells."""
        return tuple(one for one in self.counting if len(intersection(one.incidents_watched, within)))

    def marks_security(self, within: Intervals) -> bool:
        """Whether every file that tells of incidents in some time says which of them hurt security."""
        telling = self.telling(within)
        return bool(telling) and all(one.marks_security(within) for one in telling)

    def conventions(self) -> Iterator[str]:
        """For which cases a supporter answers, in words; nothing of an agreement with a customer."""
        if not self._supplier or not self.counting:
            return
        yield f"cases that name {self._supplier}, of {', '.join(one.service for one in self.counting)}"
        if self.elsewhere:
            yield "a case counts in each of its agreements, unless its component stands in another one alone"

    def _named_so(self, key: str) -> list[str]:
        """The priorities of the desk that are one of the agreement; a record may use the agreement's own name as well."""
        mapped = self._mapped
        if mapped is None:
            return [key]
        own = [] if key in mapped else [key]
        return [*(ours for ours, theirs in mapped.items() if theirs == key), *own]

    @property
    def _supplier(self) -> str | None:
        party = self.words.party
        return party.support.by if isinstance(party, Supporter) else None

    @cached_property
    def _mapped(self) -> dict[str, str] | None:
        party = self.words.party
        mapped = party.support.severities if isinstance(party, Supporter) else None
        return None if mapped is None else dict(mapped)
