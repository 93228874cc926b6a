"""The body for programs: JSON by `docs/alert.schema.json`, signed by Standard Webhooks."""

from __future__ import annotations

import json

from ticketrouter.domain.alert import EXCERPT_CHARS, Alert, IncidentFacts
from ticketrouter.domain.digest import DigestFacts
from ticketrouter.domain.payload.notice import DIGEST, LINE_CHARS, TEST, TICKET
from ticketrouter.domain.payload.words import CATEGORY_CHARS, Json, age_s, iso, page, reasons, safe_words
from ticketrouter.domain.urgency import band

# What opens a mention, a tag or a link is written as JSON's escapes: a program reads the same text, and whoever pastes
# the bytes into a page or a chat sets nothing off. None of it is part of JSON's own grammar.
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "@": "\\u0040", "](": "]\\u0028", "://": ":\\/\\/"}


def body(alert: Alert, now_ms: int, public_url: str) -> bytes:
    """Return the body; at most 20 KB (Source: Standard Webhooks, "Payload size")."""
    if alert.test:
        document = {"type": TEST, "id": alert.webhook_id, "destination": safe_words(alert.destination)}
        link = ""
    elif alert.digest:
        document = _of_digest(alert, alert.digest, now_ms)
        link = page(public_url, "tickets")
    elif alert.incident:
        document = _of_incident(alert, alert.incident, now_ms)
        link = page(public_url, "incidents", alert.incident.incident_id)
    else:
        document = _of_ticket(alert, now_ms)
        link = page(public_url, "tickets", alert.ticket_id)
    if alert.fallback_for:
        document["fallback_for"] = safe_words(alert.fallback_for)
    if link:
        document["link"] = link
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    for active, escaped in _ESCAPES.items():
        text = text.replace(active, escaped)
    return text.encode()


def _of_ticket(alert: Alert, now_ms: int) -> Json:
    return {
        "type": TICKET,
        "id": alert.webhook_id,
        "ticket_id": alert.ticket_id,
        "category": safe_words(alert.category),
        "urgency_score": alert.urgency_score,
        "urgency_band": band(alert.urgency_score),
        "reasons": reasons(alert.reasons),
        "subject": safe_words(alert.subject),
        "excerpt": safe_words(alert.excerpt, EXCERPT_CHARS),
        "customer": safe_words(alert.customer),
        "accepted_at": iso(alert.accepted_at_ms),
        "scored_at": iso(alert.scored_at_ms),
        "age_s": age_s(alert.accepted_at_ms, now_ms),
    }


def _of_incident(alert: Alert, incident: IncidentFacts, now_ms: int) -> Json:
    return {
        "type": f"incident.{incident.phase}",
        "id": alert.webhook_id,
        "incident_id": incident.incident_id,
        "update": incident.update,
        "category": safe_words(incident.category),
        "count": incident.count,
        "urgent_count": incident.urgent_count,
        "samples": [safe_words(sample, EXCERPT_CHARS) for sample in incident.samples[:3]],
        "first_seen": iso(incident.first_seen_ms),
        "age_s": age_s(incident.first_seen_ms, now_ms),
    }


def _of_digest(alert: Alert, digest: DigestFacts, now_ms: int) -> Json:
    return {
        "type": DIGEST,
        "id": alert.webhook_id,
        "digest_id": digest.digest_id,
        "count": digest.count,
        "tickets": [
            {
                "ticket_id": line.ticket_id,
                "category": safe_words(line.category, CATEGORY_CHARS),
                "urgency_score": line.urgency_score,
                "urgency_band": band(line.urgency_score),
                "subject": safe_words(line.subject, LINE_CHARS),
                "excerpt": safe_words(line.excerpt, EXCERPT_CHARS),
            }
            for line in digest.lines
        ],
        "since": iso(digest.since_ms),
        "until": iso(digest.until_ms),
        "next_at": iso(digest.next_at_ms),
        "age_s": age_s(digest.since_ms, now_ms),
    }
