"""Review parties: that what is looked at in a review is of its customer, and to whom what is sent before it may go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sdflow.adapters.storage import Reading
from sdflow.domain.errors import Refused
from sdflow.domain.kind import Content, Link, links
from sdflow.domain.looking_back import ReviewSummary
from sdflow.domain.trait import Party
from sdflow.engine.definitions import Definitions
from sdflow.engine.inheritance import Known
from sdflow.engine.people import person, stands_for

CUSTOMER, SERVICE, AGREEMENTS = "customer", "service", "agreements"
LOOKED_AT = frozenset({AGREEMENTS, "complaints", "surveys", "previous"})
"""The fields of a review that name what is looked at in it."""


def faults_of_reviewed(content: Content, said: ReviewSummary, known: Known) -> Iterator[tuple[str, str]]:
    """The path and the words for everything that is looked at in a review and is of another customer or service.

    What names no customer, such as an agreement for all of them, is anybody's.
    """
    for link in links(content):
        other = known(link.reference) if link.path.partition(".")[0] in LOOKED_AT else None
        if other is not None:
            yield from _fault(link, other, said)


def _fault(link: Link, other: Content, said: ReviewSummary) -> Iterator[tuple[str, str]]:
    customer, service = _named(other, CUSTOMER), _named(other, SERVICE)
    about = f"{link.reference} ({other.description.title.lower()} '{other.title}')"
    if customer not in (None, said.customer):
        yield (
            link.path,
            f"{about} is of {customer}, and the review is of {said.customer}; name what is of {said.customer}, or hold a review"
            f" with {customer} for it",
        )
    elif link.path.startswith(AGREEMENTS) and said.service is not None and service not in (None, said.service):
        yield (
            link.path,
            f"{about} is about {service}, and the review about {said.service} alone; leave out service where it is about several",
        )


def _named(content: Content, field: str) -> str | None:
    """The record that a content names in a field of its own."""
    return next((link.reference for link in links(content) if link.path == field), None)


def refuse_outsiders(definitions: Definitions, reading: Reading, people: Sequence[str], said: ReviewSummary) -> None:
    """`Refused` where one of these people stands neither for the customer of a review nor for the provider."""
    outside = [one for one in people if not _is_of_both(definitions, reading, one, said.customer)]
    if outside:
        raise Refused(
            f"what is sent before a review goes to people of {said.customer} and of the provider, not to {', '.join(outside)}",
            tuple(_stands_for(definitions, reading, one) for one in outside),
            "name with --to those who may have it; whom somebody stands for is said by organisation in the register of people",
        )


def _is_of_both(definitions: Definitions, reading: Reading, reference: str, customer: str) -> bool:
    party = person(reading, definitions, reference).acts_for()
    named = reading.record(party) if party else None
    content = definitions.content(named) if named else None
    ours = isinstance(content, Party) and content.ours
    return ours or stands_for(reading, definitions, reference, customer)


def _stands_for(definitions: Definitions, reading: Reading, reference: str) -> str:
    return f"{reference} stands for {person(reading, definitions, reference).acts_for() or 'nobody in the register'}"
