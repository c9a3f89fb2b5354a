"""The address at which the calendar of a course can be followed, on the wire."""

from pydantic import Field

from app.schemas.scalars import Output


class SubscriptionOut(Output):
    """Where programs follow the calendar of a course."""

    course_id: str = Field(description="The course.", examples=["crs_5gWr2cX9dY1Aa0UoLqMs8Z"])
    path: str | None = Field(
        description="The path of the calendar at this service; null if it has none. It needs no key: whoever knows it "
        "reads when the appointments are and at which clinic, and nothing else."
    )
