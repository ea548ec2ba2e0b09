"""A desk at which somebody types commands, and reads what they say."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from sdflow.cli.root import sdflow

HELEN, OMAR, INGRID = "PER-CARRICK", "PER-HADDAD", "PER-HALVORSEN"
USUAL = "the usual day"


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)

    @property
    def words(self) -> str:
        """Both streams with their line breaks folded."""
        return " ".join((self.out + " " + self.err).split())


@dataclass(frozen=True)
class Desk:
    """A workspace and somebody who types commands at it, on the usual day unless another is said."""

    folder: Path
    usual_day: str = field(default="2025-12-01", kw_only=True)

    def type(self, *words: str, person: str | None = HELEN, day: str | None = USUAL) -> Said:
        options = ["-C", str(self.folder)]
        options += ["--as", person] if person else []
        options += ["--as-of", self.usual_day if day == USUAL else day] if day else []
        result = CliRunner().invoke(sdflow, [*words, *options])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    def must(self, *words: str, person: str | None = HELEN, day: str | None = USUAL) -> Said:
        said = self.type(*words, person=person, day=day)
        assert said.code == 0, said.words
        return said
