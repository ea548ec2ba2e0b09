"""Root: the `sdflow` command, whose parts are loaded when they are used."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from sdflow import __version__
from sdflow.cli.output import OutputFails, end_without_output, output_watched
from sdflow.domain.errors import Refused, SdflowError

COMMANDS = {
    "init": ("upkeep", "Set up a workspace."),
    "demo": ("demonstration", "Play the main job on the sample organisation."),
    "apply": ("records", "Take in records from YAML files or CSV tables, all or none."),
    "adopt": ("documents", "Take in an agreement that was signed elsewhere."),
    "amend": ("records", "Change single clauses of a record."),
    "export": ("records", "Write records as YAML files that can be applied again."),
    "list": ("records", "List records."),
    "show": ("records", "Show one record with everything around it."),
    "history": ("records", "Show what was done to a record, by whom and why."),
    "compare": ("records", "Show what changed between two rounds or versions."),
    "home": ("agenda", "Show what waits for you, and how everything stands."),
    "agenda": ("agenda", "Show what is owed: by whom, when, and why."),
    "steps": ("lifecycle", "Show what is possible with a record now, and why not."),
    "advance": ("lifecycle", "Take a step of a record's life cycle."),
    "diagram": ("lifecycle", "Draw the life cycle of a kind of record."),
    "check": ("proof", "Prove that what is promised is carried."),
    "waive": ("proof", "Propose to accept what was found, for a time."),
    "calendar": ("calendar", "Write what is owed as a calendar file, with alarms."),
    "remind": ("remind", "Tell people what they owe, once for each step."),
    "improve": ("improvement", "Raise improvement items for what was found."),
    "judge": ("improvement", "Compare what was measured after an item's actions with before."),
    "improvements": ("improvement", "Show the register of the improvement programme, or make its PDF."),
    "measure": ("measure", "Take in incidents, outages and measurements from a desk or a monitor."),
    "report": ("report", "Report what was delivered against what was agreed."),
    "pack": ("review", "Make the report that goes out before a service review, and write it into the review."),
    "document": ("documents", "Make the PDF of a record."),
    "catalogue": ("catalogue", "Show the service catalogue, or make its PDF."),
    "tests": ("test_programme", "Show which continuity plans are tested when, and what is overdue."),
    "invoke": ("continuity", "Invoke a continuity plan, and begin its timeline."),
    "log": ("continuity", "Keep what happened when in a timeline."),
    "risks": ("risk_register", "Show the register of risks, or make its PDF."),
    "key": ("signing", "Make, register and revoke the keys of signatories."),
    "sign": ("signing", "Sign a frozen agreement, or record that it was signed on paper."),
    "decline": ("signing", "Say why you do not sign."),
    "scan": ("signing", "Write the scan of a signature on paper."),
    "authority": ("authority", "Let the workspace issue certificates of its own, and revoke them."),
    "verify": ("verification", "Check signed PDFs, with or without the database."),
    "audit": ("upkeep", "Check the history, or anchor it."),
    "db": ("upkeep", "Look after the database."),
}

EXAMPLES = """
\b
Examples:
  sdflow                                   what waits for me, in a workspace
  sdflow demo                              see the whole of it in a minute
  sdflow init mine --name "Helen Carrick"  set up a workspace of your own
  sdflow apply agreements/                 take in a folder of YAML files
  sdflow check SLA-0001                    is what we promise carried?
  sdflow verify SLA-0001-v1.pdf            is this file what was signed?

\b
Exit codes: 0 held or done; 1 a breach or a refusal; 2 a file or the
command line cannot be read, or a file or the output not be written;
70 a bug of ours; 130 stopped by Ctrl-C; 141 nobody read the output on.
"""


EXIT_BUG, EXIT_STOPPED = 70, 130
"""Where SIGINT ended a program it is 128 and the number of the signal, as shells have it."""

STOPPED = (
    "\nsdflow: you stopped it. What is done is stored whole or not at all: of the act that ran nothing was stored, and what "
    "had been done before stays."
)


class Root(click.Group):
    """Loads a command's module when the command is used, and turns errors into lines and exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands, in the order in which one would need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, none where there is no such."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"sdflow.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Every command with its sentence, without loading any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, sentence) for name, (_, sentence) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As Click does, with the nearest known name for a word that is no command."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, 1)
            advice = f" Did you mean '{near[0]}'?" if near else ""
            raise click.UsageError(f"{error.message}{advice}", ctx) from None

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As Click does; 'sdflow' alone is the home screen inside a workspace, and the help outside one."""
        alone = not args and not ctx.resilient_parsing
        return super().parse_args(ctx, ["home"] if alone and _inside_a_workspace() else args)

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run; what a user caused becomes one clear message and an exit code, a bug keeps its traceback."""
        try:
            return super().main(*args, **{**extra, "standalone_mode": True})
        except SdflowError as error:
            click.echo(f"sdflow: {error}", err=True)
            sys.exit(error.exit_code)

    def invoke(self, ctx: click.Context) -> Any:
        """As Click does; whoever stops a command is told what became of it."""
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, click.Abort):
            click.echo(STOPPED, err=True)
            ctx.exit(EXIT_STOPPED)


def _inside_a_workspace() -> bool:
    from sdflow import bootstrap

    try:
        bootstrap.workspace_folder(None)
    except Refused:
        return False
    return True


@click.group(
    cls=Root, epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="sdflow")
def sdflow() -> None:
    """Run a service provider's agreements.

    sdflow moves agreements through their life cycles, proves that what is promised is carried, has them
    signed, and keeps a history that cannot be rewritten unseen.
    """


def main() -> None:
    """Run the command line; a bug ends with exit code 70, and an output that takes nothing with a sentence."""
    try:
        with output_watched():
            sdflow(prog_name="sdflow")
    except OutputFails as failure:
        end_without_output(failure)
    except KeyboardInterrupt:
        click.echo(STOPPED, err=True)
        sys.exit(EXIT_STOPPED)
    except Exception:  # noqa: BLE001 - the one place where a bug becomes exit code 70, with its traceback
        import traceback

        traceback.print_exc()
        click.echo(
            "sdflow: this is a bug of sdflow, not of yours; nothing was stored. Please report what stands above.",
            err=True,
        )
        sys.exit(EXIT_BUG)
