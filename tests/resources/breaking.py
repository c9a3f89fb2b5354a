"""What a change of the OpenAPI document would break for somebody who wrote a client against it.

What callers send may only become freer, what they receive only fuller: a path, an operation, a field or a word that is
gone, a field that must be sent from now on, a bound that became tighter, a kind of value that comes or goes.
"""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")


def breaking_changes(old: Json, new: Json) -> list[str]:
    """Name every breaking change, in the order of the old document."""
    return list(dict.fromkeys(_Comparison(old, new).paths()))


class _Comparison:
    def __init__(self, old: Json, new: Json) -> None:
        self._old = old
        self._new = new
        self._seen: set[tuple[str, str, bool]] = set()

    def paths(self) -> Iterator[str]:
        for path, item in self._old["paths"].items():
            if path not in self._new["paths"]:
                yield f"{path}: the path is gone"
                continue
            for method in (name for name in METHODS if name in item):
                where = f"{method.upper()} {path}"
                if method in self._new["paths"][path]:
                    yield from self._operation(item[method], self._new["paths"][path][method], where)
                else:
                    yield f"{where}: the operation is gone"

    def _operation(self, old: Json, new: Json, where: str) -> Iterator[str]:
        yield from self._parameters(old, new, where)
        yield from self._body(old.get("requestBody"), new.get("requestBody"), where)
        for status, answer in old["responses"].items():
            if status not in new["responses"]:
                yield f"{where}: the answer {status} is gone"
                continue
            yield from self._media(answer, new["responses"][status], f"{where} {status}", sent=False)
            for header in sorted(set(answer.get("headers", {})) - set(new["responses"][status].get("headers", {}))):
                yield f"{where} {status}: the header {header} is gone"

    def _parameters(self, old: Json, new: Json, where: str) -> Iterator[str]:
        before = {(one["in"], one["name"]): one for one in old.get("parameters", ())}
        after = {(one["in"], one["name"]): one for one in new.get("parameters", ())}
        for key, one in before.items():
            if key in after:
                yield from self._schema(one["schema"], after[key]["schema"], f"{where} {key[1]}", sent=True)
            else:
                yield f"{where}: the parameter {key[1]} is gone"
        for key, one in after.items():
            if one.get("required") and not before.get(key, {}).get("required"):
                yield f"{where}: the parameter {key[1]} must be sent from now on"

    def _body(self, old: Json | None, new: Json | None, where: str) -> Iterator[str]:
        if old is None or new is None:
            if old is not new:
                yield f"{where}: a body is {'needed' if new else 'refused'} from now on"
            return
        yield from self._media(old, new, where, sent=True)

    def _media(self, old: Json, new: Json, where: str, *, sent: bool) -> Iterator[str]:
        for kind, media in old.get("content", {}).items():
            if kind not in new.get("content", {}):
                yield f"{where}: {kind} is gone"
            elif "schema" in media:
                yield from self._schema(media["schema"], new["content"][kind].get("schema", {}), where, sent=sent)

    def _schema(self, old: Json, new: Json, where: str, *, sent: bool) -> Iterator[str]:
        key = (old.get("$ref", ""), new.get("$ref", ""), sent)
        if "$ref" in old or "$ref" in new:
            if key in self._seen:
                return
            self._seen.add(key)
        before, after = _resolved(self._old, old), _resolved(self._new, new)
        yield from self._kinds(before, after, where, sent=sent)
        if not _is_union(before) and not _is_union(after):
            yield from self._one_kind(before, after, where, sent=sent)

    def _one_kind(self, old: Json, new: Json, where: str, *, sent: bool) -> Iterator[str]:
        yield from self._words(old, new, where)
        if sent:
            yield from _bounds(old, new, where)
        yield from self._fields(old, new, where, sent=sent)
        if "items" in old and "items" in new:
            yield from self._schema(old["items"], new["items"], f"{where}[]", sent=sent)

    def _kinds(self, old: Json, new: Json, where: str, *, sent: bool) -> Iterator[str]:
        """Compare unions kind by kind; a schema that is no union is a union of one."""
        before, after = _variants(self._old, old), _variants(self._new, new)
        if sent:
            yield from (f"{where}: {name} is refused from now on" for name in before if name not in after)
        else:
            yield from (f"{where}: {name} may come from now on" for name in after if name not in before)
        if _is_union(old) or _is_union(new):
            for name in before:
                if name in after:
                    yield from self._schema(before[name], after[name], where, sent=sent)

    @staticmethod
    def _words(old: Json, new: Json, where: str) -> Iterator[str]:
        before = old.get("enum", [old["const"]] if "const" in old else [])
        after = new.get("enum", [new["const"]] if "const" in new else None)
        if after is not None:
            yield from (f"{where}: the value {word!r} is gone" for word in before if word not in after)
        if not before and after is not None:
            yield f"{where}: only certain values are left"

    def _fields(self, old: Json, new: Json, where: str, *, sent: bool) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        for name, schema in before.items():
            if name in after:
                yield from self._schema(schema, after[name], f"{where}.{name}", sent=sent)
            else:
                yield f"{where}.{name}: the field is gone"
        needed, was_needed = set(new.get("required", ())), set(old.get("required", ()))
        if sent:
            yield from (f"{where}.{name}: must be sent from now on" for name in sorted(needed - was_needed))
        else:
            yield from (f"{where}.{name}: may be missing from now on" for name in sorted(was_needed - needed))


def _bounds(old: Json, new: Json, where: str) -> Iterator[str]:
    for name in LOWER:
        if name in new and (name not in old or new[name] > old[name]):
            yield f"{where}: {name} is raised"
    for name in UPPER:
        if name in new and (name not in old or new[name] < old[name]):
            yield f"{where}: {name} is lowered"
    for name in ("pattern", "format"):
        if name in new and new[name] != old.get(name):
            yield f"{where}: {name} is another"
    if (
        new.get("additionalProperties") is False
        and old.get("additionalProperties") is not False
        and "properties" in old
    ):
        yield f"{where}: other fields are refused from now on"


def _is_union(schema: Json) -> bool:
    return "anyOf" in schema or "oneOf" in schema


def _resolved(document: Json, schema: Json) -> Json:
    """Follow a reference to where it leads."""
    while "$ref" in schema:
        target: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        schema = target
    return schema


def _variants(document: Json, schema: Json) -> dict[str, Json]:
    """The kinds of value that a schema takes, each by a name."""
    inner = schema.get("anyOf") or schema.get("oneOf")
    if inner is None:
        kinds = schema.get("type", "anything")
        return dict.fromkeys(kinds if isinstance(kinds, list) else [kinds], schema)
    found: dict[str, Json] = {}
    for one in inner:
        name = one["$ref"].rpartition("/")[2] if "$ref" in one else None
        found.update({name: one} if name else _variants(document, one))
    return found
