"""What an operator does by hand: redrive dead letters, delete tickets. Replays are in `usecases.replay`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ticketrouter.domain.errors import CacheUnavailableError, NotFoundError
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.record import DeadLetter
from ticketrouter.domain.status import Lane, State
from ticketrouter.domain.ticket import TICKET_ID, clean
from ticketrouter.ports import Clock, DeadLetters, Incidents, TicketStore, Views, WorkQueue

MAX_REDRIVE = 500  # dead letters a call: well inside the function's time, and a caller simply calls again
MAX_DELETE = 500  # tickets of a customer a call
_FIND_PAGE = 100


class RedriveOutcome(StrEnum):
    """What became of one dead letter."""

    SENT = "sent"
    DELAYED = "delayed"  # the ticket is open again, the queue did not take it: the reconciler will send it
    NOT_SENT = "not-sent"  # the queue did not take the message: the dead letter stays
    NOT_FAILED = "not-failed"  # the ticket is not failed (any more): there is nothing to redrive
    NOT_FOUND = "not-found"
    STORE_UNAVAILABLE = "store-unavailable"  # the store did not answer: the dead letter stays, or the deadline finds it
    WOULD_SEND = "would-send"  # dry run


@dataclass(frozen=True, slots=True)
class Redriven:
    """What became of each dead letter; `more` tells that others are left for another call."""

    outcomes: dict[str, RedriveOutcome]
    more: bool = False


@dataclass(frozen=True, slots=True)
class Deleted:
    """How many tickets were deleted; `more` tells that others are left for another call."""

    tickets: int
    more: bool


class Operate:
    """The operator's side.

    Args:
        store: Records.
        views: Finds the tickets of a customer.
        dead_letters: What can be redriven.
        queue: The two lanes.
        incidents: Where a deleted ticket leaves the window and its incident.
        clock: Time.
        deadline_s: After how long the reconciler looks at a redriven ticket.
    """

    def __init__(
        self,
        *,
        store: TicketStore,
        views: Views,
        dead_letters: DeadLetters,
        queue: WorkQueue,
        incidents: Incidents,
        clock: Clock,
        deadline_s: int,
    ) -> None:
        self._store = store
        self._views = views
        self._dead_letters = dead_letters
        self._queue = queue
        self._incidents = incidents
        self._clock = clock
        self._deadline_s = deadline_s

    def redrive(self, ids: Sequence[str], *, dry_run: bool = False) -> Redriven:
        """Open failed tickets again and queue them; put unreadable messages back as they are."""
        wanted = list(dict.fromkeys(ids))
        letters = self._dead_letters.get_many(wanted)
        found = [letter for letter in letters if letter is not None]
        outcomes = dict.fromkeys(wanted, RedriveOutcome.NOT_FOUND)
        outcomes |= self._rehearse(found) if dry_run else self._redrive(found)
        return Redriven(outcomes)

    def redrive_all(self, *, dry_run: bool = False) -> Redriven:
        """Redrive every dead letter there is, at most 500 a call."""
        letters: list[DeadLetter] = []
        cursor: str | None = None
        while len(letters) < MAX_REDRIVE:
            page, cursor = self._dead_letters.find(limit=min(_FIND_PAGE, MAX_REDRIVE - len(letters)), cursor=cursor)
            letters += page
            if cursor is None:
                break
        outcomes = self._rehearse(letters) if dry_run else self._redrive(letters)
        return Redriven(outcomes, more=cursor is not None)

    def delete_ticket(self, ticket_id: str) -> None:
        """Remove all that is known of a ticket.

        Raises:
            NotFoundError: There is none.
            CacheUnavailableError: The store did not answer.
        """
        if not TICKET_ID.fullmatch(ticket_id) or not self._delete(ticket_id):
            raise NotFoundError("there is no ticket with this id")

    def delete_customer(self, customer: str) -> Deleted:
        """Remove the tickets of a customer, at most 500 a call.

        Raises:
            CacheUnavailableError: The store did not answer; what was deleted before stays deleted.
        """
        ids = self._views.ids_of_customer(clean(customer), MAX_DELETE)
        deleted = sum(self._delete(ticket_id) for ticket_id in ids)
        return Deleted(deleted, more=len(ids) == MAX_DELETE)

    def _delete(self, ticket_id: str) -> bool:
        """Remove a ticket, its record last: whatever breaks off half-way can be deleted again."""
        record = self._store.get(ticket_id)
        incident_id = None if record is None else record.incident_id
        self._incidents.forget(ticket_id, incident_id)
        deleted = self._store.delete(ticket_id)
        if deleted:
            self._incidents.forget(ticket_id, incident_id)  # a worker may have put it there between the two
        return deleted

    def _rehearse(self, letters: Sequence[DeadLetter]) -> dict[str, RedriveOutcome]:
        tickets = [letter for letter in letters if letter.body is None]
        records = self._store.get_many([letter.id for letter in tickets]) if tickets else []
        outcomes = {letter.id: RedriveOutcome.WOULD_SEND for letter in letters}
        for letter, record in zip(tickets, records, strict=True):
            if record is None or record.state is not State.FAILED:
                outcomes[letter.id] = RedriveOutcome.NOT_FAILED
        return outcomes

    def _redrive(self, letters: Sequence[DeadLetter]) -> dict[str, RedriveOutcome]:
        outcomes: dict[str, RedriveOutcome] = {}
        reopened: list[WorkItem] = []
        for letter in letters:
            if letter.body is not None:
                outcomes[letter.id] = self._send_raw(letter.id, letter.body)
                continue
            item = self._reopen(letter.id)
            if isinstance(item, RedriveOutcome):
                outcomes[letter.id] = item
            else:
                reopened.append(item)
        return outcomes | self._send(reopened)

    def _reopen(self, ticket_id: str) -> WorkItem | RedriveOutcome:
        """Open a failed ticket, its deadline first: whatever dies after this, the reconciler finds the ticket."""
        try:
            self._store.postpone(ticket_id, self._clock.now_ms() + self._deadline_s * 1_000)
            record = self._store.reopen(ticket_id)
            if record is not None:
                return record.item
            self._dead_letters.remove([ticket_id])  # it points to a ticket that has moved on, or is gone
            return RedriveOutcome.NOT_FAILED
        except CacheUnavailableError:
            return RedriveOutcome.STORE_UNAVAILABLE

    def _send(self, items: Sequence[WorkItem]) -> dict[str, RedriveOutcome]:
        unsent = set(self._queue.send(items)) if items else set()
        outcomes = {item.ticket.ticket_id: RedriveOutcome.SENT for item in items}
        for position in sorted(unsent):
            ticket_id = items[position].ticket.ticket_id
            outcomes[ticket_id] = RedriveOutcome.DELAYED
            try:
                self._store.postpone(ticket_id, self._clock.now_ms())  # due: the reconciler sends it within minutes
            except CacheUnavailableError:
                continue  # then its deadline stands, and the reconciler finds it a little later
        return outcomes

    def _send_raw(self, letter_id: str, body: str) -> RedriveOutcome:
        """Put an unreadable message back; forgotten only once it is known to be queued."""
        if not self._queue.send_raw(Lane.STANDARD, body):
            return RedriveOutcome.NOT_SENT
        try:
            self._dead_letters.remove([letter_id])
        except CacheUnavailableError:
            return RedriveOutcome.SENT  # sent all the same: the worst is the letter listed once more
        return RedriveOutcome.SENT
