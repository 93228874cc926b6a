"""What query is made of: reads, the operator's actions, and the trail that they leave."""

from __future__ import annotations

from typing import Any

from ticketrouter import settings
from ticketrouter.adapters import redis_store
from ticketrouter.adapters.sqs_queue import SqsAlertQueue, SqsWorkQueue, sqs_client
from ticketrouter.adapters.system import SystemClock, SystemRandomness
from ticketrouter.ports import Destinations
from ticketrouter.usecases.audit import AuditTrail
from ticketrouter.usecases.feedback import FeedbackBook
from ticketrouter.usecases.incident_desk import IncidentDesk
from ticketrouter.usecases.live import Live
from ticketrouter.usecases.operate import Operate
from ticketrouter.usecases.query import Query
from ticketrouter.usecases.replay import Replay


def reads_and_actions(
    config: settings.QuerySettings, *, redis: redis_store.RedisClient, destinations: Destinations
) -> dict[str, Any]:
    """Build all of it; returns what query's `make_handler` takes."""
    sqs, clock, randomness = sqs_client(), SystemClock(), SystemRandomness()
    store = redis_store.RedisTicketStore(redis, record_ttl_s=config.RECORD_TTL_S, deadline_s=config.DEADLINE_S)
    views, letters = redis_store.RedisViews(redis), redis_store.RedisDeadLetters(redis)
    deliveries = redis_store.RedisDeliveries(redis, record_ttl_s=config.RECORD_TTL_S)
    queue = SqsWorkQueue(sqs, express_url=config.EXPRESS_QUEUE_URL, standard_url=config.STANDARD_QUEUE_URL)
    incidents = redis_store.RedisIncidents(redis, record_ttl_s=config.RECORD_TTL_S)
    reads = Query(
        store=store,
        views=views,
        deliveries=deliveries,
        dead_letters=letters,
        queue=queue,
        destinations=destinations,
        health=redis_store.RedisDestinationHealth(redis),
        budgets=redis_store.RedisBudgets(redis),
    )
    actions = Operate(
        store=store,
        views=views,
        dead_letters=letters,
        queue=queue,
        incidents=incidents,
        clock=clock,
        deadline_s=config.DEADLINE_S,
    )
    replay = Replay(
        deliveries=deliveries,
        destinations=destinations,
        alerts=SqsAlertQueue(sqs, config.ALERT_QUEUE_URL),
        clock=clock,
        randomness=randomness,
    )
    rows = redis_store.RedisFeedbackList(redis)
    trail = AuditTrail(audit=redis_store.RedisAuditList(redis), clock=clock, randomness=randomness)
    desk = IncidentDesk(incidents=incidents, deliveries=deliveries)
    return {
        "query": reads,
        "live": Live(query=reads, views=views, deliveries=deliveries, incidents=incidents),
        "operate": actions,
        "replay": replay,
        "desk": desk,
        "book": FeedbackBook(store=store, rows=rows, clock=clock, randomness=randomness),
        "trail": trail,
    }
