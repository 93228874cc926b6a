"""Bodies: complete, and deaf to what a ticket's text would have them do."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketrouter.domain.alert import KINDS, Alert
from ticketrouter.domain.payload import body_for

ALERT = Alert(
    ticket_id="INC:1001",
    destination="oncall",
    category="Technical",
    urgency_score=0.934,
    subject="Checkout is down",
    excerpt="Nobody can pay since 9:40.",
    customer="acme",
    reasons=("words: down", "model"),
    accepted_at_ms=1_700_000_000_123,
    scored_at_ms=1_700_000_000_456,
)
HOSTILE = "<!channel> <@U123> <http://evil.example|Open the ticket> & [pay](https://evil.example) @everyone `x` **b**"
texts = st.text(min_size=1, max_size=300)


def read(alert: Alert, kind: str, public_url: str = "") -> dict:
    return json.loads(body_for(alert, kind, public_url=public_url))


def test_generic_tells_it_all():
    assert read(ALERT, "generic", "https://desk.example.com/") == {
        "type": "ticket.urgent",
        "id": ALERT.webhook_id,
        "ticket_id": "INC:1001",
        "category": "Technical",
        "urgency_score": 0.934,
        "urgency_band": "critical",
        "reasons": ["words: down", "model"],
        "subject": "Checkout is down",
        "excerpt": "Nobody can pay since 9:40.",
        "customer": "acme",
        "accepted_at": "2023-11-14T22:13:20.123Z",
        "scored_at": "2023-11-14T22:13:20.456Z",
        "link": "https://desk.example.com/app/tickets/INC%3A1001",
    }


def test_without_a_public_address_there_is_no_link():
    assert "link" not in read(ALERT, "generic")
    assert "Open the ticket" not in body_for(ALERT, "slack").decode()
    assert "url" not in read(ALERT, "discord")["embeds"][0]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_body_of_the_same_bytes_each_time(kind):
    assert body_for(ALERT, kind) == body_for(replace(ALERT), kind)
    assert len(body_for(ALERT, kind)) < 20_000  # Source: Standard Webhooks, recommended payload size


def test_slack_tells_who_what_and_why():
    body = read(ALERT, "slack", "https://desk.example.com")
    section, context = body["blocks"]
    assert section["text"]["text"] == (
        "*Urgent Technical ticket, S = 0.93* (critical)\nCheckout is down\nNobody can pay since 9:40.\n"
        "<https://desk.example.com/app/tickets/INC%3A1001|Open the ticket>"
    )
    assert context["elements"][0]["text"] == (
        "Ticket INC:1001 · accepted <!date^1700000000^{date_short_pretty} {time_secs}|2023-11-14T22:13:20.123Z>"
        " · customer acme · because of words: down; model"
    )
    assert body["text"] == "Urgent Technical ticket, S = 0.93: Checkout is down"


def test_discord_tells_who_what_and_why():
    body = read(ALERT, "discord", "https://desk.example.com")
    (embed,) = body["embeds"]
    assert embed["title"] == "Urgent Technical ticket"
    assert embed["description"] == "Checkout is down\nNobody can pay since 9\\:40\\."
    assert embed["url"] == "https://desk.example.com/app/tickets/INC%3A1001"
    assert {field["name"]: field["value"] for field in embed["fields"]} == {
        "Urgency": "0.93 (critical)",
        "Ticket": "INC\\:1001",
        "Customer": "acme",
        "Because of": "words\\: down; model",
    }


def hostile(text: str) -> Alert:
    return replace(ALERT, subject=text, excerpt=text, customer=text, category=text, reasons=(text,))


def all_texts(value) -> list[str]:
    if isinstance(value, str):
        return [value]
    return (
        [text for child in (value.values() if isinstance(value, dict) else value) for text in all_texts(child)]
        if (isinstance(value, dict | list))
        else []
    )


@given(text=texts | st.just(HOSTILE) | st.text(alphabet="<>&!|@#[]()`*_~\\\n a"))
def test_a_ticket_opens_no_slack_sequence(text):
    body = read(hostile(text), "slack", "https://desk.example.com")
    ours = re.compile(
        r"<https://desk\.example\.com/app/tickets/INC%3A1001\|Open the ticket>|<!date\^1700000000\^[^<>]*>"
    )
    for shown in all_texts(body):
        left = ours.sub("", shown)
        assert "<" not in left and ">" not in left
        assert re.fullmatch(r"(?:[^&]|&amp;|&lt;|&gt;)*", left)
    for block in body["blocks"]:
        for part in [block.get("text"), *block.get("elements", [])]:
            assert part is None or (part["verbatim"] is True and len(part["text"]) <= 3_000)
    # one line each: a ticket cannot put a line of its own under ours
    assert body["blocks"][0]["text"]["text"].count("\n") <= 3
    assert body["unfurl_links"] is False


@given(text=texts | st.just(HOSTILE) | st.text(alphabet="<>&!|@#[]()`*_~\\\n a"))
def test_a_ticket_pings_nobody_and_formats_nothing_on_discord(text):
    body = read(hostile(text), "discord")
    assert body["allowed_mentions"] == {"parse": []}
    assert "content" not in body
    (embed,) = body["embeds"]
    for shown in [embed["title"], embed["description"], *(field["value"] for field in embed["fields"][1:])]:
        unescaped = re.sub(r"\\[\\`*_~|<>\[\]()#@:/.+=-]", "", shown)
        assert not re.search(r"[\\`*_~|<>\[\]()#@]", unescaped)
    assert len(embed["title"]) <= 256
    assert len(embed["description"]) <= 4_096
    assert all(0 < len(field["value"]) <= 1_024 for field in embed["fields"])


def test_long_texts_are_cut_before_they_are_escaped():
    body = read(hostile("<" * 5_000), "slack")
    assert re.search(r"&lt;…", body["text"])
    assert "…" in read(hostile("*" * 5_000), "discord")["embeds"][0]["description"]
