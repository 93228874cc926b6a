"""SQS events of Lambda: records to messages, failures to the answer that keeps them on the queue.

Source: the Lambda developer guide, "Using Lambda with Amazon SQS" (event shape, `batchItemFailures`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ticketrouter.domain.errors import MalformedMessageError
from ticketrouter.domain.message import Received


def received(event: Mapping[str, Any]) -> list[Received]:
    """Return the messages of an SQS event, in its order.

    Whatever else a record lacks, its message is one that nobody can read, and no reason to send its mates back.

    Raises:
        MalformedMessageError: No event of SQS: a record has no id, and so could not be named in the answer. Lambda
            then keeps the whole batch.
    """
    records = event.get("Records") if isinstance(event, Mapping) else None
    if not isinstance(records, list) or not all(map(_has_id, records)):
        raise MalformedMessageError("not an event of SQS: each record needs a messageId")
    return [
        Received(
            message_id=record["messageId"],
            receipt_handle=str(record.get("receiptHandle", "")),
            source_arn=str(record.get("eventSourceARN", "")),
            body=_text(record.get("body")),
            receive_count=_receive_count(record.get("attributes")),
        )
        for record in records
    ]


def _has_id(record: Any) -> bool:
    return isinstance(record, Mapping) and isinstance(record.get("messageId"), str)


def _text(body: Any) -> str:
    return body if isinstance(body, str) else json.dumps(body)


def _receive_count(attributes: Any) -> int:
    text = str(attributes.get("ApproximateReceiveCount")) if isinstance(attributes, Mapping) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def batch_item_failures(message_ids: Iterable[str]) -> dict[str, list[dict[str, str]]]:
    """Return the answer that leaves these messages, and no other, on the queue."""
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in dict.fromkeys(message_ids)]}
