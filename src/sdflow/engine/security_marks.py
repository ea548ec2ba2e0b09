"""Security marks: whether what was recorded of services says which incidents hurt security."""

from __future__ import annotations

from collections.abc import Sequence

from sdflow.adapters.storage import Reading
from sdflow.domain.measured import MeasuredKind
from sdflow.domain.measured_form import MARKS_SECURITY


def marks_security(reading: Reading, services: Sequence[str]) -> bool:
    """Whether a file of incidents of some services has a column that says it; without one no incident is known to be none."""
    files = reading.files_read(MeasuredKind.incidents, services)
    return any(MARKS_SECURITY in one.conventions for one in files if one.watched)
