"""From the files of a protocol to a checked protocol, with file and line in every complaint.

The YAML is read with a resolver that knows only `true`, `false`, decimal integers and `null`; everything else is text,
so that `no`, `1.0.0` and `2026-11-21` mean what they look like.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias

import rfc8785
import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app.protocols.remains import references_of_the_rest
from app.rules.check import Complaint, references
from app.rules.conditions import suggestion
from app.rules.protocol import Protocol

HERE = Path(__file__).parent
CASES = "cases.yaml"
LISTS = ("rules", "sources")
DEEPEST = 40
NO_KEY = "a key is a word, not a list or a mapping"

Loc: TypeAlias = tuple[str | int, ...]


class ProtocolError(Exception):
    """A protocol that cannot be used.

    Attributes:
        complaints: Every problem, each as `file:line: where: what is wrong`.
    """

    def __init__(self, complaints: list[str]) -> None:
        self.complaints = complaints
        super().__init__("\n".join(complaints))


class _Resolver(yaml.CSafeLoader):
    """A loader that types only what JSON types, and whole numbers alone."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 -- the library's own hook


_Resolver.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Resolver.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]{0,17})$"), list("-0123456789"))
_Resolver.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:null|)$"), ["n", ""])


@dataclass
class Source:
    """The merged data of all files, and where each part of it stands."""

    data: dict[str, Any] = field(default_factory=dict)
    marks: dict[Loc, str] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    nodes: dict[int, yaml.Node] = field(default_factory=dict)

    def where(self, loc: Loc) -> str:
        """The file and line of a location, or of the nearest part around it that is written down."""
        path: Loc = ()
        for part in loc:
            if (*path, part) in self.marks:
                path = (*path, part)
        return self.marks.get(path, "")

    def name(self, loc: Loc) -> str:
        """The rule or source that a location lies in."""
        match loc:
            case (str(section), int(index), *_):
                entry = self.data[section][index]
                return str(entry.get("id", "")) if isinstance(entry, dict) else ""
            case _:
                return ""

    def complain(self, loc: Loc, message: str) -> None:
        """Note a problem with its place."""
        parts = (self.where(loc), self.name(loc), message)
        self.complaints.append(": ".join(part for part in parts if part))


def _walk(node: yaml.Node, path: Loc, file: str, source: Source) -> Any:  # noqa: ANN401 -- whatever the file holds
    """Turn a node into data, noting the line of every part."""
    source.marks[path] = f"{file}:{node.start_mark.line + 1}"
    if id(node) in source.nodes or len(path) > DEEPEST:
        wrong = "an alias; write out what it stands for" if id(node) in source.nodes else "nested too deep"
        source.complaints.append(f"{source.marks[path]}: {wrong}")
        return None
    source.nodes[id(node)] = node
    if isinstance(node, yaml.SequenceNode):
        return [_walk(child, (*path, index), file, source) for index, child in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, child in node.value:
            if not isinstance(key, yaml.ScalarNode):
                source.complaints.append(f"{file}:{key.start_mark.line + 1}: {NO_KEY}")
                continue
            if key.value in found:
                source.complaints.append(f"{file}:{key.start_mark.line + 1}: '{key.value}' stands twice")
            found[key.value] = _walk(child, (*path, key.value), file, source)
            source.marks[(*path, key.value)] = f"{file}:{key.start_mark.line + 1}"
        return found
    return _scalar(node)


def _scalar(node: yaml.Node) -> str | int | bool | None:
    match node.tag.rpartition(":")[2]:
        case "bool":
            return bool(node.value == "true")
        case "int":
            return int(node.value)
        case "null":
            return None
        case _:
            return str(node.value)


def take(file: Path, source: Source) -> None:
    """Add the contents of one file to the merged data."""
    try:
        node = yaml.compose(file.read_bytes(), Loader=_Resolver)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        source.complaints.append(f"{file.name}:{line}: not YAML: {getattr(error, 'problem', None) or 'unreadable'}")
        return
    if not isinstance(node, yaml.MappingNode):
        source.complaints.append(f"{file.name}:1: a mapping is expected at the top")
        return
    for key, child in node.value:
        name = key.value
        if not isinstance(key, yaml.ScalarNode):
            source.complaints.append(f"{file.name}:{key.start_mark.line + 1}: {NO_KEY}")
            continue
        if name in LISTS and isinstance(child, yaml.SequenceNode) and isinstance(source.data.get(name, []), list):
            entries = source.data.setdefault(name, [])
            source.marks[(name,)] = f"{file.name}:{key.start_mark.line + 1}"
            for entry in child.value:
                entries.append(_walk(entry, (name, len(entries)), file.name, source))
        elif name in source.data:
            where = f"{file.name}:{key.start_mark.line + 1}"
            source.complaints.append(f"{where}: '{name}' stands in {source.marks[(name,)]} too")
        else:
            source.data[name] = _walk(child, (name,), file.name, source)
            source.marks[(name,)] = f"{file.name}:{key.start_mark.line + 1}"


def plain(error: ErrorDetails) -> str:
    """A complaint of pydantic in a sentence."""
    last = error["loc"][-1] if error["loc"] else ""
    match error["type"]:
        case "missing":
            return f"'{last}' is missing"
        case "extra_forbidden":
            return f"unknown key '{last}'"
        case "literal_error":
            expected = error["ctx"]["expected"].replace(" or ", ", ").replace("'", "").split(", ")
            where = next(part for part in reversed(error["loc"]) if isinstance(part, str))
            return f"'{error['input']}' is not allowed in '{where}'" + (
                suggestion(error["input"], expected) or f"; it takes {', '.join(expected)}"
            )
        case _:
            return f"{error['msg']}"


def _read(path: Path) -> Source:
    source = Source()
    files = sorted(file for file in path.glob("*.yaml") if file.name != CASES) if path.is_dir() else [path]
    if not files or not all(file.is_file() for file in files):
        raise ProtocolError([f"{path.name}: no protocol here; give the folder that holds its YAML files"])
    source.marks[()] = f"{'protocol.yaml' if path.is_dir() else path.name}:1"
    for file in files:
        take(file, source)
    return source


def _validated(source: Source, texts: Collection[str]) -> Protocol | None:
    """The protocol; or none, with everything noted that is wrong with it."""
    try:
        protocol = Protocol.model_validate(source.data)
    except ValidationError as error:
        problems = error.errors()
        for problem in problems:
            if not _follows(problem, problems):
                source.complain(problem["loc"], plain(problem))
        _note(references_of_the_rest(source.data, [problem["loc"] for problem in problems], texts), source)
        return None
    _note(references(protocol, texts), source)
    return protocol


def _note(complaints: list[Complaint], source: Source) -> None:
    for complaint in complaints:
        source.complain(complaint.path, complaint.message)


def _follows(problem: ErrorDetails, problems: list[ErrorDetails]) -> bool:
    """Whether a list is called too short only because an entry of it was refused."""
    loc = problem["loc"]
    within = (other["loc"] for other in problems if other is not problem)
    return problem["type"] == "too_short" and any(other[: len(loc)] == loc for other in within)


@dataclass(frozen=True)
class Loaded:
    """A protocol as it was read.

    Attributes:
        protocol: The protocol.
        digest: The SHA-256 over its canonical JSON, as `sha256:<hex>`.
    """

    protocol: Protocol
    digest: str
    _source: Source = field(repr=False)

    def located(self, complaints: list[Complaint]) -> list[str]:
        """Complaints with file and line."""
        found = Source(self._source.data, self._source.marks)
        _note(complaints, found)
        return found.complaints


def written(protocol: Protocol) -> dict[str, Any]:
    """The protocol as plain data, without what is not set."""
    return protocol.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def canonical(protocol: Protocol) -> dict[str, Any]:
    """The protocol as plain data in full: what its digest is taken of.

    What is left out in a file is part of it, so that no change of a default can change what a digest stands for.
    """
    return protocol.model_dump(mode="json", by_alias=True)


def load(path: Path, texts: Collection[str]) -> Loaded:
    """Read a protocol from its folder.

    Args:
        path: The folder that holds its YAML files, or one such file.
        texts: The keys of the texts that it may point at.

    Returns:
        The protocol, checked as far as its references go.

    Raises:
        ProtocolError: It cannot be used; every problem with file and line.
    """
    source = _read(path)
    protocol = None if source.complaints else _validated(source, texts)
    if source.complaints or protocol is None:
        raise ProtocolError(source.complaints)
    digest = f"sha256:{sha256(rfc8785.dumps(canonical(protocol))).hexdigest()}"
    return Loaded(protocol, digest, source)


def shipped() -> Iterator[Path]:
    """The folders of the protocols that come with the package, in order of name and version."""
    return (file.parent for file in sorted(HERE.glob("*/*/protocol.yaml")))
