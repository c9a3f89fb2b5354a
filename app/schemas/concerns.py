"""What a client would like to change: one shape for each concern, told apart by `concern`."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from app.schemas.scalars import Flag, Input, whole_number

Area: TypeAlias = Literal[
    "face", "around_eyes", "neck", "decollete", "hands", "forearms", "upper_arms", "chest", "back"
]
Concern: TypeAlias = Literal[
    "fine_lines", "enlarged_pores", "hyperpigmentation", "blemishes", "sun_damage", "dullness", "breakouts",
    "acne_scars",
]  # fmt: skip
Severity: TypeAlias = Literal["mild", "moderate", "severe"]
WHICH = "Which concern; it decides which other fields there are."


class Wanted(Input):
    """What every concern says: where it is."""

    areas: tuple[Area, ...] | None = Field(
        default=None,
        min_length=1,
        max_length=10,
        description="Where the concern is. Absent or null is the face; `around_eyes` is part of the face.",
        examples=[["face"]],
    )


class FineLines(Wanted):
    """Fine lines."""

    concern: Literal["fine_lines"] = Field(description=WHICH)
    severity: Severity = Field(description="How marked the lines are.")


class EnlargedPores(Wanted):
    """Enlarged pores."""

    concern: Literal["enlarged_pores"] = Field(description=WHICH)
    severity: Severity = Field(description="How visible the pores are.")


class Hyperpigmentation(Wanted):
    """Dark marks or patches."""

    concern: Literal["hyperpigmentation"] = Field(description=WHICH)
    severity: Severity = Field(description="How marked the discolouration is.")
    kind: Literal["lentigines", "post_inflammatory", "melasma", "dermal", "unsure"] | None = Field(
        default=None,
        description="What kind it is. Melasma has a course of its own, whatever the severity. Null is unknown.",
    )


class Blemishes(Wanted):
    """Blemishes and shallow marks."""

    concern: Literal["blemishes"] = Field(description=WHICH)
    severity: Literal["mild", "moderate", "deep"] = Field(description="How marked the blemishes are.")


class SunDamage(Wanted):
    """Damage by the sun."""

    concern: Literal["sun_damage"] = Field(description=WHICH)
    severity: Severity = Field(description="How marked the damage is.")
    rough_spots: Flag | None = Field(
        default=None, description="Whether there are rough, scaly spots, which a clinician should see. Null is unknown."
    )


class Dullness(Wanted):
    """Dull skin or rough texture."""

    concern: Literal["dullness"] = Field(description=WHICH)
    severity: Severity = Field(description="How dull or rough the skin is.")


class Breakouts(Wanted):
    """Breakouts (acne)."""

    concern: Literal["breakouts"] = Field(description=WHICH)
    iga: Annotated[int, whole_number(0, 4)] = Field(
        description="Investigator's global assessment: 0 clear, 1 almost clear, 2 mild, 3 moderate, 4 severe."
    )
    mainly: Literal["comedonal", "inflamed"] | None = Field(
        default=None, description="Mainly blocked pores, or mainly inflamed spots. Null is unknown."
    )


class AcneScars(Wanted):
    """Scars left by acne."""

    concern: Literal["acne_scars"] = Field(description=WHICH)
    goodman_baron: Annotated[int, whole_number(1, 4)] = Field(
        description="Goodman and Baron's grade: 1 flat, 2 mild, 3 moderate, 4 severe."
    )
    types: tuple[Literal["ice_pick", "boxcar", "rolling", "raised"], ...] | None = Field(
        default=None,
        max_length=4,
        description="Which types of scar there are. Null is unknown; an empty list is none of them.",
    )


ConcernIn: TypeAlias = Annotated[
    FineLines | EnlargedPores | Hyperpigmentation | Blemishes | SunDamage | Dullness | Breakouts | AcneScars,
    Field(discriminator="concern"),
]
