"""Definitions: what people write as YAML files, read and written."""
