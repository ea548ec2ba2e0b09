"""Failure: what is raised when the rule engine itself misbehaves, which no user can cause."""

from __future__ import annotations


class EngineError(RuntimeError):
    """The rule engine did not do what it was asked; its answer must not be used."""
