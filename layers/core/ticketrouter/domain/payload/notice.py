"""What every chat is told, before it is written in the chat's own form."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ticketrouter.domain.alert import EXCERPT_CHARS, Alert, IncidentFacts, IncidentPhase
from ticketrouter.domain.digest import DigestFacts, DigestLine
from ticketrouter.domain.payload.words import CATEGORY_CHARS, LABEL_CHARS, age, page, reasons, safe_words
from ticketrouter.domain.urgency import band

TICKET, DIGEST, TEST = "ticket.urgent", "alerts.digest", "destination.test"
LINE_CHARS = 80  # of a ticket in a digest

_PHASES = {
    IncidentPhase.OPENED: "Incident",
    IncidentPhase.GROWN: "Incident is growing",
    IncidentPhase.CLOSED: "Incident is over",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A message in plain text: nothing is escaped yet, everything is redacted and cut.

    Attributes:
        type: `ticket.urgent`, `incident.opened`, `incident.grown`, `incident.closed`, `alerts.digest` or
            `destination.test`.
        key: What one problem is known by: an incident's id, else the webhook id.
        band: How bad it is, in the words of `domain.urgency.band`.
        heading: The one line to read.
        said: A stranger's words, a line each.
        facts: Name and value; values may be a stranger's words.
        category: As scored; empty where there is none.
        since_ms: When it began, Unix time in milliseconds.
        since: What began then.
        link: Page of the dashboard; empty for none.
    """

    type: str
    key: str
    band: str
    heading: str
    said: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    category: str
    since_ms: int
    since: str
    link: str

    @property
    def is_over(self) -> bool:
        """Tell whether it ends what an earlier one began."""
        return self.type == f"incident.{IncidentPhase.CLOSED}"


def notice_of(alert: Alert, now_ms: int, public_url: str) -> Notice:
    """Return what people are told of an alert."""
    notice = _notice_of(alert, now_ms, public_url)
    if not alert.fallback_for:
        return notice
    return replace(notice, facts=(*notice.facts, ("Did not reach", safe_words(alert.fallback_for))))


def _notice_of(alert: Alert, now_ms: int, public_url: str) -> Notice:
    if alert.test:
        return _of_test(alert)
    if alert.digest:
        return _of_digest(alert, alert.digest, now_ms, public_url)
    if alert.incident:
        return _of_incident(alert.incident, now_ms, public_url)
    category, word = safe_words(alert.category, CATEGORY_CHARS), band(alert.urgency_score)
    facts = (
        ("Ticket", alert.ticket_id),
        ("Customer", safe_words(alert.customer)),
        ("Because of", safe_words("; ".join(reasons(alert.reasons)))),
        ("Age", age(alert.accepted_at_ms, now_ms)),
    )
    return Notice(
        type=TICKET,
        key=alert.webhook_id,
        band=word,
        heading=f"Urgent {category} ticket: S {alert.urgency_score:.2f} ({word})",
        said=_lines(safe_words(alert.subject), safe_words(alert.excerpt, EXCERPT_CHARS)),
        facts=_set(*facts),
        category=category,
        since_ms=alert.accepted_at_ms,
        since="accepted",
        link=page(public_url, "tickets", alert.ticket_id),
    )


def _of_incident(incident: IncidentFacts, now_ms: int, public_url: str) -> Notice:
    category = safe_words(incident.category, CATEGORY_CHARS)
    tickets = f"{incident.count} {category} {'ticket' if incident.count == 1 else 'tickets'}"
    return Notice(
        type=f"incident.{incident.phase}",
        key=incident.incident_id,
        band="critical" if incident.urgent_count else "normal",
        heading=f"{_PHASES[incident.phase]}: {tickets} about one problem, {incident.urgent_count} of them urgent",
        said=_lines(*(safe_words(sample, EXCERPT_CHARS) for sample in incident.samples[:3])),
        facts=_set(("Incident", incident.incident_id), ("Age", age(incident.first_seen_ms, now_ms))),
        category=category,
        since_ms=incident.first_seen_ms,
        since="first seen",
        link=page(public_url, "incidents", incident.incident_id),
    )


def _of_digest(alert: Alert, digest: DigestFacts, now_ms: int, public_url: str) -> Notice:
    alerts = "1 urgent alert" if digest.count == 1 else f"{digest.count} urgent alerts"
    more = digest.count - len(digest.lines)
    return Notice(
        type=DIGEST,
        key=alert.webhook_id,
        band="normal",  # what is kept back lest it page all night must not page now
        heading=f"Digest: {alerts} above the hourly budget",
        said=_lines(*(_line(line) for line in digest.lines), f"and {more} more" if more > 0 else ""),
        facts=(("Age", age(digest.since_ms, now_ms)),),
        category="",
        since_ms=digest.since_ms,
        since="held back since",
        link=page(public_url, "tickets"),
    )


def _line(line: DigestLine) -> str:
    said = safe_words(line.subject or line.excerpt, LINE_CHARS)
    return f"{line.urgency_score:.2f} {safe_words(line.category, CATEGORY_CHARS)}: {said}"


def _of_test(alert: Alert) -> Notice:
    return Notice(
        type=TEST,
        key=alert.webhook_id,
        band="low",
        heading="Test of this destination: nothing happened",
        said=(),
        facts=(("Destination", safe_words(alert.destination, LABEL_CHARS)),),
        category="",
        since_ms=alert.accepted_at_ms,
        since="sent",
        link="",
    )


def _lines(*texts: str) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def _set(*facts: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in facts if value)
