"""Queues: in memory, on an SQS emulator and on our double of SQS; and what SQS may answer that no emulator does."""

from __future__ import annotations

from collections import Counter

import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.stub import ANY, Stubber

from tests.contract.sqs_queues import drain, new_queue
from ticketrouter.adapters.memory import MemoryAlertQueue, MemoryVisibility, MemoryWorkQueue
from ticketrouter.adapters.sqs_queue import (
    MAX_BATCH_BYTES,
    SqsAlertQueue,
    SqsVisibility,
    SqsWorkQueue,
    sqs_client,
)
from ticketrouter.domain.alert import Alert
from ticketrouter.domain.errors import QueueUnavailableError
from ticketrouter.domain.message import Received, WorkItem, alert_from_json
from ticketrouter.domain.status import Lane
from ticketrouter.domain.ticket import MAX_DESCRIPTION_CHARS, Ticket
from ticketrouter.ports import QueueDepth

URLS = {lane: f"http://127.0.0.1:9/000000000000/tickets-{lane.value}" for lane in Lane}


def item(number, lane=Lane.STANDARD, description="The printer is on fire: Zażółć 🔥"):
    return WorkItem(Ticket(f"t{number:04d}", description), lane, 0.2, 1_750_000_000_000)


def alert(number):
    return Alert(f"t{number}", "oncall", "Technical", 0.9, "Ünal", "on fire", "", ("words: fire",), 1, 2)


@pytest.fixture(autouse=True)
def _credentials(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.delenv("AWS_PROFILE", raising=False)


class MemoryLanes:
    def __init__(self):
        self.queue = MemoryWorkQueue()

    def bodies(self, lane):
        items = [sent.to_json() for sent in self.queue.sent if sent.lane is lane]
        return items + [body for its_lane, body in self.queue.raw if its_lane is lane]


class SqsLanes:
    def __init__(self, client):
        self._client, self._urls = client, {lane: new_queue(client) for lane in Lane}
        express_url, standard_url = self._urls[Lane.EXPRESS], self._urls[Lane.STANDARD]
        self.queue = SqsWorkQueue(client, express_url=express_url, standard_url=standard_url)

    def bodies(self, lane):
        return drain(self._client, self._urls[lane])


@pytest.fixture(params=["memory", "emulator", "double"])
def lanes(request):
    if request.param == "memory":
        return MemoryLanes()
    return SqsLanes(request.getfixturevalue(f"{request.param}_client"))


class TestLanes:
    @pytest.mark.parametrize("count", [0, 1, 2, 10, 11, 57])
    def test_every_item_is_on_its_lane_once(self, lanes, count):
        items = [item(number, Lane.EXPRESS if number % 3 == 0 else Lane.STANDARD) for number in range(count)]

        assert lanes.queue.send(items) == []

        for lane in Lane:
            arrived = Counter(WorkItem.from_json(body).ticket.ticket_id for body in lanes.bodies(lane))
            assert arrived == Counter(one.ticket.ticket_id for one in items if one.lane is lane)

    def test_a_message_reads_back_as_it_was_sent(self, lanes):
        sent = item(1)
        lanes.queue.send([sent])

        assert [WorkItem.from_json(body) for body in lanes.bodies(Lane.STANDARD)] == [sent]

    def test_a_raw_body_goes_as_it_is(self, lanes):
        assert lanes.queue.send_raw(Lane.EXPRESS, '{"v": 9, "ü": "🔥"}') is True

        assert lanes.bodies(Lane.EXPRESS) == ['{"v": 9, "ü": "🔥"}']
        assert lanes.bodies(Lane.STANDARD) == []

    def test_depths(self, lanes):
        assert lanes.queue.depths() == {Lane.EXPRESS: QueueDepth(0, 0), Lane.STANDARD: QueueDepth(0, 0)}

        lanes.queue.send([item(1), item(2), item(3, Lane.EXPRESS)])

        assert lanes.queue.depths() == {Lane.EXPRESS: QueueDepth(1, 0), Lane.STANDARD: QueueDepth(2, 0)}


@pytest.fixture(params=["memory", "emulator", "double"])
def alerts(request):
    """An alert queue, and what lies on it."""
    if request.param == "memory":
        queue = MemoryAlertQueue()
        return queue, lambda: queue.sent
    client = request.getfixturevalue(f"{request.param}_client")
    url = new_queue(client)
    return SqsAlertQueue(client, url), lambda: [alert_from_json(body) for body in drain(client, url)]


@pytest.mark.parametrize("count", [0, 1, 12])
def test_alerts_arrive(alerts, count):
    queue, arrived = alerts
    sent = [alert(number) for number in range(count)]

    assert queue.send(sent) == []

    assert sorted(arrived(), key=lambda one: one.ticket_id) == sorted(sent, key=lambda one: one.ticket_id)


def test_a_delayed_alert_is_queued_and_not_there_yet(client):
    url = new_queue(client)
    queue = SqsAlertQueue(client, url)

    assert queue.send([alert(number) for number in range(12)], delays_s=[0, *[900] * 11]) == []
    assert queue.send([alert(12)], delays_s=[900]) == []

    assert [alert_from_json(body) for body in drain(client, url)] == [alert(0)]
    attributes = client.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessagesDelayed"])
    assert attributes["Attributes"] == {"ApproximateNumberOfMessagesDelayed": "12"}


def test_delayed_tickets_keep_their_own_delays_in_both_lanes(client):
    express, standard = new_queue(client), new_queue(client)
    queue = SqsWorkQueue(client, express_url=express, standard_url=standard)
    items = [item(number, lane) for number, lane in enumerate([Lane.EXPRESS, Lane.STANDARD] * 2)]
    assert queue.send(items, delays_s=[0, 900, 900, 0]) == []
    assert queue.send_raw(Lane.STANDARD, "raw", delay_s=900)
    assert [WorkItem.from_json(body) for body in drain(client, express)] == [items[0]]
    assert [WorkItem.from_json(body) for body in drain(client, standard)] == [items[3]]


def test_a_batch_of_the_largest_tickets_is_cut_to_what_sqs_takes(client):
    url = new_queue(client)
    queue = SqsWorkQueue(client, express_url=url, standard_url=url)
    items = [item(number, description="🔥" * MAX_DESCRIPTION_CHARS) for number in range(30)]
    assert sum(len(one.to_json().encode()) for one in items) > 2 * MAX_BATCH_BYTES

    assert queue.send(items) == []
    assert len(drain(client, url)) == 30


class TestVisibility:
    def received(self, client, url):
        messages = client.receive_message(QueueUrl=url).get("Messages", [])
        arn = f"arn:aws:sqs:eu-central-1:000000000000:{url.rsplit('/', 1)[-1]}"
        return [Received(m["MessageId"], m["ReceiptHandle"], arn, m["Body"], 1) for m in messages]

    def test_a_delay_of_nothing_brings_the_message_back_at_once(self, client):
        url, other = new_queue(client), new_queue(client)
        client.send_message(QueueUrl=url, MessageBody="{}")
        (message,) = self.received(client, url)
        assert self.received(client, url) == []

        SqsVisibility(client, [other, url]).delay(message, 0)

        assert [one.message_id for one in self.received(client, url)] == [message.message_id]

    def test_a_message_that_is_gone_is_nobodys_trouble(self, client):
        url = new_queue(client)
        client.send_message(QueueUrl=url, MessageBody="{}")
        (message,) = self.received(client, url)
        client.delete_queue(QueueUrl=url)

        SqsVisibility(client, [url]).delay(message, 10)

    def test_the_twin_remembers(self):
        visibility = MemoryVisibility()
        visibility.delay(Received("m", "r", "arn", "{}", 1), 30)

        assert visibility.delays_s == {"m": 30}


class TestWhatSqsMayAnswer:
    """Scripted replies: a chunk may fail in part, fail as a whole, or not say."""

    @pytest.fixture
    def scripted(self):
        client = sqs_client()
        with Stubber(client) as stubber:
            yield client, stubber
        client.close()

    def queue(self, client):
        return SqsWorkQueue(client, express_url=URLS[Lane.EXPRESS], standard_url=URLS[Lane.STANDARD])

    def successful(self, *ids):
        return [{"Id": one, "MessageId": "m", "MD5OfMessageBody": "x"} for one in ids]

    def test_only_what_is_named_as_successful_is_queued(self, scripted):
        client, stubber = scripted
        failed = [{"Id": "1", "SenderFault": False, "Code": "InternalError"}]
        reply = {"Successful": self.successful("0", "2"), "Failed": failed}
        stubber.add_response("send_message_batch", reply, {"QueueUrl": URLS[Lane.STANDARD], "Entries": ANY})

        # position 1 failed; position 3 is not mentioned at all
        assert self.queue(client).send([item(number) for number in range(4)]) == [1, 3]

    def test_positions_are_those_of_the_call_not_of_the_lane(self, scripted):
        client, stubber = scripted
        stubber.add_response("send_message_batch", {"Successful": self.successful("0"), "Failed": []})
        stubber.add_response("send_message_batch", {"Successful": self.successful("1"), "Failed": []})
        lanes = [Lane.STANDARD, Lane.EXPRESS, Lane.STANDARD, Lane.EXPRESS]

        # express first: its second one (3) fails; then standard: its first one (0) fails
        assert self.queue(client).send([item(n, lane) for n, lane in enumerate(lanes)]) == [0, 3]

    def test_an_error_fails_its_chunk(self, scripted):
        client, stubber = scripted
        stubber.add_client_error("send_message_batch", "AWS.SimpleQueueService.NonExistentQueue")
        assert self.queue(client).send([item(1), item(2)]) == [0, 1]

        stubber.add_client_error("send_message", "ServiceUnavailable")
        assert self.queue(client).send([item(1)]) == [0]
        stubber.add_client_error("send_message", "ServiceUnavailable")
        assert self.queue(client).send_raw(Lane.EXPRESS, "{}") is False

    def test_an_outage_is_all_positions_and_never_raises(self, monkeypatch):
        client = sqs_client()

        def lose(*_, **__):
            raise ReadTimeoutError(endpoint_url="http://127.0.0.1:9")

        monkeypatch.setattr(client, "send_message_batch", lose)
        assert self.queue(client).send([item(number) for number in range(25)]) == list(range(25))
        client.close()

    @pytest.mark.parametrize("express", [1, 2, 60])
    def test_a_queue_that_gives_no_answer_is_waited_for_once(self, monkeypatch, express):
        # One try after the other would outlast the function, and nobody would be told what was not queued.
        client, calls = sqs_client(), []

        def lose(*_, **__):
            calls.append(1)
            raise ReadTimeoutError(endpoint_url="http://127.0.0.1:9")

        monkeypatch.setattr(client, "send_message", lose)
        monkeypatch.setattr(client, "send_message_batch", lose)
        items = [item(number, Lane.EXPRESS) for number in range(express)] + [item(express), item(express + 1)]
        assert self.queue(client).send(items) == list(range(len(items)))
        assert len(calls) <= 4, "no more than are under way at once"
        if express <= 10:
            assert len(calls) == 1
        client.close()

    def test_an_unknown_depth_is_said(self, scripted):
        client, stubber = scripted
        stubber.add_client_error("get_queue_attributes", "ServiceUnavailable")
        with pytest.raises(QueueUnavailableError):
            self.queue(client).depths()

        stubber.add_response("get_queue_attributes", {"Attributes": {}})
        with pytest.raises(QueueUnavailableError):
            self.queue(client).depths()


def test_the_client_waits_no_longer_than_a_request_can():
    config = sqs_client().meta.config

    assert (config.connect_timeout, config.read_timeout) == (1, 3)
    assert config.retries["total_max_attempts"] == 2
    assert config.retries["mode"] == "standard"
