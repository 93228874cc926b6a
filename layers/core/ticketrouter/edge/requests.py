"""What clients ask: query parameters and bodies, checked before a use case sees them (`requests_*.py` has more).

A parameter that is unknown, repeated or against its rule is a 422 that names it; an empty one counts as not given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self, TypeVar
from urllib.parse import parse_qsl

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from ticketrouter.domain.errors import FieldProblem, InvalidQueryError
from ticketrouter.domain.incident import IncidentStatus
from ticketrouter.domain.listing import TicketQuery
from ticketrouter.domain.ticket import HAS_WORDS, IDEMPOTENCY_KEY, MAX_DESCRIPTION_CHARS, clean
from ticketrouter.edge import http
from ticketrouter.edge.problems import field_problems
from ticketrouter.edge.shapes import one_of

MAX_PARAMETERS = 32
_LATEST_MS = 253_402_300_799_999  # the end of year 9999, the last that an RFC 3339 date can name
_UNIT_S = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
# 1m to 24h in each unit, so that the document says of every text whether it is one.
_WINDOW = re.compile(
    "(?:[6-9][0-9]|[1-9][0-9]{2,3}|[1-7][0-9]{4}|8[0-5][0-9]{3}|86[0-3][0-9]{2}|86400)s?"
    "|(?:[1-9][0-9]{0,2}|1[0-3][0-9]{2}|14[0-3][0-9]|1440)m|(?:[1-9]|1[0-9]|2[0-4])h|1d"
)


def _to_whole(value: Any) -> Any:
    """Read 60.0 as 60, which are one number in JSON: some clients write all numbers so."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _to_unix_ms(value: Any) -> int:
    """Read Unix milliseconds, or an ISO 8601 time; one without an offset is UTC.

    A time before 1970 or after the year 9999 is that end: whoever asks since the year 1 asks for all there is.
    """
    text = str(_to_whole(value))
    try:
        if re.fullmatch(r"[0-9]{1,15}", text):
            unix_ms = int(text)
        else:
            time = datetime.fromisoformat(text)
            unix_ms = round((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() * 1_000)
    except (ValueError, OverflowError) as error:
        raise PydanticCustomError("time", "must be a time in ISO 8601, or Unix milliseconds") from error
    return min(max(unix_ms, 0), _LATEST_MS)


def _to_seconds(value: Any) -> int:
    text = str(value)
    if not _WINDOW.fullmatch(text):
        raise PydanticCustomError("window", "must be a duration of 1m to 24h, for example 15m")
    number = text.rstrip("smhd")
    return int(number) * _UNIT_S[text[len(number) :] or "s"]


TIME_HINT = "ISO 8601 (UTC without an offset), or Unix milliseconds."
UnixMs = Annotated[
    int,
    BeforeValidator(_to_unix_ms),
    WithJsonSchema(
        {
            "type": ["string", "integer"],
            "anyOf": [
                {"type": "string", "format": "date-time"},
                {"type": "string", "pattern": "^[0-9]{1,15}$"},
                {"type": "integer", "minimum": 0, "maximum": 999_999_999_999_999},
            ],
        }
    ),
]
Window = Annotated[
    int,
    BeforeValidator(_to_seconds),
    WithJsonSchema({"type": "string", "pattern": f"^(?:{_WINDOW.pattern})$", "description": "1m to 24h."}),
]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Whole = Annotated[int, BeforeValidator(_to_whole)]
Limit = Annotated[int, Field(ge=1, le=200)]
# The pattern is for the document: what does not match it is no cursor, and is refused as one.
Cursor = Annotated[
    str,
    Field(max_length=1_024, description="Of the page before.", json_schema_extra={"pattern": "^[A-Za-z0-9_=-]*$"}),
]


class Request(BaseModel):
    """Base of all that is asked: nothing unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TicketParameters(Request):
    """Parameters of `GET /tickets/{ticket_id}`."""

    include: str = Field(
        default="",
        pattern="^(explanation|deliveries|similar|feedback)(,(explanation|deliveries|similar|feedback))*$",
        description="What to add, joined by commas: explanation, deliveries, similar, feedback.",
    )

    @property
    def parts(self) -> set[str]:
        """Return what to add."""
        return set(filter(None, self.include.split(",")))


class TicketsParameters(Request):
    """Parameters of `GET /tickets`."""

    q: str = Field(default="", max_length=200, description="Words that must all appear in subject or description.")
    status: Literal["accepted", "scored", "failed"] | None = None
    category: str = Field(
        default="", max_length=100, description="As `GET /model` names it: the bundle's categories, or your own."
    )
    sentiment: Literal["negative", "neutral", "positive"] | None = None
    band: Literal["critical", "high", "normal", "low"] | None = Field(
        default=None, description="Of S, or of the provisional one until it is scored."
    )
    min_urgency: Share | None = Field(default=None, description="S, or the provisional one until it is scored.")
    max_urgency: Share | None = None
    needs_review: Literal["true", "false"] | None = Field(default=None, description="Of scored tickets.")
    incident: str = Field(default="", max_length=64, description="Id of the incident that it belongs to.")
    customer: str = Field(default="", max_length=200)
    channel: str = Field(default="", max_length=200)
    since: UnixMs | None = Field(default=None, description=f"Accepted at or after. {TIME_HINT}")
    until: UnixMs | None = Field(default=None, description=f"Accepted before. {TIME_HINT}")
    sort: Literal["-accepted_at", "accepted_at", "-urgency_score", "urgency_score", "-total_ms", "total_ms"] = Field(
        default="-accepted_at", description="By total_ms only scored tickets are listed."
    )
    limit: Limit = 50
    cursor: Cursor | None = None

    @field_validator("max_urgency", "until")
    @classmethod
    def _in_order(cls, high: float | None, info: ValidationInfo) -> float | None:
        low = info.data.get({"max_urgency": "min_urgency", "until": "since"}[info.field_name or ""])
        if low is not None and high is not None and low > high:
            raise PydanticCustomError("order", "lies below the other end of its range")
        return high

    def to_query(self) -> TicketQuery:
        """Translate."""
        return TicketQuery(
            text=clean(self.q),
            status=self.status or "",
            category=self.category,
            sentiment=self.sentiment or "",
            customer=clean(self.customer),
            channel=clean(self.channel),
            incident=self.incident,
            needs_review=None if self.needs_review is None else self.needs_review == "true",
            band=self.band or "",
            min_urgency=self.min_urgency,
            max_urgency=self.max_urgency,
            since_ms=self.since,
            until_ms=self.until,
            sort=self.sort,
            limit=self.limit,
            cursor=self.cursor,
        )


class ChangesParameters(Request):
    """Parameters of `GET /changes`."""

    since: Cursor | None = Field(default=None, description="`cursor` of the answer before; without it, from now on.")
    limit: Limit = 100


class StatsParameters(Request):
    """Parameters of `GET /stats`."""

    window: Window = Field(default=3_600, json_schema_extra={"default": "1h"})


class AuditParameters(Request):
    """Parameters of `GET /audit`."""

    limit: Limit = 50
    cursor: Cursor | None = None


class IncidentsParameters(Request):
    """Parameters of `GET /incidents`."""

    status: IncidentStatus | None = None
    limit: Limit = 50
    cursor: Cursor | None = None


class ScoreRequest(Request):
    """What to score: a text, or the text of a ticket."""

    model_config = ConfigDict(strict=True, json_schema_extra=one_of("text", "ticket_id"))

    text: str | None = Field(
        default=None, min_length=1, max_length=MAX_DESCRIPTION_CHARS, json_schema_extra={"pattern": HAS_WORDS}
    )
    ticket_id: str | None = Field(default=None, min_length=1, max_length=128)

    @model_validator(mode="after")
    def _either(self) -> Self:
        if (self.text is None) == (self.ticket_id is None):
            raise PydanticCustomError("either", "give either text or ticket_id")
        if self.text is not None and not clean(self.text):
            raise PydanticCustomError("blank", "text must not be blank")
        return self


RequestT = TypeVar("RequestT", bound=Request)


def read_parameters(event: Mapping[str, Any], shape: type[RequestT]) -> RequestT:
    """Read the query string of an event.

    Raises:
        InvalidQueryError: Names each parameter at fault.
    """
    try:
        # The gateway's own `queryStringParameters` joins repeated ones by commas, which a value may hold too.
        pairs = parse_qsl(
            event.get("rawQueryString", ""), keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS
        )
    except ValueError as error:
        raise InvalidQueryError(FieldProblem("", "the query string is not UTF-8 or too long")) from error
    names = [name for name, _ in pairs]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise InvalidQueryError(*(FieldProblem(f"/{name}", "is given more than once") for name in repeated))
    return _checked(shape, {name: value for name, value in pairs if value})


def read_request(event: Mapping[str, Any], shape: type[RequestT]) -> RequestT:
    """Read the JSON body of an event, guarded.

    Raises:
        UnsupportedMediaTypeError: Not `application/json`.
        PayloadTooLargeError: More than 64 KiB.
        MalformedBodyError: Not JSON that we read.
        InvalidQueryError: Names each field at fault.
    """
    text = http.read_body(event, media_types=("application/json",), max_bytes=http.MAX_BODY_BYTES)
    return _checked(shape, http.parse_json(text))


def read_order(event: Mapping[str, Any]) -> str:
    """Return what names an operator's order, so that a call that is repeated is the same order; empty for none.

    Raises:
        InvalidQueryError: The Idempotency-Key is not one.
    """
    key = http.header(event, "idempotency-key")
    if key is None:
        return ""
    if not IDEMPOTENCY_KEY.fullmatch(key):
        raise InvalidQueryError(FieldProblem("/headers/idempotency-key", "must be 1 to 255 printable ASCII characters"))
    return f"{event['requestContext']['authorizer']['lambda']['key_id']}\0{key}"


def _checked(shape: type[RequestT], values: Any) -> RequestT:
    try:
        return shape.model_validate(values)
    except ValidationError as error:
        raise InvalidQueryError(*field_problems(error)) from error
