"""The machine's clock and randomness."""

from __future__ import annotations

import re
import time

from ticketrouter.adapters.system import SystemClock, SystemRandomness


def test_the_clock_is_the_machines_and_durations_never_go_back():
    clock = SystemClock()
    readings = [clock.monotonic_ms() for _ in range(100)]

    assert abs(clock.now_ms() - time.time() * 1000) < 1_000
    assert readings == sorted(readings)


def test_a_duration_is_in_milliseconds():
    clock = SystemClock()
    started_ms = clock.monotonic_ms()
    time.sleep(0.02)

    assert 20 <= clock.monotonic_ms() - started_ms < 2_000


def test_tokens_can_be_part_of_a_ticket_id_and_never_repeat():
    tokens = [SystemRandomness().token() for _ in range(1_000)]

    assert len(set(tokens)) == 1_000
    assert all(re.fullmatch("[a-z2-7]{26}", token) for token in tokens)


def test_chances_spread_over_zero_to_one():
    chances = [SystemRandomness().uniform() for _ in range(1_000)]

    assert 0 <= min(chances) < 0.1 < 0.9 < max(chances) < 1
