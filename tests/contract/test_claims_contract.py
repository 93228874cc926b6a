"""Claims: first come, first accepted; on memory and on a real Redis."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from ticketrouter.domain.errors import RateLimitedError
from ticketrouter.domain.status import Lane, State
from ticketrouter.ports import ClaimOutcome


def claim(claims, item, token="first", key_id="k"):
    return claims.claim([item], key_id=key_id, token=token)[0]


def test_new_then_duplicate_with_the_first_acceptance(world):
    first = world.item("a", metadata={"order": "17 é"}, lane=Lane.EXPRESS, provisional_score=0.95)
    made = claim(world.claims, first)
    assert (made.outcome, made.item, made.state, made.owned) == (ClaimOutcome.NEW, first, State.SENDING, True)

    world.claims.confirm([made])

    later = replace(first, accepted_at_ms=first.accepted_at_ms + 60_000, lane=Lane.STANDARD, provisional_score=0.1)
    again = claim(world.claims, later, token="second")
    assert (again.outcome, again.item, again.state, again.owned) == (
        ClaimOutcome.DUPLICATE, first, State.QUEUED, False,
    )  # fmt: skip


def test_of_twenty_claims_in_the_same_instant_one_is_new(world):
    item = world.item("crowd")
    barrier = Barrier(20)

    def post(number):
        barrier.wait()
        return claim(world.claims, item, token=f"token-{number}").outcome

    with ThreadPoolExecutor(20) as pool:
        outcomes = Counter(pool.map(post, range(20)))

    assert outcomes == {ClaimOutcome.NEW: 1, ClaimOutcome.IN_PROGRESS: 19}


def test_a_claim_in_progress_says_when_its_lease_ends(world):
    claim(world.claims, world.item("a"))

    second = claim(world.claims, world.item("a"), token="second")

    assert second.outcome is ClaimOutcome.IN_PROGRESS
    assert 4 <= second.retry_after_s <= 5


def test_other_content_under_the_same_id_is_a_conflict(world):
    world.accept(world.item("a", "The printer is on fire"))
    other = world.item("a", "The printer is fine")

    refused = claim(world.claims, other)

    assert (refused.outcome, refused.owned, refused.item) == (ClaimOutcome.CONFLICT, False, other)
    assert world.store.get("a").item.ticket.description == "The printer is on fire"


def test_a_batch_judges_each_ticket_on_its_own(world):
    taken, busy, free = world.item("taken"), world.item("busy"), world.item("free")
    world.accept(taken)
    claim(world.claims, busy)

    outcomes = [c.outcome for c in world.claims.claim([free, taken, busy], key_id="k", token="second")]

    assert outcomes == [ClaimOutcome.NEW, ClaimOutcome.DUPLICATE, ClaimOutcome.IN_PROGRESS]


def test_a_lease_that_ended_is_taken_over_and_its_first_owner_can_confirm_no_more(world):
    claims = world.claims_with(lease_ms=40)
    first = claim(claims, world.item("a"))
    world.wait_ms(60)

    second = claim(world.claims_with(lease_ms=60_000), world.item("a"), token="second")
    assert (second.outcome, second.item, second.owned) == (ClaimOutcome.TAKEN_OVER, first.item, True)

    claims.confirm([first])
    assert world.store.get("a").state is State.SENDING
    assert world.views.stats(60)["counters"]["accepted"] == 0

    claims.confirm([second])
    assert world.store.get("a").state is State.QUEUED
    assert world.views.stats(60)["counters"]["accepted"] == 1


def test_the_same_token_again_is_still_new_because_its_reply_was_lost(world):
    item = world.item("a")
    claim(world.claims, item)

    again = claim(world.claims, item)

    assert (again.outcome, again.owned) == (ClaimOutcome.NEW, True)


def test_a_confirmation_counts_once_however_often_it_comes(world):
    claims = world.claims.claim([world.item("a"), world.item("b")], key_id="k", token="first")
    for _ in range(3):
        world.claims.confirm(claims)

    assert world.views.stats(60)["counters"]["accepted"] == 2


def test_a_worker_that_is_faster_than_the_confirmation_counts_in_its_place(world):
    item = world.item("a")
    made = claim(world.claims, item)
    world.store.begin([item], max_attempts=3)

    world.claims.confirm([made])

    assert world.store.get("a").state is State.QUEUED
    assert world.views.stats(60)["counters"]["accepted"] == 1


def test_only_owned_claims_are_confirmed(world):
    claim(world.claims, world.item("a"), token="owner")
    loser = claim(world.claims, world.item("a"), token="loser")

    world.claims.confirm([loser])
    world.claims.confirm([])

    assert world.store.get("a").state is State.SENDING


def test_a_duplicate_of_a_final_ticket_carries_its_state(world):
    item = world.item("a")
    world.accept(item)
    world.store.commit([world.outcome(item)])

    assert claim(world.claims, item, token="second").state is State.SCORED


def test_a_claim_sets_a_deadline_that_no_retry_moves(world):
    item = world.item("a")
    claim(world.claims, item)
    claim(world.claims, replace(item, accepted_at_ms=item.accepted_at_ms + 500_000), token="second")

    due_ms = item.accepted_at_ms + 3_600_000
    assert world.store.overdue(due_ms - 1, 10) == []
    assert world.store.overdue(due_ms, 10) == ["a"]


class TestRate:
    """60 a minute is one a second, above a burst of 500."""

    def fill(self, world):
        limited = world.claims_with(rate_limit_per_minute=60)
        limited.claim([world.item(f"fill-{n}") for n in range(500)], key_id="busy", token="first")
        return limited

    def test_a_request_over_the_burst_is_refused_and_nothing_stays_claimed(self, world):
        limited = self.fill(world)

        with pytest.raises(RateLimitedError) as refusal:
            limited.claim([world.item("a"), world.item("b"), world.item("c")], key_id="busy", token="first")

        assert refusal.value.retry_after_s == 3
        assert world.store.get("a") is None
        assert claim(world.claims, world.item("a"), token="other").outcome is ClaimOutcome.NEW

    def test_a_refused_takeover_may_be_taken_over_at_once(self, world):
        claim(world.claims_with(lease_ms=40), world.item("a"), key_id="quiet")
        limited = self.fill(world)
        world.wait_ms(60)

        with pytest.raises(RateLimitedError):
            claim(limited, world.item("a"), token="refused", key_id="busy")

        assert claim(limited, world.item("a"), token="third", key_id="quiet").outcome is ClaimOutcome.TAKEN_OVER

    def test_refused_requests_do_not_add_up_to_tickets_in_flight(self, world):
        limited = self.fill(world)
        before = world.views.backlog().in_flight

        for start in range(0, 800, 40):
            with pytest.raises(RateLimitedError):
                limited.claim([world.item(f"late-{start + n}") for n in range(40)], key_id="busy", token="t")

        # The first refusal may leave its deadlines, until they are due.
        assert world.views.backlog().in_flight - before <= 40

    def test_a_key_that_was_refused_is_let_in_as_soon_as_it_has_rate_again(self, world):
        limited = self.fill(world)
        with pytest.raises(RateLimitedError):
            claim(limited, world.item("a"), key_id="busy")

        world.wait_ms(1_050)

        assert claim(limited, world.item("a"), key_id="busy").outcome is ClaimOutcome.NEW
        with pytest.raises(RateLimitedError):
            claim(limited, world.item("b"), key_id="busy")
        assert world.store.get("b") is None

    def test_another_key_has_a_rate_of_its_own_and_time_gives_it_back(self, world):
        limited = self.fill(world)
        assert claim(limited, world.item("a"), key_id="quiet").outcome is ClaimOutcome.NEW

        world.wait_ms(1_050)

        assert claim(limited, world.item("b"), key_id="busy").outcome is ClaimOutcome.NEW
