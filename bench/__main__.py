"""`python -m bench`: measure, and print the table."""

import argparse
from collections.abc import Collection, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench import creates, fits, mind, pages, places, wire
from bench.places import Place
from bench.report import Result, show

PARTS: Final = ("mind", "fits", "wire", "creates", "pages")


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure how fast the service is.")
    parser.add_argument("--only", action="append", choices=PARTS, help="one part; may be repeated")
    parser.add_argument("--rows", type=int, default=100_000, help="recommendations to leaf through (%(default)s)")
    asked = parser.parse_args()
    print("Measuring; this takes about three minutes. Ratios count: absolute times depend on the machine.\n")
    show(_measured(asked.only or PARTS, asked.rows))


def _measured(parts: Collection[str], rows: int) -> Iterator[Result]:
    if "mind" in parts:
        yield from mind.measure()
    if "fits" in parts:
        yield from fits.measure()
    with TemporaryDirectory(prefix="skincadence-") as name:
        folder = Path(name)
        sqlite = places.sqlite(folder)
        if "wire" in parts:
            yield from wire.measure(sqlite, folder)
        yield from _stored(sqlite, folder, parts, rows)
        if {"creates", "pages"} & set(parts):
            with places.postgresql() as postgresql:
                yield from _stored(postgresql, folder, parts, rows)


def _stored(place: Place, folder: Path, parts: Collection[str], rows: int) -> Iterator[Result]:
    if "creates" in parts:
        yield from creates.measure(place, folder)
    if "pages" in parts:
        yield from pages.measure(place, rows)


if __name__ == "__main__":
    main()
