"""The command line: what was asked, and what was found."""

from __future__ import annotations

from sdflow.cli.root import main

__all__ = ["main"]
