"""The router in one process and in virtual time: the real use cases on the twins, several processes of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from tests.faults.world.actions import HELD, Action, Dispatch, Drain, Pass, Post, Sweep, Switch, Wipe, Work
from tests.faults.world.faults import NOTHING, Faults, Killed, Plan
from tests.faults.world.outside import DESTINATIONS, Receivers, Words
from tests.faults.world.sqs import DEAD, Alerts, Lanes, Sqs
from ticketrouter.adapters.memory import (
    MemoryBudgets,
    MemoryClaims,
    MemoryClock,
    MemoryDeadLetters,
    MemoryDeliveries,
    MemoryDestinationHealth,
    MemoryDestinations,
    MemoryDestinationSecrets,
    MemoryIncidents,
    MemoryNeighbours,
    MemoryRandomness,
    MemoryState,
    MemoryTicketStore,
    MemoryVectorLog,
)
from ticketrouter.domain.alert import Destination, DestinationSecret
from ticketrouter.domain.errors import RateLimitedError
from ticketrouter.domain.message import Received
from ticketrouter.domain.ticket import TicketIds
from ticketrouter.usecases.dispatcher import Dispatcher
from ticketrouter.usecases.incidents import Grouping
from ticketrouter.usecases.ingest import Draft, Ingest, Verdict
from ticketrouter.usecases.reconciler import Reconciler
from ticketrouter.usecases.scoring import GuardedScorer
from ticketrouter.usecases.worker import Worker

DEADLINE_S = 3_600  # DeadlineSeconds in template.yaml
BATCH_SIZE = 10
DISPATCHER_MS, RECONCILER_MS = 30_000.0, 60_000.0  # DispatcherTimeout, ReconcilerTimeout


class Router:
    """All processes, what they share, and what happens to them.

    Args:
        change: Changes parts before the processes are made: a mutation, another scorer.
        processes: How many workers, and how many dispatchers.

    Attributes:
        told: Called with each verdict that reached its client: what was sent, the verdict, when the request came in.
        died: Called with the ticket messages that a worker held when it died.
        ended: Called when an invocation has ended, however it did, with the name of its process.
        wiped: Called before the store forgets.
    """

    def __init__(self, change: Callable[[Router], None] = lambda router: None, *, processes: int = 2) -> None:
        self.clock = MemoryClock()
        self.state = MemoryState(self.clock, deadline_s=DEADLINE_S)
        self.sqs = Sqs(self.clock)
        self.faults = Faults(self.clock)
        self.faults.do = self.do
        self.ids = TicketIds(b"secret")
        self.randomness = MemoryRandomness()
        self.scorer: Any = Words()
        self.receivers: Any = Receivers()
        self.destinations: Sequence[Destination] = DESTINATIONS
        self.claims: Any = MemoryClaims(self.state)
        self.store: Any = MemoryTicketStore(self.state)
        self.deliveries: Any = MemoryDeliveries(self.state)
        self.dead_letters: Any = MemoryDeadLetters(self.state)
        self.acknowledges_first = False
        self.told: Callable[[Draft, Verdict, int], None] = lambda draft, verdict, began_ms: None
        self.died: Callable[[Sequence[Received]], None] = lambda messages: None
        self.ended: Callable[[str], None] = lambda process: None
        self.wiped: Callable[[], None] = lambda: None
        self.process = ""  # whose calls come through the ports now
        self._busy: list[str] = []
        self._in_hand: list[list[str]] = []  # ids of the messages of those at work, the innermost last
        change(self)
        self.queue = self.faults.port("queue", Lanes(self.sqs))
        self.alerts = self.faults.port("alerts", Alerts(self.sqs))
        self.workers = [self.new_worker() for _ in range(processes)]
        self.dispatchers = [self.new_dispatcher() for _ in range(processes)]

    # --- processes ---------------------------------------------------------------------------------------------------

    def port(self, name: str) -> Any:
        return self.faults.port(name, getattr(self, name))

    def new_ingest(self, clock: Any = None) -> Ingest:
        return Ingest(
            claims=self.port("claims"),
            queue=self.queue,
            ids=self.ids,
            clock=clock or self.clock,
            randomness=self.randomness,
        )

    def new_worker(self, clock: Any = None) -> Worker:
        clock = clock or self.clock
        grouping = Grouping(
            log=MemoryVectorLog(self.state),
            neighbours=MemoryNeighbours(),
            incidents=MemoryIncidents(self.state),
            randomness=self.randomness,
            close_similarity=0.9,
        )
        return Worker(
            store=self.port("store"),
            scorer=GuardedScorer(self.port("scorer"), clock),
            alerts=self.alerts,
            destinations=self.faults.port("destinations", MemoryDestinations(self.destinations)),
            grouping=grouping,
            dead_letters=self.port("dead_letters"),
            visibility=self.faults.port("visibility", self.sqs),
            clock=clock,
        )

    def new_dispatcher(self, clock: Any = None) -> Dispatcher:
        secrets = {one.id: DestinationSecret(f"https://{one.id}.example.com/") for one in self.destinations}
        return Dispatcher(
            deliveries=self.port("deliveries"),
            budgets=self.faults.port("budgets", MemoryBudgets(self.state)),
            destinations=self.faults.port("destinations", MemoryDestinations(self.destinations)),
            secrets=self.faults.port("secrets", MemoryDestinationSecrets(secrets)),
            health=self.faults.port("health", MemoryDestinationHealth(self.state)),
            sender=self.faults.port("sender", self.receivers),
            alerts=self.alerts,
            dead_letters=self.port("dead_letters"),
            visibility=self.faults.port("visibility", self.sqs),
            clock=clock or self.clock,
            randomness=self.randomness,
        )

    def new_reconciler(self, clock: Any = None) -> Reconciler:
        return Reconciler(
            store=self.port("store"),
            queue=self.queue,
            alerts=self.alerts,
            deliveries=self.port("deliveries"),
            destinations=self.faults.port("destinations", MemoryDestinations(self.destinations)),
            dead_letters=self.port("dead_letters"),
            clock=clock or self.clock,
            deadline_s=DEADLINE_S,
        )

    # --- what happens ------------------------------------------------------------------------------------------------

    def do(self, action: Action) -> None:
        """Let one thing happen."""
        match action:
            case Post():
                self.post(action)
            case Work():
                self._work(action)
            case Dispatch():
                self._dispatch(action)
            case Drain():
                self._drain(action)
            case Sweep(plan):
                self.sweep(plan)
            case Pass(seconds):
                self.clock.advance(seconds)
            case Wipe():
                self.wiped()
                away = not self.state.available
                MemoryState.__init__(self.state, self.clock, deadline_s=DEADLINE_S)
                self.state.available = not away
            case Switch("store", on):
                self.state.available = on
            case Switch(_, on):
                self.sqs.down = not on

    def post(self, action: Post) -> list[Verdict]:
        """Let a client post; return what it is told, if anything."""
        verdicts: list[Verdict] = []
        began_ms = self.clock.now_ms()
        with self._process("ingest", action.plan), suppress(RateLimitedError):
            verdicts = self.new_ingest().accept(action.drafts, key_id="k1")
            for draft, verdict in zip(action.drafts, verdicts, strict=True):
                self.told(draft, verdict, began_ms)
        return verdicts

    def _work(self, action: Work) -> None:
        number = self._free("worker", action.worker)
        batch = [] if number is None else self._taken(action.lane, action.first, action.count, action.copied)
        if number is not None and batch:
            self.work(batch, number, action.plan)

    def work(self, batch: Sequence[Received], number: int = 0, plan: Plan = NOTHING) -> None:
        """Hand a batch to a worker; take off its queue what it has done."""
        with self._process(f"worker {number}", plan, batch) as ended:
            self._acknowledge(batch, self.workers[number].work(batch, cold_start=False).failed)
        if not ended:
            self.died(batch)
            self.workers[number] = self.new_worker()

    def _dispatch(self, action: Dispatch) -> None:
        number = self._free("dispatcher", action.dispatcher)
        batch = [] if number is None else self._taken("alerts", action.first, 1, action.copied)
        if number is not None and batch:
            before, self.receivers.answer = self.receivers.answer, action.answer
            self.dispatch(batch, number, action.plan)
            self.receivers.answer = before

    def dispatch(self, batch: Sequence[Received], number: int = 0, plan: Plan = NOTHING) -> None:
        """Hand alerts to a dispatcher; take off the queue what it has done."""
        until_ms = self.clock.monotonic_ms() + DISPATCHER_MS
        with self._process(f"dispatcher {number}", plan, batch) as ended:
            report = self.dispatchers[number].dispatch(batch, remaining_ms=lambda: until_ms - self.clock.monotonic_ms())
            self._acknowledge(batch, report.failed)
        if not ended:
            self.dispatchers[number] = self.new_dispatcher()

    def _drain(self, action: Drain) -> None:
        batch = self._taken(f"{action.queue}{DEAD}", 0, BATCH_SIZE, False)
        if batch:
            with self._process("reconciler", action.plan):
                self._acknowledge(batch, self.new_reconciler().drain(batch).failed)

    def sweep(self, plan: Plan = NOTHING) -> None:
        """Run the reconciler's schedule."""
        until_ms = self.clock.monotonic_ms() + RECONCILER_MS
        with self._process("reconciler", plan):
            self.new_reconciler().sweep(remaining_ms=lambda: until_ms - self.clock.monotonic_ms())

    # --- the event source --------------------------------------------------------------------------------------------

    def _taken(self, queue: str, first: int, count: int, copied: bool) -> list[Received]:
        if first == HELD:
            in_hand = self._in_hand[-1] if self._in_hand else []
            chosen = [self.sqs.queues[queue][name] for name in in_hand if name in self.sqs.queues[queue]]
        else:
            visible = self.sqs.visible(queue)
            start = first % len(visible) if visible else 0
            chosen = (visible[start:] + visible[:start])[:count]
        batch = [found for message in chosen if (found := self.sqs.take(message, copied=copied)) is not None]
        if self.acknowledges_first:
            self._acknowledge(batch, [])
        return batch

    def _acknowledge(self, batch: Sequence[Received], failed: Sequence[str]) -> None:
        """Delete what is not named as failed, as Lambda does with `batchItemFailures`."""
        unknown = set(failed) - {message.message_id for message in batch}
        assert not unknown, f"I8: {unknown} are not in the batch"
        for message in batch:
            if message.message_id not in failed:
                self.sqs.delete(message)

    def _free(self, kind: str, number: int) -> int | None:
        """Return this process, or the next one that is not at work."""
        processes = len(self.workers)
        numbers = [(number + step) % processes for step in range(processes)]
        return next((each for each in numbers if f"{kind} {each}" not in self._busy), None)

    @contextmanager
    def _process(self, name: str, plan: Plan, batch: Sequence[Received] = ()) -> Iterator[list[bool]]:
        """Run one invocation; what is returned is filled unless it dies."""
        ended: list[bool] = []
        before, self.process = self.process, name
        self._busy.append(name)
        self._in_hand.append([message.message_id for message in batch])
        try:
            with self.faults.invocation(plan):
                yield ended
            ended.append(True)
        except Killed:
            pass
        finally:
            self._busy.remove(name)
            self._in_hand.pop()
            self.ended(name)
            self.process = before
