"""How an operator sets the service up: the only reader of the environment."""

import os
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

PREFIX = "SKINCADENCE_"
SHORTEST_SECRET: Final = 32
FEWEST_CHARACTERS: Final = 10
"""Different characters of a secret: what is random has more, what is typed over and over has not."""
_PLACEHOLDERS: Final = ("replaceme", "replacethis", "changeme", "changethis", "placeholder", "yoursecret", "insertyour")
_POSTGRESQL: Final = r"^postgresql(\+psycopg)?://"
_DATABASE: Final = rf"^sqlite:///|{_POSTGRESQL}"
_RATE: Final = "a rate such as `100 per 2 seconds`, or off; it limits"
LogLevel = Literal["debug", "info", "warning", "error"]


class SettingsError(Exception):
    """The environment cannot be used as it is; the message lists every problem, one a line."""

    def __init__(self, complaints: list[str]) -> None:
        lines = "\n".join(f"  - {complaint}" for complaint in complaints)
        super().__init__(f"The service cannot start: the environment needs a correction.\n{lines}")


def _known_rate(rate: str) -> str:
    if rate != "off":
        from limits import parse  # noqa: PLC0415 -- a sixth of a second that most commands have no use for

        parse(rate)
    return rate


def is_secret(text: str) -> bool:
    """Say whether a text can be a secret: long and varied enough, and not what stands in an example for one."""
    letters = "".join(filter(str.isalnum, text.lower()))
    stands_in = any(word in letters for word in _PLACEHOLDERS)
    return len(text) >= SHORTEST_SECRET and len(set(text)) >= FEWEST_CHARACTERS and not stands_in


def _random(secret: SecretStr) -> SecretStr:
    """Refuse what is no secret but stands in for one."""
    if not is_secret(secret.get_secret_value()):
        raise ValueError
    return secret


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (LookupError, OSError, ValueError) as problem:
        raise ValueError from problem
    return name


Rate = Annotated[str, AfterValidator(_known_rate)]


class Settings(BaseModel):
    """Everything that may differ from one installation to the next.

    Each description completes the sentence "SKINCADENCE_… must be …", which is what an operator reads on a mistake.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(default="127.0.0.1", min_length=1, description="the address to listen on, for example 127.0.0.1")
    port: int = Field(default=8000, ge=0, le=65_535, description="a port from 0 to 65535; 0 takes a free one")
    time_zone: Annotated[str, AfterValidator(_known_zone)] = Field(
        default="UTC", description="an IANA time zone, for example Europe/London: that of the command line"
    )
    max_body_bytes: int = Field(
        default=65_536, ge=1_024, le=16_777_216, description="the largest request body in bytes, from 1024 to 16777216"
    )
    max_batch_bytes: int = Field(
        default=67_108_864,
        ge=65_536,
        le=17_179_869_184,
        description="the largest batch in bytes, from 65536 to 17179869184; it is read line by line, never as a whole",
    )
    log_level: LogLevel = Field(default="info", description="one of debug, info, warning, error")
    drain_seconds: int = Field(
        default=25,
        ge=1,
        le=600,
        description="a number of seconds from 1 to 600: so long requests under way may take once told to stop",
    )
    database_url: str = Field(
        default="sqlite:///skincadence.db",
        pattern=_DATABASE,
        repr=False,
        description="sqlite:/// and a file, or postgresql://user:password@host/database",
    )
    database_owner_url: str | None = Field(
        default=None,
        pattern=_POSTGRESQL,
        repr=False,
        description="postgresql://... of the role that owns the tables, for `skincadence migrate` and `scrub`",
    )
    secret: Annotated[SecretStr, AfterValidator(_random)] | None = Field(
        default=None,
        min_length=SHORTEST_SECRET,
        description=f"at least {SHORTEST_SECRET} random characters, kept for ever: every key is checked with it",
    )
    secret_file: Path | None = Field(default=None, description="the path of a file that holds the secret")
    rate_secret: Rate = Field(default="100 per 2 seconds", description=f"{_RATE} each server's key")
    rate_publishable: Rate = Field(default="20 per 2 seconds", description=f"{_RATE} each browser's key")
    rate_address: Rate = Field(default="30 per 1 minute", description=f"{_RATE} each address with browsers' keys")
    rate_guesses: Rate = Field(
        default="20 per 1 minute", description=f"{_RATE} each address with keys that are none of ours"
    )
    rate_storage_url: str = Field(
        default="memory://",
        pattern=r"^(memory|rediss?)://",
        repr=False,
        description="memory://, or redis://host:port/number where several processes count together",
    )
    max_in_flight: int = Field(
        default=256, ge=1, le=65_536, description="a number from 1 to 65536: so many requests are worked on at a time"
    )
    max_batches: int = Field(
        default=32, ge=1, le=4_096, description="a number from 1 to 4096: so many batches are under way at a time"
    )
    max_batches_per_clinic: int = Field(
        default=4, ge=1, le=4_096, description="a number from 1 to 4096: so many of these batches are one clinic's"
    )
    write_queue: int = Field(
        default=512,
        ge=1,
        le=65_536,
        description="a number from 1 to 65536: so many new recommendations may wait to be stored",
    )
    header_seconds: float = Field(
        default=10, gt=0, le=600, description="a number of seconds up to 600 for the headers of a request to arrive"
    )
    receipt_seconds: float = Field(
        default=20,
        gt=0,
        le=600,
        description="a number of seconds up to 600 for a whole request to arrive, large bodies aside",
    )
    connections_per_address: int = Field(
        default=64,
        ge=0,
        le=65_536,
        description="a number up to 65536: so many connections one address may hold; 0 for any",
    )
    sweep_minutes: int = Field(
        default=60,
        ge=0,
        le=1_440,
        description="a number of minutes up to 1440 between two looks for what was kept long enough; 0 for never",
    )
    webhook_seconds: float = Field(
        default=15, gt=0, le=30, description="a number of seconds up to 30 for a whole attempt to send an event"
    )
    webhooks_allow_insecure: bool = Field(
        default=False,
        description="true or false; true, for development only, lets events be sent over plain HTTP, to any port and "
        "to this machine itself",
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, *, with_secret: bool = True) -> Self:
        """Read the settings from the environment, or say everything that is wrong with it at once.

        Args:
            environment: What is set; that of the process by default.
            with_secret: Whether the secret is needed: only by what opens the database for clinics.

        Raises:
            SettingsError: A variable has a value that cannot be used, or is none of ours. No value is repeated.
        """
        given = _ours(os.environ if environment is None else environment)
        known = {name: value for name, value in given.items() if name in cls.model_fields}
        faulty: list[str] = []
        try:
            settings = cls.model_validate(known)
        except ValidationError as error:
            faulty = _faulty(error)
            settings = cls.model_validate({name: value for name, value in known.items() if name not in faulty})
        complaints = [*map(_asked, faulty), *_unknown(given), *settings.contradictions(faulty, with_secret=with_secret)]
        if complaints:
            raise SettingsError(complaints)
        return settings

    @property
    def embedded(self) -> bool:
        """Whether the database is a file of our own."""
        return self.database_url.startswith("sqlite")

    def contradictions(self, faulty: Collection[str] = (), *, with_secret: bool = True) -> list[str]:
        """Say which settings do not go together; nothing is said of those that are faulty in themselves."""
        secrets = sum(secret is not None for secret in (self.secret, self.secret_file))
        unset = with_secret and not secrets and not {"secret", "secret_file", "database_url"}.intersection(faulty)
        timed = not {"receipt_seconds", "drain_seconds"}.intersection(faulty)
        found = {
            "SECRET or SKINCADENCE_SECRET_FILE must be set, because the database is not a file of this machine.": (
                not self.embedded and unset
            ),
            "SECRET must not be set beside SKINCADENCE_SECRET_FILE: it is open which of them holds.": secrets > 1,
            "RECEIPT_SECONDS must be less than SKINCADENCE_DRAIN_SECONDS, or a slow caller outlasts the stop.": (
                timed and self.receipt_seconds >= self.drain_seconds
            ),
        }
        return [f"{PREFIX}{words}" for words, so in found.items() if so]


def _ours(environment: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(PREFIX).lower(): value for name, value in environment.items() if name.startswith(PREFIX)}


def _faulty(error: ValidationError) -> list[str]:
    return list(dict.fromkeys(str(problem["loc"][0]) for problem in error.errors(include_input=False)))


def _asked(name: str) -> str:
    return f"{PREFIX}{name.upper()} must be {Settings.model_fields[name].description}."


def _unknown(given: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(set(given) - set(Settings.model_fields)):
        near = get_close_matches(name, Settings.model_fields, n=1, cutoff=0.7)
        hint = f" Did you mean {PREFIX}{near[0].upper()}?" if near else " Remove it."
        yield f"{PREFIX}{name.upper()} is not a setting of this service.{hint}"
