"""Migrations: how a database comes from one schema version to the next, run by Alembic."""
