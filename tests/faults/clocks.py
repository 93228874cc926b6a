"""Every process has a clock of its own, wrong by up to ten minutes; some jump by an hour while they work.

Leases, budgets and breakers are judged by the clock of the store. The callers' clocks date what clients see
(`accepted_at`, `scored_at`), set and read deadlines, choose the ten-minute border of content ids, date signatures, and
tell the fallback's three minutes; what a wrong clock does to each is counted here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from tests.faults.suite import Result
from tests.faults.world.actions import HELD, Dispatch, Work
from tests.faults.world.faults import NOTHING, Fault, Plan
from tests.faults.world.outside import Receivers
from tests.faults.world.router import Router
from tests.faults.world.traffic import CONCURRENCY, PROCESSES, Traffic
from ticketrouter.adapters.memory import MemoryClock
from ticketrouter.domain.status import State
from ticketrouter.ports import WebhookReply
from ticketrouter.usecases.ingest import Accepted, Draft

SKEW_S = 600
JUMP_S = 3_600
JUMP_SHARE = 0.002  # of the seconds, for each process
LENGTH_S, RATE_PER_S = 3_600, 4.0
COPIES = 0.3  # share of invocations during which others are handed copies of the same messages: leases have work
TOLERANCE_S = 300  # Source: the Standard Webhooks libraries refuse a timestamp that is further off
CONTENT_POSTS = 2_000


class OwnClock:
    """The clock of one process.

    Attributes:
        wrong_by_ms: What it says beyond the true time. Its monotonic time is right: that is what it is for.
    """

    def __init__(self, true: MemoryClock, wrong_by_ms: int) -> None:
        self._true = true
        self.wrong_by_ms = wrong_by_ms

    def now_ms(self) -> int:
        return self._true.now_ms() + self.wrong_by_ms

    def monotonic_ms(self) -> float:
        return self._true.monotonic_ms()


class Dated(Receivers):
    """Receivers that keep the time at which a message says that it was sent, and count by its name."""

    def __init__(self) -> None:
        super().__init__()
        self.clock: MemoryClock | None = None
        self.accepted: dict[str, int] = {}
        self.off_s: list[int] = []

    def send(self, url: str, headers: Any, body: bytes) -> WebhookReply:
        name = headers["webhook-id"]
        self.accepted[name] = self.accepted.get(name, 0) + 1
        assert self.clock is not None
        self.off_s.append(abs(int(headers["webhook-timestamp"]) - self.clock.now_ms() // 1_000))
        return super().send(url, headers, body)


def _world(chance: Random, change: Callable[[Router], None]) -> tuple[Router, Dated, list[OwnClock]]:
    """Return a router each of whose processes has its own clock."""
    receivers = Dated()

    def changed(router: Router) -> None:
        router.receivers = receivers
        change(router)

    router = Router(changed, processes=PROCESSES)
    receivers.clock = router.clock

    def clock() -> OwnClock:
        clocks.append(OwnClock(router.clock, chance.choice((-SKEW_S, 0, SKEW_S)) * 1_000))
        return clocks[-1]

    clocks: list[OwnClock] = []
    router.workers = [router.new_worker(clock()) for _ in router.workers]
    router.dispatchers = [router.new_dispatcher(clock()) for _ in router.dispatchers]
    new_ingest, new_reconciler, own = router.new_ingest, router.new_reconciler, [clock() for _ in range(6)]
    router.new_ingest = lambda: new_ingest(chance.choice(own))  # type: ignore[method-assign,misc]
    router.new_reconciler = lambda: new_reconciler(chance.choice(own))  # type: ignore[method-assign,misc]
    return router, receivers, clocks


def _copies(chance: Random) -> Plan:
    """Hand copies of the messages to another process, in the middle of an invocation."""
    if chance.random() >= COPIES:
        return NOTHING
    other = chance.randrange(CONCURRENCY["express"])
    others = Dispatch(HELD, dispatcher=other), Work("express", HELD, worker=other), Work("standard", HELD, worker=other)
    return Plan({chance.randrange(1, 4): Fault.MEANWHILE}, others)


def attack(
    *, seed: int, scale: float, jumps: bool, change: Callable[[Router], None] = lambda router: None
) -> tuple[dict[str, Any], list[str]]:
    """Return figures, and what did not hold."""
    chance = Random(f"{seed} {jumps}")
    router, receivers, clocks = _world(chance, change)
    traffic = Traffic(router, chance, per_s=max(RATE_PER_S * scale, 0.1), plan=lambda: _copies(chance))
    jumped = 0
    for _ in range(LENGTH_S):
        traffic.run(1)
        for clock in clocks if jumps else ():
            if chance.random() < JUMP_SHARE:
                clock.wrong_by_ms = chance.choice((-JUMP_S, 0, JUMP_S)) * 1_000
                jumped += 1
    traffic.finish(limit_s=6 * 3_600)
    records = [row.record for row in router.state.rows.values()]
    alerts = sum(len(record.alerts) for record in records)
    times = [time for record in records for time in (record.queue_ms, record.total_ms, record.scoring_ms)]
    figures = {
        "posts": len(traffic.clients),
        "scored": traffic.states()[State.SCORED],
        "second_ids": sum(len(client.ids) - 1 for client in traffic.clients.values()),
        "alerts": alerts,
        "accepted": len(receivers.accepted),
        "doubles": sum(times - 1 for times in receivers.accepted.values()),
        "jumps": jumped,
        "resent": sum(record.resends for record in records),
        "negative_times": sum(time is not None and time < 0 for time in times),
        "refused_by_timestamp": sum(off_s > TOLERANCE_S for off_s in receivers.off_s),
        "fallbacks": sum(bool(row.delivery.fallback) for row in router.state.deliveries.values()),
    }
    broken = []
    for wrong, sentence in (
        (figures["scored"] != figures["posts"], "not every ticket was scored"),
        (figures["second_ids"], "a post has a second id"),
        (figures["doubles"], "an alert was accepted twice"),
        (figures["accepted"] != alerts, "an alert was lost"),
        (figures["negative_times"], "a time is negative"),
        (figures["fallbacks"], "a fallback was told though nothing failed"),
    ):
        if wrong:
            broken.append(f"seed {seed}, {'jumps' if jumps else 'skew'}: {sentence}: {figures}")
    return figures, broken


def content_ids(*, seed: int, posts: int) -> dict[str, Any]:
    """Post the same words of a customer twice within a minute, by two processes; count who gets two tickets."""
    shares = {}
    for skew_s in (0, 60, SKEW_S):
        chance, router = Random(seed), Router()
        second = 0
        for number in range(posts):
            ids = set()
            for wrong_by_ms in (0, skew_s * 1_000):
                ingest = router.new_ingest(OwnClock(router.clock, wrong_by_ms))
                draft = Draft(f"the export is slow, says {number}", customer="acme")
                (verdict,) = ingest.accept([draft], key_id=f"k{number}")
                ids |= {verdict.item.ticket.ticket_id} if isinstance(verdict, Accepted) else set()
                router.clock.advance(chance.uniform(6, 60))
            second += len(ids) - 1
        shares[f"skew_{skew_s}_s"] = round(second / posts, 3)
    return shares


def signatures(*, seed: int) -> list[str]:
    """Tell what does not hold of a signature whose sender's clock is right, or a little wrong."""
    broken = []
    for wrong_by_s in (-SKEW_S, -TOLERANCE_S + 5, 0, TOLERANCE_S - 5, SKEW_S):
        receivers = Dated()

        def change(router: Router, receivers: Dated = receivers) -> None:
            router.receivers, receivers.clock = receivers, router.clock
            router.destinations = [replace(each, fallback="") for each in router.destinations]

        router = Router(change, processes=PROCESSES)
        wrong = OwnClock(router.clock, wrong_by_s * 1_000)
        router.dispatchers = [router.new_dispatcher(wrong) for _ in router.dispatchers]
        traffic = Traffic(router, Random(seed), per_s=1)
        traffic.run(60)
        traffic.finish(limit_s=3_600)
        in_time = max(receivers.off_s, default=TOLERANCE_S + 1) <= TOLERANCE_S
        if in_time != (abs(wrong_by_s) <= TOLERANCE_S):
            broken.append(f"seed {seed}: a sender wrong by {wrong_by_s} s is off by up to {max(receivers.off_s)} s")
    return broken


def run(seed: int, scale: float) -> Result:
    """Skew, then jumps, for an hour each."""
    skew, wrong = attack(seed=seed, scale=scale, jumps=False)
    jumps, wrong_too = attack(seed=seed, scale=scale, jumps=True)
    figures = {
        "tickets": skew["posts"] + jumps["posts"],
        "alerts": skew["alerts"] + jumps["alerts"],
        "doubles": skew["doubles"] + jumps["doubles"],
        "lost": skew["alerts"] - skew["accepted"] + jumps["alerts"] - jumps["accepted"],
        "jumps": jumps["jumps"],
        "skew": skew,
        "an_hour": jumps,
        "second_tickets_of_the_same_words": content_ids(seed=seed, posts=max(50, round(CONTENT_POSTS * scale))),
    }
    return Result(figures, [*wrong, *wrong_too, *signatures(seed=seed)])
