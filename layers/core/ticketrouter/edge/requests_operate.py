"""What operators ask about deliveries and dead letters: which ones, and what is to be done with them."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, JsonValue, model_validator
from pydantic_core import PydanticCustomError

from ticketrouter.domain.listing import DeliveryFilter, LetterFilter
from ticketrouter.domain.status import DeliveryStatus
from ticketrouter.edge.requests import TIME_HINT, Cursor, Limit, Request, UnixMs, Whole

MAX_REDRIVE_IDS = 500


class DeliveryChoice(Request):
    """Which deliveries."""

    destination: str = Field(default="", max_length=64)
    category: str = Field(default="", max_length=100)
    since: UnixMs | None = Field(default=None, description=f"Last changed at or after. {TIME_HINT}")
    until: UnixMs | None = Field(default=None, description=f"Last changed before. {TIME_HINT}")
    cursor: Cursor | None = None

    def to_filter(self) -> DeliveryFilter:
        """Translate."""
        return DeliveryFilter(self.destination, self.category, self.since, self.until)


class DeliveriesParameters(DeliveryChoice):
    """Parameters of `GET /deliveries`."""

    status: DeliveryStatus | None = None
    limit: Limit = 50


class ReplayRequest(DeliveryChoice):
    """Which finished deliveries to send once more, and how fast."""

    model_config = ConfigDict(strict=True)

    status: Literal["delivered", "exhausted", "suppressed"] = "exhausted"
    per_minute: Whole = Field(default=60, ge=1, le=600, description="How many go out in a minute.")
    dry_run: bool = Field(default=False, description="Only tell what would be sent.")


class LetterChoice(Request):
    """Which dead letters."""

    reason: str = Field(
        default="",
        max_length=64,
        description="Why it was given up: poison, dead-lettered, overdue, malformed-message, id-conflict.",
    )
    since: UnixMs | None = Field(default=None, description=f"Given up at or after. {TIME_HINT}")
    until: UnixMs | None = Field(default=None, description=f"Given up before. {TIME_HINT}")
    cursor: Cursor | None = None

    def to_filter(self) -> LetterFilter:
        """Translate."""
        return LetterFilter(self.reason, self.since, self.until)


class DeadLettersParameters(LetterChoice):
    """Parameters of `GET /dead-letters`."""

    limit: Limit = 50


_IDS_OR_FILTER: dict[str, JsonValue] = {
    "not": {
        "anyOf": [
            {  # neither
                "properties": {
                    "ids": {"maxItems": 0},
                    "all": {"const": False},
                    "reason": {"maxLength": 0},
                    "since": {"type": "null"},
                    "until": {"type": "null"},
                }
            },
            {  # both
                "required": ["ids"],
                "properties": {"ids": {"minItems": 1}},
                "anyOf": [
                    {"required": ["all"], "properties": {"all": {"const": True}}},
                    {"required": ["reason"], "properties": {"reason": {"minLength": 1}}},
                    {"required": ["since"], "properties": {"since": {"type": ["string", "integer"]}}},
                    {"required": ["until"], "properties": {"until": {"type": ["string", "integer"]}}},
                    {"required": ["cursor"], "properties": {"cursor": {"type": "string", "minLength": 1}}},
                ],
            },
        ]
    }
}


class RedriveRequest(LetterChoice):
    """Which dead letters to redrive, and how fast: `ids`, or a filter, or `all`."""

    model_config = ConfigDict(strict=True, json_schema_extra=_IDS_OR_FILTER)

    ids: list[Annotated[str, Field(min_length=1, max_length=256)]] = Field(
        default=[], max_length=MAX_REDRIVE_IDS, description="Ids of dead letters; without a filter."
    )
    all: bool = Field(default=False, description="Every one that passes the filter; needed only without a filter.")
    per_minute: Whole = Field(default=600, ge=1, le=6_000, description="How many go out in a minute.")
    dry_run: bool = Field(default=False, description="Only tell what would be done.")

    @model_validator(mode="after")
    def _either(self) -> Self:
        chosen = self.all or bool(self.reason) or self.since is not None or self.until is not None
        if bool(self.ids) == chosen or (self.ids and self.cursor):
            raise PydanticCustomError("either", 'give "ids" (at least one), or a filter, or "all": true')
        return self
