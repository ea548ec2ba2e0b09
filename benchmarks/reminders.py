"""Reminders: what a sweep costs beside what exists, and how fast reminders leave beside a bare smtplib loop.

    python benchmarks/reminders.py [--sizes 10000 100000 1000000] [--reminders 10000]

Either is left out by an empty --sizes or --reminders 0.

A sweep plans the steps that came on a day: 1,000 of them, however many obligations there are. Reminders are given to a mail
server in a process of its own, each in a message of its own, and all together in one message for each of 100 people. The bare
loop composes letters of the same text, HTML and calendar with the standard library and sends them over one connection; what
sending ready bytes takes is printed beside it. Ends with exit code 1 where a sweep over the most obligations costs more than
1.5 times one over the fewest, or where reminders in messages of their own leave less than half as fast as the letters of the
bare loop. Needs the extra `dev`, for the mail server.
"""

from __future__ import annotations

import argparse
import multiprocessing
import smtplib
import socket
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from sdflow import bootstrap
from sdflow.domain.obligation import KeptObligation
from sdflow.engine.reminder_planning import plan
from sdflow.engine.workspace import Occasion, Workspace
from sdflow.operations.apply import apply
from sdflow.operations.initialise import register_first_person
from sdflow.operations.remind import remind

TODAY = date(2027, 3, 1)
KIND, OWED = "documented_information", "review"
DAYS, DUE_A_DAY, OF_A_RECORD, PEOPLE = 5, 1_000, 5, 100
FLAT, HALF = 1.5, 0.5


def workspace_in(folder: Path, mail: str = "") -> Workspace:
    """A workspace with 100 people who can be reached."""
    folder.mkdir()
    settings = bootstrap.write_settings(folder, "Northgate", None)
    settings.write_text(settings.read_text("utf-8") + mail, encoding="utf-8")
    workspace = bootstrap.open_workspace(folder, create=True)
    register_first_person(workspace, occasion(), ())
    people = [
        f"kind: person\nreference: PER-{number:04d}\ntitle: Somebody {number}\nemail: p{number}@example.com\n"
        "roles: {auditor: {since: 2020-01-01}}\n"
        for number in range(PEOPLE)
    ]
    (folder / "people.yaml").write_text("---\n".join(people), encoding="utf-8")
    apply(workspace, occasion(), [folder / "people.yaml"])
    return workspace


def occasion() -> Occasion:
    """The one who sets everything up."""
    return Occasion("PER-FIRST", "First", "benchmark", noon(TODAY - timedelta(days=200)), TODAY - timedelta(days=200))


def noon(day: date) -> datetime:
    """Twelve o'clock."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def obligations(count: int) -> Iterator[KeptObligation]:
    """Five of each record; of so many the next step comes on each of the first days, and of the others in later years."""
    for number in range(count):
        day = number // DUE_A_DAY if number < DAYS * DUE_A_DAY else 400 + number % 3_000
        yield KeptObligation(
            due_on=TODAY + timedelta(days=day + 30),
            record=f"DOC-{number % max(count // OF_A_RECORD, 1):07d}",
            name=OWED,
            subject=f"part-{number}",
            person=f"PER-{number % PEOPLE:04d}",
            meaning="It is looked at",
            reason="every 12 months; done last on 31 March 2026",
            kind=KIND,
            known_on=TODAY - timedelta(days=100),
            next_on=TODAY + timedelta(days=day),
        )


def filled(folder: Path, count: int) -> Workspace:
    """A workspace in which so much is owed. Rows of records are written as they are, since a million acts take an hour."""
    workspace = workspace_in(folder)
    records = ((f"DOC-{number:07d}", KIND) for number in range(max(count // OF_A_RECORD, 1)))
    with closing(sqlite3.connect(folder / "sdflow.db")) as connection, connection:
        connection.executemany(
            "INSERT INTO record (reference, kind, title, state, version, revision_number, lock)"
            " VALUES (?, ?, 'A guide', 'current', 0, 1, 1)",
            records,
        )
    rows = obligations(count)
    with workspace.storage.noting() as noting:
        while some := list(islice(rows, 10_000)):
            noting.keep_obligations([], some)
    return workspace


@dataclass(frozen=True)
class Spent:
    """Seconds that passed, and those of them in which this process computed."""

    seconds: float
    computing: float

    def beside(self, bare: Spent) -> str:
        """The rate of the same number beside another."""
        return f"{bare.seconds / self.seconds:.2f} (computing {bare.computing / self.computing:.2f})"


def spent(once: Callable[[], object]) -> Spent:
    """How long it takes."""
    begun, computing = time.perf_counter(), time.process_time()
    once()
    return Spent(time.perf_counter() - begun, time.process_time() - computing)


def swept(folder: Path, count: int) -> tuple[float, float]:
    """Processor seconds of a sweep that plans 1,000 steps, the median of five days; and of one on which nothing comes."""
    workspace = filled(folder, count)
    workspace = replace(workspace, post=bootstrap.open_workspace(mail_settings(folder, 25)).post)
    taken = []
    for number in range(DAYS):
        day = TODAY + timedelta(days=number)
        begun = time.process_time()
        planned = plan(workspace, noon(day), day)
        taken.append(time.process_time() - begun)
        if planned.steps != DUE_A_DAY:
            raise SystemExit(f"{planned.steps} steps were planned on {day}, expected {DUE_A_DAY}")
    idle = [spent(lambda: plan(workspace, noon(day), day)).computing for _ in range(DAYS)]
    workspace.storage.dispose()
    return median(taken), median(idle)


def mail_settings(folder: Path, port: int) -> Path:
    """Settings by which mail is given to this machine, without a digest."""
    path = folder / "sdflow.toml"
    path.write_text(path.read_text("utf-8") + mail_tables(port, digest=False), encoding="utf-8")
    return folder


def mail_tables(port: int, *, digest: bool) -> str:
    """The tables of the settings."""
    return (
        f'\n[mail]\nserver = "127.0.0.1"\nport = {port}\nsecurity = "none"\nfrom = "desk@example.com"\n'
        f"\n[reminders]\ndigest = {str(digest).lower()}\n"
    )


class Counting:
    """Counts letters and octets, and keeps the first."""

    def __init__(self) -> None:
        self.letters = self.octets = 0
        self.first = b""

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Count a letter."""
        content = bytes(envelope.original_content or b"")
        self.letters, self.octets, self.first = self.letters + 1, self.octets + len(content), self.first or content
        return "250 OK"


def _serve(port: int, pipe: Connection) -> None:
    counting = Counting()
    controller = Controller(counting, hostname="127.0.0.1", port=port)
    controller.start()
    pipe.send(True)
    while pipe.recv():
        pipe.send((counting.letters, counting.octets, counting.first))
        counting.letters, counting.octets, counting.first = 0, 0, b""
    controller.stop()


@dataclass
class Server:
    """A mail server in another process."""

    port: int
    pipe: Connection

    def counted(self) -> tuple[int, int, bytes]:
        """Letters and octets since the last time, and the first letter."""
        self.pipe.send(True)
        found: tuple[int, int, bytes] = self.pipe.recv()
        return found


@contextmanager
def mail_server() -> Iterator[Server]:
    """A mail server that takes everything."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_serve, args=(port, theirs), daemon=True)
    process.start()
    ours.recv()
    try:
        yield Server(port, ours)
    finally:
        ours.send(False)
        process.join()


def ready(port: int, letters: Sequence[bytes]) -> Spent:
    """Letters as ready bytes over one connection."""

    def loop() -> None:
        with smtplib.SMTP("127.0.0.1", port) as connection:
            for letter in letters:
                connection.sendmail("desk@example.com", ["p1@example.com"], letter)

    return spent(loop)


def composed(port: int, count: int, text: str, html: str, calendar: bytes) -> Spent:
    """Letters that the standard library puts together one by one."""

    def loop() -> None:
        with smtplib.SMTP("127.0.0.1", port) as connection:
            for number in range(count):
                letter = EmailMessage()
                letter["From"], letter["To"], letter["Subject"] = "desk@example.com", "p1@example.com", f"Owed {number}"
                letter.set_content(text)
                letter.add_alternative(html, subtype="html")
                letter.add_attachment(calendar, maintype="text", subtype="calendar", filename="owed.ics")
                connection.send_message(letter)

    return spent(loop)


def delivered(folder: Path, server: Server, count: int, *, digest: bool) -> tuple[Spent, int, bytes]:
    """So many reminders planned and delivered, in how many letters, and one of those."""
    workspace = workspace_in(folder, mail_tables(server.port, digest=digest))
    lines = ["path,title,owner,last_reviewed_on"]
    lines += [f"guides/{number}.md,Guide {number},PER-{number % PEOPLE:04d},2026-03-01" for number in range(count)]
    (folder / "guides.csv").write_text("\n".join(lines), encoding="utf-8")
    columns = "columns: {title: title, held_at: path, owner: owner, last_reviewed_on: last_reviewed_on}\n"
    mapping = folder / "guides.map.yaml"
    mapping.write_text(f"kind: {KIND}\nreference: {{prefix: DOC, number: running}}\n{columns}", encoding="utf-8")
    apply(workspace, occasion(), [folder / "guides.csv"], mapping=mapping)
    server.counted()
    taken = spent(lambda: remind(workspace, lambda: noon(TODAY), TODAY))
    workspace.storage.dispose()
    letters, _, first = server.counted()
    if letters != (PEOPLE if digest else count):
        raise SystemExit(f"{letters} letters arrived")
    return taken, letters, first


def parts_of(letter: bytes) -> tuple[str, str, bytes]:
    """Text, HTML and calendar of a letter."""
    from email import message_from_bytes, policy

    parsed = message_from_bytes(letter, policy=policy.default)
    text, html, calendar = [part for part in parsed.walk() if not part.is_multipart()]
    return str(text.get_content()), str(html.get_content()), calendar.get_content().encode("utf-8")


def sweeps(folder: Path, sizes: Sequence[int]) -> bool:
    """Measures sweeps and says whether they cost the same."""
    print(f"{'obligations':>12} {'1,000 due, ms':>14} {'nothing due, ms':>16}")
    taken = []
    for size in sizes:
        due, idle = swept(folder / f"of-{size}", size)
        taken.append(due)
        print(f"{size:12,} {1000 * due:14.0f} {1000 * idle:16.1f}", flush=True)
    growth = taken[-1] / taken[0]
    print(f"the most beside the fewest: {growth:.2f} times (goal: at most {FLAT})")
    return growth <= FLAT


def deliveries(folder: Path, count: int) -> bool:
    """Measures deliveries and says whether they are fast enough."""
    with mail_server() as server:
        single, letters, first = delivered(folder / "single", server, count, digest=False)
        bytes_only = ready(server.port, [first] * count)
        bare = composed(server.port, count, *parts_of(first))
        digest, messages, _ = delivered(folder / "digest", server, count, digest=True)
    print(f"bare loop: {count / bare.seconds:.0f} letters/s of {len(first):,} octets composed and sent")
    print(f"  ready bytes alone: {count / bytes_only.seconds:.0f} letters/s, {bytes_only.beside(bare)}")
    print(f"one message each: {count / single.seconds:.0f} reminders/s in {letters:,}, {single.beside(bare)}")
    print(f"digest: {count / digest.seconds:.0f} reminders/s in {messages:,} messages, {digest.beside(bare)}")
    return bare.seconds / single.seconds >= HALF


def main() -> int:
    """Measures both."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--reminders", type=int, default=10_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        flat = sweeps(Path(name), asked.sizes) if asked.sizes else True
        fast = deliveries(Path(name), asked.reminders) if asked.reminders else True
    return 0 if flat and fast else 1


if __name__ == "__main__":
    sys.exit(main())
