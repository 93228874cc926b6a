"""The router's queues on the double of SQS, set as template.yaml sets them, and the event source behind one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.faults.harness.sqs import SqsDouble, arn_of
from ticketrouter.domain.message import Received

# Of template.yaml; tests/faults/test_queues.py holds them together.
WORKER_VISIBILITY_S, DISPATCHER_VISIBILITY_S, RECONCILER_VISIBILITY_S = 360, 180, 360
TICKET_RECEIVES, ALERT_RECEIVES = 20, 200
KEPT_S, DEAD_KEPT_S = 345_600, 1_209_600


@dataclass(frozen=True, slots=True)
class RouterQueues:
    """Addresses of the router's queues.

    Attributes:
        dead: Address of each one's dead letters, by its own.
    """

    express: str
    standard: str
    alerts: str
    dead: dict[str, str]

    @property
    def working(self) -> tuple[str, str, str]:
        """Return the three that are no dead-letter queues."""
        return self.express, self.standard, self.alerts


def router_queues(sqs: SqsDouble, *, worker_visibility_s: int = WORKER_VISIBILITY_S) -> RouterQueues:
    """Make them."""
    dead: dict[str, str] = {}

    def made(name: str, visibility_s: int, receives: int) -> str:
        letters = _queue(sqs, f"{name}-dead-letters", RECONCILER_VISIBILITY_S, DEAD_KEPT_S)
        policy = json.dumps({"deadLetterTargetArn": arn_of(letters), "maxReceiveCount": receives})
        url = _queue(sqs, name, visibility_s, KEPT_S, RedrivePolicy=policy)
        dead[url] = letters
        return url

    return RouterQueues(
        made("tickets-express", worker_visibility_s, TICKET_RECEIVES),
        made("tickets-standard", worker_visibility_s, TICKET_RECEIVES),
        made("alerts", DISPATCHER_VISIBILITY_S, ALERT_RECEIVES),
        dead,
    )


def _queue(sqs: SqsDouble, name: str, visibility_s: int, kept_s: int, **attributes: str) -> str:
    known = {"VisibilityTimeout": str(visibility_s), "MessageRetentionPeriod": str(kept_s), **attributes}
    url: str = sqs.create_queue(QueueName=f"router-{name}", Attributes=known)["QueueUrl"]
    return url


class EventSource:
    """What Lambda's event source does with one queue: receive, hand over, delete what is done.

    Args:
        sqs: SQS.
        url: The queue.
    """

    def __init__(self, sqs: SqsDouble, url: str) -> None:
        self._sqs, self.url, self._arn = sqs, url, arn_of(url)

    def receive(self, most: int = 10) -> list[Received]:
        """Return what one call receives."""
        reply = self._sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=most)
        return [
            Received(
                message["MessageId"],
                message["ReceiptHandle"],
                self._arn,
                message["Body"],
                int(message["Attributes"]["ApproximateReceiveCount"]),
            )
            for message in reply.get("Messages", [])
        ]

    def receive_one(self) -> Received | None:
        """Return the next message, if there is one."""
        return next(iter(self.receive(1)), None)

    def delete(self, message: Received) -> None:
        """Take a message off the queue."""
        self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message.receipt_handle)

    def next_visible_ms(self) -> float | None:
        """Return when a message can be received; None for never."""
        return self._sqs.next_visible_ms(self.url)


def event_of(messages: Sequence[Received]) -> dict[str, Any]:
    """Return the event that Lambda makes of messages.

    Source: the Lambda developer guide, "Using Lambda with Amazon SQS".
    """
    return {
        "Records": [
            {
                "messageId": message.message_id,
                "receiptHandle": message.receipt_handle,
                "body": message.body,
                "attributes": {"ApproximateReceiveCount": str(message.receive_count)},
                "eventSourceARN": message.source_arn,
                "eventSource": "aws:sqs",
            }
            for message in messages
        ]
    }


def failures_in(answer: Any) -> list[str]:
    """Return the ids of the messages that a function's answer leaves on the queue."""
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
