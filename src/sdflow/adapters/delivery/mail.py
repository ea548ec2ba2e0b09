"""Mail: messages are given to a mail server by SMTP, one after the other over one connection."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sdflow.adapters.delivery.letter import Letter, as_letter
from sdflow.domain.message import Message, Outcome, Receipt

STARTS_MAIL = 354
CLOSES = 421


class Security(StrEnum):
    """How the connection is made secret: from its beginning, after STARTTLS, or not at all."""

    tls = "tls"
    starttls = "starttls"
    none = "none"


USUAL_PORTS = {Security.tls: 465, Security.starttls: 587, Security.none: 25}


@dataclass(frozen=True)
class MailServer:
    """Where mail is given, and as whom. `authorities` is a file with the certificates that are believed, if not the system's."""

    host: str
    port: int
    security: Security
    sender: str
    reply_to: str | None = None
    user: str | None = None
    password: str | None = None
    timeout_seconds: int = 30
    authorities: Path | None = None


class _Answer(Exception):
    """The server did not agree to a command."""

    def __init__(self, code: int, text: bytes) -> None:
        super().__init__()
        self.code = code
        self.why = f"the server answered {code} {' '.join(text.decode('utf-8', 'replace').split())}".rstrip()


class _UnwelcomeSender(_Answer):
    """The server takes nothing from this sender, whomever it is for."""


class MailCarrier:
    """Gives messages to a mail server, which it connects to when the first is there."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._connection: smtplib.SMTP | None = None

    def carry(self, message: Message) -> Receipt:
        """Give one message to the server."""
        try:
            letter = as_letter(message, self._server.sender, self._server.reply_to)
        except ValueError as error:
            return Receipt(Outcome.refused, str(error))
        known = self._connection is not None
        receipt = self._tried(letter)
        if known and receipt.outcome is Outcome.later and self._connection is None:
            return self._tried(letter)  # the server had ended the connection since the last message
        return receipt

    def close(self) -> None:
        """Take leave of the server."""
        if self._connection is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._connection.quit()
        self._drop()

    def _tried(self, letter: Letter) -> Receipt:
        try:
            connection = self._connection or self._connected()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Receipt(Outcome.down, f"{self._server.host}:{self._server.port}: {_words(error)}")
        return self._given(connection, letter)

    def _given(self, connection: smtplib.SMTP, letter: Letter) -> Receipt:
        try:
            _announce(connection, letter)
        except _Answer as answer:
            return self._declined(answer, connection)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Receipt(Outcome.later, _words(error))
        try:
            connection.send(_stuffed(letter.content))
            code, text = connection.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Receipt(Outcome.unknown, f"the message was on its way, and then: {_words(error)}")
        return Receipt(Outcome.sent) if code // 100 == 2 else self._declined(_Answer(code, text), connection)

    def _declined(self, answer: _Answer, connection: smtplib.SMTP) -> Receipt:
        if answer.code == CLOSES:
            self._drop()
        else:
            try:
                connection.rset()
            except (OSError, smtplib.SMTPException):
                self._drop()
        if answer.code // 100 != 5:
            return Receipt(Outcome.later, answer.why)
        return Receipt(Outcome.down if isinstance(answer, _UnwelcomeSender) else Outcome.refused, answer.why)

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        if server.security is Security.tls:
            trust = self._trusted()
            made: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.timeout_seconds, context=trust
            )
        else:
            made = smtplib.SMTP(server.host, server.port, timeout=server.timeout_seconds)
        self._connection = made
        if server.security is Security.starttls:
            made.starttls(context=self._trusted())
        made.ehlo_or_helo_if_needed()
        if server.user is not None:
            made.login(server.user, server.password or "")
        return made

    def _trusted(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._server.authorities)

    def _drop(self) -> None:
        if self._connection is not None:
            with suppress(OSError):
                self._connection.close()
        self._connection = None


def _announce(connection: smtplib.SMTP, letter: Letter) -> None:
    """Name sender and recipient, until the server waits for the content."""
    if letter.abroad and not connection.has_extn("smtputf8"):
        raise _Answer(553, b"it does not take addresses outside ASCII")
    welcome = connection.mail(letter.sender, ["SMTPUTF8", "BODY=8BITMIME"] if letter.abroad else [])
    if welcome[0] // 100 != 2:
        raise _UnwelcomeSender(*welcome)
    _agreed(connection.rcpt(letter.to))
    code, text = connection.docmd("DATA")
    if code != STARTS_MAIL:
        raise _Answer(code, text)


def _agreed(answer: tuple[int, bytes]) -> None:
    code, text = answer
    if code // 100 != 2:
        raise _Answer(code, text)


def _stuffed(content: bytes) -> bytes:
    """The content with its dots doubled and its end marked (RFC 5321, 4.5.2)."""
    lines = content.replace(b"\r\n.", b"\r\n..")
    lines = b"." + lines if lines.startswith(b".") else lines
    return lines + (b".\r\n" if lines.endswith(b"\r\n") else b"\r\n.\r\n")


def _words(error: Exception) -> str:
    if isinstance(error, _Answer):
        return error.why
    if isinstance(error, smtplib.SMTPResponseException):
        return _Answer(error.smtp_code, _as_bytes(error.smtp_error)).why
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return "the server did not answer in time"
    return str(error) or type(error).__name__


def _as_bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode("utf-8", "replace")
