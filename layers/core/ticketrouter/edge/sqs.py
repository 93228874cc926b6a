"""SQS events of Lambda: records to messages, failures to the answer that keeps them on the queue.

Source: the Lambda developer guide, "Using Lambda with Amazon SQS" (event shape, `batchItemFailures`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ticketrouter.domain.message import Received


def received(event: Mapping[str, Any]) -> list[Received]:
    """Return the messages of an SQS event, in its order."""
    return [
        Received(
            message_id=record["messageId"],
            receipt_handle=record["receiptHandle"],
            source_arn=record["eventSourceARN"],
            body=record["body"],
            receive_count=int(record.get("attributes", {}).get("ApproximateReceiveCount", "1")),
        )
        for record in event["Records"]
    ]


def batch_item_failures(message_ids: Iterable[str]) -> dict[str, list[dict[str, str]]]:
    """Return the answer that leaves these messages, and no other, on the queue."""
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in dict.fromkeys(message_ids)]}
