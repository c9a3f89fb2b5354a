"""Rows to values and back: the only statements that are sent to a database."""
