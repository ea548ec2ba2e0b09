"""Printing: filled templates become PDF files, in worker processes that are stopped where they take too much.

Template and layout are one piece of work, since either may go on for ever; nothing comes of a piece that is stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from uuid import uuid4

from sdflow.adapters.crew import Crew, Limits, Piece
from sdflow.adapters.pages import Pages
from sdflow.adapters.pdf import PdfPress
from sdflow.domain.content import content_hash
from sdflow.domain.document import Manuscript
from sdflow.domain.errors import SdflowError

Tools = tuple[Pages, PdfPress]

SOURCE_OF_STAMPS = "stamp"


@dataclass(frozen=True)
class Order:
    """A document to be made: its template, what fills it, and the manuscript, still without its page.

    A manuscript without an identifier is identified by the hash of its page.
    """

    template: str
    view: Mapping[str, Any]
    manuscript: Manuscript


@dataclass(frozen=True)
class Opening:
    """How a worker comes by its templates and its press: a function that stands in a module, and its arguments.

    Each opening is one of its own, so that templates that were changed are read anew.
    """

    function: Callable[..., Tools]
    arguments: tuple[Any, ...] = field(hash=False)
    key: str = field(default_factory=lambda: uuid4().hex)


class Printing:
    """The documents of a workspace."""

    def __init__(self, opening: Opening, crew: Crew, limits: Limits) -> None:
        self._opening, self._crew, self._limits = opening, crew, limits

    def document(self, order: Order) -> bytes:
        """The PDF of an order.

        Raises what its template and its layout raise, and Unreadable where it takes more time or memory than it may.
        """
        return self._crew.call(self._limits, self._piece(order))

    def documents(self, orders: Iterable[Order], workers: int) -> Iterator[tuple[int, bytes | SdflowError]]:
        """The PDF of every order with its number from 0, as each is ready, or what was wrong with it."""
        return self._crew.call_each(self._limits, map(self._piece, orders), workers)

    def stamp(self, size: tuple[float, float], view: Mapping[str, Any]) -> bytes:
        """The picture of a signature, so many points wide and high. Raises as `document` does."""
        return self._crew.call(self._limits, Piece(SOURCE_OF_STAMPS, _stamp, (self._opening, size, dict(view))))

    def _piece(self, order: Order) -> Piece[bytes]:
        return Piece(order.manuscript.title, _document, (self._opening, order))


def printed(pages: Pages, press: PdfPress, order: Order) -> bytes:
    """An order as PDF, made in this process."""
    html = pages.html(order.template, order.view)
    identifier = order.manuscript.identifier or content_hash(html)
    return press.render(replace(order.manuscript, html=html, identifier=identifier))


@lru_cache(maxsize=4)
def _tools(opening: Opening) -> Tools:
    return opening.function(*opening.arguments)


def _document(opening: Opening, order: Order) -> bytes:
    return printed(*_tools(opening), order)


def _stamp(opening: Opening, size: tuple[float, float], view: Mapping[str, Any]) -> bytes:
    pages, press = _tools(opening)
    return press.stamp(*size, pages.html(SOURCE_OF_STAMPS, view))
