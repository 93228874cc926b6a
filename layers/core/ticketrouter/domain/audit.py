"""Audit: what operators did, what it was about and how it ended. Never a ticket's text, a customer's name or a key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

KEPT_ENTRIES = 10_000
KEPT_S = 400 * 86_400  # longer than a year, so that the same weeks of last year can be looked at


@dataclass(frozen=True, slots=True)
class AuditEnd:
    """How an action ended.

    Attributes:
        status: HTTP status of the answer.
        code: Code of our error; empty on success.
        facts: Small numbers and names that the action tells, e.g. how many were sent.
    """

    status: int
    code: str = ""
    facts: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One action of an operator.

    Attributes:
        id: `aud_` and the token of the action.
        at_ms: When it began, Unix time in milliseconds.
        actor: Public id of the key.
        actor_name: The key's name in the document of keys; may be empty.
        action: The route, as API Gateway writes it.
        target: What it was about, from the path; of a customer, a digest of the name. May be empty.
        end: How it ended; None while it runs, or if nobody could write that down.
    """

    id: str
    at_ms: int
    actor: str
    actor_name: str
    action: str
    target: str
    end: AuditEnd | None = None
