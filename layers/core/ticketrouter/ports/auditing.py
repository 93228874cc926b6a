"""The audit list: entries are added, and their end once; nothing changes or removes one."""

from __future__ import annotations

from typing import Protocol

from ticketrouter.domain.audit import AuditEnd, AuditEntry


class AuditList(Protocol):
    """What operators did. Every method may raise CacheUnavailableError."""

    def begin(self, entry: AuditEntry) -> None:
        """Add an action before it is done; the oldest beyond 10,000 drop out, and all after 400 days."""

    def end(self, entry_id: str, end: AuditEnd) -> None:
        """Write down how it ended; the first end stands."""

    def find(self, *, limit: int, cursor: str | None) -> tuple[list[AuditEntry], str | None]:
        """Return entries, newest first, and the cursor of the next page.

        Raises:
            InvalidQueryError: The cursor is not one of ours.
        """
