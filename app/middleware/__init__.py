"""What happens around every request, in plain ASGI classes: a name, safe headers, limits, web pages, and a log line."""

from app.middleware.address import NoKeyInAddress
from app.middleware.body import BodyLimit
from app.middleware.crowd import Crowd
from app.middleware.envelope import CLOSED, SAFE_HEADERS, Envelope
from app.middleware.head import HeadAsGet
from app.middleware.pages import Pages, refusal_headers

__all__ = [
    "CLOSED",
    "SAFE_HEADERS",
    "BodyLimit",
    "Crowd",
    "Envelope",
    "HeadAsGet",
    "NoKeyInAddress",
    "Pages",
    "refusal_headers",
]
