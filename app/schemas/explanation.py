"""Why a plan is as it is: every rule, fired or not, with what it read."""

from datetime import date
from typing import Any, Literal, TypeAlias

from pydantic import Field

from app.schemas.plan import TRANSLATION, RuleId, TranslationOut
from app.schemas.scalars import Output, sometimes

Truth: TypeAlias = Literal["yes", "possible", "no"]
Value: TypeAlias = str | int | bool | None


class ReadOut(Output):
    """An answer that a rule looked at."""

    fact: str = Field(description="The name of the fact.", examples=["client.fitzpatrick"])
    value: Value = Field(description="What was answered; null if that is open.", examples=[5])
    needed: Value | list[str | int | bool] = Field(
        description="What the rule looks for: a value, several, or a range in words.", examples=["at least 5"]
    )
    truth: Truth = Field(description="Whether that is so; `possible` if an open answer decides.")


class ClauseReasonsOut(Output):
    """One clause of a rule, at one place."""

    scope: Literal["person", "area", "concern"] = Field(description="What it looks at.")
    where: str = Field(description="Which area or concern; empty for the person.", examples=["face"])
    truth: Truth = Field(description="Whether it speaks there.")
    reads: list[ReadOut] = Field(description="What it read, in the order of its condition.")


class RuleReasonsOut(Output):
    """One rule, and why it speaks or does not."""

    rule: RuleId
    kind: str = Field(description="What kind of rule.", examples=["modifier"])
    fired: Truth = Field(description="Whether it speaks anywhere.")
    text: str = Field(description="The words for the client, in the language of the answer.")
    clauses: list[ClauseReasonsOut] = Field(description="Its clauses, each at every place it looked at.")


class WitnessOut(Output):
    """An open question, and a case in which its answer matters."""

    question: str = Field(description="The id of the question.", examples=["history.medications.isotretinoin"])
    witness: dict[str, Value] = Field(description="Answers, this one's among them, under which it changes the plan.")
    changed: dict[str, list[Any]] = Field(description="What it changes: before and after, by what is changed.")


class ExplainedByOut(Output):
    """The rules that a recommendation was made with."""

    id: str = Field(description="The protocol.", examples=["microdermabrasion"])
    version: str = Field(description="Its version.", examples=["1.0.0"])
    digest: str = Field(description="SHA-256 over its canonical form (RFC 8785).", examples=["sha256:0d5e…"])


class ExplanationOut(Output):
    """Why a recommendation is as it is, computed anew from what was asked."""

    id: str = Field(description="The id of the recommendation.", examples=["rec_4fVq1bW8cXz0TnKpLr7sYd"])
    assessed_on: date = Field(description="The day it holds for.")
    protocol: ExplainedByOut = Field(description="The rules it was made with.")
    rules: list[RuleReasonsOut] = Field(description="Every rule of the protocol, in the order of the evidence.")
    unanswered: list[WitnessOut] = Field(description="The open questions, each with a case in which it matters.")
    translation: TranslationOut = sometimes(TRANSLATION)
