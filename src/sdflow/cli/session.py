"""Session: what every command needs to know: which workspace, who acts, which day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from sdflow.engine.workspace import Occasion, Workspace

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class Session:
    """The options that all commands share; parts are wired when a command first asks for them."""

    folder: Path | None
    person: str | None
    as_of: date | None
    as_json: bool

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace, opened."""
        from sdflow import bootstrap

        workspace = bootstrap.open_workspace(bootstrap.workspace_folder(self.folder))
        if workspace.rules.fallback_reason:
            click.echo(f"sdflow: {workspace.rules.fallback_reason}", err=True)
        return workspace

    @property
    def today(self) -> date:
        """The business date."""
        from sdflow import bootstrap

        return self.as_of or bootstrap.now().date()

    @cached_property
    def occasion(self) -> Occasion:
        """Who acts, and when."""
        from sdflow import bootstrap

        return bootstrap.occasion(self.workspace, self.person, self.as_of)


def calendar_day(_: click.Context, __: click.Parameter, text: str | None) -> date | None:
    """The day that an option names, none where it was not given."""
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day, not an instant
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a day; write one such as 2027-01-31") from None


def business_day(context: click.Context, option: click.Parameter, text: str | None) -> date | None:
    """The business date that an option names; a year that no agreement can reach is refused."""
    day = calendar_day(context, option, text)
    if day is not None and not FIRST_DAY <= day <= LAST_DAY:
        raise click.BadParameter(f"{day} lies outside {FIRST_DAY} to {LAST_DAY}, between which agreements may run")
    return day


def shared_options(command: Command) -> Command:
    """The options of every command; the command receives a `Session` as its first argument."""

    def with_session(
        workspace: Path | None, person: str | None, as_of: date | None, as_json: bool, **asked: Any
    ) -> Any:
        return command(Session(workspace, person, as_of, as_json), **asked)

    with_session.__doc__ = command.__doc__
    with_session.__name__ = command.__name__
    with_session.__click_params__ = list(getattr(command, "__click_params__", []))  # type: ignore[attr-defined]
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Answer in JSON."),
        click.option(
            "--as-of",
            metavar="DAY",
            callback=business_day,
            help="Business date, such as 2027-01-31; today unless given.",
        ),
        click.option("--as", "person", metavar="PERSON", help="Who acts; the person behind your login unless given."),
        click.option("-C", "workspace", metavar="DIR", type=click.Path(path_type=Path), help="The workspace folder."),
    ):
        option(with_session)
    return with_session  # type: ignore[return-value]


def examples(*lines: str) -> str:
    """The examples below a command's help."""
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])
