"""Bodies that no honest client sends, each with a name. A marker stands where a client's data could be."""

import json
from collections.abc import Iterator
from typing import Any

from tests.http.intakes import FULL, LEAST, extended, leaves, objects, pointer, replaced

MARK = "zq7canary"
Named = tuple[str, bytes]


def _encoded(document: Any) -> bytes:
    return json.dumps(document).encode()


GOOD = _encoded(FULL)
SMALL = _encoded({**LEAST, "client": {"ref": MARK}})
NUMBERS = (("client", "age_years"), ("history", "microdermabrasion", "sessions"), ("concerns", 2, "iga"))


def _with_token(path: tuple[str | int, ...], token: str) -> bytes:
    """Put a bare token, which no encoder would write, at one place."""
    return _encoded(replaced(FULL, path, "@@")).replace(b'"@@"', token.encode())


def encodings() -> Iterator[Named]:
    text = SMALL.decode()
    for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-8-sig", "utf-7"):
        body = text.encode(name)
        yield name, body if name != "utf-7" else b"+AHs-" + body
    for name, raw in {
        "latin-1": "é".encode("latin-1"),
        "cut in a character": b"\xe2\x82",
        "overlong": b"\xc0\xaf",
        "beyond unicode": b"\xf5\x80\x80\x80",
        "surrogate in utf-8": b"\xed\xa0\x80",
        "byte 255": b"\xff",
        "raw zero": b"\0",
    }.items():
        yield name, SMALL.replace(MARK.encode(), MARK.encode() + raw)
    yield "only a byte order mark", b"\xef\xbb\xbf"
    yield "zeros", b"\0" * 64


def malformed() -> Iterator[Named]:
    for cut in range(1, 20):
        yield f"cut at {cut} of 20", GOOD[: len(GOOD) * cut // 20]
    for name, text in {
        "nothing": "",
        "blanks": " \n\t ",
        "trailing comma": '{"a":1,}',
        "comma in list": '{"concerns":[,]}',
        "single quotes": "{'a': 1}",
        "comment": '{"a":1} // b',
        "block comment": '/* a */ {"a":1}',
        "bare key": "{a: 1}",
        "no colon": '{"a" 1}',
        "no comma": '{"a":1 "b":2}',
        "python": "{'a': None}",
        "two documents": '{"a":1}{"a":2}',
        "lines": '{"a":1}\n{"a":2}\n',
        "text behind": '{"a":1} x',
        "closing too often": '{"a":1}}',
        "wrong bracket": '{"a":[1}',
        "plus sign": '{"a":+1}',
        "leading zero": '{"a":01}',
        "hexadecimal": '{"a":0x1F}',
        "no digit before": '{"a":.5}',
        "no digit behind": '{"a":5.}',
        "bad exponent": '{"a":1e}',
        "double minus": '{"a":--1}',
        "capital true": '{"a":True}',
        "undefined": '{"a":undefined}',
        "raw line break": '{"a":"b\nc"}',
        "raw tab": '{"a":"b\tc"}',
        "bad escape": '{"a":"\\x41"}',
        "short escape": '{"a":"\\u12"}',
        "form": "client[age]=1&a=b",
        "html": "<script>alert(1)</script>",
        "xml": "<?xml version='1.0'?><a/>",
        "yaml": "a: 1\nb: 2\n",
        "only quotes": '\\"' * 5_000,
        "open string of escapes": '"' + '\\"' * 30_000,
        "form feed": '\f{"a":1}',
        "non-breaking space": '\u00a0{"a":1}',
    }.items():
        yield name, text.encode()


def deep() -> Iterator[Named]:
    for depth in (17, 33, 200, 201, 900, 10_000, 32_000):
        yield f"{depth} lists", b"[" * depth + b"]" * depth
    for depth in (17, 200, 1_000):
        yield f"{depth} objects", b'{"a":' * depth + b"1" + b"}" * depth
        yield f"{depth} lists in a field", b'{"concerns":' + b"[" * depth + b"]" * depth + b"}"
    yield "65000 open lists", b"[" * 65_000
    yield "30000 open objects", b'{"":' * 16_000


def repeated() -> Iterator[Named]:
    for path in objects(FULL):
        body = _encoded(extended(FULL, path, "@@", MARK))
        first = body.index(b'"@@"')
        opening = body.rindex(b"{", 0, first)
        key = body[opening + 1 : body.index(b":", opening)]
        yield f"a field twice in {pointer(path) or 'the root'}", body.replace(b'"@@"', key)
    yield "twice the same, escaped", b'{"concerns":[],"concern\\u0073":[]}'
    yield "the whole twice", GOOD[:-1] + b"," + GOOD[1:]
    yield "8000 times", b"{" + b",".join([b'"a":1'] * 8_000) + b"}"


def numbers() -> Iterator[Named]:
    tokens = {
        "NaN": "NaN",
        "Infinity": "Infinity",
        "minus Infinity": "-Infinity",
        "1e999": "1e999",
        "minus 1e999": "-1e999",
        "5000 digits": "9" * 5_000,
        "400 digits": "9" * 400,
        "2 to the 64": str(2**64),
        "minus 2 to the 63": str(-(2**63) - 1),
        "2 to the 53": str(2**53),
        "long fraction": "1." + "0" * 500,
        "tiny fraction": "1e-400",
        "tiny fraction in capitals": "1E-400",
        "tiny fraction written out": "0." + "0" * 400 + "1",
        "long exponent": "1e" + "0" * 40,
        "minus nought with a long fraction": "-0." + "0" * 40,
        "a half": "0.5",
        "negative": "-1",
        "far too many": "100000",
    }
    for path in NUMBERS:
        for name, token in tokens.items():
            yield f"{name} at {pointer(path)}", _with_token(path, token)
    for name in ("NaN", "Infinity", "1e999"):
        yield f"{name} in a field that is unknown", b'{"zq7canary":' + name.encode() + b"}"


def texts() -> Iterator[Named]:
    escapes = {
        "zero": "\\u0000",
        "high half": "\\ud83d",
        "low half": "\\ude00",
        "halves turned round": "\\ude00\\ud83d",
    }
    for name, escape in escapes.items():
        for path in (("client", "ref"), ("time_zone",), ("language",), ("concerns", 0, "areas", 0)):
            yield (
                f"{name} at {pointer(path)}",
                _encoded(replaced(FULL, path, f"{MARK}@@")).replace(b"@@", escape.encode()),
            )
        yield f"{name} in a name", b'{"concerns":[],"' + MARK.encode() + escape.encode() + b'":1}'


def mistyped() -> Iterator[Named]:
    for path in leaves(FULL):
        for name, value in {
            "an object": {MARK: MARK},
            "a list": [MARK],
            "a number": 4.5,
            "a text": f"{MARK} {MARK}",
        }.items():
            yield f"{name} at {pointer(path)}", _encoded(replaced(FULL, path, value))
    for path in objects(FULL):
        for name, value in {"a list": [MARK], "a text": MARK, "a number": 7, "true": True}.items():
            yield f"{name} instead of {pointer(path) or 'the root'}", _encoded(replaced(FULL, path, value))
    for value in (None, True, False, 0, -1.5, "", MARK, [], [FULL], [[]], {}):
        yield f"the body is {json.dumps(value)[:20]}", _encoded(value)


def coerced() -> Iterator[Named]:
    """What lenient readers take for the right type."""
    cases: dict[tuple[str | int, ...], tuple[Any, ...]] = {
        ("client", "age_years"): ("34", True, False, "", [34]),
        ("client", "fitzpatrick"): ("5", True, 0, 7),
        ("client", "pregnant"): (0, 1, "true", "false", "yes", "no", ""),
        ("assessed_on",): (1_764_547_200, "1764547200", "2026-11-21T00:00:00", "2026-11-21T00:00:00Z",
                           "21.11.2026", "2026-W47-6", "2026-02-30", "2026-13-01", "20261121", "", "0001-01-01",
                           "9999-12-31", "today"),
        ("time_zone",): ("", "Mars/Olympus", "../etc/passwd", "/etc/passwd", "UTC+1", "Europe/London\n"),
        ("language",): ("", "e", "en_GB", "english-language-of-the-isles", "en\n"),
        ("client", "ref"): ("", "a b", "jane@example.org", "00447911123456", "00-44-7911-123456", "+447911123456",
                            "x" * 65, "é", "ref\n", "٣٤"),
        ("concerns", 0, "concern"): ("Hyperpigmentation", "wrinkles", None, ""),
        ("concerns", 0, "severity"): ("Mild", "deep", None),
        ("concerns", 0, "areas"): ([], ["elsewhere"], "face", ["face"] * 11),
        ("concerns",): ([], None, {}, [LEAST["concerns"][0]] * 33),
        ("history", "conditions", 0, "status"): (None, "Active", "yes"),
        ("history", "medications", 0, "status"): ("active", "no"),
        ("history", "allergies"): ("nickel", ["latex"], [{"code": "nickel", "status": "active"}], [{}]),
        ("history", "microdermabrasion"): ({}, {"sessions": None}, {"sessions": 501}, 3),
        ("preferences", "device"): ("laser", "Any"),
    }  # fmt: skip
    for path, values in cases.items():
        for value in values:
            shown = json.dumps(value)[:40]
            yield f"{shown} at {pointer(path)}", _encoded(replaced(FULL, path, value))


def unknown() -> Iterator[Named]:
    for path in objects(FULL):
        yield f"a field of its own in {pointer(path) or 'the root'}", _encoded(extended(FULL, path, MARK, MARK))
    for key in (
        "",
        " ",
        "__proto__",
        "constructor",
        "$ref",
        "concerns ",
        "CONCERNS",
        "a" * 1_000,
        "é",
        "a/b~c",
        "\u202e",
    ):
        yield f"the name {key[:20]!r}", _encoded({**FULL, key: MARK})
    yield "4000 unknown fields", _encoded({**LEAST, **{f"{MARK}{number}": 1 for number in range(2_500)}})


def large() -> Iterator[Named]:
    yield "64 KiB and a byte", GOOD + b" " * (65_537 - len(GOOD))
    yield "10 MB of blanks", GOOD + b" " * 10_000_000
    yield "10 MB in a field", _encoded(replaced(FULL, ("client", "ref"), MARK * 1_200_000))
    yield "10 MB of lists", b"[" * 10_000_000
    yield "20000 concerns", b'{"concerns":[' + b",".join([b"{}"] * 20_000) + b"]}"
    yield "20000 numbers", b'{"concerns":[' + b",".join([b"3"] * 20_000) + b"]}"


HOSTILE: tuple[Named, ...] = tuple(
    body
    for group in (encodings, malformed, deep, repeated, numbers, texts, mistyped, coerced, unknown, large)
    for body in group()
)
