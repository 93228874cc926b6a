"""Trace ids in X-Ray's format. Source: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html"""

from __future__ import annotations

import secrets
import time


def new_trace_id() -> str:
    """Return the value of an `X-Amzn-Trace-Id` header, not sampled."""
    return f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)};Parent={secrets.token_hex(8)};Sampled=0"
