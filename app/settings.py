"""How an operator sets the service up: the only reader of the environment."""

import os
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

PREFIX = "SKINCADENCE_"
LogLevel = Literal["debug", "info", "warning", "error"]


class SettingsError(Exception):
    """The environment cannot be used as it is; the message lists every problem, one a line."""

    def __init__(self, complaints: list[str]) -> None:
        lines = "\n".join(f"  - {complaint}" for complaint in complaints)
        super().__init__(f"The service cannot start: the environment needs a correction.\n{lines}")


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (LookupError, OSError, ValueError) as problem:
        raise ValueError from problem
    return name


class Settings(BaseModel):
    """Everything that may differ from one installation to the next.

    Each description completes the sentence "SKINCADENCE_… must be …", which is what an operator reads on a mistake.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(default="127.0.0.1", min_length=1, description="the address to listen on, for example 127.0.0.1")
    port: int = Field(default=8000, ge=0, le=65_535, description="a port from 0 to 65535; 0 takes a free one")
    time_zone: Annotated[str, AfterValidator(_known_zone)] = Field(
        default="UTC", description="an IANA time zone, for example Europe/London: the clinic's own"
    )
    max_body_bytes: int = Field(
        default=65_536, ge=1_024, le=16_777_216, description="the largest request body in bytes, from 1024 to 16777216"
    )
    log_level: LogLevel = Field(default="info", description="one of debug, info, warning, error")
    drain_seconds: int = Field(
        default=25,
        ge=1,
        le=600,
        description="how many seconds, from 1 to 600, requests under way may take once told to stop",
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Read the settings from the environment, or say everything that is wrong with it at once.

        Raises:
            SettingsError: A variable has a value that cannot be used, or is none of ours. No value is repeated.
        """
        given = _ours(os.environ if environment is None else environment)
        complaints = list(_unknown(given))
        try:
            settings = cls.model_validate({name: value for name, value in given.items() if name in cls.model_fields})
        except ValidationError as error:
            raise SettingsError([*_unusable(error), *complaints]) from None
        if complaints:
            raise SettingsError(complaints)
        return settings


def _ours(environment: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(PREFIX).lower(): value for name, value in environment.items() if name.startswith(PREFIX)}


def _unusable(error: ValidationError) -> Iterator[str]:
    for name in dict.fromkeys(str(problem["loc"][0]) for problem in error.errors(include_input=False)):
        yield f"{PREFIX}{name.upper()} must be {Settings.model_fields[name].description}."


def _unknown(given: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(set(given) - set(Settings.model_fields)):
        near = get_close_matches(name, Settings.model_fields, n=1, cutoff=0.7)
        hint = f" Did you mean {PREFIX}{near[0].upper()}?" if near else " Remove it."
        yield f"{PREFIX}{name.upper()} is not a setting of this service.{hint}"
