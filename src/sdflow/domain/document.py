"""Document: what is rendered, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ACCESSIBLE_MARK = b"<pdfuaid:part>1</pdfuaid:part>"
"""What stands uncompressed in every file that is accessible, and in no other."""


@dataclass(frozen=True)
class Attachment:
    """A file inside a PDF: `Source` is what the document was made from, `Data` is a part of it as a table."""

    name: str
    description: str
    relationship: Literal["Source", "Data"]
    content: bytes


@dataclass(frozen=True)
class Manuscript:
    """A document ready to be laid out.

    `fields` are the names of the signature fields, in their order; the layout places each where the page
    has an element with the id `sig-<name>`. The last field's signature closes the document unless `closing` is false:
    of those who sign in any order nobody knows who will be last. `dated_at` is the date of the record, not of the
    rendering, so that the same content gives the same bytes. One that is `accessible` is tagged for people who have it
    read to them; one that is `final` is always laid out anew, never taken from what is kept.
    """

    html: str
    title: str
    author: str
    dated_at: datetime
    identifier: str
    attachments: tuple[Attachment, ...] = ()
    fields: tuple[str, ...] = ()
    closing: bool = True
    final: bool = False
    accessible: bool = False
