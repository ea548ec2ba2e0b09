"""Environment: templates from folders that overlay one another, rendered in a sandbox."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

from babel import Locale
from jinja2 import FunctionLoader, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sdflow.adapters.pages import allowance, drawing, pieces, trend, words
from sdflow.adapters.pages.open_points import OpenPoints
from sdflow.domain.errors import Fault, Unreadable

SUFFIX = ".html.j2"
TEXT_SUFFIX = ".txt.j2"
PAPERS = ("A4", "letter")
BASE = "en"  # the language of the templates outside the subfolders

# what the expressions of a template may raise while they are evaluated
_TEMPLATE_FAULTS = (
    TemplateError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    AssertionError,
    RecursionError,
)


class Pages:
    """The templates of some folders; a file of an earlier folder takes the place of its namesakes in later ones.

    A document is in the language of `locale` where a subfolder named after that language (`de`) holds its template;
    the pieces that the subfolder lacks come from the folder itself. Every other document is in English. `paper` is the
    size of its pages.
    """

    def __init__(self, folders: Sequence[Path], locale: str = words.DEFAULT_LOCALE, paper: str = PAPERS[0]) -> None:
        self._folders = tuple(folder.resolve() for folder in folders)
        wanted = words.locale_named("pages", locale)
        base = wanted if wanted.language == BASE else words.locale_named("pages", words.DEFAULT_LOCALE)
        self._base = self._made(self._folders, base, paper)
        self._searched = _with_language(self._folders, wanted)
        self._translated = self._made(self._searched, wanted, paper)
        self._names = (str(wanted), wanted.language)
        self._chosen: dict[str, ImmutableSandboxedEnvironment] = {}

    def has(self, template: str) -> bool:
        """Whether a folder holds the template."""
        return _found(self._searched, template + SUFFIX) is not None

    def html(self, template: str, view: Mapping[str, object]) -> str:
        """The template filled with the view.

        Raises Unreadable where the template cannot be found, read or filled: it names file and line. Raises Refused
        where a document that is no draft has sections that are still to be agreed, and names them.
        """
        points = OpenPoints()
        page = self._filled(template + SUFFIX, {**view, "open_points": points})
        record = view.get("record")
        points.refuse(str(record["reference"]) if isinstance(record, Mapping) else template)
        return page

    def text(self, template: str, view: Mapping[str, object]) -> str:
        """The template of a plain text (`.txt.j2`) filled with the view, nothing escaped; raises Unreadable."""
        return self._filled(template + TEXT_SUFFIX, view)

    def _filled(self, file: str, view: Mapping[str, object]) -> str:
        try:
            return self._environment(file).get_template(file).render(view)
        except TemplateNotFound as error:
            raise Unreadable(self._missing(error, file)) from error
        except TemplateSyntaxError as error:
            raise Unreadable(Fault(_short(error), error.lineno, "", f"{error.message}")) from error
        except _TEMPLATE_FAULTS as error:
            raise Unreadable(self._fault(error, file)) from error

    def _environment(self, file: str) -> ImmutableSandboxedEnvironment:
        if file not in self._chosen:
            folders = [folder / name for folder in self._folders for name in self._names]
            self._chosen[file] = self._translated if _found(folders, file) else self._base
        return self._chosen[file]

    def _made(self, folders: Sequence[Path], locale: Locale, paper: str) -> ImmutableSandboxedEnvironment:
        environment = ImmutableSandboxedEnvironment(
            loader=FunctionLoader(lambda name: _source(folders, name)),
            autoescape=_escapes,
            undefined=StrictUndefined,
            finalize=pieces.printed,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        language = words.Words(locale)
        for filters in (pieces.FILTERS, drawing.FILTERS, trend.FILTERS, allowance.FILTERS, language.filters()):
            environment.filters.update({name: _defined(function) for name, function in filters.items()})
        environment.globals.update(language=language.language, paper=paper)
        return environment

    def _missing(self, error: TemplateNotFound, file: str) -> Fault:
        asked = error.name or file
        folders = ", ".join(map(str, self._folders))
        fault = self._fault(error, file)
        message = f"there is no template {asked!r} in {folders}; templates stand in these folders and end in {SUFFIX}"
        return Fault(fault.source, fault.line, "", message)

    def _fault(self, error: BaseException, file: str) -> Fault:
        steps = [
            (frame.f_code.co_filename, line)
            for frame, line in traceback.walk_tb(error.__traceback__)
            if frame.f_code.co_filename.endswith((SUFFIX, TEXT_SUFFIX))
        ]
        source, line = steps[-1] if steps else (file, None)
        return Fault(source, line, "", str(error) or type(error).__name__)


def set_up(source: str, folders: Sequence[Path], settings: Mapping[str, object]) -> Pages:
    """The templates of some folders as the settings of a workspace want them; Unreadable names what cannot be."""
    locale, paper = settings.get("locale", words.DEFAULT_LOCALE), settings.get("paper", PAPERS[0])
    words.locale_named(source, locale)
    if paper not in PAPERS:
        raise Unreadable.because(source, f"{paper!r} is none of {', '.join(PAPERS)}", field="documents.paper")
    accessible = settings.get("accessible", False)
    if not isinstance(accessible, bool):
        raise Unreadable.because(source, f"{accessible!r} is neither true nor false", field="documents.accessible")
    return Pages(folders, str(locale), str(paper))


def _escapes(name: str | None) -> bool:
    """Whether what is printed into a template is HTML; plain texts are none."""
    return name is None or not name.endswith(TEXT_SUFFIX)


def _defined(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that refuses what is not there by its name, whatever it would have made of it."""

    @wraps(function)
    def filtered(value: Any, *more: Any, **named: Any) -> Any:
        if isinstance(value, Undefined):
            str(value)  # raises, and says which field is missing where
        return function(value, *more, **named)

    return filtered


def _with_language(folders: Sequence[Path], locale: Locale) -> list[Path]:
    names = dict.fromkeys((str(locale), locale.language))
    return [one for folder in folders for one in (*(folder / name for name in names), folder)]


def _found(folders: Sequence[Path], name: str) -> Path | None:
    if not name.endswith((SUFFIX, TEXT_SUFFIX)):
        return None
    candidates = ((folder, (folder / name).resolve()) for folder in folders)
    return next((path for folder, path in candidates if path.parent == folder and path.is_file()), None)


def _source(folders: Sequence[Path], name: str) -> tuple[str, str, Callable[[], bool]] | None:
    path = _found(folders, name)
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8"), str(path), lambda: True
    except UnicodeDecodeError as error:
        raise Unreadable.because(str(path), f"is not UTF-8 text (byte {error.start})") from error


def _short(error: TemplateSyntaxError) -> str:
    return error.filename or error.name or "template"
