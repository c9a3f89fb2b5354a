"""What fields of an object are wrong about together, told as far as they are good by themselves.

pydantic looks at an object as a whole only when each of its fields is right. Whoever sends a document wants to read
everything that is wrong with it at once; so the first clash only refuses, and all of them are looked for again then.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple, Self

from pydantic import BaseModel, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from app.schemas.scalars import Input

CLASH: Final = "clash"
NOTHING_SET: Final = "nothing_set"
"""The code of an object that says nothing of what it is for."""
Place = tuple[str | int, ...]


class Clash(NamedTuple):
    """Fields that do not fit each other: which of them to look at, null for all of them, and why."""

    member: str | None
    code: str
    message: str


class Joint(Input):
    """An object whose fields have to fit each other."""

    @classmethod
    def clashes(cls, good: Mapping[str, Any]) -> Iterator[Clash]:
        """Name what does not fit together.

        Args:
            good: The fields that are right by themselves, whether or not they were sent.
        """
        raise NotImplementedError

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if any(self.clashes(dict(self))):
            raise PydanticCustomError(CLASH, "Does not fit together.")
        return self


def clashes_at(model: type[Joint], place: Place, document: object, wrong: Iterable[Place]) -> Iterator[Clash]:
    """Look once more at an object of a document that was refused.

    Args:
        model: What the object is to be.
        place: Where it stands.
        document: The whole document.
        wrong: Where something was found that is wrong by itself.
    """
    sent, depth = _at(document, place), len(place)
    bad = {other[depth] for other in wrong if len(other) > depth and other[:depth] == place}
    if isinstance(sent, dict):
        good = {name: field for name, field in members_of(model).items() if name not in bad}
        absent = {name: field.get_default(call_default_factory=True) for name, field in good.items()}
        yield from model.clashes({name: sent.get(name, default) for name, default in absent.items()})


def members_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a model by the names that the contract calls them."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _at(document: Any, place: Place) -> Any:  # noqa: ANN401 -- JSON
    for step in place:
        if isinstance(document, list) and isinstance(step, int):
            document = document[step]
        else:
            document = document.get(step) if isinstance(document, dict) else None
    return document
