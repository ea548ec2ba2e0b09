"""Environment: templates from folders that overlay one another, rendered in a sandbox."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from jinja2 import FunctionLoader, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sdflow.adapters.pages import words
from sdflow.domain.errors import Fault, Unreadable

SUFFIX = ".html.j2"

# what the expressions of a template may raise while they are evaluated
_TEMPLATE_FAULTS = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, RecursionError)


class Pages:
    """The templates of some folders; a file of an earlier folder takes the place of its namesakes in later ones."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folder.resolve() for folder in folders)
        self._environment = ImmutableSandboxedEnvironment(
            loader=FunctionLoader(self._source),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=words.printed,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(words.FILTERS)

    def has(self, template: str) -> bool:
        """Whether a folder holds the template."""
        return self._path(template + SUFFIX) is not None

    def html(self, template: str, view: Mapping[str, object]) -> str:
        """The template filled with the view.

        Raises Unreadable where the template cannot be found, read or filled: it names file and line.
        """
        try:
            return self._environment.get_template(template + SUFFIX).render(view)
        except TemplateNotFound as error:
            raise Unreadable(self._missing(error, template)) from error
        except TemplateSyntaxError as error:
            raise Unreadable(Fault(_short(error), error.lineno, "", f"{error.message}")) from error
        except _TEMPLATE_FAULTS as error:
            raise Unreadable(self._fault(error, template)) from error

    def _path(self, name: str) -> Path | None:
        if not name.endswith(SUFFIX):
            return None
        candidates = ((folder, (folder / name).resolve()) for folder in self._folders)
        return next((path for folder, path in candidates if path.parent == folder and path.is_file()), None)

    def _source(self, name: str) -> tuple[str, str, Callable[[], bool]] | None:
        path = self._path(name)
        if path is None:
            return None
        try:
            return path.read_text(encoding="utf-8"), str(path), lambda: True
        except UnicodeDecodeError as error:
            raise Unreadable.because(str(path), f"is not UTF-8 text (byte {error.start})") from error

    def _missing(self, error: TemplateNotFound, template: str) -> Fault:
        asked = error.name or template + SUFFIX
        folders = ", ".join(map(str, self._folders))
        fault = self._fault(error, template)
        message = f"there is no template {asked!r} in {folders}; templates stand in these folders and end in {SUFFIX}"
        return Fault(fault.source, fault.line, "", message)

    def _fault(self, error: BaseException, template: str) -> Fault:
        steps = [
            (frame.f_code.co_filename, line)
            for frame, line in traceback.walk_tb(error.__traceback__)
            if frame.f_code.co_filename.endswith(SUFFIX)
        ]
        source, line = steps[-1] if steps else (template + SUFFIX, None)
        return Fault(source, line, "", str(error) or type(error).__name__)


def _short(error: TemplateSyntaxError) -> str:
    return error.filename or error.name or "template"
