"""Incidents in Redis and in memory, step by step beside each other: whatever workers and operators do, in any order.

Workers at once are orders of these steps, for each step is one script. What differs between workers is what each has
seen: a ticket may be like others that have not joined yet, or have gone.
"""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import count

from hypothesis import seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from ticketrouter.adapters.memory import MemoryClock, MemoryIncidents, MemoryState
from ticketrouter.adapters.system import SystemClock
from ticketrouter.domain.incident import IncidentAction
from ticketrouter.domain.joiner import Joiner, Neighbour

LIMIT = 3
NOW_MS = SystemClock().now_ms()  # Redis has a clock of its own, and forgets what is a month old
NUMBERS = st.integers(0, 30)
# By number: a ticket that comes again says the same.
CATEGORIES = ("Technical", "Technical", "Legal", "Technical", "Billing")
URGENCIES = (0.85, 0.5, 0.97, 0.85)
DESTINATIONS = (("oncall",), ("oncall",), ("boss", "oncall"), ("oncall",), (), ("boss",), ("oncall",))
TICKETS = st.builds(
    lambda number, like, close: Joiner(
        ticket_id=f"t{number}",
        group_id="",
        category=CATEGORIES[number % 5],
        urgency_score=URGENCIES[number % 4],
        urgent=URGENCIES[number % 4] > 0.8,
        accepted_at_ms=NOW_MS + number * 7 % 31,
        excerpt=f"it is down {number}",
        destinations=DESTINATIONS[number % 7] if URGENCIES[number % 4] > 0.8 else (),
        neighbours=tuple(Neighbour(f"t{other}", 0.75) for other in like if other != number),
        close=min(close, len(like) - (number in like)),
    ),
    NUMBERS,
    st.one_of(st.just(list(range(31))), st.lists(NUMBERS, unique=True)),
    st.integers(0, 31),
)


def timeless(incident):
    """Return an incident but for the two clocks' times."""
    announced = incident.announced_at_ms is not None
    return replace(incident, joined_at_ms=0, updated_at_ms=0, announced_at_ms=0 if announced else None)


def let_time_pass(admin, ms):
    """Make everything that Redis knows of incidents older."""
    for key in ("{incidents}:answered", "{incidents}:live"):
        (names,) = admin.run([("ZRANGE", key, 0, -1)])
        admin.run([("ZINCRBY", key, -ms, name) for name in names])
    (groups,) = admin.run([("HGETALL", "{incidents}:groups")])
    for name, raw in zip(groups[::2], groups[1::2], strict=True):
        group = json.loads(raw)
        group |= {time: group[time] - ms for time in ("joined", "updated")}
        admin.run([("HSET", "{incidents}:groups", name, json.dumps(group, ensure_ascii=False))])


def run_incidents(redis_world, redis_admin, *, examples, steps, chance=None):
    """Run random calls on both; raise with the shortest sequence whose answers differ, if there is one.

    Args:
        redis_world: Makes a store on a Redis.
        redis_admin: A way to the same Redis, to empty it.
        examples: How many sequences.
        steps: Calls in each.
        chance: Seed; None for another one each time.
    """

    class Agreement(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            redis_admin.run([("FLUSHDB",)])
            self.clock = MemoryClock()
            self.sides = [
                redis_world().incidents_with(limit=LIMIT),
                MemoryIncidents(MemoryState(self.clock), limit=LIMIT),
            ]
            self.numbers = count()
            self.joined = {}

        def same(self, ask):
            real, twin = map(ask, self.sides)
            assert real == twin
            return real

        @rule(tickets=st.lists(TICKETS, min_size=1, max_size=6))
        def join(self, tickets):
            tickets = [replace(one, group_id=f"inc_{next(self.numbers):026d}") for one in tickets]

            def ask(side):
                return [replace(one, incident=timeless(one.incident)) for one in side.join(tickets)]

            for ticket, one in zip(tickets, self.same(ask), strict=True):
                self.joined[ticket.ticket_id] = one.incident.id
                spared = set() if one.incident.muted else set(one.verdict.suppressed)
                heard = {name for name, update in one.incident.told.items() if update}
                assert spared <= heard, "nobody is spared a ticket of what he has not heard of"

        @rule(number=NUMBERS, update=st.integers(1, 4), names=st.sampled_from([["oncall"], ["boss", "oncall"]]))
        def confirm(self, number, update, names):
            if incident_id := self.joined.get(f"t{number}"):
                self.same(lambda side: side.confirm(incident_id, update, names))

        @rule(number=NUMBERS, action=st.sampled_from(list(IncidentAction)))
        def act(self, number, action):
            if incident_id := self.joined.get(f"t{number}"):
                self.same(lambda side: (found := side.change(incident_id, action)) and timeless(found))

        @rule(number=NUMBERS, known=st.booleans())
        def forget(self, number, known):
            incident_id = self.joined.get(f"t{number}") if known else None
            self.same(lambda side: side.forget(f"t{number}", incident_id))

        @rule(quiet_ms=st.sampled_from([-1_000, 10**9]))
        def end(self, quiet_ms):
            self.same(lambda side: sorted(map(timeless, side.due(quiet_ms=quiet_ms)), key=lambda one: one.id))

        @rule(seconds=st.sampled_from([100, 200, 301, 1_700]))
        def time_passes(self, seconds):
            let_time_pass(redis_admin, seconds * 1_000)
            self.clock.advance(seconds)

        @rule(missing=st.integers(0, 3))
        def stand(self, missing):
            for incident_id, tickets in self.same(lambda side: side.fading()).items():
                self.same(lambda side, name=incident_id, some=tickets[missing:]: side.stand(name, [*some, "t99"]))

        @invariant()
        def people_see_the_same(self):
            for incident in self.same(lambda side: list(map(timeless, side.find(status="", limit=99, cursor=None)[0]))):
                self.same(lambda side, name=incident.id: side.members(name, 99))

    chosen = settings(max_examples=examples, stateful_step_count=steps, deadline=None, database=None)
    run_state_machine_as_test(Agreement if chance is None else seed(chance)(Agreement), settings=chosen)


def test_twin_and_redis_agree_whatever_happens(redis_world, redis_admin):
    run_incidents(redis_world, redis_admin, examples=25, steps=25)
