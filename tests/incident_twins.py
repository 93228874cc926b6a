"""The search for incidents over twins in memory, as tests and the stage of events need it."""

from __future__ import annotations

from ticketrouter.adapters.memory import (
    MemoryIncidents,
    MemoryNeighbours,
    MemoryRandomness,
    MemoryState,
    MemoryTicketStore,
    MemoryVectorLog,
)
from ticketrouter.domain.joiner import Joiner, Neighbour
from ticketrouter.ports import AlertQueue, Incidents
from ticketrouter.ports.incidents import Neighbours
from ticketrouter.usecases.incidents import Closing, Grouping


def grouping(state: MemoryState, incidents: Incidents | None = None, neighbours: Neighbours | None = None) -> Grouping:
    """Make a search that shares its memory with other twins."""
    return Grouping(
        log=MemoryVectorLog(state),
        neighbours=neighbours or MemoryNeighbours(0.4),
        incidents=incidents or MemoryIncidents(state),
        randomness=MemoryRandomness(),
        close_similarity=0.55,
    )


def closing(state: MemoryState, alerts: AlertQueue, incidents: Incidents | None = None) -> Closing:
    """Make the end of incidents beside it."""
    return Closing(
        incidents=incidents or MemoryIncidents(state),
        log=MemoryVectorLog(state),
        store=MemoryTicketStore(state),
        alerts=alerts,
        clock=state.clock,
        quiet_s=900,
    )


def unite(incidents: Incidents, now_ms: int, prefix: str = "i") -> str:
    """Make eleven urgent tickets one incident; return its id."""
    neighbours = [Neighbour(f"{prefix}-{n}", 0.9) for n in range(11)]
    for n in range(11):
        found = tuple(neighbours[:n])
        group_id = f"inc_{prefix * 26}"
        ticket = Joiner(
            f"{prefix}-{n}", group_id, "Legal", 0.9, True, now_ms + n, "Nobody can pay", ("oncall",), found, n
        )
        (joined,) = incidents.join([ticket])
    return joined.incident.id
