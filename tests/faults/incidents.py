"""Storms of tickets that are alike while workers, dispatchers and reconciler die: is every urgent one told?

`python -m tests.faults incidents` scores 2,500 tickets by two workers at once: groups that grow, pause and grow again
beside tickets that are like nothing. Messages come twice, sends and replies are lost, the store of incidents is away
for minutes, one destination fails for 25 minutes, operators acknowledge, mute and resolve, and members are deleted.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.faults.harness.crashes import Crashes
from tests.faults.harness.dispatchers import Chance, Fleet, Killed
from tests.faults.harness.queues import EventSource
from tests.faults.harness.receivers import Receivers, url_of
from tests.faults.harness.sqs import SqsDouble
from tests.faults.harness.times import START_MS, VirtualTime
from tests.faults.incidents_judged import Judgement
from tests.faults.incidents_told import Said, storm
from tests.faults.suite import Result
from ticketrouter.adapters.memory import (
    MemoryDeadLetters,
    MemoryDestinations,
    MemoryIncidents,
    MemoryTicketStore,
    MemoryVectorLog,
)
from ticketrouter.adapters.similarity import MatrixNeighbours
from ticketrouter.adapters.sqs_queue import SqsVisibility
from ticketrouter.domain.alert import Destination
from ticketrouter.domain.errors import CacheUnavailableError
from ticketrouter.domain.incident import IncidentAction
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.score import Score
from ticketrouter.domain.status import Lane
from ticketrouter.domain.ticket import Ticket
from ticketrouter.usecases.digests import Digests
from ticketrouter.usecases.incidents import Closing, Grouping
from ticketrouter.usecases.scoring import GuardedScorer
from ticketrouter.usecases.worker import Worker

BEHAVIOURS = {"oncall": "flaky", "boss": "well", "tech": "error-until-hour", "chat": "well", "night": "well"}
DESTINATIONS = [
    Destination("oncall", hourly_budget=None),
    Destination("boss", threshold=0.93, hourly_budget=None),
    Destination("tech", categories=("Technical",), hourly_budget=None, fallback="night"),
    Destination("chat", hourly_budget=20),
    Destination("night", threshold=1.0),  # for nobody but as a fallback
]
TICKETS = 2_500
WORKERS, QUIET_S, RECOVERS_S = 2, 900, 1_500
KILL_RATE, LOSS_RATE, COPIES, UNKNOWN_SENDS = 0.004, 0.002, 0.05, 0.02
DELETED, AWAY_FROM_S, AWAY_FOR_S = 0.01, 420, 120
LONGEST_S = 40_000  # after the last ticket: then whatever is open counts as open for ever
# What an operator does to the incident of which number, in the order in which they are found.
ORDERS = {1: IncidentAction.ACK, 3: IncidentAction.MUTE, 5: IncidentAction.RESOLVE}


@dataclass
class Scene:
    """The router around a storm.

    Attributes:
        fleet: Its dispatchers, and all records.
        crashes: What goes wrong on purpose.
        tickets: What is told, in order of time.
        chance: Of the operator.
        deleted: Tickets that were deleted.
        acted: What was done to incidents.
    """

    fleet: Fleet
    crashes: Crashes
    tickets: list[Said]
    chance: Random
    deleted: set[str] = field(default_factory=set)
    acted: dict[str, IncidentAction] = field(default_factory=dict)
    reconciling: bool = True

    def __post_init__(self) -> None:
        self.incidents: Any = MemoryIncidents(self.fleet.state)
        self.store: Any = MemoryTicketStore(self.fleet.state)
        self.scores = {said.ticket_id: said.score for said in self.tickets}
        self.lane = EventSource(self.fleet.sqs, self.fleet.queues.express)
        self.away = False
        self.fleet.more_to_come = lambda: self.reconciling
        for said in self.tickets:
            item = WorkItem(
                Ticket(said.ticket_id, said.ticket_id), Lane.EXPRESS, 0.9, START_MS + int(said.at_s * 1_000)
            )
            self.fleet.sqs.send_at(self.lane.url, item.to_json(), said.at_s * 1_000)

    def score(self, texts: list[str]) -> list[Score]:
        """Score, as the model does; a ticket says its id."""
        return [self.scores[text] for text in texts]

    model_version = "stub"

    def ports(self, process: str) -> Callable[[str, Any], Any]:
        """Return how a process reaches its ports."""

        def port(name: str, real: Any) -> Any:
            return self.crashes.through(process, name, _Away(self, real) if name in ("incidents", "log") else real)

        return port

    def work(self, number: int) -> None:
        """Be a worker until the lane is empty."""
        worker = self._new_worker(number)
        while (visible_ms := self.lane.next_visible_ms()) is not None:
            messages = self.lane.receive()
            if not messages:
                self.fleet.time.sleep(max(0.001, (visible_ms - self.fleet.time.monotonic_ms()) / 1_000))
                continue
            self.fleet.time.sleep(0.02 * len(messages))
            try:
                report = worker.work(messages, cold_start=False)
            except Killed:
                worker = self._new_worker(number)
                continue
            for message in messages:
                if message.message_id not in report.failed:
                    self.lane.delete(message)
            self.fleet.time.unpark()

    def _new_worker(self, number: int) -> Worker:
        port, fleet = self.ports(f"worker {number}"), self.fleet
        sqs: Any = fleet.sqs
        grouping = Grouping(
            log=port("log", MemoryVectorLog(fleet.state)),
            neighbours=MatrixNeighbours(similarity=0.4, window_s=300),
            incidents=port("incidents", self.incidents),
            randomness=fleet.chance,
            close_similarity=0.55,
        )
        return Worker(
            store=port("store", self.store),
            scorer=GuardedScorer(self, fleet.time),  # type: ignore[arg-type]
            alerts=port("alerts", fleet.alert_queue()),
            destinations=MemoryDestinations(DESTINATIONS),
            grouping=grouping,
            dead_letters=port("dead_letters", MemoryDeadLetters(fleet.state)),
            visibility=port("visibility", SqsVisibility(sqs, [self.lane.url])),
            clock=fleet.time,
        )

    def reconcile(self) -> None:
        """Be the reconciler, each minute until nothing is left to do."""
        port, fleet = self.ports("reconciler"), self.fleet
        alerts = port("alerts", fleet.alert_queue())
        digests = Digests(
            budgets=port("budgets", fleet.budgets), deliveries=port("deliveries", fleet.deliveries), alerts=alerts
        )
        closing = Closing(
            incidents=port("incidents", self.incidents),
            log=port("log", MemoryVectorLog(fleet.state)),
            store=port("store", self.store),
            alerts=alerts,
            clock=fleet.time,
            quiet_s=QUIET_S,
        )
        last_s = self.tickets[-1].at_s
        while self._is_busy() and fleet.time.monotonic_ms() / 1_000 < last_s + LONGEST_S:
            with contextlib.suppress(Killed):
                digests.send_due()
                closing.run()
            fleet.time.unpark()
            fleet.time.sleep(60)
        self.reconciling = False
        fleet.time.unpark()

    def _is_busy(self) -> bool:
        lane_is_empty = self.lane.next_visible_ms() is None
        return not (lane_is_empty and self.fleet.is_empty and self.incidents.count_open() == 0)

    def operate(self) -> None:
        """Be an operator: act on some incidents, and delete tickets a while after they came."""
        doomed = self.chance.sample(self.tickets, round(len(self.tickets) * DELETED))
        while self.reconciling:
            self.fleet.time.sleep(37)
            with contextlib.suppress(CacheUnavailableError):
                found, _ = self.incidents.find(status="", limit=1_000, cursor=None)
                for number, incident in enumerate(sorted(found, key=lambda one: one.first_seen_ms)):
                    if number in ORDERS and incident.id not in self.acted and not incident.status.is_over:
                        self.incidents.change(incident.id, ORDERS[number])
                        self.acted[incident.id] = ORDERS[number]
                for said in doomed:
                    if said.ticket_id not in self.deleted and said.at_s * 1_000 < self.fleet.time.monotonic_ms():
                        self._delete(said.ticket_id)

    def _delete(self, ticket_id: str) -> None:
        record = self.store.get(ticket_id)
        incident_id = None if record is None else record.incident_id
        self.incidents.forget(ticket_id, incident_id)
        if self.store.delete(ticket_id):
            self.deleted.add(ticket_id)
            self.incidents.forget(ticket_id, incident_id)

    def store_goes_away(self) -> None:
        """Be an outage of the store of incidents."""
        self.fleet.time.sleep(AWAY_FROM_S)
        self.away = True
        self.fleet.time.sleep(AWAY_FOR_S)
        self.away = False


class _Away:
    """A port of incidents that does not answer while the scene says so."""

    def __init__(self, scene: Scene, port: Any) -> None:
        self._scene, self._port = scene, port

    def __getattr__(self, method: str) -> Any:
        if self._scene.away:
            raise CacheUnavailableError("the store of incidents is away")
        return getattr(self._port, method)


@dataclass(frozen=True)
class Outcome:
    """What came of a run."""

    scene: Scene
    judgement: Judgement
    broken: list[str]


def attack(
    tickets: int,
    *,
    seed: int,
    kills: float = KILL_RATE,
    losses: float = LOSS_RATE,
    broken: Callable[[Scene], None] = lambda scene: None,
) -> Outcome:
    """Let a storm come, and see to its end.

    Args:
        tickets: How many.
        seed: Of all chance.
        kills: Share of calls before which, and as many after which, a process dies.
        losses: Share of calls whose request or reply is lost.
        broken: Breaks the protocol, to see that the judgement shows it.
    """
    chance, time = Chance(seed), VirtualTime()
    crashes = Crashes(chance, kills=kills, losses=losses)
    sqs = SqsDouble(time, chance, copies=COPIES, unknown=UNKNOWN_SENDS if losses else 0.0)
    urls = {name: url_of(name, behaviour) for name, behaviour in BEHAVIOURS.items()}
    fleet = Fleet(time, sqs, Receivers(time, chance, RECOVERS_S * 1_000), urls, DESTINATIONS, chance, crashes.through)
    scene = Scene(fleet, crashes, storm(tickets, Random(seed)), Random(seed))
    judgement = Judgement(fleet, scene.incidents, scene.store, scene.scores, DESTINATIONS, scene.deleted, crashes)
    broken(scene)
    workers = [lambda number=number: scene.work(number) for number in range(WORKERS)]  # type: ignore[misc]
    fleet.run(*workers, scene.reconcile, scene.operate, *([scene.store_goes_away] if losses else []))
    return Outcome(scene, judgement, list(judgement.broken()))


def run(seed: int, scale: float) -> Result:
    outcome = attack(round(TICKETS * scale), seed=seed)
    scene, judgement = outcome.scene, outcome.judgement
    figures = {
        "tickets": len(scene.tickets),
        **judgement.figures(),
        "deleted": len(scene.deleted),
        "kills": scene.crashes.points.total(),
        "points": len(scene.crashes.points),
        "lost_calls": scene.crashes.lost.total(),
        "broken_promises": len(outcome.broken),
        "virtual_hours": round(scene.fleet.time.monotonic_ms() / 3_600_000, 1),
        "seed": seed,
    }
    for name, figure in figures.items():
        print(f"{name.replace('_', ' '):<32} {figure:>10,}")
    return Result(figures, [f"seed {seed}: {sentence}" for sentence in outcome.broken[:20]])
