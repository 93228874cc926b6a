"""How records are written: tickets, deliveries and dead letters, as the fields of their hashes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from ticketrouter.domain.alert import Alert, without_quotes
from ticketrouter.domain.message import WorkItem, alert_from_document
from ticketrouter.domain.record import Attempt, DeadLetter, Delivery, Outcome, TicketRecord
from ticketrouter.domain.score import Score
from ticketrouter.domain.status import DeliveryStatus, State
from ticketrouter.domain.urgency import Contribution

RECORD_FIELDS = (
    "item", "state", "attempts", "resends", "epoch", "outcome", "embedding", "alerts_enqueued", "failure",
    "incident",
)  # fmt: skip
DELIVERY_FIELDS = ("alert", "status", "attempts", "log", "updated_at_ms", "next_at_ms", "fallback", "digest_id")
LETTER_FIELDS = ("id", "reason", "at_ms", "ticket_id", "body", "source")

_SCORE_FIELDS = tuple(field.name for field in fields(Score) if field.name not in ("contributions", "embedding"))
_GROUP_FIELDS = ("suppressed", "incident_id", "similar")
_TIMING_FIELDS = ("started_at_ms", "scored_at_ms", "scoring_ms", "cold_start")

Values = Sequence[bytes | None]


def encode_outcome(outcome: Outcome) -> str:
    """Return what `commit` writes, all but the embedding, as JSON."""
    document: dict[str, Any] = {name: getattr(outcome, name) for name in _TIMING_FIELDS}
    document["score"] = {name: getattr(outcome.score, name) for name in _SCORE_FIELDS}
    document["contributions"] = [(part.term, part.value) for part in outcome.score.contributions]
    document["alerts"] = [asdict(alert) for alert in outcome.alerts]
    document |= {name: getattr(outcome, name) for name in _GROUP_FIELDS}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def decode_record(values: Values) -> TicketRecord | None:
    """Return the record of `RECORD_FIELDS`; None if there is none, or a tombstone."""
    item, state, attempts, resends, epoch, outcome, embedding, alerts_enqueued, failure, incident = values
    if item is None or state is None:
        return None
    scored: dict[str, Any] = {} if outcome is None else _decode_outcome(outcome, embedding or b"")
    if incident is not None:  # it was scored before its incident was one
        scored["incident_id"] = incident.decode()
    return TicketRecord(
        item=WorkItem.from_json(item.decode()),
        state=State(state.decode()),
        attempts=int(attempts or 0),
        resends=int(resends or 0),
        epoch=int(epoch or 1),
        alerts_enqueued=alerts_enqueued is not None,
        failure=None if failure is None else failure.decode(),
        **scored,
    )


def _decode_outcome(outcome: bytes, embedding: bytes) -> dict[str, Any]:
    document = json.loads(outcome)
    score = document["score"]
    decoded = {name: document[name] for name in _TIMING_FIELDS}
    decoded["score"] = Score(
        contributions=tuple(Contribution(term, value) for term, value in document["contributions"]),
        embedding=embedding,
        **{name: score[name] for name in _SCORE_FIELDS if name in score},  # records of the release before lack some
    )
    decoded["alerts"] = tuple(alert_from_document(alert) for alert in document["alerts"])
    decoded["suppressed"] = tuple(document.get("suppressed", ()))
    decoded["incident_id"] = document.get("incident_id")
    decoded["similar"] = tuple((name, cosine) for name, cosine in document.get("similar", ()))
    return decoded


def without_quotes_in(outcome: bytes, ticket_id: str, said: str) -> str:
    """Return an encoded outcome whose messages quote nothing of a ticket; see `domain.alert.without_quotes`."""
    document = json.loads(outcome)
    alerts = map(alert_from_document, document["alerts"])
    document["alerts"] = [asdict(without_quotes(alert, ticket_id, said)) for alert in alerts]
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def encode_alert(alert: Alert) -> str:
    """Return an alert as JSON."""
    return json.dumps(asdict(alert), ensure_ascii=False, separators=(",", ":"))


def encode_attempt(attempt: Attempt) -> str:
    """Return a try as one line."""
    return json.dumps(
        [attempt.at_ms, attempt.latency_ms, attempt.status, attempt.error, attempt.reply], separators=(",", ":")
    )


def decode_delivery(values: Values) -> Delivery | None:
    """Return the delivery of `DELIVERY_FIELDS`; None if there is none."""
    alert, status, attempts, log, updated_at_ms, next_at_ms, fallback, digest_id = values
    if alert is None or status is None:
        return None
    return Delivery(
        alert=alert_from_document(json.loads(alert)),
        status=DeliveryStatus(status.decode()),
        attempts=int(attempts or 0),
        log=tuple(Attempt(*json.loads(line)) for line in (log or b"").splitlines()),
        updated_at_ms=int(updated_at_ms or 0),
        next_at_ms=None if next_at_ms is None else int(next_at_ms),
        fallback=(fallback or b"").decode(),
        digest_id=None if digest_id is None else digest_id.decode(),
    )


def decode_letter(values: Values) -> DeadLetter | None:
    """Return the dead letter of `LETTER_FIELDS`; None if there is none."""
    letter_id, reason, at_ms, ticket_id, body, source = (None if v is None else v.decode() for v in values)
    if letter_id is None or reason is None or at_ms is None:
        return None
    return DeadLetter(letter_id, reason, int(at_ms), ticket_id, body, source)
