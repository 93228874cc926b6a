"""Events of SQS: what is read of each record, and what is done about one that lacks something."""

from __future__ import annotations

from typing import Any

import pytest

from ticketrouter.domain.errors import MalformedMessageError
from ticketrouter.domain.message import Received
from ticketrouter.edge import sqs

RECORD = {
    "messageId": "m-1",
    "receiptHandle": "r-1",
    "body": "{}",
    "attributes": {"ApproximateReceiveCount": "3"},
    "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:lane",
}


def test_a_record_is_read() -> None:
    assert sqs.received({"Records": [RECORD]}) == [
        Received("m-1", "r-1", "arn:aws:sqs:eu-central-1:123456789012:lane", "{}", 3)
    ]


@pytest.mark.parametrize(
    ("change", "read"),
    [
        ({"body": None}, {"body": "null"}),
        ({"body": {"v": 1}}, {"body": '{"v": 1}'}),
        ({"attributes": None}, {"receive_count": 1}),
        ({"attributes": {"ApproximateReceiveCount": "many"}}, {"receive_count": 1}),
        ({"attributes": {"ApproximateReceiveCount": "9" * 5_000}}, {"receive_count": 1}),
        ({"receiptHandle": None}, {"receipt_handle": "None"}),
    ],
)
def test_a_record_that_is_not_whole_does_not_send_its_mates_back(change: dict[str, Any], read: dict[str, Any]) -> None:
    # given one record that lacks something, before one that is whole
    broken, whole = sqs.received({"Records": [RECORD | change, RECORD]})

    # then it is a message like others, to be judged by its body
    assert {name: getattr(broken, name) for name in read} == read
    assert whole.body == "{}"


def test_a_record_without_anything_but_its_id_is_a_message() -> None:
    assert sqs.received({"Records": [{"messageId": "m-1"}]}) == [Received("m-1", "", "", "null", 1)]


@pytest.mark.parametrize(
    "event",
    [{}, [], None, {"Records": None}, {"Records": "x"}, {"Records": [RECORD, {}]}, {"Records": [{"messageId": 7}]}],
)
def test_what_could_not_be_named_in_the_answer_comes_back_as_a_whole(event: Any) -> None:
    with pytest.raises(MalformedMessageError, match="not an event of SQS"):
        sqs.received(event)
