"""Validation: a located value becomes a model, or every fault with its line, its field and what was expected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from sdflow.adapters.definitions.shape import fields_of, misread, models_at
from sdflow.adapters.definitions.text_yaml import Located, Place
from sdflow.adapters.definitions.wording import nearest, sentence
from sdflow.domain.errors import Fault, Unreadable

M = TypeVar("M", bound=BaseModel)


def fault_at(located: Located, path: Place, message: str) -> Fault:
    """A fault of the value at a path."""
    return Fault(located.source, located.line(path), ".".join(map(str, path)), message)


def validated(located: Located, model: type[M], value: object, path: Place = ()) -> M:
    """The value, which stands at that path, as the model; `Unreadable` with every fault otherwise."""
    misreadings = dict(misread(value, (model,), path))
    faults = [fault_at(located, place, message) for place, message in misreadings.items()]
    try:
        result = model.model_validate(value)
    except ValidationError as error:
        places = [(_known_path(located, path, one["loc"]), one) for one in error.errors(include_url=False)]
        faults += [_fault(located, model, place, one) for place, one in places if place not in misreadings]
    except ArithmeticError:
        # Pydantic lets pass what a model's own check raises when a sum of dates leaves the calendar.
        faults = faults or [fault_at(located, path, "holds a date or a number with which nothing can be computed")]
    if faults:
        raise Unreadable(*faults)
    return result


def _fault(located: Located, model: type[BaseModel], path: Place, error: Mapping[str, Any]) -> Fault:
    location: Place = error["loc"]
    if error["type"] == "missing":
        return fault_at(located, (*path, location[-1]), f"is missing{_described(model, location)}")
    if error["type"] == "extra_forbidden":
        names = [name for one in models_at(model, location[:-1]) for name in fields_of(one)]
        quotes = "; a text that contains ',' needs quotes in { }" if error["input"] is None else ""
        return fault_at(located, path, f"there is no such field{nearest(str(location[-1]), names)}{quotes}")
    return fault_at(located, path, sentence(error))


def _known_path(located: Located, prefix: Place, location: Place) -> Place:
    """Where a value stands in the file: Pydantic's location without the tags of unions."""
    path = prefix
    for part in location:
        if (*path, part) in located.lines:
            path = (*path, part)
    return path


def _described(model: type[BaseModel], location: Place) -> str:
    for one in models_at(model, location[:-1]):
        field = fields_of(one).get(str(location[-1]))
        if field is not None and field.description:
            return f" ({field.description})"
    return ""
