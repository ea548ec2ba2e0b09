"""Fields: empty signature fields where the page leaves room for them.

They are written with the file and not added afterwards, so that the file has one revision when the first
signature is put under it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pydyf

from sdflow.domain.errors import Fault, Unreadable

ANCHOR = "sig-"
POINTS = 0.75  # of a CSS pixel

_SHOWN_AND_LOCKED = 132


@dataclass(frozen=True)
class Place:
    """Where a field stands: number of the page from 0, and the box in points from the page's lower left corner."""

    page: int
    left: float
    bottom: float
    right: float
    top: float


def places(document: Any, names: Sequence[str], source: str) -> dict[str, Place]:
    """The place of each field; raises Unreadable for those for which the page has none."""
    found = {name: place for name in names if (place := _place(document, name))}
    missing = [name for name in names if name not in found]
    if missing:
        raise Unreadable(
            *(Fault(source, None, name, f'no element has the id "{ANCHOR}{name}" and a size') for name in missing)
        )
    return found


def _place(document: Any, name: str) -> Place | None:
    for number, page in enumerate(document.pages):
        box = page.anchors.get(ANCHOR + name)
        if box is not None:
            left, upper, right, lower = box
            top, bottom = page.height - upper, page.height - lower
            place = Place(number, *(round(edge * POINTS, 2) for edge in (left, bottom, right, top)))
            return place if place.left < place.right and place.bottom < place.top else None
    return None


def add_fields(pdf: Any, found: dict[str, Place], *, closing: bool) -> None:
    """Write an empty field at each place; if `closing`, the last one closes the document once it is signed."""
    if not found:
        return
    pages: dict[Any, Any] = {
        one.reference: one for one in pdf.objects if isinstance(one, pydyf.Dictionary) and one.get("Type") == "/Page"
    }
    fields = pydyf.Array()
    for name, place in found.items():
        page = pages[pdf.page_references[place.page]]
        widget = _widget(pdf, name, place, page)
        if closing and name == list(found)[-1]:
            widget["Lock"] = _added(pdf, pydyf.Dictionary({"Type": "/SigFieldLock", "Action": "/All", "P": 1}))
        reference = _added(pdf, widget)
        page.setdefault("Annots", pydyf.Array()).append(reference)
        fields.append(reference)
    pdf.catalog["AcroForm"] = pydyf.Dictionary({"Fields": fields, "SigFlags": 1})


def _widget(pdf: Any, name: str, place: Place, page: Any) -> Any:
    size = [0, 0, round(place.right - place.left, 2), round(place.top - place.bottom, 2)]
    # PDF/A asks for an appearance even where there is nothing to see
    shape = {"Type": "/XObject", "Subtype": "/Form", "BBox": pydyf.Array(size), "Resources": pydyf.Dictionary({})}
    appearance = _added(pdf, pydyf.Stream([], pydyf.Dictionary(shape)))
    return pydyf.Dictionary(
        {
            "Type": "/Annot",
            "Subtype": "/Widget",
            "FT": "/Sig",
            "T": pydyf.String(name),
            "TU": pydyf.String(f"Signature: {name}"),
            "Rect": pydyf.Array([place.left, place.bottom, place.right, place.top]),
            "F": _SHOWN_AND_LOCKED,
            "P": page.reference,
            "AP": pydyf.Dictionary({"N": appearance}),
        }
    )


def _added(pdf: Any, part: Any) -> Any:
    pdf.add_object(part)
    return part.reference
