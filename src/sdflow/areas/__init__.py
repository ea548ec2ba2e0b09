"""What is governed: one package per process area, one module per kind. Presence here is registration."""
