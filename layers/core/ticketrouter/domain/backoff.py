"""When something is tried again: pure arithmetic, no clock and no chance of its own."""

from __future__ import annotations

import math

# Seconds before each try, counted from the end of the one before. Short at first, for an urgent alert loses value by
# the hour; 7 h 40 min in all. Source: schedules of Svix and Standard Webhooks, shortened.
SCHEDULE_S = (0, 5, 30, 120, 600, 1_800, 7_200, 18_000)
MAX_TRIES = len(SCHEDULE_S)
JITTER = 0.2  # so that alerts that failed together do not come back together
LONGEST_WISH_S = 900  # a receiver may ask for this long, or for twice our own delay, but not for next week


def retry_delay_s(tries: int, *, uniform: float, retry_after_s: int | None = None) -> int | None:
    """Return how many seconds to wait after `tries` failed ones; None when the schedule is used up.

    Args:
        tries: At least 1.
        uniform: A random number in [0, 1).
        retry_after_s: What the receiver asked for. It can lengthen the delay, up to a limit, and never shorten it.
    """
    if tries >= MAX_TRIES:
        return None
    own_s = SCHEDULE_S[tries]
    delay_s = own_s * (1 + JITTER * (2 * uniform - 1))
    if retry_after_s is not None:
        delay_s = max(delay_s, min(retry_after_s, max(2 * own_s, LONGEST_WISH_S)))
    return math.ceil(delay_s)


# The breaker of a destination: what it did to one alert counts for all of them.
FAILURES_TO_OPEN = 3  # in a row
SLOW_MS = 5_000  # a failure that takes this long opens at once: each further one would hold up healthy destinations
FIRST_PAUSE_S, LONGEST_PAUSE_S = 30, 600  # doubled with each probe that fails
# Waiting behind a breaker uses up no try. Well before the queue forgets the alert (4 days) or has handed it out 200
# times, it is given up in plain sight.
GIVE_UP_AFTER_S = 43_200

# Another destination is told when this one has not taken an alert by then.
FALLBACK_TRIES = 3
FALLBACK_AFTER_S = 180


def pause_wish_s(retry_after_s: int | None) -> int:
    """Return for how long a receiver may ask us to leave it alone altogether."""
    return min(retry_after_s or 0, LONGEST_WISH_S)


# A store that does not answer has most often only hiccuped: the first receptions come back soon. From then on it is an
# outage, and the queue's own visibility (minutes) keeps it from burning the receives that lead to the dead letters.
OUTAGE_DELAYS_S = (5, 30, 60)


def outage_delay_s(receive_count: int) -> int | None:
    """Return when a message comes back that the store's silence stopped; None leaves it the queue's own time.

    Args:
        receive_count: How often the message has been handed out, at least 1.
    """
    return OUTAGE_DELAYS_S[receive_count - 1] if receive_count <= len(OUTAGE_DELAYS_S) else None
