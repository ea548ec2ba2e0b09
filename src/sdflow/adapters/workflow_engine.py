"""Workflow engine: takes steps with `transitions`, one machine per workflow file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from transitions import EventData, Machine, MachineError

from sdflow.domain.errors import Refused
from sdflow.domain.workflow import Step, Workflow

Gate = Callable[[Step], bool]


@dataclass
class _Token:
    """What travels through the machine: nothing is kept per record."""

    state: str
    gate: Gate


class WorkflowEngine:
    """Takes steps of one workflow."""

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        self._machine = Machine(
            model=None,
            states=[state.name for state in workflow.states],
            initial=workflow.initial.name,
            auto_transitions=False,
            send_event=True,
            queued=False,
            ignore_invalid_triggers=False,
        )
        for step in workflow.steps:
            self._machine.add_transition(step.name, list(step.sources), step.target, conditions=_condition(step))

    def step(self, state: str, name: str) -> Step:
        """The step of that name from a state; `Refused` names those that are possible."""
        found = next((one for one in self.workflow.steps_from(state) if one.name == name), None)
        if found is None:
            possible = ", ".join(one.name for one in self.workflow.steps_from(state)) or "none"
            raise Refused(f"'{name}' is not possible from '{state}'", advice=f"possible from there: {possible}")
        return found

    def take(self, state: str, name: str, gate: Gate) -> str:
        """The state after a step; `gate` is asked once and a no leaves the state as it is."""
        token = _Token(state, gate)
        try:
            self._machine.events[name].trigger(token)
        except (MachineError, KeyError):
            self.step(state, name)
            raise
        return token.state


def _condition(step: Step) -> Callable[[EventData], bool]:
    def allowed(event: EventData) -> bool:
        token = event.model
        return isinstance(token, _Token) and bool(token.gate(step))

    return allowed
