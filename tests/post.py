"""A post office for tests: a real mail server that keeps what it is given, and a workspace whose people owe something."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from desk import HELEN
from sdflow.adapters.delivery.settings import post
from sdflow.adapters.storage import Storage
from sdflow.domain.reminder import LedgerStep, StepState
from sdflow.engine.letterhead import Organisation
from sdflow.engine.workspace import Occasion, Workspace
from sdflow.operations.amend import amend
from sdflow.operations.apply import apply
from sdflow.operations.initialise import register_first_person
from sdflow.operations.remind import Reminded, ledger_of, remind

DUE = date(2026, 3, 2)
"""A Monday on which everybody's certificate ends."""

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass
class Mailbox:
    """What a server was given: every letter with the address for which it was, in their order; `answer` decides on each."""

    letters: list[tuple[str, EmailMessage]] = field(default_factory=list)
    answer: Callable[[Any, str], str] = field(default=lambda _, __: "250 kept")
    refused: frozenset[str] = frozenset()

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _: Any) -> str:  # noqa: N802
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.answer(server, envelope.rcpt_tos[0])
        if not answer.startswith("4"):
            parsed = message_from_bytes(bytes(envelope.original_content or b""), policy=policy.default)
            assert isinstance(parsed, EmailMessage)
            self.letters.append((envelope.rcpt_tos[0], parsed))
        if answer == "drop":
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
            await asyncio.sleep(0)
        return answer

    def ids(self) -> Counter[str]:
        """How often each Message-ID arrived."""
        return Counter(str(letter["Message-ID"]) for _, letter in self.letters)

    def to(self, address: str) -> list[EmailMessage]:
        return [letter for to, letter in self.letters if to == address]


@dataclass
class Hook:
    """A web hook: what it was told, and how it answers."""

    status: int = 200
    heard: list[dict[str, Any]] = field(default_factory=list)
    port: int = 0

    def about(self, text: str) -> list[str]:
        """The messages with a text, in which it was taken."""
        return [str(one["message"]) for one in self.heard if text in one["message"]]


@contextmanager
def hooked(hook: Hook) -> Iterator[Hook]:
    """A web hook on loopback."""

    class Hooking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if hook.status == 200:
                hook.heard.append(said)
            self.send_response(hook.status)
            self.end_headers()

        def log_message(self, format: str, *_: Any) -> None:
            """Nothing is printed."""

    with HTTPServer(("127.0.0.1", 0), Hooking) as server:
        hook.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield hook
        server.shutdown()
        thread.join()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def served(mailbox: Mailbox, port: int, **more: Any) -> Controller:
    """A mail server on loopback, started."""
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, **more)
    controller.start()
    return controller


def person(number: int, due: date = DUE, **fields: str) -> str:
    """Somebody whose certificate ends on a day."""
    said = {"email": f"p{number}@northgate.example", **fields}
    lines = [f"{name}: {value}" for name, value in said.items() if value]
    return "\n".join(
        [
            "kind: person",
            f"reference: PER-N{number:05}",
            f"title: Person {number}",
            "roles: {auditor: {since: 2020-01-01}}",
            f"certificates: {{k1: {{fingerprint: {number:064x}, valid_from: 2025-01-01T00:00:00Z, "
            f"valid_until: {due}T00:00:00Z}}}}",
            *lines,
        ]
    )


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **step: int) -> None:
        self.at += timedelta(**step)


class Office:
    """A workspace whose mail goes to a port of this machine, the server there, and the clock by which it is sent."""

    def __init__(self, workspace: Workspace, mailbox: Mailbox) -> None:
        self.workspace, self.mailbox, self.clock = workspace, mailbox, Clock()

    @classmethod
    def furnished(
        cls, like: Workspace, folder: Path, people: Sequence[str], port: int, settings: str = "", url: str = ""
    ) -> Office:
        """One with these people, and with the definitions and tools of another workspace."""
        folder.mkdir(parents=True, exist_ok=True)
        storage = f'[storage]\nurl = "{url}"\n' if url else ""
        (folder / "sdflow.toml").write_text(mail_settings(port) + settings + storage, encoding="utf-8")
        made = replace(
            like,
            folder=folder,
            organisation=Organisation("Northgate & Sons"),
            storage=Storage.create(url or f"sqlite:///{folder / 'sdflow.db'}"),
            post=post(folder / "sdflow.toml", tomllib.loads((folder / "sdflow.toml").read_text("utf-8"))),
        )
        register_first_person(made, occasion(date(2025, 1, 1)), ())
        office = cls(made, Mailbox())
        if people:
            office.apply(people, date(2025, 6, 1))
        return office

    def apply(self, records: Sequence[str], day: date) -> None:
        path = self.workspace.folder / "records.yaml"
        path.write_text("\n---\n".join(records), encoding="utf-8")
        apply(self.workspace, occasion(day), [path])

    def amend(self, day: date, reference: str, **clauses: str) -> None:
        amend(
            self.workspace, occasion(day), reference, {name.replace("__", "."): text for name, text in clauses.items()}
        )

    def remind(self, day: date | None) -> Reminded:
        return remind(self.workspace, self.clock, day)

    def ledger(self, reference: str | None = "PER-N00001") -> list[LedgerStep]:
        return ledger_of(self.workspace, reference)

    def steps(self, reference: str = "PER-N00001") -> dict[str, StepState]:
        return {one.step.name: one.state for one in self.ledger(reference)}


def mail_settings(port: int) -> str:
    """The settings by which mail goes to a port of this machine."""
    sender = 'from = "Northgate Service Desk <desk@northgate.example>"'
    return f'[mail]\nserver = "127.0.0.1"\nport = {port}\nsecurity = "none"\ntimeout_seconds = 2\n{sender}\n'


def occasion(day: date) -> Occasion:
    return Occasion(HELEN, "Helen Carrick", "tester", datetime.combine(day, time(9), tzinfo=UTC), day)
