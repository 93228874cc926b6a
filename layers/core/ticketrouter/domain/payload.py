"""What a receiver is sent: one body per kind of destination, the same bytes on every attempt.

Subject, excerpt, customer and terms are a stranger's words. In a chat they are shown, never obeyed: they can neither
ping a channel nor put a link behind other words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from ticketrouter.domain.alert import Alert, excerpt
from ticketrouter.domain.urgency import band

EVENT_TYPE = "ticket.urgent"
DISCORD_RED = 0xD92D20
# Source: Discord's embed limits (title 256, description 4,096, field value 1,024). Every character may be escaped
# into two, so texts are cut to less than half before.
_DISCORD_MARKDOWN = re.compile(r"([\\`*_~|<>\[\]()#@:/.+=-])")
_LABEL_CHARS = 200

Json = dict[str, Any]


def body_for(alert: Alert, kind: str, *, public_url: str = "") -> bytes:
    """Return the body of an alert.

    Args:
        alert: What to tell.
        kind: One of `domain.alert.KINDS`.
        public_url: Address of the site whose `/app/tickets/<id>` shows a ticket; empty for no link.
    """
    link = f"{public_url.rstrip('/')}/app/tickets/{quote(alert.ticket_id, safe='')}" if public_url else ""
    return json.dumps(_BODIES[kind](alert, link), ensure_ascii=False, separators=(",", ":")).encode()


def _generic(alert: Alert, link: str) -> Json:
    body: Json = {
        "type": EVENT_TYPE,
        "id": alert.webhook_id,
        "ticket_id": alert.ticket_id,
        "category": alert.category,
        "urgency_score": alert.urgency_score,
        "urgency_band": band(alert.urgency_score),
        "reasons": list(alert.reasons),
        "subject": alert.subject,
        "excerpt": alert.excerpt,
        "customer": alert.customer,
        "accepted_at": _iso(alert.accepted_at_ms),
        "scored_at": _iso(alert.scored_at_ms),
    }
    if alert.fallback_for:
        body["fallback_for"] = alert.fallback_for
    return {**body, "link": link} if link else body


def _slack(alert: Alert, link: str) -> Json:
    """Return Block Kit. Source: Slack, "Formatting text for app surfaces" (escape & < >; verbatim parses no names)."""
    said = _slack_text(excerpt(alert.subject, _LABEL_CHARS)) if alert.subject else ""
    heading = f"Urgent {_slack_text(excerpt(alert.category))} ticket, S = {alert.urgency_score:.2f}"
    lines = [f"*{heading}* ({band(alert.urgency_score)})", said, _slack_text(excerpt(alert.excerpt))]
    if link:
        lines.append(f"<{_slack_text(link)}|Open the ticket>")
    seconds = alert.accepted_at_ms // 1_000
    facts = [
        f"Ticket {_slack_text(alert.ticket_id)}",
        f"accepted <!date^{seconds}^{{date_short_pretty}} {{time_secs}}|{_iso(alert.accepted_at_ms)}>",
    ]
    if alert.customer:
        facts.append(f"customer {_slack_text(excerpt(alert.customer, _LABEL_CHARS))}")
    if alert.fallback_for:
        facts.append(f"{_slack_text(alert.fallback_for)} did not take it")
    if alert.reasons:
        facts.append(f"because of {_slack_text(excerpt('; '.join(alert.reasons), _LABEL_CHARS))}")
    return {
        "text": f"{heading}: {said}" if said else heading,
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": [
            {"type": "section", "text": _verbatim("\n".join(line for line in lines if line))},
            {"type": "context", "elements": [_verbatim(" · ".join(facts))]},
        ],
    }


def _discord(alert: Alert, link: str) -> Json:
    """Return an embed. Source: Discord, "Webhook resource"; an empty list of allowed mentions pings nobody."""
    heading = f"Urgent {alert.category} ticket"
    said = [excerpt(alert.subject, _LABEL_CHARS), excerpt(alert.excerpt)]
    fields = [
        ("Urgency", f"{alert.urgency_score:.2f} ({band(alert.urgency_score)})"),
        ("Ticket", _discord_text(alert.ticket_id)),
        ("Customer", _discord_text(excerpt(alert.customer, _LABEL_CHARS))),
        ("Did not take it", _discord_text(alert.fallback_for)),
        ("Because of", _discord_text(excerpt("; ".join(alert.reasons), _LABEL_CHARS))),
    ]
    embed: Json = {
        "title": _discord_text(excerpt(heading, 100)),
        "description": "\n".join(_discord_text(line) for line in said if line),
        "color": DISCORD_RED,
        "timestamp": _iso(alert.accepted_at_ms),
        "fields": [{"name": name, "value": value, "inline": True} for name, value in fields if value],
    }
    if link:
        embed["url"] = link
    return {"embeds": [embed], "allowed_mentions": {"parse": []}}


_BODIES: dict[str, Callable[[Alert, str], Json]] = {"generic": _generic, "slack": _slack, "discord": _discord}


def _verbatim(text: str) -> Json:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _slack_text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _discord_text(text: str) -> str:
    return _DISCORD_MARKDOWN.sub(r"\\\1", text)


def _iso(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1_000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
