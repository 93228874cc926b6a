"""SQS event sources: takes messages from a queue, invokes the function, deletes what is done.

Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from local.aws import AwsClient, AwsError
from local.plan import EventSourceMapping
from local.runtime import Result
from local.sqs_limits import LONG_POLL_S, MAX_PER_RECEIVE

Message = dict[str, Any]
_RETRY_S = 1.0
_log = logging.getLogger(__name__)


class Poller:
    """Serves one event source mapping with a number of loops; each handles one batch at a time."""

    def __init__(
        self,
        mapping: EventSourceMapping,
        aws: AwsClient,
        invoke: Callable[[bytes], Awaitable[Result]],
        *,
        free_processes: int,
    ) -> None:
        """Prepare.

        Args:
            mapping: What to serve.
            aws: The emulator.
            invoke: Runs the function once.
            free_processes: How many batches can run at once; more loops would only let messages age unseen.
        """
        self._mapping, self._aws, self._invoke = mapping, aws, invoke
        self._loops_count = min(free_processes, mapping.maximum_concurrency or free_processes)
        self._loops: list[asyncio.Task[None]] = []
        self._in_work: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin to poll."""
        self._loops = [asyncio.create_task(self._poll()) for _ in range(self._loops_count)]

    async def stop(self, grace_s: float = 1.0) -> None:
        """Take no more messages; let batches in work finish."""
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        if self._in_work:
            await asyncio.wait(self._in_work, timeout=grace_s)

    async def _poll(self) -> None:
        while True:
            try:
                if batch := await self._next_batch():
                    work = asyncio.create_task(self._process(batch))
                    self._in_work.add(work)
                    work.add_done_callback(self._in_work.discard)
                    await asyncio.shield(work)  # a stop ends the polling, not the batch
            except AwsError as error:
                _log.warning("polling %s: %s", self._mapping.queue.name, error)
                await asyncio.sleep(_RETRY_S)

    async def _next_batch(self) -> list[Message]:
        """Receive until the batch is full or the window, which opens with the first message, is over."""
        batch = await self._receive(self._mapping.batch_size, LONG_POLL_S)
        closes_at = time.monotonic() + self._mapping.window_s
        while batch and self._mapping.window_s and (missing := self._mapping.batch_size - len(batch)):
            left_s = closes_at - time.monotonic()
            if left_s <= 0:
                break
            # A long poll counts whole seconds, so the last second of a window is spent on short ones.
            more = await self._receive(missing, int(left_s))
            if not more and left_s < 1:
                await asyncio.sleep(min(left_s, 0.1))
            batch += more
        return batch

    async def _receive(self, count: int, wait_s: int) -> list[Message]:
        answer = await self._aws.call(
            "sqs",
            "ReceiveMessage",
            QueueUrl=self._mapping.queue.url,
            MaxNumberOfMessages=min(count, MAX_PER_RECEIVE),
            WaitTimeSeconds=wait_s,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages: list[Message] = answer.get("Messages", [])
        return messages

    async def _process(self, batch: list[Message]) -> None:
        region = self._mapping.queue.arn.split(":")[3]
        records = [to_record(message, self._mapping.queue.arn, region) for message in batch]
        result = await self._invoke(json.dumps({"Records": records}).encode())
        done = self._succeeded(batch, result)
        for part in _in_tens(done):
            entries = [{"Id": str(i), "ReceiptHandle": it["ReceiptHandle"]} for i, it in enumerate(part)]
            await self._aws.call("sqs", "DeleteMessageBatch", QueueUrl=self._mapping.queue.url, Entries=entries)

    def _succeeded(self, batch: list[Message], result: Result) -> list[Message]:
        name = self._mapping.queue.name
        if result.failed:
            _log.warning(
                "%s: a batch of %d failed: %s", name, len(batch), result.payload.decode(errors="replace")[:300]
            )
            return []
        if not self._mapping.report_batch_item_failures:
            return batch
        failed = failed_ids(result.payload, {message["MessageId"] for message in batch})
        if failed is None:
            _log.warning("%s: an unreadable batch response, all %d messages stay", name, len(batch))
            return []
        return [message for message in batch if message["MessageId"] not in failed]


def to_record(message: Message, queue_arn: str, region: str) -> dict[str, Any]:
    """Write a received message as Lambda does in an SQS event."""
    attributes = message.get("MessageAttributes", {})
    record = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {name: _to_attribute(attribute) for name, attribute in attributes.items()},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": region,
    }
    if "MD5OfMessageAttributes" in message:
        record["md5OfMessageAttributes"] = message["MD5OfMessageAttributes"]
    return record


def _to_attribute(attribute: dict[str, Any]) -> dict[str, Any]:
    values = {name[0].lower() + name[1:]: value for name, value in attribute.items()}
    return {**values, "stringListValues": [], "binaryListValues": []}


def failed_ids(payload: bytes, known: set[str]) -> set[str] | None:
    """Read `batchItemFailures`.

    Args:
        payload: The function's answer.
        known: Ids of the batch.

    Returns:
        Ids of the messages that stay; None where Lambda takes the whole batch as failed: not JSON, an id that is
        empty, null or not of this batch. No answer, null or an empty list is a complete success.
    """
    try:
        answer = json.loads(payload) if payload.strip() else None
    except ValueError:
        return None
    if answer is None:
        return set()
    if not isinstance(answer, dict):
        return None
    failures = answer.get("batchItemFailures") or []
    if not isinstance(failures, list):
        return None
    ids = {item.get("itemIdentifier") if isinstance(item, dict) else None for item in failures}
    return {str(each) for each in ids} if ids <= known else None


def _in_tens(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    for start in range(0, len(messages), MAX_PER_RECEIVE):
        yield messages[start : start + MAX_PER_RECEIVE]
