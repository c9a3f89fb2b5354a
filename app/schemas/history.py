"""What has been: conditions, medicines, procedures, exposures, allergies and earlier sessions.

A group that is absent or null was not asked. A group that is there is a complete answer: what it does not list is *no*.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from app.schemas.scalars import Flag, Input, IsoDate, whole_number

HistoryArea: TypeAlias = Literal[
    "face", "around_eyes", "neck", "decollete", "hands", "forearms", "upper_arms", "chest", "back", "elsewhere"
]
ConditionCode: TypeAlias = Literal[
    "cold_sore", "skin_infection", "warts", "molluscum", "open_wound", "changing_lesion", "skin_cancer", "rosacea",
    "telangiectasia", "eczema", "contact_dermatitis", "seborrhoeic_dermatitis", "perioral_dermatitis", "psoriasis",
    "lichen_planus", "vitiligo", "keloid", "diabetes", "lupus", "scleroderma", "dermatomyositis", "autoimmune_other",
    "immunosuppression", "bleeding_disorder", "easy_bruising", "asthma", "copd", "contact_lenses", "eye_disease",
    "numb_skin", "pacemaker", "epilepsy", "body_image_distress", "fragile_skin", "nodulocystic_acne", "melasma",
    "postpartum",
]  # fmt: skip
MedicationCode: TypeAlias = Literal[
    "isotretinoin", "topical_retinoid", "cosmetic_retinol", "exfoliating_acid", "scrub", "benzoyl_peroxide",
    "hydroquinone", "anticoagulant", "antiplatelet", "oral_steroid", "topical_steroid", "immunosuppressant",
    "chemotherapy", "photosensitiser",
]  # fmt: skip
ProcedureCode: TypeAlias = Literal[
    "waxing", "shaving", "superficial_peel", "medium_peel", "deep_peel", "dermabrasion", "ablative_laser",
    "laser_hair_removal", "ipl", "nonablative_laser", "fractional_laser", "microneedling", "botulinum_toxin", "filler",
    "threads", "minor_surgery", "major_surgery", "permanent_makeup", "eye_surgery", "radiotherapy",
]  # fmt: skip
ExposureCode: TypeAlias = Literal["sunburn", "strong_sun", "sunbed", "self_tanner"]
AllergyCode: TypeAlias = Literal["aluminium", "nickel"]
Reaction: TypeAlias = Literal["none", "pink_24h", "red_72h", "red_over_72h", "blister_or_crust", "pigment_change"]

MOST_ITEMS = 200


class Located(Input):
    """What every item says: where it was."""

    areas: tuple[HistoryArea, ...] | None = Field(
        default=None,
        min_length=1,
        max_length=10,
        description="Where. Absent or null concerns every area asked for; `elsewhere` is outside of all of them.",
    )


class Unsure(Located):
    """An item that may still be open: `unsure` is neither yes nor no."""

    status: Literal["unsure"] | None = Field(
        default=None, description="`unsure` if it is not known whether the item applies. Absent: it does."
    )


class ConditionIn(Located):
    """A condition of the skin or of the body."""

    code: ConditionCode = Field(description="Which condition.")
    status: Literal["active", "controlled", "past", "unsure"] = Field(
        description=(
            "`active` for diabetes, lupus and the like means not under control; for `keloid` a raised scar in the "
            "area; for `body_image_distress` both screening questions answered with yes."
        )
    )
    onset: IsoDate | None = Field(default=None, description="When it began; for `postpartum`, the delivery.")
    clear_since: IsoDate | None = Field(default=None, description="Since when it has been clear.")
    healed: Flag | None = Field(default=None, description="Whether the skin has healed. Null is unknown.")


class MedicationIn(Unsure):
    """A medicine or a product for the skin."""

    code: MedicationCode = Field(description="Which medicine or product.")
    ongoing: Flag | None = Field(default=None, description="Still taken: counts as last taken on `assessed_on`.")
    last_taken: IsoDate | None = Field(default=None, description="When it was last taken or put on.")


class ProcedureIn(Unsure):
    """Something done to the skin or the body."""

    code: ProcedureCode = Field(description="Which procedure.")
    on: IsoDate | None = Field(default=None, description="When it was done. A date in the future is a plan.")


class ExposureIn(Unsure):
    """Sun, a sunbed or a self-tanner."""

    code: ExposureCode = Field(description="Which exposure.")
    on: IsoDate | None = Field(default=None, description="When it was. A date in the future is a plan.")
    settled: Flag | None = Field(default=None, description="Whether the skin has calmed down again. Null is unknown.")


class AllergyIn(Input):
    """An allergy to a material of the device."""

    code: AllergyCode = Field(description="To what.")
    status: Literal["unsure"] | None = Field(
        default=None, description="`unsure` if it is not known. Absent: it is known."
    )


def _spelt_out(item: Any) -> Any:  # noqa: ANN401 -- whatever JSON held; the model behind it decides
    """Read the short form, a code alone, as the long one."""
    return {"code": item} if isinstance(item, str) else item


class MicrodermabrasionIn(Input):
    """Earlier sessions of microdermabrasion."""

    sessions: Annotated[int, whole_number(0, 500)] = Field(description="How many there have been; 0 for none.")
    last_on: IsoDate | None = Field(default=None, description="When the last one was.")
    worst_reaction: Reaction | None = Field(default=None, description="The worst reaction after any of them.")
    last_reaction: Reaction | None = Field(default=None, description="The reaction after the last one.")


class HistoryIn(Input):
    """The history, group by group."""

    conditions: tuple[ConditionIn, ...] | None = Field(
        default=None, max_length=MOST_ITEMS, description="Conditions. Null was not asked; an empty list is none."
    )
    medications: tuple[MedicationIn, ...] | None = Field(
        default=None,
        max_length=MOST_ITEMS,
        description="Medicines and products. Null was not asked; an empty list is none.",
    )
    procedures: tuple[ProcedureIn, ...] | None = Field(
        default=None, max_length=MOST_ITEMS, description="Procedures. Null was not asked; an empty list is none."
    )
    exposures: tuple[ExposureIn, ...] | None = Field(
        default=None, max_length=MOST_ITEMS, description="Sun and tanning. Null was not asked; an empty list is none."
    )
    allergies: (
        tuple[Annotated[AllergyIn, BeforeValidator(_spelt_out, json_schema_input_type=AllergyCode | AllergyIn)], ...]
        | None
    ) = Field(
        default=None,
        max_length=MOST_ITEMS,
        description="Allergies, as a code or an object. Null was not asked; an empty list is none.",
    )
    microdermabrasion: MicrodermabrasionIn | None = Field(
        default=None, description="Earlier sessions. Null was not asked; `sessions` 0 is none."
    )
