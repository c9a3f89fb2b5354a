"""Lines are cut from bytes however they arrive, and answered in order, in slices."""

import time

from hypothesis import given
from hypothesis import strategies as st

from app.errors import AppError, MalformedJsonError
from app.services.batch import SLICE_BYTES, Line, Lines, next_slice


def _cut(parts: list[bytes], most: int = 100) -> list[Line]:
    lines = Lines(most)
    for part in parts:
        lines.feed(part)
    lines.close()
    return list(lines.waiting)


def _refusal(number: int, error: AppError) -> bytes:
    return b"%d %b" % (number, error.code.encode())


def _answer(line: bytes) -> bytes:
    if line == b"bad":
        raise MalformedJsonError
    return b"<%b>" % line


def _never(problem: Exception) -> None:
    raise problem


def _all(lines: Lines) -> bytes:
    told = b""
    while lines.waiting:
        told += next_slice(lines, _answer, _refusal, _never)
    return told


@given(st.lists(st.sampled_from([b"{}", b"", b"  ", b"\xff\x00", b"a" * 150, b"x\r"]), max_size=12), st.data())
def test_lines_are_the_same_however_the_bytes_are_cut(texts: list[bytes], data: st.DataObject) -> None:
    body = b"\n".join(texts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=8)))
    parts = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]

    kept = [(number, text) for number, text in enumerate(texts, 1) if text.strip()]
    assert _cut(parts) == [Line(number, None if len(text) > 100 else text) for number, text in kept]


def test_blank_lines_are_passed_over_and_counted() -> None:
    assert _cut([b"a\n\n  \nb\n"]) == [Line(1, b"a"), Line(4, b"b")]


def test_a_line_that_is_too_long_is_never_held() -> None:
    lines = Lines(1_000)
    for _ in range(1_000):
        lines.feed(b"x" * 1_000)
        assert len(lines._rest) <= 1_000  # noqa: SLF001 -- there is no other way to see it
    lines.feed(b"\nnext\n")

    assert list(lines.waiting) == [Line(1, None), Line(2, b"next")]


def test_the_last_line_needs_no_line_feed() -> None:
    assert _cut([b"a\nb"]) == [Line(1, b"a"), Line(2, b"b")]


def test_answers_and_refusals_keep_the_order_of_the_lines() -> None:
    lines = Lines(4)
    lines.feed(b"a\nbad\ntoo long\n\nb\n")

    assert _all(lines) == b"<a>\n2 malformed_json\n3 body_too_large\n<b>\n"


def test_a_mistake_of_ours_costs_one_line_and_is_noted() -> None:
    lines, noted = Lines(9), list[Exception]()
    lines.feed(b"1\n0\n2\n")

    told = next_slice(lines, lambda line: b"%d" % (2 // int(line)), _refusal, noted.append)

    assert told == b"2\n2 internal_error\n1\n"
    assert [type(problem) for problem in noted] == [ZeroDivisionError]


def test_a_slice_ends_soon_however_much_is_waiting() -> None:
    def slow(line: bytes) -> bytes:
        time.sleep(0.03)
        return line

    lines = Lines(9)
    lines.feed(b"a\nb\n")

    assert next_slice(lines, slow, _refusal, _never) == b"a\n"
    assert next_slice(lines, slow, _refusal, _never) == b"b\n"


def test_a_slice_ends_once_it_holds_much() -> None:
    lines = Lines(9)
    lines.feed(b"a\nb\nc\n")
    half = b"x" * (SLICE_BYTES // 2)

    assert len(next_slice(lines, lambda _line: half, _refusal, _never).splitlines()) == 2
    assert len(next_slice(lines, lambda _line: half, _refusal, _never).splitlines()) == 1
