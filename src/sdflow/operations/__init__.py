"""Verbs: one module for each thing that sdflow does, as short plain functions."""
