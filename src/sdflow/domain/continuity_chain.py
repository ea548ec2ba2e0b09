"""Continuity chain: one service's way from business need to promise as a row of links, and the first one that is broken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sdflow.domain.continuity_figures import FIGURES
from sdflow.domain.continuity_scene import ContinuityScene
from sdflow.domain.fact import FactKind, Link
from sdflow.domain.finding import Finding, Severity

ESSENTIAL = (Link.need, Link.analysis, Link.plan, Link.test, Link.promise)
"""The links without which a chain is not whole; other services, backups and contracts play a part where there are some."""

TITLES = {
    Link.need: "Business need",
    Link.analysis: "Impact analysis",
    Link.plan: "Recovery plan",
    Link.order: "Other services",
    Link.backup: "Backup",
    Link.supplier: "Contracts",
    Link.test: "Last test",
    Link.promise: "Promise",
}


class Standing(StrEnum):
    """How a link stands: it holds, what is found about it is waived or warned of, it is broken, or nothing is there."""

    holds = "holds"
    waived = "waived"
    warned = "warned"
    broken = "broken"
    absent = "absent"


@dataclass(frozen=True)
class ChainLink:
    """One link: how it stands, its figure in words, and what is found about it, the heaviest first, what is waived last."""

    link: Link
    title: str
    standing: Standing
    figure: str
    found: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def at_fault(self) -> bool:
        """Whether the chain does not hold here."""
        return self.standing in (Standing.broken, Standing.warned)


@dataclass(frozen=True)
class Chain:
    """The links of one service in the order in which each rests on the one before it, as one record sees them.

    `first_broken` is the first link that does not hold, none where every one does; `missing` are the titles of those without
    which the chain is not whole and of which there is nothing. `version` says of which version of the record it is,
    where others differ.
    """

    service: str
    links: tuple[ChainLink, ...]
    first_broken: Link | None
    missing: tuple[str, ...] = ()
    version: str = ""

    def of_version(self, _number: int, title: str) -> Chain:
        """The same, said of one version among several."""
        return replace(self, version=title)

    @property
    def whole(self) -> bool:
        """Whether every link is there and holds, or what is found about it is waived."""
        return self.first_broken is None and not self.missing

    @property
    def verdict(self) -> str:
        """How the chain stands, in a sentence: the first broken link by its name, and why."""
        if self.first_broken is not None:
            broken = self.link(self.first_broken)
            return f"First broken link: {broken.title.lower()}: {broken.found[0]}"
        if self.missing:
            return f"No link is broken, and these are missing: {', '.join(one.lower() for one in self.missing)}"
        return "Every link holds"

    def link(self, wanted: Link) -> ChainLink:
        """One of the links."""
        return next(one for one in self.links if one.link is wanted)


def chain_of(scene: ContinuityScene, facts: Sequence[FactKind], findings: Sequence[Finding]) -> Chain:
    """The chain of a service from its facts and from what the rules find about them, in the order of the links."""
    links = tuple(_link(one, scene, [fact for fact in facts if fact.link == one], findings) for one in Link)
    missing = (one.title for one in links if one.link in ESSENTIAL and one.standing is Standing.absent)
    return Chain(scene.label, links, next((one.link for one in links if one.at_fault), None), tuple(missing))


def _link(link: Link, scene: ContinuityScene, facts: Sequence[FactKind], findings: Sequence[Finding]) -> ChainLink:
    looked_at = [dict(fact.fact().fields) for fact in facts]
    about = [one for one in findings if one.severity is not Severity.advice and _among(looked_at, one)]
    about.sort(key=lambda one: (not one.counts, one.severity.rank))
    return ChainLink(
        link=link,
        title=TITLES[link],
        standing=_standing(about) if about or _is_there(link, scene, facts) else Standing.absent,
        figure=FIGURES[link](scene),
        found=tuple(dict.fromkeys(one.message for one in about)),
        rules=tuple(dict.fromkeys(one.rule for one in about)),
    )


def _among(looked_at: Sequence[object], finding: Finding) -> bool:
    return any(dict(fields) in looked_at for fields in finding.matched.values())


def _is_there(link: Link, scene: ContinuityScene, facts: Sequence[FactKind]) -> bool:
    """Whether there is something that could hold; that a plan is owed or not does not make one."""
    return bool(facts) and (link is not Link.plan or bool(scene.plans))


def _standing(about: Sequence[Finding]) -> Standing:
    if not about:
        return Standing.holds
    if not about[0].counts:
        return Standing.waived
    return Standing.broken if about[0].severity is Severity.breach else Standing.warned
