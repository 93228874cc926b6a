"""Clients who post at a rate and post again, event sources as Lambda keeps them, and the reconciler each minute.

One second after the other; what takes less than that takes no time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.faults.world.actions import Drain, Post
from tests.faults.world.faults import NOTHING, Plan
from tests.faults.world.router import BATCH_SIZE, Router
from tests.faults.world.sqs import DEAD, VISIBILITY_S
from ticketrouter.domain.errors import InProgressError, QueueUnavailableError
from ticketrouter.domain.status import State
from ticketrouter.usecases.ingest import Accepted, Draft

# ExpressConcurrency, StandardConcurrency, AlertConcurrency of template.yaml.
CONCURRENCY = {"express": 4, "standard": 8, "alerts": 10}
PROCESSES = CONCURRENCY["express"] + CONCURRENCY["standard"]
BATCHES_PER_S = 4  # of one process
URGENT_SHARE = 0.1


@dataclass
class Client:
    """What one client wants to post, and what it knows of it."""

    draft: Draft
    first_at_ms: int
    again_at_ms: float
    answers: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)


@dataclass
class Traffic:
    """Everything that happens by itself.

    Attributes:
        plan: Makes what goes wrong in an invocation.
        workers_up: Whether workers are running.
        refused: Answers other than 202, by code.
        clients: By their idempotency key.
    """

    router: Router
    chance: Random
    per_s: float
    plan: Callable[[], Plan] = lambda: NOTHING
    workers_up: bool = True
    refused: dict[str, int] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    _owed: float = 0.0
    _waiting: list[Client] = field(default_factory=list)

    def run(self, seconds: int, *, posting: bool = True) -> None:
        """Let time pass."""
        for _ in range(seconds):
            self._owed += self.per_s if posting else 0.0
            while self._owed >= 1:
                self._owed -= 1
                self._new_client()
            self._post_again()
            self._handle()
            if self.router.clock.now_ms() // 1_000 % 60 == 0:
                self._reconcile()
            self.router.clock.advance(1)

    def finish(self, *, limit_s: int) -> None:
        """Let time pass until nothing waits."""
        for _ in range(limit_s // 10):
            if not self._waiting and not any(self.router.sqs.queues.values()):
                return
            self.run(10, posting=False)
        raise AssertionError(f"after {limit_s} s there is still work: {self.router.sqs.most_receives}")

    def states(self) -> dict[State, int]:
        """Return how many tickets are in each state."""
        states = dict.fromkeys(State, 0)
        for row in self.router.state.rows.values():
            states[row.record.state] += 1
        return states

    def _new_client(self) -> None:
        number, now_ms = len(self.clients), self.router.clock.now_ms()
        said = "urgent: nobody can pay" if self.chance.random() < URGENT_SHARE else "the export is slow"
        client = Client(Draft(f"{said}, says {number}", idempotency_key=f"k{number}"), now_ms, now_ms)
        self.clients[f"k{number}"] = client
        self._waiting.append(client)

    def _post_again(self) -> None:
        """Post what is due; a client waits as long as Retry-After says."""
        now_ms, waiting, self._waiting = self.router.clock.now_ms(), self._waiting, []
        for client in waiting:
            if client.again_at_ms > now_ms:
                self._waiting.append(client)
                continue
            verdicts = self.router.post(Post((client.draft,), self.plan()))
            verdict = verdicts[0] if verdicts else None
            if isinstance(verdict, Accepted):
                client.answers.append("202")
                client.ids.add(verdict.item.ticket.ticket_id)
                continue
            code = "none" if verdict is None else verdict.code
            client.answers.append(code)
            self.refused[code] = self.refused.get(code, 0) + 1
            wait_s = verdict.retry_after_s if isinstance(verdict, QueueUnavailableError | InProgressError) else 1
            client.again_at_ms = now_ms + (wait_s or 1) * 1_000
            self._waiting.append(client)

    def _handle(self) -> None:
        """Let every process handle the batches that it can in a second, whoever is first."""
        standard = CONCURRENCY["standard"]
        if self.workers_up:
            self._handle_queue("standard", range(standard), BATCH_SIZE, self.router.work)
            self._handle_queue("express", range(standard, PROCESSES), BATCH_SIZE, self.router.work)
        self._handle_queue("alerts", range(CONCURRENCY["alerts"]), 1, self.router.dispatch)

    def _handle_queue(self, queue: str, numbers: range, size: int, handle: Callable[..., None]) -> None:
        for number in self.chance.sample(numbers, len(numbers)):
            for _ in range(BATCHES_PER_S):
                if not (batch := self.router.sqs.receive(queue, size)):
                    return
                handle(batch, number, self.plan())

    def _reconcile(self) -> None:
        for queue in VISIBILITY_S:
            for _ in range(2 * BATCHES_PER_S * 60):
                if not self.router.sqs.queues[f"{queue}{DEAD}"]:
                    break
                self.router.do(Drain(queue, self.plan()))
        self.router.sweep(self.plan())
