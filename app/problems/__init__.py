"""How HTTP says what went wrong: RFC 9457, one shape for every refusal, whoever raised it.

A problem consists of constants, a request id and faults (`app.errors`), so it cannot repeat what was sent.
"""

from app.problems.answers import MEDIA_TYPE, problem_document, problem_response, speak_problems
from app.problems.kinds import KINDS, Kind

__all__ = ["KINDS", "MEDIA_TYPE", "Kind", "problem_document", "problem_response", "speak_problems"]
