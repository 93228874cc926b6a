"""Bodies: complete, of every type in every kind, inside each kind's limits."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.unit.payload_alerts import (
    ALL,
    INCIDENT_ID,
    NOW_MS,
    ROUTING_KEY,
    SITE,
    TEST,
    TICKET,
    WORST,
    digest,
    hostile,
    incident,
)
from ticketrouter.domain.alert import KINDS, Alert, IncidentPhase
from ticketrouter.domain.payload import body_for

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "alert.schema.json").read_text(encoding="utf-8"))


def raw(alert: Alert, kind: str, public_url: str = "", now_ms: int = NOW_MS) -> bytes:
    return body_for(alert, kind, now_ms=now_ms, public_url=public_url, routing_key=ROUTING_KEY)


def read(alert: Alert, kind: str, public_url: str = "") -> dict:
    return json.loads(raw(alert, kind, public_url))


def shown(body: dict) -> str:
    return json.dumps(body, ensure_ascii=False)


# --- what is told -----------------------------------------------------------------------------------------------------


def test_generic_tells_it_all():
    assert read(TICKET, "generic", SITE) == {
        "type": "ticket.urgent",
        "id": TICKET.webhook_id,
        "ticket_id": "INC:1001",
        "category": "Technical",
        "urgency_score": 0.934,
        "urgency_band": "critical",
        "reasons": ["the words “down”", "what the text says, as the model reads it"],
        "subject": "Checkout is down",
        "excerpt": "Nobody can pay since 9:40.",
        "customer": "acme",
        "accepted_at": "2023-11-14T22:13:20.123Z",
        "scored_at": "2023-11-14T22:13:20.456Z",
        "age_s": 119,
        "link": "https://desk.example.com/app/tickets/INC%3A1001",
    }


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("public_url", ["", SITE])
def test_the_published_schema_describes_every_generic_body(name, public_url):
    Draft202012Validator.check_schema(SCHEMA)
    body = read(ALL[name], "generic", public_url)
    Draft202012Validator(SCHEMA).validate(body)
    variant = next(each for each in SCHEMA["$defs"].values() if body["type"] in _types(each))
    described = {*SCHEMA["properties"], *variant["properties"]}
    assert body.keys() <= described
    assert described - body.keys() <= {"link", "age_s", "fallback_for"}
    assert not Draft202012Validator(SCHEMA).is_valid({**body, "id": "7"})


def _types(variant: dict) -> list[str]:
    kind = variant.get("properties", {}).get("type", {})
    return kind.get("enum", [kind.get("const")])


@pytest.mark.parametrize("kind", ["slack", "discord", "teams", "pagerduty"])
def test_every_chat_tells_who_what_why_and_how_old(kind):
    body = shown(read(TICKET, kind, SITE)).replace("\\", "")
    for said in [
        "Urgent Technical ticket",
        "0.93",
        "critical",
        "Checkout is down",
        "Nobody can pay since 9:40.",
        "INC:1001",
        "acme",
        "the words “down”; what the text says, as the model reads it",
        "1 min",
        "https://desk.example.com/app/tickets/INC%3A1001",
    ]:
        assert said in body


@pytest.mark.parametrize("kind", ["slack", "discord", "teams", "pagerduty"])
def test_every_chat_tells_of_incidents(kind):
    opened = shown(read(incident(), kind, SITE)).replace("\\", "")
    for said in [
        "Incident: 23 Billing tickets about one problem, 12 of them urgent",
        "I was charged twice.",
        "Two payments for one order.",
        f"https://desk.example.com/app/incidents/{INCIDENT_ID}",
        "2 min",
    ]:
        assert said in opened
    assert "Incident is growing: 23" in shown(read(incident(IncidentPhase.GROWN), kind)).replace("\\", "")
    if kind != "pagerduty":
        assert "Incident is over: 23" in shown(read(incident(IncidentPhase.CLOSED), kind)).replace("\\", "")


@pytest.mark.parametrize("kind", ["slack", "discord", "teams", "pagerduty"])
def test_every_chat_tells_what_a_digest_stands_for(kind):
    body = shown(read(digest(), kind, SITE)).replace("\\\\", "").replace("\u200b", "")
    for said in [
        "Digest: 12 urgent alerts above the hourly budget",
        "0.91 Legal: Subpoena",
        "0.91 Legal: Due tomorrow.",
        "and 10 more",
        "https://desk.example.com/app/tickets",
    ]:
        assert said in body
    assert "more" not in shown(read(digest(count=2), kind))


@pytest.mark.parametrize("kind", KINDS)
def test_a_test_says_that_nothing_happened(kind):
    body = shown(read(TEST, kind, SITE))
    assert "destination.test" in body or "Test of this destination: nothing happened" in body.replace("\\", "")
    assert "Checkout" not in body
    assert "/app/" not in body


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("alert", [TICKET, incident(), digest()])
def test_a_fallback_is_told_whom_it_stands_in_for(kind, alert):
    assert "pager-2" in raw(replace(alert, fallback_for="pager-2"), kind).decode().replace("\\", "")
    assert "pager-2" not in raw(alert, kind).decode().replace("\\", "")


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_site_there_is_no_link(kind):
    assert "/app/" not in raw(TICKET, kind).decode()


@pytest.mark.parametrize("kind", KINDS)
def test_but_for_the_age_a_body_is_the_same_on_every_attempt(kind):
    assert raw(TICKET, kind) == raw(replace(TICKET), kind)
    assert raw(TICKET, kind) != raw(TICKET, kind, now_ms=NOW_MS + 3_600_000)


@pytest.mark.parametrize(
    ("later_ms", "age"), [(-5, "0 s"), (59_000, "59 s"), (60_000, "1 min"), (7_200_000, "2 h"), (86_400_000, "1 d")]
)
def test_an_age_is_told_in_its_largest_unit(later_ms, age):
    body = json.loads(raw(replace(TICKET, accepted_at_ms=NOW_MS - later_ms), "discord"))
    assert {"name": "Age", "value": age, "inline": True} in body["embeds"][0]["fields"]


# --- the forms of each kind -------------------------------------------------------------------------------------------


def test_slack_has_one_section_and_its_facts_below():
    section, context = read(TICKET, "slack", SITE)["blocks"]
    assert section["text"]["text"] == (
        "*Urgent Technical ticket: S 0.93 (critical)*\nCheckout is down\nNobody can pay since 9:40.\n"
        "<https://desk.example.com/app/tickets/INC%3A1001|Open it>"
    )
    assert context["elements"][0]["text"] == (
        "accepted <!date^1700000000^{date_short_pretty} {time_secs}|2023-11-14T22:13:20.123Z> · ticket INC:1001"
        " · customer acme · because of the words “down”; what the text says, as the model reads it · age 1 min"
    )


def test_a_card_for_teams_comes_in_the_envelope_of_workflows():
    body = read(TICKET, "teams", SITE)
    assert body["type"] == "message"
    (attachment,) = body["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert card["type"] == "AdaptiveCard"
    assert card["actions"] == [
        {"type": "Action.OpenUrl", "title": "Open it", "url": "https://desk.example.com/app/tickets/INC%3A1001"}
    ]
    assert card["body"][-1]["text"] == "accepted {{DATE(2023-11-14T22:13:20Z, SHORT)}} {{TIME(2023-11-14T22:13:20Z)}}"


@pytest.mark.parametrize(("score", "severity"), [(0.95, "critical"), (0.8, "error"), (0.6, "warning"), (0.1, "info")])
def test_pagerduty_is_given_the_severity_of_the_band(score, severity):
    body = read(replace(TICKET, urgency_score=score), "pagerduty")
    assert body["routing_key"] == ROUTING_KEY
    assert body["event_action"] == "trigger"
    assert body["dedup_key"] == TICKET.webhook_id
    assert body["payload"]["severity"] == severity


def test_an_incident_is_one_alert_of_pagerduty_which_its_end_resolves():
    opened, grown = (read(incident(phase), "pagerduty") for phase in (IncidentPhase.OPENED, IncidentPhase.GROWN))
    assert opened["dedup_key"] == grown["dedup_key"] == INCIDENT_ID
    assert opened["payload"]["severity"] == "critical"
    assert read(incident(urgent_count=0), "pagerduty")["payload"]["severity"] == "warning"
    assert read(incident(IncidentPhase.CLOSED), "pagerduty") == {
        "routing_key": ROUTING_KEY,
        "dedup_key": INCIDENT_ID,
        "event_action": "resolve",
    }


@pytest.mark.parametrize("kind", ["generic", "slack", "discord", "teams"])
def test_the_routing_key_goes_to_pagerduty_alone(kind):
    assert ROUTING_KEY not in raw(TICKET, kind).decode()


# --- limits -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", WORST)
@pytest.mark.parametrize("kind", KINDS)
def test_the_longest_texts_stay_inside_each_kinds_limits(kind, text):
    for alert in hostile(text):
        alert = replace(alert, ticket_id="i" * 128)
        sent, body = raw(alert, kind, SITE), read(alert, kind, SITE)
        # Source: Standard Webhooks, "Payload size"; Microsoft, "Create incoming webhooks", halved for UTF-16
        assert len(sent) <= {"generic": 20_000, "teams": 14_000}.get(kind, 100_000)
        _check_limits(kind, body)


def _check_limits(kind: str, body: dict) -> None:
    if kind == "slack":
        assert len(body["blocks"]) <= 50
        for block in body["blocks"]:
            for part in [block.get("text"), *block.get("elements", [])]:
                assert part is None or (part["verbatim"] is True and 0 < len(part["text"]) <= 3_000)
    if kind == "discord":
        (embed,) = body["embeds"]
        values = [field["value"] for field in embed["fields"]]
        assert len(embed["title"]) <= 256
        assert len(embed.get("description", "")) <= 4_096
        assert all(0 < len(value) <= 1_024 for value in values)
        assert len(embed["title"]) + len(embed.get("description", "")) + sum(map(len, values)) <= 5_500
    if kind == "pagerduty" and body["event_action"] == "trigger":
        assert len(body["payload"]["summary"]) <= 1_024
        assert len(body["dedup_key"]) <= 255


def test_long_texts_are_cut_before_they_are_escaped():
    cut = replace(TICKET, subject="<" * 5_000)
    assert re.search(r"&lt;…", read(cut, "slack")["text"])
    assert "<…" in read(cut, "discord")["embeds"][0]["description"].replace("\\", "")
