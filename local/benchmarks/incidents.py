"""The search for incidents alone, with 10,000 vectors in the window, on a real Redis.

Vectors are random: what is measured does not depend on what they say, but for how many are alike. A tenth of them
are, as in a storm.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from functools import partial

import numpy as np

from local.benchmarks import Row, latency_row
from local.benchmarks.services import Services
from ticketrouter.adapters.redis_store import RedisClient, RedisIncidents, RedisVectorLog
from ticketrouter.adapters.similarity import MatrixNeighbours
from ticketrouter.adapters.system import SystemClock, SystemRandomness
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.record import Outcome
from ticketrouter.domain.score import Score
from ticketrouter.domain.status import Lane
from ticketrouter.domain.ticket import Ticket
from ticketrouter.ports import Clock, Embedded
from ticketrouter.usecases.incidents import Grouping

VECTORS = 10_000
DIMENSIONS = 384
BATCH = 10
BATCHES = 100
STORM_SHARE = 0.1  # of the tickets tell of one incident
SIMILARITY = 0.4
SEED = 7


def grouping(client: RedisClient, clock: Clock) -> Grouping:
    """Make the search as `bootstrap` does, at the defaults."""
    return Grouping(
        log=RedisVectorLog(client, clock),
        neighbours=MatrixNeighbours(similarity=SIMILARITY, window_s=300),
        incidents=RedisIncidents(client),
        randomness=SystemRandomness(),
        close_similarity=SIMILARITY,
    )


def run(services: Services) -> list[Row]:
    """Fill the window, then measure a cold load, batches, single tickets and memory."""
    clock = SystemClock()
    client = RedisClient(services.redis_url, clock)
    vectors = _vectors(VECTORS + BATCH * BATCHES + BATCHES)
    first = grouping(client, clock)
    for start in range(0, VECTORS, 100):
        first.group(_outcomes(vectors, range(start, start + 100), clock))

    cold = _timed(lambda: _load(client, clock))
    tracemalloc.start()
    second = grouping(client, clock)
    second.group(_outcomes(vectors, range(VECTORS, VECTORS + 1), clock))
    held_mb = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()

    starts = range(VECTORS + 1, VECTORS + 1 + BATCH * BATCHES - BATCH, BATCH)
    batches = [_outcomes(vectors, range(at, at + BATCH), clock) for at in starts]
    per_ticket = [_timed(partial(second.group, batch)) / BATCH for batch in batches]
    alone = range(VECTORS + BATCH * BATCHES, VECTORS + BATCH * BATCHES + BATCHES)
    singles = [_outcomes(vectors, range(at, at + 1), clock) for at in alone]
    single = [_timed(partial(second.group, one)) for one in singles]

    # Another worker has been at it meanwhile: what it put down is read by the first one.
    refresh = _timed(lambda: first.group(_outcomes(vectors, range(1), clock)))
    stored_mb = client.run([("MEMORY", "USAGE", "{incidents}:window", "SAMPLES", 0)])[0] / 1e6
    return [
        latency_row(f"incidents: a ticket in a batch of {BATCH}, {VECTORS:,} in the window", per_ticket, p50_ms=2.0),
        latency_row("incidents: a ticket that comes alone", single, p50_ms=5.0),
        Row("incidents: cold load of the window", f"{cold:.0f} ms", "<= 1,000 ms", cold <= 1_000),
        Row(f"incidents: refresh, {BATCH * BATCHES:,} behind", f"{refresh:.1f} ms", "<= 200 ms", refresh <= 200),
        Row("incidents: the window in Redis", f"{stored_mb:.1f} MB", "<= 10 MB", stored_mb <= 10),
        Row("incidents: the window in a worker", f"{held_mb:.0f} MB", "<= 64 MB", held_mb <= 64),
    ]


def _load(client: RedisClient, clock: Clock) -> None:
    grouping(client, clock).group([_outcome(Embedded("cold", bytes(DIMENSIONS - 1) + b"\x7f"), clock)])


def _vectors(count: int) -> list[bytes]:
    rng = np.random.default_rng(SEED)
    rows = rng.normal(size=(count, DIMENSIONS))
    storm = rng.normal(size=DIMENSIONS)
    rows[rng.random(count) < STORM_SHARE] += 1.5 * storm
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return [row.tobytes() for row in np.rint(rows * 127).astype(np.int8)]


def _outcomes(vectors: list[bytes], numbers: range, clock: Clock) -> list[Outcome]:
    return [_outcome(Embedded(f"bench-incident-{n}", vectors[n]), clock) for n in numbers]


def _outcome(embedded: Embedded, clock: Clock) -> Outcome:
    now_ms = clock.now_ms()
    item = WorkItem(Ticket(embedded.ticket_id, "Nobody can log in"), Lane.STANDARD, 0.9, now_ms)
    score = Score("Technical", 0.9, False, 0.95, "neutral", 0.0, (), "bench", embedding=embedded.vector)
    return Outcome(item, score, now_ms, now_ms, 1.0, False, ())


def _timed(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return (time.perf_counter() - began) * 1_000
