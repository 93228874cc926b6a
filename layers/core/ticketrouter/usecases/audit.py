"""Write down every action of an operator: that it begins before it is done, and how it ended after it."""

from __future__ import annotations

from collections.abc import Mapping

from ticketrouter.domain.audit import AuditEnd, AuditEntry
from ticketrouter.domain.errors import CacheUnavailableError
from ticketrouter.ports import AuditList, Clock, Randomness


class AuditTrail:
    """The audit of the operators' routes.

    Args:
        audit: The list.
        clock: Time.
        randomness: Names of entries.
    """

    def __init__(self, *, audit: AuditList, clock: Clock, randomness: Randomness) -> None:
        self._audit = audit
        self._clock = clock
        self._randomness = randomness

    def begin(self, *, actor: str, actor_name: str, action: str, target: str) -> AuditEntry:
        """Add an entry; without it the action is not done.

        Raises:
            CacheUnavailableError: The list cannot be written.
        """
        entry_id = f"aud_{self._randomness.token()}"
        entry = AuditEntry(entry_id, self._clock.now_ms(), actor, actor_name, action, target)
        self._audit.begin(entry)
        return entry

    def end(self, entry: AuditEntry, *, status: int, code: str = "", facts: Mapping[str, int | str]) -> bool:
        """Write down how it ended; False if that could not be written: the entry then stays without an end."""
        try:
            self._audit.end(entry.id, AuditEnd(status, code, facts))
        except CacheUnavailableError:
            return False
        return True

    def entries(self, *, limit: int, cursor: str | None) -> tuple[list[AuditEntry], str | None]:
        """Return entries, newest first, and the cursor of the next page.

        Raises:
            InvalidQueryError: The cursor is not one of ours.
            CacheUnavailableError: The store did not answer.
        """
        return self._audit.find(limit=limit, cursor=cursor)
