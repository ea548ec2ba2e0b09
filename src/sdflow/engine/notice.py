"""Notice: the letter by which one side ends an agreement, and what follows from the day on which it is given."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sdflow.domain.errors import Refused
from sdflow.domain.kind import Content, links
from sdflow.domain.record import Record
from sdflow.domain.terms import Term, current_term_end, ends_after_notice, next_notice_by, notice_by
from sdflow.domain.trait import Acting, Lasting, Party, Signable
from sdflow.engine.proof import Prover
from sdflow.engine.terms import term_in_force
from sdflow.engine.workspace import Occasion


@dataclass(frozen=True)
class Giving:
    """That notice is given: by whom, on which day, why; and whether it was, or would be."""

    person: str
    given_on: date
    reason: str
    done: bool


@dataclass(frozen=True)
class Side:
    """A party to an agreement, with its register entry and the person who speaks for it in this agreement."""

    reference: str
    content: Content
    person: str | None
    capacity: str | None


def notice_view(prover: Prover, record: Record, occasion: Occasion) -> dict[str, Any]:
    """What the letter shows; `Refused` where notice ends nothing, or where it is not clear between whom it passes."""
    content = prover.complete(record.reference)
    if not isinstance(content, Lasting):
        raise Refused(f"{record.reference} holds for no term, so no notice of it is given")
    giving = _giving(prover, record, occasion)
    term = _term(prover, record, content, giving)
    ends_on = ends_after_notice(term, giving.given_on)
    if ends_on is None:
        raise Refused(f"{record.reference} ends by itself on {term.last_day():%d %B %Y}; no notice is needed")
    sides = list(_sides(prover, content))
    sender = _sender(prover, record, content, sides, (giving.person, occasion.actor))
    current = current_term_end(term, giving.given_on)
    return {
        "content": content,
        "term": term,
        "giving": giving,
        "giver": prover.cited(giving.person)[0].title,
        "sender": sender,
        "recipients": [one for one in sides if one is not sender],
        "draft": not giving.done,
        "current_end": current,
        "due_by": notice_by(term, giving.given_on),
        "next_due_by": next_notice_by(term, giving.given_on),
        "ends_on": ends_on,
        "late": current is not None and ends_on > current,
        "signed_versions": prover.versions(record),
    }


def _giving(prover: Prover, record: Record, occasion: Occasion) -> Giving:
    """The act by which notice was given; where none was, what giving it now would be."""
    state = prover.definitions.state(record)
    if state.ending:
        for act in reversed(prover.reading.acts(record.reference)):
            if any(_came_into(json.loads(text), record) for text in act.events):
                return Giving(act.actor, act.effective_on, act.reason, done=True)
    if not state.binding:
        raise Refused(
            f"{record.reference} is '{record.state}': {state.meaning}",
            ("notice is given of what is signed and has not ended",),
            f"see: sdflow steps {record.reference}",
        )
    return Giving(occasion.actor, occasion.today, "", done=False)


def _came_into(event: dict[str, Any], record: Record) -> bool:
    return bool(event["reference"] == record.reference and event["details"].get("target") == record.state)


def _term(prover: Prover, record: Record, content: Lasting, giving: Giving) -> Term:
    """The term as it was before notice."""
    binding = next(one.name for one in prover.definitions.workflows[record.kind].states if one.binding)
    before = record.moved(binding) if giving.done else record
    return term_in_force(prover.definitions, prover.reading, before, content.agreed_term())


def _sides(prover: Prover, content: Content) -> Iterator[Side]:
    """The parties that an agreement names itself, each with its signatory, or else with whom its register entry names."""
    signing = {one.party: one for one in reversed(content.signing_order())} if isinstance(content, Signable) else {}
    named = [link.reference for link in links(content) if "." not in link.path]
    for reference in dict.fromkeys(named):
        _, party = prover.cited(reference)
        if isinstance(party, Party):
            signatory = signing.get(reference)
            speaker = signatory.person if signatory else _speaker(prover, party)
            name = prover.cited(speaker)[0].title if speaker else None
            yield Side(reference, party, name, signatory.capacity if signatory else None)


def _speaker(prover: Prover, party: Content) -> str | None:
    named = [link.reference for link in links(party) if "." not in link.path]
    return next((one for one in named if isinstance(prover.cited(one)[1], Acting)), None)


def _sender(prover: Prover, record: Record, content: Content, sides: Sequence[Side], people: Sequence[str]) -> Side:
    """The side for which one of these people acts, by the register or as a signatory."""
    signing = content.signing_order() if isinstance(content, Signable) else ()
    for one in people:
        _, person = prover.cited(one)
        acting = {person.acts_for()} if isinstance(person, Acting) else set()
        acting |= {signatory.party for signatory in signing if signatory.person == one}
        found = [side for side in sides if side.reference in acting]
        if len(found) == 1 and len(sides) > 1:
            return found[0]
    names = " or ".join(f"{one.reference} {one.content.title}" for one in sides)
    raise Refused(
        f"it is not clear which side gives notice of {record.reference}",
        (f"{' and '.join(dict.fromkeys(people))} acts for none of its parties",),
        f"act with --as as somebody who acts for {names}",
    )
