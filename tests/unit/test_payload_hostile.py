"""Whatever a ticket says: no kind pings anyone, mentions anyone, or shows a link that is not ours."""

import json
import re

import pytest
from hypothesis import example, given
from markdown_it import MarkdownIt

from tests.unit.payload_alerts import HOSTILE, NOW_MS, ROUTING_KEY, SITE, hostile, texts
from ticketrouter.domain.alert import KINDS, Alert
from ticketrouter.domain.payload import body_for

OURS = re.compile(r"https://desk\.example\.com/app/(?:tickets|incidents)(?:/[A-Za-z0-9_%.:-]+)?")
AT_ONCE = re.compile(r"<[!@#/\w]|@\w|\]\(|://|www\.\w|[a-z]:[^\s\d\u200b]|\w\.[^\W\d_]|[{$]\{", re.I)


def read(alert: Alert, kind: str) -> dict:
    return json.loads(body_for(alert, kind, now_ms=NOW_MS, public_url=SITE, routing_key=ROUTING_KEY))


def strings(value) -> list[str]:
    if isinstance(value, str):
        return [value]
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for child in children for text in strings(child)]


@given(text=texts)
@example(text=HOSTILE)
@example(text="://")
def test_slack_is_left_no_sequence_of_its_own(text):
    ours = re.compile(rf"<{OURS.pattern}\|Open it>|<!date\^1700000000\^[^<>]*>")
    for alert in hostile(text):
        body = read(alert, "slack")
        for said in strings(body):
            left = ours.sub("", said)
            assert "<" not in left and ">" not in left
            assert re.fullmatch(r"(?:[^&]|&amp;|&lt;|&gt;)*", left)
            assert not AT_ONCE.search(left)
        assert all(part["verbatim"] for block in body["blocks"] for part in block.get("elements", [block.get("text")]))
        assert (body["mrkdwn"], body["unfurl_links"], body["unfurl_media"]) == (False, False, False)


@given(text=texts)
@example(text=HOSTILE)
def test_discord_is_left_no_markup_and_may_mention_nobody(text):
    for alert in hostile(text):
        body = read(alert, "discord")
        assert body.keys() == {"embeds", "allowed_mentions"}
        assert body["allowed_mentions"] == {"parse": []}
        (embed,) = body["embeds"]
        for said in [embed["title"], embed.get("description", ""), *(field["value"] for field in embed["fields"])]:
            unescaped = re.sub(r"\\[\\`*_~|<>\[\]()#@:/.+=-]", "", said)
            assert not re.search(r"[\\`*_~|<>\[\]()#@:/]", unescaped)
        assert OURS.fullmatch(embed.get("url", "https://desk.example.com/app/tickets"))


@given(text=texts)
@example(text=HOSTILE)
def test_a_card_for_teams_has_words_of_others_only_where_nothing_is_read_into_them(text):
    for alert in hostile(text):
        card = read(alert, "teams")["attachments"][0]["content"]
        assert card["msteams"] == {"width": "Full"}  # no entities, without which <at> is text
        assert [action["type"] for action in card.get("actions", [])] in ([], ["Action.OpenUrl"])
        assert all(OURS.fullmatch(action["url"]) for action in card.get("actions", []))
        *blocks, when = card["body"]
        assert re.fullmatch(r"[a-z ]+ \{\{DATE\([0-9TZ:-]+, SHORT\)\}\} \{\{TIME\([0-9TZ:-]+\)\}\}", when["text"])
        for block in blocks:
            assert block["type"] == "RichTextBlock"
            for run in block["inlines"]:
                assert run["type"] == "TextRun" and "selectAction" not in run
                assert not AT_ONCE.search(run["text"])


@given(text=texts)
@example(text=HOSTILE)
def test_pagerduty_is_left_nothing_to_make_a_link_of(text):
    for alert in hostile(text):
        body = read(alert, "pagerduty")
        if body["event_action"] == "resolve":
            continue
        assert all(OURS.fullmatch(link["href"]) for link in body.get("links", []))
        payload = body["payload"]
        for said in [payload["summary"], payload.get("component", ""), *payload["custom_details"].values()]:
            assert not AT_ONCE.search(said)


@given(text=texts)
@example(text=HOSTILE)
def test_a_generic_body_pasted_anywhere_sets_nothing_off(text):
    for alert in hostile(text):
        sent = body_for(alert, "generic", now_ms=NOW_MS, public_url=SITE).decode()
        assert not re.search(r"[<>&@]|\]\(|://", sent)
        assert json.loads(sent)["id"] == alert.webhook_id


@pytest.mark.parametrize("kind", KINDS)
def test_the_bytes_hold_no_mention_and_no_link_but_ours(kind):
    for alert in hostile(HOSTILE):
        sent = body_for(alert, kind, now_ms=NOW_MS, public_url=SITE, routing_key=ROUTING_KEY).decode()
        for active in ["<!channel>", "<!here>", "<@U123>", "<@&42>", "@everyone ", "@here ", "<at>", "](https"]:
            assert active not in sent.replace("\\\\@", "")
        assert "https://evil" not in sent


def test_what_is_escaped_for_discord_is_plain_text_to_a_reader_of_markdown():
    reader = MarkdownIt("commonmark", {"linkify": False})
    for alert in hostile(HOSTILE):
        (embed,) = read(alert, "discord")["embeds"]
        for said in [embed["title"], *embed.get("description", "").split("\n")]:
            tokens = [token.type for block in reader.parse(said) for token in block.children or []]
            assert set(tokens) <= {"text", "text_special"}


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_made_the_alert_it_leaves_redacted(kind):
    text = "I am ann@example.com, +49 30 901820, card 4111 1111 1111 1111, DE89 3704 0044 0532 0130 00"
    for alert in hostile(text):
        sent = body_for(alert, kind, now_ms=NOW_MS, routing_key=ROUTING_KEY).decode().replace("\u200b", "")
        plain = sent.replace("\\", "")
        for secret in ["ann", "901820", "4111", "DE89"]:
            assert secret not in plain
