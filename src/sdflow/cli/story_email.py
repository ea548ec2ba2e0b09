"""Story of the e-mail: a small provider promises business e-mail to an insurer, and finds what it cannot keep."""

from __future__ import annotations

from datetime import UTC, date, datetime

from rich.markup import escape

from sdflow.cli.presentation import reference
from sdflow.cli.proof import print_proof
from sdflow.cli.stage import Ending, Stage, Story, forged, open_breaches
from sdflow.cli.verification import print_report
from sdflow.operations.apply import apply

HELEN, OMAR, INGRID = "PER-CARRICK", "PER-HADDAD", "PER-HALVORSEN"
LIN, KEANE, ROSSI, BRIGGS = "PER-LIN", "PER-KEANE", "PER-ROSSI", "PER-BRIGGS"
AGREEMENT, TEAM, SUPPLIER, REQUIREMENT = "SLA-0001", "OLA-0001", "UC-0001", "SLR-0001"


def play(stage: Stage) -> Ending:
    """From what is known on the first of December to an agreement in force on the first of January."""
    _take_in(stage)
    _supporters(stage)
    _requirement(stage)
    found = _breach(stage)
    _mend(stage)
    _agree(stage)
    genuine = _verify(stage)
    acts = _look_back(stage)
    return Ending(found, open_breaches(stage.prove(AGREEMENT)), genuine, acts)


STORY = Story(
    examples="halvorsen",
    provider="Northgate Service Delivery",
    first=(HELEN, "Helen Carrick"),
    opens_at=datetime(2025, 12, 1, 9, 0, tzinfo=UTC),
    play=play,
    afterwards=(f"history {AGREEMENT}", f"check {AGREEMENT} --explain --as-of 2026-01-01"),
)


def _take_in(stage: Stage) -> None:
    stage.chapter(
        "Helen Carrick takes in what is known",
        "Customer, teams, supplier, people, calendars, components, the service, what the customer requires, and the drafts.",
    )
    for one in apply(stage.workspace, stage.occasion(HELEN), [stage.examples], reason="the sample organisation"):
        stage.tell(f"{reference(one.reference)} {escape(one.title)}")
    stage.advance("SVC-EMAIL", {"launch": OMAR})


def _supporters(stage: Stage) -> None:
    stage.chapter(
        "Those who carry the service commit themselves",
        "The team signs its OLA and the supplier its contract, each with a key of their own.",
    )
    stage.make_keys((LIN, OMAR, KEANE, ROSSI, INGRID))
    stage.commit(TEAM, {"offer": HELEN, "open_signing": LIN}, (LIN, OMAR))
    stage.commit(SUPPLIER, {"submit": ROSSI, "approve": BRIGGS, "open_signing": ROSSI}, (KEANE, ROSSI))


def _requirement(stage: Stage) -> None:
    stage.on(date(2025, 12, 3))
    stage.chapter(
        "The customer's requirement arrives",
        "Ingrid Halvorsen submits it; Helen offers a draft agreement that promises all of it.",
    )
    stage.advance(REQUIREMENT, {"submit": INGRID, "analyse": HELEN})
    stage.advance(AGREEMENT, {"review": HELEN, "offer": HELEN})


def _breach(stage: Stage) -> list[str]:
    stage.chapter(
        "The proof finds what cannot be kept", "Before anybody signs, every promise is compared with what carries it."
    )
    (proof,) = stage.prove(AGREEMENT)
    print_proof(stage.out, proof)
    stage.refused(AGREEMENT, "align", OMAR)
    return [one.message for one in proof.findings]


def _mend(stage: Stage) -> None:
    stage.on(date(2025, 12, 8))
    stage.chapter(
        "A round of negotiation mends it",
        "The customer does without Saturdays and accepts five hours for urgent incidents.",
    )
    stage.amend(
        AGREEMENT,
        HELEN,
        {"hours.service": "CAL-OFFICE"},
        "working days only, since nobody supports the platform on Saturdays",
    )
    stage.amend(
        AGREEMENT,
        INGRID,
        {"targets.restore.P1.minutes": "300"},
        "five hours are acceptable outside the renewal season",
    )
    for proof in stage.prove(AGREEMENT):
        print_proof(stage.out, proof)


def _agree(stage: Stage) -> None:
    stage.on(date(2025, 12, 14))
    stage.chapter(
        "Both sides agree and sign",
        "The requirement is answered clause by clause; the version is frozen and signed in order.",
    )
    answers = {
        "hours": ("countered", "hours.service"),
        "availability": ("accepted", "targets.availability"),
        "urgent": ("countered", "targets.restore.P1"),
    }
    clauses: dict[str, str | None] = {}
    for key, (reply, clause) in answers.items():
        path = f"requirements.{key}.answer"
        clauses |= {f"{path}.reply": reply, f"{path}.agreement": AGREEMENT, f"{path}.clause": clause}
    stage.amend(REQUIREMENT, HELEN, clauses, "answered clause by clause")
    stage.advance(REQUIREMENT, {"answer": HELEN, "accept": INGRID})
    stage.commit(AGREEMENT, {"align": OMAR, "open_signing": HELEN}, (OMAR, INGRID))


def _verify(stage: Stage) -> bool:
    stage.chapter(
        "Anyone can verify the file",
        "First with the records, then without them; then a copy in which a single bit was changed.",
    )
    path = next(path for path in stage.documents if path.name.startswith(AGREEMENT))
    pdf = path.read_bytes()
    recorded = stage.verify(pdf, path.name)
    alone = stage.verify(pdf, path.name, with_records=False)
    print_report(stage.out, recorded, with_database=True)
    print_report(stage.out, alone, with_database=False)
    print_report(stage.out, stage.verify(forged(pdf), "a copy with one bit changed"), with_database=True)
    return recorded.genuine and alone.genuine


def _look_back(stage: Stage) -> int:
    stage.on(date(2026, 1, 1))
    stage.chapter("The agreement comes into force on its start date", "And the history shows how it came to be.")
    for record, person in ((TEAM, HELEN), (SUPPLIER, ROSSI), (AGREEMENT, HELEN)):
        stage.advance(record, {"activate": person})
    stage.out.print()
    return stage.audit()
