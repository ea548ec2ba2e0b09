"""Open points: the sections of a document that is to be signed for which nothing has been agreed."""

from __future__ import annotations

from sdflow.domain.errors import Refused


class OpenPoints:
    """Collects, while a page is filled, what is missing; a blank that is signed would be agreed as well."""

    def __init__(self) -> None:
        self._section = ""
        self._missing: dict[str, list[str]] = {}
        self._clauses: dict[str, None] = {}

    def begin(self, section: str) -> str:
        """What is missing from now on belongs to this section. Prints nothing."""
        self._section = section
        return ""

    def add(self, what: str, clauses: str = "") -> str:
        """Something is missing, said as what to do about it; `clauses` are the paths to set. Prints nothing."""
        paths = clauses.split()
        self._missing.setdefault(self._section, []).append(f"{what} ({', '.join(paths)})" if paths else what)
        self._clauses |= dict.fromkeys(paths)
        return ""

    def refuse(self, reference: str) -> None:
        """Refused with every section in which something is missing and the way to mend it; nothing where all is there."""
        if self._missing:
            count = len(self._missing)
            raise Refused(
                f"{count} section{'s' if count != 1 else ''} of the document {'are' if count != 1 else 'is'} still to be agreed",
                tuple(f"{section}: {' '.join(missing)}" for section, missing in self._missing.items()),
                self._advice(reference),
            )

    def _advice(self, reference: str) -> str:
        if not self._clauses:
            return f"see what the document looks like: sdflow document {reference} --draft"
        settings = " ".join(f'--set {path}="…"' for path in self._clauses)
        return f"fill in: sdflow amend {reference} {settings}; where there is nothing to agree, say so in words"
