"""Shapes of the audit list."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from ticketrouter.domain.audit import AuditEntry
from ticketrouter.edge.shapes import Cursor, Shape, Time, rfc3339

_WORDS = ["running", "done", "refused", "failed"]
AuditOutcome = Annotated[
    str,
    Field(
        json_schema_extra={"enum": _WORDS},
        description="done: a 2xx. refused: a 4xx. failed: a 5xx, part of it may be done. running: not at its end, or "
        "nobody could write that down.",
    ),
]


class AuditResource(Shape):
    """One action of an operator."""

    id: str
    at: Time
    actor: str = Field(description="Public id of the key.")
    actor_name: str = Field(description="Name of the key, as the document of keys has it; may be empty.")
    action: str = Field(description="The route, e.g. `POST /dead-letters/redrive`.")
    target: str = Field(description="What the path names; of a customer, `sha256:` of the name. May be empty.")
    outcome: AuditOutcome
    status: int | None = Field(description="HTTP status of the answer.")
    code: str | None = Field(description="Code of the problem; null on success.")
    facts: dict[str, int | str] = Field(description="What the action tells, e.g. how many were sent.")

    @classmethod
    def of(cls, entry: AuditEntry) -> Self:
        """Translate."""
        end = entry.end
        return cls(
            id=entry.id,
            at=rfc3339(entry.at_ms),
            actor=entry.actor,
            actor_name=entry.actor_name,
            action=entry.action,
            target=entry.target,
            outcome=_outcome(None if end is None else end.status),
            status=None if end is None else end.status,
            code=None if end is None else end.code or None,
            facts={} if end is None else dict(end.facts),
        )


def _outcome(status: int | None) -> str:
    if status is None:
        return "running"
    return "done" if status < 400 else "refused" if status < 500 else "failed"


class AuditPage(Shape):
    """What operators did, newest first."""

    entries: list[AuditResource]
    cursor: Cursor
