"""Definitions: everything that files declare, read once at the start."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from sdflow.adapters.workflow_engine import WorkflowEngine
from sdflow.domain.content import Plain, canonical_text, content_hash, plain
from sdflow.domain.difference import ClauseChange, clause_changes
from sdflow.domain.errors import Refused, Unreadable
from sdflow.domain.kind import Content, Description, housekeeping, joined, material
from sdflow.domain.record import Record, Revision
from sdflow.domain.rule import Rulebook
from sdflow.domain.workflow import State, Workflow


@dataclass(frozen=True)
class Definitions:
    """Kinds of content, their workflows, the roles and the rules."""

    kinds: Mapping[str, type[Content]]
    workflows: Mapping[str, Workflow]
    roles: Mapping[str, str]
    rulebook: Rulebook

    @cached_property
    def _engines(self) -> dict[str, WorkflowEngine]:
        return {}

    def description(self, kind: str) -> Description:
        """The words of a kind."""
        return self.kinds[kind].description

    def engine(self, kind: str) -> WorkflowEngine:
        """The machine that takes the steps of a kind's workflow."""
        if kind not in self._engines:
            self._engines[kind] = WorkflowEngine(self.workflows[kind])
        return self._engines[kind]

    def state(self, record: Record) -> State:
        """The declared state in which a record is."""
        return self.workflows[record.kind].state(record.state)

    def content(self, record: Record, revision: Revision | None = None) -> Content:
        """The content of a record's revision as its model, upgraded where the format is older."""
        chosen = revision or record.revision
        stored = json.loads(chosen.text)
        whole = joined(stored["content"], stored.get("housekeeping"))
        return self.content_of(record.kind, chosen.format, whole, record.reference)

    def content_of(self, kind: str, format: str, whole: dict[str, Any], source: str) -> Content:
        """A content as it was stored in a format, as its model; `source` says where it was found."""
        model = self.kinds[kind]
        number = int(format.partition("/")[2])
        if number > model.description.format:
            raise Unreadable.because(source, f"its content is {format}, which a newer sdflow wrote; upgrade sdflow")
        if number < model.description.format:
            whole = model.upgraded(number, whole)
        try:
            return model.model_validate(whole)
        except ValidationError as error:
            raise Unreadable.because(
                source, f"its stored content no longer fits {format}: {error.errors()[0]['msg']}"
            ) from None

    def kind_named(self, name: str) -> str:
        """The kind with that name, `Refused` with the known ones otherwise."""
        if name not in self.kinds:
            raise Refused(f"there is no kind '{name}'", advice=f"known: {', '.join(sorted(self.kinds))}")
        return name


def stored_text(content: Content) -> tuple[str, str]:
    """The text that a revision stores, and the hash of its material part."""
    agreed = plain(material(content))
    kept = housekeeping(content)
    whole: dict[str, Any] = {"content": agreed} | ({"housekeeping": kept} if kept else {})
    return canonical_text(whole), content_hash(canonical_text(agreed))


def material_of(revision: Revision) -> Plain:
    """The material part of a stored revision, exactly as it was hashed."""
    agreed: Plain = json.loads(revision.text)["content"]
    return agreed


def whole_of(text: str) -> Plain:
    """A stored text with its housekeeping, as plain mappings and lists."""
    stored = json.loads(text)
    whole: Plain = joined(stored["content"], stored.get("housekeeping"))
    return whole


def changes_of(revision: Revision, content: Content) -> list[ClauseChange]:
    """Every clause, housekeeping included, that a content words otherwise than a stored revision."""
    return clause_changes(whole_of(revision.text), whole_of(stored_text(content)[0]))


def housekeeping_of(revision: Revision) -> Any:
    """The housekeeping part of a stored revision; none where it has none."""
    return json.loads(revision.text).get("housekeeping")


def holds(revision: Revision) -> bool:
    """Whether a stored revision still has the hash that was recorded with it."""
    return content_hash(canonical_text(material_of(revision))) == revision.sha256
