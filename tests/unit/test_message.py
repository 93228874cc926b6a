"""Queue messages: what is written can be read, what cannot be read is refused by name."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketrouter.domain.alert import Alert, IncidentFacts, IncidentPhase
from ticketrouter.domain.digest import DigestFacts, DigestLine, digest_id
from ticketrouter.domain.errors import MalformedMessageError
from ticketrouter.domain.message import WorkItem, alert_from_json, alert_to_json
from ticketrouter.domain.status import Lane
from ticketrouter.domain.ticket import Ticket

ITEM = WorkItem(Ticket("1", "täxt ✓", "s", "c", "ch", {"k": "v"}), Lane.EXPRESS, 0.95, 1_700_000_000_000, "Root=1-2")
ALERT = Alert("1", "oncall", "Technical", 0.97, "s", "x", "c", ("model",), 1, 2, epoch=2, replay="r")

DIGEST = DigestFacts("dig_x", 12, 1, 2, 3, (DigestLine("t_1", "Legal", 0.99, "subject ✓", "excerpt"),))


def test_a_work_item_survives_the_queue() -> None:
    assert WorkItem.from_json(ITEM.to_json()) == ITEM


def test_a_redacted_ticket_survives_the_queue_with_the_fingerprint_of_what_was_posted() -> None:
    posted = Ticket("1", "My card is 4111 1111 1111 1111.")
    item = replace(ITEM, ticket=posted.redacted())
    read = WorkItem.from_json(item.to_json())
    assert read == item
    assert read.ticket.fingerprint == posted.fingerprint
    assert posted.redacted().redacted().fingerprint == posted.fingerprint


def test_an_alert_survives_the_queue_and_keeps_its_webhook_id() -> None:
    alert = alert_from_json(alert_to_json(ALERT))
    assert alert == ALERT
    assert alert.webhook_id == ALERT.webhook_id


FACTS = IncidentFacts("inc_1", 2, 25, 20, 3, "Technical", ("it häng", "dead"), IncidentPhase.GROWN)


def test_an_alert_about_an_incident_survives_the_queue() -> None:
    alert = replace(ALERT, incident=FACTS)
    assert alert_from_json(alert_to_json(alert)) == alert


def test_an_alert_of_the_release_before_has_no_incident() -> None:
    document = json.loads(alert_to_json(ALERT))
    del document["alert"]["incident"]
    assert alert_from_json(json.dumps(document)) == ALERT


def test_an_update_of_an_incident_has_one_name_whichever_ticket_carries_it() -> None:
    alert = replace(ALERT, incident=FACTS)
    other = replace(alert, ticket_id="2", excerpt="y", incident=replace(FACTS, count=26))
    assert (alert.about, ALERT.about) == ("inc_1~2", "1")
    assert alert.webhook_id == other.webhook_id != ALERT.webhook_id
    assert replace(alert, incident=replace(FACTS, update=3)).webhook_id != alert.webhook_id


@pytest.mark.parametrize("change", [{"update": 0}, {"phase": "later"}, {"incident_id": "no id"}, {"samples": [1]}])
def test_an_incident_against_the_rules_is_refused(change: dict[str, object]) -> None:
    document = json.loads(alert_to_json(replace(ALERT, incident=FACTS)))
    document["alert"]["incident"] |= change
    with pytest.raises(MalformedMessageError):
        alert_from_json(json.dumps(document))


@pytest.mark.parametrize("alert", [replace(ALERT, digest=DIGEST), replace(ALERT, test=True)])
def test_what_a_digest_tells_and_the_mark_of_a_test_survive_the_queue(alert: Alert) -> None:
    assert alert_from_json(alert_to_json(alert)) == alert


@pytest.mark.parametrize("change", [{"count": "many"}, {"since_ms": -1}, {"lines": [{}]}, {"digest_id": None}])
def test_a_digest_that_is_none_is_malformed(change: dict[str, object]) -> None:
    document = json.loads(alert_to_json(replace(ALERT, digest=DIGEST)))
    document["alert"]["digest"] |= change
    with pytest.raises(MalformedMessageError):
        alert_from_json(json.dumps(document))


def test_a_digest_is_named_by_its_destination_and_beginning() -> None:
    assert re.fullmatch("dig_[a-z2-7]{26}", digest_id("oncall", 1))
    assert len({digest_id("oncall", 1), digest_id("oncall", 2), digest_id("chat", 1), digest_id("oncall", 1)}) == 3


def test_a_newer_field_is_ignored() -> None:
    document = json.loads(ITEM.to_json())
    document["ticket"]["mood"] = document["later"] = "new"
    assert WorkItem.from_json(json.dumps(document)) == ITEM


def _without(*path: str) -> str:
    document = json.loads(ITEM.to_json())
    inner = document
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return json.dumps(document)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no json",
        "[]",
        "null",
        "[" * 100_000,
        '{"v":2}',
        '{"v":1}',
        '{"v":1,"ticket":[]}',
        _without("ticket", "description"),
        _without("lane"),
        _without("accepted_at_ms"),
        ITEM.to_json().replace('"express"', '"fast"'),
        ITEM.to_json().replace('"ticket_id":"1"', '"ticket_id":"a b"'),
        ITEM.to_json().replace('"ticket_id":"1"', '"ticket_id":1'),
        ITEM.to_json().replace("0.95", "[]"),
        ITEM.to_json().replace("1700000000000", "1e999"),
    ],
)
def test_what_is_no_ticket_message_is_malformed(body: str) -> None:
    with pytest.raises(MalformedMessageError):
        WorkItem.from_json(body)


@given(
    st.text()
    | st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)).map(
        json.dumps
    )
)
def test_no_body_raises_anything_else(body: str) -> None:
    for read in (WorkItem.from_json, alert_from_json):
        with pytest.raises(MalformedMessageError):
            read(body)
