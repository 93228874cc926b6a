"""A router in memory with something of everything in it, so that an attack finds what it names."""

from __future__ import annotations

from tests.event_stage import MemoryStage
from tests.incident_twins import unite
from ticketrouter.adapters.memory import MemoryClaims, MemoryScorer
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.record import DeadLetter
from ticketrouter.domain.status import Lane
from ticketrouter.domain.ticket import Ticket


def small_world(*, incident: bool = False) -> MemoryStage:
    """Return a stage that holds an accepted and a failed ticket, dead letters and, as it takes time, an incident."""
    stage = MemoryStage(MemoryScorer({"down": 0.95}))
    now_ms = stage.clock.now_ms()
    items = [
        WorkItem(Ticket(f"T-{n}", "Nobody can log in.", customer="acme"), Lane.EXPRESS, 0.9, now_ms) for n in (1, 2)
    ]
    claims = MemoryClaims(stage.state)
    claims.confirm(claims.claim(items, key_id="dev", token="claim"))
    stage.store.fail(items[1], "poison")
    stage.letters.keep(DeadLetter("m", "malformed-message", now_ms, body="{", source="arn:aws:sqs:::alerts"))
    if incident:
        unite(stage.incidents, now_ms)
    return stage
