"""What operators ask a running service."""

from typing import Literal

from pydantic import Field

from app.schemas.scalars import Output


class AliveOut(Output):
    """The process answers."""

    status: Literal["alive"] = Field(description="Always `alive`.")


class ReadyOut(Output):
    """The process can do its work."""

    status: Literal["ready"] = Field(description="Always `ready`: protocols and texts are loaded and checked.")


class VersionOut(Output):
    """What is running."""

    name: str = Field(description="The name of the service.", examples=["skincadence"])
    version: str = Field(description="The version of the service.", examples=["0.1.0"])
