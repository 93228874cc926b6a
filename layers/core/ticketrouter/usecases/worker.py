"""Score tickets from the queue: the whole batch at once, each ticket committed on its own, nothing acknowledged early.

A message is taken off the queue only when it is listed as done; whatever goes wrong, what is not done comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ticketrouter.domain.alert import Destination, alerts_for
from ticketrouter.domain.backoff import outage_delay_s
from ticketrouter.domain.errors import CacheUnavailableError, MalformedMessageError
from ticketrouter.domain.message import Received, WorkItem
from ticketrouter.domain.record import DeadLetter, Outcome, TicketRecord
from ticketrouter.domain.status import State
from ticketrouter.ports import (
    AlertQueue,
    Begin,
    Clock,
    DeadLetters,
    Destinations,
    TicketStore,
    Visibility,
)
from ticketrouter.usecases.incidents import Grouping
from ticketrouter.usecases.scoring import GuardedScorer
from ticketrouter.usecases.work_report import WorkReport

MAX_ATTEMPTS = 3  # our own count of begun attempts; SQS's receive count also grows in outages


@dataclass(frozen=True, slots=True)
class _Job:
    message: Received
    item: WorkItem

    def lost_its_id_to(self, record: TicketRecord) -> bool:
        """Tell whether the store has forgotten the ticket since `begin`, and its id was taken by another one."""
        return record.item.ticket.fingerprint != self.item.ticket.fingerprint


class Worker:
    """The scoring of queued tickets.

    Args:
        store: Records.
        scorer: Models behind their breaker.
        alerts: Queue to the dispatcher.
        destinations: Who wants alerts.
        grouping: Finds incidents.
        dead_letters: Where messages go that nobody can work on.
        visibility: When a failed message comes back.
        clock: Time.
    """

    def __init__(
        self,
        *,
        store: TicketStore,
        scorer: GuardedScorer,
        alerts: AlertQueue,
        destinations: Destinations,
        grouping: Grouping,
        dead_letters: DeadLetters,
        visibility: Visibility,
        clock: Clock,
    ) -> None:
        self._store = store
        self._scorer = scorer
        self._alerts = alerts
        self._destinations = destinations
        self._grouping = grouping
        self._dead_letters = dead_letters
        self._visibility = visibility
        self._clock = clock
        self._begun: set[str] = set()  # tickets of this batch whose attempt may be counted, and is not over
        self._to_forgive: set[str] = set()  # tickets whose attempt was ended by an outage of the store

    def work(self, messages: Sequence[Received], *, cold_start: bool) -> WorkReport:
        """Work through a batch of one queue.

        Args:
            messages: The batch.
            cold_start: Whether this process has just started; noted in the records.

        Raises:
            MissingSettingError: The destinations cannot be read. Nothing was begun.
        """
        report = WorkReport()
        done: set[str] = set()
        self._begun.clear()
        # Before any attempt is counted: without them no urgent ticket can be finished.
        destinations = self._destinations.all()
        try:
            self._forgive()
            jobs = self._read(messages, report, done)
            together, alone = self._separate(jobs)
            for group in (together, *([job] for job in alone)):
                self._work_group(group, destinations, cold_start, report, done)
        except CacheUnavailableError:
            report.store_unavailable = True
            self._to_forgive |= self._begun
            for message in messages:
                delay_s = outage_delay_s(message.receive_count)
                if message.message_id not in done and delay_s is not None:
                    self._visibility.delay(message, delay_s)
        report.failed = [message.message_id for message in messages if message.message_id not in done]
        return report

    def _forgive(self) -> None:
        """Take back attempts that the store's own outage ended: they must not add up to poison."""
        if self._to_forgive:
            self._store.forgive(sorted(self._to_forgive))
            self._to_forgive.clear()

    def _read(self, messages: Sequence[Received], report: WorkReport, done: set[str]) -> list[_Job]:
        jobs = []
        for message in messages:
            try:
                jobs.append(_Job(message, WorkItem.from_json(message.body)))
            except MalformedMessageError as error:
                self._keep(message, error.code, None, report, done)
        return jobs

    def _separate(self, jobs: Sequence[_Job]) -> tuple[list[_Job], list[_Job]]:
        """Put tickets apart whose earlier attempt died: one of them may be what killed it.

        They are begun and scored one by one, after the others, so that only the guilty one uses up its attempts.
        """
        returned = [job for job in jobs if job.message.receive_count > 1]
        records = self._store.get_many([job.item.ticket.ticket_id for job in returned]) if returned else []
        suspects = {
            job.message.message_id
            for job, record in zip(returned, records, strict=True)
            if record is not None and record.attempts > 0
        }
        return (
            [job for job in jobs if job.message.message_id not in suspects],
            [job for job in jobs if job.message.message_id in suspects],
        )

    def _work_group(
        self,
        jobs: Sequence[_Job],
        destinations: Sequence[Destination],
        cold_start: bool,
        report: WorkReport,
        done: set[str],
    ) -> None:
        started_at_ms = self._clock.now_ms()
        to_score, finals = self._begin(jobs, report, done)

        before_ms = self._clock.monotonic_ms()
        scores = self._scorer.score([job.item.ticket.text for job, _ in to_score])
        scoring_ms = round(self._clock.monotonic_ms() - before_ms, 3)
        report.scoring_ms += scoring_ms

        scored_at_ms = max(self._clock.now_ms(), started_at_ms)
        outcomes: list[tuple[_Job, Outcome]] = []
        for (job, record), score in zip(to_score, scores, strict=True):
            if score is None:
                self._give_up_or_retry(job, record, report, done)
                continue
            due = alerts_for(
                job.item.ticket,
                score,
                destinations,
                accepted_at_ms=job.item.accepted_at_ms,
                scored_at_ms=scored_at_ms,
                epoch=record.epoch,
            )
            outcome = Outcome(job.item, score, started_at_ms, scored_at_ms, scoring_ms, cold_start, tuple(due))
            outcomes.append((job, outcome))

        self._send_alerts([*finals, *self._commit(self._group(outcomes, report), report, done)], done)

    def _group(self, outcomes: Sequence[tuple[_Job, Outcome]], report: WorkReport) -> list[tuple[_Job, Outcome]]:
        """Put messages about incidents in place of single alerts. Before the commit: the record is their outbox."""
        grouped = self._grouping.group([outcome for _, outcome in outcomes])
        self._store.link(grouped.link)
        report.grouped.append(grouped)
        return [(job, outcome) for (job, _), outcome in zip(outcomes, grouped.outcomes, strict=True)]

    def _begin(
        self, jobs: Sequence[_Job], report: WorkReport, done: set[str]
    ) -> tuple[list[tuple[_Job, TicketRecord]], list[tuple[_Job, TicketRecord]]]:
        """Count an attempt at each; return those to score, and those whose record is final already."""
        to_score: list[tuple[_Job, TicketRecord]] = []
        finals: list[tuple[_Job, TicketRecord]] = []
        rest = list(jobs)
        while rest:
            firsts: dict[str, _Job] = {}
            for job in rest:
                firsts.setdefault(job.item.ticket.ticket_id, job)
            self._begun.update(firsts)  # first: an attempt may be counted though its reply is lost
            begun = self._store.begin([job.item for job in firsts.values()], max_attempts=MAX_ATTEMPTS)
            for job, answer in zip(firsts.values(), begun, strict=True):
                if answer.verdict is not Begin.SCORE:
                    self._begun.discard(job.item.ticket.ticket_id)
                match answer.verdict:
                    case Begin.SCORE:
                        to_score.append((job, answer.record))
                    case Begin.ALREADY_SCORED:
                        report.duplicates += 1
                        finals.append((job, answer.record))
                    case Begin.ALREADY_FAILED:
                        report.duplicates += 1
                        done.add(job.message.message_id)
                    case Begin.DELETED:
                        # Also here: the worker that found it out may have died before it had the incident forget it.
                        self._grouping.forget(job.item.ticket.ticket_id, None)
                        report.duplicates += 1
                        done.add(job.message.message_id)
                    case Begin.EXHAUSTED if job.message.receive_count > 1:
                        self._fail(job, report, done)
                    case Begin.EXHAUSTED:
                        # A first reception: others have copies of it in hand now. It comes back to see how that went.
                        report.retried.append(job.item.ticket.ticket_id)
                    case Begin.CONFLICT:
                        self._keep(job.message, "id-conflict", job.item.ticket.ticket_id, report, done)
            # The same ticket twice in a batch is scored once: the other comes back and finds the record final.
            begun_ids = {job.item.ticket.ticket_id for job, _ in to_score}
            repeated = [job for job in rest if job is not firsts[job.item.ticket.ticket_id]]
            rest = [job for job in repeated if job.item.ticket.ticket_id not in begun_ids]
        return to_score, finals

    def _commit(
        self, outcomes: Sequence[tuple[_Job, Outcome]], report: WorkReport, done: set[str]
    ) -> list[tuple[_Job, TicketRecord]]:
        """Write what was found out; return the records that are final now."""
        finals: list[tuple[_Job, TicketRecord]] = []
        committed = self._store.commit([outcome for _, outcome in outcomes]) if outcomes else []
        self._begun.difference_update(job.item.ticket.ticket_id for job, _ in outcomes)
        for (job, outcome), record in zip(outcomes, committed, strict=True):
            if record is None:  # deleted while it was being scored, and has joined an incident since
                self._grouping.forget(job.item.ticket.ticket_id, outcome.incident_id)
                report.duplicates += 1
                done.add(job.message.message_id)
                continue
            if job.lost_its_id_to(record):
                self._keep(job.message, "id-conflict", job.item.ticket.ticket_id, report, done)
                continue
            if record.scored_at_ms == outcome.scored_at_ms and record.score is not None:
                report.scored.append((record, record.score))
            finals.append((job, record))
        return finals

    def _give_up_or_retry(self, job: _Job, record: TicketRecord, report: WorkReport, done: set[str]) -> None:
        """Deal with a ticket on which the model itself fails."""
        if record.attempts >= MAX_ATTEMPTS:
            self._fail(job, report, done)
            return
        self._begun.discard(job.item.ticket.ticket_id)  # this attempt was its own
        report.retried.append(job.item.ticket.ticket_id)
        self._visibility.delay(job.message, 10 * 2**record.attempts)

    def _fail(self, job: _Job, report: WorkReport, done: set[str]) -> None:
        ticket_id = job.item.ticket.ticket_id
        if self._store.fail(job.item, "poison"):
            report.poisoned.append(ticket_id)
        elif (record := self._store.get(ticket_id)) is None:
            report.retried.append(ticket_id)  # deleted, or forgotten by the store: `begin` tells when it is back
            return
        elif job.lost_its_id_to(record):
            self._keep(job.message, "id-conflict", ticket_id, report, done)
        else:
            report.duplicates += 1  # somebody else made it final
        done.add(job.message.message_id)

    def _keep(self, message: Received, reason: str, ticket_id: str | None, report: WorkReport, done: set[str]) -> None:
        """Keep a message that nobody can work on where an operator sees it, rather than let it burn its receives."""
        letter = DeadLetter.of_message(message, reason, self._clock.now_ms(), ticket_id=ticket_id)
        self._dead_letters.keep(letter)
        report.dead_lettered.append(letter)
        done.add(message.message_id)

    def _send_alerts(self, finals: Sequence[tuple[_Job, TicketRecord]], done: set[str]) -> None:
        """Enqueue the alerts that are due, and take off the queue what has none left to send.

        A redelivery of a scored ticket comes through here too: a worker that died between commit and alert loses none.
        """
        pending = [
            (job, record)
            for job, record in finals
            if record.state is State.SCORED and record.alerts and not record.alerts_enqueued
        ]
        alerts = [(job, alert) for job, record in pending for alert in record.alerts]
        lost = {
            alerts[position][0].message.message_id for position in self._alerts.send([alert for _, alert in alerts])
        }
        enqueued = [record.item.ticket.ticket_id for job, record in pending if job.message.message_id not in lost]
        if enqueued:
            self._store.mark_alerts_enqueued(enqueued)
        self._grouping.sent([alert for job, alert in alerts if job.message.message_id not in lost])
        done.update(job.message.message_id for job, _ in finals if job.message.message_id not in lost)
