"""What Lambda passes beside the event."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FakeLambdaContext:
    """As much of the context as our functions read."""

    function_name: str
    memory_limit_in_mb: int = 512
    aws_request_id: str = "8f6f5a1e-0000-4000-8000-000000000000"
    remaining_ms: int = 10_000

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:eu-central-1:123456789012:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms
