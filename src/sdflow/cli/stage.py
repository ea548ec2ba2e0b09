"""Stage: where a story is played, with a clock of its own and the people's keys."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from sdflow import bootstrap
from sdflow.adapters.signing import SigningKey, load_key
from sdflow.cli.presentation import changes_table, day, reference, state
from sdflow.domain.errors import Refused
from sdflow.domain.finding import Severity
from sdflow.domain.record import Record
from sdflow.domain.signature import VerificationReport
from sdflow.engine.proof import Proof
from sdflow.engine.workspace import Occasion, Workspace
from sdflow.operations.advance import Advanced, advance
from sdflow.operations.amend import amend
from sdflow.operations.audit import audit
from sdflow.operations.check import check
from sdflow.operations.compare import redline
from sdflow.operations.key import make_key
from sdflow.operations.sign import sign
from sdflow.operations.verify import verify

BETWEEN_ACTS = timedelta(minutes=7)
MARKED_WIDTH, NAMES_WIDTH = 20, 40
"""Columns for a reference with its mark, and for two names with their margins."""


@dataclass(frozen=True)
class Ending:
    """What came of a story.

    `found` is what the first proof says in words, `open` the breaches that nobody mended or waived, `genuine` whether
    every signed file was found genuine, `acts` the number of acts in the unbroken history.
    """

    found: list[str]
    open: list[str]
    genuine: bool
    acts: int


@dataclass(frozen=True)
class Story:
    """A sample organisation, who sets its workspace up at what moment, and what happens then.

    `examples` is the folder of its records; `afterwards` are commands with which to look around once it is played.
    """

    examples: str
    provider: str
    first: tuple[str, str]
    opens_at: datetime
    play: Callable[[Stage], Ending]
    afterwards: tuple[str, ...]


@dataclass
class Stage:
    """A workspace that was just made, and what the story needs to act in it as many people on many days."""

    workspace: Workspace
    out: Console
    folder: Path
    story: Story
    silent: bool
    now: datetime
    documents: dict[Path, str] = field(default_factory=dict)
    chapters: int = 0
    passphrase: str = field(default_factory=lambda: secrets.token_urlsafe(12), repr=False)
    keys: dict[str, SigningKey] = field(default_factory=dict, repr=False)

    @property
    def examples(self) -> Path:
        """The record files of the sample organisation."""
        return bootstrap.content_folder() / "examples" / self.story.examples

    def occasion(self, person: str) -> Occasion:
        """The person acting now, on the story's clock, which goes on by a few minutes with every act."""
        self.now += BETWEEN_ACTS
        return bootstrap.occasion(self.workspace, person, None, at=self.now)

    def on(self, when: date) -> None:
        """The clock goes on to nine in the morning of a day."""
        self.now = datetime(when.year, when.month, when.day, 9, tzinfo=UTC)

    def chapter(self, title: str, told: str) -> None:
        """A heading with what happens and why."""
        self.chapters += 1
        self.out.print(f"\n[title]{self.chapters}  {escape(title)}[/]  [quiet]{day(self.now.date())}[/]")
        self.tell(f"[quiet]{escape(told)}[/]", indent=3)
        self.out.print()

    def tell(self, line: RenderableType, *, indent: int = 2) -> None:
        """A line of the story, which may hold markup."""
        self.out.print(Padding(line, (0, 0, 0, indent), expand=False))

    def busy(self, what: str) -> Progress:
        """Turns beside what is being done, while it lasts, for those who watch a terminal."""
        progress = Progress(
            SpinnerColumn(),
            TextColumn("[quiet]{task.description}[/]"),
            console=self.out,
            transient=True,
            disable=self.silent or not self.out.is_terminal,
        )
        progress.add_task(escape(what))
        return progress

    def take(self, record: str, steps: Mapping[str, str]) -> list[tuple[Advanced, str]]:
        """Take steps, each by somebody; every step with the name of who took it."""
        taken = []
        for step, person in steps.items():
            occasion = self.occasion(person)
            with self.busy(f"{step.replace('_', ' ')} {record}"):
                taken.append((advance(self.workspace, occasion, record, step), occasion.name))
        return taken

    def advance(self, record: str, steps: Mapping[str, str]) -> None:
        """Take steps and show the way through the states, and who led it on."""
        taken = self.take(record, steps)
        self.moved(record, [taken[0][0].source, *(done.record.state for done, _ in taken)], [who for _, who in taken])

    def moved(self, record: str, states: Iterable[str], people: Iterable[str]) -> None:
        """Show the way of a record through its states, and who led it on."""
        names = escape(", ".join(dict.fromkeys(people)))
        self.tell(f"{reference(record)}  {' → '.join(map(state, states))}  [quiet]{names}[/]")

    def refused(self, record: str, step: str, person: str) -> None:
        """Try a step that the story has refused, and show on what it stumbles."""
        occasion = self.occasion(person)
        try:
            advance(self.workspace, occasion, record, step)
        except Refused as refusal:
            self.tell(f"[breach]✗[/] {escape(refusal.what)}  [quiet]{escape(occasion.name)}[/]")
            for reason in refusal.reasons:
                self.tell(Text(reason, style="quiet", no_wrap=True, overflow="ellipsis"), indent=4)
            return
        raise RuntimeError(f"'{step}' of {record} was not refused, as the story has it")

    def record(self, named: str) -> Record:
        """A record as it stands."""
        with self.workspace.storage.reading() as reading:
            return reading.required(named)

    def make_keys(self, people: Iterable[str]) -> None:
        """A key of their own for everybody who is to sign."""
        for person in people:
            path = self.folder / "keys" / f"{person}.p12"
            occasion = self.occasion(self.story.first[0])
            with self.busy(f"making the key of {person}"):
                make_key(self.workspace, occasion, person, path, self.passphrase)
                self.keys[person] = load_key(path, self.passphrase)

    def sign(self, record: str, people: Iterable[str]) -> list[str]:
        """Sign in the declared order and keep the file; the names of those who signed."""
        names = []
        for person in people:
            occasion = self.occasion(person)
            with self.busy(f"signing {record}"):
                signed = sign(self.workspace, occasion, record, self.keys[person])
            names.append(signed.name)
        self.keep(f"{record}-v{signed.record.version}.pdf", signed.document.pdf, f"Signed by {' and '.join(names)}")
        return names

    def commit(self, record: str, steps: Mapping[str, str], people: Iterable[str]) -> None:
        """Take an agreement through its steps to its last signature, told in one line."""
        (*_, (done, _)) = self.take(record, steps)
        names = self.sign(record, people)
        row = Table.grid(padding=(0, 2, 0, 0))
        row.add_column(width=MARKED_WIDTH, no_wrap=True)
        row.add_column(width=max(MARKED_WIDTH, self.out.width - MARKED_WIDTH - NAMES_WIDTH - 4), no_wrap=True)
        row.add_column()
        row.add_row(f"[good]✓[/] {reference(record)}", escape(done.record.title), escape(", ".join(names)))
        self.tell(row)

    def keep(self, name: str, content: bytes, what: str) -> Path:
        """Leave a file in the folder, and remember what it is."""
        path = self.folder / "documents" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.documents[path] = what
        return path

    def amend(self, record: str, person: str, clauses: Mapping[str, str | None], reason: str) -> None:
        """Change clauses as somebody, and show them before and after."""
        occasion = self.occasion(person)
        amended, changes = amend(self.workspace, occasion, record, clauses, reason=reason)
        place = f"round {amended.revision.round}" if amended.revision.round else f"revision {amended.revision.number}"
        self.tell(f"{reference(record)} {place} by {escape(occasion.name)}: “{escape(reason)}”")
        self.tell(changes_table(changes))
        self.out.print()

    def redline(self, record: str, person: str) -> None:
        """Leave the last change of a record as a PDF on which what went is struck out."""
        with self.busy(f"redline of {record}"):
            found, pdf = redline(self.workspace, self.occasion(person), record)
        self.keep(f"{record}-changes.pdf", pdf, f"What changed from {found.before.name} to {found.after.name}")

    def prove(self, *agreements: str) -> list[Proof]:
        """The proofs of agreements as of the story's day."""
        with self.busy("proving"):
            return check(self.workspace, self.now.date(), agreements)

    def verify(self, content: bytes, name: str, *, with_records: bool = True) -> VerificationReport:
        """Check a file, with the records of the workspace or by itself alone."""
        with self.busy(f"verifying {name}"):
            return verify(content, name, self.now, self.workspace.storage if with_records else None)

    def audit(self) -> int:
        """Show whether the history holds; the number of its acts."""
        report = audit(self.workspace)
        for fault in report.faults:
            self.tell(f"[breach]✗[/] {escape(fault)}")
        if not report.faults:
            told = f"{report.acts} acts form an unbroken chain, and {report.records} records follow from it."
            self.tell(f"[good]✓[/] {told}")
        return report.acts


def forged(pdf: bytes) -> bytes:
    """A copy of a file in which a single bit is another."""
    middle = len(pdf) // 3
    return pdf[:middle] + bytes([pdf[middle] ^ 1]) + pdf[middle + 1 :]


def open_breaches(proofs: Iterable[Proof]) -> list[str]:
    """What the proofs find that would keep an agreement from being signed."""
    return [one.message for proof in proofs for one in proof.findings if one.counts and one.severity is Severity.breach]
