"""Redis, SQS and the workers go away for minutes and hours, under load and in virtual time.

The event sources keep SQS' and Lambda's own rules: visibility, receive counts, maxReceiveCount, batches, concurrency.
What must hold: every post ends with one id, no ticket is failed or given up, all are scored after it is over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.faults.suite import Result
from tests.faults.world.actions import Switch
from tests.faults.world.faults import NOTHING, Fault, Plan
from tests.faults.world.router import Router
from tests.faults.world.traffic import PROCESSES, Traffic
from ticketrouter.domain.status import State

RATE_PER_S = 20.0
WARM_UP_S, AFTER_S = 60, 120
LOST_SHARE = 0.3  # of the calls of a shaky store
OUTAGE_S = 900
HOURS_S = 3 * 3_600  # long enough for SQS to dead-letter: 20 receptions take an hour and three quarters
DRAIN_S = 24 * 3_600


@dataclass(frozen=True)
class Scenario:
    """An outage.

    Attributes:
        name: In the report.
        seconds: How long it lasts.
        rate: Share of the full load that arrives meanwhile.
        dead_letters: Whether it is so long that SQS itself gives messages up.
        refuses: Whether clients are told to come back later.
    """

    name: str
    seconds: int
    rate: float = 1.0
    dead_letters: bool = False
    refuses: bool = False


SCENARIOS = (
    Scenario("redis_away", OUTAGE_S),
    Scenario("redis_shaky", OUTAGE_S, rate=0.25),
    Scenario("redis_away_for_hours", HOURS_S, rate=0.025, dead_letters=True),
    Scenario("sqs_away", 300, refuses=True, rate=0.25),
    Scenario("worker_down_for_hours", HOURS_S * 2, rate=0.025),
)


def _plans(name: str, chance: Random, traffic: Traffic) -> Iterator[None]:
    """Begin the outage, then end it."""
    router = traffic.router
    match name:
        case "redis_shaky":  # of each third call nobody knows whether it was done

            def shaky() -> Plan:
                lost = {
                    at: chance.choice((Fault.TIMEOUT, Fault.REPLY_LOST)) for at in range(8) if chance.random() < 0.3
                }
                return Plan(lost, only=("store.", "deliveries.", "claims."))

            traffic.plan = shaky
            yield
            traffic.plan = lambda: NOTHING
        case "worker_down_for_hours":
            traffic.workers_up = False
            yield
            traffic.workers_up = True
        case _:
            what = "queues" if name.startswith("sqs") else "store"
            router.do(Switch(what, on=False))
            yield
            router.do(Switch(what, on=True))


def attack(
    scenario: Scenario, *, seed: int, scale: float, change: Callable[[Router], None] = lambda router: None
) -> tuple[dict[str, Any], list[str]]:
    """Return figures, and what did not hold."""
    chance = Random(f"{seed} {scenario.name}")
    router = Router(change, processes=PROCESSES)
    traffic = Traffic(router, chance, per_s=max(RATE_PER_S * scenario.rate * scale, 0.02))
    traffic.run(WARM_UP_S)
    outage = _plans(scenario.name, chance, traffic)
    next(outage)
    traffic.run(scenario.seconds)
    back_at_ms = router.clock.now_ms()
    next(outage, None)
    traffic.run(AFTER_S)
    traffic.finish(limit_s=DRAIN_S)
    records = [row.record for row in router.state.rows.values()]
    states = traffic.states()
    posts = traffic.clients.values()
    waits_s = [(record.scored_at_ms or 0) - back_at_ms for record in records if record.item.accepted_at_ms < back_at_ms]
    figures = {
        "posts": len(posts),
        "at_once_202": sum(client.answers[0] == "202" for client in posts),
        "second_ids": sum(len(client.ids) - 1 for client in posts),
        "scored": states[State.SCORED],
        "failed": states[State.FAILED],
        "dead_lettered_by_sqs": sum(router.sqs.dead_lettered.values()),
        "most_receives": max(router.sqs.most_receives.values()),
        "longest_wait_after_s": round(max(0, *waits_s) / 1_000),
        "most_attempts": max(record.attempts for record in records),
        "resent": sum(record.resends for record in records),
    }
    return figures, [f"seed {seed}, {scenario.name}: {each}" for each in _broken(scenario, figures, router, traffic)]


def _broken(scenario: Scenario, figures: dict[str, Any], router: Router, traffic: Traffic) -> Iterator[str]:
    posts = figures["posts"]
    if figures["scored"] != posts:
        yield f"{posts} posts, {figures['scored']} scored, {figures['failed']} failed"
    if figures["second_ids"]:
        yield f"{figures['second_ids']} posts have a second id"
    if router.sqs.expired:
        yield f"{router.sqs.expired} messages expired in their queue"
    if figures["dead_lettered_by_sqs"] and not scenario.dead_letters:
        yield f"SQS gave up {figures['dead_lettered_by_sqs']} messages after {figures['most_receives']} receptions"
    if traffic.refused and not scenario.refuses and scenario.name != "redis_shaky":
        yield f"clients were refused: {traffic.refused}"
    urgent = [row.record for row in router.state.rows.values() if row.record.alerts]
    told = {row.delivery.alert.ticket_id for row in router.state.deliveries.values() if row.delivery.delivered_at_ms}
    if lost := [record.item.ticket.ticket_id for record in urgent if record.item.ticket.ticket_id not in told]:
        yield f"{len(lost)} of {len(urgent)} urgent tickets were told to nobody, {lost[0]} for one"


def run(seed: int, scale: float) -> Result:
    """Let each thing go away once, at 20 tickets/s for Redis."""
    figures: dict[str, Any] = {}
    broken: list[str] = []
    for scenario in SCENARIOS:
        found, wrong = attack(scenario, seed=seed, scale=scale)
        figures[scenario.name] = found
        broken += wrong
    figures |= {
        "tickets": sum(figures[each.name]["posts"] for each in SCENARIOS),
        "failed": sum(figures[each.name]["failed"] for each in SCENARIOS),
        "accepted_share": figures["redis_away"]["at_once_202"] / figures["redis_away"]["posts"],
        "dead_lettered_in_15_min": figures["redis_away"]["dead_lettered_by_sqs"],
        "most_receives_in_15_min": figures["redis_away"]["most_receives"],
        "longest_wait_after_s": figures["redis_away"]["longest_wait_after_s"],
    }
    return Result(figures, broken)
