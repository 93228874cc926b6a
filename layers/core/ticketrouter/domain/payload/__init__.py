"""What a receiver is sent: one body per kind of destination, the same on every attempt but for the age in it.

Subject, excerpt, customer and terms are a stranger's words. They are redacted here once more, whoever made the alert,
and shown, never obeyed: they can neither ping a channel, nor mention a person, nor put a link anywhere.
"""

from __future__ import annotations

import json

from ticketrouter.domain.alert import Alert
from ticketrouter.domain.payload import discord, generic, pagerduty, slack, teams
from ticketrouter.domain.payload.notice import notice_of

_CHATS = {"slack": slack.body, "discord": discord.body, "teams": teams.body}


def body_for(alert: Alert, kind: str, *, now_ms: int, public_url: str = "", routing_key: str = "") -> bytes:
    """Return the body of an alert.

    Args:
        alert: What to tell.
        kind: One of `domain.alert.KINDS`.
        now_ms: When it is sent, Unix time in milliseconds: people are told how old it is.
        public_url: Address of the site whose `/app/tickets/<id>` shows a ticket; empty for no link.
        routing_key: For PagerDuty: which service the event is for. A secret, and part of the body.
    """
    if kind == "generic":
        return generic.body(alert, now_ms, public_url)
    notice = notice_of(alert, now_ms, public_url)
    document = pagerduty.body(notice, routing_key) if kind == "pagerduty" else _CHATS[kind](notice)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
