"""PDF: pages laid out as archivable PDF files, with attachments and empty signature fields."""

from sdflow.adapters.pdf.cache import DocumentCache
from sdflow.adapters.pdf.press import PdfPress

__all__ = ["DocumentCache", "PdfPress"]
