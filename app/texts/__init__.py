"""Words for people, by language. The rules emit keys; here is what the keys say."""

from app.texts.catalog import LANGUAGES, Catalog, load
from app.texts.messages import ENGLISH
from app.texts.negotiation import closest, negotiate

__all__ = ["ENGLISH", "LANGUAGES", "Catalog", "closest", "load", "negotiate"]
