"""What may be asked of a handout."""

from typing import Any, Final, Literal

from pydantic import Field, create_model

from app.schemas.scalars import Input

FOR: Final = "for"
"""For whom a page is: a word that no field of a Python class can be called."""
_READERS: Final[dict[str, Any]] = {
    FOR: (
        Literal["client", "clinician"],
        Field(
            default="client",
            description="For whom: `client` leaves out what a client may not see yet, `clinician` holds all of it.",
        ),
    )
}


class _Printed(Input):
    """On what a page is printed."""

    paper: Literal["a4", "letter"] = Field(
        default="a4", description="The paper that a PDF is made for; a page of HTML fits any."
    )


HandoutQuery: Final[type[_Printed]] = create_model("HandoutQuery", __base__=_Printed, **_READERS)
"""For whom a page is, and on which paper."""
