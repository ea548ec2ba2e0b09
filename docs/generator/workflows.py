"""Workflows: the life cycles of records, read from their files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from docs.generator.markdown import code, codes, fenced, table
from docs.generator.obligations import HEADING, row

from sdflow.domain.workflow import Alone, Guards, JourneyMove, State, Step, Workflow, Written
from sdflow.engine.definitions import Definitions
from sdflow.operations.diagram import mermaid_text

GUARDS = {"signed_by_all": "signed_by"}
"""Guards that files name otherwise than the program."""


def page(defined: Definitions) -> str:
    """The page of all life cycles."""
    workflows = sorted({one.name: one for one in defined.workflows.values()}.values(), key=lambda one: one.title)
    lines = [
        "# Life cycles",
        "",
        "Every life cycle: its states and what they mean, its steps with who may take them and what must hold, what is owed by "
        "when, and a drawing.",
        "",
        *table(
            ("Life cycle", "For"), [(f"[{one.title}](#{_anchor(one)})", codes(sorted(one.kinds))) for one in workflows]
        ),
        "",
        "## Roles",
        "",
        *table(("Role", "Meaning"), [(code(role), meaning) for role, meaning in defined.roles.items()]),
        "",
    ]
    for workflow in workflows:
        lines += _workflow(workflow)
    return "\n".join(lines)


def _anchor(workflow: Workflow) -> str:
    return workflow.title.lower().replace(" ", "-")


def _workflow(workflow: Workflow) -> Iterator[str]:
    yield from [f"## {workflow.title}", "", *fenced(mermaid_text(workflow), "mermaid"), ""]
    states = [(code(one.name), one.meaning, ", ".join(_marks(one))) for one in workflow.states]
    yield from [*table(("State", "Meaning", "Marks"), states), ""]
    yield from [*table(("Step", "From", "To", "Meaning", "By", "Must hold", "Effects"), map(_step, workflow.steps)), ""]
    if workflow.obligations:
        yield from [*table(HEADING, map(row, workflow.obligations)), ""]
    for journey in workflow.journeys:
        yield f"- {journey.name}: {', '.join(map(_move, journey.moves))}; ends {code(journey.ends)}"
    if workflow.journeys:
        yield ""


def _marks(state: State) -> list[str]:
    words = (("open", state.open), ("fixed", state.fixed), ("kept", state.kept))
    named = [f"{word}: {codes(paths)}" for word, paths in words if paths]
    named += [f"kept where {code(asked)}: {codes(paths)}" for asked, paths in state.kept_where.items()]
    named += [f"kept since {code(verb)} wrote: {codes(paths)}" for verb, paths in state.kept_since.items()]
    return [*(one.name for one in fields(state) if getattr(state, one.name) is True), *named]


def _step(step: Step) -> tuple[str, ...]:
    after = f" (by itself, after {step.on.value})" if step.on else ""
    return (
        code(step.name),
        codes(step.sources),
        code(step.target),
        step.meaning + after,
        codes(step.guards.by),
        "; ".join(_guards(step.guards)),
        codes(effect.value for effect in step.effects),
    )


def _guards(guards: Guards) -> Iterator[str]:
    for one in fields(guards):
        value = getattr(guards, one.name)
        if one.name == "by" or not value:
            continue
        name = GUARDS.get(one.name, one.name)
        if value is True:
            yield f"{code(name)} all"
        elif isinstance(value, Written):
            yield f"{code(name)} {', '.join(value.fields)} by {code(value.verb)} where {value.where}"
        elif isinstance(value, Alone):
            yield f"{code(name)} {value.field} in {_said(value.states)} but {value.but}"
        elif isinstance(value, dict):
            yield f"{code(name)} {', '.join(f'{one}: {_said(other)}' for one, other in value.items())}"
        elif isinstance(value, tuple):
            yield f"{code(name)} {', '.join(value)}"
        else:
            yield f"{code(name)} {value}"


def _said(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else " or ".join(value)


def _move(move: JourneyMove) -> str:
    told = f"{code(move.step)} by {move.by}"
    return f"{told} is refused ({move.refused})" if move.refused else told
