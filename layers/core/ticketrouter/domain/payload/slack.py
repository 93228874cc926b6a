"""The body for an incoming webhook of Slack: Block Kit."""

from __future__ import annotations

from ticketrouter.domain.payload.notice import Notice
from ticketrouter.domain.payload.words import Json, inert, iso

# Source: Slack, "Text object": 3,000 characters; "Blocks": 50 a message. A character may be escaped into five.
_MAX_TEXT_CHARS = 3_000


def body(notice: Notice) -> Json:
    """Return Block Kit. Source: Slack, "Formatting message text" (escape & < >; verbatim makes no links of names)."""
    lines = [f"*{_escaped(notice.heading)}*", *map(_escaped, notice.said)]
    if notice.link:
        lines.append(f"<{notice.link.replace('&', '&amp;')}|Open it>")
    seconds, written = notice.since_ms // 1_000, iso(notice.since_ms)
    facts = [f"{notice.since} <!date^{seconds}^{{date_short_pretty}} {{time_secs}}|{written}>"]
    facts += [f"{name.lower()} {_escaped(value)}" for name, value in notice.facts]
    return {
        "text": _escaped(": ".join([notice.heading, *notice.said[:1]])),  # for notifications
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": [
            *({"type": "section", "text": _verbatim(text)} for text in _packed(lines)),
            {"type": "context", "elements": [_verbatim(" · ".join(facts))]},
        ],
    }


def _packed(lines: list[str]) -> list[str]:
    """Return the lines in as few texts as their limit allows."""
    texts = [lines[0]]
    for line in lines[1:]:
        if len(texts[-1]) + 1 + len(line) <= _MAX_TEXT_CHARS:
            texts[-1] += f"\n{line}"
        else:
            texts.append(line)
    return texts


def _verbatim(text: str) -> Json:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _escaped(text: str) -> str:
    # Inert first: the text for notifications is not verbatim, and nobody documents what its readers make links of.
    return inert(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
