"""The service on a socket: uvicorn, with the deadlines that it lacks and an end that is in time.

uvicorn waits for ever for a request to arrive. Here every connection is looked over a few times a second: whoever takes
too long for the headers, for a whole request, or to take in an answer, is let go. What a caller may take is measured
while the service is willing to read, and grows with what has arrived, so that a long batch is not cut off by a service
that reads slowly.
"""

from app.serving.server import Service

__all__ = ["Service"]
