"""Vocabulary and arithmetic of service delivery: no file, database, clock or network."""
