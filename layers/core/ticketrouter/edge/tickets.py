"""What clients send to `POST /tickets` and `POST /tickets/batch`, and what they get back.

Both front doors of the prior systems open: `{"ticket_id", "description"}` and `{"text"}`.
"""

from __future__ import annotations

import csv
import io
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from ticketrouter.domain.errors import InvalidTicketError, MalformedBodyError, PayloadTooLargeError
from ticketrouter.domain.ticket import (
    HAS_WORDS,
    MAX_DESCRIPTION_CHARS,
    MAX_LABEL_CHARS,
    MAX_METADATA_CHARS,
    MAX_METADATA_KEYS,
    MAX_SUBJECT_CHARS,
    TICKET_ID,
    TICKET_ID_RULE,
)
from ticketrouter.edge.problems import field_problems
from ticketrouter.edge.shapes import one_of

MAX_BATCH_ROWS = 500
_CSV_FIELDS = ("ticket_id", "text", "description", "subject", "customer", "channel")
csv.field_size_limit(2 * 1024 * 1024)  # a body is at most 1 MiB, so a long field is judged as a ticket, not as a crash


def _is_ticket_id(text: str) -> str:
    if not TICKET_ID.fullmatch(text):
        raise ValueError(TICKET_ID_RULE)  # a sentence: pydantic's own would be the regular expression
    return text


_TicketId = Annotated[
    str, AfterValidator(_is_ticket_id), WithJsonSchema({"type": "string", "pattern": f"^{TICKET_ID.pattern}$"})
]


# For the document alone: lengths are judged once a text is cleaned, which the schema of a language cannot.
_DESCRIPTION: dict[str, JsonValue] = {"pattern": HAS_WORDS, "maxLength": MAX_DESCRIPTION_CHARS}


class TicketRequest(BaseModel):
    """A ticket to be routed: `description`, or `text` as an older client calls it."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra=one_of("description", "text"))

    ticket_id: _TicketId | None = Field(
        default=None,
        description="Your own id. The same id and content again is a duplicate, other content a 409.",
        examples=["101"],
    )
    description: str | None = Field(
        default=None,
        description=f"What the customer wrote, at most {MAX_DESCRIPTION_CHARS:,} characters once cleaned.",
        examples=["We can see other customers' invoices since the release this morning."],
        json_schema_extra=_DESCRIPTION,
    )
    text: str | None = Field(
        default=None,
        description="Another name for `description`; give one of them.",
        json_schema_extra=_DESCRIPTION,
    )
    subject: str = Field(
        default="",
        description=f"At most {MAX_SUBJECT_CHARS} characters.",
        json_schema_extra={"maxLength": MAX_SUBJECT_CHARS},
    )
    customer: str = Field(
        default="",
        description=f"Who wrote it, at most {MAX_LABEL_CHARS} characters.",
        json_schema_extra={"maxLength": MAX_LABEL_CHARS},
    )
    channel: str = Field(
        default="", description="Where it came from, e.g. email.", json_schema_extra={"maxLength": MAX_LABEL_CHARS}
    )
    metadata: dict[str, str] = Field(
        default_factory=dict,
        description=f"At most {MAX_METADATA_KEYS} texts of yours, of {MAX_METADATA_CHARS:,} characters with their key.",
        json_schema_extra={"maxProperties": MAX_METADATA_KEYS},
    )

    @model_validator(mode="after")
    def _one_text(self) -> Self:
        if (self.description is None) == (self.text is None):
            raise ValueError("give either description or text")
        return self


class AcceptedTicket(BaseModel):
    """The 202: the ticket is durably queued."""

    ticket_id: str
    status: str = Field(description="accepted, scored or failed: a duplicate carries its current status.")
    urgency_score: float = Field(ge=0, le=1, description="Provisional, by the word list alone; it chose the lane.")
    provisional: bool = Field(description="Always true: the final score is on `status_url`.")
    lane: str = Field(description="express or standard")
    duplicate: bool
    status_url: str


class RejectedRow(BaseModel):
    """A row of a batch that was not accepted."""

    index: int = Field(ge=0, description="Position in the array; for CSV, row 0 is the first below the header.")
    problem: dict[str, Any] = Field(description="What a single POST would have been answered (RFC 9457).")


class AcceptedBatch(BaseModel):
    """The 202 of a batch; a bad row never sinks the rest."""

    accepted: list[AcceptedTicket]
    duplicates: list[AcceptedTicket]
    rejected: list[RejectedRow]


def parse_ticket(document: Any) -> TicketRequest:
    """Check one ticket's shape.

    Raises:
        InvalidTicketError: Names each field at fault.
    """
    try:
        return TicketRequest.model_validate(document)
    except ValidationError as error:
        raise InvalidTicketError(*field_problems(error)) from error


def json_rows(document: Any) -> list[Any]:
    """Return the rows of a JSON batch, each still unchecked.

    Raises:
        MalformedBodyError: Not an array, or an empty one.
        PayloadTooLargeError: More rows than a batch may have.
    """
    if not isinstance(document, list) or not document:
        raise MalformedBodyError("a batch is a JSON array of at least one ticket")
    check_row_count(len(document))
    return document


def csv_rows(text: str) -> list[dict[str, Any]]:
    """Return the rows of a CSV with a header as ticket documents; columns of other names become metadata.

    A column `id` is the ticket's id where there is no `ticket_id`.

    A header with semicolons and no comma is read as semicolon separated, as Excel writes it in much of Europe.

    Raises:
        MalformedBodyError: No `text` or `description` column, the same column twice, or not CSV.
        PayloadTooLargeError: More rows than a batch may have.
    """
    header_line = text.split("\n", 1)[0]
    delimiter = ";" if ";" in header_line and "," not in header_line else ","
    try:
        reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter, strict=True)
        header = [name.strip().lower() for name in next(reader, [])]
        if len(set(header)) != len(header):
            raise MalformedBodyError("the CSV header names a column twice")
        if not {"text", "description"} & set(header):
            raise MalformedBodyError("the CSV needs a column named text or description")
        rows = []
        for row in reader:
            if "".join(row).strip():  # quicker than each by itself, of a million empty lines or cells
                rows.append(_csv_row(header, row))
                check_row_count(len(rows))
    except csv.Error as error:
        raise MalformedBodyError(f"the body is not CSV: {error}") from error
    if not rows:
        raise MalformedBodyError("the CSV has no row below its header")
    return rows


def check_row_count(rows: int) -> None:
    """Refuse a batch that is too long.

    Raises:
        PayloadTooLargeError: More than 500 rows.
    """
    if rows > MAX_BATCH_ROWS:
        raise PayloadTooLargeError(f"a batch may have at most {MAX_BATCH_ROWS} rows")


def _csv_row(header: list[str], row: list[str]) -> dict[str, Any]:
    if len(row) > len(header):
        return {"row": "more cells than the header has columns"}  # refused by the shape check, at its own index
    cells = {name: cell for name, cell in zip(header, row, strict=False) if cell.strip()}
    if "ticket_id" not in header and "id" in cells:
        cells["ticket_id"] = cells.pop("id")  # what exports call it; as metadata it would make each upload a new ticket
    document: dict[str, Any] = {name: cells.pop(name) for name in _CSV_FIELDS if name in cells}
    if cells:
        document["metadata"] = cells
    return document
