"""Redis is refused, hung, slow, dripping, cut off, read-only, failed over, wiped, full or restarting under load.

Tickets are posted all the while, in sandboxes that share nothing; the other functions work on the same Redis. A state's
figures are those of the requests that began while it lasted, and until Redis was asked again.
"""

from __future__ import annotations

import os
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.faults.harness.functions_at_work import READS, Functions, timeouts_s
from tests.faults.harness.quiet import quiet
from tests.faults.harness.redis_states import STATES, House, State, house_of
from tests.faults.harness.sandboxes import Answer, Sandboxes, plan, sandboxes
from tests.faults.suite import Result
from ticketrouter.adapters.redis_store import RedisClaims, RedisClient
from ticketrouter.adapters.system import SystemClock
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.status import Lane
from ticketrouter.domain.status import State as TicketState
from ticketrouter.domain.ticket import Ticket
from ticketrouter.usecases.posting import LEASE_MS

SANDBOXES = 4
RATE = 60  # requests a second, of all sandboxes together
BEFORE_S, SICK_S, AFTER_S = 0.5, 5.0, 6.5
OWN_TICKETS = 30  # of the other functions; every third is urgent

# What must hold at full size: the rest holds at any.
MIN_ACCEPTED = 0.999
MAX_P99_MS = 300
MAX_BACK_S = 6.0


@dataclass
class Observed:
    """What was seen of one state.

    Attributes:
        answers: Of each sandbox, in their order.
        bodies: All messages that ingest queued.
        sick_s: When the state began and ended, of the monotonic clock.
        functions: What the others did.
        given_up: Tickets that the reconciler gave up.
        left: Messages that nobody could finish.
    """

    answers: Sequence[Sequence[Answer]]
    bodies: Sequence[str]
    sick_s: tuple[float, float]
    functions: Functions
    given_up: int
    left: int


def run(seed: int, scale: float) -> Result:
    """Attack in every state, one after the other."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")
    figures: dict[str, Any] = {}
    broken: list[str] = []
    with quiet(), sandboxes(SANDBOXES) as ingest:
        for number, state in enumerate(STATES):
            chance = Random(seed * 1_000 + number)
            with house_of(state, chance) as house:
                seen = observe(state, house, ingest, chance, scale)
                figures[state.name] = figures_of(state, seen)
                broken += [f"{state.name}, seed {seed}: {what}" for what in judge(state, seen, figures[state.name])]
                if scale >= 1:
                    broken += [f"{state.name}, seed {seed}: {what}" for what in judge_times(figures[state.name])]
                seen.functions.close()
    return Result({**_summary(figures), "states": figures}, broken)


def observe(state: State, house: House, ingest: Sandboxes, chance: Random, scale: float) -> Observed:
    """Let everybody work before, during and after the sickness, until nothing is left to do."""
    functions = Functions(house.url, SystemClock())
    accept_own(house, functions)
    before_s, sick_s = BEFORE_S * min(1.0, scale), SICK_S * scale
    ingest.start(house.secret, plan(before_s + sick_s + AFTER_S, RATE, len(ingest), chance))
    time.sleep(before_s)
    given_up = 0
    began_s = time.monotonic()
    with state.sickness(house):
        while True:
            given_up += at_work(functions)
            if time.monotonic() - began_s > sick_s:
                break
    ended_s = time.monotonic()
    answers, bodies = ingest.collect()
    functions.tickets.put(bodies)
    left = finish(functions)
    return Observed(answers, bodies, (began_s, ended_s), functions, given_up, left)


def accept_own(house: House, functions: Functions) -> None:
    """Give the other functions tickets in all stages: waiting, scored with an alert to tell, and dead."""
    client = RedisClient(house.url(), SystemClock())
    items = [
        WorkItem(Ticket(f"own-{number}", "The checkout is down" if number % 3 == 0 else "An invoice"), Lane.STANDARD,
                 0.2, SystemClock().now_ms())
        for number in range(OWN_TICKETS)
    ]  # fmt: skip
    claims = RedisClaims(client)
    claims.confirm(claims.claim(items, key_id="own", token="own"))
    client.close()
    functions.tickets.put([item.to_json() for item in items[:-5]])
    functions.dead.put([item.to_json() for item in items[-5:]])
    functions.work()


def at_work(functions: Functions, reads: Sequence[str] = READS) -> int:
    """Let each function do what it does in a moment; return how many tickets the reconciler gave up."""
    functions.work()
    functions.dispatch()
    functions.read("own-0", reads)
    return int(functions.reconcile()["failed"])


def finish(functions: Functions, wait_s: float = LEASE_MS / 1_000 + 5) -> int:
    """Work until nothing is left, as long as leases and breakers may last; return what is left all the same."""
    over_s = time.monotonic() + wait_s
    while time.monotonic() < over_s:
        functions.reconcile()
        functions.tickets.put([item.to_json() for item in functions.resent.sent])
        functions.resent.sent.clear()
        while functions.tickets.bodies and functions.work():
            over_s = time.monotonic() + wait_s
        while functions.alerts.bodies and functions.dispatch():
            pass
        if not (functions.tickets.bodies or functions.alerts.bodies or functions.dead.bodies):
            return 0
        time.sleep(0.1)
    return len(functions.tickets.bodies) + len(functions.alerts.bodies) + len(functions.dead.bodies)


def figures_of(state: State, seen: Observed) -> dict[str, Any]:
    """Return the figures of a state."""
    began_s, ended_s = seen.sick_s
    back_s = max(_back_s(answers, ended_s) for answers in seen.answers)
    sick = [answer for answers in seen.answers for answer in answers if began_s <= answer.began_s < ended_s + back_s]
    answers = [answer for answers in seen.answers for answer in answers]
    ids: dict[int, set[str]] = defaultdict(set)
    for answer in answers:
        if answer.ticket_id:
            ids[answer.request.number].add(answer.ticket_id)
    accepted = sorted({answer.ticket_id for answer in answers if answer.status == 202})
    queued = Counter(WorkItem.from_json(body).ticket.ticket_id for body in seen.bodies)
    everybody = [*accepted, *(f"own-{number}" for number in range(OWN_TICKETS))]
    records = dict(zip(everybody, seen.functions.records(everybody), strict=True))
    latencies_ms = sorted(answer.latency_ms for answer in sick)
    return {
        "requests": len(sick),
        "accepted_share": round(sum(answer.status == 202 for answer in sick) / len(sick), 5),
        "statuses": {str(status): count for status, count in Counter(answer.status for answer in sick).items()},
        "p50_ms": round(latencies_ms[len(latencies_ms) // 2], 1),
        "p99_ms": round(latencies_ms[int(len(latencies_ms) * 0.99)], 1),
        "without_redis": sum(not answer.claimed for answer in sick),
        "back_s": round(back_s, 2),
        "lost": sum(ticket_id not in queued for ticket_id in accepted),
        "second_ids": sum(len(found) - 1 for found in ids.values() if found),
        "sent_twice": sum(count - 1 for count in queued.values()),
        "failed": sum(record is not None and record.state is TicketState.FAILED for record in records.values()),
        "unknown": sum(record is None for record in records.values()),
        "unfinished": seen.left + sum(r is not None and not r.state.is_final for r in records.values()),
        "given_up": seen.given_up,
        **_alerts(seen.functions),
        "reads_ok": sum(count for (_, status), count in seen.functions.answers.items() if status == 200),
        "reads_503": sum(count for (_, status), count in seen.functions.answers.items() if status == 503),
        "longest_s": {
            "ingest": round(max(answer.latency_ms for answer in answers) / 1_000, 2),
            **{name: round(value, 2) for name, value in seen.functions.longest_s.items()},
        },
    }


def _back_s(answers: Sequence[Answer], ended_s: float) -> float:
    """Return how long after the end Redis was asked and answered again, for good."""
    without = [answer.began_s for answer in answers if not answer.claimed and answer.began_s >= ended_s]
    return max(without) - ended_s + (1 / RATE) * SANDBOXES if without else 0.0


def _alerts(functions: Functions) -> dict[str, int]:
    """Count the alerts of the functions' own tickets: what was told to nobody, and what was told again."""
    told = Counter(sent.headers["webhook-id"] for sent in functions.sender.sent)
    bodies = b"".join(sent.body for sent in functions.sender.sent)
    urgent = [f"own-{number}" for number in range(0, OWN_TICKETS, 3)]
    return {
        "alerts_lost": sum(f'"{ticket_id}"'.encode() not in bodies for ticket_id in urgent),
        "doubles": sum(count - 1 for count in told.values()),
        "told_and_not_recorded": functions.unrecorded,
    }


def judge(state: State, seen: Observed, found: dict[str, Any]) -> list[str]:
    """Say what did not hold, whatever the size and the speed of the machine."""
    broken = [f"{found[name]} {name}" for name in
              ("lost", "second_ids", "failed", "unfinished", "given_up", "alerts_lost") if found[name]]  # fmt: skip
    answers = [answer for answers in seen.answers for answer in answers]
    posted = Counter(answer.request.number for answer in answers)
    # Of two that post one ticket at a time, one may be told that the other is at it.
    refused = [a for a in answers if a.status != 202 and not (a.status == 409 and posted[a.request.number] > 1)]
    if refused:
        broken.append(f"{len(refused)} requests refused, with {sorted({answer.status for answer in refused})}")
    if found["unknown"] and not state.forgets:
        broken.append(f"{found['unknown']} tickets unknown, though Redis forgot nothing")
    if found["doubles"] > found["told_and_not_recorded"] and not state.forgets:
        broken.append(f"{found['doubles']} alerts doubled, {found['told_and_not_recorded']} posts without a record")
    others = {status for _, status in seen.functions.answers if status not in (200, 404, 503)}
    if others:
        broken.append(f"reads answered {sorted(others)}")
    limits = timeouts_s()
    broken += [
        f"{name} took {took_s} s of its {limits[name]:.0f} s"
        for name, took_s in found["longest_s"].items()
        if took_s > limits[name] - 1
    ]
    return broken


def judge_times(found: dict[str, Any]) -> list[str]:
    """Say which figures of speed and share were missed."""
    broken = []
    if found["accepted_share"] < MIN_ACCEPTED and not found["statuses"].get("409"):
        broken.append(f"accepted {found['accepted_share']:.2%} of {found['requests']} requests")
    if found["p99_ms"] > MAX_P99_MS:
        broken.append(f"p99 {found['p99_ms']} ms")
    if found["back_s"] > MAX_BACK_S:
        broken.append(f"without Redis for {found['back_s']} s after it was well again")
    return broken


def _summary(figures: dict[str, dict[str, Any]]) -> dict[str, Any]:
    down = [figures[name] for name in ("refused", "hung", "loading", "max_clients") if name in figures]
    each = figures.values()
    return {
        "requests": sum(one["requests"] for one in each),
        "accepted_share_down": min(one["accepted_share"] for one in down),
        "worst_p99_ms": max(one["p99_ms"] for one in each),
        "worst_back_s": max(one["back_s"] for one in each),
        "lost": sum(one["lost"] for one in each),
        "second_ids": sum(one["second_ids"] for one in each),
        "failed": sum(one["failed"] + one["given_up"] for one in each),
        "alerts_lost": sum(one["alerts_lost"] for one in each),
    }
