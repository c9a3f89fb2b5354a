"""How a refusal looks on the wire: RFC 9457."""

from typing import Literal

from pydantic import Field

from app.schemas.placing import CheckOut
from app.schemas.plan import TRANSLATION, TranslationOut
from app.schemas.scalars import Output, sometimes
from app.schemas.stored import SignOut


class FaultOut(Output):
    """One thing that is wrong with the document that was sent."""

    pointer: str = Field(
        description="Where: a JSON Pointer (RFC 6901). Empty is the whole document. For an unknown field whose name is "
        "not nearly one of the contract's, the object around it: names that were made up are not repeated.",
        examples=["/client/fitzpatrick"],
    )
    code: str = Field(description="What kind of fault, in one stable word.", examples=["whole_number"])
    message: str = Field(
        description="What is asked for there. It never repeats what was sent.",
        examples=["Must be a whole number from 1 to 6."],
    )


class ProblemOut(Output):
    """A refusal. It repeats nothing of what was sent, so it can be logged and shown."""

    type: str = Field(description="The kind of problem; the address explains it.", examples=["/problems/invalid_body"])
    title: str = Field(description="The kind of problem in a few words.", examples=["The document breaks the contract"])
    status: int = Field(description="The HTTP status.", examples=[422])
    code: str = Field(description="The last part of `type`, to branch on.", examples=["invalid_body"])
    detail: str = Field(
        description="What happened and what to do.",
        examples=["The document does not keep to the contract. Every problem is listed in `errors`."],
    )
    request_id: str = Field(
        description="Names this request in the service's log; also in the header `X-Request-Id`.",
        examples=["0f8e2b7c5d1a4e6f9b3c7a2d8e4f6b1c"],
    )
    errors: list[FaultOut] = Field(description="Every fault that was found; empty if there is nothing to point at.")


class ReviewFirstOut(ProblemOut):
    """A refusal to show a plan before a professional has seen it, to somebody who must see a doctor promptly."""

    urgent: Literal[True] = Field(description="Show `referral` and `red_flags` at once, whatever the clinic decides.")
    referral: list[str] = Field(description="Why, in words for the client.")
    red_flags: list[SignOut] = Field(description="Signs that cannot wait for a visit.")
    translation: TranslationOut = sometimes(TRANSLATION)


class VisitRefusedOut(ProblemOut):
    """A refusal to book a visit on a day on which it may not be."""

    refusal: CheckOut = Field(description="Which rules, and the first day: what checking the same time answers.")
