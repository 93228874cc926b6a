"""100,000 tickets through the whole router, whose processes die, whose Redis dies, and whose queue has bad days.

Real: the functions' handlers on their real adapters, in processes that SIGKILL ends; Redis, killed too. Doubles: SQS at
its client, receivers at the sender, the word list as the scorer. Time is the machine's, and jumps ahead when nobody
has anything to do. The faults come from the seed; what runs side by side interleaves as the machine likes, so the
journal of a run that broke is kept, and `python -m tests.faults.judge` judges it again.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.faults.harness import invariants
from tests.faults.harness.clients import Clients, many
from tests.faults.harness.drive import Drive
from tests.faults.harness.invocations import Kills, NoKills, RandomKills
from tests.faults.harness.journal import Journal, Kind
from tests.faults.harness.ledger import read_out
from tests.faults.harness.moved_time import MovedTime
from tests.faults.harness.queues import router_queues
from tests.faults.harness.receivers import AtOnce, Receivers, url_of
from tests.faults.harness.router import Router
from tests.faults.harness.sqs import SqsDouble
from tests.faults.harness.wiring import Place
from tests.faults.suite import Result
from tests.servers import redis_server
from ticketrouter.domain.alert import Destination

TICKETS, RESTARTS = 100_000, 6
CALM_SHARE = 0.1  # of the tickets once more, without kills
KILL_RATES = {"ingest": 0.01, "worker": 0.01, "dispatcher": 0.01, "reconciler": 0.01}
COPIES, UNKNOWN, SPREAD = 0.05, 0.005, 20
SIZES = {"ingest": 2, "worker": 3, "dispatcher": 4, "reconciler": 1}
OUTAGE_MS = (300, 1_500)  # of Redis
# One that fails now and then, one that refuses everything and has a fallback, and two that are well. It fails so seldom
# that its breaker hardly opens: what waits behind one is received again and again, and `destinations` is about that.
BEHAVIOURS = {"oncall": "well", "pager": "seldom-flaky", "strict": "refuses", "chat": "well"}
DESTINATIONS = (
    Destination("oncall", hourly_budget=None),
    Destination("pager", categories=("Technical",), hourly_budget=None),
    Destination("strict", categories=("Legal",), hourly_budget=None, fallback="chat"),
    Destination("chat", threshold=0.999, hourly_budget=None),  # hears of what `strict` refuses, and of nothing else
)
# I7 is for calm days: here mates come back for many reasons.
JUDGES = tuple(each for each in invariants.ALL if each is not invariants.poison_isolated)


@dataclass
class Soak:
    """One run.

    Args:
        tickets: How many.
        seed: Of all chance.
        restarts: How often Redis dies.
        kills: Who dies when.
    """

    tickets: int
    seed: int
    restarts: int
    kills: Kills
    bad_days: bool = True
    journal: Journal = field(default_factory=Journal)

    def __post_init__(self) -> None:
        self._chance = Random(f"{self.seed}/redis")
        every = self.tickets / (self.restarts + 1)
        self._dies_at = [round(every * (number + 1)) for number in range(self.restarts)]
        self._back_ms: float | None = None

    def run(self) -> None:
        """Work until every ticket is at its end."""
        with self._world() as router:
            self.router = router
            fresh = many(self.tickets, Random(f"{self.seed}/clients"), f"s{self.seed}")
            self.clients = Clients(fresh, Random(f"{self.seed}/repeats"), router.time, self.journal)
            drive = Drive(router, self.clients)
            while self._back_ms is not None or not drive.settled:
                self._rule_redis()
                drive.turn(wake_ms=self._back_ms)
            read_out(self.journal, router.redis.url, router.time, DESTINATIONS)

    @contextmanager
    def _world(self) -> Iterator[Router]:
        with tempfile.TemporaryDirectory(prefix="soak-") as folder:
            time = MovedTime(Path(folder))
            # Written before it is answered, so a killed process has lost nothing; fsync is for machines that die.
            settings = {"appendfsync": "no"}
            with redis_server(append_only=True, settings=settings, environment=time.environment) as redis:
                bad = {"copies": COPIES, "unknown": UNKNOWN, "spread": SPREAD} if self.bad_days else {}
                sqs = SqsDouble(time, Random(f"{self.seed}/sqs"), **bad)  # type: ignore[arg-type]
                urls = {name: url_of(name, behaviour) for name, behaviour in BEHAVIOURS.items()}
                place = Place(redis.url, router_queues(sqs), time, DESTINATIONS, urls)
                receivers = Receivers(AtOnce(time), Random(f"{self.seed}/receivers"))
                router = Router(place, time, redis, SIZES)
                router.begin(sqs, receivers, self.journal, self.kills)
                try:
                    yield router
                finally:
                    router.close()

    def _rule_redis(self) -> None:
        router = self.router
        now_ms = router.time.monotonic_ms()
        if self._back_ms is not None:
            if now_ms >= self._back_ms:
                self._back_ms = None
                router.start_redis()
        elif self._dies_at and self.clients.posted >= self._dies_at[0]:
            self._dies_at.pop(0)
            self._back_ms = now_ms + self._chance.uniform(*OUTAGE_MS)
            router.kill_redis()


def run(seed: int, scale: float) -> Result:
    """Attack with everything, and once more without kills."""
    tickets = max(200, round(TICKETS * scale))
    soak = Soak(tickets, seed, RESTARTS, RandomKills(Random(f"{seed}/kills"), KILL_RATES))
    soak.run()
    calm = Soak(max(200, round(tickets * CALM_SHARE)), seed, 0, NoKills())
    calm.run()
    figures = {
        **figures_of(soak),
        "calm_tickets": calm.tickets,
        "doubles_without_kills": invariants.doubles_in(calm.journal),
    }
    broken = _kept(soak, broken_of(soak)) + [f"without kills: {each}" for each in _kept(calm, broken_of(calm))]
    return Result(figures, broken)


def _kept(soak: Soak, broken: list[str]) -> list[str]:
    """Keep the journal of a run that broke."""
    if not broken:
        return []
    path = Path(tempfile.gettempdir(), f"soak-{soak.seed}-{soak.tickets}.jsonl")
    soak.journal.write(path)
    return [*broken, f"its journal: python -m tests.faults.judge {path}"]


def figures_of(soak: Soak) -> dict[str, Any]:
    """Return what goes into the report."""
    journal = soak.journal
    deaths = Counter(event["function"] for event in journal.of(Kind.KILLED) if event["function"] != "redis")
    points = {event["point"] for event in journal.of(Kind.KILLED)}
    accepted = {event["ticket_id"] for event in journal.of(Kind.ANSWERED) if event["status"] == 202}
    return {
        "tickets": len(accepted),
        "lost": sum("no final status" in each for each in invariants.one_final(journal)),
        "second_ids": len(invariants.one_identity(journal)),
        "changed_finals": sum("became" in each for each in invariants.one_final(journal)),
        "alerts": sum(1 for _ in journal.of(Kind.ALERT_DUE)),
        "alerts_lost": len(invariants.alert_at_least_once(journal))
        + len(invariants.alert_not_lost_on_redelivery(journal)),
        "doubles": invariants.doubles_in(journal),
        "kills_in_window": invariants.kills_in_window(journal),
        "seed": soak.seed,
        "kills": dict(sorted(deaths.items())),
        "kill_points": len(points),
        "redis_restarts": sum(1 for _ in journal.of(Kind.REDIS_RESTARTED)),
        "client_repeats": soak.clients.repeated,
        "unknown_sends": soak.router.sqs.unknown_sends,
        "failed_as_poison": len({each["ticket_id"] for each in journal.of(Kind.FINAL) if each["reason"] == "poison"}),
        "posted_poison": len({each["ticket_id"] for each in journal.of(Kind.POISON)}),
    }


def broken_of(soak: Soak) -> list[str]:
    """Return what did not hold, the first ten of each kind."""
    broken = [sentence for judge in JUDGES for sentence in judge(soak.journal)[:10]]
    broken += soak.clients.unexpected[:10] + [f"a handler raised: {each}" for each in soak.router.raised[:10]]
    letters = Counter(event["reason"] for event in soak.journal.of(Kind.FINAL) if event["state"] == "failed")
    if set(letters) - {"poison"}:
        broken.append(f"tickets failed that are no poison: {dict(letters)}")
    accepted = {event["ticket_id"] for event in soak.journal.of(Kind.ANSWERED) if event["status"] == 202}
    if len(accepted) != soak.tickets:
        broken.append(f"of {soak.tickets} tickets {len(accepted)} were accepted")
    return [f"seed {soak.seed}: {sentence}" for sentence in broken]
