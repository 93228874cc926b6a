"""Redriving twice, on a small scale, and that the suite sees a router that minds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.faults.redrive import attack, run
from ticketrouter.domain.status import State


def test_redriving_everything_twice_changes_nothing_and_tells_nobody_twice():
    result = run(seed=1, scale=0.04)
    assert result.broken == []
    assert result.figures["redriven"] == result.figures["letters"] // 2
    assert result.figures["alerts_after"] > result.figures["alerts_before"] > 0


def _scoring_again(router):
    begin = router.store.begin

    def forgetful(items, *, max_attempts):
        for item in items:
            row = router.state.rows.get(item.ticket.ticket_id)
            if row is not None and row.record.state is State.SCORED:
                row.record = replace(row.record, state=State.QUEUED, attempts=0, alerts_enqueued=False)
        return begin(items, max_attempts=max_attempts)

    router.store.begin = forgetful


def _telling_again(router):
    claim = router.deliveries.claim

    def forgetful(alert, *, token, lease_ms):
        router.state.deliveries.pop((alert.about, alert.destination), None)
        return claim(alert, token=token, lease_ms=lease_ms)

    router.deliveries.claim = forgetful
    mark = router.store.mark_alerts_enqueued
    router.store.mark_alerts_enqueued = lambda ids: mark([])


@pytest.mark.parametrize("change", [_scoring_again, _telling_again])
def test_the_suite_sees_what_is_broken(change):
    assert attack(seed=1, letters=50, change=change)[1]
