import pytest
from pydantic import ValidationError

from app.settings import Settings, SettingsError


def test_an_empty_environment_is_enough() -> None:
    settings = Settings.from_environment({"PATH": "/bin"})

    assert settings == Settings(host="127.0.0.1", port=8000, time_zone="UTC", max_body_bytes=65_536, log_level="info")


def test_variables_with_our_prefix_are_read() -> None:
    settings = Settings.from_environment(
        {
            "SKINCADENCE_HOST": "0.0.0.0",  # noqa: S104 -- read, not bound
            "SKINCADENCE_PORT": "9000",
            "SKINCADENCE_TIME_ZONE": "Europe/Berlin",
            "SKINCADENCE_MAX_BODY_BYTES": "2048",
            "SKINCADENCE_LOG_LEVEL": "warning",
            "SKINCADENCE_DRAIN_SECONDS": "30",
        }
    )

    assert settings.model_dump(exclude_unset=True) == {
        "host": "0.0.0.0",  # noqa: S104 -- read, not bound
        "port": 9000,
        "time_zone": "Europe/Berlin",
        "max_body_bytes": 2048,
        "log_level": "warning",
        "drain_seconds": 30,
    }


def test_every_mistake_is_told_at_once_and_no_value_is_repeated() -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_environment(
            {
                "SKINCADENCE_PORT": "secret-1",
                "SKINCADENCE_TIME_ZONE": "secret-2",
                "SKINCADENCE_LOG_LEVEL": "loud",
                "SKINCADENCE_TIMEZONE": "UTC",
                "SKINCADENCE_PASSWORD": "secret-3",
            }
        )

    assert str(refusal.value) == (
        "The service cannot start: the environment needs a correction.\n"
        "  - SKINCADENCE_PORT must be a port from 0 to 65535; 0 takes a free one.\n"
        "  - SKINCADENCE_TIME_ZONE must be an IANA time zone, for example Europe/London: that of the command line.\n"
        "  - SKINCADENCE_LOG_LEVEL must be one of debug, info, warning, error.\n"
        "  - SKINCADENCE_PASSWORD is not a setting of this service. Remove it.\n"
        "  - SKINCADENCE_TIMEZONE is not a setting of this service. Did you mean SKINCADENCE_TIME_ZONE?"
    )


def test_settings_cannot_be_changed_later() -> None:
    settings = Settings()

    with pytest.raises(ValidationError):
        settings.port = 1
