"""From the query of an address to a checked document.

A parameter that is unknown or given twice is refused rather than passed over: whoever misspells a filter would
otherwise get everything. Neither names nor values are repeated; a fault is placed by the name that the contract knows.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from app.errors import Fault, InvalidQueryError
from app.schemas.faults import capped, contract_faults

Pairs = Sequence[tuple[str, str]]
Json = dict[str, Any]
Query = TypeVar("Query", bound=BaseModel)


def _no_more(_query: BaseModel, _faulty: Container[str]) -> Iterable[Fault]:
    return ()


def read_query(
    model: type[Query], pairs: Pairs, more: Callable[[Query, Container[str]], Iterable[Fault]] = _no_more
) -> Query:
    """Turn the parameters of a query into a document of the model.

    Args:
        model: What the query is read into; each of its fields may be missing.
        pairs: The parameters.
        more: Looks for other faults where there are some; it is given what is good, and the names of what is not.

    Raises:
        InvalidQueryError: Parameters are unknown, repeated or unusable; every fault is listed.
    """
    faults = [*_unknown(model, pairs), *_repeated(model, pairs)]
    given = {name: value for name, value in pairs if name in model.model_fields}
    try:
        query = model.model_validate(given)
    except ValidationError as problems:
        faults += contract_faults(model, problems, given)
    else:
        if not faults:
            return query
    bad = {fault.pointer.removeprefix("/") for fault in faults}
    rest = model.model_validate({name: value for name, value in given.items() if name not in bad})
    faults += more(rest, bad)
    raise InvalidQueryError(capped(faults, len(faults))) from None


def _unknown(model: type[BaseModel], pairs: Pairs) -> Iterator[Fault]:
    known = ", ".join(model.model_fields)
    for position, (name, _) in enumerate(pairs, start=1):
        if name not in model.model_fields:
            message = f"Parameter {position} of the query is not known here. There are: {known}."
            yield Fault("", "unknown_parameter", message)


def _repeated(model: type[BaseModel], pairs: Pairs) -> Iterator[Fault]:
    names = [name for name, _ in pairs]
    for name in model.model_fields:
        if names.count(name) > 1:
            yield Fault(f"/{name}", "repeated_parameter", "Is given more than once. Send it once.")


def query_parameters(model: type[BaseModel], **examples: str | int) -> list[Json]:
    """Describe the parameters of a query for the OpenAPI document.

    Args:
        model: What the query is read into; its schema holds no references.
        **examples: An example for some of the parameters.
    """
    written = model.model_json_schema()
    return [_parameter(name, schema, examples.get(name)) for name, schema in written["properties"].items()]


def _parameter(name: str, schema: Json, example: str | int | None) -> Json:
    """One parameter; that it may be left out is said by `required`, not by a null."""
    told = next((kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}), schema)
    left = {key: value for key, value in told.items() if key not in {"description", "title"}}
    if left.get("default", 0) is None:
        del left["default"]
    parameter = {"name": name, "in": "query", "required": False, "description": schema["description"], "schema": left}
    return parameter if example is None else {**parameter, "example": example}
