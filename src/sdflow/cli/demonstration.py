"""Demonstration: the main job, told step by step on the sample organisation."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn

from sdflow.cli.documents import print_report
from sdflow.cli.presentation import changes_table, console, day, reference, say_json, state
from sdflow.cli.proof import print_proof
from sdflow.cli.session import Session, examples, shared_options
from sdflow.domain.errors import Refused
from sdflow.engine.workspace import Occasion, Workspace

OPENING = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)
FIRST = ("PER-CARRICK", "Helen Carrick")


class Stage:
    """Where the demonstration plays: a workspace, a clock of its own, and the people's keys."""

    def __init__(self, workspace: Workspace, out: Console, folder: Path, *, silent: bool) -> None:
        self.workspace, self.out, self.folder, self.silent = workspace, out, folder, silent
        self.now = OPENING
        self.passphrase = secrets.token_urlsafe(12)
        self.documents: list[Path] = []
        self.number = 0

    def occasion(self, person: str) -> Occasion:
        """The person acting now, on the demonstration's clock."""
        from sdflow import bootstrap

        self.now += timedelta(minutes=7)
        return bootstrap.occasion(self.workspace, person, None, at=self.now)

    def on(self, when: date) -> None:
        """The clock goes on to nine in the morning of a day."""
        self.now = datetime(when.year, when.month, when.day, 9, tzinfo=UTC)

    def chapter(self, title: str, told: str) -> None:
        """A heading with what happens and why."""
        self.number += 1
        self.out.print(f"\n[title]{self.number}  {escape(title)}[/]  [quiet]{day(self.now.date())}[/]")
        self.out.print(f"[quiet]{escape(told)}[/]\n")

    def advance(self, record: str, steps: Mapping[str, str]) -> None:
        """Take steps, each by somebody."""
        from sdflow.operations.advance import advance

        for step, person in steps.items():
            occasion = self.occasion(person)
            with self._busy(f"{step} {record}"):
                done = advance(self.workspace, occasion, record, step)
            self.out.print(
                f"  {reference(record)} {state(done.source)} → {state(done.record.state)}  [quiet]{step}, {escape(occasion.name)}[/]"
            )

    def key_file(self, person: str) -> Path:
        """Where a person's key is."""
        return self.folder / "keys" / f"{person}.p12"

    def sign(self, record: str, people: tuple[str, ...]) -> None:
        """Sign in the declared order and keep the file."""
        from sdflow.adapters.signing import load_key
        from sdflow.operations.sign import sign

        for person in people:
            occasion = self.occasion(person)
            with self._busy(f"signing {record}"):
                signed = sign(self.workspace, occasion, record, load_key(self.key_file(person), self.passphrase))
            self.out.print(
                f"  [good]✓[/] {escape(signed.name)} signed {reference(record)} version {signed.record.version}"
            )
            path = self.folder / "documents" / f"{record}-v{signed.record.version}.pdf"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(signed.document.pdf)
        self.documents.append(path)

    def _busy(self, what: str) -> Progress:
        progress = Progress(
            SpinnerColumn(),
            TextColumn("[quiet]{task.description}[/]"),
            console=self.out,
            transient=True,
            disable=self.silent or not self.out.is_terminal,
        )
        progress.add_task(escape(what))
        return progress


@click.command("demo", epilog=examples("sdflow demo", "sdflow demo --folder elsewhere"))
@click.option(
    "--folder", type=click.Path(path_type=Path), help="Where to play it; demo, or demo-2 and so on, unless given."
)
@shared_options
def demo_command(session: Session, folder: Path | None) -> None:
    """Play the main job on the sample organisation: from a requirement to a signed, verifiable agreement.

    It plays in December 2025 on a clock of its own and leaves its PDFs in the folder.
    """
    out = console()
    out.quiet = session.as_json
    folder = folder or _free_folder()
    stage = _open(folder, out, silent=session.as_json)
    _take_in(stage)
    _supporters(stage)
    _requirement(stage)
    found = _breach(stage)
    _mend(stage)
    _agree(stage)
    genuine = _verify(stage)
    acts = _look_back(stage)
    if session.as_json:
        say_json({"folder": folder, "documents": stage.documents, "found": found, "genuine": genuine, "acts": acts})
        return
    out.print(f"\nThe signed agreements are in [title]{escape(str(folder / 'documents'))}[/]:")
    for path in stage.documents:
        out.print(f"  {escape(str(path))}")
    out.print(
        f"\nLook around: [title]sdflow -h[/], then for example [title]sdflow history SLA-0001 -C {escape(str(folder / 'workspace'))}[/]"
    )


def _free_folder() -> Path:
    names = itertools.chain(["demo"], (f"demo-{number}" for number in itertools.count(2)))
    return next(folder for folder in map(Path, names) if not folder.exists())


def _open(folder: Path, out: Console, *, silent: bool) -> Stage:
    from sdflow import bootstrap
    from sdflow.operations.initialise import register_first_person

    if (folder / "workspace").exists():
        raise Refused(f"{folder} already holds a demonstration", advice="remove it, or name another with --folder")
    place = (folder / "workspace").resolve()
    bootstrap.write_settings(place, "Northgate Service Delivery", None)
    workspace = bootstrap.open_workspace(place, create=True)
    if workspace.rules.fallback_reason:
        out.print(f"[warning]{escape(workspace.rules.fallback_reason)}[/]")
    stage = Stage(workspace, out, folder, silent=silent)
    register_first_person(workspace, bootstrap.first_occasion(*FIRST, None, at=OPENING), ())
    return stage


def _take_in(stage: Stage) -> None:
    from sdflow import bootstrap
    from sdflow.operations.apply import apply

    stage.chapter(
        "Helen Carrick takes in what is known",
        "Customer, teams, supplier, people, calendars, components, the service, what the customer requires, and the drafts.",
    )
    applied = apply(
        stage.workspace,
        stage.occasion(FIRST[0]),
        [bootstrap.content_folder() / "examples" / "halvorsen"],
        reason="the sample organisation",
    )
    for one in applied:
        stage.out.print(f"  {reference(one.reference)} {escape(one.title)}")
    stage.advance("SVC-EMAIL", {"launch": "PER-HADDAD"})


def _supporters(stage: Stage) -> None:
    from sdflow.operations.key import make_key

    stage.chapter(
        "Those who carry the service commit themselves",
        "The team signs its OLA and the supplier its contract, each with a key of their own.",
    )
    for person in ("PER-LIN", "PER-HADDAD", "PER-KEANE", "PER-ROSSI", "PER-HALVORSEN"):
        make_key(stage.workspace, stage.occasion(FIRST[0]), person, stage.key_file(person), stage.passphrase)
    stage.advance("OLA-0001", {"offer": FIRST[0], "open_signing": "PER-LIN"})
    stage.sign("OLA-0001", ("PER-LIN", "PER-HADDAD"))
    stage.advance("UC-0001", {"submit": "PER-ROSSI", "approve": "PER-BRIGGS", "open_signing": "PER-ROSSI"})
    stage.sign("UC-0001", ("PER-KEANE", "PER-ROSSI"))


def _requirement(stage: Stage) -> None:
    stage.on(date(2025, 12, 3))
    stage.chapter(
        "The customer's requirement arrives",
        "Ingrid Halvorsen submits it; Helen offers a draft agreement that promises all of it.",
    )
    stage.advance("SLR-0001", {"submit": "PER-HALVORSEN", "analyse": FIRST[0]})
    stage.advance("SLA-0001", {"review": FIRST[0], "offer": FIRST[0]})


def _breach(stage: Stage) -> list[str]:
    from sdflow.operations.check import check

    stage.chapter(
        "The proof finds what cannot be kept", "Before anybody signs, every promise is compared with what carries it."
    )
    (proof,) = check(stage.workspace, stage.now.date(), ["SLA-0001"])
    print_proof(stage.out, proof)
    try:
        stage.advance("SLA-0001", {"align": "PER-HADDAD"})
    except Refused as refusal:
        stage.out.print(f"  [breach]✗[/] {escape(refusal.what)}: {len(refusal.reasons)} breaches stand against it")
    return [one.message for one in proof.findings]


def _mend(stage: Stage) -> None:
    from sdflow.operations.amend import amend
    from sdflow.operations.check import check

    stage.on(date(2025, 12, 8))
    stage.chapter(
        "A round of negotiation mends it",
        "The customer does without Saturdays and accepts five hours for urgent incidents.",
    )
    rounds: tuple[tuple[str, dict[str, str | None], str], ...] = (
        (
            FIRST[0],
            {"hours.service": "CAL-OFFICE"},
            "working days only, since nobody supports the platform on Saturdays",
        ),
        (
            "PER-HALVORSEN",
            {"targets.restore.P1.minutes": "300"},
            "five hours are acceptable outside the renewal season",
        ),
    )
    for person, clauses, reason in rounds:
        amended, changes = amend(stage.workspace, stage.occasion(person), "SLA-0001", clauses, reason=reason)
        stage.out.print(f"  Round {amended.revision.round}, {escape(reason)}")
        stage.out.print(changes_table(changes))
    (proof,) = check(stage.workspace, stage.now.date(), ["SLA-0001"])
    print_proof(stage.out, proof)


def _agree(stage: Stage) -> None:
    from sdflow.operations.amend import amend

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
        clauses |= {f"{path}.reply": reply, f"{path}.agreement": "SLA-0001", f"{path}.clause": clause}
    amend(stage.workspace, stage.occasion(FIRST[0]), "SLR-0001", clauses, reason="answered clause by clause")
    stage.advance("SLR-0001", {"answer": FIRST[0], "accept": "PER-HALVORSEN"})
    stage.advance("SLA-0001", {"align": "PER-HADDAD", "open_signing": FIRST[0]})
    stage.sign("SLA-0001", ("PER-HADDAD", "PER-HALVORSEN"))


def _verify(stage: Stage) -> bool:
    from sdflow.operations.verify import verify

    stage.chapter(
        "Anyone can verify the file",
        "First with the records, then without them; then a copy in which a single byte was changed.",
    )
    path = stage.documents[-1]
    pdf = path.read_bytes()
    report = verify(pdf, path.name, stage.now, stage.workspace.storage)
    print_report(stage.out, report, with_database=True)
    alone = verify(pdf, path.name, stage.now)
    print_report(stage.out, alone, with_database=False)
    middle = len(pdf) // 3
    forged = pdf[:middle] + bytes([pdf[middle] ^ 1]) + pdf[middle + 1 :]
    print_report(
        stage.out,
        verify(forged, "a copy with one byte changed", stage.now, stage.workspace.storage),
        with_database=True,
    )
    return report.genuine and alone.genuine


def _look_back(stage: Stage) -> int:
    from sdflow.operations.audit import audit

    stage.on(date(2026, 1, 1))
    stage.chapter("The agreement comes into force on its start date", "And the history shows how it came to be.")
    stage.advance("OLA-0001", {"activate": FIRST[0]})
    stage.advance("UC-0001", {"activate": "PER-ROSSI"})
    stage.advance("SLA-0001", {"activate": FIRST[0]})
    report = audit(stage.workspace)
    stage.out.print(
        f"\n  [good]✓[/] {report.acts} acts form an unbroken chain, and {report.records} records follow from it."
    )
    return report.acts
