"""Continuity: what a disruption would mean, how services come back, and whether a test has proven it."""
