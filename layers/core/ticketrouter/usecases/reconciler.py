"""See to it that every accepted ticket reaches a final status, whatever died on its way.

Two ways in: `drain` takes what the queues have given up (dead-letter queues), `sweep` looks for tickets past their
deadline. Both rather send a ticket once too often (the worker drops what is final) than give up one that still waits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ticketrouter.domain.alert import Alert, for_fallback
from ticketrouter.domain.errors import CacheUnavailableError, MalformedMessageError, QueueUnavailableError
from ticketrouter.domain.message import RETENTION_S, Received, WorkItem, alert_from_json
from ticketrouter.domain.record import DeadLetter, TicketRecord
from ticketrouter.domain.status import DeliveryStatus, State
from ticketrouter.ports import AlertQueue, Clock, DeadLetters, Deliveries, Destinations, TicketStore, Turn, WorkQueue
from ticketrouter.usecases.reconcile_report import ReconcileReport

MAX_RESENDS = 3
BATCH_SIZE = 50  # tickets a step of the sweep; even with a queue at its time-outs a step ends within the budget
STEP_BUDGET_MS = 30_000  # less time than this left, and no further step is begun
RETRY_S = 60  # the schedule's next run

_Key = tuple[str, str]


class Reconciler:
    """The one who looks after what others left behind.

    Args:
        store: Records and deadlines.
        queue: The two lanes.
        alerts: Queue to the dispatcher.
        deliveries: Where a dead alert is closed.
        destinations: Who is told in the place of one that did not take its alert.
        dead_letters: Where messages go that nobody can work on.
        clock: Time.
        deadline_s: Time between two looks at a ticket that is not final.
    """

    def __init__(
        self,
        *,
        store: TicketStore,
        queue: WorkQueue,
        alerts: AlertQueue,
        deliveries: Deliveries,
        destinations: Destinations,
        dead_letters: DeadLetters,
        clock: Clock,
        deadline_s: int,
    ) -> None:
        self._store = store
        self._queue = queue
        self._alerts = alerts
        self._deliveries = deliveries
        self._destinations = destinations
        self._dead_letters = dead_letters
        self._clock = clock
        self._deadline_s = deadline_s

    # --- dead-letter queues ------------------------------------------------------------------------------------------

    def drain(self, messages: Sequence[Received]) -> ReconcileReport:
        """Deal with messages that a queue has given up; what cannot be dealt with now stays where it is.

        Raises:
            MissingSettingError: The list of destinations cannot be read, and a dead alert needs it. All may come back.
        """
        report = ReconcileReport()
        done: set[str] = set()
        try:
            tickets: list[tuple[Received, WorkItem]] = []
            for message in messages:
                match _read(message.body):
                    case WorkItem() as item:
                        tickets.append((message, item))
                    case Alert() as alert:
                        if self._close(alert, report):
                            done.add(message.message_id)
                    case MalformedMessageError() as error:
                        self._keep(message, error.code, None, report)
                        done.add(message.message_id)
            self._drain_tickets(tickets, report, done)
        except CacheUnavailableError:
            report.store_unavailable = True
        report.failed = [message.message_id for message in messages if message.message_id not in done]
        return report

    def _drain_tickets(
        self, tickets: Sequence[tuple[Received, WorkItem]], report: ReconcileReport, done: set[str]
    ) -> None:
        if not tickets:
            return
        waiting: list[tuple[Received, WorkItem]] = []
        owing: list[tuple[Received, TicketRecord]] = []
        spent: list[tuple[Received, TicketRecord]] = []
        records = self._store.get_many([item.ticket.ticket_id for _, item in tickets])
        for (message, item), record in zip(tickets, records, strict=True):
            if record is None:
                waiting.append((message, item))  # forgotten: more work, never less; deleted: the worker drops it
            elif record.item.ticket.fingerprint != item.ticket.fingerprint:
                self._keep(message, "id-conflict", item.ticket.ticket_id, report)
                done.add(message.message_id)
            elif _owes_alerts(record):
                owing.append((message, record))
            elif record.state.is_final:
                done.add(message.message_id)
            elif record.resends >= MAX_RESENDS:
                spent.append((message, record))
            else:
                waiting.append((message, record.item))
        self._end_spent([record for _, record in spent], report)  # first: what is sent below fills the lanes
        done.update(message.message_id for message, _ in spent)
        alerted = self._send_alerts([record for _, record in owing], report)
        done.update(message.message_id for message, record in owing if _id(record.item) in alerted)
        resent = self._send([item for _, item in waiting], report)
        done.update(message.message_id for message, item in waiting if _key(item) in resent)
        self._count_resends(resent)

    def _end_spent(self, records: Sequence[TicketRecord], report: ReconcileReport) -> None:
        """Give up tickets that were sent often enough, unless a later copy still waits: then the sweep decides.

        A worker that is down for hours dead-letters the first copies while the last ones are hours from it. After a
        redrive there is no telling how old copies are; an operator looks at that ticket anyway.
        """
        lanes_empty = bool(records) and self._lanes_are_empty()
        for record in records:
            if lanes_empty or record.epoch > 1 or self._has_outlived_its_lane(record):
                self._give_up(record.item, "dead-lettered", report)
            else:
                self._postpone(_id(record.item), self._deadline_s)

    def _close(self, alert: Alert, report: ReconcileReport) -> bool:
        """Give up an alert that its queue has given up, after its fallback is told of it; tell whether that worked."""
        delivery = next(iter(self._deliveries.of_ticket(alert.about, [alert.destination])), None)
        told = None
        if delivery is None or (delivery.status is DeliveryStatus.PENDING and not delivery.fallback):
            told = for_fallback(alert, self._destinations.all())
        if told is not None and alert.incident is not None:
            fallback, to = told.destination, alert.destination
            turn = self._deliveries.tell_instead(alert.incident, to, fallback=fallback, token="")
            if turn is Turn.BUSY:
                return False
            told = told if turn is Turn.OURS else None
        if told is not None and self._alerts.send([told]):
            report.queue_unavailable = True
            return False
        if self._deliveries.close(alert, DeliveryStatus.EXHAUSTED):
            report.exhausted.append(alert)
        if told is not None:
            self._deliveries.note_fallback(alert, told.destination)
        return True

    def _keep(self, message: Received, reason: str, ticket_id: str | None, report: ReconcileReport) -> None:
        letter = DeadLetter.of_message(message, reason, self._clock.now_ms(), ticket_id=ticket_id)
        self._dead_letters.keep(letter)
        report.kept.append(letter)

    # --- deadlines ---------------------------------------------------------------------------------------------------

    def sweep(self, *, remaining_ms: Callable[[], float]) -> ReconcileReport:
        """Look at every ticket past its deadline, oldest first, step by step until none is left or time is short.

        Args:
            remaining_ms: How long this invocation may still run. The first step is taken in any case.
        """
        report = ReconcileReport()
        seen: set[str] = set()
        lanes_empty = False
        try:
            while not seen or remaining_ms() >= STEP_BUDGET_MS:
                overdue = self._store.overdue(self._clock.now_ms(), BATCH_SIZE)
                fresh = [ticket_id for ticket_id in overdue if ticket_id not in seen]
                if not fresh:
                    break
                if not seen:
                    lanes_empty = self._lanes_are_empty()  # before this sweep puts anything there
                seen.update(fresh)
                self._sweep_step(fresh, lanes_empty, report)
                if report.queue_unavailable:
                    break
        except CacheUnavailableError:
            report.store_unavailable = True
        return report

    def _sweep_step(self, ticket_ids: Sequence[str], lanes_empty: bool, report: ReconcileReport) -> None:
        """Take each ticket off the list of the overdue: settled, sent, given up, or moved to a later look."""
        settled: list[str] = []
        owing: list[TicketRecord] = []
        waiting: list[WorkItem] = []
        for ticket_id, record in zip(ticket_ids, self._store.get_many(ticket_ids), strict=True):
            if record is None:
                settled.append(ticket_id)
            elif _owes_alerts(record):
                owing.append(record)
            elif record.state.is_final:
                settled.append(ticket_id)
            else:
                report.overdue.append(ticket_id)
                if record.resends < MAX_RESENDS:
                    waiting.append(record.item)
                elif lanes_empty or self._has_outlived_its_lane(record):
                    self._give_up(record.item, "overdue", report)
                else:
                    self._postpone(ticket_id, self._deadline_s)  # it may still wait in its lane, behind an outage
        alerted = self._send_alerts(owing, report)
        self._store.settle([*settled, *alerted])
        resent = self._send(waiting, report)
        self._count_resends(resent)
        unsent = [_id(item) for item in waiting if _key(item) not in resent]
        unsent += [_id(record.item) for record in owing if _id(record.item) not in alerted]
        for ticket_id in unsent:
            self._postpone(ticket_id, RETRY_S)

    def _lanes_are_empty(self) -> bool:
        try:
            return all(depth.waiting + depth.in_flight == 0 for depth in self._queue.depths().values())
        except QueueUnavailableError:
            return False  # then nobody knows, and no ticket is given up

    def _has_outlived_its_lane(self, record: TicketRecord) -> bool:
        """Tell whether every copy has expired in the queue: the first one, and the resends of the hours after it.

        After a redrive nobody knows, for its copy is younger than the ticket.
        """
        kept_s = RETENTION_S + (MAX_RESENDS + 1) * self._deadline_s
        return record.epoch == 1 and self._clock.now_ms() - record.item.accepted_at_ms > kept_s * 1_000

    # --- what both do ------------------------------------------------------------------------------------------------

    def _give_up(self, item: WorkItem, reason: str, report: ReconcileReport) -> None:
        if self._store.fail(item, reason):
            report.given_up.append(_id(item))

    def _send(self, items: Sequence[WorkItem], report: ReconcileReport) -> dict[_Key, str]:
        """Put tickets back on their lanes, each once; return key and id of those that are known to be there."""
        unique = {_key(item): item for item in items}
        unsent = set(self._queue.send(list(unique.values()))) if unique else set()
        sent = {key: _id(item) for position, (key, item) in enumerate(unique.items()) if position not in unsent}
        report.resent += sent.values()
        report.queue_unavailable |= bool(unsent)
        return sent

    def _count_resends(self, sent: dict[_Key, str]) -> None:
        """Count what was sent, and only that: an outage of the queue must not use up a ticket's resends."""
        due_at_ms = self._clock.now_ms() + self._deadline_s * 1_000
        for ticket_id in dict.fromkeys(sent.values()):
            self._store.count_resend(ticket_id, due_at_ms=due_at_ms)

    def _send_alerts(self, records: Sequence[TicketRecord], report: ReconcileReport) -> set[str]:
        """Queue the alerts of scored tickets whose worker died before it could; return the ids of those now out."""
        alerts = [alert for record in records for alert in record.alerts]
        if not alerts:
            return set()
        lost = {alerts[position].ticket_id for position in self._alerts.send(alerts)}
        alerted = list(dict.fromkeys(alert.ticket_id for alert in alerts if alert.ticket_id not in lost))
        if alerted:
            self._store.mark_alerts_enqueued(alerted)
        report.alerted += alerted
        report.queue_unavailable |= bool(lost)
        return set(alerted)

    def _postpone(self, ticket_id: str, by_s: int) -> None:
        self._store.postpone(ticket_id, self._clock.now_ms() + by_s * 1_000)


def _read(body: str) -> WorkItem | Alert | MalformedMessageError:
    """Return what a message says: the queues hold tickets or alerts, and a dead letter may be of either."""
    for read in (WorkItem.from_json, alert_from_json):
        try:
            return read(body)
        except MalformedMessageError as error:
            malformed = error
    return malformed


def _owes_alerts(record: TicketRecord) -> bool:
    return record.state is State.SCORED and bool(record.alerts) and not record.alerts_enqueued


def _id(item: WorkItem) -> str:
    return item.ticket.ticket_id


def _key(item: WorkItem) -> _Key:
    """Return what makes two items the same work: without a record, one id may stand for two contents."""
    return item.ticket.ticket_id, item.ticket.fingerprint
