"""`python -m local feedback export`: what people said, as a file that training reads."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from local.commands.feedback import export
from local.errors import LocalStackError
from local.listen import listen
from models.tickets import Ticket, read_feedback

NOBODY_SPOKE = {"category": None, "urgency": None, "sentiment": None}
PAGES = {
    "": {"feedback": [{"ticket_id": "a", **NOBODY_SPOKE, "urgency": 1.0}], "cursor": "x=="},
    "x==": {
        "feedback": [
            {"ticket_id": "a", **NOBODY_SPOKE, "urgency": 0.5, "category": "Legal"},
            {"ticket_id": "b:2", **NOBODY_SPOKE},
        ],
        "cursor": None,
    },
}
TICKETS = {
    "a": {"subject": "Daten", "description": "Fremde Rechnungen\nsind sichtbar"},
    "b:2": {"subject": "", "description": "…"},
}


def export_to(file: Path, key: str = "tr_x_y") -> list[str]:
    """Export from a stand-in for a deployment; return the keys that it was shown."""
    shown: list[str] = []

    async def answer(request: web.BaseRequest) -> web.Response:
        shown.append(request.headers["Authorization"])
        body: Any = (
            PAGES[request.query.get("cursor", "")]
            if request.path == "/feedback"
            else TICKETS[request.path.removeprefix("/tickets/")]
        )
        return web.json_response(body)

    async def scenario() -> None:
        listener = await listen(answer, limit_bytes=10_000)
        try:
            await asyncio.to_thread(export, file, url=f"{listener.url}/", key=key)
        finally:
            await listener.close()

    asyncio.run(scenario())
    return shown


def test_every_page_is_read_and_each_ticket_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "feedback.jsonl"

    shown = export_to(file)

    assert json.loads(file.read_text()) == {
        "text": "Daten\nFremde Rechnungen\nsind sichtbar", "category": "Legal", "urgency": 1.0, "sentiment": None,
        "group": "",
    }  # fmt: skip
    assert set(shown) == {"Bearer tr_x_y"}
    monkeypatch.setenv("FEEDBACK", str(file))
    assert read_feedback([]) == [Ticket("Daten\nFremde Rechnungen\nsind sichtbar", "Legal", 1.0)]


def test_a_deployment_needs_a_key(tmp_path: Path) -> None:
    with pytest.raises(LocalStackError, match="KEY"):
        export_to(tmp_path / "feedback.jsonl", key="")


def test_a_file_that_training_would_not_know_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    with pytest.raises(LocalStackError, match="jsonl"):
        export(tmp_path / "feedback.csv", url="http://127.0.0.1:1", key="k")
