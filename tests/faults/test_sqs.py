"""The bad days of our double of SQS, and its clock: what no emulator shows. What all show is a contract."""

from __future__ import annotations

import json
from random import Random

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from tests.contract.sqs_queues import drain, new_queue, receive
from tests.faults.harness.sqs import SqsDouble, arn_of
from ticketrouter.adapters.memory import MemoryClock


@pytest.fixture
def clock():
    return MemoryClock()


def double(clock, **bad):
    sqs = SqsDouble(clock, Random(1), **bad)
    return sqs, new_queue(sqs)


def send(sqs, url, *bodies, **asked):
    for body in bodies:
        sqs.send_message(QueueUrl=url, MessageBody=body, **asked)


def test_time_is_the_clocks(clock):
    sqs, url = double(clock)
    send(sqs, url, "late", DelaySeconds=900)
    send(sqs, url, "now")
    assert [each["Body"] for each in receive(sqs, url)] == ["now"]
    assert sqs.next_visible_ms(url) == clock.monotonic_ms() + 30_000

    clock.advance(ms=30_000)
    assert [each["Body"] for each in receive(sqs, url)] == ["now"]
    clock.advance(ms=869_999)
    assert [each["Body"] for each in receive(sqs, url)] == ["now"]
    clock.advance(ms=1)
    assert [each["Body"] for each in receive(sqs, url)] == ["late"]


def test_those_that_wait_longest_come_first(clock):
    sqs, url = double(clock)
    sqs.send_at(url, "second", clock.monotonic_ms() + 200)
    sqs.send_at(url, "first", clock.monotonic_ms() + 100)
    clock.advance(ms=300)
    send(sqs, url, "third")
    assert drain(sqs, url) == ["first", "second", "third"]


def test_an_old_receipt_neither_deletes_nor_hides(clock):
    sqs, url = double(clock)
    send(sqs, url, "a")
    (old,) = receive(sqs, url)
    clock.advance(ms=30_000)
    (new,) = receive(sqs, url)

    sqs.delete_message(QueueUrl=url, ReceiptHandle=old["ReceiptHandle"])
    with pytest.raises(ClientError, match="MessageNotInflight"):
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=old["ReceiptHandle"], VisibilityTimeout=0)
    clock.advance(ms=30_000)
    assert len(receive(sqs, url)) == 1

    assert new["Attributes"]["ApproximateReceiveCount"] == "2"


def test_a_copy_is_received_again_though_it_was_deleted(clock):
    sqs, url = double(clock, copies=1.0)
    send(sqs, url, "a")
    for count in "123":
        (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
        assert message["Attributes"]["ApproximateReceiveCount"] == count
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def test_the_share_of_copies_is_what_was_asked_for(clock):
    sqs, url = double(clock, copies=0.05)
    send(sqs, url, *map(str, range(2_000)))
    received = 0
    while messages := receive(sqs, url):
        received += len(messages)
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert 2_060 <= received <= 2_150  # 2,105 on average
    assert list(sqs.bodies(url)) == []


def test_of_sends_without_an_answer_every_other_one_was_taken(clock):
    sqs, url = double(clock, unknown=1.0)
    for number in range(6):
        with pytest.raises(ReadTimeoutError):
            send(sqs, url, str(number))
    assert drain(sqs, url) == ["1", "3", "5"]
    assert sqs.unknown_sends == 6


def test_messages_overtake_each_other_by_a_few_places_at_most(clock):
    sqs, url = double(clock, spread=5)
    send(sqs, url, *map(str, range(500)))
    order = [int(body) for body in drain(sqs, url)]
    assert sorted(order) == list(range(500))
    assert order != sorted(order)
    assert max(abs(place - number) for place, number in enumerate(order)) <= 5


def test_down_is_no_answer(clock):
    sqs, url = double(clock)
    sqs.down = True
    with pytest.raises(EndpointConnectionError):
        send(sqs, url, "a")
    with pytest.raises(EndpointConnectionError):
        receive(sqs, url)
    sqs.down = False
    assert drain(sqs, url) == []


def test_what_outlives_the_retention_is_gone_and_counted(clock):
    sqs, _ = double(clock)
    url = new_queue(sqs, MessageRetentionPeriod="60")
    send(sqs, url, "old")
    clock.advance(ms=60_001)
    assert receive(sqs, url) == []
    assert sqs.expired(url) == 1


def test_a_dead_letter_keeps_its_age(clock):
    sqs, dead = double(clock)
    policy = json.dumps({"deadLetterTargetArn": arn_of(dead), "maxReceiveCount": 1})
    url = new_queue(sqs, RedrivePolicy=policy)
    send(sqs, url, "a")
    clock.advance(ms=345_000_000)
    receive(sqs, url, VisibilityTimeout=0)
    receive(sqs, url)
    clock.advance(ms=700_000)  # four days in all
    assert receive(sqs, dead) == []
    assert sqs.expired(dead) == 1


@pytest.mark.parametrize("seconds", [-1, 901])
def test_a_delay_has_limits(clock, seconds):
    sqs, url = double(clock)
    with pytest.raises(ClientError):
        send(sqs, url, "a", DelaySeconds=seconds)
