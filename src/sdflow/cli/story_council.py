"""Story of the council: two promises that nobody sees do not fit, a counter-offer for each, and the signatures."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

from rich.markup import escape

from sdflow.cli.presentation import day, reference
from sdflow.cli.proof import print_findings
from sdflow.cli.records import history_table
from sdflow.cli.stage import Ending, Stage, Story, forged, open_breaches
from sdflow.domain.signature import VerificationReport
from sdflow.operations.adopt import adopt
from sdflow.operations.apply import apply
from sdflow.operations.look_up import history
from sdflow.operations.waive import Wish, waive

NGOZI, BEATRIX, JAMES, CLAIRE, MARCUS = "PER-OKAFOR", "PER-HOLLOWAY", "PER-WHITLOCK", "PER-DEVEREUX", "PER-ELLERY"
YASMIN, HELENA, MARGARET = "PER-FAROUK", "PER-VANCE", "PER-THORNE"
SOLICITOR, FINANCE, HALLS, TARNWICK = "PER-PENHALIGON", "PER-AMOS", "PER-MACRAE", "PER-WHITFIELD"
WIDER, LINE, PLANNING = "SLA-COUNCIL", "SLA-RESIDENTS-LINE", "SLA-PLANNING"
LINE_WANTED, PLANNING_WANTED = "SLR-RESIDENTS-LINE", "SLR-PLANNING"
EVENING, HALL_CONTRACT = "UC-TARNWICK", "UC-GREYSTOAT"
OLDER = ("UC-ISARBRUECK", "UC-FERNHOLLOW")
SERVICES = {
    JAMES: ("WORKPLACE", "RESIDENTS-LINE", "LEARNING", "WEBSITE"),
    CLAIRE: ("CARE", "BENEFITS", "PLANNING", "ELECTIONS", "TICKETING", "LEDGER"),
}
"""The services by their owners."""

TEAMS = {
    "OLA-DESK": ("PER-BRENNAN", JAMES),
    "OLA-BRIDGE": ("PER-PATEL", CLAIRE),
    "OLA-NETWORK": ("PER-HUGHES", JAMES),
    "OLA-PLATFORM": ("PER-ZIELINSKA", CLAIRE),
    "OLA-DATABASE": ("PER-ADEBAYO", CLAIRE),
    "OLA-IDENTITY": ("PER-CLARKE", JAMES),
    "OLA-APPS": ("PER-LINDHOLM", CLAIRE),
    "OLA-WEB": ("PER-RAHMAN", JAMES),
    "OLA-OPERATORS": ("PER-DOYLE", JAMES),
}
"""The agreements with teams on which the two services rest, with those who sign, in order."""


def play(stage: Stage) -> Ending:
    """From everything that is known on 2 March to two agreements in force on 1 April."""
    _take_in(stage)
    _adopt(stage)
    _supporters(stage)
    _wider(stage)
    _requirements(stage)
    found = _breaches(stage)
    _evening(stage)
    _weekend(stage)
    _waiver(stage)
    _prove_again(stage)
    _agree(stage)
    genuine = _verify(stage)
    open_ = _come_into_force(stage)
    return Ending(found, open_, genuine, _look_back(stage))


STORY = Story(
    examples="harrowmere",
    provider="Harrowmere Information Services",
    first=(NGOZI, "Ngozi Okafor"),
    opens_at=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    play=play,
    afterwards=(
        f"check {LINE} --explain --as-of 2026-04-01",
        f"compare {PLANNING} r1 v1",
        "history UC-TARNWICK",
        "list --state active",
    ),
)


def _take_in(stage: Stage) -> None:
    stage.chapter(
        "Ngozi Okafor takes in what is known",
        "On 1 April three districts and a county become one council, and its information services start with new"
        " agreements for everything. The service level manager has four weeks.",
    )
    with stage.busy("taking in the records"):
        applied = apply(stage.workspace, stage.occasion(NGOZI), [stage.examples], reason="the new council")
    counts = Counter(one.kind for one in applied)
    described = stage.workspace.definitions.description
    told = (
        f"{number} {(described(kind).title if number == 1 else described(kind).plural).lower()}"
        for kind, number in counts.most_common()
    )
    stage.tell(f"[good]✓[/] {len(applied)} records, all or none: {escape(', '.join(told))}")
    for owner, services in SERVICES.items():
        for service in services:
            stage.take(f"SVC-{service}", {"launch": owner})
    stage.tell(f"[good]✓[/] {sum(map(len, SERVICES.values()))} services launched by their owners")


def _adopt(stage: Stage) -> None:
    stage.on(date(2026, 3, 3))
    stage.chapter(
        "Two contracts are older than the council",
        "They were signed on the suppliers' own paper. Beatrix Holloway takes them in as they are: nobody signs anew.",
    )
    for contract in OLDER:
        paper = stage.examples / "papers" / f"{contract}.txt"
        drafted = stage.record(contract)
        adopted = adopt(stage.workspace, stage.occasion(BEATRIX), paper, contract, reason="signed before the council")
        ((activated, name),) = stage.take(contract, {"activate": BEATRIX})
        stage.moved(contract, [drafted.state, activated.source, activated.record.state], [name])
        stage.tell(
            f"[quiet]{escape(adopted.file_name)}, kept byte for byte, SHA-256 {adopted.sha256[:16]}…[/]", indent=4
        )


def _supporters(stage: Stage) -> None:
    stage.on(date(2026, 3, 4))
    stage.chapter(
        "Those who carry the two services commit themselves",
        "Nine teams and the owner of the data halls, each signatory with a key of their own. The evening operators wait.",
    )
    signatories = dict.fromkeys(person for pair in TEAMS.values() for person in pair)
    stage.make_keys((*signatories, HALLS, BEATRIX, TARNWICK, MARCUS, MARGARET, YASMIN, HELENA))
    stage.tell(f"[good]✓[/] {len(stage.keys)} people have a key; sdflow keeps the fingerprints of their certificates\n")
    for agreement, (lead, receiver) in TEAMS.items():
        stage.commit(agreement, {"offer": NGOZI, "open_signing": lead}, (lead, receiver))
    stage.on(date(2026, 3, 5))
    steps = {"submit": BEATRIX, "approve": SOLICITOR, "open_signing": BEATRIX}
    stage.commit(HALL_CONTRACT, steps, (HALLS, BEATRIX))


def _wider(stage: Stage) -> None:
    stage.on(date(2026, 3, 6))
    stage.chapter(
        "What holds for every service is agreed once",
        "Priorities, first response, security, reports: the agreements on single services inherit these clauses.",
    )
    steps = {"review": NGOZI, "offer": NGOZI, "align": MARCUS, "open_signing": NGOZI}
    stage.commit(WIDER, steps, (MARCUS, MARGARET))


def _requirements(stage: Stage) -> None:
    stage.on(date(2026, 3, 9))
    stage.chapter(
        "Two customers say what they need",
        "Residents are to be answered until eight in the evening; planners want an application that stands still back"
        " within eight hours. Ngozi Okafor offers agreements that promise both.",
    )
    for wanted, customer in ((LINE_WANTED, YASMIN), (PLANNING_WANTED, HELENA)):
        stage.advance(wanted, {"submit": customer, "analyse": NGOZI})
    for agreement in (LINE, PLANNING):
        stage.advance(agreement, {"review": NGOZI, "offer": NGOZI})


def _breaches(stage: Stage) -> list[str]:
    stage.chapter(
        "The proof finds what nobody sees by reading",
        "Each agreement is sound by itself. Before anybody signs, every promise is compared with what carries it.",
    )
    proofs = stage.prove(LINE, PLANNING)
    for proof in proofs:
        print_findings(stage.out, proof)
    stage.refused(LINE, "align", JAMES)
    stage.refused(PLANNING, "align", CLAIRE)
    return [one.message for proof in proofs for one in proof.findings]


def _evening(stage: Stage) -> None:
    stage.on(date(2026, 3, 11))
    stage.chapter(
        "The first counter-offer: the evening by the clock in Harrowmere",
        "From five to eight, operators in New York answer, from noon to three by their clock. In the weeks in which only"
        " one of the two has changed its clocks, noon in New York is four in Harrowmere, and they go home at seven. For"
        " 190 dollars a month more, they begin an hour later in these weeks.",
    )
    hours = {"hours.service": "CAL-TARNWICK-LONDON", "hours.support": "CAL-TARNWICK-LONDON"}
    offer: dict[str, str | None] = {**hours, "charges.monthly.amount": "38790"}
    stage.amend(EVENING, BEATRIX, offer, "Tarnwick's counter-offer")
    stage.redline(EVENING, BEATRIX)
    steps = {"submit": BEATRIX, "approve": FINANCE, "open_signing": BEATRIX}
    stage.commit(EVENING, steps, (TARNWICK, BEATRIX))


def _weekend(stage: Stage) -> None:
    stage.on(date(2026, 3, 12))
    stage.chapter(
        "The second counter-offer: a quarter of an hour",
        "On Mondays Munich opens at ten. A fault that reaches it at the weekend loses an hour, and the route has 45"
        " minutes to spare. An earlier Monday costs 26,000 euros a year; Helena Vance would rather have 495 minutes.",
    )
    stage.amend(PLANNING, HELENA, {"targets.restore.P1.minutes": "495"}, "Mondays in Munich begin at ten")
    stage.redline(PLANNING, HELENA)
    answer = "requirements.restored.answer"
    reply: dict[str, str | None] = {
        f"{answer}.reply": "countered",
        f"{answer}.remark": "Eight and a quarter hours; Munich opens at ten on Mondays",
    }
    stage.amend(PLANNING_WANTED, NGOZI, reply, "the answer says what the agreement now says")
    for wanted, customer in ((LINE_WANTED, YASMIN), (PLANNING_WANTED, HELENA)):
        stage.advance(wanted, {"answer": NGOZI, "accept": customer})


def _waiver(stage: Stage) -> None:
    stage.chapter(
        "A warning is accepted for half a year",
        "98 % for planners is expected, but rests on outages not gathering in office hours. Claire Devereux answers for"
        " that; it takes somebody else to approve it, and it counts again after its last day or when the gap grows.",
    )
    wish = Wish(
        PLANNING,
        "SLM-009",
        reason="Half a year of measurements will show when outages really fall",
        owner=CLAIRE,
        until=date(2026, 9, 30),
    )
    with stage.busy("proving what is to be waived"):
        proposal = waive(stage.workspace, stage.occasion(NGOZI), wish)
    stage.tell(
        f"{reference(proposal.reference)} proposes to waive {proposal.finding.rule} of {reference(PLANNING)}"
        f" until {day(wish.until)}: “{escape(wish.reason)}”"
    )
    stage.advance(proposal.reference, {"approve": MARCUS})


def _prove_again(stage: Stage) -> None:
    stage.chapter("The proof holds", "The same rules look at the same two agreements again.")
    for proof in stage.prove(LINE, PLANNING):
        print_findings(stage.out, proof, waived=False)


def _agree(stage: Stage) -> None:
    stage.on(date(2026, 3, 16))
    stage.chapter(
        "Both sides sign",
        "The owners confirm what they were refused a week ago. Each version is frozen with its calendars, holidays and"
        " proof, laid out, and signed in order.",
    )
    stage.commit(LINE, {"align": JAMES, "open_signing": NGOZI}, (JAMES, YASMIN))
    stage.commit(PLANNING, {"align": CLAIRE, "open_signing": NGOZI}, (CLAIRE, HELENA))


def _verify(stage: Stage) -> bool:
    stage.chapter(
        "Anyone can verify the files",
        "With the records or without them; then a copy in which a single bit was changed, and an adopted paper.",
    )
    signed = [stage.folder / "documents" / f"{one}-v1.pdf" for one in (LINE, PLANNING)]
    genuine = [
        _verdict(stage, stage.verify(path.read_bytes(), path.name, with_records=with_records), how)
        for path in signed
        for with_records, how in ((True, "with the records"), (False, "by itself alone"))
    ]
    _verdict(stage, stage.verify(forged(signed[-1].read_bytes()), signed[-1].name), "with one bit changed")
    paper = stage.examples / "papers" / f"{OLDER[0]}.txt"
    _verdict(stage, stage.verify(paper.read_bytes(), paper.name), "signed elsewhere")
    return all(genuine)


def _verdict(stage: Stage, report: VerificationReport, how: str) -> bool:
    """One file in a line, with what does not hold below it."""
    held = sum(check.held is True for check in report.checks)
    verdict = "[good]✓ genuine[/]" if report.genuine else "[breach]✗ not genuine[/]"
    checks = "1 check holds" if held == 1 else f"{held} checks hold"
    stage.tell(f"{verdict}  [title]{escape(report.source)}[/] {how}  [quiet]{checks}[/]")
    for check in report.failed:
        stage.tell(f"[breach]✗[/] {escape(check.message)}", indent=6)
    return report.genuine


def _come_into_force(stage: Stage) -> list[str]:
    stage.on(date(2026, 4, 1))
    stage.chapter("The first day of the council", "What supports comes into force first, then what is promised.")
    for agreement in TEAMS:
        stage.take(agreement, {"activate": NGOZI})
    contracts = (HALL_CONTRACT, EVENING)
    for contract in contracts:
        stage.take(contract, {"activate": BEATRIX})
    stage.tell(f"[good]✓[/] {len(TEAMS)} agreements with teams and {len(contracts)} more contracts are in force")
    for agreement in (WIDER, LINE, PLANNING):
        stage.advance(agreement, {"activate": NGOZI})
    return open_breaches(stage.prove(LINE, PLANNING))


def _look_back(stage: Stage) -> int:
    stage.chapter("Looking back", "Who did what to the agreement with the planners, when and why.")
    stage.out.print(history_table(history(stage.workspace, PLANNING)))
    stage.out.print()
    return stage.audit()
