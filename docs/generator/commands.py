"""Commands: what can be typed, read from the commands themselves."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click
from docs.generator.markdown import code, fenced, filled, table

from sdflow.cli.root import sdflow

SHARED = ("workspace", "person", "as_of", "as_json")


def page() -> str:
    """The page of all commands."""
    context = click.Context(sdflow, info_name="sdflow")
    named = [(name, sdflow.get_command(context, name)) for name in sdflow.list_commands(context)]
    found = [(name, command) for name, command in named if command]
    lines = [
        "# Commands",
        "",
        "Every command with its arguments, its options and examples, in the order in which one would need them.",
        "",
        *table(("Command", "What it does"), [(f"[{name}](#{name})", _first_sentence(one)) for name, one in found]),
        "",
        "These options are taken by every command that works in a workspace:",
        "",
        *_options(_shared(found), context),
        "",
        *fenced(inspect.cleandoc(sdflow.epilog or "").replace("\b\n", ""), "text"),
        "",
    ]
    for name, command in found:
        lines += _command(name, command, context, 2)
    return "\n".join(lines)


def _shared(found: list[tuple[str, click.Command]]) -> list[click.Option]:
    options = [one for _, command in found for one in command.params if isinstance(one, click.Option)]
    return [next(one for one in options if one.name == name) for name in SHARED]


def _first_sentence(command: click.Command) -> str:
    return command.get_short_help_str(limit=200)


def _command(name: str, command: click.Command, parent: click.Context, depth: int) -> Iterator[str]:
    context = click.Context(command, parent=parent, info_name=name)
    title = context.command_path.removeprefix("sdflow ")
    yield from ["#" * depth + f" {title}", "", filled(inspect.cleandoc(command.help or "").replace("\b", "")), ""]
    if isinstance(command, click.Group):
        for part in command.list_commands(context):
            inner = command.get_command(context, part)
            if inner:
                yield from _command(part, inner, context, depth + 1)
        return
    yield from [*fenced(" ".join([context.command_path, *command.collect_usage_pieces(context)]), "text"), ""]
    own = [one for one in command.params if isinstance(one, click.Option) and one.name not in SHARED]
    if own:
        yield from [*_options(own, context), ""]
    if not any(one.name in SHARED for one in command.params):
        yield from ["The options that others share are not taken.", ""]
    if command.epilog:
        told = inspect.cleandoc(command.epilog).replace("\b\n", "").removeprefix("Examples:\n")
        yield from [*fenced(inspect.cleandoc("\n" + told), "sh"), ""]


def _options(options: list[click.Option], context: click.Context) -> list[str]:
    rows = [record for one in options if (record := one.get_help_record(context))]
    return table(("Option", "Meaning"), [(code(names), meaning) for names, meaning in rows])
