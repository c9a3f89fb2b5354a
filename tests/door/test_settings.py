"""Every setting that cannot be used is named at once, and no value is repeated."""

import pytest

from app.settings import PREFIX, Settings, SettingsError

LONG = "0123456789abcdefghijklmnopqrstuvwxyz"
WRONG = {
    "DATABASE_URL": "mysql://somewhere",
    "DATABASE_OWNER_URL": "sqlite:///x",
    "SECRET": "short",
    "RATE_SECRET": "often",
    "RATE_PUBLISHABLE": "5 per",
    "RATE_ADDRESS": "",
    "RATE_GUESSES": "10 per fortnight",
    "RATE_STORAGE_URL": "memcached://x",
    "MAX_IN_FLIGHT": "0",
    "MAX_BATCHES": "0",
    "MAX_BATCHES_PER_CLINIC": "0",
    "WRITE_QUEUE": "-1",
    "HEADER_SECONDS": "0",
    "RECEIPT_SECONDS": "1000",
    "CONNECTIONS_PER_ADDRESS": "-1",
    "SWEEP_MINUTES": "2000",
    "MAX_BATCH_BYTES": "1",
    "MAX_BODY_BYTES": "1",
    "DRAIN_SECONDS": "0",
}


def refusal(**environment: str) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({PREFIX + name: value for name, value in environment.items()})
    return str(refused.value).splitlines()[1:]


def test_every_setting_that_is_wrong_is_named_in_one_go() -> None:
    named = [line.removeprefix(f"  - {PREFIX}").split(" ", 1)[0] for line in refusal(**WRONG)]

    assert sorted(named) == sorted(WRONG)


@pytest.mark.parametrize("name", WRONG)
def test_what_is_asked_for_is_said_in_one_sentence(name: str) -> None:
    [line] = refusal(**{name: WRONG[name]})

    assert line.startswith(f"  - {PREFIX}{name} must be ")
    assert line.endswith(".")
    assert len(WRONG[name]) < 4 or WRONG[name] not in line


def test_a_database_elsewhere_needs_a_secret() -> None:
    assert refusal(DATABASE_URL="postgresql://clinics@db/clinics") == [
        f"  - {PREFIX}SECRET or {PREFIX}SECRET_FILE must be set, because the database is not a file of this machine."
    ]


def test_two_secrets_are_one_too_many() -> None:
    assert refusal(SECRET=LONG, SECRET_FILE="secret") == [  # noqa: S106 -- a name
        "  - SKINCADENCE_SECRET must not be set beside SKINCADENCE_SECRET_FILE: it is open which of them holds."
    ]


def test_a_slow_caller_must_not_outlast_the_stop() -> None:
    assert refusal(DRAIN_SECONDS="10", RECEIPT_SECONDS="10") == [
        f"  - {PREFIX}RECEIPT_SECONDS must be less than {PREFIX}DRAIN_SECONDS, or a slow caller outlasts the stop."
    ]


@pytest.mark.parametrize("secret", ["a" * 40, "changeme" * 5, "secret " * 6])
def test_a_placeholder_is_no_secret(secret: str) -> None:
    assert refusal(SECRET=secret) == [
        "  - SKINCADENCE_SECRET must be at least 32 random characters, kept for ever: every key is checked with it."
    ]


def test_secrets_and_passwords_are_not_shown() -> None:
    settings = Settings.from_environment(
        {f"{PREFIX}SECRET": LONG, f"{PREFIX}DATABASE_URL": f"postgresql://clinics:{LONG}@db/clinics"}
    )

    assert LONG not in repr(settings) + str(settings)
