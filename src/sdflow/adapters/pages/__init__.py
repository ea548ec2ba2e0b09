"""Pages: documents written as Jinja templates in folders, filled with the content of records."""

from sdflow.adapters.pages.brand import branded
from sdflow.adapters.pages.environment import Pages, set_up

__all__ = ["Pages", "branded", "set_up"]
