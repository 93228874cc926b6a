"""SQS: the two lanes, the alert queue, and when a failed message comes back.

A send that fails or times out may have worked all the same: its position is reported as not known to be queued, and the
ticket's id makes the repetition harmless.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ticketrouter.domain.alert import Alert
from ticketrouter.domain.errors import QueueUnavailableError
from ticketrouter.domain.message import Received, WorkItem, alert_to_json
from ticketrouter.domain.status import Lane
from ticketrouter.ports import QueueDepth

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

# Source: Amazon SQS developer guide, "Message quotas": ten entries and 1 MiB a batch, 12 hours of visibility.
MAX_ENTRIES = 10
MAX_BATCH_BYTES = 1_048_576
MAX_VISIBILITY_S = 43_200

_SENDERS = 4  # chunks of one big batch under way at once

# Two tries of at most 1 + 3 s stay within the handler's 10 s; botocore's own 60 s would not, nor would such tries one
# after the other: what was not begun when SQS first gave no answer is not begun at all.
_CONFIG = Config(
    connect_timeout=1,
    read_timeout=3,
    retries={"total_max_attempts": 2, "mode": "standard"},
    tcp_keepalive=True,
)


def sqs_client() -> SQSClient:
    """Return a client with time-outs that a request can afford; region and endpoint come from the environment."""
    return boto3.client("sqs", config=_CONFIG)


class SqsWorkQueue:
    """The two lanes.

    Args:
        client: Made by `sqs_client`.
        express_url: URL of the express queue.
        standard_url: URL of the standard queue.
    """

    def __init__(self, client: SQSClient, *, express_url: str, standard_url: str) -> None:
        self._client = client
        self._urls = {Lane.EXPRESS: express_url, Lane.STANDARD: standard_url}

    def send(self, items: Sequence[WorkItem], *, delays_s: Sequence[int] = ()) -> list[int]:
        """Send each item to its lane; return the positions of those that are not known to be queued."""
        bodies = [item.to_json() for item in items]
        failed: list[int] = []
        silent = Event()
        for lane, url in self._urls.items():
            positions = [position for position, item in enumerate(items) if item.lane is lane]
            delays = [delays_s[position] for position in positions] if any(delays_s) else ()
            unsent = _send(self._client, url, [bodies[position] for position in positions], silent, delays)
            failed += [positions[index] for index in unsent]
        return sorted(failed)

    def send_raw(self, lane: Lane, body: str, *, delay_s: int = 0) -> bool:
        """Put a body on a lane as it is; tell whether it is known to be queued."""
        return not _send(self._client, self._urls[lane], [body], Event(), [delay_s] if delay_s else ())

    def depths(self) -> dict[Lane, QueueDepth]:
        """Return what waits in each lane.

        Raises:
            QueueUnavailableError: SQS did not say.
        """
        return {lane: self._depth(url) for lane, url in self._urls.items()}

    def _depth(self, url: str) -> QueueDepth:
        try:
            attributes = self._client.get_queue_attributes(
                QueueUrl=url,
                AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
            )["Attributes"]
            return QueueDepth(
                waiting=int(attributes["ApproximateNumberOfMessages"]),
                in_flight=int(attributes["ApproximateNumberOfMessagesNotVisible"]),
            )
        except (BotoCoreError, ClientError, KeyError) as error:
            raise QueueUnavailableError("SQS did not tell its depth") from error


class SqsAlertQueue:
    """The queue to the dispatcher.

    Args:
        client: Made by `sqs_client`.
        url: URL of the queue.
    """

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, alerts: Sequence[Alert], *, delays_s: Sequence[int] = ()) -> list[int]:
        """Send alerts; return the positions of those that are not known to be queued."""
        return _send(self._client, self._url, [alert_to_json(alert) for alert in alerts], Event(), delays_s)


class SqsVisibility:
    """When a failed message comes back.

    Args:
        client: Made by `sqs_client`.
        queue_urls: URLs of the queues whose messages are delayed; the last segment is the name, as in the ARN.
    """

    def __init__(self, client: SQSClient, queue_urls: Sequence[str]) -> None:
        self._client = client
        self._urls = {url.rstrip("/").rsplit("/", 1)[-1]: url for url in queue_urls}

    def delay(self, message: Received, delay_s: int) -> None:
        """Hide the message for `delay_s` seconds from now on, or leave it the queue's own time if SQS refuses."""
        url = self._urls.get(message.source_arn.rsplit(":", 1)[-1])
        if url is None:
            return  # a queue that is not ours to delay
        try:
            self._client.change_message_visibility(
                QueueUrl=url,
                ReceiptHandle=message.receipt_handle,
                VisibilityTimeout=min(MAX_VISIBILITY_S, max(0, delay_s)),
            )
        except (BotoCoreError, ClientError):
            return  # the promise is best effort: the message comes back all the same, only later


def _send(client: SQSClient, url: str, bodies: Sequence[str], silent: Event, delays_s: Sequence[int] = ()) -> list[int]:
    """Send bodies; return the positions that are not known to be queued, ascending.

    Args:
        client: Made by `sqs_client`.
        url: URL of the queue.
        bodies: What to send.
        silent: Set once SQS gives no answer; nothing is begun from then on.
        delays_s: For each, after how long it may be received; empty for at once.
    """
    if len(bodies) == 1 and not delays_s and not silent.is_set():
        return _send_one(client, url, bodies[0], silent)
    chunks = list(_chunks(bodies))
    if len(chunks) <= 1:
        results = [_send_chunk(client, url, chunk, silent, delays_s) for chunk in chunks]
    else:
        with ThreadPoolExecutor(min(_SENDERS, len(chunks))) as pool:
            results = list(pool.map(lambda chunk: _send_chunk(client, url, chunk, silent, delays_s), chunks))
    return [position for unsent in results for position in unsent]


def _send_one(client: SQSClient, url: str, body: str, silent: Event) -> list[int]:
    try:
        client.send_message(QueueUrl=url, MessageBody=body)
    except ClientError:
        return [0]
    except BotoCoreError:
        silent.set()
        return [0]
    return []


def _chunks(bodies: Sequence[str]) -> Iterator[list[tuple[int, str]]]:
    """Cut into batches that SQS takes, each body with its position."""
    chunk: list[tuple[int, str]] = []
    chunk_bytes = 0
    for position, body in enumerate(bodies):
        body_bytes = len(body.encode())
        if chunk and (len(chunk) == MAX_ENTRIES or chunk_bytes + body_bytes > MAX_BATCH_BYTES):
            yield chunk
            chunk, chunk_bytes = [], 0
        chunk.append((position, body))
        chunk_bytes += body_bytes
    if chunk:
        yield chunk


def _send_chunk(
    client: SQSClient, url: str, chunk: Sequence[tuple[int, str]], silent: Event, delays_s: Sequence[int]
) -> list[int]:
    everything = [position for position, _ in chunk]
    if silent.is_set():
        return everything
    entries: list[SendMessageBatchRequestEntryTypeDef] = [
        {"Id": str(position), "MessageBody": body, "DelaySeconds": delays_s[position] if delays_s else 0}
        for position, body in chunk
    ]
    try:
        reply = client.send_message_batch(QueueUrl=url, Entries=entries)
    except ClientError:
        return everything
    except BotoCoreError:
        silent.set()
        return everything
    # Only what SQS names as successful is queued; `Failed` is left out of the reply when there is none.
    queued = {int(entry["Id"]) for entry in reply.get("Successful", [])}
    return [position for position in everything if position not in queued]
