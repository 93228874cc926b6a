"""What a storm came to, counted from made-up answers; and the tickets that it posts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from local.storm.outcome import Seen, Story, count, names_in
from local.storm.tickets import APART, Telling, read_tellings
from ticketrouter.domain.urgency import ALERT_THRESHOLD
from ticketrouter.edge.tickets import parse_ticket

FILE = Path(__file__).parents[2] / "events" / "storm.jsonl"
INCIDENT = "inc_aaaaaaaaaaaaaaaaaaaaaaaaaa"
ANNOUNCED = {"incident_id": INCIDENT, "announced_at": "2026-11-21T12:00:00Z"}


def ticket(ticket_id: str, urgency: float = 0.9, **fields: Any) -> dict[str, Any]:
    return {"ticket_id": ticket_id, "status": "scored", "urgency_score": urgency, "alerts": []} | fields


def message(body: Any, destination: str = "sink", status: int = 200) -> dict[str, Any]:
    return {"destination": destination, "status": status, "body": body}


def seen(tickets: list[dict[str, Any]], messages: list[dict[str, Any]], **others: Any) -> Seen:
    """Return what there is to see of tickets that all tell of an outage, unless `stories` says otherwise."""
    stories = others.pop("stories", {})
    posted = {it["ticket_id"]: Telling(stories.get(it["ticket_id"], "outage"), {}) for it in tickets}
    given = {"posted": posted, "tickets": {it["ticket_id"]: it for it in tickets}, "incidents": [], **others}
    return Seen(messages=messages, **given)


def test_a_ticket_that_is_not_scored_is_lost_whether_it_failed_or_is_not_there() -> None:
    tickets = [ticket("a"), ticket("b", urgency=0.1), ticket("c", status="failed", urgency_score=None)]
    gone = {"gone": Telling("outage", {})}
    view = seen(tickets, [message({"ticket_id": "a"})])

    outcome = count(Seen({**view.posted, **gone}, view.tickets, view.incidents, view.messages))

    assert (outcome.posted, outcome.scored, outcome.lost) == (4, 2, 2)


def test_tickets_of_others_are_not_counted() -> None:
    view = seen([ticket("a", urgency=0.1)], [])

    outcome = count(Seen(view.posted, {**view.tickets, "foreign": ticket("foreign")}, [ANNOUNCED], []))

    assert (outcome.scored, outcome.incidents, outcome.forgotten) == (1, 0, ())


def test_an_urgent_ticket_is_forgotten_unless_a_message_tells_it_its_incident_or_its_digest() -> None:
    tickets = [
        ticket("single"),
        ticket("member", incident_id=INCIDENT),
        ticket("held", alerts=[{"status": "suppressed", "digest_id": "digest_1"}]),
        ticket("forgotten"),
        ticket("routine", urgency=ALERT_THRESHOLD),
    ]
    messages = [
        message({"text": "Urgent ticket single, S = 0.90"}),
        message({"incident": {"incident_id": INCIDENT}}),
        message({"digest": {"digest_id": "digest_1"}}),
    ]

    assert count(seen(tickets, messages, incidents=[ANNOUNCED])).forgotten == ("forgotten",)


@pytest.mark.parametrize(
    "messages",
    [[], [message({"ticket_id": "other"})], [message({"ticket_id": "a"}, status=500)], [message({"ticket_id": "ab"})]],
    ids=["no message", "another ticket's", "a refused one", "an id that begins alike"],
)
def test_nothing_but_an_accepted_message_with_its_very_name_tells_a_ticket(messages: list[dict[str, Any]]) -> None:
    assert count(seen([ticket("a")], messages)).forgotten == ("a",)


def test_an_incident_that_no_message_names_does_not_tell_its_tickets() -> None:
    tickets = [ticket("a", incident_id=INCIDENT), ticket("b", incident_id=INCIDENT)]

    outcome = count(seen(tickets, [message({"ticket_id": "a"})], incidents=[ANNOUNCED]))

    assert (outcome.incidents, outcome.forgotten) == (1, ("b",))


def test_incidents_are_those_announced_that_hold_tickets_of_the_storm() -> None:
    silent, empty = {"incident_id": "inc_b", "announced_at": None}, ANNOUNCED | {"incident_id": "inc_c"}
    tickets = [ticket("a", incident_id=INCIDENT), ticket("b", urgency=0.1, incident_id=INCIDENT)]
    tickets += [ticket("c", urgency=0.1, incident_id="inc_b")]
    stories = {"b": "unrelated", "c": "near-miss"}

    outcome = count(seen(tickets, [], incidents=[ANNOUNCED, silent, empty], stories=stories))

    assert outcome.mixture == {INCIDENT: {"outage": 1, "unrelated": 1}}
    assert (outcome.incidents, outcome.unrelated_merged) == (1, ("b",))


def test_messages_are_those_of_the_destination_that_accepted_the_most() -> None:
    refused = [message({}, "chat", status=500)] * 3
    messages = [message({}, "sink"), *[message({}, "chat")] * 2, *refused]

    outcome = count(seen([ticket("a", urgency=0.1)], messages))

    assert outcome.messages == {"sink": 1, "chat": 2}
    assert outcome.figures["messages"] == 2


def test_a_story_says_which_of_its_urgent_tickets_joined_and_which_were_told_singly() -> None:
    tickets = [ticket("a", incident_id=INCIDENT), ticket("b", incident_id=INCIDENT), ticket("c"), ticket("d", 0.2)]
    messages = [message({"ticket_id": "a"}), message({"incident_id": INCIDENT}), message({"ticket_id": "c"})]

    outcome = count(seen(tickets, messages, incidents=[ANNOUNCED]))

    assert outcome.stories == {"outage": Story(posted=4, urgent=3, joined=2, single=2)}


def test_names_are_found_wherever_a_kind_of_message_has_them() -> None:
    escaped = INCIDENT.replace("_", r"\_")

    names = names_in(
        {"embeds": [{"n": 1, "value": rf"\({escaped}\)"}], "blocks": [{"text": "*Urgent*\nstorm1x007 · now"}]}
    )

    assert {"storm1x007", INCIDENT} <= names


def test_the_tickets_are_three_incidents_of_150_and_fifty_apart() -> None:
    told = Counter(telling.story for telling in read_tellings(FILE, seed=1))

    assert sum(told.pop(story) for story in APART) == 50
    assert sorted(told.values()) == [150, 150, 150]


def test_every_ticket_is_one_that_the_api_takes_and_does_not_give_its_story_away() -> None:
    tellings = read_tellings(FILE, seed=1)

    for telling in tellings:
        assert parse_ticket(telling.body).customer == telling.body["customer"]
        assert telling.body.keys() <= {"description", "subject", "customer"}


def test_every_telling_is_of_another_customer_in_other_words() -> None:
    bodies = [telling.body for telling in read_tellings(FILE, seed=1)]

    assert len({body["customer"] for body in bodies}) == len({body["description"].casefold() for body in bodies}) == 500


def test_the_seed_decides_the_order() -> None:
    first, again, other = (read_tellings(FILE, seed, count=30) for seed in (1, 1, 2))

    assert first == again != other
    assert len({telling.story for telling in first}) > 3
