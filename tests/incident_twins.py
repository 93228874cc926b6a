"""The search for incidents over twins in memory, as tests and the stage of events need it."""

from __future__ import annotations

from ticketrouter.adapters.memory import (
    MemoryIncidents,
    MemoryNeighbours,
    MemoryRandomness,
    MemoryState,
    MemoryVectorLog,
)
from ticketrouter.ports import AlertQueue, Incidents
from ticketrouter.usecases.incidents import Closing, Grouping


def grouping(state: MemoryState, incidents: Incidents | None = None) -> Grouping:
    """Make a search that shares its memory with other twins."""
    return Grouping(
        log=MemoryVectorLog(state),
        neighbours=MemoryNeighbours(),
        incidents=incidents or MemoryIncidents(state),
        randomness=MemoryRandomness(),
    )


def closing(state: MemoryState, alerts: AlertQueue, incidents: Incidents | None = None) -> Closing:
    """Make the end of incidents beside it."""
    return Closing(incidents=incidents or MemoryIncidents(state), alerts=alerts, clock=state.clock, quiet_s=900)
