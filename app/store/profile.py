"""What a clinic set for itself, and the forms that it shows to visitors, as plain values."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

Json = dict[str, Any]
Texts = Mapping[str, Mapping[str, str]]
"""Words of a clinic's own: by key, then by language."""
OpeningHours = Mapping[str, tuple[tuple[str, str], ...]]
"""From when until when a clinic is open, by the day of the week: `mon` to `sun`; a day that is left out is closed."""
_NONE: Final[Mapping[str, Any]] = MappingProxyType({})
COLOURS: Final = ("accent", "accent_text", "background", "surface", "text", "muted", "border", "focus", "danger")
FONTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "system": "system-ui, sans-serif",
        "sans": "Helvetica, Arial, sans-serif",
        "humanist": "Seravek, 'Gill Sans Nova', Ubuntu, Calibri, sans-serif",
        "rounded": "ui-rounded, 'Hiragino Maru Gothic ProN', Quicksand, sans-serif",
        "serif": "Georgia, 'Times New Roman', serif",
        "mono": "ui-monospace, Consolas, monospace",
    }
)
"""Fonts that are on a visitor's own machine: none is loaded from anywhere."""
_PREFIX: Final = "--skincadence-"


@dataclass(frozen=True, slots=True)
class Theme:
    """How a clinic's pages look; what is null looks as we make it.

    Attributes:
        colours: Colours as `#rrggbb`, by their names.
        radius_px: How round corners are.
        font: Which of our fonts.
    """

    colours: Mapping[str, str] = field(default_factory=lambda: _NONE)
    radius_px: int | None = None
    font: str | None = None

    def properties(self) -> dict[str, str]:
        """What was set, as CSS custom properties: every value is of a closed form, safe to write into a stylesheet."""
        found = {f"{_PREFIX}{name.replace('_', '-')}": self.colours[name] for name in COLOURS if name in self.colours}
        if self.radius_px is not None:
            found[f"{_PREFIX}radius"] = f"{self.radius_px}px"
        if self.font is not None:
            found[f"{_PREFIX}font"] = FONTS[self.font]
        return found


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which a clinic is closed.

    Attributes:
        begin: The first of them.
        end: The last of them.
        label: Why, in the clinic's words.
    """

    begin: date
    end: date
    label: str | None = None


@dataclass(frozen=True, slots=True)
class LogoRef:
    """What is known of a clinic's logo without its bytes.

    Attributes:
        id: `lgo_…`, another one for every picture.
        media_type: What kind of picture it is.
        width: In pixels.
        height: In pixels.
    """

    id: str
    media_type: str
    width: int
    height: int

    @property
    def address(self) -> str:
        """Where it is served, for anybody and for ever."""
        return f"/v1/logos/{self.id}"


@dataclass(frozen=True, slots=True)
class ClinicSettings:
    """What a clinic set for itself, beside its name, its time zone, and how long and whether reviewed plans are kept.

    Attributes:
        phone: Whom a client calls.
        email: Whom a client writes to.
        languages: The languages that it offers, in its order.
        default_language: The one that it offers first.
        translations_reviewed: Languages in which it had the safety texts looked through.
        devices: The devices that it has; null where it did not say.
        areas: The areas that it treats; null where it did not say.
        opening_hours: When it is open; null where it did not say.
        closures: When it is closed all day.
        theme: How its pages look.
        wording: Its own words where no safety depends on them.
        additions: Its own words behind ours.
        logo: Its logo, if it has one.
    """

    phone: str | None = None
    email: str | None = None
    languages: tuple[str, ...] = ("en", "es", "fr", "de", "ar")
    default_language: str = "en"
    translations_reviewed: frozenset[str] = frozenset()
    devices: tuple[str, ...] | None = None
    areas: tuple[str, ...] | None = None
    opening_hours: OpeningHours | None = None
    closures: tuple[Closure, ...] = ()
    theme: Theme = field(default_factory=Theme)
    wording: Texts = field(default_factory=lambda: _NONE)
    additions: Texts = field(default_factory=lambda: _NONE)
    logo: LogoRef | None = None

    def worded(self, key: str, language: str) -> str | None:
        """The clinic's own words where no safety depends on them: plain text, to be escaped like any other."""
        return self.wording.get(key, _NONE).get(language)

    def added(self, place: str, language: str) -> str | None:
        """The clinic's own words behind ours: plain text, to be escaped like any other."""
        return self.additions.get(place, _NONE).get(language)


UNSET: Final = ClinicSettings()
"""What a clinic has that did not set anything."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form that a clinic shows to visitors: its id is public and stands for a key that only asks.

    Attributes:
        id: `frm_…`.
        clinic_id: Whose it is.
        name: What it is for, in the clinic's words.
        origins: On which pages of others it may be shown.
        languages: In which languages; null for all of the clinic's.
        areas: For which areas; null for all of the clinic's.
        concerns: For which concerns; null for all.
        stores: Whether what is asked may be kept; if not, plans are only shown.
        created_at: When it was made, in UTC.
        revoked_at: When it was taken back.
    """

    id: str
    clinic_id: str
    name: str
    origins: frozenset[str]
    languages: tuple[str, ...] | None
    areas: tuple[str, ...] | None
    concerns: tuple[str, ...] | None
    stores: bool
    created_at: datetime
    revoked_at: datetime | None = None


def written(settings: ClinicSettings) -> str:
    """Write settings as they are kept: what is as if it were never set is left out."""
    told = {one.name: _plain(getattr(settings, one.name)) for one in fields(settings) if _is_set(settings, one.name)}
    return json.dumps(told, sort_keys=True, separators=(",", ":"))


def _is_set(settings: ClinicSettings, name: str) -> bool:
    return bool(getattr(settings, name) != getattr(UNSET, name))


def _plain(value: Any) -> Any:  # noqa: ANN401 -- JSON
    """A value of a setting as JSON."""
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, Closure):
        return {"from": value.begin.isoformat(), "until": value.end.isoformat(), "label": value.label}
    if isinstance(value, Theme):
        return {"colours": dict(value.colours), "radius_px": value.radius_px, "font": value.font}
    return asdict(value) if isinstance(value, LogoRef) else value


def read(text: str) -> ClinicSettings:
    """Read settings as they are kept."""
    told: Json = json.loads(text)
    return UNSET if not told else ClinicSettings(**{name: _READ.get(name, _as_it_is)(told[name]) for name in told})


def _as_it_is(value: Any) -> Any:  # noqa: ANN401 -- JSON
    return value


def _hours(told: Mapping[str, list[list[str]]] | None) -> OpeningHours | None:
    return None if told is None else {day: tuple((one[0], one[1]) for one in told[day]) for day in told}


def _closure(told: Json) -> Closure:
    return Closure(date.fromisoformat(told["from"]), date.fromisoformat(told["until"]), told["label"])


def _listed(told: list[str] | None) -> tuple[str, ...] | None:
    return None if told is None else tuple(told)


_READ: Final[Mapping[str, Any]] = {
    "languages": tuple,
    "translations_reviewed": frozenset,
    "devices": _listed,
    "areas": _listed,
    "opening_hours": _hours,
    "closures": lambda told: tuple(map(_closure, told)),
    "theme": lambda told: Theme(**told),
    "logo": lambda told: LogoRef(**told),
}
