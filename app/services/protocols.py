"""The rules in force, for anyone who wants to read them."""

from app.protocols.loader import written
from app.render.fragments import encode
from app.render.words import Words
from app.services.shelf import Shelf, spoken
from app.texts import ENGLISH


def _summary(book: Words) -> dict[str, str]:
    protocol = book.program.protocol
    return {
        "id": protocol.id,
        "version": protocol.version,
        "title": protocol.title,
        "digest": book.digest,
        "texts_digest": book.catalog.digest,
        "clinical_review": protocol.clinical_review,
    }


def listing(shelf: Shelf) -> bytes:
    """Every protocol at hand, as UTF-8 JSON."""
    return encode({"protocols": [_summary(book) for book in shelf]}).encode()


def version(shelf: Shelf, protocol_id: str, number: str, language: str = ENGLISH) -> bytes | None:
    """One protocol in full, as UTF-8 JSON: its digests and the words of each rule in a language included."""
    found = shelf.find(protocol_id, number)
    if found is None:
        return None
    book = spoken(found, language)
    whole = written(book.program.protocol)
    rules = [
        {
            **rule,
            "sources": rule.get("sources", []),
            "text": book.text(rule["id"]),
            "dispute_text": book.catalog.texts.get(f"dispute.{rule['id']}"),
        }
        for rule in whole["rules"]
    ]
    return encode({**whole, **_summary(book), "rules": rules, **book.translation}).encode()
