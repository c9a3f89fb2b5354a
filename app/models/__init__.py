"""The tables, and nothing else: what is stored, by name and type. None yet: every answer is computed and forgotten."""
