"""Attainment: what was reached of each target in a period, computed from what was measured."""
