"""Bring alerts to people: claim, POST, record, come back later if that failed, and tell somebody else if it goes on.

A delivery is done when a 2xx came back, and only then. The lease keeps two dispatchers apart, the compare-and-set of
`record` keeps a late one from overwriting a newer outcome, and a message leaves the queue only when its delivery is
final: killed anywhere, the alert comes back. It can double only if the kill falls between the POST and its record, and
then receivers drop it by its constant `webhook-id`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ticketrouter.domain.alert import Alert, IncidentFacts, IncidentPhase, for_fallback
from ticketrouter.domain.backoff import FALLBACK_AFTER_S, FALLBACK_TRIES, GIVE_UP_AFTER_S, outage_delay_s
from ticketrouter.domain.errors import CacheUnavailableError, MalformedMessageError
from ticketrouter.domain.message import Received, alert_from_json
from ticketrouter.domain.record import OVERTAKEN, Attempt, DeadLetter
from ticketrouter.domain.status import DeliveryStatus
from ticketrouter.ports import (
    AlertQueue,
    Budgets,
    Clock,
    DeadLetters,
    Deliveries,
    DeliveryClaim,
    DeliveryVerdict,
    DestinationHealth,
    Destinations,
    DestinationSecrets,
    Randomness,
    Turn,
    Visibility,
    WebhookSender,
)
from ticketrouter.usecases.budget import AlertBudget
from ticketrouter.usecases.dispatch_report import DispatchReport, Ending, Handled
from ticketrouter.usecases.posting import LEASE_MS, Paused, Poster, Tried

TRY_BUDGET_MS = 12_000  # less time than this left, and a try might be cut off between POST and record
LOST_LEASE_DELAY_S = 5
NEXT_TURN_S = 5


class Dispatcher:
    """The delivery of alerts.

    Args:
        deliveries: Records, leases and logs of tries.
        budgets: What each destination may still be sent in this hour.
        destinations: Of which kind a destination is.
        secrets: Addresses and signing keys.
        health: What all dispatchers know of a destination.
        sender: The way out.
        alerts: The queue that the alerts come from, for those to a fallback.
        dead_letters: Where messages go that nobody can read.
        visibility: When a message comes back.
        clock: Time.
        randomness: Lease tokens and jitter.
        public_url: Where people open a ticket; empty for no link.
    """

    def __init__(
        self,
        *,
        deliveries: Deliveries,
        budgets: Budgets,
        destinations: Destinations,
        secrets: DestinationSecrets,
        health: DestinationHealth,
        sender: WebhookSender,
        alerts: AlertQueue,
        dead_letters: DeadLetters,
        visibility: Visibility,
        clock: Clock,
        randomness: Randomness,
        public_url: str = "",
    ) -> None:
        self._deliveries = deliveries
        self._destinations = destinations
        self._budget = AlertBudget(budgets=budgets, deliveries=deliveries, destinations=destinations)
        self._alerts = alerts
        self._dead_letters = dead_letters
        self._visibility = visibility
        self._clock = clock
        self._randomness = randomness
        self._poster = Poster(
            destinations=destinations,
            secrets=secrets,
            health=health,
            sender=sender,
            clock=clock,
            randomness=randomness,
            public_url=public_url,
        )

    def dispatch(self, messages: Sequence[Received], *, remaining_ms: Callable[[], float]) -> DispatchReport:
        """Deliver a batch, one after the other.

        Args:
            messages: The batch.
            remaining_ms: How long this invocation may still run.

        Raises:
            MissingSettingError: The documents of the destinations cannot be read. What was delivered before is
                recorded, so the batch may come back.
        """
        report = DispatchReport()
        # Half of a timeout that is shorter than a try may last: some message must have its chance.
        enough_ms = min(TRY_BUDGET_MS, remaining_ms() / 2)
        for position, message in enumerate(messages):
            if remaining_ms() < enough_ms:
                report.handled.append(self._later(Handled(message, Ending.OUT_OF_TIME), 0))
                continue
            try:
                report.handled.append(self._handle(message))
            except CacheUnavailableError:
                # Fail closed: nobody knows what was done.
                report.handled.extend(self._store_away(rest) for rest in messages[position:])
                break
        return report

    def _store_away(self, message: Received) -> Handled:
        delay_s = outage_delay_s(message.receive_count)
        handled = Handled(message, Ending.STORE_AWAY)
        return handled if delay_s is None else self._later(handled, delay_s)

    def _handle(self, message: Received) -> Handled:
        try:
            alert = alert_from_json(message.body)
        except MalformedMessageError as error:
            return self._keep(message, error.code)
        self._poster.look_up(alert)  # before the lease: documents that are slow to come must not use it up
        token = self._randomness.token()
        claim = self._deliveries.claim(alert, token=token, lease_ms=LEASE_MS)
        match claim.verdict:
            case DeliveryVerdict.DONE:
                return Handled(message, Ending.DONE, alert, tries=claim.attempts)
            case DeliveryVerdict.BUSY:
                return self._later(Handled(message, Ending.WAITING, alert, tries=claim.attempts), claim.wait_s)
            case DeliveryVerdict.LATER:
                told = self._tell_fallback(alert, token, claim, failures=claim.attempts)
                waiting = Handled(message, Ending.WAITING, alert, tries=claim.attempts, fallback=told or "")
                return self._later(waiting, self._wake_s(alert, claim, told, claim.wait_s))
            case DeliveryVerdict.SEND:
                return self._attend(message, alert, token, claim)

    def _attend(self, message: Received, alert: Alert, token: str, claim: DeliveryClaim) -> Handled:
        """Send it, if it is about an incident in its turn: one that is late must not open again what was resolved."""
        incident = alert.incident
        if incident is None:
            return self._send(message, alert, token, claim)
        match self._deliveries.take_turn(incident, alert.destination, token=token, lease_ms=LEASE_MS):
            case Turn.OVERTAKEN:
                return self._drop(message, alert, token, claim)
            case Turn.BUSY:
                self._deliveries.postpone(alert, token=token, in_ms=NEXT_TURN_S * 1_000)
                return self._later(Handled(message, Ending.WAITING, alert, tries=claim.attempts), NEXT_TURN_S)
            case Turn.OURS if not self._ends_for_fallback(alert, incident, claim):
                handled = Handled(message, Ending.UNTOLD, alert, tries=claim.attempts)
                handled = self._later(handled, LOST_LEASE_DELAY_S)
            case Turn.OURS:
                handled = self._send(message, alert, token, claim)
        if handled.ending is not Ending.DELIVERED:
            self._deliveries.end_turn(incident, alert.destination, token=token, told=False)
        return handled

    def _ends_for_fallback(self, alert: Alert, incident: IncidentFacts, claim: DeliveryClaim) -> bool:
        """Queue the summary for the fallback that was told of the incident in this one's place, if there is one.

        Its own destination may have been well again since: then nothing else would tell the fallback of the end.

        Returns:
            Whether nobody is left to be told so.
        """
        if incident.phase is not IncidentPhase.CLOSED or claim.fallback or alert.replay:
            return True
        fallback = self._deliveries.told_instead(incident, alert.destination)
        if not fallback:
            return True
        if self._alerts.send([replace(alert, destination=fallback, fallback_for=alert.destination)]):
            return False
        self._deliveries.note_fallback(alert, fallback)
        return True

    def _drop(self, message: Received, alert: Alert, token: str, claim: DeliveryClaim) -> Handled:
        """End the delivery without a try; its log says why."""
        why = Attempt(self._clock.now_ms(), 0.0, error=OVERTAKEN)
        handled = Handled(message, Ending.OVERTAKEN, alert, tries=claim.attempts)
        if self._deliveries.record(alert, why, DeliveryStatus.SUPPRESSED, token=token, retry_in_ms=None):
            return handled
        return self._later(replace(handled, ending=Ending.LEASE_LOST), LOST_LEASE_DELAY_S)

    def _send(self, message: Received, alert: Alert, token: str, claim: DeliveryClaim) -> Handled:
        held = self._budget.hold(alert, claim, token=token)
        if held is not None:
            handled = Handled(message, Ending.DIGESTED, alert, digest_id=held.digest_id)
            return (
                handled if held.look_in_s is None else self._later(replace(handled, ending=Ending.HELD), held.look_in_s)
            )
        outcome, admitted = self._poster.post(alert, token=token, tries=claim.attempts + 1)
        if isinstance(outcome, Paused):
            return self._pause(message, alert, token, claim, outcome)
        handled = self._record(message, alert, token, claim, outcome)
        self._poster.tell_health(alert, outcome, admitted)
        return handled

    def _record(self, message: Received, alert: Alert, token: str, claim: DeliveryClaim, tried: Tried) -> Handled:
        """Write down a try, and tell the fallback first: what is final must not be so before somebody else knows."""
        tries, delay_s, told = claim.attempts + 1, tried.delay_s, ""
        if tried.failure is None:
            status, ending = DeliveryStatus.DELIVERED, Ending.DELIVERED
        elif delay_s is None:
            status, ending = DeliveryStatus.EXHAUSTED, Ending.EXHAUSTED
        else:
            status, ending = DeliveryStatus.PENDING, Ending.RETRIED
        if tried.failure is not None:
            sent = self._tell_fallback(alert, token, claim, failures=tries, final=delay_s is None)
            if sent is None and delay_s is None:
                return self._later(Handled(message, Ending.UNTOLD, alert, tried.attempt, tries), LOST_LEASE_DELAY_S)
            told = sent or ""
        elif alert.incident is not None:
            # Before the record: whoever died between the two would leave what is older free to go out.
            self._deliveries.end_turn(alert.incident, alert.destination, token=token, told=True)
        retry_in_ms = None if delay_s is None else delay_s * 1_000
        handled = Handled(message, ending, alert, tried.attempt, tries, fallback=told)
        if not self._deliveries.record(alert, tried.attempt, status, token=token, retry_in_ms=retry_in_ms):
            return self._later(replace(handled, ending=Ending.LEASE_LOST), LOST_LEASE_DELAY_S)
        return handled if delay_s is None else self._later(handled, self._wake_s(alert, claim, told, delay_s))

    def _pause(self, message: Received, alert: Alert, token: str, claim: DeliveryClaim, paused: Paused) -> Handled:
        """Leave the destination alone without using up a try, but not for ever, and not without telling anybody."""
        final = self._age_s(alert) >= GIVE_UP_AFTER_S
        told = self._tell_fallback(alert, token, claim, failures=claim.attempts, final=final)
        handled = Handled(message, Ending.PAUSED, alert, tries=claim.attempts, fallback=told or "")
        if final and told is not None:
            self._deliveries.close(alert, DeliveryStatus.EXHAUSTED)
            return replace(handled, ending=Ending.EXHAUSTED)
        self._deliveries.postpone(alert, token=token, in_ms=paused.wait_s * 1_000)
        return self._later(handled, self._wake_s(alert, claim, told, paused.wait_s))

    def _tell_fallback(
        self, alert: Alert, token: str, claim: DeliveryClaim, *, failures: int, final: bool = False
    ) -> str | None:
        """Queue the alert for the fallback destination, if it is time; once is enough.

        Whoever dies after this queues it again: the delivery to the fallback is one and the same, however often.

        Returns:
            The destination that is told by now; empty if nobody has to be; None if it could not be told yet.
        """
        told = self._still_to_tell(alert, claim)
        due = final or failures >= FALLBACK_TRIES or self._age_s(alert) >= FALLBACK_AFTER_S
        if told is None or not due:
            return ""
        if alert.incident is not None:
            turn = self._deliveries.tell_instead(
                alert.incident, alert.destination, fallback=told.destination, token=token
            )
            if turn is not Turn.OURS:
                return "" if turn is Turn.OVERTAKEN else None
        if self._alerts.send([told]):
            return None
        self._deliveries.note_fallback(alert, told.destination)
        return told.destination

    def _still_to_tell(self, alert: Alert, claim: DeliveryClaim) -> Alert | None:
        """Return what the fallback is told if this goes on; None if it has been told, or nobody is to be."""
        return None if claim.fallback else for_fallback(alert, self._destinations.all())

    def _wake_s(self, alert: Alert, claim: DeliveryClaim, told: str | None, delay_s: int) -> int:
        """Return when the message must come back: for the next try, or earlier to tell the fallback."""
        if told or self._still_to_tell(alert, claim) is None:
            return delay_s
        left_s = FALLBACK_AFTER_S - self._age_s(alert)
        return min(delay_s, max(LOST_LEASE_DELAY_S, left_s))

    def _age_s(self, alert: Alert) -> int:
        return (self._clock.now_ms() - alert.scored_at_ms) // 1_000

    def _later(self, handled: Handled, delay_s: int) -> Handled:
        self._visibility.delay(handled.message, delay_s)
        return replace(handled, delay_s=delay_s)

    def _keep(self, message: Received, reason: str) -> Handled:
        """Keep an unreadable message where an operator sees it, rather than let it burn its receives."""
        self._dead_letters.keep(DeadLetter.of_message(message, reason, self._clock.now_ms()))
        return Handled(message, Ending.MALFORMED)
