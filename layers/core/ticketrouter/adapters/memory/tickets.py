"""Records of tickets in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ticketrouter.adapters.memory.state import MemoryState, TicketRow
from ticketrouter.domain.alert import redacted_excerpt, without_quotes
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.record import DeadLetter, Outcome, TicketRecord
from ticketrouter.domain.stats import of_failed, of_outcome
from ticketrouter.domain.status import State
from ticketrouter.domain.ticket import Ticket
from ticketrouter.ports import Begin, Begun


class MemoryTicketStore:
    """The twin of `RedisTicketStore`.

    Args:
        state: What the twins share.
    """

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    def begin(self, items: Sequence[WorkItem], *, max_attempts: int) -> list[Begun]:
        """Count an attempt at each ticket."""
        with self._state.open():
            return [self._begin(item, max_attempts) for item in items]

    def _begin(self, item: WorkItem, max_attempts: int) -> Begun:
        if self._state.is_deleted(item.ticket.ticket_id):
            return Begun(Begin.DELETED, TicketRecord(item, State.QUEUED))
        row = self._row(item)
        record = row.record
        if record.item.ticket.fingerprint != item.ticket.fingerprint:
            return Begun(Begin.CONFLICT, record)
        if record.state.is_final:
            final = {State.SCORED: Begin.ALREADY_SCORED, State.FAILED: Begin.ALREADY_FAILED}
            return Begun(final[record.state], record)
        exhausted = record.attempts >= max_attempts
        attempts = record.attempts if exhausted else record.attempts + 1
        row.record = replace(record, state=State.QUEUED, attempts=attempts)
        if not row.counted:
            self._state.accept(row)
        return Begun(Begin.EXHAUSTED if exhausted else Begin.SCORE, row.record)

    def commit(self, outcomes: Sequence[Outcome]) -> list[TicketRecord | None]:
        """Make each ticket `scored` unless it is final already."""
        with self._state.open():
            return [self._commit(outcome) for outcome in outcomes]

    def _commit(self, outcome: Outcome) -> TicketRecord | None:
        if self._state.is_deleted(outcome.item.ticket.ticket_id):
            return None
        row = self._row(outcome.item)
        if self._is_closed(row, outcome.item):
            return row.record
        row.record = replace(
            row.record,
            state=State.SCORED,
            started_at_ms=outcome.started_at_ms,
            scored_at_ms=outcome.scored_at_ms,
            scoring_ms=outcome.scoring_ms,
            cold_start=outcome.cold_start,
            score=outcome.score,
            alerts=outcome.alerts,
            suppressed=outcome.suppressed,
            incident_id=row.record.incident_id or outcome.incident_id,
            similar=outcome.similar,
        )
        self._state.add(of_outcome(outcome))
        self._finish(row)
        return row.record

    def forgive(self, ticket_ids: Sequence[str]) -> None:
        """Take back one counted attempt of each ticket that is still queued."""
        with self._state.open():
            for row in filter(None, map(self._state.rows.get, ticket_ids)):
                if row.record.state is State.QUEUED and row.record.attempts:
                    row.record = replace(row.record, attempts=row.record.attempts - 1)

    def mark_alerts_enqueued(self, ticket_ids: Sequence[str]) -> None:
        """Note that the alerts are on their queue."""
        with self._state.open():
            for row in filter(None, map(self._state.rows.get, ticket_ids)):
                if row.record.state is State.SCORED:
                    row.record = replace(row.record, alerts_enqueued=True)
                    self._state.deadlines.pop(row.record.item.ticket.ticket_id, None)

    def link(self, incidents: Mapping[str, str]) -> None:
        """Note the incident of tickets, given by ticket."""
        with self._state.open():
            for ticket_id, incident_id in incidents.items():
                row = self._state.rows.get(ticket_id)
                if row is not None:
                    row.record = replace(row.record, incident_id=incident_id)
                    self._state.change(ticket_id)

    def fail(self, item: WorkItem, reason: str) -> bool:
        """Make the ticket `failed` unless it is final or deleted already."""
        with self._state.open() as now_ms:
            if self._state.is_deleted(item.ticket.ticket_id):
                return False
            row = self._row(item)
            if self._is_closed(row, item):
                return False
            ticket_id = item.ticket.ticket_id
            row.record = replace(row.record, state=State.FAILED, failure=reason)
            self._state.letters[ticket_id] = DeadLetter(ticket_id, reason, now_ms, ticket_id)
            self._state.add(of_failed(now_ms))
            self._finish(row)
            return True

    def _row(self, item: WorkItem) -> TicketRow:
        """Return the row of the item's id; made from the item if it is missing."""
        if item.ticket.ticket_id not in self._state.rows:
            self._state.create(item, TicketRow(TicketRecord(item, State.QUEUED)))
        return self._state.rows[item.ticket.ticket_id]

    def _is_closed(self, row: TicketRow, item: WorkItem) -> bool:
        return row.record.state.is_final or row.record.item.ticket.fingerprint != item.ticket.fingerprint

    def _finish(self, row: TicketRow) -> None:
        if not row.record.alerts:
            self._state.deadlines.pop(row.record.item.ticket.ticket_id, None)
        self._state.accept(row)

    def count_resend(self, ticket_id: str, *, due_at_ms: int) -> int:
        """Count a resend and move the deadline."""
        with self._state.open():
            row = self._state.rows.get(ticket_id)
            if row is None or row.record.state.is_final:
                return 0
            row.record = replace(row.record, resends=row.record.resends + 1)
            self._state.deadlines[ticket_id] = due_at_ms
            return row.record.resends

    def reopen(self, ticket_id: str) -> TicketRecord | None:
        """Take a failed ticket back to `queued` with the next epoch."""
        with self._state.open() as now_ms:
            row = self._state.rows.get(ticket_id)
            if row is None or row.record.state is not State.FAILED:
                return None
            row.record = replace(
                row.record,
                state=State.QUEUED,
                attempts=0,
                resends=0,
                epoch=row.record.epoch + 1,
                failure=None,
            )
            self._state.letters.pop(ticket_id, None)
            self._state.deadlines[ticket_id] = now_ms + self._state.deadline_ms
            self._state.change(ticket_id)
            return row.record

    def get(self, ticket_id: str) -> TicketRecord | None:
        """Return the record."""
        return self.get_many([ticket_id])[0]

    def get_many(self, ticket_ids: Sequence[str]) -> list[TicketRecord | None]:
        """Return the records in the order of the ids."""
        with self._state.open():
            rows = map(self._state.rows.get, ticket_ids)
            return [None if row is None else row.record for row in rows]

    def delete(self, ticket_id: str) -> bool:
        """Remove everything that is known of a ticket."""
        with self._state.open():
            own = (one for one in self._state.letters.values() if one.ticket_id == ticket_id)
            letters = [one.id for one in own if one.body is not None]
            for letter_id in letters:
                del self._state.letters[letter_id]
            if ticket_id not in self._state.rows:
                return bool(letters)
            self._forget_quotes(self._state.rows[ticket_id].record.item.ticket)
            self._state.bury(ticket_id)
            self._state.deadlines.pop(ticket_id, None)
            self._state.letters.pop(ticket_id, None)
            for budget in self._state.budgets.values():
                budget.forget(ticket_id)
            for row in [row for row in self._state.feedback.values() if row.ticket_id == ticket_id]:
                del self._state.feedback[row.id]
            for key in [key for key in self._state.deliveries if key[0] == ticket_id]:
                del self._state.deliveries[key]
            self._state.change(ticket_id, removed=True)
            return True

    def _forget_quotes(self, ticket: Ticket) -> None:
        said = redacted_excerpt(ticket.description)
        for row in self._state.deliveries.values():
            told = without_quotes(row.delivery.alert, ticket.ticket_id, said)
            row.delivery = replace(row.delivery, alert=told)
        for other in self._state.rows.values():
            alerts = tuple(without_quotes(alert, ticket.ticket_id, said) for alert in other.record.alerts)
            other.record = replace(other.record, alerts=alerts)

    def overdue(self, now_ms: int, limit: int) -> list[str]:
        """Return ids whose deadline has passed, oldest first."""
        with self._state.open():
            due = sorted((due_ms, ticket_id) for ticket_id, due_ms in self._state.deadlines.items())
            return [ticket_id for due_ms, ticket_id in due if due_ms <= now_ms][:limit]

    def postpone(self, ticket_id: str, due_at_ms: int) -> None:
        """Set the deadline."""
        with self._state.open():
            self._state.deadlines[ticket_id] = due_at_ms

    def check(self) -> None:
        """Find out whether the store is switched on."""
        with self._state.open():
            pass

    def settle(self, ticket_ids: Sequence[str]) -> None:
        """Forget the deadlines."""
        with self._state.open():
            for ticket_id in ticket_ids:
                self._state.deadlines.pop(ticket_id, None)
