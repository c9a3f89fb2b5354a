"""The mind: a protocol and the facts of one person in, an assessment and a dated course out.

No I/O, no clock, no randomness, no prose: standard library and pydantic only.
"""
