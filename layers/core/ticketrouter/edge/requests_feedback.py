"""What clients say of tickets' labels, and ask of it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, JsonValue, model_validator
from pydantic_core import PydanticCustomError

from ticketrouter.domain.feedback import MAX_NOTE_CHARS, URGENCY_LEVELS
from ticketrouter.domain.ticket import HAS_WORDS, clean
from ticketrouter.edge.requests import Cursor, Limit, Request


def _is_level(value: float) -> float:
    if value not in URGENCY_LEVELS:
        raise PydanticCustomError("level", "must be 0, 0.25, 0.5, 0.75 or 1")
    return value


Level = Annotated[float, AfterValidator(_is_level), Field(json_schema_extra={"enum": list(URGENCY_LEVELS)})]


_NO_WORDS: JsonValue = {"not": {"pattern": HAS_WORDS}}
_SAYS_SOMETHING: dict[str, JsonValue] = {
    "not": {
        "properties": {
            "category": _NO_WORDS,
            "note": _NO_WORDS,
            "urgency": {"type": "null"},
            "sentiment": {"type": "null"},
        }
    }
}


class FeedbackRequest(Request):
    """What would have been right; at least one of the four."""

    model_config = ConfigDict(strict=True, json_schema_extra=_SAYS_SOMETHING)

    category: Annotated[str, AfterValidator(clean)] = Field(
        default="", max_length=100, description="As `GET /model` names it: the bundle's categories, or your own."
    )
    urgency: Level | None = Field(default=None, description="By the rubric of the model card.")
    sentiment: Literal["negative", "neutral", "positive"] | None = None
    note: Annotated[str, AfterValidator(clean)] = Field(
        default="", max_length=MAX_NOTE_CHARS, description="For people; nothing is learned from it."
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.category or self.sentiment or self.note) and self.urgency is None:
            raise PydanticCustomError("nothing", "give at least one of category, urgency, sentiment and note")
        return self


class FeedbackParameters(Request):
    """Parameters of `GET /feedback`."""

    limit: Limit = 50
    cursor: Cursor | None = None
