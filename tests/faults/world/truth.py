"""What must hold in the router, told from outside: by what clients heard, queues took and receivers accepted.

The names of the invariants are those of docs/guarantees.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.faults.world.router import Router
from tests.faults.world.sqs import DEAD, Message
from ticketrouter.domain.alert import Alert
from ticketrouter.domain.message import Received, WorkItem, alert_from_json
from ticketrouter.domain.record import TicketRecord
from ticketrouter.domain.status import DeliveryStatus, State
from ticketrouter.domain.ticket import CONTENT_WINDOW_MS, Ticket, fold
from ticketrouter.usecases.ingest import Accepted, Draft, Verdict
from ticketrouter.usecases.posting import LEASE_MS

Key = tuple[str, str]  # ticket id and fingerprint: without a record, one id may stand for two contents
Told = tuple[str, str, int]  # what an alert is about, destination, epoch


class Broken(AssertionError):
    """An invariant does not hold."""


class Truth:
    """The journal of a router, and the invariants over it.

    Attributes:
        sent: Tickets that were put on a lane; since a wipe, or still there when it came.
        promised: Tickets that a client holds a 202 for.
        ended: Tickets that were seen final, or kept for an operator as a conflict.
        accepted: How often receivers accepted each alert.
        excused: How often more each may be accepted: for deaths, outages and stalls between POST and record, for
            replies of receivers that were lost, for wipes.
        excuses: The same by reason.
        wipes: How often the store forgot.
        broken: What did not hold; empty while everything does.
    """

    def __init__(self, router: Router) -> None:
        self._router = router
        self.sent: set[Key] = set()
        self.promised: set[Key] = set()
        self.ended: set[Key] = set()
        self.accepted: Counter[Told] = Counter()
        self.excused: Counter[Told] = Counter()
        self.excuses: Counter[str] = Counter()
        self.wipes = 0
        self.broken = ""
        self._identities: dict[tuple[object, ...], str] = {}
        self._finals: dict[str, TicketRecord] = {}  # since the last wipe
        self._due: dict[Told, tuple[Alert, Key]] = {}  # of every record that was seen final
        self._kept: set[Key] = set()  # as a conflict: its id stands for other content since a wipe
        self._closed: set[Told] = set()  # deliveries that were seen final
        self._endings: dict[Told, DeliveryStatus] = {}  # theirs, since the last wipe
        self._deaths: Counter[str] = Counter()  # of workers, by ticket that they held
        self._claims: dict[str, tuple[Told, float]] = {}  # by dispatcher: what it holds a lease on, and since when
        self._unrecorded: dict[str, Told] = {}  # by dispatcher: accepted and not yet written down
        router.told, router.died, router.ended, router.wiped = (
            self._on_told,
            self._on_death,
            self._on_end,
            self._on_wipe,
        )
        router.faults.watch = self._on_call
        router.sqs.on_put, router.sqs.on_delete = self._on_put, self._on_delete

    @property
    def doubles(self) -> int:
        """Return how many acceptances there were beyond the first of each alert."""
        return sum(times - 1 for times in self.accepted.values())

    def _hold(self, condition: object, sentence: str) -> None:
        if not condition:
            self.broken = sentence
            raise Broken(sentence)

    # --- what is seen ------------------------------------------------------------------------------------------------

    def _on_put(self, queue: str, body: str) -> None:
        if not queue.startswith("alerts"):
            self.sent.add(_key(WorkItem.from_json(body).ticket))

    def _on_told(self, draft: Draft, verdict: Verdict, began_ms: int) -> None:
        if not isinstance(verdict, Accepted):
            return
        ticket = verdict.item.ticket
        key = _key(ticket)
        self._hold(
            key in self.sent | self.ended,
            f"I1 accepted_is_durable: 202 for {ticket.ticket_id}, which no queue ever took",
        )
        self.promised.add(key)
        known = self._identities.setdefault(self._identity(draft, began_ms), ticket.ticket_id)
        self._hold(known == ticket.ticket_id, f"I3 one_identity: {draft} is {known} and {ticket.ticket_id}")

    def _identity(self, draft: Draft, began_ms: int) -> tuple[object, ...]:
        if draft.ticket_id is not None:
            return ("id", draft.ticket_id)
        if draft.idempotency_key is not None:
            return ("key", draft.idempotency_key, draft.row)
        return ("content", draft.customer, fold(draft.description), began_ms // CONTENT_WINDOW_MS)

    def _on_death(self, messages: Sequence[Received]) -> None:
        self._deaths.update({WorkItem.from_json(message.body).ticket.ticket_id for message in messages})

    def _on_call(self, name: str, args: tuple[Any, ...], result: Any) -> None:
        process = self._router.process
        if name == "deliveries.claim":
            self._claims[process] = _told(args[0]), self._router.clock.monotonic_ms()
        elif name == "sender.send":  # it raises unless a receiver has accepted
            self._unrecorded[process] = self._claims[process][0]
            self.accepted[self._unrecorded[process]] += 1
        elif name == "deliveries.record" and result:
            told, attempt = self._unrecorded.pop(process, None), args[1]
            if told is not None and attempt.error is not None:
                self._excuse(told, "reply of a receiver lost")

    def _on_end(self, process: str) -> None:
        """Excuse one more acceptance where one was not written down, unless a live lease was taken away.

        A wipe has excused its own.
        """
        told = self._unrecorded.pop(process, None)
        if told is None:
            return
        stalled = self._has_lost_its_lease(process)
        row = self._router.state.deliveries.get(told[:2])
        if stalled or (row is not None and row.delivery.status is DeliveryStatus.PENDING):
            self._excuse(told, "stall" if stalled else "before the record")

    def _has_lost_its_lease(self, process: str) -> bool:
        return self._router.clock.monotonic_ms() - self._claims[process][1] > LEASE_MS

    def _excuse(self, told: Told, reason: str) -> None:
        self.excused[told] += 1
        self.excuses[reason] += 1

    def _on_wipe(self) -> None:
        self.look()
        self.wipes += 1
        self._finals.clear()
        self._endings.clear()
        lanes = [queue for name, queue in self._router.sqs.queues.items() if not name.startswith("alerts")]
        there = {_key(WorkItem.from_json(message.body).ticket) for lane in lanes for message in lane.values()}
        self.sent &= there
        claimed = {(*name, row.epoch) for name, row in self._router.state.deliveries.items()}
        for told in claimed | self.accepted.keys():
            self._excuse(told, "wipe")

    def _on_delete(self, message: Message) -> None:
        self.look()
        if message.queue.endswith(DEAD):
            return
        if message.queue == "alerts":
            told = _told(alert_from_json(message.body))
            final = told in self._closed or self._has_moved_on(told)
            self._hold(
                final, f"I5 alert_at_least_once: the message of {told} left its queue, its delivery is not final"
            )
            return
        key = _key(WorkItem.from_json(message.body).ticket)
        self._hold(key in self.ended, f"I2 one_final: a message of {key[0]} left its queue, the ticket is not final")

    def _has_moved_on(self, told: Told) -> bool:
        row = self._router.state.deliveries.get(told[:2])
        return row is not None and row.epoch > told[2]

    # --- what must hold ----------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Look at all records; raise Broken if they say what must not be."""
        for row in self._router.state.rows.values():
            self._look_at(row.record)
        for letter in self._router.state.letters.values():
            if letter.reason == "id-conflict" and letter.body is not None:
                self._kept.add(_key(WorkItem.from_json(letter.body).ticket))
        self.ended |= self._kept
        for name, row in self._router.state.deliveries.items():
            told, status = (*name, row.epoch), row.delivery.status
            ending = self._endings.get(told, status)
            self._hold(ending is status, f"I6 alert_at_most_once: {told} was {ending}, and is {status}")
            if status is not DeliveryStatus.PENDING:
                self._closed.add(told)
                self._endings[told] = status
        overdue = Counter(told for process, told in self._unrecorded.items() if self._has_lost_its_lease(process))
        for told, times in self.accepted.items():
            allowed = 1 + self.excused[told] + overdue[told]
            self._hold(
                times <= allowed, f"I6 alert_at_most_once: {told} was accepted {times} times, {allowed} are excused"
            )

    def _look_at(self, record: TicketRecord) -> None:
        ticket = record.item.ticket
        name, key = ticket.ticket_id, _key(ticket)
        if record.state is not State.SENDING:
            sent = key in self.sent or key in self.ended
            self._hold(sent, f"I1 accepted_is_durable: {name} is {record.state}, and no queue ever took it")
        final = self._finals.get(name)
        if final is not None and record.epoch == final.epoch:
            same = (record.state, record.score, record.scored_at_ms, record.failure, key) == (
                final.state, final.score, final.scored_at_ms, final.failure, _key(final.item.ticket)
            )  # fmt: skip
            self._hold(
                same, f"I2 one_final: {name} was {final.state} and is {record.state}, or says something else now"
            )
        if record.state.is_final and final is not record:
            self._finals[name] = record
            self.ended.add(key)
            for alert in record.alerts:
                self._due.setdefault(_told(alert), (alert, key))
            if record.state is State.FAILED and "poison" not in ticket.text:
                self._hold(
                    self._deaths[name], f"I7 poison_isolated: {name} failed ({record.failure}); no worker died of it"
                )

    def at_the_end(self) -> None:
        """Look once more, with nothing left to do; raise Broken if a promise was not kept."""
        self.look()
        for key in self.promised:
            self._hold(key in self.ended, f"I2 one_final: {key[0]} was promised, and is not final")
        for told, (alert, key) in self._due.items():
            if key in self._kept:
                continue  # an operator has it
            delivered = self.accepted[told] > 0
            self._hold(
                told in self._closed or delivered,
                f"I5 alert_at_least_once: {told} is neither delivered nor exhausted, and nothing is left to be done",
            )
            if not delivered and alert.destination == "oncall":
                backup = (told[0], "backup", told[2])
                self._hold(
                    self.accepted[backup] or backup in self._closed,
                    f"I5 alert_at_least_once: {told} was given up, and its fallback never told",
                )


def _key(ticket: Ticket) -> Key:
    return ticket.ticket_id, ticket.fingerprint


def _told(alert: Alert) -> Told:
    return alert.about, alert.destination, alert.epoch
