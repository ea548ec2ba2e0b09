"""Initialise: the first person of a new workspace."""

from __future__ import annotations

import re

from pydantic import ValidationError

from sdflow.domain.errors import Fault, Refused, Unreadable
from sdflow.domain.kind import REFERENCE_PATTERN
from sdflow.domain.record import Record
from sdflow.domain.trait import Acting
from sdflow.engine.change import acting
from sdflow.engine.workspace import Occasion, Workspace


def register_first_person(workspace: Workspace, occasion: Occasion, roles: tuple[str, ...]) -> Record:
    """Register the one who sets the workspace up, under the present login and with these roles.

    Where none is given it is the first role that is declared.
    """
    definitions = workspace.definitions
    if not re.match(REFERENCE_PATTERN, occasion.actor):
        reason = f"{occasion.actor!r} is no reference; write one such as PER-0001, in capitals"
        raise Unreadable.because("init", reason, field="--person")
    held = roles or tuple(definitions.roles)[:1]
    unknown = sorted(set(held) - definitions.roles.keys())
    if unknown:
        raise Refused(f"there is no role {', '.join(unknown)}", advice=f"known: {', '.join(definitions.roles)}")
    kind, model = next((kind, model) for kind, model in definitions.kinds.items() if issubclass(model, Acting))
    fields = {
        "title": occasion.name,
        "login": occasion.login,
        "roles": {role: {"since": occasion.today} for role in held},
    }
    try:
        content = model.model_validate(fields)
    except ValidationError as error:
        raise Unreadable(*(Fault("init", None, str(one["loc"][0]), one["msg"]) for one in error.errors())) from None
    with acting(workspace, occasion, "init") as change:
        if change.writing.records(kind=kind):
            raise Refused("the workspace has people already", advice="add others with: sdflow apply")
        return change.create(kind, occasion.actor, content)
