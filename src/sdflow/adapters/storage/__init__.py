"""Storage: records, acts and signed documents in SQLite or PostgreSQL."""

from __future__ import annotations

from sdflow.adapters.storage.ledger import Ledger
from sdflow.adapters.storage.noting import Noting
from sdflow.adapters.storage.reading import Reading
from sdflow.adapters.storage.storage import Storage
from sdflow.adapters.storage.writing import Writing

__all__ = ["Ledger", "Noting", "Reading", "Storage", "Writing"]
