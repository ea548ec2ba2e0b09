"""Pages: documents written as Jinja templates in folders, filled with the content of records."""

from sdflow.adapters.pages.environment import Pages

__all__ = ["Pages"]
