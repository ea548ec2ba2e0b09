"""Obligations: what a record owes on a day, derived from its content, its term and what has happened."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date

from sdflow.adapters.storage import Reading
from sdflow.domain.content import plain
from sdflow.domain.done_day import as_day
from sdflow.domain.kind import Content
from sdflow.domain.obligation import ITSELF, Obligation, Owed, TermDay
from sdflow.domain.record import Record
from sdflow.domain.term_days import open_decisions
from sdflow.domain.terms import Term, plus_months
from sdflow.domain.trait import Lasting
from sdflow.engine.done_days import spoken
from sdflow.engine.obligation_sources import Sources
from sdflow.engine.past import DAY_OVER, Past, When
from sdflow.engine.signing import envelope_signatories
from sdflow.engine.terms import term_in_force
from sdflow.engine.workspace import Workspace

LAST_CALENDAR_DAY = date.max.toordinal()


def derive(workspace: Workspace, reading: Reading, record: Record, today: date) -> list[Obligation]:
    """Everything that a record owes on a day, the earliest due first."""
    found = derivations(Sources(workspace.definitions, reading), record, today)
    return sorted(one.obligation for one in found)


@dataclass(frozen=True)
class Derivation:
    """What is owed from a day on, and the day from which something else may be, though nothing happens until then."""

    obligation: Obligation
    stale_on: date | None = None
    holds_from: date | None = None

    def not_before(self, day: date | None) -> Derivation:
        """The same, which does not hold before a day either."""
        return self if day is None else replace(self, holds_from=max(day, self.holds_from or day))


def derivations(sources: Sources, record: Record, today: date) -> list[Derivation]:
    """Everything that a record owes on a day, in the order of its workflow file."""
    declared = sources.definitions.workflows[record.kind].obligations
    model = sources.definitions.kinds[record.kind]
    owing = [one for one in declared if record.state in one.states and _concerns(model, one)]
    deriving = [_Deriving(sources, record, one, today) for one in owing]
    found = [derived for one in deriving for derived in one.found()]
    lapsed = max((one.lapsed_on for one in deriving if one.lapsed_on), default=None)
    return [one.not_before(lapsed) for one in found]


def _concerns(model: type[Content], owed: Owed) -> bool:
    """Whether contents of a kind have the fields by which something is owed; several kinds share one workflow."""
    asked = owed.due.fields if owed.due.every_months is None else ()
    return not asked or any(path.partition(".")[0] in model.model_fields for path in asked)


@dataclass(frozen=True)
class _Day:
    """A day on which something is due, of one of several subjects, and why."""

    due_on: date
    reason: str
    keys: tuple[str, ...] = ()
    person: str | None = None
    stale_on: date | None = None
    holds_from: date | None = None


class _Deriving:
    """One declaration, held against one record; `lapsed_on` is the day from which time alone left nothing of it."""

    def __init__(self, sources: Sources, record: Record, owed: Owed, today: date) -> None:
        self._sources = sources
        self._record = record
        self._owed = owed
        self._today = today
        self.lapsed_on: date | None = None

    def found(self) -> Iterator[Derivation]:
        """What the record owes by the declaration."""
        content = self._content()
        if content is None:
            return
        people = {keys: str(value) for keys, value in self._entries(content, self._owed.person)}
        for one in self._days(content):
            person = one.person or people.get(one.keys) or people.get(())
            yield Derivation(self._obligation(one, person), one.stale_on, one.holds_from)

    def _obligation(self, day: _Day, person: str | None) -> Obligation:
        lead = self._owed.due.lead_days
        due_on = _earlier(day.due_on, lead)
        ahead = f"{lead} day{'' if lead == 1 else 's'} before {spoken(day.due_on)}: " if lead else ""
        return Obligation(
            due_on=due_on,
            record=self._record.reference,
            name=self._owed.name,
            subject="/".join(day.keys),
            person=self._record.reference if self._owed.person == ITSELF else person,
            by=self._owed.by,
            meaning=self._owed.meaning,
            reason=f"{ahead}{day.reason}",
        )

    def _content(self) -> Content | None:
        if not self._owed.standing:
            return self._sources.content(self._record)
        versions = self._sources.versions(self._record)
        return versions[-1].content if versions else None

    def _days(self, content: Content) -> Iterator[_Day]:
        due = self._owed.due
        if self._owed.each_signatory:
            yield from self._signatures()
        elif due.term is not None:
            yield from self._term(content)
        elif due.every_months is not None:
            yield from self._interval(content, due.every_months)
        elif due.days_in_state is not None:
            yield from self._waiting(due.days_in_state)
        else:
            yield from self._dated(content)

    def _entries(self, content: Content, path: str | None) -> list[tuple[tuple[str, ...], object]]:
        return self._sources.entries(content, path) if path not in (None, ITSELF) else []

    @property
    def _past(self) -> Past:
        return self._sources.past(self._record)

    @property
    def _since(self) -> date | None:
        """Since when the record has been in the states in which this is owed, and owes it for the first time."""
        since = self._past.uninterrupted_since(self._owed.states)
        if since is None or not self._owed.once:
            return since
        first = min(self._past.came_into(self._owed.once), default=None)
        return max(since, first[0]) if first else None

    def _done_since(self, day: date) -> list[date]:
        return [one for one, _ in self._done() if one >= day]

    def _done(self) -> list[When]:
        """When something happened that says that it is done."""
        happened = [when for cause in self._owed.done_when for when, _ in self._sources.happened(self._record, cause)]
        return self._past.took(self._owed.done_by) + happened

    def _dated(self, content: Content) -> Iterator[_Day]:
        since = self._since
        if since is not None and self._done_since(since):
            return
        done = {keys for keys, value in self._entries(content, self._owed.until) if value not in ("", [], {})}
        found: dict[tuple[str, ...], _Day] = {}
        for path in self._owed.due.fields:
            for keys, value in self._sources.entries(content, path):
                day = as_day(value)
                if day is None or keys in done or not self._is_among(content, keys):
                    continue
                if keys not in found or (day < found[keys].due_on) is not self._owed.due.latest:
                    found[keys] = _Day(day, f"{_label(path)} is {spoken(day)}", keys)
        chosen = list(found.values())
        yield from [max(chosen, key=lambda one: one.due_on)] if self._owed.due.latest and chosen else chosen

    def _is_among(self, content: Content, keys: tuple[str, ...]) -> bool:
        path = self._owed.due.among
        if path is None:
            return True
        listed = [value for outer, value in self._sources.entries(content, path) if outer == keys[: len(outer)]]
        return any(isinstance(value, list | tuple) and keys[-1] in value for value in listed)

    def _waiting(self, days: int) -> Iterator[_Day]:
        since = self._since
        if since is not None and not self._done_since(since):
            yield _Day(_later(since, days), self._waits(since, days))

    def _waits(self, since: date, days: int) -> str:
        state = self._record.state.replace("_", " ")
        return f"it is '{state}' since {spoken(since)}, for which {days} day{'' if days == 1 else 's'} are meant"

    def _term(self, content: Content) -> Iterator[_Day]:
        if not isinstance(content, Lasting):
            return
        agreed = content.agreed_term()
        term = term_in_force(self._sources.definitions, self._sources.reading, self._record, agreed)
        if self._owed.due.term is TermDay.notice_by:
            yield from self._notice(term)
        elif (last := term.ends_by_itself()) is not None:
            yield _Day(last, f"its last day is {spoken(last)}")

    def _notice(self, term: Term) -> Iterator[_Day]:
        asked = open_decisions(term, self._past.going_on_after, self._days_ahead, self._today)
        onwards = f"goes on for {term.renewal_months} months" if term.renews() else "goes on without end"
        what = "its term" if term.renews() else "its minimum term"
        if not asked.found:
            self.lapsed_on = asked.holds_from
        for one in asked.found:
            if one.notice_by is not None:
                by = f"unless notice is given by {spoken(one.notice_by)}"
                reason = f"{what} ends on {spoken(one.last_day)} and {onwards} {by}"
                keys = (f"term to {one.last_day}",) if term.renews() else ()
                yield _Day(one.notice_by, reason, keys, stale_on=asked.stale_on, holds_from=asked.holds_from)

    @property
    def _days_ahead(self) -> int:
        """How many days before the notice people are first told of it."""
        return self._owed.due.lead_days - min(0, *self._owed.ladder.steps)

    def _interval(self, content: Content, months: int) -> Iterator[_Day]:
        stated = self._stated(content)
        last_time, why = self._last_time(stated)
        if last_time is None or (self._owed.once and self._since is None):
            return
        last = last_time[0]
        every, where = self._months(content, months)
        found = [_Day(plus_months(last, every), f"every {every} month{'' if every == 1 else 's'}{where}; {why}")]
        for path in self._owed.due.fields if not self._done_since_written else ():
            named = [as_day(value) for _, value in self._sources.entries(content, path)]
            found += [_Day(day, f"{_label(path)} is {spoken(day)}; {why}") for day in named if day and day > last]
        for cause in self._owed.due.after:
            happened = [(when, one) for when, one in self._sources.happened(self._record, cause) if when >= last_time]
            for (day, _), reference in sorted(happened)[:1]:
                about = "" if reference == self._record.reference else f"{reference}, "
                found.append(_Day(_later(day, cause.days), f"{cause.because} ({about}{spoken(day)}); {why}"))
        to_come = min((day for day in stated if day > self._today), default=None)
        come = max((day for day in stated if day <= self._today), default=None)
        first_due = min(found, key=lambda one: (one.due_on, one.reason))
        yield replace(first_due, stale_on=to_come, holds_from=come)

    @property
    def _done_since_written(self) -> bool:
        return any(step in self._owed.done_by for step in self._past.steps_since_written)

    def _stated(self, content: Content) -> list[date]:
        """The days on which it was done as the record says; one that has not come silences nothing until then."""
        found = [value for path in self._owed.due.since for _, value in self._sources.entries(content, path)]
        return [day for day in map(as_day, found) if day is not None]

    def _last_time(self, stated: Collection[date]) -> tuple[When | None, str]:
        """When it was done last, or since when it is owed, with the words for it; on a stated day, when that is over."""
        done = [(day, DAY_OVER) for day in stated if day <= self._today] + self._done()
        if done:
            return max(done), f"done last on {spoken(max(done)[0])}"
        since = self._since
        return ((since, 0), f"owed since {spoken(since)}") if since else (None, "")

    def _months(self, content: Content, months: int) -> tuple[int, str]:
        stated = self._owed.due.stated_months
        said = (
            [value for _, value in self._sources.entries(content, stated) if isinstance(value, int)] if stated else []
        )
        shortest, where = min(said, default=months), ""
        for path, by_value in self._owed.due.sooner.items():
            for _, value in self._sources.entries(content, path):
                told = str(plain(value))
                if by_value.get(told, shortest) < shortest:
                    shortest, where = by_value[told], f", since {_label(path)} is {told.replace('_', ' ')}"
        return shortest, where

    def _signatures(self) -> Iterator[_Day]:
        """Each of those whose turn it is, from the day on which it became so."""
        record, since, days = self._record, self._since, self._owed.due.days_in_state
        envelope = self._sources.reading.envelope(record.reference, record.version)
        if envelope is None or since is None or days is None:
            return
        given = {one.field for one in self._sources.reading.signatures(record.reference, record.version)}
        expected = envelope_signatories(envelope)
        waiting = [one for one in expected if one.field not in given]
        for one in waiting:
            if one.turn == waiting[0].turn:
                before = {other.field for other in expected if (other.turn or 0) < (one.turn or 0)}
                begun = max([since, *self._signed_in(before)])
                reason = (
                    f"{one.name} signs for {one.party}; version {record.version} waits for it since {spoken(begun)}"
                )
                yield _Day(_later(begun, days), reason, (one.field,), one.person)

    def _signed_in(self, fields: Collection[str]) -> list[date]:
        """When these fields of the present version were signed."""
        version = self._record.version
        return [day for (day, _), number, field in self._past.signed if number == version and field in fields]


def _label(path: str) -> str:
    return path.rpartition(".")[2].replace("_", " ")


def _later(day: date, days: int) -> date:
    return date.fromordinal(min(day.toordinal() + days, LAST_CALENDAR_DAY))


def _earlier(day: date, days: int) -> date:
    return date.fromordinal(max(day.toordinal() - days, 1))
