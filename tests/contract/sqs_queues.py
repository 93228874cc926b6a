"""Queues of a client of SQS, whoever is behind it."""

from __future__ import annotations

import uuid
from typing import Any


def new_queue(client: Any, **attributes: str) -> str:
    """Make a queue that nobody else has; return its URL."""
    name = f"q-{uuid.uuid4().hex[:12]}"
    url: str = client.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "30", **attributes})["QueueUrl"]
    return url


def receive(client: Any, url: str, **asked: Any) -> list[dict[str, Any]]:
    """Return what one call receives, at most ten messages."""
    reply = client.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["ApproximateReceiveCount"], **asked
    )
    messages: list[dict[str, Any]] = reply.get("Messages", [])
    return messages


def drain(client: Any, url: str) -> list[str]:
    """Receive until nothing is visible; return the bodies."""
    bodies: list[str] = []
    while messages := receive(client, url):
        bodies += [message["Body"] for message in messages]
    return bodies
