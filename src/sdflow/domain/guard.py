"""Guard: whether a step may be taken, and each reason why not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sdflow.domain.finding import Finding
from sdflow.domain.workflow import Alone, Guards, Step, TermGuard, Trigger, VersionGuard

OPEN = "open"
"""The outcome of a content from which nothing follows yet."""


@dataclass(frozen=True)
class Situation:
    """What the guards ask about; findings are computed only when a guard asks."""

    who: str
    roles: frozenset[str]
    today: date
    lacks: Callable[[str], bool]
    date_of: Callable[[str], date | None]
    took: Callable[[str], bool]
    first_day: Callable[[], date | None]
    last_day: Callable[[], date | None]
    standing: Callable[[], bool]
    in_force: Callable[[], bool]
    unchanged: Callable[[str], bool]
    findings: Callable[[], Sequence[Finding]]
    named: Callable[[str], bool]
    outcome: Callable[[], str]
    against_renewal: Callable[[], str] = lambda: ""
    trigger: Trigger | None = None
    speaks_for: Callable[[str], bool] = lambda _: True
    acts_for: Callable[[str, str], bool] = lambda _, __: True
    present: Callable[[str], bool] = lambda _: True
    filled: Callable[[str], bool] = lambda _: False
    written_by: Callable[[str, str], bool] = lambda _, __: True
    citing: Callable[[str, Sequence[str]], bool] = lambda _, __: True
    others: Callable[[Alone], Sequence[str]] = lambda _: ()
    as_before: Callable[[str, str], bool] = lambda _, __: False
    unsigned: Sequence[str] = ()
    keyless: Sequence[str] = ()


@dataclass(frozen=True)
class Unmet:
    """A guard that does not hold, the reason, and what would satisfy it."""

    guard: str
    reason: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.reason}; {self.advice}" if self.advice else self.reason


def unmet(step: Step, situation: Situation) -> list[Unmet]:
    """Every guard of a step that does not hold, in the order in which people would mend them."""
    return [
        *_trigger(step, situation),
        *_role(step, situation),
        *_separation(step.guards, situation),
        *_named(step.guards, situation),
        *_named_there(step.guards, situation),
        *_speaking(step.guards, situation),
        *_sections(step.guards, situation),
        *_standing_for(step.guards, situation),
        *_anew(step, situation),
        *_written(step.guards, situation),
        *_dates(step.guards, situation),
        *_term(step.guards, situation),
        *_version(step.guards, situation),
        *_cited_by(step.guards, situation),
        *_alone(step.guards, situation),
        *_parties(step.guards, situation),
        *_outcome(step.guards, situation),
        *_proof(step.guards, situation),
    ]


def _trigger(step: Step, situation: Situation) -> Iterator[Unmet]:
    if step.on is Trigger.adoption and situation.trigger is not Trigger.adoption:
        yield Unmet("on", "it is taken when the signed paper is taken in", "use: sdflow adopt")
    if step.on is Trigger.decline and situation.trigger is not Trigger.decline:
        yield Unmet("on", "it is taken when a signatory declines", "use: sdflow decline")


def _role(step: Step, situation: Situation) -> Iterator[Unmet]:
    if step.guards.by and not situation.roles & set(step.guards.by):
        wanted = " or ".join(role.replace("_", " ") for role in step.guards.by)
        yield Unmet("role", f"{situation.who} is not {wanted}", "act as somebody who is, with --as")


def _separation(guards: Guards, situation: Situation) -> Iterator[Unmet]:
    for step in guards.not_by:
        if situation.took(step):
            done = "drafted it" if step == "apply" else f"took '{step}'"
            yield Unmet("not_by", f"{situation.who} {done}", "somebody else has to take this step")


def _named(guards: Guards, situation: Situation) -> Iterator[Unmet]:
    for path in guards.not_named:
        if situation.named(path):
            yield Unmet(
                "not_named",
                f"{situation.who} is named {_place_named(path)}",
                "somebody else has to take this step",
            )


def _place_named(path: str) -> str:
    """As what somebody is named at a path: as leader, or among signatories."""
    among, _, one_of_many = path.partition(".*")
    place = among if one_of_many else path.rpartition(".")[2]
    return f"{'among' if '.*' in path else 'as'} {place.replace('_', ' ')}"


def _named_there(guards: Guards, situation: Situation) -> Iterator[Unmet]:
    if guards.named and not any(situation.named(path) for path in guards.named):
        wanted = " or ".join(path.rpartition(".")[2].replace("_", " ") for path in guards.named)
        yield Unmet("named", f"{situation.who} is not named as {wanted}", "act as whoever is, with --as")


def _speaking(guards: Guards, situation: Situation) -> Iterator[Unmet]:
    """Of whoever has only roles of another side it is asked for whom that is."""
    roles = sorted(situation.roles & set(guards.by))
    if any(role not in guards.speaks_for for role in roles):
        return
    fields = dict.fromkeys(guards.speaks_for[role] for role in roles)
    if fields and not any(situation.speaks_for(path) for path in fields):
        wanted = " or ".join(map(_in_words, fields))
        yield Unmet(
            "speaks_for",
            f"{situation.who} does not stand for the {wanted} that is named",
            "act as somebody who does, with --as",
        )


def _in_words(path: str) -> str:
    return path.rpartition(".")[2].replace("_", " ")


def _standing_for(guards: Guards, situation: Situation) -> Iterator[Unmet]:
    for path, party in guards.acts_for.items():
        if not situation.acts_for(path, party):
            yield Unmet(
                "acts_for",
                f"who is named in {path} does not stand for the {_in_words(party)} that is named",
                "name somebody who does, or give that person's organisation",
            )
    if guards.present is not None and not situation.present(guards.present):
        yield Unmet(
            "present",
            f"nobody who stands for the {_in_words(guards.present)} was there",
            "write down who was there for them, and for whom",
        )


def _written(guards: Guards, situation: Situation) -> Iterator[Unmet]:
    asked = guards.written
    if asked is None or not situation.filled(asked.where):
        return
    by_hand = [path for path in asked.fields if not situation.written_by(path, asked.verb)]
    if by_hand:
        yield Unmet(
            "written",
            f"what stands in {', '.join(by_hand)} was written by hand, though it is measured ({asked.where})",
            f"have it written from what was measured: sdflow {asked.verb}",
        )


def _sections(guards: Guards, situation: Situation) -> Iterator[Unmet]:
    later = guards.later_requires if guards.later_requires and situation.standing() else ()
    missing = [path for path in (*guards.requires, *later) if situation.lacks(path)]
    missing += [path for path in guards.requires_each if _has_entries(path, situation) and situation.lacks(path)]
    if missing:
        yield Unmet("requires", f"not yet filled in: {', '.join(missing)}", "amend the record")
    old = [path for path in later if path not in missing and situation.unchanged(path)]
    if old:
        yield Unmet("requires", f"still as in the version before: {', '.join(old)}", "amend the record")


def _anew(step: Step, situation: Situation) -> Iterator[Unmet]:
    same = [path for path in step.guards.anew if situation.as_before(step.name, path)]
    if same:
        yield Unmet("anew", f"still as when '{step.name}' was taken last: {', '.join(same)}", "amend the record")


def _has_entries(path: str, situation: Situation) -> bool:
    return not situation.lacks(path.partition(".*")[0])


def _dates(guards: Guards, situation: Situation) -> Iterator[Unmet]:
    for guard, path, held in (
        ("on_or_after", guards.on_or_after, _reached),
        ("after", guards.after, _passed),
        ("not_after", guards.not_after, _not_passed),
    ):
        if path is None:
            continue
        day = situation.date_of(path)
        if day is None:
            yield Unmet(guard, f"{path} is not filled in")
        elif not held(situation.today, day):
            word = {"on_or_after": "from", "not_after": "until"}.get(guard, "after")
            yield Unmet(guard, f"possible {word} {day:%d %B %Y} ({path}); today is {situation.today:%d %B %Y}")


def _term(guards: Guards, situation: Situation) -> Iterator[Unmet]:
    if guards.term is TermGuard.begun:
        first_day = situation.first_day()
        if first_day is not None and situation.today < first_day:
            yield Unmet("term", f"possible from {first_day:%d %B %Y}; today is {situation.today:%d %B %Y}")
    elif guards.term is TermGuard.over:
        yield from _over(situation)
    elif guards.term is TermGuard.renewable and (reason := situation.against_renewal()):
        yield Unmet("term", reason)


def _over(situation: Situation) -> Iterator[Unmet]:
    last_day = situation.last_day()
    if last_day is None:
        yield Unmet("term", "it goes on until somebody gives notice", "take the step that gives notice first")
    elif situation.today <= last_day:
        yield Unmet("term", f"its term runs until {last_day:%d %B %Y}; today is {situation.today:%d %B %Y}")


def _version(guards: Guards, situation: Situation) -> Iterator[Unmet]:
    if guards.version is None:
        return
    if guards.version is VersionGuard.first:
        if situation.standing():
            yield Unmet("version", "a version of it was signed before, and stands")
    elif not situation.standing():
        yield Unmet("version", "no version of it was signed before")
    elif guards.version is VersionGuard.in_force and not situation.in_force():
        yield Unmet("version", "the version that was signed last has not come into force yet")
    elif guards.version is VersionGuard.awaited and situation.in_force():
        yield Unmet("version", "the version that was signed last has come into force")


def _reached(today: date, day: date) -> bool:
    return today >= day


def _passed(today: date, day: date) -> bool:
    return today > day


def _not_passed(today: date, day: date) -> bool:
    return today <= day


def _cited_by(guards: Guards, situation: Situation) -> Iterator[Unmet]:
    for path, states in guards.cited_by.items():
        if not situation.citing(path, states):
            wanted = " or ".join(one.replace("_", " ") for one in states)
            yield Unmet(
                "cited_by",
                f"no record that names it in '{path}' is {wanted}",
                f"name it in '{path}' of the one that takes its place, and bring that one there first",
            )


def _alone(guards: Guards, situation: Situation) -> Iterator[Unmet]:
    asked = guards.alone
    if asked is not None:
        for other in situation.others(asked):
            yield Unmet(
                "alone",
                f"{other}, and there is one at a time",
                f"name it in '{asked.but}', if this one takes its place, or bring it to its end first",
            )


def _parties(guards: Guards, situation: Situation) -> Iterator[Unmet]:
    if guards.keys and situation.keyless:
        names = ", ".join(situation.keyless)
        yield Unmet("keys", f"no valid certificate is registered for {names}", "make one with: sdflow key new PERSON")
    if guards.signed_by_all and situation.unsigned:
        yield Unmet("signed_by", f"not yet signed by {', '.join(situation.unsigned)}")


def _outcome(guards: Guards, situation: Situation) -> Iterator[Unmet]:
    outcome = situation.outcome() or OPEN
    if guards.outcome is not None and outcome != guards.outcome:
        wanted, found = (one.replace("_", " ") for one in (guards.outcome, outcome))
        yield Unmet(
            "outcome", f"by what is recorded it is {found}, not {wanted}", "amend what was recorded, if it is wrong"
        )


def _proof(guards: Guards, situation: Situation) -> Iterator[Unmet]:
    if guards.findings is None:
        return
    for finding in situation.findings():
        if finding.counts and finding.severity.at_least(guards.findings):
            reason = f"{finding.rule}: {finding.message}{f' ({finding.note})' if finding.note else ''}"
            yield Unmet("findings", reason, finding.advice)
