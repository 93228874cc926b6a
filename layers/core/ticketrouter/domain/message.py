"""What travels on the queues: versioned JSON, written and read here alone.

`{"v": 1, "ticket": {…}, "lane": "express", "provisional_score": 0.95, "accepted_at_ms": …, "trace": …}` on the ticket
lanes, `{"v": 1, "alert": {…}}` on the alert queue. A newer field is ignored, another version is refused: a deploy may
meet messages of the release before it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from ticketrouter.domain.alert import Alert, IncidentFacts, IncidentPhase
from ticketrouter.domain.digest import DigestFacts, DigestLine
from ticketrouter.domain.errors import MalformedMessageError
from ticketrouter.domain.status import Lane
from ticketrouter.domain.ticket import TICKET_ID, Ticket

VERSION = 1
# How long a lane keeps a message. Source: MessageRetentionPeriod of ExpressQueue and StandardQueue in template.yaml.
RETENTION_S = 345_600
# How long anything may remain on its way, dead-letter queues included. Source: their MessageRetentionPeriod.
LAST_COPY_S = 1_209_600

_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode  # `json.dumps` makes one at every call
_YEAR_10000_MS = 253_402_300_800_000


@dataclass(frozen=True, slots=True)
class Received:
    """One queue message as a function receives it.

    Attributes:
        message_id: Names it in `batchItemFailures`.
        receipt_handle: Names this reception, for its visibility.
        source_arn: ARN of its queue.
        body: Still unread.
        receive_count: How often SQS has handed it out, this time included.
    """

    message_id: str
    receipt_handle: str
    source_arn: str
    body: str
    receive_count: int


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One accepted ticket on its way to the worker.

    Attributes:
        ticket: The ticket.
        lane: The queue it was sent to.
        provisional_score: The word list's S.
        accepted_at_ms: When it was accepted, Unix time in milliseconds.
        trace: Id of the request at the gateway (of its X-Ray trace), or empty.
    """

    ticket: Ticket
    lane: Lane
    provisional_score: float
    accepted_at_ms: int
    trace: str = ""

    def to_json(self) -> str:
        """Return the message body."""
        ticket = self.ticket
        document: dict[str, Any] = {  # spelled out: `asdict` copies deeply, which costs more than the rest of a claim
            "v": VERSION,
            "ticket": {
                "ticket_id": ticket.ticket_id,
                "description": ticket.description,
                "subject": ticket.subject,
                "customer": ticket.customer,
                "channel": ticket.channel,
                "metadata": ticket.metadata,
            },
            "lane": self.lane.value,
            "provisional_score": self.provisional_score,
            "accepted_at_ms": self.accepted_at_ms,
            "trace": self.trace,
        }
        if ticket.original_fingerprint:
            document["ticket"]["original_fingerprint"] = ticket.original_fingerprint
        return _ENCODE(document)

    @classmethod
    def from_json(cls, body: str) -> WorkItem:
        """Read a message body.

        Raises:
            MalformedMessageError: Not ours, not this version, or without a field that we need.
        """
        document = _read(body)
        try:
            fields = document["ticket"]
            ticket = Ticket(
                ticket_id=_text(fields["ticket_id"]),
                description=_text(fields["description"]),
                subject=_text(fields.get("subject", "")),
                customer=_text(fields.get("customer", "")),
                channel=_text(fields.get("channel", "")),
                metadata={_text(key): _text(value) for key, value in fields.get("metadata", {}).items()},
                original_fingerprint=_text(fields.get("original_fingerprint", "")),
            )
            if not TICKET_ID.fullmatch(ticket.ticket_id) or not ticket.description:
                raise ValueError("ticket_id or description is not acceptable")
            return cls(
                ticket=ticket,
                lane=Lane(document["lane"]),
                provisional_score=_unit(document["provisional_score"]),
                accepted_at_ms=_time_ms(document["accepted_at_ms"]),
                trace=_text(document.get("trace", "")),
            )
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise MalformedMessageError(f"not a ticket message: {type(error).__name__}") from error


def alert_to_json(alert: Alert) -> str:
    """Return the message body of an alert."""
    return _ENCODE({"v": VERSION, "alert": asdict(alert)})


def alert_from_json(body: str) -> Alert:
    """Read a message body of the alert queue.

    Raises:
        MalformedMessageError: Not an alert of this version.
    """
    document = _read(body)
    try:
        return alert_from_document(document["alert"])
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise MalformedMessageError(f"not an alert message: {type(error).__name__}") from error


def alert_from_document(fields: dict[str, Any]) -> Alert:
    """Read an alert as `asdict` wrote it, whether it lay on a queue or in a record.

    Raises:
        KeyError: A field that we need is missing.
        TypeError: A field is of another kind.
        ValueError: A field is outside of its bounds.
    """
    alert = Alert(
        ticket_id=_text(fields["ticket_id"]),
        destination=_text(fields["destination"]),
        category=_text(fields["category"]),
        urgency_score=_unit(fields["urgency_score"]),
        subject=_text(fields["subject"]),
        excerpt=_text(fields["excerpt"]),
        customer=_text(fields["customer"]),
        reasons=tuple(_text(reason) for reason in fields["reasons"]),
        accepted_at_ms=_time_ms(fields["accepted_at_ms"]),
        scored_at_ms=_time_ms(fields["scored_at_ms"]),
        epoch=int(fields["epoch"]),
        replay=_text(fields.get("replay", "")),
        incident=_incident(fields.get("incident")),
        digest=_digest(fields.get("digest")),
        test=fields.get("test") is True,
        fallback_for=_text(fields.get("fallback_for", "")),
    )
    if not TICKET_ID.fullmatch(alert.ticket_id) or not alert.destination:
        raise ValueError("ticket_id or destination is not acceptable")
    return alert


def _incident(fields: Any) -> IncidentFacts | None:
    if fields is None:
        return None
    facts = IncidentFacts(
        incident_id=_text(fields["incident_id"]),
        update=int(fields["update"]),
        count=int(fields["count"]),
        urgent_count=int(fields["urgent_count"]),
        first_seen_ms=_time_ms(fields["first_seen_ms"]),
        category=_text(fields["category"]),
        samples=tuple(_text(sample) for sample in fields["samples"]),
        phase=IncidentPhase(fields["phase"]),
    )
    if not TICKET_ID.fullmatch(facts.incident_id) or facts.update < 1:
        raise ValueError("incident_id or update is not acceptable")
    return facts


def _digest(fields: Any) -> DigestFacts | None:
    if fields is None:
        return None
    lines = tuple(
        DigestLine(
            ticket_id=_text(line["ticket_id"]),
            category=_text(line["category"]),
            urgency_score=_unit(line["urgency_score"]),
            subject=_text(line["subject"]),
            excerpt=_text(line["excerpt"]),
        )
        for line in fields["lines"]
    )
    times = {name: _time_ms(fields[name]) for name in ("since_ms", "until_ms", "next_at_ms")}
    return DigestFacts(digest_id=_text(fields["digest_id"]), count=int(fields["count"]), lines=lines, **times)


def _read(body: str) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedMessageError("not JSON") from error
    if not isinstance(document, dict) or document.get("v") != VERSION:
        raise MalformedMessageError("not a message of a version that this release reads")
    return document


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is expected")
    value.encode()  # half of a surrogate pair, which JSON can carry and nothing behind us can: a ValueError
    return value


def _time_ms(value: object) -> int:
    time_ms = int(value)  # type: ignore[call-overload]
    if not 0 <= time_ms < _YEAR_10000_MS:
        raise ValueError("not a time that a calendar has")
    return int(time_ms)


def _unit(value: object) -> float:
    number = float(value)  # type: ignore[arg-type]
    if not 0 <= number <= 1:  # NaN too
        raise ValueError("a number from 0 to 1 is expected")
    return number
