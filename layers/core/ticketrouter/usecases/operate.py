"""What an operator does by hand: redrive dead letters, delete tickets. Replays are in `usecases.replay`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ticketrouter.domain.errors import CacheUnavailableError, NotFoundError
from ticketrouter.domain.listing import ANY_LETTER, LetterFilter
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.record import DeadLetter
from ticketrouter.domain.status import Lane, State
from ticketrouter.domain.ticket import TICKET_ID, clean
from ticketrouter.ports import Clock, DeadLetters, Incidents, TicketStore, Views, WorkQueue

MAX_REDRIVE = 500  # dead letters a call: well inside the function's time, and a caller simply calls again
REDRIVE_PER_MINUTE = 600  # unless the operator says otherwise: what failed together may fail together again
# Source: Amazon SQS developer guide, "Message quotas": a message can be delayed by 15 minutes.
LONGEST_DELAY_S = 900
MAX_DELETE = 500  # tickets of a customer a call
_FIND_PAGE, _FIND_PAGES = 100, 20


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
    """What became of each dead letter.

    Attributes:
        outcomes: By the dead letter's id, in the order in which they go out.
        spread_s: When the last one goes out, counted from now.
        cursor: Of the next call with the same filter; None when nothing is left.
    """

    outcomes: dict[str, RedriveOutcome]
    spread_s: int = 0
    cursor: str | None = None


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

    def redrive(self, ids: Sequence[str], *, per_minute: int = REDRIVE_PER_MINUTE, dry_run: bool = False) -> Redriven:
        """Open failed tickets again and queue them; put unreadable messages back as they are."""
        wanted = list(dict.fromkeys(ids))
        letters = self._dead_letters.get_many(wanted)
        redriven = self._rehearse_or_redrive([one for one in letters if one is not None], per_minute, dry_run)
        return replace(redriven, outcomes=dict.fromkeys(wanted, RedriveOutcome.NOT_FOUND) | redriven.outcomes)

    def redrive_matching(
        self,
        where: LetterFilter = ANY_LETTER,
        *,
        per_minute: int = REDRIVE_PER_MINUTE,
        dry_run: bool = False,
        cursor: str | None = None,
    ) -> Redriven:
        """Redrive dead letters, newest first, at most 500 a call and no more than go out within 15 minutes.

        Args:
            where: Which of them.
            per_minute: How many go out in a minute, by the queue's delay.
            dry_run: Only tell what would be done.
            cursor: Of the call before.

        Raises:
            InvalidQueryError: The cursor is not one of ours.
            CacheUnavailableError: The store did not answer. Nothing was sent.
        """
        most = min(MAX_REDRIVE, LONGEST_DELAY_S * per_minute // 60)
        letters: list[DeadLetter] = []
        for _ in range(_FIND_PAGES):
            limit = min(_FIND_PAGE, most - len(letters))
            page, cursor = self._dead_letters.find(limit=limit, cursor=cursor, where=where)
            letters += page
            if cursor is None or len(letters) == most:
                break
        return replace(self._rehearse_or_redrive(letters, per_minute, dry_run), cursor=cursor)

    def _rehearse_or_redrive(self, letters: Sequence[DeadLetter], per_minute: int, dry_run: bool) -> Redriven:
        delays_s = {letter.id: position * 60 // per_minute for position, letter in enumerate(letters)}
        outcomes = self._rehearse(letters) if dry_run else self._redrive(letters, delays_s)
        return Redriven(
            {letter.id: outcomes[letter.id] for letter in letters}, spread_s=max(delays_s.values(), default=0)
        )

    def delete_ticket(self, ticket_id: str) -> None:
        """Remove all that is known of a ticket.

        Raises:
            NotFoundError: There is none.
            CacheUnavailableError: The store did not answer.
        """
        if not TICKET_ID.fullmatch(ticket_id) or not self._delete(ticket_id):
            raise NotFoundError("there is no ticket with this id")

    def delete_customer(self, customer: str) -> Deleted:
        """Remove the tickets of a customer, at most 500 a call, and the dead letters with their words.

        Raises:
            CacheUnavailableError: The store did not answer; what was deleted before stays deleted.
        """
        name = clean(customer)
        ids = self._views.ids_of_customer(name, MAX_DELETE)
        deleted = sum(self._delete(ticket_id) for ticket_id in ids)
        # A message whose id was another ticket's, which may be another customer's: it is in no list of tickets.
        self._dead_letters.remove(self._dead_letters.of_customer(name))
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

    def _redrive(self, letters: Sequence[DeadLetter], delays_s: Mapping[str, int]) -> dict[str, RedriveOutcome]:
        outcomes: dict[str, RedriveOutcome] = {}
        reopened: list[WorkItem] = []
        for letter in letters:
            if letter.body is not None:
                outcomes[letter.id] = self._send_raw(letter.id, letter.body, delays_s[letter.id])
                continue
            item = self._reopen(letter.id)
            if isinstance(item, RedriveOutcome):
                outcomes[letter.id] = item
            else:
                reopened.append(item)
        return outcomes | self._send(reopened, [delays_s[item.ticket.ticket_id] for item in reopened])

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

    def _send(self, items: Sequence[WorkItem], delays_s: Sequence[int]) -> dict[str, RedriveOutcome]:
        unsent = set(self._queue.send(items, delays_s=delays_s)) if items else set()
        outcomes = {item.ticket.ticket_id: RedriveOutcome.SENT for item in items}
        for position in sorted(unsent):
            ticket_id = items[position].ticket.ticket_id
            outcomes[ticket_id] = RedriveOutcome.DELAYED
            try:
                self._store.postpone(ticket_id, self._clock.now_ms())  # due: the reconciler sends it within minutes
            except CacheUnavailableError:
                continue  # then its deadline stands, and the reconciler finds it a little later
        return outcomes

    def _send_raw(self, letter_id: str, body: str, delay_s: int) -> RedriveOutcome:
        """Put an unreadable message back; forgotten only once it is known to be queued."""
        if not self._queue.send_raw(Lane.STANDARD, body, delay_s=delay_s):
            return RedriveOutcome.NOT_SENT
        try:
            self._dead_letters.remove([letter_id])
        except CacheUnavailableError:
            return RedriveOutcome.SENT  # sent all the same: the worst is the letter listed once more
        return RedriveOutcome.SENT
