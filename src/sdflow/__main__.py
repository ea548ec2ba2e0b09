"""Entry: `sdflow` and `python -m sdflow`."""

from __future__ import annotations

from sdflow.cli import main

if __name__ == "__main__":
    main()
