"""What the router meets in its world: a model, receivers of webhooks, the list of destinations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ticketrouter.adapters.memory import MemoryScorer
from ticketrouter.domain.alert import Destination
from ticketrouter.domain.errors import WebhookRejectedError, WebhookUnavailableError
from ticketrouter.domain.score import Score
from ticketrouter.ports import WebhookReply

# `backup` wants nothing of its own (S is never above 1): it is told what `oncall` does not take.
DESTINATIONS = (
    Destination("oncall", hourly_budget=None, fallback="backup"),
    Destination("chat", hourly_budget=None),
    Destination("backup", hourly_budget=None, threshold=1.0),
)


class Words(MemoryScorer):
    """A model that knows two words, and finds no two tickets alike: incidents are another story."""

    def __init__(self) -> None:
        super().__init__({"urgent": 0.95}, poison=["poison"])

    def _score(self, text: str) -> Score:
        return replace(super()._score(text), embedding=b"")


class Receivers:
    """All receivers of webhooks: the answer is set before each try."""

    def __init__(self) -> None:
        self.answer = 200

    def send(self, url: str, headers: Any, body: bytes) -> WebhookReply:
        match self.answer:
            case 0:
                raise WebhookUnavailableError("no reply in time")
            case 503:
                raise WebhookUnavailableError(status=503)
            case 400:
                raise WebhookRejectedError("no", status=400)
        return WebhookReply(200, 12.5)
