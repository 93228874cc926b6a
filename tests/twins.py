"""Random calls on the records of tickets and deliveries, on Redis and on its twin at once: every answer is the same.

Workers, dispatchers and operators at once are orders of these calls, for each of them is one script or one transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from ticketrouter.adapters.redis_store import RedisClient
from ticketrouter.adapters.system import SystemClock
from ticketrouter.domain.alert import Alert, IncidentFacts, IncidentPhase
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.record import Attempt, Outcome
from ticketrouter.domain.score import Score
from ticketrouter.domain.status import DeliveryStatus, Lane
from ticketrouter.domain.ticket import Ticket
from ticketrouter.ports import ClaimOutcome, DeliveryClaim

NOW_MS = SystemClock().now_ms() - 60_000  # Redis has a clock of its own, and forgets what is a month old
LEASE_MS = 1_000_000  # far longer than a run takes, for Redis' time passes beside ours
TIMES = ("lease_until_ms", "next_at_ms")
NUMBERS, DESTINATIONS = st.integers(0, 3), st.sampled_from(["oncall", "chat"])
TOKENS = st.sampled_from(["a", "b", "c"])
LEASES = st.sampled_from([LEASE_MS, LEASE_MS, 1])
STATUSES = st.sampled_from(list(DeliveryStatus))


def item_of(number: int, content: int) -> WorkItem:
    """Return what was posted under an id; another content is another fingerprint."""
    ticket = Ticket(f"t{number}", f"it is down {content}", customer=("", "acme")[number % 2])
    return WorkItem(ticket, Lane.EXPRESS, 0.9, NOW_MS + number)


def alert_of(number: int, destination: str, **changes: Any) -> Alert:
    """Return an alert about a ticket."""
    made = Alert(
        f"t{number}", destination, "Technical", 0.9, "down", "it is down", "", ("down",), NOW_MS, NOW_MS + 50
    )  # fmt: skip
    return replace(made, **changes)


ALERTS = st.builds(
    lambda number, destination, epoch, replay: alert_of(number, destination, epoch=epoch, replay=replay),
    NUMBERS, DESTINATIONS, st.sampled_from([1, 1, 1, 2]), st.sampled_from(["", "", "", "r1", "r2"]),
)  # fmt: skip
ITEMS = st.builds(item_of, NUMBERS, st.sampled_from([0, 0, 0, 1]))
FACTS = st.builds(
    lambda number, update: IncidentFacts(f"inc_{number}", update, 9, 9, NOW_MS, "Legal", (), IncidentPhase.GROWN),
    st.integers(0, 1), st.integers(1, 3),
)  # fmt: skip


def let_time_pass(admin: RedisClient, ms: int) -> None:
    """Make every lease and every wait that Redis knows of shorter."""
    names = [name for pattern in ("ticket:*", "delivery:*", "incident:*") for name in admin.run([("KEYS", pattern)])[0]]
    hashes = [name for name in names if admin.run([("TYPE", name)])[0] == b"hash"]
    for name in hashes:
        for field, value in zip(TIMES, admin.run([("HMGET", name, *TIMES)])[0], strict=True):
            if value is not None:
                admin.run([("HINCRBY", name, field, -ms)])


def machine(
    redis_world: Callable[[], Any], memory_world: Callable[[], Any], admin: RedisClient
) -> type[RuleBasedStateMachine]:
    """Return the machine over two worlds.

    Args:
        redis_world: Makes a store on a Redis.
        memory_world: Makes its twin.
        admin: A way to the same Redis, to empty it.
    """

    class Agreement(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            admin.run([("FLUSHDB",)])
            self.worlds = [redis_world(), memory_world()]
            self.claims = [world.claims_with(lease_ms=LEASE_MS) for world in self.worlds]
            self.owned: list[tuple[Any, Any]] = []

        def same(self, ask: Callable[[Any], Any]) -> Any:
            real, twin = map(ask, self.worlds)
            assert real == twin
            return real

        @rule(items=st.lists(ITEMS, min_size=1, max_size=3, unique_by=lambda one: one.ticket.ticket_id), token=TOKENS)
        def claim(self, items: list[WorkItem], token: str) -> None:
            found = [claims.claim(items, key_id="k", token=token) for claims in self.claims]
            plain = [[(one.outcome, one.state, one.item, bool(one.retry_after_s)) for one in side] for side in found]
            assert plain[0] == plain[1]
            self.owned.append((found[0], found[1]))

        @rule(which=st.integers(0, 9))
        def confirm(self, which: int) -> None:
            if self.owned:
                for claims, owned in zip(self.claims, self.owned[which % len(self.owned)], strict=True):
                    claims.confirm([one for one in owned if one.outcome is not ClaimOutcome.CONFLICT])

        @rule(items=st.lists(ITEMS, min_size=1, max_size=3, unique_by=lambda one: one.ticket.ticket_id))
        def begin(self, items: list[WorkItem]) -> None:
            self.same(lambda world: world.store.begin(items, max_attempts=3))

        @rule(item=ITEMS, alerted=st.lists(DESTINATIONS, max_size=2, unique=True))
        def commit(self, item: WorkItem, alerted: list[str]) -> None:
            score = Score("Technical", 0.9, False, 0.9, "neutral", 0.0, (), "stub", embedding=b"\x01\x02")
            number = int(item.ticket.ticket_id[1:])
            alerts = tuple(alert_of(number, destination) for destination in alerted)
            outcome = Outcome(item, score, NOW_MS + 30, NOW_MS + 50, 12.5, False, alerts)
            self.same(lambda world: world.store.commit([outcome]))

        @rule(item=ITEMS)
        def fail(self, item: WorkItem) -> None:
            self.same(lambda world: world.store.fail(item, "poison"))

        @rule(number=NUMBERS, what=st.sampled_from(["forgive", "mark_alerts_enqueued", "reopen", "delete"]))
        def touch(self, number: int, what: str) -> None:
            name: Any = f"t{number}" if what in ("reopen", "delete") else [f"t{number}"]
            self.same(lambda world: getattr(world.store, what)(name))

        @rule(number=NUMBERS)
        def link(self, number: int) -> None:
            self.same(lambda world: world.store.link({f"t{number}": "inc_0"}))

        @rule(number=NUMBERS)
        def count_resend(self, number: int) -> None:
            self.same(lambda world: world.store.count_resend(f"t{number}", due_at_ms=NOW_MS))

        @rule(alert=ALERTS, token=TOKENS, lease_ms=LEASES)
        def take(self, alert: Alert, token: str, lease_ms: int) -> None:
            def ask(world: Any) -> DeliveryClaim:
                found: DeliveryClaim = world.deliveries.claim(alert, token=token, lease_ms=lease_ms)
                return replace(found, wait_s=round(found.wait_s / 100))

            self.same(ask)
            if lease_ms == 1:  # it is over on both sides from now on
                self.time_passes(10)

        @rule(alert=ALERTS, token=TOKENS, status=STATUSES, retry=st.sampled_from([None, 500_000]))
        def record(self, alert: Alert, token: str, status: DeliveryStatus, retry: int | None) -> None:
            tried = Attempt(NOW_MS, 12.5, 503, "webhook-unavailable", "busy")
            self.same(lambda world: world.deliveries.record(alert, tried, status, token=token, retry_in_ms=retry))

        @rule(alert=ALERTS, token=TOKENS)
        def postpone(self, alert: Alert, token: str) -> None:
            self.same(lambda world: world.deliveries.postpone(alert, token=token, in_ms=500_000))

        @rule(alert=ALERTS, token=TOKENS, wait_ms=st.sampled_from([None, 500_000]))
        def hold(self, alert: Alert, token: str, wait_ms: int | None) -> None:
            self.same(lambda world: world.deliveries.hold(alert, token=token, digest_id="dig_x", wait_ms=wait_ms))

        @rule(alert=ALERTS)
        def note_fallback(self, alert: Alert) -> None:
            self.same(lambda world: world.deliveries.note_fallback(alert, "night"))

        @rule(alert=ALERTS)
        def close(self, alert: Alert) -> None:
            self.same(lambda world: world.deliveries.close(alert, DeliveryStatus.EXHAUSTED))

        @rule(facts=FACTS, token=TOKENS, lease_ms=LEASES)
        def take_turn(self, facts: IncidentFacts, token: str, lease_ms: int) -> None:
            self.same(lambda world: world.deliveries.take_turn(facts, "oncall", token=token, lease_ms=lease_ms))
            if lease_ms == 1:
                self.time_passes(10)

        @rule(facts=FACTS, token=TOKENS, told=st.booleans())
        def end_turn(self, facts: IncidentFacts, token: str, told: bool) -> None:
            self.same(lambda world: world.deliveries.end_turn(facts, "oncall", token=token, told=told))

        @rule(facts=FACTS, token=TOKENS)
        def tell_instead(self, facts: IncidentFacts, token: str) -> None:
            self.same(lambda world: world.deliveries.tell_instead(facts, "oncall", fallback="night", token=token))

        @rule(ms=st.sampled_from([400_000, 1_100_000]))
        def time_passes(self, ms: int) -> None:
            let_time_pass(admin, ms)
            self.worlds[1].wait_ms(ms)

        @invariant()
        def records_are_the_same(self) -> None:
            ids = [f"t{number}" for number in range(4)]
            records = self.same(lambda world: world.store.get_many(ids))
            self.same(lambda world: [_plain(one) for name in ids for one in _deliveries(world, name)])
            self.same(lambda world: [world.deliveries.told_instead(_facts(n), "oncall") for n in range(2)])
            waiting = {
                record.item.ticket.ticket_id for record in records if record is not None and not record.state.is_final
            }
            for world in self.worlds:  # Redis may know of more: an entry without a ticket in need is dropped when due
                assert waiting <= set(world.store.overdue(NOW_MS + 10**10, 100))

    return Agreement


def _facts(number: int) -> IncidentFacts:
    return IncidentFacts(f"inc_{number}", 1, 9, 9, NOW_MS, "Legal", (), IncidentPhase.GROWN)


def _deliveries(world: Any, about: str) -> list[Any]:
    found: list[Any] = world.deliveries.of_ticket(about, ["oncall", "chat"])
    return found


def _plain(delivery: Any) -> dict[str, Any]:
    """Return a delivery but for the two clocks' times."""
    return asdict(delivery) | {"updated_at_ms": 0, "next_at_ms": delivery.next_at_ms is not None}


def run_records(
    redis_world: Callable[[], Any],
    memory_world: Callable[[], Any],
    admin: RedisClient,
    *,
    examples: int,
    steps: int,
    chance: int,
    shortest: bool = True,
) -> None:
    """Run the machine; raise with a sequence of calls whose answers differ, if there is one.

    Args:
        redis_world: Makes a store on a Redis.
        memory_world: Makes its twin.
        admin: A way to the same Redis, to empty it.
        examples: How many sequences.
        steps: Calls in each.
        chance: Seed.
        shortest: Look for the shortest one.
    """
    made = machine(redis_world, memory_world, admin)
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=[Phase.generate, *([Phase.shrink] if shortest else [])],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(chance)(made), settings=chosen)
