"""The stage throttle of an HTTP API: a token bucket.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
"""

from __future__ import annotations

import time
from collections.abc import Callable

from local.plan import Throttle


class TokenBucket:
    """Lets `rate_per_s` requests through on average, and `burst` at once."""

    def __init__(self, throttle: Throttle, clock_s: Callable[[], float] = time.monotonic) -> None:
        """Start full."""
        self._throttle, self._clock_s = throttle, clock_s
        self._tokens, self._filled_s = float(throttle.burst), clock_s()

    def take(self) -> bool:
        """Take a token; False if there is none."""
        now_s = self._clock_s()
        gained = (now_s - self._filled_s) * self._throttle.rate_per_s
        self._tokens, self._filled_s = min(self._throttle.burst, self._tokens + gained), now_s
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
