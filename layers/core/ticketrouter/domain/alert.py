"""Alerts: what goes to which destination, and under which names it is known there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from ticketrouter.domain.digest import DigestFacts
from ticketrouter.domain.redaction import redact
from ticketrouter.domain.score import Score
from ticketrouter.domain.ticket import Ticket
from ticketrouter.domain.urgency import ALERT_THRESHOLD

EXCERPT_CHARS = 140
_REDACTED_CHARS = 4_000  # of which 140 are shown; what is cut in two at its end is not among them
# Above it, messages are gathered: one a minute is what a person can still read, and an outage that three hundred
# customers tell must not be three hundred pages.
DEFAULT_HOURLY_BUDGET = 60
KINDS = ("generic", "slack", "discord", "teams", "pagerduty")


@dataclass(frozen=True, slots=True)
class Destination:
    """Where alerts go; its address and signing keys are elsewhere (`DestinationSecret`).

    Attributes:
        id: Name of the destination, e.g. `oncall`.
        kind: How the body is written, one of `KINDS`.
        threshold: S must lie strictly above it; at least 0.8.
        categories: Only these; empty means all.
        languages: Only tickets in these, of `domain.language.LANGUAGES`; empty means all.
        hourly_budget: Messages in any hour, above which they are gathered into digests; None for no limit.
        fallback: Id of the destination that is told, too, when this one does not take an alert; empty for none.
    """

    id: str
    kind: str = "generic"
    threshold: float = ALERT_THRESHOLD
    categories: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    hourly_budget: int | None = DEFAULT_HOURLY_BUDGET
    fallback: str = ""

    def wants(self, score: Score) -> bool:
        """Tell whether a ticket with this score is alerted here; one of an unknown language is, whatever is set."""
        urgent = score.urgency_score > max(self.threshold, ALERT_THRESHOLD)
        of_category = not self.categories or score.category in self.categories
        of_language = not self.languages or not score.language or score.language in self.languages
        return urgent and of_category and of_language


@dataclass(frozen=True, slots=True)
class DestinationSecret:
    """What only the dispatcher may know of a destination.

    Attributes:
        url: Where to POST. The URL of a chat webhook is itself a secret.
        signing_keys: `whsec_…`; current first, then the previous one while it is being rotated.
        routing_key: PagerDuty's: which of its services the event is for. It goes into the body, as it is theirs.
    """

    url: str = field(repr=False)
    signing_keys: tuple[str, ...] = field(default=(), repr=False)
    routing_key: str = field(default="", repr=False)

    @property
    def fingerprint(self) -> str:
        """Return a name for exactly this secret, from which it cannot be made: another one has another."""
        return hashlib.sha256("\0".join((self.url, self.routing_key, *self.signing_keys)).encode()).hexdigest()[:32]


class IncidentPhase(StrEnum):
    """Why a message about an incident goes out."""

    OPENED = "opened"  # the destination hears of it for the first time
    GROWN = "grown"
    CLOSED = "closed"  # the summary


@dataclass(frozen=True, slots=True)
class IncidentFacts:
    """What a message about an incident tells, instead of the single messages of its tickets.

    Attributes:
        incident_id: `inc_` and 26 characters of base32 in lower case.
        update: 1 for the first announcement, then one more with each.
        count: Tickets that have joined, urgent or not.
        urgent_count: Those above the alert threshold.
        first_seen_ms: When the first one was accepted, Unix time in milliseconds.
        category: Of the incident; all its tickets have it.
        samples: At most 3 excerpts of different tickets.
        phase: Why it goes out.
    """

    incident_id: str
    update: int
    count: int
    urgent_count: int
    first_seen_ms: int
    category: str
    samples: tuple[str, ...]
    phase: IncidentPhase


@dataclass(frozen=True, slots=True)
class Alert:
    """One urgent ticket, or one update of an incident, for one destination, with all that a message needs.

    It carries its own facts, so that it can be sent even when the record is gone. With `digest` set it is no single
    ticket's alert, but stands for many that were held back.

    Attributes:
        ticket_id: The ticket; of a digest or a test, a name that no ticket has.
        destination: Id of the destination.
        category: As scored.
        urgency_score: S.
        subject: As the customer wrote it, redacted.
        excerpt: The first 140 characters of the description, redacted.
        customer: As given, redacted; may be empty.
        reasons: The terms that raised S most, strongest first.
        accepted_at_ms: Unix time in milliseconds.
        scored_at_ms: Unix time in milliseconds.
        epoch: 1, and one more after each redrive of the ticket.
        replay: Token of an operator's replay of a finished delivery; empty on the first sending.
        incident: The incident that the message is about; None for a ticket that is told singly. The other fields are
            then those of the ticket that passed the limit; of a closing summary, which has none, `ticket_id` is the
            incident's id and the texts are empty.
        digest: What a digest tells; None in every other alert.
        test: Sent by an operator to try the destination; there is no ticket.
        fallback_for: Id of the destination that did not take it; empty where this is the first one told.
    """

    ticket_id: str
    destination: str
    category: str
    urgency_score: float
    subject: str
    excerpt: str
    customer: str
    reasons: tuple[str, ...]
    accepted_at_ms: int
    scored_at_ms: int
    epoch: int = 1
    replay: str = ""
    incident: IncidentFacts | None = None
    digest: DigestFacts | None = None
    test: bool = False
    fallback_for: str = ""

    @property
    def about(self) -> str:
        """Return what the message is about: a ticket's id, or `<incident id>~<update>`, which no ticket's id can be.

        Its delivery is known by it: whoever sends the same update once more sends the same delivery.
        """
        if self.incident is None:
            return self.ticket_id
        return about_update(self.incident.incident_id, self.incident.update)

    @property
    def rank(self) -> float:
        """Return its place among the alerts of a digest: S; what is about an incident stands for many, and comes first.

        The same for all copies of a message: the S that comes with one about an incident is its sender's, the worker's
        or the reconciler's.
        """
        return self.urgency_score if self.incident is None else 1.0

    @property
    def webhook_id(self) -> str:
        """Return the name under which receivers drop repetitions: the same on every attempt and replay."""
        key = f"{self.about}\0{self.destination}\0{self.epoch}"
        return f"msg_{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def about_update(incident_id: str, update: int) -> str:
    """Return what the message of this number about an incident is about."""
    return f"{incident_id}~{update}"


def alerts_for(
    ticket: Ticket,
    score: Score,
    destinations: Iterable[Destination],
    *,
    accepted_at_ms: int,
    scored_at_ms: int,
    epoch: int,
) -> list[Alert]:
    """Return one alert for each destination that wants this ticket, without personal data and secrets."""
    wanting = [destination for destination in destinations if destination.wants(score)]
    if not wanting:
        return []  # most tickets are not urgent
    subject, customer, said = redact(ticket.subject), redact(ticket.customer), redacted_excerpt(ticket.description)
    reasons = tuple(
        part.term
        for part in sorted(score.contributions, key=lambda part: -part.value)
        if part.value > 0.01 and part.term not in ("base", "calibration")
    )
    return [
        Alert(
            ticket_id=ticket.ticket_id,
            destination=destination.id,
            category=score.category,
            urgency_score=score.urgency_score,
            subject=subject,
            excerpt=said,
            customer=customer,
            reasons=reasons[:3],
            accepted_at_ms=accepted_at_ms,
            scored_at_ms=scored_at_ms,
            epoch=epoch,
        )
        for destination in wanting
    ]


def redacted_excerpt(text: str) -> str:
    """Return the beginning of a text, without personal data and secrets.

    It is redacted before it is cut: half a card number looks like none.
    """
    return excerpt(redact(" ".join(text[:_REDACTED_CHARS].split())))


def without_quotes(alert: Alert, ticket_id: str, said: str) -> Alert:
    """Return a message about several tickets without what it quotes of one; what it counts stays.

    Args:
        alert: About an incident, or a digest; another one is returned as it is.
        ticket_id: The ticket.
        said: Its `redacted_excerpt`. A sample of an incident has no other name.
    """
    incident, digest = alert.incident, alert.digest
    if incident is not None:
        incident = replace(incident, samples=tuple(sample for sample in incident.samples if sample != said))
    if digest is not None:
        lines = (line for line in digest.lines if line.ticket_id != ticket_id)
        digest = replace(
            digest, lines=tuple(replace(line, excerpt="") if line.excerpt == said else line for line in lines)
        )
    return replace(alert, incident=incident, digest=digest)


def for_fallback(alert: Alert, destinations: Iterable[Destination]) -> Alert | None:
    """Return the alert as it is told to the fallback of its destination.

    Returns:
        None if there is no fallback, and for an operator's try: he sees its outcome.
    """
    if alert.replay or alert.test:
        return None
    fallback = next((known.fallback for known in destinations if known.id == alert.destination), "")
    return replace(alert, destination=fallback, fallback_for=alert.destination) if fallback else None


def trial_alert(destination: str, *, now_ms: int, token: str) -> Alert:
    """Return a marked alert that tries a destination.

    Args:
        destination: Which one.
        now_ms: Unix time in milliseconds.
        token: Makes it another delivery than every other test.
    """
    return Alert(
        ticket_id=f"test_{token}",
        destination=destination,
        category="Test",
        urgency_score=1.0,
        subject=f"Test of the destination {destination}",
        excerpt="An operator tries whether alerts arrive here. There is no ticket, and nothing is to be done.",
        customer="",
        reasons=(),
        accepted_at_ms=now_ms,
        scored_at_ms=now_ms,
        test=True,
    )


def excerpt(text: str, chars: int = EXCERPT_CHARS) -> str:
    """Return the text on one line, cut with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= chars else f"{line[: chars - 1]}…"
