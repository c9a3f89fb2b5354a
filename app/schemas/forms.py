"""Forms that a clinic shows to visitors, on the wire."""

from datetime import datetime
from typing import Any, Final

from pydantic import Field

from app.schemas.clinic import Tongue
from app.schemas.concerns import Area, Concern
from app.schemas.keys import MOST_ORIGINS, Name, Origin
from app.schemas.scalars import Flag, Input, Output

FORM: Final[dict[str, Any]] = {
    "name": "Our home page",
    "origins": ["https://clinic.example"],
    "languages": ["en"],
    "areas": ["face", "neck"],
    "concerns": None,
    "stores": True,
}
"""The example of the documentation."""


class FormIn(Input):
    """A form to be made, in the world of the key that asks for it."""

    name: Name = Field(description="What it is for.", examples=["Our home page"])
    stores: Flag = Field(
        description="Whether what visitors answer may be kept. If not, plans are only shown, and nothing is stored."
    )
    origins: list[Origin] = Field(
        default_factory=list,
        max_length=MOST_ORIGINS,
        description="The pages of yours that may show it. None: only the page that is served here.",
        examples=[["https://clinic.example"]],
    )
    languages: list[Tongue] | None = Field(
        default=None, min_length=1, max_length=5, description="In which languages; null for all of the clinic's."
    )
    areas: list[Area] | None = Field(
        default=None, min_length=1, max_length=9, description="For which areas; null for all of the clinic's."
    )
    concerns: list[Concern] | None = Field(
        default=None, min_length=1, max_length=8, description="For which concerns; null for all."
    )


class FormOut(Output):
    """A form."""

    id: str = Field(
        description="Its public id. As `Authorization: Bearer` it does what a publishable key does, from the pages in "
        "`origins`.",
        examples=["frm_6jXs1dY7eZ3Bb4VpNrOt2A"],
    )
    address: str = Field(
        description="Where it is served as a page, for anybody.", examples=["/intake/frm_6jXs1dY7eZ3Bb4VpNrOt2A"]
    )
    name: str = Field(description="What it is for.")
    origins: list[str] = Field(description="The pages of yours that may show it.")
    languages: list[Tongue] | None = Field(description="In which languages; null for all of the clinic's.")
    areas: list[Area] | None = Field(description="For which areas; null for all of the clinic's.")
    concerns: list[Concern] | None = Field(description="For which concerns; null for all.")
    stores: bool = Field(description="Whether what visitors answer may be kept.")
    created_at: datetime = Field(description="When it was made, in UTC.")
    revoked_at: datetime | None = Field(description="When it was taken back; null if it was not.")


class FormsOut(Output):
    """The forms of a clinic."""

    items: list[FormOut] = Field(description="The forms, the newest first; those that were taken back included.")
