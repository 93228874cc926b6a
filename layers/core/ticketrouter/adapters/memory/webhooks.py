"""A way out that leads nowhere: it keeps what was sent and answers what a test says."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass

from ticketrouter.domain.errors import RouterError
from ticketrouter.ports import WebhookReply


@dataclass(frozen=True, slots=True)
class SentWebhook:
    """One POST."""

    url: str
    headers: dict[str, str]
    body: bytes


class MemoryWebhookSender:
    """The twin of the HTTP sender.

    Attributes:
        sent: Every POST, the failed ones too.
        replies: URL to the answers that are still to be given, in order: a reply, or an error to raise. 200 after that.
    """

    def __init__(self) -> None:
        self.sent: list[SentWebhook] = []
        self.replies: defaultdict[str, deque[WebhookReply | RouterError]] = defaultdict(deque)

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> WebhookReply:
        """POST once, as far as anybody can tell."""
        self.sent.append(SentWebhook(url, dict(headers), body))
        reply = self.replies[url].popleft() if self.replies[url] else WebhookReply(200, 12.5)
        if isinstance(reply, RouterError):
            raise reply
        return reply
