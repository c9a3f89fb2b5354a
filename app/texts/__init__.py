"""Words for people, by language. The rules emit keys; here is what the keys say."""

from app.texts.catalog import Catalog, load

__all__ = ["Catalog", "load"]
