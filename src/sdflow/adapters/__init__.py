"""Adapters: the tools of the outside world, each behind one module or package."""
