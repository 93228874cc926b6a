"""The body for PagerDuty: an event of the Events API v2, which carries its own secret, the routing key."""

from __future__ import annotations

from ticketrouter.domain.alert import excerpt
from ticketrouter.domain.payload.notice import Notice
from ticketrouter.domain.payload.words import Json, inert, iso

# Source: PagerDuty, "Send an Alert Event": summary 1,024 characters, dedup_key 255; an event 512 KB.
_MAX_SUMMARY_CHARS = 1_024
_SEVERITIES = {"critical": "critical", "high": "error", "normal": "warning", "low": "info"}
_CLIENT = "ticket-router"


def body(notice: Notice, routing_key: str) -> Json:
    """Return the event: one incident is one alert there, which its updates change and its end resolves."""
    event: Json = {"routing_key": routing_key, "dedup_key": notice.key}
    if notice.is_over:
        return {**event, "event_action": "resolve"}
    summary = excerpt(inert(": ".join([notice.heading, *notice.said[:1]])), _MAX_SUMMARY_CHARS)
    payload: Json = {
        "summary": summary,
        "source": _CLIENT,
        "severity": _SEVERITIES[notice.band],
        "timestamp": iso(notice.since_ms),
        "class": notice.type,
        "custom_details": {name: inert(value) for name, value in notice.facts} | _said(notice),
    }
    if notice.category:
        payload["component"] = inert(notice.category)
    event |= {"event_action": "trigger", "client": _CLIENT, "payload": payload}
    if notice.link:
        event |= {"client_url": notice.link, "links": [{"href": notice.link, "text": "Open it"}]}
    return event


def _said(notice: Notice) -> Json:
    return {"Text": "\n".join(map(inert, notice.said))} if notice.said else {}
