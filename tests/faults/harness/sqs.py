"""A double of SQS at the level of the boto3 client: at any depth and on any clock, and with its bad days.

The emulators slow down with their depth and know no other clock than the wall's. It passes the contract suite that they
pass (tests/contract/test_queues_contract.py, test_sqs_contract.py). What SQS may do on top, it does on demand: hand a
message out again though it was deleted, change the order, not say what became of a send.
Source: the SQS developer guide, "visibility timeout", "at-least-once delivery", "dead-letter queues", "message quotas".
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from random import Random
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from tests.faults.harness.sqs_messages import Message, Messages
from ticketrouter.ports import Clock

ACCOUNT, REGION = "123456789012", "eu-central-1"
ADDRESS = f"https://sqs.{REGION}.amazonaws.com"
# Source: the SQS developer guide, "message quotas".
MAX_ENTRIES, MAX_BYTES, MAX_DELAY_S, MAX_VISIBILITY_S = 10, 1_048_576, 900, 43_200
_DEFAULTS = {"VisibilityTimeout": "30", "MessageRetentionPeriod": "345600", "DelaySeconds": "0"}
_MISSING_QUEUE = "AWS.SimpleQueueService.NonExistentQueue"

Reply = dict[str, Any]


def arn_of(url: str) -> str:
    """Return the ARN of a queue, by its URL."""
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{url.rsplit('/', 1)[-1]}"


class SqsDouble:
    """A boto3 client for SQS, and SQS behind it.

    Args:
        clock: Time.
        chance: Decides which messages and sends fare badly.
        copies: Share of receptions after which the message is there still, whatever its receiver does.
        unknown: Share of sends that end in a time-out; every other one of them was taken all the same.
        spread: By how many places a message may be overtaken.

    Attributes:
        down: Nobody answers.
        sent: How many messages were taken.
        taken: Called with queue and body of each message that was taken.
        unknown_sends: How many sends ended in a time-out.
    """

    def __init__(
        self, clock: Clock, chance: Random, *, copies: float = 0.0, unknown: float = 0.0, spread: int = 0
    ) -> None:
        self._clock, self._chance = clock, chance
        self._copies, self._unknown, self._spread = copies, unknown, spread
        self._queues: dict[str, Messages] = {}
        self._attributes: dict[str, dict[str, str]] = {}
        self._lock = threading.RLock()
        self.sent = 0
        self.down = False
        self.taken: Callable[[str, str], None] = lambda url, body: None
        self.unknown_sends = 0

    # --- the client's methods ----------------------------------------------------------------------------------------

    def create_queue(self, *, QueueName: str, Attributes: Mapping[str, str] | None = None) -> Reply:
        """Make a queue; one of this name that is there stays as it is."""
        with self._answering():
            url = f"{ADDRESS}/{ACCOUNT}/{QueueName}"
            if url not in self._queues:
                self._queues[url] = Messages(self._chance, self._spread)
                self._attributes[url] = {**_DEFAULTS, **(Attributes or {}), "QueueArn": arn_of(url)}
            return {"QueueUrl": url}

    def delete_queue(self, *, QueueUrl: str) -> Reply:
        """Take a queue away, with all that is in it."""
        with self._answering():
            self._queue(QueueUrl, "DeleteQueue")
            del self._queues[QueueUrl], self._attributes[QueueUrl]
            return {}

    def get_queue_attributes(self, *, QueueUrl: str, AttributeNames: Sequence[str] = ()) -> Reply:
        """Return what is known of a queue; its counts are exact here."""
        with self._answering():
            counts = self._queue(QueueUrl, "GetQueueAttributes").counts(self._now_ms())
            known = {
                **self._attributes[QueueUrl],
                "ApproximateNumberOfMessages": str(counts.visible),
                "ApproximateNumberOfMessagesNotVisible": str(counts.in_flight),
                "ApproximateNumberOfMessagesDelayed": str(counts.delayed),
            }
            asked = known if "All" in AttributeNames else {name: known[name] for name in AttributeNames}
            return {"Attributes": asked} if asked else {}

    def send_message(self, *, QueueUrl: str, MessageBody: str, DelaySeconds: int | None = None) -> Reply:
        """Queue a message."""
        with self._answering():
            self._queue(QueueUrl, "SendMessage")
            _check_bytes([MessageBody], "SendMessage", "InvalidParameterValue")
            with self._outcome_unknown():
                return self._put(QueueUrl, MessageBody, DelaySeconds)

    def send_message_batch(self, *, QueueUrl: str, Entries: Sequence[Mapping[str, Any]]) -> Reply:
        """Queue up to ten messages."""
        with self._answering():
            self._queue(QueueUrl, "SendMessageBatch")
            _check_entries(Entries, "SendMessageBatch")
            bodies = [entry["MessageBody"] for entry in Entries]
            _check_bytes(bodies, "SendMessageBatch", "AWS.SimpleQueueService.BatchRequestTooLong")
            with self._outcome_unknown():
                taken = [
                    {"Id": entry["Id"], **self._put(QueueUrl, entry["MessageBody"], entry.get("DelaySeconds"))}
                    for entry in Entries
                ]
                return {"Successful": taken}

    def receive_message(
        self, *, QueueUrl: str, MaxNumberOfMessages: int = 1, VisibilityTimeout: int | None = None, **_: Any
    ) -> Reply:
        """Hand out messages that are visible, and hide them; those received too often become dead letters."""
        with self._answering():
            queue, known = self._queue(QueueUrl, "ReceiveMessage"), self._attributes[QueueUrl]
            now_ms = self._now_ms()
            oldest_ms = now_ms - int(known["MessageRetentionPeriod"]) * 1_000
            hidden_s = int(known["VisibilityTimeout"]) if VisibilityTimeout is None else VisibilityTimeout
            policy = json.loads(known.get("RedrivePolicy", "{}"))
            given: list[Reply] = []
            while len(given) < MaxNumberOfMessages and (message := queue.take(now_ms, oldest_ms)) is not None:
                if policy and message.receives >= int(policy["maxReceiveCount"]):
                    self._bury(queue, message, policy["deadLetterTargetArn"], now_ms)
                    continue
                copied = self._chance.random() < self._copies if self._copies else False
                given.append(queue.hand_out(message, now_ms, hidden_s, stays=copied))
            return {"Messages": given} if given else {}

    def change_message_visibility(self, *, QueueUrl: str, ReceiptHandle: str, VisibilityTimeout: int) -> Reply:
        """Hide a message for so long from now on."""
        with self._answering():
            queue = self._queue(QueueUrl, "ChangeMessageVisibility")
            if not 0 <= VisibilityTimeout <= MAX_VISIBILITY_S:
                raise _refusal("InvalidParameterValue", "ChangeMessageVisibility")
            if not queue.hide(ReceiptHandle, self._now_ms(), VisibilityTimeout):
                raise _refusal("AWS.SimpleQueueService.MessageNotInflight", "ChangeMessageVisibility")
            return {}

    def delete_message(self, *, QueueUrl: str, ReceiptHandle: str) -> Reply:
        """Take a message off its queue; with a receipt that is not its newest, nothing happens, as SQS allows."""
        with self._answering():
            self._queue(QueueUrl, "DeleteMessage").delete(ReceiptHandle, self._now_ms())
            return {}

    def delete_message_batch(self, *, QueueUrl: str, Entries: Sequence[Mapping[str, Any]]) -> Reply:
        """Take up to ten messages off their queue."""
        with self._answering():
            queue = self._queue(QueueUrl, "DeleteMessageBatch")
            _check_entries(Entries, "DeleteMessageBatch")
            for entry in Entries:
                queue.delete(entry["ReceiptHandle"], self._now_ms())
            return {"Successful": [{"Id": entry["Id"]} for entry in Entries]}

    def close(self) -> None:
        """Nothing is open."""

    # --- what no client can do ---------------------------------------------------------------------------------------

    def send_at(self, url: str, body: str, at_ms: float) -> None:
        """Queue a message that appears at a time of the clock's `monotonic_ms`."""
        with self._lock:
            self._add(url, body, at_ms, max(at_ms, self._now_ms()))

    def next_visible_ms(self, url: str) -> float | None:
        """Return when a message of the queue can be received, in the clock's `monotonic_ms`; None for never."""
        with self._lock:
            return self._queues[url].next_visible_ms(self._now_ms())

    def purge(self, url: str) -> None:
        """Lose everything that a queue holds."""
        with self._lock:
            self._queues[url] = Messages(self._chance, self._spread)

    def bodies(self, url: str) -> Iterator[str]:
        """Return what the queue holds, seen or not."""
        with self._lock:
            return iter([message.body for message in self._queues[url].all()])

    def depth(self, url: str) -> int:
        """Return how many messages the queue holds, seen or not."""
        return len(self._queues[url])

    def most_receives(self, url: str) -> int:
        """Return how often the message that was received most often was."""
        return self._queues[url].most_receives

    def expired(self, url: str) -> int:
        """Return how many messages outlived the queue's retention: SQS deletes them and tells nobody."""
        return self._queues[url].expired

    # --- behind them -------------------------------------------------------------------------------------------------

    @contextmanager
    def _answering(self) -> Iterator[None]:
        with self._lock:
            if self.down:
                raise EndpointConnectionError(endpoint_url=ADDRESS)
            yield

    @contextmanager
    def _outcome_unknown(self) -> Iterator[None]:
        """Let a share of sends end in a time-out, before or after the message is taken."""
        lost = bool(self._unknown) and self._chance.random() < self._unknown
        if lost:
            self.unknown_sends += 1
            if self.unknown_sends % 2:
                raise ReadTimeoutError(endpoint_url=ADDRESS)
        yield
        if lost:
            raise ReadTimeoutError(endpoint_url=ADDRESS)

    def _put(self, url: str, body: str, delay_s: int | None) -> Reply:
        seconds = int(self._attributes[url]["DelaySeconds"]) if delay_s is None else delay_s
        if not 0 <= seconds <= MAX_DELAY_S:
            raise _refusal("InvalidParameterValue", "SendMessage")
        return {
            "MessageId": self._add(url, body, self._now_ms() + seconds * 1_000, self._now_ms()),
            "MD5OfMessageBody": hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
        }

    def _add(self, url: str, body: str, at_ms: float, sent_ms: float) -> str:
        self.sent += 1
        message_id = f"m{self.sent}"
        self._queues[url].add(Message(message_id, body, sent_ms), at_ms, self._now_ms())
        self.taken(url, body)
        return message_id

    def _bury(self, queue: Messages, message: Message, target_arn: str, now_ms: float) -> None:
        """Move a message to the dead-letter queue; it keeps its id and its age, and its receptions start anew."""
        queue.remove(message)
        (target,) = (url for url in self._queues if arn_of(url) == target_arn)
        self._queues[target].add(Message(message.id, message.body, sent_ms=message.sent_ms), now_ms, now_ms)

    def _queue(self, url: str, operation: str) -> Messages:
        if url not in self._queues:
            raise _refusal(_MISSING_QUEUE, operation)
        return self._queues[url]

    def _now_ms(self) -> float:
        return self._clock.monotonic_ms()


def _check_entries(entries: Sequence[Mapping[str, Any]], operation: str) -> None:
    if not entries:
        raise _refusal("AWS.SimpleQueueService.EmptyBatchRequest", operation)
    if len(entries) > MAX_ENTRIES:
        raise _refusal("AWS.SimpleQueueService.TooManyEntriesInBatchRequest", operation)
    if len({entry["Id"] for entry in entries}) < len(entries):
        raise _refusal("AWS.SimpleQueueService.BatchEntryIdsNotDistinct", operation)


def _check_bytes(bodies: Sequence[str], operation: str, code: str) -> None:
    if sum(len(body.encode()) for body in bodies) > MAX_BYTES or not all(bodies):
        raise _refusal(code, operation)


def _refusal(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "refused by the double"}}, operation)
