"""Figures: histograms that add up, and percentiles of all events together."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketrouter.domain import stats
from ticketrouter.domain.status import DeliveryStatus
from ticketrouter.domain.urgency import ALERT_THRESHOLD

durations_ms = st.floats(min_value=0.11, max_value=1e8)


@given(durations_ms)
def test_a_bucket_names_its_durations_within_five_percent(duration_ms):
    histogram = Counter([stats.bucket(duration_ms)])

    assert stats.percentile(histogram, 0.5) == pytest.approx(duration_ms, rel=0.06)


@given(st.lists(durations_ms, min_size=1, max_size=60), st.sampled_from([0.5, 0.95, 0.99]))
def test_a_percentile_is_that_of_the_sorted_durations(durations, share):
    exact = sorted(durations)[max(1, -(-int(share * 100) * len(durations) // 100)) - 1]

    assert stats.percentile(Counter(map(stats.bucket, durations)), share) == pytest.approx(exact, rel=0.06)


@given(durations_ms, durations_ms)
def test_buckets_keep_the_order(one, other):
    assert (stats.bucket(one) <= stats.bucket(other)) or one > other


@pytest.mark.parametrize("duration_ms", [0, -5, 0.05])
def test_next_to_nothing_is_nothing(duration_ms):
    assert stats.percentile(Counter([stats.bucket(duration_ms)]), 0.5) == 0.0


def test_there_is_no_percentile_of_nothing():
    assert stats.percentile({}, 0.5) is None
    assert stats.percentile({3: 0}, 0.5) is None


def test_minutes_merge_before_the_percentile_is_taken():
    now_ms = 100 * 60_000
    slow, fast = stats.bucket(1_000), stats.bucket(10)
    bags = {99: {f"total_ms:{fast}": 99}, 100: {f"total_ms:{slow}": 1}}

    total_ms = stats.shape(bags, window_s=120, now_ms=now_ms)["latency"]["total_ms"]

    # the average of the minutes' medians would be 505
    assert total_ms["count"] == 100
    assert total_ms["p50"] == pytest.approx(10, rel=0.06)
    assert total_ms["p99"] == pytest.approx(10, rel=0.06)


def test_a_count_taken_back_leaves_no_trace():
    shaped = stats.shape({1: {"scored": 0, "category:Billing": 0}}, window_s=60, now_ms=60_000)

    assert shaped["counters"]["scored"] == 0
    assert shaped["by_category"] == {}


@pytest.mark.parametrize(
    ("window_s", "step_s"),
    [
        (60, 60), (3_600, 60), (119 * 60, 60), (119 * 60 + 1, 120), (7_200, 120), (238 * 60, 120), (4 * 3_600, 300),
        (595 * 60, 300), (595 * 60 + 1, 900), (86_400, 900),
    ],
)  # fmt: skip
def test_the_longer_the_window_the_longer_its_steps(window_s, step_s):
    assert stats.step_of(window_s) == step_s


windows_s = st.integers(min_value=stats.MIN_WINDOW_S, max_value=stats.MAX_WINDOW_S)


@given(windows_s, st.integers(min_value=10**12, max_value=2 * 10**12))
def test_a_series_is_short_whole_and_without_gaps(window_s, now_ms):
    minutes = stats.minutes_of(window_s, now_ms)
    bags = {minute: {"accepted": minute - minutes[0] + 1, "failed": 2} for minute in minutes}

    shaped = stats.shape(bags, window_s=window_s, now_ms=now_ms)

    series, step_ms = shaped["series"], shaped["step_s"] * 1_000
    starts_ms = [point["at_ms"] for point in series]
    assert len(series) <= 120
    assert starts_ms == list(range(starts_ms[0], now_ms + 1, step_ms))
    assert starts_ms[0] % step_ms == 0
    assert starts_ms[0] <= now_ms - window_s * 1_000 < starts_ms[0] + step_ms
    assert sum(point["accepted"] for point in series) == shaped["counters"]["accepted"]
    assert sum(point["failed"] for point in series) == 2 * len(minutes)
    assert sum(point["scored"] for point in series) == 0


def test_a_step_counts_its_own_minutes():
    bags = {minute: {"accepted": 1} for minute in (0, 120, 121, 122, 239)}

    series = stats.shape(bags, window_s=7_200, now_ms=240 * 60_000 - 1)["series"]

    assert {point["at_ms"] // 60_000: point["accepted"] for point in series if point["accepted"]} == {
        120: 2, 122: 1, 238: 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        (DeliveryStatus.PENDING, {}),
        (DeliveryStatus.EXHAUSTED, {"exhausted": 1}),
        (DeliveryStatus.SUPPRESSED, {"suppressed": 1}),
        (DeliveryStatus.DELIVERED, {"delivered": 1, f"dispatch_ms:{stats.bucket(250)}": 1, "sum:dispatch_ms": 250_000}),
    ],
)
def test_a_delivery_counts_at_its_end(status, counts):
    assert stats.of_delivery(status, at_ms=120_250, scored_at_ms=120_000) == stats.Tally(2, counts)


def test_a_replay_is_delivered_but_says_nothing_of_the_dispatchers_speed():
    tally = stats.of_delivery(DeliveryStatus.DELIVERED, at_ms=86_400_000, scored_at_ms=0, replayed=True)

    assert tally.counts == {"delivered": 1}


@given(st.integers(min_value=0, max_value=10_000))
def test_the_bins_of_urgency_agree_with_the_threshold(ten_thousandths):
    urgency = ten_thousandths / 10_000  # as scores are

    bin_ = stats.urgency_bin(urgency)

    assert 0 <= bin_ < stats.URGENCY_BINS
    assert (bin_ >= 16) == (urgency > ALERT_THRESHOLD)


@pytest.mark.parametrize(("urgency", "bin_"), [(0, 0), (0.05, 0), (0.0501, 1), (0.8, 15), (0.8001, 16), (1, 19)])
def test_a_bin_of_urgency_holds_its_upper_end(urgency, bin_):
    assert stats.urgency_bin(urgency) == bin_


def test_means_are_of_all_tickets_and_never_of_means():
    bags = {
        99: {"scored": 3, "total_ms:2": 3, "sum:total_ms": 3_000},
        100: {"scored": 1, "total_ms:50": 1, "sum:total_ms": 101_000},
    }

    shaped = stats.shape(bags, window_s=120, now_ms=100 * 60_000)

    # the mean of the minutes' means would be 51
    assert shaped["latency"]["total_ms"]["mean"] == 26.0


def test_a_step_has_its_own_means_percentiles_and_categories():
    fast, slow = stats.bucket(10), stats.bucket(1_000)
    bags = {
        1: {"scored": 2, "category:Legal": 2, f"queue_ms:{fast}": 2, "sum:queue_ms": 25_000, f"total_ms:{slow}": 2},
        2: {"accepted": 1},
    }

    first, second = stats.shape(bags, window_s=60, now_ms=2 * 60_000)["series"]

    assert first["by_category"] == {"Legal": 2}
    assert first["mean_ms"] == {"queue": 12.5, "scoring": None, "dispatch": None}
    assert first["total_ms"]["p50"] == pytest.approx(1_000, rel=0.06)
    assert (second["accepted"], second["by_category"]) == (1, {})
    assert set(second["mean_ms"].values()) == set(second["total_ms"].values()) == {None}


def test_categories_are_split_by_band():
    counts = {"band:critical:Legal": 2, "band:low:Legal": 1, "band:high:a: b": 1, "band:high:gone": 0}

    shaped = stats.shape({1: counts}, window_s=60, now_ms=60_000)

    assert shaped["by_category_band"] == {
        "Legal": {"critical": 2, "high": 0, "normal": 0, "low": 1},
        "a: b": {"critical": 0, "high": 1, "normal": 0, "low": 0},
    }


def test_a_window_covers_the_current_minute_and_all_that_it_touches():
    assert list(stats.minutes_of(60, 125_000)) == [1, 2]
    assert list(stats.minutes_of(120, 120_000)) == [0, 1, 2]
