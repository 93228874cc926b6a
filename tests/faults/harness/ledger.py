"""What the store says when all is over: every ticket's record, and every alert's delivery, into the journal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TypeVar

from tests.faults.harness.journal import Journal, Kind
from tests.faults.harness.wiring import outcome_of
from ticketrouter.adapters.redis_store import RedisClient, RedisDeliveries, RedisTicketStore
from ticketrouter.domain.alert import Alert, Destination
from ticketrouter.domain.errors import CacheUnavailableError
from ticketrouter.domain.record import TicketRecord
from ticketrouter.ports import Clock

_AT_ONCE = 200  # tickets a round trip
TRIES = 60

Argument = TypeVar("Argument")
Answer = TypeVar("Answer")


def read_out(journal: Journal, redis_url: str, clock: Clock, destinations: Sequence[Destination]) -> None:
    """Note what became of every ticket that a client has an answer about, and of its alerts."""
    redis = RedisClient(redis_url, clock)
    store, deliveries = RedisTicketStore(redis), RedisDeliveries(redis)
    fallbacks = {each.id: each.fallback for each in destinations}
    now_ms = clock.monotonic_ms()
    names = dict.fromkeys(event["ticket_id"] for event in journal.of(Kind.ANSWERED) if event["status"] == 202)
    for ids in _chunks(names):
        finals = [one for one in _patiently(store.get_many, ids) if one is not None and one.state.is_final]
        for record in finals:
            journal.note(Kind.FINAL, now_ms, **outcome_of(record))
            _note_due(journal, record, fallbacks, now_ms)
        for found in _patiently(deliveries.of_tickets, finals):
            for delivery in found:
                journal.note(
                    Kind.DELIVERY,
                    now_ms,
                    webhook_id=delivery.alert.webhook_id,
                    status=delivery.status.value,
                    told_by=_in_digest(delivery.alert, delivery.digest_id) if delivery.digest_id else "",
                )
    redis.close()


def _patiently(read: Callable[[Argument], Answer], argument: Argument) -> Answer:
    """Ask until Redis answers: it may be reading what it kept, and this machine may be busy."""
    for _ in range(TRIES):
        try:
            return read(argument)
        except CacheUnavailableError:
            time.sleep(0.5)
    return read(argument)


def _note_due(journal: Journal, record: TicketRecord, fallbacks: dict[str, str], now_ms: float) -> None:
    for alert in record.alerts:
        fallback = fallbacks.get(alert.destination, "")
        journal.note(
            Kind.ALERT_DUE,
            now_ms,
            ticket_id=record.item.ticket.ticket_id,
            webhook_id=alert.webhook_id,
            fallback_id=_at_fallback(alert, fallback).webhook_id if fallback else "",
        )


def _at_fallback(alert: Alert, fallback: str) -> Alert:
    return replace(alert, destination=fallback, fallback_for=alert.destination)


def _in_digest(alert: Alert, digest_id: str) -> str:
    """Return the webhook id of a digest that tells an alert."""
    return replace(alert, ticket_id=digest_id, epoch=1, incident=None).webhook_id


def _chunks(names: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(names)
    while chunk := list(islice(rest, _AT_ONCE)):
        yield chunk
