"""Timers: invokes functions at their rate, with the event that EventBridge would send."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from local.plan import ACCOUNT_ID, Schedule
from local.runtime import Result


def scheduled_event(schedule: Schedule, region: str, now_s: float) -> dict[str, Any]:
    """Return a scheduled event.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html
    """
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": schedule.source,
        "account": ACCOUNT_ID,
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now_s)),
        "region": region,
        "resources": [schedule.arn],
        "detail": {},
    }


async def run_schedule(
    schedule: Schedule, region: str, invoke: Callable[[bytes], Awaitable[Result]], *, sleep_s: float | None = None
) -> None:
    """Invoke for ever, first after one interval. A failed run is the function's to log; the next one comes anyway."""
    while True:
        await asyncio.sleep(schedule.interval_s if sleep_s is None else sleep_s)
        payload = schedule.payload or json.dumps(scheduled_event(schedule, region, time.time()))
        await invoke(payload.encode())
