"""What follows from a course in one version, worked out once and kept in this process for a while: never a health fact.

A course that was erased is found nowhere, so nothing asks for what is remembered of it; it is soon pushed out.
"""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import Final, Generic, TypeVar

from app.store.course_values import Course

T = TypeVar("T")
_Name = tuple[int, datetime]
MOST: Final = 4_096
"""How many courses are remembered."""


def _name(course: Course) -> _Name:
    return course.version, course.created_at


class Remembered(Generic[T]):
    """The latest of it for the courses that were asked for last."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._known: OrderedDict[str, tuple[_Name, T]] = OrderedDict()
        self._changing = Lock()

    def of(self, course: Course, work: Callable[[], T]) -> T:
        """Recall it, or work it out."""
        known = self._known.get(course.id)
        if known is not None and known[0] == _name(course):
            return known[1]
        found = work()
        self._keep(course, found)
        return found

    def _keep(self, course: Course, found: T) -> None:
        with self._changing:
            self._known[course.id] = _name(course), found
            self._known.move_to_end(course.id)
            if len(self._known) > MOST:
                self._known.popitem(last=False)
