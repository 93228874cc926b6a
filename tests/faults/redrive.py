"""Thousands of dead letters, half of them done long since, all redriven twice: by SQS and by the operator's API.

What must hold: no final status changes but those that were `failed` and are `scored` now, and nobody is told twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from tests.faults.suite import Result
from tests.faults.world.drained import work_off
from tests.faults.world.outside import Receivers, Words
from tests.faults.world.router import DEADLINE_S, Router
from tests.faults.world.sqs import DEAD
from ticketrouter.adapters.memory import MemoryIncidents, MemoryViews
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.record import DeadLetter, TicketRecord
from ticketrouter.domain.status import Lane, State
from ticketrouter.domain.ticket import Ticket
from ticketrouter.ports import WebhookReply
from ticketrouter.usecases.operate import Operate, RedriveOutcome

LETTERS = 5_000
URGENT_SHARE = 0.2
ROUNDS = 3_000


class Told(Receivers):
    """Receivers that count by the name of the message."""

    def __init__(self) -> None:
        super().__init__()
        self.times: Counter[str] = Counter()

    def send(self, url: str, headers: Any, body: bytes) -> WebhookReply:
        self.times[headers["webhook-id"]] += 1
        return super().send(url, headers, body)


class Dead:
    """A router whose model was broken, so that half of its tickets failed, and is well again.

    Attributes:
        told: What receivers accepted.
        before: The records that were final before anything was redriven.
    """

    def __init__(self, letters: int, chance: Random, change: Callable[[Router], None]) -> None:
        self.told = Told()

        def changed(router: Router) -> None:
            router.scorer, router.receivers = Words(), self.told
            change(router)

        self.router = Router(changed)
        self.operate = Operate(
            store=self.router.port("store"),
            views=MemoryViews(self.router.state),
            dead_letters=self.router.port("dead_letters"),
            queue=self.router.queue,
            incidents=MemoryIncidents(self.router.state),
            clock=self.router.clock,
            deadline_s=DEADLINE_S,
        )
        self.items = [self._item(number, chance) for number in range(letters)]
        self.router.queue.send(self.items)
        for item in self.items[::2]:
            self.router.store.fail(item, "poison")
        work_off(self.router, ROUNDS)
        self.before = {name: row.record for name, row in self.router.state.rows.items()}

    def _item(self, number: int, chance: Random) -> WorkItem:
        said = "urgent: nobody can pay" if chance.random() < URGENT_SHARE else "the export is slow"
        return WorkItem(Ticket(f"t{number}", f"{said}, says {number}"), Lane.STANDARD, 0.2, self.router.clock.now_ms())

    def changed(self) -> list[str]:
        """Return the tickets whose final record is not what it was, but for `failed` ones that are scored now."""
        return [
            name
            for name, was in self.before.items()
            if not _is_same(was, now := self.router.state.rows[name].record)
            and not (was.state is State.FAILED and now.state is State.SCORED and now.epoch == was.epoch + 1)
        ]

    def by_sqs(self) -> None:
        """Put every message into the dead-letter queue and move it back to its lane, as StartMessageMoveTask does."""
        for item in self.items:
            self.router.sqs.put(f"standard{DEAD}", item.to_json())
        for message in list(self.router.sqs.queues[f"standard{DEAD}"].values()):
            del self.router.sqs.queues[f"standard{DEAD}"][message.name]
            self.router.sqs.put("standard", message.body)

    def drained(self) -> None:
        """Put every message into the dead-letter queue, for the reconciler."""
        for item in self.items:
            self.router.sqs.put(f"standard{DEAD}", item.to_json())

    def by_api(self) -> Counter[str]:
        """Redrive all dead letters with one filter, page by page; return what became of them."""
        outcomes: Counter[str] = Counter()
        cursor = None
        while True:
            redriven = self.operate.redrive_matching(per_minute=60_000, cursor=cursor)
            outcomes.update(outcome.value for outcome in redriven.outcomes.values())
            cursor = redriven.cursor
            if cursor is None:
                return outcomes

    def leave_stale_letters(self) -> None:
        """List every ticket that is done as a dead letter, as if the removal of its letter had been lost."""
        for name, was in self.before.items():
            if was.state is State.SCORED:
                self.router.state.letters[name] = DeadLetter(name, "poison", self.router.clock.now_ms(), name)


def _is_same(was: TicketRecord, now: TicketRecord) -> bool:
    return replace(was, resends=0) == replace(now, resends=0)


def attack(
    *, seed: int, letters: int, change: Callable[[Router], None] = lambda router: None
) -> tuple[dict[str, Any], list[str]]:
    """Return figures, and what did not hold."""
    dead = Dead(letters, Random(seed), change)
    dead.router.sqs.dead_lettered.clear()
    broken: list[str] = []

    def look(step: str) -> None:
        dead.router.clock.advance(60)  # so that whatever is done again says so
        work_off(dead.router, ROUNDS)
        if changed := dead.changed():
            broken.append(f"seed {seed}, {step}: {len(changed)} final records changed, {changed[0]} for one")
        if doubles := [name for name, times in dead.told.times.items() if times > 1]:
            broken.append(f"seed {seed}, {step}: {len(doubles)} alerts were told twice")

    told = [sum(dead.told.times.values())]
    for step in (dead.by_sqs, dead.by_sqs, dead.drained, dead.drained):
        step()
        look(step.__name__)
    told.append(sum(dead.told.times.values()))
    dead.leave_stale_letters()
    first = dead.by_api()
    look("by_api")
    told.append(sum(dead.told.times.values()))
    dead.leave_stale_letters()
    second = dead.by_api()
    look("by_api again")
    told.append(sum(dead.told.times.values()))
    failed = sum(was.state is State.FAILED for was in dead.before.values())
    scored = sum(row.record.state is State.SCORED for row in dead.router.state.rows.values())
    for wrong, sentence in (
        (told[0] != told[1], f"a redrive by SQS told {told[1] - told[0]} alerts"),
        (first[RedriveOutcome.SENT] != failed, f"{failed} had failed, and the API says {dict(first)}"),
        (second[RedriveOutcome.SENT], f"the second redrive sent {second[RedriveOutcome.SENT]} tickets"),
        (told[3] != told[2], f"the second redrive told {told[3] - told[2]} alerts"),
        (scored != letters, f"{scored} of {letters} are scored in the end"),
    ):
        if wrong:
            broken.append(f"seed {seed}: {sentence}")
    figures = {
        "letters": letters,
        "done_before": letters - failed,
        "redriven": first[RedriveOutcome.SENT],
        "redriven_again": second[RedriveOutcome.SENT],
        "alerts_before": told[0],
        "alerts_after": told[3],
        "told_twice": sum(times - 1 for times in dead.told.times.values()),
        "changed_finals": len(dead.changed()),
    }
    return figures, broken


def run(seed: int, scale: float) -> Result:
    """Redrive 5,000 dead letters six times."""
    return Result(*attack(seed=seed, letters=max(50, round(LETTERS * scale))))
