"""`python -m bench`: measure, and print the table."""

from itertools import chain

from bench import mind, wire
from bench.report import show

if __name__ == "__main__":
    print("Measuring; this takes about half a minute. Ratios count: absolute times depend on the machine.\n")
    show(chain(mind.measure(), wire.measure()))
