"""Queue events that mean harm, and what must be true of each message afterwards."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from tests.event_stage import EVENTS, MemoryStage
from tests.faults.harness.hostile_json import harmed, texts, values, written
from ticketrouter.domain.alert import Alert
from ticketrouter.domain.errors import MalformedMessageError, RouterError
from ticketrouter.domain.message import WorkItem, alert_from_json
from ticketrouter.domain.status import DeliveryStatus

Event = dict[str, Any]
WORDS = ("worker", "dispatcher", "reconciler")


def _bodies(*words: str) -> list[Any]:
    """Return the bodies that the cases of events/ hold and that can be read."""
    found = []
    for word in words:
        for path in sorted((EVENTS / word).glob("*.json")):
            event = json.loads(path.read_text(encoding="utf-8"))
            for record in event.get("Records", ()) if isinstance(event, dict) else ():
                try:
                    found.append(json.loads(record["body"]))
                except ValueError:
                    continue
    return found


BODIES = {
    "worker": _bodies("worker"),
    "dispatcher": _bodies("dispatcher"),
    "reconciler": _bodies("worker", "dispatcher", "reconciler"),
}
NO_EVENTS: list[Any] = [
    {}, {"Records": None}, {"Records": {}}, {"Records": [None]}, {"Records": [7]}, {"Records": [{}]}, {"Records": "x"},
    {"Records": [{"messageId": None, "body": "{}"}]}, {"Records": [{"messageId": 7}]},
    {"source": "aws.events"}, {"v": 1},
]  # fmt: skip


@st.composite
def queue_events(draw: st.DrawFn) -> tuple[str, Event]:
    """Return a function's word and a batch for it."""
    word = draw(st.sampled_from(WORDS))
    bodies = st.one_of(
        *[st.sampled_from(BODIES[word]).map(json.dumps), harmed(BODIES[word]).map(json.dumps)] * 2,
        st.sampled_from(BODIES["reconciler"]).map(json.dumps), written(harmed(BODIES[word])), written(values), texts,
    )  # fmt: skip
    records = []
    for number in range(draw(st.integers(0, 5))):
        record: Event = {
            "messageId": f"m-{number}",
            "receiptHandle": f"r-{number}",
            "body": draw(bodies),
            "attributes": {"ApproximateReceiveCount": draw(st.sampled_from(["1", "2", "3", "20", "200"]))},
            "eventSource": "aws:sqs",
            "eventSourceARN": f"arn:aws:sqs:eu-central-1:123456789012:{word}",
        }
        for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
            field = draw(st.sampled_from(sorted(record.keys() - {"messageId"})))
            if draw(st.booleans()):
                del record[field]
            else:
                record[field] = draw(values)
        records.append(record)
    return word, {"Records": records}


def attack_queue(stage: MemoryStage, word: str, event: Event) -> None:
    """Give a batch to a function; fail unless each message is done, kept or back on its queue."""
    answer = stage.invoke(word, event)
    assert answer.keys() == {"batchItemFailures"}, answer
    failed = [item["itemIdentifier"] for item in answer["batchItemFailures"]]
    assert len(set(failed)) == len(failed), f"named twice: {failed}"
    assert set(failed) <= {record["messageId"] for record in event["Records"]}, f"of no message: {failed}"
    without_reason = set(failed) - _may_return(word, event)
    assert not without_reason, f"come back without a reason: {without_reason}"
    for record in event["Records"]:
        if record["messageId"] not in failed:
            _check_settled(stage, word, record)


def _may_return(word: str, event: Event) -> set[str]:
    """Return the messages that may come back, as everything answers: for a next try, or behind one of their ticket."""
    may: set[str] = set()
    tickets: set[str] = set()
    for record in event["Records"]:
        match _read(word, record.get("body")):
            case Alert() if word == "dispatcher":
                may.add(record["messageId"])
            case WorkItem() as item if word == "worker":
                if item.ticket.ticket_id in tickets:
                    may.add(record["messageId"])
                tickets.add(item.ticket.ticket_id)
    return may


def _check_settled(stage: MemoryStage, word: str, record: Event) -> None:
    """Fail unless a message that is off its queue is done, or kept for an operator."""
    readable = _read(word, record.get("body"))
    letter = stage.state.letters.get(record["messageId"])
    if letter is not None:
        assert letter.reason in ("malformed-message", "id-conflict"), letter
        assert readable is None or letter.reason == "id-conflict", f"kept as unreadable: {record}"
        return
    assert readable is not None, f"neither kept nor back on its queue: {record}"
    if isinstance(readable, Alert):
        delivery = next(iter(stage.deliveries.of_ticket(readable.about, [readable.destination])), None)
        assert delivery is not None, f"no delivery: {record}"
        assert delivery.status is not DeliveryStatus.PENDING, f"{delivery.status}: {record}"
    else:
        ticket_id = readable.ticket.ticket_id
        row = stage.state.rows.get(ticket_id)
        is_sent = word == "reconciler" and any(item.ticket.ticket_id == ticket_id for item in stage.queue.sent)
        assert is_sent or (row is not None and row.record.state.is_final), f"lost: {record}"


def _read(word: str, body: Any) -> WorkItem | Alert | None:
    readers = {"worker": [WorkItem.from_json], "dispatcher": [alert_from_json]}
    for read in readers.get(word, [WorkItem.from_json, alert_from_json]):
        try:
            found: WorkItem | Alert = read(body if isinstance(body, str) else json.dumps(body))
            return found
        except MalformedMessageError:
            continue
    return None


def attack_with_no_event(stage: MemoryStage, word: str, event: Any) -> None:
    """Give a function what no queue sends; it may answer, or refuse the whole in our words, so that all comes back."""
    try:
        stage.invoke(word, event)
    except RouterError:
        return
