"""Storage: records, acts and signed documents in SQLite or PostgreSQL."""

from __future__ import annotations

from sdflow.adapters.storage.reading import Reading
from sdflow.adapters.storage.storage import Storage
from sdflow.adapters.storage.writing import Writing

__all__ = ["Reading", "Storage", "Writing"]
