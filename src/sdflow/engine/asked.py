"""Asked: what somebody is asked for: what names them, and what is open to the roles that they hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sdflow.adapters.storage import Reading
from sdflow.domain.obligation import KeptObligation
from sdflow.domain.record import Record
from sdflow.domain.trait import Acting
from sdflow.engine.people import acting_records, is_gone, roles_on
from sdflow.engine.projection import owed
from sdflow.engine.workspace import Workspace


class People:
    """Everybody as they are on a day, read once."""

    def __init__(self, workspace: Workspace, reading: Reading, today: date) -> None:
        self._workspace, self._reading, self._today = workspace, reading, today
        found = acting_records(reading, workspace.definitions)
        self.known: Mapping[str, tuple[Record, Acting]] = {record.reference: (record, one) for record, one in found}
        self.gone = {record.reference for record, one in found if is_gone(workspace.definitions, record, one, today)}

    def asked_of_person(self, reference: str, until: date | None = None) -> list[KeptObligation]:
        """What is owed by a person, and what is owed by a role that they hold; nothing where they have left."""
        if reference in self.gone:
            return []
        named = owed(self._workspace, self._reading, self._today, owner=reference, until=until)
        return sorted(named + self.asked_of_roles(roles_on(self.known[reference][1], self._today), until))

    def asked_of_roles(self, roles: frozenset[str], until: date | None = None) -> list[KeptObligation]:
        """What is owed by anybody with one of these roles: nobody is named, or who is named has left."""
        found = owed(self._workspace, self._reading, self._today, nobody=True, until=until)
        for one in sorted(self.gone):
            found += owed(self._workspace, self._reading, self._today, owner=one, until=until)
        return sorted(one for one in found if roles & set(one.by))
