"""Each sickness of Redis, a few requests long: what counts is what came of them, not how long it took.

`python -m tests.faults redis` does it under load, in sandboxes, with the figures of time.
"""

from __future__ import annotations

import time
from random import Random

import pytest

from tests.faults.harness.functions_at_work import Functions
from tests.faults.harness.redis_states import STATES, house_of
from tests.faults.harness.sandboxes import Request, Sandbox
from tests.faults.redis import Observed, accept_own, at_work, figures_of, finish, judge
from ticketrouter.adapters.redis_store.breaker import OPEN_MS
from ticketrouter.adapters.system import SystemClock
from ticketrouter.domain.ticket import TicketIds
from ticketrouter.usecases.worker import Worker

# Long, or like `replica`; the suite has them.
LEFT_OUT = {"dripping", "loading", "max_clients", "disk_full", "out_of_memory"}
BY_NAME = {state.name: state for state in STATES}
LEASE_MS = 300  # so that nobody waits for its end


class Ahead(SystemClock):
    """The machine's clock, which a test puts forward."""

    ahead_ms = 0.0

    def monotonic_ms(self):
        return super().monotonic_ms() + self.ahead_ms


@pytest.fixture(autouse=True)
def _short_leases(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    for module in ("dispatcher", "posting"):
        monkeypatch.setattr(f"ticketrouter.usecases.{module}.LEASE_MS", LEASE_MS)


def go_through(state):
    """Post before, during and after; return what was seen, and the answers of the three times."""
    with house_of(state, Random(1)) as house:
        clock = Ahead()
        sandboxes = Sandbox(house.secret, clock), Sandbox(house.secret, clock)
        functions = Functions(house.url, clock)
        accept_own(house, functions)

        def post(*numbers):
            return [box.post(Request(0.0, number)) for number in numbers for box in sandboxes]

        before = post(*range(4))
        began_s = time.monotonic()
        with state.sickness(house):
            during = post(2, 3, *range(4, 8))
            given_up = at_work(functions, ("get_ticket", "get_changes", "get_health"))
        ended_s = time.monotonic()
        clock.ahead_ms += OPEN_MS
        after = post(1, 5, *range(8, 11))
        functions.tickets.put([item.to_json() for box in sandboxes for item in box.queue.sent])
        left = finish(functions, wait_s=15)
        seen = Observed([[*before, *during, *after]], [item.to_json() for box in sandboxes for item in box.queue.sent],
                        (began_s, ended_s), functions, given_up, left)  # fmt: skip
        found = figures_of(state, seen)
        for one in (*sandboxes, functions):
            one.close()
    return seen, found, (before, during, after)


@pytest.mark.parametrize("state", [s for s in STATES if s.name not in LEFT_OUT], ids=lambda state: state.name)
def test_a_sick_redis_costs_no_ticket_and_nobody_an_answer(state):
    seen, found, (before, during, after) = go_through(state)

    assert judge(state, seen, found) == []
    # Not each one: on a machine that is busy, a Redis that is well may be too late, too.
    assert any(answer.claimed for answer in before)
    assert any(answer.claimed for answer in after)
    assert state.answers or not any(answer.claimed for answer in during[2:])
    assert set(seen.functions.unready) <= ({"ok", "unavailable"} if state.answers else {"unavailable"})


def _random_ids(monkeypatch):
    drawn = iter(range(1_000))
    monkeypatch.setattr(TicketIds, "from_idempotency_key", lambda self, key: f"t_{next(drawn)}")


def _acknowledged(monkeypatch):
    work = Worker.work

    def blindly(self, messages, *, cold_start):
        report = work(self, messages, cold_start=cold_start)
        report.failed = []
        return report

    monkeypatch.setattr(Worker, "work", blindly)


@pytest.mark.parametrize(
    ("breaking", "shown_by"),
    [(_random_ids, "second_ids"), (_acknowledged, "unfinished")],
)
def test_the_figures_show_a_router_that_is_broken(monkeypatch, breaking, shown_by):
    breaking(monkeypatch)
    _, found, _ = go_through(BY_NAME["replica"])
    assert found[shown_by] > 0
