"""Wrong clocks on a small scale, and that the suite sees a router that trusts them."""

from __future__ import annotations

import pytest

from tests.faults.clocks import attack, content_ids, signatures


@pytest.mark.parametrize("jumps", [False, True])
def test_wrong_clocks_double_nothing_and_lose_nothing(jumps):
    figures, broken = attack(seed=1, scale=0.05, jumps=jumps)
    assert broken == []
    assert figures["alerts"] > 20
    assert bool(figures["jumps"]) == jumps


def test_signatures_are_as_late_as_their_senders_clock():
    assert signatures(seed=1) == []


def test_ten_minutes_of_skew_make_two_tickets_of_the_same_words():
    shares = content_ids(seed=1, posts=50)
    assert shares["skew_0_s"] <= 0.2
    assert shares["skew_600_s"] > 0.8


def _judging_leases_by_the_callers_clock(router):
    claim = router.deliveries.claim
    # A caller whose clock is ten minutes ahead takes every lease for over.
    router.deliveries.claim = lambda alert, *, token, lease_ms: claim(alert, token=token, lease_ms=lease_ms - 600_000)


def test_the_suite_sees_a_lease_that_is_stolen():
    _, broken = attack(seed=1, scale=0.05, jumps=False, change=_judging_leases_by_the_callers_clock)
    assert any("twice" in sentence for sentence in broken)
