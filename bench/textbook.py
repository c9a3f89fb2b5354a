"""The yardstick for storing: endpoints as tutorials write them. `python -m bench.textbook PORT URL`.

The body is a parameter, the endpoint a plain function, each request has a session of its own, and the answer is one row
of one table. The plan is computed by the same rules as the service's, so that it costs no more here. `/plans` answers
with a document that the framework checks and writes, as tutorials do; `/plans/written` spares it that, and answers with
the bytes as they are.
"""

import json
import sys
from collections.abc import Iterator
from typing import Annotated, Any
from uuid import uuid4

import uvicorn
from fastapi import Depends, FastAPI, Response
from sqlalchemy import Engine, Text, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from app.clock import Clock
from app.schemas.intake import IntakeIn
from app.schemas.reading import read
from app.schemas.recommendation import RecommendationOut
from app.services.recommend import preview
from app.services.shelf import Shelf


class Base(DeclarativeBase):
    """The tables of the textbook."""


class PlanRow(Base):
    """What was asked and what was answered."""

    __tablename__ = "textbook_plans"

    id: Mapped[str] = mapped_column(primary_key=True)
    intake: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)


def application(url: str) -> FastAPI:
    """The service, as a tutorial has it."""
    sessions = sessionmaker(engine_of(url))
    shelf, clock = Shelf.standard(), Clock()

    def session() -> Iterator[Session]:
        with sessions() as opened:
            yield opened

    app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False})

    def kept(intake: IntakeIn, rows: Session) -> str:
        answer = preview(shelf, read(intake, clock.today), clock.now()).decode()
        rows.add(PlanRow(id=str(uuid4()), intake=intake.model_dump_json(), answer=answer))
        rows.commit()
        return answer

    @app.post("/plans", status_code=201, response_model=RecommendationOut, response_model_exclude_unset=True)
    def create_plan(intake: IntakeIn, rows: Annotated[Session, Depends(session)]) -> Any:  # noqa: ANN401 -- see above
        return json.loads(kept(intake, rows))

    @app.post("/plans/written", status_code=201)
    def create_written_plan(intake: IntakeIn, rows: Annotated[Session, Depends(session)]) -> Response:
        return Response(kept(intake, rows), status_code=201, media_type="application/json")

    return app


def engine_of(url: str) -> Engine:
    """An engine with its table, and as much durability as the service has."""
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": 30})
        event.listen(engine, "connect", _as_the_service)
    else:
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    Base.metadata.create_all(engine)
    return engine


def _as_the_service(connection: Any, _entry: object) -> None:  # noqa: ANN401 -- a driver's connection
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")


if __name__ == "__main__":
    uvicorn.run(
        application(sys.argv[2]),
        port=int(sys.argv[1]),
        loop="auto",
        http="httptools",
        ws="none",
        access_log=False,
        log_level="warning",
    )
