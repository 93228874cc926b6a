"""Send digests: for each destination whose budget held alerts back, one message that stands for them.

A digest is closed, queued and then noted as told. Killed in between, the next run queues the same digest once more,
under the same name, and the dispatcher drops the second one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ticketrouter.domain.alert import Alert
from ticketrouter.domain.digest import DigestFacts, DigestLine, digest_id
from ticketrouter.domain.errors import CacheUnavailableError
from ticketrouter.domain.urgency import ALERT_THRESHOLD
from ticketrouter.ports import AlertQueue, Budgets, ClosedDigest, Deliveries


@dataclass(slots=True)
class DigestReport:
    """What a run did.

    Attributes:
        sent: Digests that are on the alert queue now.
        queue_unavailable: One is not known to be: the next run sends it.
        store_unavailable: The run was cut short because the store was away.
    """

    sent: list[Alert] = field(default_factory=list)
    queue_unavailable: bool = False
    store_unavailable: bool = False


class Digests:
    """The digests.

    Args:
        budgets: Which digests are due.
        deliveries: What their alerts say.
        alerts: Queue to the dispatcher.
    """

    def __init__(self, *, budgets: Budgets, deliveries: Deliveries, alerts: AlertQueue) -> None:
        self._budgets = budgets
        self._deliveries = deliveries
        self._alerts = alerts

    def send_due(self) -> DigestReport:
        """Send every digest that is due, one a destination."""
        report = DigestReport()
        try:
            for destination in self._budgets.destinations():
                closed = self._budgets.close(destination)
                if closed is not None:
                    self._send(closed, report)
        except CacheUnavailableError:
            report.store_unavailable = True
        return report

    def _send(self, closed: ClosedDigest, report: DigestReport) -> None:
        if not closed.count:  # all of its tickets were deleted meanwhile
            self._budgets.told(closed)
            return
        digest = self._alert(closed)
        if self._alerts.send([digest]):
            report.queue_unavailable = True
            return
        report.sent.append(digest)
        self._budgets.told(closed)

    def _alert(self, closed: ClosedDigest) -> Alert:
        found = [self._deliveries.of_ticket(about, [closed.destination]) for about in closed.top]
        lines = tuple(_line(delivery.alert) for deliveries in found for delivery in deliveries)
        facts = DigestFacts(
            digest_id=digest_id(closed.destination, closed.since_ms),
            count=closed.count,
            since_ms=closed.since_ms,
            until_ms=closed.until_ms,
            next_at_ms=closed.until_ms + closed.gap_ms,
            lines=lines,
        )
        return Alert(
            ticket_id=facts.digest_id,
            destination=closed.destination,
            category=lines[0].category if lines else "",
            urgency_score=lines[0].urgency_score if lines else ALERT_THRESHOLD,
            subject=f"{closed.count} more urgent tickets",
            excerpt="",
            customer="",
            reasons=(),
            accepted_at_ms=closed.since_ms,
            scored_at_ms=closed.until_ms,
            digest=facts,
        )


def _line(alert: Alert) -> DigestLine:
    subject, text = alert.subject, alert.excerpt
    if alert.incident is not None:
        subject = f"Incident: {alert.incident.count} tickets, {alert.incident.urgent_count} of them urgent"
        text = next(iter(alert.incident.samples), "")
    return DigestLine(alert.ticket_id, alert.category, alert.urgency_score, subject, text)
