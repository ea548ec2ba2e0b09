"""Diagram: a life cycle as a picture."""

from __future__ import annotations

from sdflow.domain.workflow import Workflow


def mermaid_text(workflow: Workflow) -> str:
    """The workflow as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"  [*] --> {workflow.initial.name}"]
    lines += [f"  {state.name}: {state.name.replace('_', ' ')}" for state in workflow.states]
    lines += [f"  {source} --> {step.target}: {step.name}" for step in workflow.steps for source in step.sources]
    lines += [f"  {state.name} --> [*]" for state in workflow.states if state.final]
    return "\n".join(lines)
