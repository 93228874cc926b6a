"""The model checker on a small scale, and that it sees through every mechanism that is taken out.

`python -m tests.faults model_check` is the same with 2,000 runs.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import count

import pytest

from tests.faults.model_check import RouterMachine, check
from tests.faults.world.truth import Broken
from ticketrouter.domain.status import State


def _machine(mutation):
    return type("Mutant", (RouterMachine,), {"change": staticmethod(mutation), "figures": Counter()})


def test_a_hundred_runs_keep_every_promise():
    machine = _machine(lambda router: None)

    check(machine, runs=100, steps=25)

    assert machine.figures["tickets"] > 300
    assert machine.figures["doubles"] > 0, "no alert was accepted twice: the runs are too tame to mean anything"
    assert {
        f"fault {name}" for name in ("dies_before", "dies_after", "reply_lost", "timeout", "stalls", "meanwhile")
    } <= (machine.figures.keys())


def _without_the_claims_token(router):
    confirm = router.claims.confirm

    def blindly(claims):
        for claim in claims:
            row = router.state.rows.get(claim.item.ticket.ticket_id)
            if row is not None:
                row.token = claim.token
        confirm(claims)

    router.claims.confirm = blindly


def _without_the_lease(router):
    claim = router.deliveries.claim
    router.deliveries.claim = lambda alert, *, token, lease_ms: claim(alert, token=token, lease_ms=0)


def _without_compare_and_set(router):
    record = router.deliveries.record

    def blindly(alert, attempt, status, *, token, retry_in_ms):
        row = router.state.deliveries.get((alert.about, alert.destination))
        if row is not None:
            row.token = token
        return record(alert, attempt, status, token=token, retry_in_ms=retry_in_ms)

    router.deliveries.record = blindly


def _without_the_second_flag(router):
    commit = router.store.commit

    def with_one(outcomes):
        records = commit(outcomes)
        router.store.mark_alerts_enqueued([outcome.item.ticket.ticket_id for outcome in outcomes])
        return records

    router.store.commit = with_one


def _with_one_state(router):
    claim = router.claims.claim

    def at_once(items, *, key_id, token):
        claims = claim(items, key_id=key_id, token=token)
        for one in claims:
            row = router.state.rows[one.item.ticket.ticket_id]
            if one.owned:
                row.record = replace(row.record, state=State.QUEUED)
        return claims

    router.claims.claim = at_once


def _acknowledging_first(router):
    router.acknowledges_first = True


def _with_random_ids(router):
    numbers = count()
    router.ids.from_idempotency_key = lambda key: f"t_random{next(numbers)}"


@pytest.mark.parametrize(
    ("mutation", "shown_by"),
    [
        (_without_the_claims_token, "I1"),
        (_without_the_lease, "I6"),
        (_without_compare_and_set, "I6"),
        (_without_the_second_flag, "I5"),
        (_with_one_state, "I1"),
        (_acknowledging_first, "I2"),
        (_with_random_ids, "I3"),
    ],
)
def test_the_machine_sees_what_is_taken_out(mutation, shown_by):
    with pytest.raises(Broken, match=shown_by):
        check(_machine(mutation), runs=300, shrink=False)
