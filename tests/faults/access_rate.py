"""The rate of one key under fifty clients at once, each in a sandbox of its own, on one real Redis.

Lambda gives each call that runs at the same time a sandbox: fifty clients are fifty processes with a connection each.
Here they are threads with a connection each; what holds the rate is one script in Redis, which nothing interrupts.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from tests.servers import redis_server
from ticketrouter.adapters.memory import MemoryWorkQueue
from ticketrouter.adapters.redis_store import RedisClaims, RedisClient
from ticketrouter.adapters.redis_store.claims import MIN_BURST
from ticketrouter.adapters.system import SystemClock, SystemRandomness
from ticketrouter.domain.errors import RateLimitedError
from ticketrouter.domain.ticket import TicketIds
from ticketrouter.edge import http
from ticketrouter.usecases.ingest import Accepted, Draft, Ingest

CLIENTS = 50
SLOW_PER_MINUTE = 1  # the burst and, within a minute, hardly more: what is accepted can be counted exactly
QUICK_PER_MINUTE = 600
BATCH = 15  # tickets of the one who waits as long as he is told


@dataclass
class Outcome:
    """What was found."""

    figures: dict[str, Any] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def expect(self, holds: bool, sentence: str) -> None:
        if not holds:
            self.broken.append(sentence)


@dataclass
class Tally:
    """How the posts of one key ended."""

    accepted: int = 0
    bypassed: int = 0  # Redis did not answer in time: ingest goes on without it
    refused: list[tuple[int, str]] = field(default_factory=list)


def attack(seed: int, posts: int, unsafe: bool = False) -> Outcome:
    """Post from all clients at once, and see what one key gets.

    Args:
        seed: Of the tickets' ids.
        posts: How many by all clients of the key together.
        unsafe: Read and write the rate in two steps, as one would without a script: the check of this check.
    """
    outcome = Outcome()
    with redis_server() as redis:

        def sandbox(per_minute: int) -> Ingest:
            claims = RedisClaims(RedisClient(redis.url, SystemClock()), rate_limit_per_minute=per_minute)
            if unsafe:
                claims.claim = _in_two_steps(claims, redis.url)  # type: ignore[method-assign]
            return Ingest(
                claims=claims,
                queue=MemoryWorkQueue(),
                ids=TicketIds(b"secret"),
                clock=SystemClock(),
                randomness=SystemRandomness(),
            )

        _storm(outcome, sandbox, posts, seed)
        _two_sandboxes(outcome, sandbox, seed)
        _wait_as_told(outcome, sandbox, seed)
    return outcome


def _storm(outcome: Outcome, sandbox: Callable[[int], Ingest], posts: int, seed: int) -> None:
    barrier = threading.Barrier(CLIENTS + 1)
    began = time.monotonic()

    def client(number: int) -> Tally:
        ingest, tally = sandbox(SLOW_PER_MINUTE), Tally()
        barrier.wait()
        for post in range(posts // CLIENTS):
            _post(ingest, f"s{seed}-{number}-{post}", "storm", tally)
        return tally

    def bystander() -> Tally:
        ingest, tally = sandbox(SLOW_PER_MINUTE), Tally()
        barrier.wait()
        for post in range(20):
            _post(ingest, f"s{seed}-other-{post}", "other", tally)
        return tally

    with ThreadPoolExecutor(CLIENTS + 1) as pool:
        others = pool.submit(bystander)
        tallies = [each.result() for each in [pool.submit(client, number) for number in range(CLIENTS)]]
        other = others.result()
    seconds = time.monotonic() - began
    accepted, bypassed = sum(t.accepted for t in tallies), sum(t.bypassed for t in tallies)
    refused = [refusal for tally in tallies for refusal in tally.refused]
    most = MIN_BURST + int(seconds * SLOW_PER_MINUTE / 60)
    outcome.figures |= {
        "clients": CLIENTS, "posts": posts, "allowed": most, "accepted": accepted, "refused": len(refused),
        "without_redis": bypassed, "other_key_refused": len(other.refused),
    }  # fmt: skip
    outcome.expect(accepted <= most, f"{accepted} tickets of one key were accepted, {most} are allowed")
    outcome.expect(accepted >= min(MIN_BURST, posts) - bypassed, f"{accepted} accepted, though {MIN_BURST} were free")
    outcome.expect(all(status == 429 and wait.isdigit() and 1 <= int(wait) <= 60 for status, wait in refused),
                   f"refusals that are no 429 with a Retry-After within a minute: {set(refused)}")  # fmt: skip
    outcome.expect(not other.refused, f"another key was refused {len(other.refused)} times of 20")


def _two_sandboxes(outcome: Outcome, sandbox: Callable[[int], Ingest], seed: int) -> None:
    """Two that take turns share one rate: neither gets half of it, nor each the whole."""
    pair, tally = (sandbox(SLOW_PER_MINUTE), sandbox(SLOW_PER_MINUTE)), Tally()
    for post in range(MIN_BURST + 20):
        _post(pair[post % 2], f"p{seed}-{post}", "pair", tally)
    outcome.figures["two_sandboxes_accepted"] = tally.accepted
    # One more might have become free meanwhile.
    outcome.expect(
        MIN_BURST - tally.bypassed <= tally.accepted <= MIN_BURST + 1, f"two sandboxes accepted {tally.accepted}"
    )


def _wait_as_told(outcome: Outcome, sandbox: Callable[[int], Ingest], seed: int) -> None:
    ingest, tally = sandbox(QUICK_PER_MINUTE), Tally()
    for post in range(0, MIN_BURST + BATCH, BATCH):
        _post(ingest, f"w{seed}-{post}", "waiting", tally, BATCH)
    (status, wait) = tally.refused[-1] if tally.refused else (0, "0")
    outcome.figures["retry_after_s"] = int(wait)
    outcome.expect(status == 429, "the burst never ended")
    again, early = Tally(), Tally()
    _post(ingest, f"w{seed}-early", "waiting", early, BATCH)
    time.sleep(int(wait))
    _post(ingest, f"w{seed}-again", "waiting", again, BATCH)
    outcome.expect(bool(early.refused), "what was refused passed at once")
    outcome.expect(not again.refused, f"after {wait} s as told, it was refused again: {again.refused}")
    # And no longer than needed, rounded up to a second.
    needed_s = BATCH * 60 / QUICK_PER_MINUTE
    outcome.expect(int(wait) <= needed_s + 1, f"told to wait {wait} s where {needed_s:.1f} s are enough")


def _post(ingest: Ingest, name: str, key_id: str, tally: Tally, rows: int = 1) -> None:
    drafts = [Draft("The lamp is out", ticket_id=f"{name}-{row}") for row in range(rows)]
    try:
        verdicts = ingest.accept(drafts, key_id=key_id)
    except RateLimitedError as error:
        problem = http.problem(error)
        tally.refused.append((problem.status, problem.headers.get("retry-after", "")))
        return
    for verdict in verdicts:
        assert isinstance(verdict, Accepted), verdict
        tally.accepted += verdict.deduplicated
        tally.bypassed += not verdict.deduplicated


def _in_two_steps(claims: RedisClaims, url: str) -> Callable[..., Any]:
    """Return a claim whose rate is a counter that is read first and written afterwards."""
    redis, claim = RedisClient(url, SystemClock()), claims.claim

    def racing(items: Any, *, key_id: str, token: str) -> Any:
        (used,) = redis.run([("GET", f"used:{key_id}")])
        if int(used or 0) + len(items) > MIN_BURST:
            raise RateLimitedError("the key's rate is used up", retry_after_s=1)
        held = claim(items, key_id=token, token=token)  # a key of its own: the script lets it pass
        redis.run([("SET", f"used:{key_id}", int(used or 0) + len(items))])
        return held

    return racing
