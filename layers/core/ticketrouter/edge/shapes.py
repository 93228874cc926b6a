"""What all shapes of answers are made of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue

Time = Annotated[str, Field(json_schema_extra={"format": "date-time"}, description="RFC 3339, UTC, milliseconds.")]
Share = Annotated[float, Field(ge=0, le=1)]
Cursor = Annotated[str | None, Field(description="Send it as `cursor` for the next page; null on the last one.")]


def rfc3339(unix_ms: int) -> str:
    """Return Unix milliseconds as `2026-11-21T12:00:00.123Z`, without the rounding of a float."""
    return f"{datetime.fromtimestamp(unix_ms // 1_000, UTC).isoformat()[:19]}.{unix_ms % 1_000:03d}Z"


def shortened(text: str, chars: int) -> str:
    """Return the text, cut with an ellipsis to at most `chars` characters."""
    return text if len(text) <= chars else f"{text[: chars - 1]}…"


def rfc3339_or_none(unix_ms: int | None) -> str | None:
    """Return the same; None of None."""
    return None if unix_ms is None else rfc3339(unix_ms)


def one_of(first: str, second: str) -> dict[str, JsonValue]:
    """Return what tells a JSON Schema that one of two texts must be given, and not both; null is not given.

    By `not`, as `oneOf` makes a union of types of what is one shape to every generated client.
    """
    return {
        "not": {
            "anyOf": [
                {"properties": {first: {"type": "null"}, second: {"type": "null"}}},
                {"required": [first, second], "properties": {first: {"type": "string"}, second: {"type": "string"}}},
            ]
        }
    }


class Shape(BaseModel):
    """Base of all answers."""

    model_config = ConfigDict(frozen=True)
