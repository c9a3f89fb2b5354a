"""A cursor fits the clinic and the filters it was written for, and cannot be made up."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.security import Secrets
from app.services.cursors import read_cursor, write_cursor

SECRETS = Secrets(b"s" * 32)
BOUND_TO = ("cli_a", '"c-1"', "null", "null")
PLACE = datetime(2026, 11, 21, 9, 30, 0, 123_456, tzinfo=UTC), "rec_4fVq1bW8cXz0TnKpLr7sYd"


@given(st.datetimes(timezones=st.just(UTC)), st.text("abcXYZ019_", min_size=1))
def test_a_cursor_leads_back_to_its_place(moment: datetime, name: str) -> None:
    cursor = write_cursor(SECRETS, BOUND_TO, (moment, name))

    assert read_cursor(SECRETS, BOUND_TO, cursor) == (moment, name)


@pytest.mark.parametrize(
    "bound_to",
    [("cli_b", '"c-1"', "null", "null"), ("cli_a", "null", '"c-1"', "null"), ("cli_a", '"c-2"', "null", "null"), ()],
)
def test_a_cursor_of_another_clinic_or_filter_is_none(bound_to: tuple[str, ...]) -> None:
    assert read_cursor(SECRETS, bound_to, write_cursor(SECRETS, BOUND_TO, PLACE)) is None


def test_a_cursor_of_another_installation_is_none() -> None:
    assert read_cursor(Secrets(b"t" * 32), BOUND_TO, write_cursor(SECRETS, BOUND_TO, PLACE)) is None


def test_no_bit_of_a_cursor_can_be_turned() -> None:
    cursor = write_cursor(SECRETS, BOUND_TO, PLACE)
    raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    for bit in range(8 * len(raw)):
        turned = bytearray(raw)
        turned[bit // 8] ^= 1 << bit % 8

        assert read_cursor(SECRETS, BOUND_TO, urlsafe_b64encode(turned).decode().rstrip("=")) is None


@given(st.text("ABCabc019-_", max_size=80))
def test_a_cursor_that_was_made_up_is_none(cursor: str) -> None:
    assert read_cursor(SECRETS, BOUND_TO, cursor) is None
