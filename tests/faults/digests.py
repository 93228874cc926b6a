"""A storm above every budget while dispatchers and reconciler die: is each alert in exactly one message or digest?

`python -m tests.faults digests` sends 5,000 alerts in storms, to destinations that are well, fail for an hour, fail
now and then, or refuse everything. Meanwhile messages come twice, sends and replies are lost, the store is away, an
operator has alerts sent again, and tickets are deleted.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.faults.digests_ledger import Judgement, Ledger
from tests.faults.dispatcher import alert
from tests.faults.harness.crashes import Crashes
from tests.faults.harness.dispatchers import Chance, Fleet, Killed
from tests.faults.harness.receivers import Receivers, url_of
from tests.faults.harness.sqs import SqsDouble
from tests.faults.harness.times import START_MS, VirtualTime
from tests.faults.suite import Result
from ticketrouter.adapters.memory import MemoryClaims, MemoryDestinations, MemoryTicketStore
from ticketrouter.domain.alert import Alert, Destination
from ticketrouter.domain.errors import CacheUnavailableError, ConflictError, NotFoundError, QueueUnavailableError
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.status import Lane
from ticketrouter.domain.ticket import Ticket
from ticketrouter.usecases.digests import Digests
from ticketrouter.usecases.replay import Replay

BEHAVIOURS = {"oncall": "flaky", "pager": "error-until-hour", "strict": "refuses", "chat": "well", "ops": "well"}
DESTINATIONS = [
    Destination("oncall", hourly_budget=30),
    Destination("pager", hourly_budget=12, fallback="chat"),
    Destination("strict", hourly_budget=8, fallback="chat"),
    Destination("chat", hourly_budget=10),
    Destination("ops", hourly_budget=None),
]
SHARES = (40, 25, 10, 20, 5)
ALERTS = 5_000
STORM_S, STORM_A_SECOND = 600, 2.0
CALM_S, CALM_A_SECOND = 1_200, 0.02
KILL_RATE, LOSS_RATE, COPIES, UNKNOWN_SENDS = 0.01, 0.002, 0.05, 0.02
DELETED, REPLAYS_EVERY_S = 0.01, 45
AWAY_FROM_S, AWAY_FOR_S = 400, 150  # the store, in the middle of the first storm


@dataclass(frozen=True)
class Outcome:
    """What came of a run.

    Attributes:
        alerts: How many were sent.
        judgement: What was found out of them.
        crashes: What went wrong on purpose.
        broken: What did not hold.
        virtual_s: How long the run took on its own clock.
    """

    alerts: int
    judgement: Judgement
    crashes: Crashes
    broken: list[str]
    virtual_s: float


class Minute:
    """The reconciler's part in digests, each minute until the queue is empty."""

    def __init__(self, fleet: Fleet, crashes: Crashes, ledger: Ledger) -> None:
        self._fleet, self._crashes, self._ledger = fleet, crashes, ledger

    def __call__(self) -> None:
        while not self._fleet.is_empty:
            self._run()
            self._fleet.time.unpark()
            self._fleet.time.sleep(60)

    def _run(self) -> None:
        def port(name: str, real: object) -> object:
            return self._crashes.through("reconciler", name, real)

        noting = _NotingQueue(self._fleet, self._ledger)
        digests = Digests(
            budgets=port("budgets", self._fleet.budgets),  # type: ignore[arg-type]
            deliveries=port("deliveries", self._fleet.deliveries),  # type: ignore[arg-type]
            alerts=port("alerts", noting),  # type: ignore[arg-type]
        )
        try:
            report = digests.send_due()
            failed = report.store_unavailable or report.queue_unavailable
        except Killed:
            failed = True
        if failed:
            self._ledger.failed_runs_ms.append(self._fleet.time.now_ms())


class _NotingQueue:
    def __init__(self, fleet: Fleet, ledger: Ledger) -> None:
        self._queue, self._ledger = fleet.alert_queue(), ledger

    def send(self, alerts: list[Alert]) -> list[int]:
        self._ledger.note_digests(alerts)
        return self._queue.send(alerts)


class Operator:
    """Sends alerts again, and deletes tickets; what the store or the queue refuses just now he leaves."""

    def __init__(self, fleet: Fleet, ledger: Ledger, sent: list[Alert], chance: Random) -> None:
        self._fleet, self._ledger, self._sent, self._chance = fleet, ledger, sent, chance
        self._store = MemoryTicketStore(fleet.state)
        self._replay = Replay(
            deliveries=fleet.deliveries,
            destinations=MemoryDestinations(fleet.destinations),
            alerts=fleet.alert_queue(),
            clock=fleet.time,
            randomness=fleet.chance,
        )

    def __call__(self) -> None:
        doomed = self._chance.sample(self._sent, round(len(self._sent) * DELETED))
        MemoryClaims(self._fleet.state, rate_limit_per_minute=10**9).claim(
            [_item(alert) for alert in doomed], key_id="k", token="operator"
        )
        while True:
            self._fleet.time.sleep(REPLAYS_EVERY_S)
            if self._fleet.is_empty:  # the dispatchers have gone home
                return
            now_ms = self._fleet.time.now_ms()
            self._replay_one(self._chance.choice(self._sent))
            with contextlib.suppress(CacheUnavailableError):
                for made in doomed:
                    if made.accepted_at_ms + 90_000 < now_ms and made.ticket_id not in self._ledger.deleted:
                        self._store.delete(made.ticket_id)
                        self._ledger.deleted.add(made.ticket_id)

    def _replay_one(self, made: Alert) -> None:
        try:
            self._replay.one(f"{made.about}~{made.destination}")
        except (NotFoundError, ConflictError, CacheUnavailableError):
            return
        except QueueUnavailableError:
            pass  # nobody knows: it may have been taken
        self._ledger.replayed.add((made.about, made.destination))
        self._fleet.time.unpark()


def _item(made: Alert) -> WorkItem:
    ticket = Ticket(made.ticket_id, made.excerpt)
    return WorkItem(ticket, lane=Lane.EXPRESS, provisional_score=0.9, accepted_at_ms=made.accepted_at_ms)


def _storms(alerts: int, chance: Random) -> list[tuple[Alert, float]]:
    """Return alerts, and when each is queued: storms with a calm after each."""
    made, at_s = [], 0.0
    for number in range(alerts):
        in_storm = at_s % (STORM_S + CALM_S) < STORM_S
        at_s += chance.expovariate(STORM_A_SECOND if in_storm else CALM_A_SECOND)
        (to,) = chance.choices([one.id for one in DESTINATIONS], SHARES)
        one = alert(number, to, START_MS + int(at_s * 1_000), urgency_score=round(chance.uniform(0.81, 1.0), 3))
        made.append((one, at_s * 1_000))
    return made


def attack(
    alerts: int,
    *,
    seed: int,
    kills: float = KILL_RATE,
    losses: float = LOSS_RATE,
    broken: Callable[[Fleet], None] = lambda fleet: None,
) -> Outcome:
    """Send alerts in storms; see to the end of the last one.

    Args:
        alerts: How many.
        seed: Of all chance.
        kills: Share of calls before which, and as many after which, a process dies.
        losses: Share of calls whose request or reply is lost.
        broken: Breaks the protocol, to see that the judgement shows it.
    """
    chance, time = Chance(seed), VirtualTime()
    crashes = Crashes(chance, kills=kills, losses=losses)
    sqs = SqsDouble(time, chance, copies=COPIES, unknown=UNKNOWN_SENDS if losses else 0.0)
    urls = {name: url_of(name, behaviour) for name, behaviour in BEHAVIOURS.items()}
    receivers = Receivers(time, chance, recovers_at_ms=3_600_000)
    fleet = Fleet(time, sqs, receivers, urls, DESTINATIONS, chance, crashes.through)
    ledger = Ledger()
    ledger.watch(fleet)
    broken(fleet)
    sent = []
    for made, at_ms in _storms(alerts, Random(seed)):
        sent.append(made)
        fleet.send_at(made, at_ms)

    def store_goes_away() -> None:
        time.sleep(AWAY_FROM_S)
        fleet.state.available = False
        time.sleep(AWAY_FOR_S)
        fleet.state.available = True

    operator = Operator(fleet, ledger, sent, Random(seed))
    fleet.run(Minute(fleet, crashes, ledger), operator, *([store_goes_away] if losses else []))
    judgement = Judgement(ledger, fleet, sent, crashes.unrecorded)
    found = [f"{len(fleet.dead_letters)} dead letters"] if fleet.dead_letters else []
    return Outcome(alerts, judgement, crashes, [*found, *judgement.broken()], time.monotonic_ms() / 1_000)


def run(seed: int, scale: float) -> Result:
    outcome = attack(round(ALERTS * scale), seed=seed)
    judgement, crashes = outcome.judgement, outcome.crashes
    digests = sum(map(len, judgement.ledger.queued.values()))
    in_digests = len(judgement.ledger.digest_of)
    unasked = (one for one in judgement.sent if (one.about, one.destination) not in judgement.ledger.replayed)
    both = sum(judgement.told_singly(one) > 0 and judgement.told_in_digest(one) for one in unasked)
    figures = {
        "alerts": outcome.alerts,
        "in_digests": in_digests,
        "digests": digests,
        "forgotten": sum("forgotten" in sentence for sentence in outcome.broken),
        "in_two_digests": sum("digests" in sentence for sentence in outcome.broken),
        "singly_and_in_a_digest": both,
        "replayed": len(judgement.ledger.replayed),
        "deleted": len(judgement.ledger.deleted),
        "kills": crashes.points.total(),
        "points": len(crashes.points),
        "lost_calls": crashes.lost.total(),
        "acceptances_unrecorded": crashes.unrecorded.total(),
        "failed_reconciler_runs": len(judgement.ledger.failed_runs_ms),
        "longest_wait_for_a_digest_s": round(judgement.longest_wait_s()),
        "most_receives": judgement.fleet.most_receives,
        "virtual_hours": round(outcome.virtual_s / 3_600, 1),
        "seed": seed,
    }
    for name, figure in figures.items():
        print(f"{name.replace('_', ' '):<32} {figure:>10,}")
    return Result(figures, [f"seed {seed}: {sentence}" for sentence in outcome.broken[:20]])
