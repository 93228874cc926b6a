"""The reconciler's story on both stores: what it needs of them, in one piece."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contract.conftest import DEADLINE_S, StoreWorld
from ticketrouter.adapters.memory import MemoryAlertQueue, MemoryDestinations, MemoryWorkQueue
from ticketrouter.domain.message import Received, WorkItem, alert_to_json
from ticketrouter.domain.status import DeliveryStatus, State
from ticketrouter.usecases.reconcile_report import ReconcileReport
from ticketrouter.usecases.reconciler import MAX_RESENDS, Reconciler

ARN = "arn:aws:sqs:eu-central-1:123456789012:tickets-standard-dead-letters"


class Run:
    """A reconciler over a store of the contract."""

    def __init__(self, world: StoreWorld) -> None:
        self.world = world
        self.queue, self.alerts = MemoryWorkQueue(), MemoryAlertQueue()
        self.reconciler = Reconciler(
            store=world.store,
            queue=self.queue,
            alerts=self.alerts,
            deliveries=world.deliveries,
            destinations=MemoryDestinations([]),
            dead_letters=world.letters,
            clock=world.clock,
            deadline_s=DEADLINE_S,
        )

    def sweep(self) -> ReconcileReport:
        return self.reconciler.sweep(remaining_ms=lambda: 60_000.0)

    def drain(self, body: str) -> ReconcileReport:
        return self.reconciler.drain([Received("m1", "receipt", ARN, body, 1)])

    def overdue(self) -> WorkItem:
        """Return an accepted ticket whose deadline has passed."""
        item = self.world.item(accepted_at_ms=self.world.clock.now_ms() - DEADLINE_S * 1_000 - 1)
        self.world.accept(item)
        return item

    def state(self, item: WorkItem) -> State | None:
        record = self.world.store.get(item.ticket.ticket_id)
        return record and record.state


@pytest.fixture
def run(world: StoreWorld) -> Run:
    return Run(world)


def test_overdue_until_it_is_given_up(run: Run) -> None:
    item = run.overdue()
    ticket_id = item.ticket.ticket_id

    for _ in range(MAX_RESENDS):
        assert run.sweep().resent == [ticket_id]
        assert run.sweep() == ReconcileReport()  # its deadline has moved
        run.world.store.postpone(ticket_id, run.world.clock.now_ms() - 1)
    assert run.queue.sent == [item] * MAX_RESENDS

    run.queue.sent.clear()
    assert run.sweep().given_up == [ticket_id]
    assert run.state(item) is State.FAILED
    assert [letter.reason for letter in run.world.letters.find(limit=5, cursor=None)[0]] == ["overdue"]
    assert run.sweep() == ReconcileReport()


def test_a_claim_whose_owner_died(run: Run) -> None:
    item = run.world.item(accepted_at_ms=run.world.clock.now_ms() - DEADLINE_S * 1_000 - 1)
    run.world.claims.claim([item], key_id="k", token="owner")

    assert run.sweep().resent == [item.ticket.ticket_id]


def test_scored_and_its_alerts_never_sent(run: Run) -> None:
    item = run.overdue()
    alert = run.world.alert(item)
    run.world.store.commit([run.world.outcome(item, alerts=(alert,))])

    assert run.drain(item.to_json()).alerted == [item.ticket.ticket_id]
    assert run.alerts.sent == [alert]
    assert run.drain(item.to_json()) == ReconcileReport()
    assert run.sweep() == ReconcileReport()


def test_a_dead_ticket_that_the_store_forgot(run: Run) -> None:
    item = run.world.item()

    assert run.drain(item.to_json()).resent == [item.ticket.ticket_id]
    assert run.state(item) is None  # the worker will make its record


def test_a_dead_alert_and_an_unreadable_message(run: Run) -> None:
    item = run.overdue()
    alert = run.world.alert(item)

    assert run.drain(alert_to_json(alert)).exhausted == [alert]
    (delivery,) = run.world.deliveries.of_ticket(item.ticket.ticket_id, ["oncall"])
    assert delivery.status is DeliveryStatus.EXHAUSTED

    assert [letter.id for letter in run.drain("<xml/>").kept] == ["m1"]
    (letter,) = run.world.letters.get_many(["m1"])
    assert letter is not None
    assert (letter.reason, letter.body) == ("malformed-message", "<xml/>")


def test_a_dead_letter_of_the_round_before_does_not_give_up_a_redriven_alert(world: StoreWorld) -> None:
    alert = world.alert(world.item("a"))
    redriven = replace(alert, epoch=2)
    world.deliveries.claim(redriven, token="t", lease_ms=5_000)

    assert world.deliveries.close(alert, DeliveryStatus.EXHAUSTED) is False
    (delivery,) = world.deliveries.of_ticket("a", ["oncall"])
    assert delivery.status is DeliveryStatus.PENDING
    assert world.deliveries.close(redriven, DeliveryStatus.EXHAUSTED) is True
