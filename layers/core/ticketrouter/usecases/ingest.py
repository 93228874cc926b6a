"""Accept tickets: claim each id once, choose its lane, queue it, and only then say yes.

SQS is the source of truth for work. A claim is `sending` until the send is known to have worked, so a request that dies
half-way leaves a record that the retry takes over, never one that turns the retry into a false "duplicate".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ticketrouter.domain import lexicon
from ticketrouter.domain.errors import (
    CacheUnavailableError,
    ConflictError,
    FieldProblem,
    InProgressError,
    InvalidTicketError,
    QueueUnavailableError,
    RouterError,
)
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.status import State
from ticketrouter.domain.ticket import (
    IDEMPOTENCY_KEY,
    TICKET_ID,
    TICKET_ID_RULE,
    Ticket,
    TicketIds,
    check_lengths,
    clean,
)
from ticketrouter.domain.urgency import lane_for
from ticketrouter.ports import Claim, ClaimOutcome, Claims, Clock, Randomness, WorkQueue

RETRY_AFTER_S = 5  # the lease of a claim whose send did not end well


@dataclass(frozen=True, slots=True)
class Draft:
    """A ticket as a client wrote it: right in shape, not yet cleaned or checked.

    Attributes:
        row: Its place in a batch, whose rows share one idempotency key.
    """

    description: str
    ticket_id: str | None = None
    subject: str = ""
    customer: str = ""
    channel: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    idempotency_key: str | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """A ticket that is durably queued, now or before.

    Attributes:
        item: As it was first accepted.
        state: Where it is now.
        duplicate: It had been accepted before.
        deduplicated: False when Redis did not answer and the worker will have to look for duplicates.
    """

    item: WorkItem
    state: State
    duplicate: bool
    deduplicated: bool = True


Verdict = Accepted | RouterError


class Ingest:
    """The way in.

    Args:
        claims: One record per ticket id.
        queue: The two lanes.
        ids: Makes ids for tickets that bring none.
        clock: Time.
        randomness: For ids that nothing determines, and for tokens.
        redact_stored: Queue and store tickets without the personal data and secrets in their words.
    """

    def __init__(
        self,
        *,
        claims: Claims,
        queue: WorkQueue,
        ids: TicketIds,
        clock: Clock,
        randomness: Randomness,
        redact_stored: bool = False,
    ) -> None:
        self._claims = claims
        self._queue = queue
        self._ids = ids
        self._clock = clock
        self._randomness = randomness
        self._redact_stored = redact_stored

    def accept(self, drafts: Sequence[Draft | RouterError], *, key_id: str, trace: str = "") -> list[Verdict]:
        """Accept each draft on its own; a bad one never sinks the rest.

        Args:
            drafts: What was sent; an error where a row could not even be read.
            key_id: Public id of the caller's key, for its rate limit.
            trace: X-Ray trace header.

        Returns:
            The verdict on each draft, in their order.

        Raises:
            RateLimitedError: The key has no rate left; none of the drafts was accepted.
        """
        now_ms = self._clock.now_ms()
        verdicts: list[Verdict | None] = [None] * len(drafts)
        firsts: dict[str, int] = {}  # ticket id -> position of its first appearance
        repeats: list[tuple[int, WorkItem]] = []
        items: list[WorkItem] = []
        for position, draft in enumerate(drafts):
            item = draft if isinstance(draft, RouterError) else self._item(draft, now_ms, trace)
            if isinstance(item, RouterError):
                verdicts[position] = item
            elif item.ticket.ticket_id in firsts:
                repeats.append((position, item))
            else:
                firsts[item.ticket.ticket_id] = position
                items.append(item)

        for position, verdict in zip(firsts.values(), self._accept_items(items, key_id), strict=True):
            verdicts[position] = verdict
        for position, item in repeats:
            verdicts[position] = _repeat(item, verdicts[firsts[item.ticket.ticket_id]])
        return [verdict for verdict in verdicts if verdict is not None]

    def _item(self, draft: Draft, now_ms: int, trace: str) -> WorkItem | RouterError:
        try:
            ticket = self._ticket(draft, now_ms)
        except InvalidTicketError as error:
            return error
        provisional = lexicon.assess(ticket.text).score
        return WorkItem(ticket, lane_for(provisional), provisional, now_ms, trace)

    def _ticket(self, draft: Draft, now_ms: int) -> Ticket:
        subject, description = clean(draft.subject), clean(draft.description)
        customer, channel = clean(draft.customer), clean(draft.channel)
        metadata = {clean(key): clean(value) for key, value in draft.metadata.items()}
        check_lengths(subject, description, {"customer": customer, "channel": channel}, metadata)
        ticket = Ticket(self._identify(draft, subject, description, customer, now_ms),
                        description, subject, customer, channel, metadata)  # fmt: skip
        return ticket.redacted() if self._redact_stored else ticket

    def _identify(self, draft: Draft, subject: str, description: str, customer: str, now_ms: int) -> str:
        """Return the client's id; else one that its key, or its customer's words, determine; else a random one."""
        if draft.idempotency_key is not None and not IDEMPOTENCY_KEY.fullmatch(draft.idempotency_key):
            detail = "must be 1 to 255 printable ASCII characters"  # also where it is not needed: it is a mistake
            raise InvalidTicketError(FieldProblem("/headers/idempotency-key", detail))
        if draft.ticket_id is not None:
            if not TICKET_ID.fullmatch(draft.ticket_id):
                raise InvalidTicketError(FieldProblem("/ticket_id", TICKET_ID_RULE))
            return draft.ticket_id
        if draft.idempotency_key is not None:
            place = "" if draft.row is None else f"#{draft.row}"
            return self._ids.from_idempotency_key(f"{draft.idempotency_key}{place}")
        if customer:
            return self._ids.from_content(customer, f"{subject}\n{description}", now_ms)
        return f"t_{self._randomness.token()}"

    def _accept_items(self, items: Sequence[WorkItem], key_id: str) -> list[Verdict]:
        if not items:
            return []
        token = self._randomness.token()
        try:
            claims = self._claims.claim(items, key_id=key_id, token=token)
            deduplicated = True
        except CacheUnavailableError:
            # Fail open: the id is deterministic and the worker looks again, so the worst is work done twice.
            claims = [Claim(ClaimOutcome.NEW, item, token, State.QUEUED) for item in items]
            deduplicated = False

        owned = [claim for claim in claims if claim.owned]
        unsent = {owned[position].item.ticket.ticket_id for position in self._queue.send([c.item for c in owned])}
        if deduplicated:
            self._confirm([claim for claim in owned if claim.item.ticket.ticket_id not in unsent])
        return [_verdict(claim, claim.item.ticket.ticket_id in unsent, deduplicated) for claim in claims]

    def _confirm(self, sent: Sequence[Claim]) -> None:
        try:
            self._claims.confirm(sent)
        except CacheUnavailableError:
            # They are queued, which is all that a 202 promises; the worker moves the records on.
            return


def _verdict(claim: Claim, unsent: bool, deduplicated: bool) -> Verdict:
    match claim.outcome:
        case ClaimOutcome.CONFLICT:
            return ConflictError("this ticket_id was accepted before with other content")
        case ClaimOutcome.IN_PROGRESS:
            return InProgressError("this ticket is being accepted right now", retry_after_s=claim.retry_after_s)
        case ClaimOutcome.DUPLICATE:
            return Accepted(claim.item, claim.state, duplicate=True)
    if unsent:
        # The outcome may be unknown, so the claim stays: the retry after the lease sends the same id again.
        return QueueUnavailableError("the queue did not take the ticket", retry_after_s=RETRY_AFTER_S)
    return Accepted(claim.item, State.QUEUED, duplicate=False, deduplicated=deduplicated)


def _repeat(item: WorkItem, first: Verdict | None) -> Verdict:
    """Judge a row whose id stood in the same batch before."""
    if not isinstance(first, Accepted):
        return first or ConflictError("this ticket_id stands in the batch twice")
    if first.item.ticket.fingerprint != item.ticket.fingerprint:
        return ConflictError("this ticket_id stands in the batch twice, with other content")
    return Accepted(first.item, first.state, duplicate=True, deduplicated=first.deduplicated)
