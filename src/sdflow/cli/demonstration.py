"""Demonstration: the main job, told step by step on a sample organisation."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape

from sdflow.cli.presentation import console, say_json, table
from sdflow.cli.session import Session, examples, shared_options
from sdflow.domain.errors import Refused

if TYPE_CHECKING:
    from sdflow.cli.stage import Stage, Story

STORIES = ("council", "email")


@click.command("demo", epilog=examples("sdflow demo", "sdflow demo email --folder elsewhere"))
@click.argument("story", type=click.Choice(STORIES), default=STORIES[0])
@click.option(
    "--folder", type=click.Path(path_type=Path), help="Where to play it; demo, or demo-2 and so on, unless given."
)
@shared_options
def demo_command(session: Session, story: str, folder: Path | None) -> None:
    """Play the main job on a sample organisation: from a requirement to a signed, verifiable agreement.

    council: a new county council, two promises that cannot be kept, a counter-offer for each; March 2026.

    email: a small provider and its first agreement with a customer; December 2025.

    A story has a clock of its own, and leaves its workspace and its PDFs in the folder.
    """
    out = console()
    out.quiet = session.as_json
    folder = folder or _free_folder()
    told = _story(story)
    stage = _open(told, folder, out, silent=session.as_json)
    ending = told.play(stage)
    if session.as_json:
        say_json({"story": story, "folder": folder, "documents": list(stage.documents), **vars(ending)})
        return
    _say_where(stage)


def _story(name: str) -> Story:
    from sdflow.cli import story_council, story_email

    return {"council": story_council.STORY, "email": story_email.STORY}[name]


def _free_folder() -> Path:
    names = itertools.chain(["demo"], (f"demo-{number}" for number in itertools.count(2)))
    return next(folder for folder in map(Path, names) if not folder.exists())


def _open(story: Story, folder: Path, out: Console, *, silent: bool) -> Stage:
    from sdflow import bootstrap
    from sdflow.cli.stage import Stage
    from sdflow.operations.initialise import register_first_person

    if (folder / "workspace").exists():
        raise Refused(f"{folder} already holds a demonstration", advice="remove it, or name another with --folder")
    place = (folder / "workspace").resolve()
    bootstrap.write_settings(place, story.provider, None)
    workspace = bootstrap.open_workspace(place, create=True)
    if workspace.rules.fallback_reason:
        out.print(f"[warning]{escape(workspace.rules.fallback_reason)}[/]")
    register_first_person(workspace, bootstrap.first_occasion(*story.first, None, at=story.opens_at), ())
    return Stage(workspace, out, folder, story, silent=silent, now=story.opens_at)


def _say_where(stage: Stage) -> None:
    """Name what the story leaves behind, and how to look at it."""
    out, place = stage.out, escape(str(stage.folder / "workspace"))
    out.print(f"\nIn [title]{escape(str(stage.folder / 'documents'))}[/] there are now\n")
    rows = [(f"[title]{escape(path.name)}[/]", escape(what)) for path, what in stage.documents.items()]
    out.print(table(("File", "What it is"), rows))
    out.print("\nLook around:")
    for command in stage.story.afterwards:
        out.print(f"  sdflow {escape(command)} -C {place}", soft_wrap=True)
