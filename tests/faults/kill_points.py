"""Kill one process at each named point of each function, let the router go on, and see that everything holds.

A point is before or after a call of a port. Which there are is found out by an invocation that nobody kills.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.faults.harness import invariants
from tests.faults.harness.clients import CALM_WORDS, URGENT_WORDS, Clients, posting
from tests.faults.harness.drive import Drive
from tests.faults.harness.invocations import KillOnce
from tests.faults.harness.journal import Journal, Kind
from tests.faults.harness.ledger import read_out
from tests.faults.harness.moved_time import MovedTime
from tests.faults.harness.queues import router_queues
from tests.faults.harness.receivers import AtOnce, Receivers, url_of
from tests.faults.harness.router import Router
from tests.faults.harness.sqs import SqsDouble
from tests.faults.harness.wiring import ALIKE, DEADLINE_S, FUNCTIONS, POISON, Place
from tests.faults.suite import Result
from tests.servers import redis_server
from ticketrouter.adapters.redis_store import keys
from ticketrouter.domain.alert import Destination

BEHAVIOURS = {"oncall": "well", "few": "well", "late": "error-until-hour", "strict": "refuses", "chat": "well"}
DESTINATIONS = (
    Destination("oncall", categories=("Technical",), hourly_budget=None),
    Destination("few", categories=("General",), hourly_budget=1),
    Destination("late", categories=("Billing",), hourly_budget=None),
    Destination("strict", categories=("Legal",), hourly_budget=None, fallback="chat"),
    Destination("chat", threshold=0.999, hourly_budget=None),
)
DOWN, _, INVOICES, COURT = URGENT_WORDS
LOCKED_OUT = "An emergency: everyone stands outside"  # of the category that `few` hears of


class Stage:
    """A router at the beginning of a scene, and what is posted to it.

    Args:
        router: With one process a function.
        rows: What clients post.
        batch: In one request.
    """

    def __init__(self, router: Router, rows: list[dict[str, Any]], *, batch: bool) -> None:
        self.router, self.redis, self.time = router, router.redis, router.time
        self.journal, self.kills = Journal(), KillOnce()
        self.redis.admin("FLUSHALL")
        self.sqs = SqsDouble(self.time, Random(1))
        self.queues = router_queues(self.sqs)
        recovers_at_ms = self.time.monotonic_ms() + 60_000
        receivers = Receivers(AtOnce(self.time), Random(1), recovers_at_ms=recovers_at_ms)
        router.begin(self.sqs, receivers, self.journal, self.kills)
        requests = [posting(rows, batch=True)] if batch else [posting([row], batch=False) for row in rows]
        self.clients = Clients(iter(requests), Random(1), self.time, self.journal)
        self.drive = Drive(router, self.clients)

    def work(self, *functions: str, until: Callable[[], bool]) -> None:
        """Let these functions work until something is so."""
        while self.router.busy or not until():
            self.drive.turn(functions=functions)

    def post(self) -> None:
        """Let clients post everything."""
        self.work("ingest", until=lambda: self.clients.done)

    def score(self) -> None:
        """Let the worker empty the lanes."""
        lanes = (self.queues.express, self.queues.standard)
        self.work("ingest", "worker", until=lambda: self.clients.done and not any(map(self.sqs.depth, lanes)))

    @property
    def invoked(self) -> int:
        """Return how many batches were answered."""
        return sum(1 for _ in self.journal.of(Kind.INVOKED))

    def garble(self, url: str) -> None:
        """Put something into a queue that nobody can read."""
        self.sqs.send_at(url, "unreadable", self.time.monotonic_ms())

    def bury(self, url: str) -> None:
        """Make everything in a queue a dead letter."""
        for body in list(self.sqs.bodies(url)):
            self.sqs.send_at(self.queues.dead[url], body, self.time.monotonic_ms())
        self.sqs.purge(url)


@dataclass(frozen=True, slots=True)
class Scene:
    """What a function is at when it dies.

    Attributes:
        function: Who dies.
        rows: What is posted.
        prepare: What happens before.
        batch: Whether the tickets come in one request.
    """

    name: str
    function: str
    rows: tuple[str, ...]
    prepare: Callable[[Stage], None]
    batch: bool = False


def _nothing(stage: Stage) -> None:
    pass


def _scored_by_a_worker_that_died(stage: Stage) -> None:
    stage.post()
    stage.kills.arm("worker", "after store.commit")
    while not any(stage.journal.of(Kind.KILLED)):
        # Not a moment passes: the message is hidden still.
        stage.drive.turn(functions=("worker",), wake_ms=stage.time.monotonic_ms())


def _lanes_lost(stage: Stage) -> None:
    """Tickets wait, and their messages are gone."""
    stage.post()
    stage.sqs.purge(stage.queues.express)
    stage.sqs.purge(stage.queues.standard)
    stage.time.jump((DEADLINE_S + 1) * 1_000)


def _commit_cut_short(stage: Stage) -> None:
    """A ticket is scored and owes its alerts, and Redis died before it forgot the deadline that stands behind."""
    _scored_by_a_worker_that_died(stage)
    stage.redis.admin("ZADD", keys.deadline_key("t0"), stage.time.now_ms(), "t0")


def _dead_letters(stage: Stage) -> None:
    stage.post()
    stage.bury(stage.queues.standard)
    stage.garble(stage.queues.dead[stage.queues.standard])


def _tickets_and_what_is_none(stage: Stage) -> None:
    stage.post()
    stage.garble(stage.queues.standard)


def _what_is_no_alert(stage: Stage) -> None:
    stage.score()
    stage.garble(stage.queues.alerts)


def _failed_twice(stage: Stage) -> None:
    """The model has failed on a ticket in two of its three attempts."""
    stage.post()
    stage.work("worker", until=lambda: stage.invoked == 2)


def _dead_alerts(stage: Stage) -> None:
    stage.score()
    stage.bury(stage.queues.alerts)


def _budget_spent(stage: Stage) -> None:
    """Of two alerts to `few` one was told, and there is no budget for the other."""
    stage.score()
    stage.work("dispatcher", until=lambda: any(stage.journal.of(Kind.ACCEPTED)))


def _held_back(stage: Stage) -> None:
    """The other one waits for its digest."""
    _budget_spent(stage)
    held = stage.invoked + 1
    stage.work("dispatcher", until=lambda: stage.invoked == held)


def _two_told(stage: Stage) -> None:
    """The alerts before the one that is an incident's are told."""
    stage.score()
    stage.work("dispatcher", until=lambda: sum(1 for _ in stage.journal.of(Kind.ACCEPTED)) == 2)


def _all_told(stage: Stage) -> None:
    """An incident was told, and nobody has spoken of it for a while."""
    stage.score()
    stage.work("dispatcher", until=lambda: not stage.sqs.depth(stage.queues.alerts))
    stage.time.jump(901_000)


CALM = CALM_WORDS[0]
SCENES = (
    Scene("one ticket", "ingest", (DOWN,), _nothing),
    Scene("a batch", "ingest", (DOWN, CALM) * 6, _nothing, batch=True),
    Scene("a batch with poison", "worker", (CALM, f"{CALM} {POISON}", CALM), _tickets_and_what_is_none, batch=True),
    Scene("urgent and calm ones", "worker", (DOWN, CALM, COURT), Stage.post, batch=True),
    Scene("poison for the third time", "worker", (f"{CALM} {POISON}",), _failed_twice),
    Scene("tickets that are alike", "worker", (f"{DOWN} {ALIKE}",) * 4, Stage.post, batch=True),
    Scene("scored before", "worker", (DOWN, COURT), _scored_by_a_worker_that_died, batch=True),
    Scene("a receiver that is well", "dispatcher", (DOWN,), Stage.score),
    Scene("one that is down for a minute", "dispatcher", (INVOICES,), Stage.score),
    Scene("one that refuses", "dispatcher", (COURT,), Stage.score),
    Scene("a budget that is spent", "dispatcher", (LOCKED_OUT, LOCKED_OUT), _budget_spent),
    Scene("an alert about an incident", "dispatcher", (f"{DOWN} {ALIKE}",) * 4, _two_told, batch=True),
    Scene("what is no alert", "dispatcher", (CALM,), _what_is_no_alert),
    Scene("a digest that is due", "reconciler", (LOCKED_OUT, LOCKED_OUT), _held_back),
    Scene("an incident that is over", "reconciler", (f"{DOWN} {ALIKE}",) * 4, _all_told, batch=True),
    Scene("messages that are lost", "reconciler", (DOWN, CALM), _lanes_lost),
    Scene("a commit that was cut short", "reconciler", (DOWN,), _commit_cut_short),
    Scene("tickets given up by their lane", "reconciler", (CALM, CALM), _dead_letters),
    Scene("alerts given up by their queue", "reconciler", (COURT,), _dead_alerts),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one death.

    Attributes:
        died: Where; empty if nobody did.
        passed: Points of the invocation, if it lived.
    """

    journal: Journal
    died: str
    passed: list[str]
    broken: list[str]


def attack(router: Router, scene: Scene, die_at: int) -> Outcome:
    """Let a function die at a point of a scene, and see what becomes of everything.

    Args:
        router: What it knows is wiped.
        scene: Which one.
        die_at: Number of the point, from 1; 0 for none.
    """
    rows = [
        {"ticket_id": f"t{number}", "subject": f"Case {number}", "description": words}
        for number, words in enumerate(scene.rows)
    ]
    stage = Stage(router, rows, batch=scene.batch)
    scene.prepare(stage)
    before = sum(1 for _ in stage.journal.of(Kind.KILLED))
    stage.kills.arm(scene.function, die_at)
    stage.drive.finish()
    read_out(stage.journal, router.redis.url, router.time, DESTINATIONS)
    deaths = [event["point"] for event in stage.journal.of(Kind.KILLED)][before:]
    broken = invariants.broken_in(stage.journal) + stage.clients.unexpected + router.raised
    return Outcome(stage.journal, "".join(deaths), stage.kills.passed, broken)


@contextmanager
def theatre() -> Iterator[Router]:
    """Start a router with a Redis whose time moves."""
    with tempfile.TemporaryDirectory(prefix="points-") as folder:
        time = MovedTime(Path(folder))
        with redis_server(environment=time.environment) as redis:
            urls = {name: url_of(name, behaviour) for name, behaviour in BEHAVIOURS.items()}
            place = Place(redis.url, router_queues(SqsDouble(time, Random(1))), time, DESTINATIONS, urls)
            router = Router(place, time, redis, dict.fromkeys(FUNCTIONS, 1))
            try:
                yield router
            finally:
                router.close()


def run(seed: int, scale: float) -> Result:
    """Die at every point; below full size, at some of each scene, the seed says which."""
    chance = Random(f"{seed}/points")
    broken: list[str] = []
    deaths: dict[str, int] = {}
    names: set[str] = set()
    with theatre() as router:
        for scene in SCENES:
            whole = attack(router, scene, 0)
            points = range(1, len(whole.passed) + 1)
            chosen = sorted(chance.sample(points, max(1, round(len(points) * scale)))) if scale < 1.0 else points
            outcomes = [(0, whole), *((point, attack(router, scene, point)) for point in chosen)]
            for point, outcome in outcomes:
                expected = whole.passed[point - 1] if point else ""
                said = [] if outcome.died == expected else [f"died at {outcome.died!r} and not at {expected!r}"]
                where = f"seed {seed}, {scene.function}, {scene.name}, {expected or 'nobody dies'}"
                broken += [f"{where}: {sentence}" for sentence in (*outcome.broken, *said)]
            deaths[scene.function] = deaths.get(scene.function, 0) + len(chosen)
            names |= {f"{scene.function}: {point}" for point in whole.passed}
    figures = {
        "kills": sum(deaths.values()),
        "kills_by_function": deaths,
        "points": len(names),
        "broken_points": len(broken),
    }
    return Result(figures, broken)
