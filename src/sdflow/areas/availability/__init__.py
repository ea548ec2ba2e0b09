"""Availability: interruptions that are planned, and the plan that keeps services available."""
