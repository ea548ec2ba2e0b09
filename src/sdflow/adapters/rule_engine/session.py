"""Session: one ruleset inside durable_rules and the order of calls in which it can be trusted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import durable_rules_engine as durable

from sdflow.adapters.rule_engine.failure import EngineError

_SESSION = "0"
_REFUSED = 2
_BOOT = '{"id":"boot","kind":0,"one":1}'
_END = {"id": "end", "kind": -1, "one": 1}
_numbers = count()

Hit = tuple[str, tuple[tuple[str, int], ...]]
"""The name of a rule and, by the name of each pattern, the place of the fact that satisfied it."""


class Ruleset:
    """A compiled ruleset. The caller sees to it that no two evaluations run at once."""

    def __init__(self, definition: Mapping[str, Any]) -> None:
        self._handle: int = durable.create_ruleset(f"sdflow{next(_numbers)}", json.dumps(definition))

    def close(self) -> None:
        """Give the ruleset's memory back; it cannot be used again."""
        durable.delete_ruleset(self._handle)

    def hits(self, rows: list[dict[str, int | str]]) -> set[Hit]:
        """Every match in these facts; `EngineError` where the engine did not read all of them."""
        batch = json.dumps([*rows, _END], separators=(",", ":"))
        try:
            state = self._started()
            try:
                return self._drained(state, batch)
            finally:
                durable.delete_state(self._handle, _SESSION)
        except durable.error as error:
            raise EngineError(f"durable_rules gave up: {error}") from error

    def _started(self) -> int:
        """A session in which a rule has fired already; the engine crashes when another one is deleted."""
        code, state = durable.assert_fact(self._handle, _BOOT)
        started = durable.start_action_for_state(self._handle, state)
        if code or not started or "boot" not in started[1] or durable.complete_and_start_action(self._handle, state):
            raise EngineError("durable_rules did not start a session")
        return int(state)

    def _drained(self, state: int, batch: str) -> set[Hit]:
        code, _ = durable.assert_facts(self._handle, batch)
        if code == _REFUSED:
            raise EngineError("durable_rules took a fact for one that it had already seen")
        hits: set[Hit] = set()
        ended = False
        for name, matches in self._actions(state):
            if name == "end":
                ended = True
            else:
                hits |= {(name, _places(match)) for match in matches}
        if not ended:
            raise EngineError("durable_rules stopped reading before the end of the facts")
        return hits

    def _actions(self, state: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        started = durable.start_action_for_state(self._handle, state)
        text = started[1] if started else None
        while text:
            yield from json.loads(text).items()
            text = durable.complete_and_start_action(self._handle, state)


def _places(match: Mapping[str, Mapping[str, Any]]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((name, int(row["id"])) for name, row in match.items()))
