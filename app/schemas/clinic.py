"""What a clinic sets for itself, on the wire."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args

from pydantic import Field
from pydantic_core import core_schema
from typing_extensions import override

from app.schemas.clashes import Clash, Joint
from app.schemas.concerns import Area, Concern
from app.schemas.intake import Device
from app.schemas.keys import LONGEST_NAME
from app.schemas.placing import OpeningHoursIn
from app.schemas.scalars import Flag, Input, IsoDate, Output, Scalar, TimeZone, line, whole_number
from app.schemas.theme import ThemeIn

LONGEST_RETENTION: Final = 3_650
MOST_CLOSURES: Final = 200
LONGEST_TEXT: Final = 600
LONGEST_LABEL: Final = 100
Tongue: TypeAlias = Literal["en", "es", "fr", "de", "ar"]
"""A language that there are texts in."""
Sentence: TypeAlias = Annotated[str, line(LONGEST_TEXT)]
Label: TypeAlias = Annotated[str, line(LONGEST_LABEL)]
Called: TypeAlias = Annotated[str, line(LONGEST_NAME)]
_PHONE: Final = r"^\+?[0-9](?:[0-9 ()./-]{1,28})[0-9]$"
Phone: TypeAlias = Annotated[
    str,
    Scalar(
        core_schema.str_schema(strict=True, pattern=_PHONE),
        "phone",
        "Must be a telephone number of 3 to 31 characters: digits, spaces and ( ) . / - with an optional + in front.",
        {"type": "string", "pattern": _PHONE, "examples": ["+44 20 7946 0000"]},
    ),
]
_EMAIL: Final = r"^[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,63}$"
Email: TypeAlias = Annotated[
    str,
    Scalar(
        core_schema.str_schema(strict=True, pattern=_EMAIL, max_length=254),
        "email",
        "Must be an e-mail address in plain ASCII, at most 254 characters.",
        {"type": "string", "pattern": _EMAIL, "maxLength": 254, "examples": ["desk@clinic.example"]},
    ),
]


class TextsIn(Input):
    """One text in each language in which the clinic has it."""

    en: Sentence | None = Field(default=None, description="In English.")
    es: Sentence | None = Field(default=None, description="In Spanish.")
    fr: Sentence | None = Field(default=None, description="In French.")
    de: Sentence | None = Field(default=None, description="In German.")
    ar: Sentence | None = Field(default=None, description="In Arabic.")


class WordingIn(Input):
    """The clinic's own words at places on which no safety depends."""

    intro: TextsIn | None = Field(default=None, description="Above the first question, in the place of ours.")
    thanks: TextsIn | None = Field(default=None, description="After sending.")
    contact: TextsIn | None = Field(default=None, description="How to reach the clinic.")
    booking: TextsIn | None = Field(
        default=None,
        description="Behind the sentence that says what sending a plan means whose visits may be booked, above the "
        "button; never in the place of that sentence.",
    )


class AdditionsIn(Input):
    """The clinic's own words behind ours: they never take the place of anything."""

    decision: TextsIn | None = Field(default=None, description="Behind what was decided.")
    preparation: TextsIn | None = Field(default=None, description="Behind what to do before a visit.")
    aftercare: TextsIn | None = Field(default=None, description="Behind what to do after a visit.")
    red_flags: TextsIn | None = Field(default=None, description="Behind the signs that somebody has to see.")
    disclaimers: TextsIn | None = Field(default=None, description="Behind what is shown with every plan.")


class ClosedIn(Input):
    """Days on which the clinic is closed."""

    from_: IsoDate = Field(alias="from", description="The first of them.")
    until: IsoDate = Field(description="The last of them; the same day for a single one.")
    label: Label | None = Field(default=None, description="Why.", examples=["Christmas"])


class ClinicIn(Joint):
    """All that a clinic sets for itself. What is left out is as if it were never set."""

    name: Called = Field(description="What people call it.", examples=["Example Clinic"])
    time_zone: TimeZone = Field(description="The zone whose calendar it goes by.")
    retention_days: Annotated[int, whole_number(1, LONGEST_RETENTION)] = Field(
        description="For how many days plans are kept. What is older is deleted for good."
    )
    review_every_plan: Flag = Field(description="Whether a professional sees every plan before a visitor does.")
    devices: list[Device] | None = Field(
        max_length=7,
        description="The devices that are there. A plan never offers another one; where none is left, nothing may be "
        "booked before a review. Null is not said: whatever the rules allow.",
    )
    areas: list[Area] | None = Field(
        min_length=1,
        max_length=9,
        description="The areas that are treated. A plan that goes on with another one says so and may not be booked "
        "before a review. Null is not said: all of them.",
    )
    phone: Phone | None = Field(default=None, description="Whom a client calls.")
    email: Email | None = Field(default=None, description="Whom a client writes to.")
    languages: list[Tongue] = Field(
        default_factory=lambda: list(get_args(Tongue)),
        min_length=1,
        max_length=5,
        description="The languages offered, in their order.",
    )
    default_language: Tongue = Field(default="en", description="The one that is offered first.")
    translations_reviewed: list[Tongue] = Field(
        default_factory=list,
        max_length=5,
        description="Languages in which a professional of the clinic looked through the safety texts: their mark that "
        "nobody did is left out.",
    )
    opening_hours: OpeningHoursIn | None = Field(
        default=None,
        description="When it is open; a day that is left out is closed. Checking, fitting and booking visits keep to "
        "it. Null is not said.",
    )
    closures: list[ClosedIn] = Field(
        default_factory=list, max_length=MOST_CLOSURES, description="Days on which it is closed."
    )
    theme: ThemeIn | None = Field(default=None, description="How its pages look.")
    wording: WordingIn | None = Field(default=None, description="Its own words at places on which no safety depends.")
    additions: AdditionsIn | None = Field(default=None, description="Its own words behind ours.")

    @classmethod
    @override
    def clashes(cls, good: Mapping[str, Any]) -> Iterator[Clash]:
        languages, first = good.get("languages"), good.get("default_language")
        if languages is not None and first is not None and first not in languages:
            yield Clash("default_language", "default_language", "Must be one of `languages`.")


class LogoOut(Output):
    """The clinic's logo."""

    address: str = Field(
        description="Where it is served, for anybody.", examples=["/v1/logos/lgo_3kJ8sQ1wX6vB9nM2zR5tYc"]
    )
    media_type: Literal["image/png", "image/jpeg", "image/webp"] = Field(description="What kind of picture it is.")
    width: int = Field(description="In pixels.", examples=[320])
    height: int = Field(description="In pixels.", examples=[96])


class ClosedOut(Output):
    """Days on which the clinic is closed."""

    from_: Annotated[date, Field(alias="from", description="The first of them.")]
    until: Annotated[date, Field(description="The last of them.")]
    label: str | None = Field(description="Why; null if that is not said.")


Hours: TypeAlias = dict[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], list[list[str]]]
Texts: TypeAlias = dict[str, dict[Tongue, str]]
_HOURS: Final = "When it is open, by the day of the week; a day that is left out is closed. Null is not said."


class ClinicOut(Output):
    """All that a clinic set for itself."""

    id: str = Field(description="Its id in this world.", examples=["cli_4fVq1bW8cXz0TnKp"])
    world: Literal["live", "test"] = Field(description="Which of its two worlds this is; each has settings of its own.")
    created_at: datetime = Field(description="When it joined, in UTC.")
    name: str = Field(description="What people call it.")
    time_zone: str = Field(description="The zone whose calendar it goes by.")
    retention_days: int = Field(description="For how many days plans are kept.")
    review_every_plan: bool = Field(description="Whether a professional sees every plan before a visitor does.")
    devices: list[Device] | None = Field(description="The devices that are there; null is not said.")
    areas: list[Area] | None = Field(description="The areas that are treated; null is not said.")
    phone: str | None = Field(description="Whom a client calls.")
    email: str | None = Field(description="Whom a client writes to.")
    languages: list[Tongue] = Field(description="The languages offered.")
    default_language: Tongue = Field(description="The one that is offered first.")
    translations_reviewed: list[Tongue] = Field(description="In which the clinic had the safety texts looked through.")
    opening_hours: Hours | None = Field(description=_HOURS)
    closures: list[ClosedOut] = Field(description="Days on which it is closed.")
    theme: dict[str, str | int] = Field(
        description="How its pages look, by the names that are sent; what is not set is left out."
    )
    wording: Texts = Field(
        description="Its own words at places on which no safety depends, by what they say and by language."
    )
    additions: Texts = Field(description="Its own words behind ours, by place and by language.")
    logo: LogoOut | None = Field(description="Its logo; null if it has none. It is sent to an address of its own.")


class ProfileOut(Output):
    """What a clinic tells its visitors, and what the form or the key that asks may do."""

    name: str = Field(description="What people call it.")
    phone: str | None = Field(description="Whom a client calls.")
    email: str | None = Field(description="Whom a client writes to.")
    time_zone: str = Field(description="The zone whose calendar it goes by.")
    languages: list[Tongue] = Field(description="The languages offered here.")
    default_language: Tongue = Field(description="The one that is offered first.")
    translations_reviewed: list[Tongue] = Field(description="In which the clinic had the safety texts looked through.")
    areas: list[Area] | None = Field(description="The areas that are treated; null for all.")
    concerns: list[Concern] | None = Field(description="The concerns that are asked about; null for all.")
    stores: bool = Field(description="Whether what is asked here may be kept; if not, plans are only shown.")
    review_every_plan: bool = Field(description="Whether a professional sees every plan first.")
    opening_hours: Hours | None = Field(description=_HOURS)
    closures: list[ClosedOut] = Field(description="Days on which it is closed.")
    theme: dict[str, str] = Field(
        description="How its pages look, as CSS custom properties: every value is of a closed form.",
        examples=[{"--skincadence-accent": "#0b5c66", "--skincadence-radius": "8px"}],
    )
    wording: Texts = Field(description="Its own words at places on which no safety depends: plain text.")
    additions: Texts = Field(description="Its own words behind ours: plain text.")
    logo: LogoOut | None = Field(description="Its logo; null if it has none.")


CLINIC: Final[dict[str, Any]] = {
    "name": "Demonstration",
    "time_zone": "Europe/London",
    "retention_days": 30,
    "review_every_plan": False,
    "devices": ["diamond_fine", "diamond_medium", "hydradermabrasion"],
    "areas": ["face", "around_eyes", "neck", "decollete", "hands"],
    "phone": "+44 20 7946 0000",
    "email": "desk@clinic.example",
    "languages": ["en", "es"],
    "default_language": "en",
    "translations_reviewed": [],
    "opening_hours": {
        "tue": [["09:00", "18:00"]],
        "thu": [["09:00", "13:00"], ["14:00", "20:00"]],
        "sat": [["10:00", "16:00"]],
    },
    "closures": [{"from": "2026-12-24", "until": "2027-01-03", "label": "Christmas"}],
    "theme": {"accent": "#0b5c66", "radius_px": 8, "font": "humanist"},
    "wording": {"intro": {"en": "Tell us about your skin. It takes about five minutes."}},
    "additions": {"red_flags": {"en": "Outside of our hours call 111."}},
}
"""The example of the documentation."""
