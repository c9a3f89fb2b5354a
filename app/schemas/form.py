"""The intake form, for whoever draws it: the questions, their answers, and when each is asked."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import ConfigDict, Field

from app.schemas.scalars import Input, IsoDate, Language, Output

Digest: TypeAlias = Annotated[str, Field(pattern="^sha256:[0-9a-f]{64}$", examples=["sha256:" + "0d5e" * 16])]
QuestionId: TypeAlias = Annotated[str, Field(examples=["client.pregnant"])]
Pointer: TypeAlias = Annotated[str, Field(examples=["/client/pregnant"])]
GroupId: TypeAlias = Literal[
    "concerns", "goals", "client", "conditions", "medications", "procedures", "exposures", "allergies",
    "microdermabrasion",
]  # fmt: skip
Bound: TypeAlias = int | Literal["today"] | IsoDate | None


class FormQuery(Input):
    """Which form to read."""

    language: Language | None = Field(
        default=None,
        description="The language of the words, as a tag such as `de-CH`; one that is not available is English. "
        "Absent: what `Accept-Language` asks for.",
    )
    digest: Digest | None = Field(
        default=None,
        description="The `digest` of a form that is known. While it is still that, the answer may be kept for a year.",
    )


class FormProtocolOut(Output):
    """The rules and texts that the form was made from."""

    id: str = Field(description="The protocol.", examples=["microdermabrasion"])
    version: str = Field(description="Its version.", examples=["1.0.0"])
    digest: Digest = Field(description="SHA-256 over the canonical form of the protocol.")
    texts_digest: Digest = Field(description="SHA-256 over the texts of this language.")


class FormGroupOut(Output):
    """Questions that belong together."""

    id: GroupId = Field(description="The group.")
    title: str = Field(description="Its heading.")
    help: str = Field(description="What helps to answer it.")
    asked: Literal["first", "unanswered"] = Field(
        description="`first`: before anything is previewed. `unanswered`: a question is asked while its `listed_as` is "
        "among the `unanswered` of the plan."
    )
    minimum: int = Field(description="How many of its items must be answered with yes.", examples=[0])


class FormAnswerOut(Output):
    """An answer that is offered."""

    id: str = Field(description="What it is called within its question; `unsure` is neither yes nor no.")
    text: str = Field(description="Its words.")
    help: str | None = Field(description="What it means, in more words; null where it needs none.")
    value: Any = Field(
        description="What to put at the pointer of the question. Null of an item: leave the entry out. Null of "
        "anything else: leave the field out, or send null."
    )


class FormPremiseOut(Output):
    """What must have been answered before a question makes sense: one of some answers, or a number in a range."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"question": "client.age_years", "at_least": 16}]})

    question: QuestionId = Field(description="The earlier question.")
    is_: list[str] | None = Field(alias="is", description="The ids of the answers with which it makes sense, or null.")
    at_least: int | None = Field(description="The smallest number with which it makes sense, or null.")
    at_most: int | None = Field(description="The largest number with which it makes sense, or null.")


class FormUnitOut(Output):
    """The unit of a number."""

    id: Literal["years", "sessions"] = Field(description="Which unit.")
    text: str = Field(description="Its name.")


class FormPartOut(Output):
    """A question. Of a detail of an item, the pointer is relative to the entry of the item."""

    id: QuestionId = Field(description="The id of the question; wherever there is one, that of `unanswered`.")
    group: GroupId = Field(description="The group that it belongs to.")
    kind: Literal["yes_no", "choice", "number", "date", "several", "item"] = Field(
        description="What is answered: yes or no, one of some answers, a whole number, a date, a list of answers, or "
        "whether an item applies, whose entry then is the `value` of the answer."
    )
    text: str = Field(description="The question in words.")
    help: str | None = Field(description="What helps to answer it; null where it needs nothing.")
    pointer: Pointer = Field(
        description="Where the answer goes in the intake (JSON Pointer). `-` at its end is one entry of the list."
    )
    listed_as: QuestionId | None = Field(
        description="Ask it while this stands in `unanswered`. Null: with its group or its item, whatever is listed."
    )
    premise: list[FormPremiseOut] = Field(description="What must have been answered before; all of it.")
    safety: bool = Field(description="Whether its answer can forbid or delay a session.")
    required: bool = Field(description="Whether an intake is refused without it.")
    unit: FormUnitOut | None = Field(description="The unit of a number; null otherwise.")
    minimum: Bound = Field(description="The smallest number or the first date; null of any other kind.")
    maximum: Bound = Field(description="The largest number or the last date; null of any other kind.")
    answers: list[FormAnswerOut] = Field(
        description="What is offered. Of a number or a date only what stands beside it: that one is not sure."
    )


class FormQuestionOut(FormPartOut):
    """A question with the details that are asked about it."""

    parts: list[FormPartOut] = Field(description="Details of an item, asked where its answer calls for them.")


class FormStartOut(Output):
    """An intake in which nothing was answered yet: add `concerns` and preview it."""

    client: dict[str, Any] = Field(description="Empty: everything about the person is open.")
    history: dict[str, Any] = Field(description="Every item of every group, each open by itself.")


class IntakeFormOut(Output):
    """All that it takes to ask for an intake, in one language."""

    protocol: FormProtocolOut = Field(description="What it was made from.")
    language: str = Field(description="The language of its words.", examples=["en"])
    direction: Literal["ltr", "rtl"] = Field(description="How that language is read.")
    title: str = Field(description="A heading.")
    intro: str = Field(description="What to say before the first question.")
    page_size: int = Field(description="At most so many questions on one page.", examples=[8])
    start: FormStartOut = Field(description="What the intake is before any answer.")
    groups: list[FormGroupOut] = Field(description="The groups, in the order in which they are shown.")
    questions: list[FormQuestionOut] = Field(description="Every question once, in the order of the groups.")
    reasons: dict[str, str] = Field(
        description="Why a question is asked, by the first of its `could_change`.",
        examples=[{"earliest_start": "We ask because it could move the earliest date."}],
    )
    left: dict[str, str] = Field(
        description="How many questions are left, by plural category (CLDR); put the number in for `{count}`.",
        examples=[{"one": "{count} question left", "other": "{count} questions left"}],
    )
    words: dict[str, str | dict[str, str]] = Field(
        description="What a page says beside the questions, and the words that plans are told in, by key. What counts "
        "has a text for each plural category."
    )
    caller_sets: list[Pointer] = Field(
        description="Fields of the intake that are no questions: whoever shows the form knows them."
    )
    digest: Digest = Field(description="SHA-256 over all of this in canonical JSON (RFC 8785).")
