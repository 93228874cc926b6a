"""The same random calls on Redis and on the twins in memory: as long as all answers are the same, what the other suites
find out on the twins is true of the scripts.

`python -m tests.faults twins` makes 120 sequences of 40 calls on the records of tickets and deliveries, and 60 on
incidents, each on a real Redis and on its twin; what differs is printed as the shortest sequence that shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from hypothesis import reject

from tests.contract.test_incidents_agree import run_incidents
from tests.faults.suite import Result
from tests.servers import redis_server
from tests.twins import run_records
from ticketrouter.adapters.memory import MemoryClaims, MemoryClock, MemoryDeliveries, MemoryState, MemoryTicketStore
from ticketrouter.adapters.redis_store import (
    RedisClaims,
    RedisClient,
    RedisDeliveries,
    RedisIncidents,
    RedisTicketStore,
)
from ticketrouter.adapters.redis_store.client import Command
from ticketrouter.adapters.system import SystemClock
from ticketrouter.domain.errors import CacheUnavailableError

RECORDS, INCIDENTS, STEPS = 120, 60, 40


class PatientClient(RedisClient):
    """Leaves a sequence half-way when a busy machine lets Redis answer too late: nobody knows what was done then."""

    def run(self, commands: Sequence[Command], **options: Any) -> list[Any]:
        try:
            return super().run(commands, **options)
        except CacheUnavailableError:
            reject()


def run(seed: int, scale: float, *, twin: Callable[[], Any] | None = None) -> Result:
    """Compare; `twin` puts a broken one in its place, to see that it shows."""
    broken, records, incidents = [], round(RECORDS * scale), round(INCIDENTS * scale)
    with redis_server() as server:
        client = PatientClient(server.url, SystemClock())

        def of_redis() -> Any:
            return SimpleNamespace(
                claims_with=lambda **limits: RedisClaims(client, **limits),
                store=RedisTicketStore(client),
                deliveries=RedisDeliveries(client),
                incidents_with=lambda **limits: RedisIncidents(client, **limits),
            )

        def attack(name: str, act: Callable[[], None]) -> None:
            try:
                act()
            except Exception as error:  # whatever hypothesis found, with the calls that led there
                notes = "\n".join(getattr(error, "__notes__", ()))
                broken.append(f"seed {seed}: Redis and its twin differ on {name}: {error!r}\n{notes}")

        attack(
            "records",
            lambda: run_records(
                of_redis, twin or twin_of_records, client,
                examples=records, steps=STEPS, chance=seed, shortest=twin is None,
            ),
        )  # fmt: skip
        if twin is None:
            attack("incidents", lambda: run_incidents(of_redis, client, examples=incidents, steps=STEPS, chance=seed))
        client.close()
    figures = {
        "sequences_on_records": records,
        "sequences_on_incidents": incidents,
        "calls": (records + incidents) * STEPS,
        "differences": len(broken),
        "seed": seed,
    }
    return Result(figures, broken)


def twin_of_records() -> Any:
    """Return claims, tickets and deliveries in memory, and their time."""
    clock = MemoryClock()
    state = MemoryState(clock)
    return SimpleNamespace(
        claims_with=lambda **limits: MemoryClaims(state, **limits),
        store=MemoryTicketStore(state),
        deliveries=MemoryDeliveries(state),
        wait_ms=lambda ms: clock.advance(ms=ms),
    )
