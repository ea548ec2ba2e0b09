"""Ends: which ends of terms can be read in two ways (R16), and who is bound for longer than the customer (R17)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sdflow.domain.alignment.clauses import TERM
from sdflow.domain.fact import BindingTerm, FactKind, UnstatedEnd
from sdflow.domain.scene import Scene, Supporter
from sdflow.domain.terms import Term, bound_until, current_term_end, later_end, next_notice_by


def end_facts(scene: Scene) -> Iterator[FactKind]:
    """R16: each end that is not stated exactly. R17: each paid supporter beside the customer's own term."""
    today = scene.as_of or scene.promise.term.start_on
    supporters = [one for _, one in sorted(scene.supporters.items())]
    own = (scene.reference, scene.promise.term)
    for whose, term in (own, *((one.label, one.support.term) for one in supporters)):
        yield from _unstated(scene, whose, term, today)
    for one in supporters:
        yield from _binding(scene, one, today)


def _unstated(scene: Scene, whose: str, term: Term, today: date) -> Iterator[UnstatedEnd]:
    last, other = current_term_end(term, today), later_end(term, today)
    if last and other:
        yield UnstatedEnd(scene.reference, TERM, whose, last, other, next_notice_by(term, today))


def _binding(scene: Scene, supporter: Supporter, today: date) -> Iterator[BindingTerm]:
    bound, customer = bound_until(supporter.support.term, today), bound_until(scene.promise.term, today)
    if not supporter.support.bought or bound is None or customer is None:
        return
    ended = supporter.last if supporter.last and not supporter.replaced else bound
    bound = min(bound, ended)
    longer = max((bound - customer).days, 0)
    yield BindingTerm(scene.reference, TERM, supporter.label, today, bound, customer, longer)
