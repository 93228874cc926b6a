"""Records of tickets: attempts, outcomes, failures, deadlines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ticketrouter.adapters.redis_store import encoding, keys
from ticketrouter.adapters.redis_store.client import Command, RedisClient, call
from ticketrouter.adapters.redis_store.deadlines import expected, settled
from ticketrouter.adapters.redis_store.deliveries import ended, pending
from ticketrouter.adapters.redis_store.projections import CHANGES_KEPT, Projections, counted
from ticketrouter.adapters.redis_store.quotes import forget_places, forget_quotes, telling
from ticketrouter.domain.listing import urgency_of
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.record import Outcome, TicketRecord
from ticketrouter.domain.stats import of_accepted, of_failed, of_outcome
from ticketrouter.domain.status import State
from ticketrouter.ports import Begin, Begun

LETTER_TTL_S = 14 * 86_400
_NO_ID = "?"  # no ticket can have it


class RedisTicketStore:
    """Records of tickets.

    Args:
        client: The way to Redis.
        record_ttl_s: How long a record is kept.
        deadline_s: After how long without a final status a ticket is overdue.
        changes_kept: How many changes are kept.
    """

    def __init__(
        self,
        client: RedisClient,
        *,
        record_ttl_s: int = 30 * 86_400,
        deadline_s: int = 3_600,
        changes_kept: int = CHANGES_KEPT,
    ) -> None:
        self._client = client
        self._record_ttl_ms = record_ttl_s * 1000
        self._deadline_ms = deadline_s * 1000
        self._projections = Projections(record_ttl_s=record_ttl_s, changes_kept=changes_kept)

    def begin(self, items: Sequence[WorkItem], *, max_attempts: int) -> list[Begun]:
        """Count an attempt at each ticket, in one round trip; make the records that are missing."""
        if not items:
            return []
        count = len(items)
        commands = [self._begin(item, max_attempts) for item in items]
        commands += [_read(item.ticket.ticket_id) for item in items]
        # First, as in a claim: a deadline without a record is harmless, a record without one is not.
        replies = self._client.run([*expected(items, self._deadline_ms), *commands])[-2 * count :]
        uncounted = [item for item, (_, new) in zip(items, replies[:count], strict=True) if new]
        if uncounted:  # their ingest died before the confirmation, or had no Redis
            self._client.run([*self._projections.accepted(uncounted), *counted(map(of_accepted, uncounted))])
        return [
            Begun(Begin(verdict.decode()), encoding.decode_record(values) or TicketRecord(item, State.QUEUED))
            for item, (verdict, _), values in zip(items, replies[:count], replies[count:], strict=True)
        ]

    def _begin(self, item: WorkItem, max_attempts: int) -> Command:
        key, fingerprint = keys.ticket_key(item.ticket.ticket_id), item.ticket.fingerprint
        return call("begin", [key], fingerprint, item.to_json(), self._record_ttl_ms, max_attempts)

    def commit(self, outcomes: Sequence[Outcome]) -> list[TicketRecord | None]:
        """Make each ticket `scored` unless it is final already; one round trip for all of them.

        Lists and figures go along, as if every commit were the first; the rare second one is put right afterwards.
        """
        if not outcomes:
            return []
        count = len(outcomes)
        commands = [self._commit(outcome) for outcome in outcomes]
        commands += [_read(outcome.item.ticket.ticket_id) for outcome in outcomes]
        commands += self._projections.listed([(o.item, o.score.urgency_score, o.total_ms) for o in outcomes])
        commands += counted(map(of_outcome, outcomes))
        commands += settled([outcome.item.ticket.ticket_id for outcome in outcomes if not outcome.alerts])
        commands += [pending(alert) for outcome in outcomes for alert in outcome.alerts]
        commands += telling(outcomes, self._record_ttl_ms)
        replies = self._client.run(commands)
        records = [encoding.decode_record(values) for values in replies[count : 2 * count]]
        late: list[TicketRecord] = []
        corrections: list[Command] = []
        for outcome, record, (moved, uncounted) in zip(outcomes, records, replies[:count], strict=True):
            if record is None:
                corrections.append(self._projections.removed(outcome.item.ticket.ticket_id))
            elif not moved:
                late.append(record)
            if not moved:
                corrections += counted([of_outcome(outcome)], sign=-1)
                # What is pending after all is listed again by the dispatcher that takes it.
                corrections += [ended(alert) for alert in outcome.alerts]
            elif uncounted:
                corrections += counted([of_accepted(outcome.item)])
        corrections += self._projections.listed([(one.item, urgency_of(one), one.total_ms) for one in late])
        owing = [one.item for one in late if one.alerts and not one.alerts_enqueued]  # to the one who was earlier
        corrections += expected(owing, self._deadline_ms)
        # Deleted while it was scored, and posted anew with other words: what was settled was the new ticket's deadline.
        corrections += expected([one.item for one in late if not one.state.is_final], self._deadline_ms)
        self._client.run(corrections)
        return records

    def _commit(self, outcome: Outcome) -> Command:
        ticket = outcome.item.ticket
        return call(
            "commit",
            [keys.ticket_key(ticket.ticket_id)],
            ticket.fingerprint,
            outcome.item.to_json(),
            self._record_ttl_ms,
            encoding.encode_outcome(outcome),
            outcome.score.embedding,
        )

    def forgive(self, ticket_ids: Sequence[str]) -> None:
        """Take back one counted attempt of each ticket that is still queued."""
        self._client.run([call("forgive", [keys.ticket_key(ticket_id)]) for ticket_id in ticket_ids])

    def mark_alerts_enqueued(self, ticket_ids: Sequence[str]) -> None:
        """Note that all alerts of these tickets are on the alert queue."""
        notes = [call("enqueued", [keys.ticket_key(ticket_id)]) for ticket_id in ticket_ids]
        noted = self._client.run(notes)
        # What was not noted is another ticket, posted under the id of a deleted one: it needs its deadline.
        self._client.run(settled([ticket_id for ticket_id, done in zip(ticket_ids, noted, strict=True) if done]))

    def link(self, incidents: Mapping[str, str]) -> None:
        """Note the incident of tickets, given by ticket; what is gone stays gone."""
        self._client.run(
            [
                command
                for ticket_id, incident_id in incidents.items()
                for command in (
                    call("link", [keys.ticket_key(ticket_id)], incident_id),
                    self._projections.touched(ticket_id),
                )
            ]
        )

    def fail(self, item: WorkItem, reason: str) -> bool:
        """Make the ticket `failed` and list it among the dead letters; False if it was final or deleted already."""
        ticket_id = item.ticket.ticket_id
        own = [keys.ticket_key(ticket_id), keys.letter_key(ticket_id)]
        arguments = (item.ticket.fingerprint, item.to_json(), self._record_ttl_ms, reason, ticket_id)
        _, (moved, uncounted, at_ms) = self._client.run(
            [
                # First, and harmless if nothing fails: a list skips what has no letter.
                call("stamp", [keys.DEAD_LETTERS], ticket_id, 0),
                call("fail", own, *arguments, LETTER_TTL_S * 1000),
            ]
        )
        if not moved:
            return False
        tallies = [of_failed(at_ms)] + [of_accepted(item)] * uncounted
        self._client.run([*self._projections.accepted([item]), *counted(tallies), *settled([ticket_id])])
        return True

    def count_resend(self, ticket_id: str, *, due_at_ms: int) -> int:
        """Count a resend of a ticket that is not final and move its deadline; return the count (0: none counted)."""
        count = int(self._client.run([call("resend", [keys.ticket_key(ticket_id)])])[0])
        if count:
            self.postpone(ticket_id, due_at_ms)
        return count

    def reopen(self, ticket_id: str) -> TicketRecord | None:
        """Take a failed ticket back to `queued` with the next epoch (redrive); None unless it is failed."""
        own = [keys.ticket_key(ticket_id), keys.letter_key(ticket_id)]
        _, reopened, values = self._client.run(
            [
                call("stamp", [keys.deadline_key(ticket_id)], ticket_id, self._deadline_ms, "NX"),
                call("reopen", own, self._record_ttl_ms),
                _read(ticket_id),
            ]
        )
        record = encoding.decode_record(values)
        if not reopened or record is None:
            self.settle([ticket_id] if record is None or record.state.is_final else [])
            return None
        self._client.run(
            [
                ("ZREM", keys.DEAD_LETTERS, ticket_id),
                *self._projections.listed([(record.item, urgency_of(record), record.total_ms)]),
            ]
        )
        return record

    def get(self, ticket_id: str) -> TicketRecord | None:
        """Return the record; None if there is none."""
        return self.get_many([ticket_id])[0]

    def get_many(self, ticket_ids: Sequence[str]) -> list[TicketRecord | None]:
        """Return the records in the order of the ids."""
        return [encoding.decode_record(values) for values in self._client.run([_read(one) for one in ticket_ids])]

    def delete(self, ticket_id: str) -> bool:
        """Remove record, embedding, places in lists, deliveries, quotes, feedback, dead letters; False if it has none.

        While its message may still be in a lane, nothing but a new claim makes the record again.
        """
        values, destinations, feedback, letters = self._client.run(
            [
                _read(ticket_id),
                ("SMEMBERS", keys.destinations_key(ticket_id)),
                ("HKEYS", keys.feedback_key(ticket_id)),
                ("SMEMBERS", keys.letters_key(ticket_id)),
            ]
        )
        if letters:  # messages with this id and other words: they may be all that there is
            own = [("DEL", keys.letter_key(letter.decode())) for letter in letters]
            self._client.run([("ZREM", keys.DEAD_LETTERS, *letters), *own, ("DEL", keys.letters_key(ticket_id))])
        record = encoding.decode_record(values)
        if record is None:
            return bool(letters)
        forget_quotes(self._client, record)
        forget_places(self._client, record)
        names = {destination.decode() for destination in destinations}
        commands: list[Command] = [
            self._projections.removed(ticket_id),
            ("ZREM", keys.DEAD_LETTERS, ticket_id),
            *(ended(alert) for alert in record.alerts if alert.about == ticket_id),
            ("DEL", keys.letter_key(ticket_id), keys.destinations_key(ticket_id), keys.feedback_key(ticket_id)),
            *(("ZREM", keys.FEEDBACK, f"{ticket_id}~{row.decode()}") for row in feedback),
            *settled([ticket_id]),
        ]
        for name in names:
            commands.append(("DEL", keys.delivery_key(ticket_id, name)))
            commands += [("ZREM", index, f"{ticket_id}~{name}") for index in (keys.DELIVERIES, keys.PENDING)]
        if record.item.ticket.customer:
            commands.append(("ZREM", keys.customer_key(record.item.ticket.customer), ticket_id))
        # The record last: whatever breaks off half-way can be deleted again.
        commands.append(call("delete", [keys.ticket_key(ticket_id)], keys.TOMBSTONE_MS))
        return bool(self._client.run(commands)[-1])

    def overdue(self, now_ms: int, limit: int) -> list[str]:
        """Return ids whose deadline has passed, oldest first; the records may be final or gone."""
        shards = self._client.run(
            [("ZRANGEBYSCORE", key, "-inf", now_ms, "WITHSCORES", "LIMIT", 0, limit) for key in keys.deadline_keys()]
        )
        due = [
            (float(at_ms), ticket_id.decode())
            for flat in shards
            for ticket_id, at_ms in zip(flat[::2], flat[1::2], strict=True)
        ]
        return [ticket_id for _, ticket_id in sorted(due)[:limit]]

    def postpone(self, ticket_id: str, due_at_ms: int) -> None:
        """Set the deadline of a ticket."""
        self._client.run([("ZADD", keys.deadline_key(ticket_id), due_at_ms, ticket_id)])

    def check(self) -> None:
        """Find out whether records can be written: move the deadline of a ticket that cannot be there."""
        self._client.run([("ZADD", keys.deadline_key(_NO_ID), "XX", 0, _NO_ID)])

    def settle(self, ticket_ids: Sequence[str]) -> None:
        """Forget the deadlines of tickets that need none any more."""
        self._client.run(settled(ticket_ids))


def _read(ticket_id: str) -> Command:
    return ("HMGET", keys.ticket_key(ticket_id), *encoding.RECORD_FIELDS)
