"""The handlers alone, in this process, one at a time: how many a second one core does, and what each costs elsewhere.

Real Redis, the real model and the deployed handlers with logs and metrics; queues and the webhook in memory.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redis import Redis

from local.benchmarks.handlers import Context, ingest_handler, sqs_event, worker_handler
from local.load.redis_meter import MeteredClient, used_by
from local.load.samples import percentiles
from local.load.tickets import ticket_bodies
from ticketrouter.adapters.redis_store import keys
from ticketrouter.domain.status import Lane

if TYPE_CHECKING:
    from ticketrouter.adapters.redis_store import RedisClient
    from ticketrouter.domain.alert import Alert
    from ticketrouter.telemetry import Handler

_WARM_UP = 50
_LINE_BYTES = 26  # that CloudWatch counts for a line beside its own. Source: docs/logs.md
_BATCH = 10
_SIGNING_KEY = "whsec_" + base64.b64encode(bytes(32)).decode()
Event = dict[str, Any]


class _CountingStream(io.TextIOBase):
    """Takes log lines and keeps their size alone."""

    def __init__(self) -> None:
        self.counted_bytes = 0

    def write(self, text: str) -> int:
        self.counted_bytes += len(text.encode()) + _LINE_BYTES * text.count("\n")
        return len(text)


@contextlib.contextmanager
def _counted_logs() -> Iterator[_CountingStream]:
    from ticketrouter.telemetry import logger

    stream = _CountingStream()
    with contextlib.redirect_stdout(stream):
        logger.registered_handler.setStream(stream)  # type: ignore[attr-defined]
        yield stream


def measure(root: Path, redis_url: str, *, tickets: int, seed: int) -> dict[str, Any]:
    """Send tickets through ingest, worker (in tens, then alone) and dispatcher; return what each takes."""
    from ticketrouter.adapters.memory import MemoryAlertQueue, MemoryWorkQueue
    from ticketrouter.adapters.system import SystemClock

    client = MeteredClient(redis_url, SystemClock())
    redis = Redis.from_url(redis_url)
    queue, alerts = MemoryWorkQueue(), MemoryAlertQueue()
    posts = [_post(root, body) for body in islice(ticket_bodies(root, seed=seed, prefix="load"), tickets)]
    with _counted_logs() as logs:
        meter = _Meter(redis, client, logs)
        figures: dict[str, Any] = {"ingest": meter.run(ingest_handler(client, queue), posts)}
        worker = worker_handler(root, client, alerts)
        messages = [item.to_json() for item in queue.sent]
        half = tickets // 2 // _BATCH * _BATCH
        tens = [sqs_event(messages[at : at + _BATCH]) for at in range(0, half, _BATCH)]
        alone = [sqs_event([message]) for message in messages[half:]]
        figures["worker_in_tens"] = meter.run(worker, tens, per_event=_BATCH, warm_up=_WARM_UP // _BATCH)
        figures["worker_alone"] = meter.run(worker, alone)
        figures["dispatcher"] = meter.run(_dispatcher(client), [_alert_event(alert) for alert in alerts.sent])
    figures |= {
        "tickets": tickets,
        "alerts_per_ticket": round(len(alerts.sent) / tickets, 3),
        "express_share": round(sum(item.lane is Lane.EXPRESS for item in queue.sent) / tickets, 3),
        "kept_bytes": _kept_bytes(redis, tickets),
    }
    redis.close()
    return figures


def _kept_bytes(redis: Redis, tickets: int) -> dict[str, int]:
    """Return what Redis keeps for a ticket: all of it, and the lists that share one slot."""
    lists = sum(int(redis.memory_usage(key, samples=0) or 0) for key in keys.TICKET_LISTS)
    used = int(redis.info("memory")["used_memory_dataset"])
    vector = int(redis.memory_usage(keys.WINDOW, samples=0) or 0) / max(1, int(redis.xlen(keys.WINDOW)))
    return {"all": round(used / tickets), "ticket_lists": round(lists / tickets), "vector": round(vector)}


class _Meter:
    """Times calls of a handler, with what they do to Redis and the logs."""

    def __init__(self, redis: Redis, client: MeteredClient, logs: _CountingStream) -> None:
        self._redis, self._client, self._logs = redis, client, logs

    def run(
        self, handler: Handler, events: Sequence[Event], *, per_event: int = 1, warm_up: int = _WARM_UP
    ) -> dict[str, Any]:
        """Call it for each event; the first ones do not count, and the last quarter only tells scripts apart.

        Args:
            handler: What is called.
            events: Each with new tickets.
            per_event: Tickets, or alerts, in each.
            warm_up: How many events do not count.
        """
        for event in events[:warm_up]:
            _succeed(handler(event, Context()))
        end = warm_up + (len(events) - warm_up) * 3 // 4
        durations: list[float] = []
        spent: list[float] = []  # wall and CPU seconds
        logged: list[int] = []

        def work() -> None:
            logged_before, wall_s, cpu_s = self._logs.counted_bytes, time.perf_counter(), time.process_time()
            for event in events[warm_up:end]:
                before = time.perf_counter()
                _succeed(handler(event, Context()))
                durations.append((time.perf_counter() - before) * 1000)
            spent.extend((time.perf_counter() - wall_s, time.process_time() - cpu_s))
            logged.append(self._logs.counted_bytes - logged_before)

        def again() -> None:
            for event in events[end:]:
                _succeed(handler(event, Context()))

        use = used_by(self._redis, self._client, work, again)
        units, (wall_s, cpu_s) = (end - warm_up) * per_event, spent
        return {
            "units": units,
            "per_s": round(units / wall_s, 1),
            "per_s_per_core": round(units / cpu_s, 1),
            "cpu_ms": round(cpu_s * 1000 / units, 3),
            "invocation": percentiles(durations).as_json(),
            "log_bytes": round(logged[0] / units),
            "redis": use.per(units),
        }


def _succeed(answer: Event) -> None:
    if answer.get("statusCode", 202) != 202 or answer.get("batchItemFailures"):
        raise RuntimeError(f"a handler answered {answer}")


def _post(root: Path, body: Event) -> Event:
    event: Event = json.loads((root / "events" / "ingest" / "minimal.json").read_text(encoding="utf-8"))
    return {**event, "body": json.dumps(body)}


def _alert_event(alert: Alert) -> Event:
    from ticketrouter.domain.message import alert_to_json

    return sqs_event([alert_to_json(alert)])


def _dispatcher(client: RedisClient) -> Handler:
    from functions.dispatcher.handler import make_handler
    from ticketrouter.adapters import memory
    from ticketrouter.adapters.redis_store import (
        RedisBudgets,
        RedisDeadLetters,
        RedisDeliveries,
        RedisDestinationHealth,
    )
    from ticketrouter.adapters.system import SystemClock, SystemRandomness
    from ticketrouter.domain.alert import Destination, DestinationSecret
    from ticketrouter.usecases.dispatcher import Dispatcher

    secret = DestinationSecret("https://hooks.example.com/x", signing_keys=(_SIGNING_KEY,))
    return make_handler(
        dispatcher=Dispatcher(
            deliveries=RedisDeliveries(client),
            budgets=RedisBudgets(client),
            destinations=memory.MemoryDestinations([Destination("bench", hourly_budget=1_000_000)]),
            secrets=memory.MemoryDestinationSecrets({"bench": secret}),
            health=RedisDestinationHealth(client),
            sender=memory.MemoryWebhookSender(),
            alerts=memory.MemoryAlertQueue(),
            dead_letters=RedisDeadLetters(client),
            visibility=memory.MemoryVisibility(),
            clock=SystemClock(),
            randomness=SystemRandomness(),
        )
    )
