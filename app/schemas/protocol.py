"""A protocol, for reading: every rule with its condition, effect, evidence and words."""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from app.schemas.plan import TRANSLATION, Dispute, Level, RuleId, SourceIds, TranslationOut
from app.schemas.scalars import Output, sometimes


class ProtocolSummaryOut(Output):
    """One protocol version on the shelf."""

    id: str = Field(description="The protocol.", examples=["microdermabrasion"])
    version: str = Field(description="Its version.", examples=["1.0.0"])
    title: str = Field(description="Its name, for people.")
    digest: str = Field(description="SHA-256 over its canonical form (RFC 8785).", examples=["sha256:0d5e…"])
    texts_digest: str = Field(description="SHA-256 over its texts, in the language of the answer.")
    clinical_review: str = Field(
        description="`unreviewed` until a clinic records who reviewed it.", examples=["unreviewed"]
    )


class ProtocolListOut(Output):
    """The shelf."""

    protocols: list[ProtocolSummaryOut] = Field(description="Every version, newest first.")


class Open(Output):
    """A described core with further members, which depend on the kind of rule."""

    model_config = ConfigDict(extra="allow")


class ProtocolSourceOut(Open):
    """A publication that rules rest on."""

    id: str = Field(description="The id that rules cite.", examples=["lupo-2009"])
    citation: str = Field(description="What to look for in a library.")


class ProtocolClauseOut(Open):
    """When a rule speaks and what it adds. Further members are its effects: cadence, bound, wait, step, note."""

    scope: Literal["person", "area", "concern"] = Field(description="What it looks at.")
    when: dict[str, Any] = Field(
        description="The condition, as a tree of the closed condition language: one key, the operator.",
        examples=[{"at_least": {"client.fitzpatrick": 5}}],
    )


class ProtocolRuleOut(Open):
    """One rule. Further members, such as its range, are there where they say something."""

    id: RuleId
    kind: str = Field(description="What kind of rule.", examples=["modifier"])
    clauses: list[ProtocolClauseOut] = Field(description="Its clauses; it speaks if one of them does.")
    sources: SourceIds
    evidence_level: Level
    dispute: Dispute
    text: str = Field(description="The words for the client, in the language of the answer.")
    dispute_text: str | None = Field(description="How the sources differ, in words; null where they hardly do.")


class ProtocolOut(Open):
    """One protocol version, whole."""

    id: str = Field(description="The protocol.", examples=["microdermabrasion"])
    version: str = Field(description="Its version.", examples=["1.0.0"])
    digest: str = Field(description="SHA-256 over its canonical form (RFC 8785).", examples=["sha256:0d5e…"])
    rules: list[ProtocolRuleOut] = Field(description="Every rule, in the order of the evidence.")
    sources: list[ProtocolSourceOut] = Field(description="Every source that a rule cites, once.")
    translation: TranslationOut = sometimes(TRANSLATION)
