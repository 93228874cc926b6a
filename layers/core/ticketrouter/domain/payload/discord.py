"""The body for a webhook of Discord: one embed."""

from __future__ import annotations

import re

from ticketrouter.domain.payload.notice import Notice
from ticketrouter.domain.payload.words import Json, iso

_COLOURS = {"critical": 0xD92D20, "high": 0xF79009, "normal": 0x1570EF, "low": 0x667085}
_OVER = 0x12B76A
# Source: Discord's embed limits (title 256, description 4,096, field value 1,024, together 6,000 characters). Every
# character may be escaped into two, so what we write is less than half as long.
_MARKDOWN = re.compile(r"([\\`*_~|<>\[\]()#@:/.+=-])")


def body(notice: Notice) -> Json:
    """Return an embed. Source: Discord, "Webhook resource"; an empty list of allowed mentions pings nobody."""
    embed: Json = {
        "title": _escaped(notice.heading),
        "color": _OVER if notice.is_over else _COLOURS[notice.band],
        "timestamp": iso(notice.since_ms),
        "footer": {"text": notice.since},
        "fields": [{"name": name, "value": _escaped(value), "inline": True} for name, value in notice.facts],
    }
    if notice.said:
        embed["description"] = "\n".join(map(_escaped, notice.said))
    if notice.link:
        embed["url"] = notice.link
    return {"embeds": [embed], "allowed_mentions": {"parse": []}}


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)
