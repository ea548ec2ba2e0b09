"""Release management: what changes for a customer, and what is promised while it is new."""
