"""Service level management: what customers require and are promised, and what carries it."""
