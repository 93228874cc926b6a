"""The body for a webhook of the Workflows app in Teams: an Adaptive Card in a message."""

from __future__ import annotations

from ticketrouter.domain.payload.notice import Notice
from ticketrouter.domain.payload.words import Json, inert, iso

# Source: Microsoft, "Create incoming webhooks": 28 KB, counted by some in UTF-16; 14,000 bytes of UTF-8 fit either way.
MAX_BYTES = 14_000
_COLOURS = {"critical": "Attention", "high": "Warning", "normal": "Accent", "low": "Default"}


def body(notice: Notice) -> Json:
    """Return the envelope with the card.

    Words of others stand in RichTextBlocks alone, which know no Markdown (Source: Microsoft, "Text features" of
    Adaptive Cards), and a mention would need an entity in `msteams`, which there is none of. Dates stand in a
    TextBlock, which writes them in the reader's own time zone.
    """
    colour = "Good" if notice.is_over else _COLOURS[notice.band]
    at = iso(notice.since_ms, "seconds")
    card: Json = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": [
            _text({"text": inert(notice.heading), "weight": "Bolder", "size": "Medium", "color": colour}),
            *(_text({"text": inert(line)}) for line in notice.said),
            *(
                _text({"text": f"{name}: ", "weight": "Bolder"}, {"text": inert(value)}, spacing="Small")
                for name, value in notice.facts
            ),
            {
                "type": "TextBlock",
                "text": f"{notice.since} {{{{DATE({at}, SHORT)}}}} {{{{TIME({at})}}}}",
                "isSubtle": True,
                "wrap": True,
            },
        ],
    }
    if notice.link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open it", "url": notice.link}]
    content_type = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": content_type, "contentUrl": None, "content": card}]}


def _text(*runs: Json, spacing: str = "Default") -> Json:
    return {"type": "RichTextBlock", "spacing": spacing, "inlines": [{"type": "TextRun", **run} for run in runs]}
