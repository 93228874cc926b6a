"""SQS itself: what the harness of faults relies on is the same on the emulator and on our double."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from tests.contract.sqs_queues import drain, new_queue, receive


@pytest.fixture(autouse=True)
def _credentials(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")


def count_of(client, url, name):
    return int(client.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])


def test_what_was_received_is_hidden_and_counted_and_comes_back(client):
    url = new_queue(client)
    client.send_message(QueueUrl=url, MessageBody="a")

    (first,) = receive(client, url)
    assert receive(client, url) == []
    assert count_of(client, url, "ApproximateNumberOfMessages") == 0
    assert count_of(client, url, "ApproximateNumberOfMessagesNotVisible") == 1

    client.change_message_visibility(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"], VisibilityTimeout=0)
    (second,) = receive(client, url)
    assert (second["MessageId"], second["Body"]) == (first["MessageId"], "a")
    assert second["ReceiptHandle"] != first["ReceiptHandle"]
    assert [each["Attributes"]["ApproximateReceiveCount"] for each in (first, second)] == ["1", "2"]


def test_what_is_deleted_is_gone(client):
    url = new_queue(client)
    for body in "abc":
        client.send_message(QueueUrl=url, MessageBody=body)
    messages = receive(client, url, VisibilityTimeout=30)
    assert sorted(message["Body"] for message in messages) == ["a", "b", "c"]

    client.delete_message(QueueUrl=url, ReceiptHandle=messages[0]["ReceiptHandle"])
    entries = [{"Id": str(at), "ReceiptHandle": each["ReceiptHandle"]} for at, each in enumerate(messages[1:])]
    reply = client.delete_message_batch(QueueUrl=url, Entries=entries)
    assert [entry["Id"] for entry in reply["Successful"]] == ["0", "1"]

    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    assert [count_of(client, url, name) for name in names] == [0, 0]


def test_a_message_received_too_often_goes_to_the_dead_letters_with_its_id_and_a_new_count(client):
    dead = new_queue(client)
    arn = client.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 2})
    url = new_queue(client, RedrivePolicy=policy)
    client.send_message(QueueUrl=url, MessageBody="poison")

    ids = [message["MessageId"] for _ in range(2) for message in receive(client, url, VisibilityTimeout=0)]
    assert len(ids) == 2
    assert receive(client, url) == []

    (letter,) = receive(client, dead)
    assert (letter["MessageId"], letter["Body"]) == (ids[0], "poison")
    assert drain(client, url) == []


def entries(count, body="x"):
    return [{"Id": str(number), "MessageBody": body} for number in range(count)]


@pytest.mark.parametrize(
    "batch",
    [[], entries(11), entries(2) + entries(1), entries(2, "x" * 600_000)],
    ids=["empty", "eleven", "the same id twice", "more than 1 MiB"],
)
def test_a_batch_has_limits_and_is_refused_whole(client, batch):
    url = new_queue(client)
    with pytest.raises(ClientError):
        client.send_message_batch(QueueUrl=url, Entries=batch)
    assert drain(client, url) == []


def test_a_queue_that_is_not_there_is_said(client):
    url = new_queue(client)
    client.delete_queue(QueueUrl=url)
    with pytest.raises(ClientError, match=r"NonExistentQueue|QueueDoesNotExist"):
        client.send_message(QueueUrl=url, MessageBody="a")


def test_making_a_queue_again_changes_nothing(client):
    url = new_queue(client)
    client.send_message(QueueUrl=url, MessageBody="a")
    name = url.rsplit("/", 1)[-1]
    again = client.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "30"})
    assert again["QueueUrl"] == url
    assert drain(client, url) == ["a"]
