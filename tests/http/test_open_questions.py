"""An intake in which much is open takes long to think about, and nobody else waits for that."""

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from app.main import create_app
from app.observability import Journal
from app.services.backend import Backend
from tests.door.desk import new_clinic, new_key, settings_for

NAMES = ("fine_lines", "enlarged_pores", "hyperpigmentation", "blemishes", "sun_damage", "dullness")
AREAS = ("face", "neck", "decollete", "hands", "forearms", "upper_arms", "chest", "back")


def with_nothing_answered(area: str) -> dict[str, Any]:
    return {"concerns": [{"concern": name, "severity": "mild", "areas": [area]} for name in NAMES]}


async def overtaken(app: FastAPI, path: str) -> tuple[int, list[int], list[int]]:
    """Ask for much thought, then for a sign of life; tell its status, what was done by then, and all in the end."""
    async with app.router.lifespan_context(app):
        backend: Backend = app.state.backend
        key = {"Authorization": f"Bearer {new_key(backend, new_clinic(backend)).text}"}
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://testserver") as web:
            calls = [
                asyncio.create_task(web.post(path, json=with_nothing_answered(area), headers=key)) for area in AREAS
            ]
            await asyncio.sleep(0)
            alive = await web.get("/livez")
            done = [call.result().status_code for call in calls if call.done()]
            return alive.status_code, done, [answer.status_code for answer in await asyncio.gather(*calls)]


@pytest.mark.parametrize(("path", "status"), [("/v1/recommendations/preview", 200), ("/v1/recommendations", 201)])
def test_others_are_answered_while_open_questions_are_thought_about(tmp_path: Path, path: str, status: int) -> None:
    app = create_app(settings_for(f"sqlite:///{tmp_path / 'service.db'}"), journal=Journal("error"))

    alive, done, every = asyncio.run(overtaken(app, path))

    assert alive == 200
    assert len(done) < len(every)
    assert every == [status] * len(AREAS)
