"""Accessible: what PDF/UA-1 asks for beside the tags that WeasyPrint writes.

The identification in the metadata with its description as an extension, which PDF/A-3 demands (ISO 14289-1, 5;
ISO 19005-3, 6.6.2.3); signature fields in the structure and in the order of reading (ISO 14289-1, 7.18).
"""

from __future__ import annotations

from typing import Any

import pydyf

from sdflow.domain.document import ACCESSIBLE_MARK
from sdflow.domain.errors import Unreadable

VARIANT = "pdf/a-3a"

_END = b"</rdf:RDF>"
_PART = (
    b'<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">'
    + ACCESSIBLE_MARK
    + b"</rdf:Description>\n"
)
_EXTENSION = b"""<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289 to which the file conforms</pdfaProperty:description>\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""


def complete(pdf: Any) -> None:
    """Make a tagged file, once its fields are written, one that is PDF/UA-1 as well."""
    _identify(pdf)
    structure = _object(pdf, pdf.catalog["StructTreeRoot"])
    root = _object(pdf, structure["K"][0])
    numbers = _object(pdf, structure["ParentTree"])["Nums"]
    for page in (one for one in pdf.objects if isinstance(one, pydyf.Dictionary) and one.get("Type") == "/Page"):
        annotations = [_object(pdf, reference) for reference in page.get("Annots", ())]
        if annotations:
            page["Tabs"] = "/S"
        for widget in annotations:
            if widget.get("FT") == "/Sig":
                _tag(pdf, widget, page, root, numbers)
            elif widget.get("Subtype") == "/Link" and "Contents" not in widget:
                widget["Contents"] = pydyf.String("Link to a part of this document" if "Dest" in widget else "Link")


def _identify(pdf: Any) -> None:
    metadata = _object(pdf, pdf.catalog["Metadata"])
    (text,) = metadata.stream
    if text.count(_END) != 1:
        raise Unreadable.because("metadata", "are not written as this program expects; install weasyprint>=70")
    metadata.stream = [text.replace(_END, _PART + _EXTENSION + _END)]
    metadata.compress = False  # so that anybody can see what the file is


def _tag(pdf: Any, widget: Any, page: Any, root: Any, numbers: Any) -> None:
    """Put a field into the structure, at the end of the document."""
    reference = pydyf.Dictionary({"Type": "/OBJR", "Obj": widget.reference, "Pg": page.reference})
    pdf.add_object(reference)
    form = pydyf.Dictionary(
        {
            "Type": "/StructElem",
            "S": "/Form",
            "K": pydyf.Array([reference.reference]),
            "Pg": page.reference,
            "P": root.reference,
            "Alt": widget["TU"],
        }
    )
    pdf.add_object(form)
    root["K"].append(form.reference)
    widget["StructParent"] = max(numbers[::2], default=-1) + 1
    numbers.extend([widget["StructParent"], form.reference])


def _object(pdf: Any, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]
