"""The rules alone: from facts to an assessment, and from an intake to the bytes of its answer, in one process."""

import gc
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from time import perf_counter

from app.cli.batch import answered
from app.protocols.loader import load, shipped
from app.rules.compiler import Program, compile_program
from app.rules.evaluate import Assessment, evaluate
from app.rules.record import Facts, at_rest
from app.rules.verdict import verdict
from app.schemas.body import read_body
from app.schemas.intake import IntakeIn
from app.schemas.reading import read
from app.services.recommend import preview
from app.services.shelf import Shelf
from app.texts import load as load_texts
from bench.intakes import distinct, example
from bench.memory import resident_mib
from bench.report import MICROSECONDS, Result, at_least, at_most, plain, seconds_each

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
MANY = 2_000
ROWS = 12_000
LINE = 65_536


def measure() -> Iterator[Result]:
    """Time the mind from the inside out."""
    gc.freeze()
    yield from _rules()
    shelf = Shelf.standard()
    yield from _answers(shelf)
    yield from _batch(shelf)


def _facts(raw: bytes) -> Facts:
    return read(read_body(IntakeIn, raw), lambda _zone: date(2026, 11, 21))


def _all(work: Iterable[object]) -> None:
    deque(work, maxlen=0)


def _rules() -> Iterator[Result]:
    program = compile_program(load(next(shipped()), load_texts().texts).protocol)
    one = at_rest(_facts(example()))
    many = [at_rest(_facts(raw)) for raw in distinct(MANY)]
    same = seconds_each(lambda: _all(evaluate(program, one) for _ in range(MANY)), MANY)
    apart = seconds_each(lambda: _all(evaluate(program, facts) for facts in many), MANY, rounds=3)
    yield at_most("Evaluate the example: facts to assessment", same * 1e6, 10, MICROSECONDS)
    yield plain("Evaluate, every intake different", apart * 1e6, MICROSECONDS)
    anew = seconds_each(lambda: _all(_evaluate_anew(program, one) for _ in range(MANY // 10)), MANY // 10)
    yield plain("Evaluate the example, no verdict remembered", anew * 1e6, MICROSECONDS)


def _evaluate_anew(program: Program, facts: Facts) -> Assessment:
    verdict.cache_clear()
    return evaluate(program, facts)


def _answers(shelf: Shelf) -> Iterator[Result]:
    one, many = _facts(example()), [_facts(raw) for raw in distinct(MANY)]
    begin = perf_counter()
    _all(preview(shelf, facts, AT) for facts in many)
    first = (perf_counter() - begin) / MANY
    same = seconds_each(lambda: _all(preview(shelf, one, AT) for _ in range(MANY // 10)), MANY // 10)
    apart = seconds_each(lambda: _all(preview(shelf, facts, AT) for facts in many), MANY, rounds=1)
    yield at_most("Answer the example: facts to bytes", same * 1e6, 60, MICROSECONDS)
    yield plain("Answer, every intake different, first time seen", first * 1e6, MICROSECONDS)
    yield plain("Answer, every intake different, seen before", apart * 1e6, MICROSECONDS)
    yield plain("Size of the example's answer", len(preview(shelf, one, AT)) / 1024, "KiB")


def _batch(shelf: Shelf) -> Iterator[Result]:
    def answer(line: bytes) -> bytes:
        return preview(shelf, _facts(line), AT)

    lines = BytesIO(b"\n".join(distinct(ROWS)))
    before, begin = resident_mib(), perf_counter()
    sent = sum(len(line) for line, _ in answered(lines, answer, LINE))
    spent, grown = perf_counter() - begin, resident_mib() - before
    yield at_least("Batch: lines of NDJSON in, answers out", ROWS / spent, 25_000, "rows/s")
    yield plain("Batch: answers out (the target with 8 KiB each: 205 MB/s)", sent / spent / 1e6, "MB/s")
    yield at_most(f"Batch: memory grown over {ROWS:,} different rows", grown, 8, "MiB")
