"""The schedule of tries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketrouter.domain.backoff import MAX_TRIES, SCHEDULE_S, outage_delay_s, retry_delay_s


def test_the_schedule_without_jitter():
    delays = [retry_delay_s(tries, uniform=0.5) for tries in range(1, MAX_TRIES + 1)]
    assert delays == [5, 30, 120, 600, 1_800, 7_200, 18_000, None]


@given(tries=st.integers(1, MAX_TRIES - 1), uniform=st.floats(0, 1, exclude_max=True, allow_subnormal=False))
def test_jitter_stays_within_a_fifth(tries, uniform):
    delay_s = retry_delay_s(tries, uniform=uniform)
    assert SCHEDULE_S[tries] * 0.8 <= delay_s <= SCHEDULE_S[tries] * 1.2 + 1


@pytest.mark.parametrize(
    ("tries", "wish_s", "delay_s"),
    [
        (1, 0, 5),  # never sooner than ours
        (1, 60, 60),
        (1, 900, 900),
        (1, 86_400, 900),  # nor next week
        (4, 86_400, 1_200),  # twice our own 10 minutes
        (7, 1, 18_000),
        (7, 10**9, 36_000),
    ],
)
def test_a_receivers_wish_is_honoured_within_limits(tries, wish_s, delay_s):
    assert retry_delay_s(tries, uniform=0.5, retry_after_s=wish_s) == delay_s


@given(
    tries=st.integers(1, MAX_TRIES - 1),
    wish_s=st.integers(0, 10**9),
    uniform=st.floats(0, 1, exclude_max=True, allow_subnormal=False),
)
def test_no_delay_is_longer_than_a_queue_can_hide_a_message(tries, wish_s, uniform):
    assert 1 <= retry_delay_s(tries, uniform=uniform, retry_after_s=wish_s) <= 43_200


def test_a_silent_store_is_asked_again_soon_and_then_at_the_queues_own_pace():
    assert [outage_delay_s(receive_count) for receive_count in range(1, 6)] == [5, 30, 60, None, None]
