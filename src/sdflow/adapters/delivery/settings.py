"""Settings: by which channels a workspace tells people something, as its settings say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from sdflow.domain.errors import Fault, Unreadable
from sdflow.domain.kind import Line, Strict
from sdflow.domain.message import MAIL, Carrier, OnUnknown, Post, ReminderSettings

ChannelName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,40}$")]


class MailTable(Strict):
    """The table [mail]."""

    server: Line
    sender: Annotated[Line, Field(alias="from")]
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    security: Literal["tls", "starttls", "none"] = "starttls"
    reply_to: Line | None = None
    user: Line | None = None
    password_file: Line | None = None
    timeout_seconds: Annotated[int, Field(ge=1, le=300)] = 30
    authorities: Line | None = None

    @model_validator(mode="after")
    def _secret(self) -> MailTable:
        if (self.user is None) != (self.password_file is None):
            raise ValueError("user and password_file belong together")
        if self.user is not None and self.security == "none":
            raise ValueError("a password is never sent in the clear; set security to tls or starttls")
        return self


class ReminderTable(Strict):
    """The table [reminders]."""

    digest: bool = True
    on_unknown: OnUnknown = OnUnknown.repeat
    calendar: Line | None = None
    otherwise: Line | None = None
    attempts: Annotated[int, Field(ge=1, le=100)] = ReminderSettings().attempts
    retry_after_minutes: Annotated[int, Field(ge=1, le=720)] = ReminderSettings().retry_after_minutes
    lease_minutes: Annotated[int, Field(ge=5, le=1440)] = ReminderSettings().lease_minutes


class ChannelTable(Strict):
    """A table [channels.NAME]: an Apprise address, or a file that holds it, and the people and roles for whom it is."""

    meant_for: Annotated[tuple[Line, ...], Field(alias="for", min_length=1)]
    address: Line | None = None
    address_file: Line | None = None

    @model_validator(mode="after")
    def _one_address(self) -> ChannelTable:
        if (self.address is None) == (self.address_file is None):
            raise ValueError("give address or address_file")
        return self


class Tables(Strict):
    """The tables by which people are told something."""

    mail: MailTable | None = None
    reminders: ReminderTable = ReminderTable()
    channels: dict[ChannelName, ChannelTable] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _apart(self) -> Tables:
        if MAIL in self.channels:
            raise ValueError(f"a channel is not called {MAIL!r}; that is the table [mail]")
        return self


def post(source: Path, found: Mapping[str, Any]) -> Post:
    """The channels that the settings of a workspace declare; Unreadable names every setting that cannot be."""
    asked = {name: found[name] for name in Tables.model_fields if name in found}
    try:
        tables = Tables.model_validate(asked)
    except ValidationError as error:
        raise Unreadable(*_faults(source, error)) from None
    names = {name: frozenset(table.meant_for) for name, table in tables.channels.items()}
    if tables.mail is None:
        return Post(_settings(tables), names, opened=lambda channel: _opened(source, tables, channel))
    domain = _sender(source, tables.mail).rpartition("@")[2]
    channels = {MAIL: frozenset[str](), **names}
    return Post(_settings(tables), channels, domain, lambda channel: _opened(source, tables, channel))


def _settings(tables: Tables) -> ReminderSettings:
    return ReminderSettings(**dict(tables.reminders))


def _sender(source: Path, mail: MailTable) -> str:
    from sdflow.adapters.delivery.letter import parsed_address

    for field, text in (("from", mail.sender), ("reply_to", mail.reply_to)):
        try:
            parsed_address(text or mail.sender)
        except ValueError as error:
            raise Unreadable.because(str(source), str(error), field=f"mail.{field}") from None
    return parsed_address(mail.sender)[1]


def _opened(source: Path, tables: Tables, channel: str) -> Carrier:
    if channel == MAIL and tables.mail is not None:
        return _mail(source, tables.mail)
    from sdflow.adapters.delivery.channel import ChannelCarrier

    table = tables.channels[channel]
    address = table.address or _secret(source, f"channels.{channel}.address_file", table.address_file)
    return ChannelCarrier(str(source), channel, address or "")


def _mail(source: Path, table: MailTable) -> Carrier:
    from sdflow.adapters.delivery.mail import USUAL_PORTS, MailCarrier, MailServer, Security

    security = Security(table.security)
    return MailCarrier(
        MailServer(
            host=table.server,
            port=table.port or USUAL_PORTS[security],
            security=security,
            sender=table.sender,
            reply_to=table.reply_to,
            user=table.user,
            password=_secret(source, "mail.password_file", table.password_file),
            timeout_seconds=table.timeout_seconds,
            authorities=source.parent / table.authorities if table.authorities else None,
        )
    )


def _secret(source: Path, field: str, name: str | None) -> str | None:
    if name is None:
        return None
    try:
        return (source.parent / name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable.because(str(source), f"{name} cannot be read: {error}", field=field) from None


def _faults(source: Path, error: ValidationError) -> Iterator[Fault]:
    for one in error.errors():
        field = ".".join(str(part) for part in one["loc"])
        yield Fault(str(source), None, field, one["msg"].removeprefix("Value error, "))
