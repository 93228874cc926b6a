from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from local.aws import AwsClient
from local.emulator import WakingEvent
from local.plan import Schedule
from local.poller import Poller, failed_ids
from local.runtime import Result
from local.schedule import run_schedule, scheduled_event
from tests.functional.local_toys import mapping_of, place, running, toy, until


class World:
    """A queue in the real emulator, and a poller of it."""

    def __init__(self, sqs_url: str) -> None:
        self.aws = AwsClient(place(Path(), sqs_url))
        self.name = f"q-{uuid4().hex[:8]}"
        self.url = f"{sqs_url}/000000000000/{self.name}"
        self.batches: list[list[dict[str, Any]]] = []
        self.answer: Callable[[list[dict[str, Any]]], Result] = lambda records: Result(b"null")

    async def create(self, visibility_s: int = 30) -> None:
        attributes = {"VisibilityTimeout": str(visibility_s)}
        await self.aws.call("sqs", "CreateQueue", QueueName=self.name, Attributes=attributes)

    async def send(self, *bodies: str, **fields: Any) -> None:
        for body in bodies:
            await self.aws.call("sqs", "SendMessage", QueueUrl=self.url, MessageBody=body, **fields)

    async def handle(self, payload: bytes) -> Result:
        records = json.loads(payload)["Records"]
        self.batches.append(records)
        return self.answer(records)

    async def left(self) -> tuple[int, int]:
        """Return how many messages are visible, and how many are in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        got = await self.aws.call("sqs", "GetQueueAttributes", QueueUrl=self.url, AttributeNames=names)
        return int(got["Attributes"][names[0]]), int(got["Attributes"][names[1]])

    def poller(self, *, processes: int = 1, invoke: Any = None, **mapping: Any) -> Poller:
        return Poller(mapping_of(self.url, **mapping), self.aws, invoke or self.handle, free_processes=processes)

    @property
    def bodies(self) -> list[str]:
        return [record["body"] for batch in self.batches for record in batch]


def play(sqs_url: str, scenario: Callable[[World], Awaitable[None]], **queue: int) -> World:
    async def main() -> World:
        world = World(sqs_url)
        await world.create(**queue)
        try:
            await scenario(world)
        finally:
            await world.aws.close()
        return world

    return asyncio.run(main())


async def drained(world: World, poller: Poller, count: int) -> None:
    poller.start()
    try:
        await until(lambda: len(world.bodies) >= count)
    finally:
        await poller.stop()


def test_records_look_as_lambda_writes_them_and_are_deleted(sqs_url: str) -> None:
    async def scenario(world: World) -> None:
        await world.send("hello", MessageAttributes={"trace": {"DataType": "String", "StringValue": "t-1"}})
        await drained(world, world.poller(), 1)
        assert await world.left() == (0, 0)

    world = play(sqs_url, scenario)
    record = world.batches[0][0]
    assert record["body"] == "hello"
    assert record["md5OfBody"] == "5d41402abc4b2a76b9719d911017c592"
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"].endswith(f":{world.name}")
    assert record["awsRegion"] == "us-east-1"
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert abs(int(record["attributes"]["SentTimestamp"]) - time.time() * 1000) < 20_000
    assert {"SenderId", "ApproximateFirstReceiveTimestamp"} <= set(record["attributes"])
    assert record["messageAttributes"] == {
        "trace": {"dataType": "String", "stringValue": "t-1", "stringListValues": [], "binaryListValues": []}
    }
    assert record["messageId"]
    assert record["receiptHandle"]


def test_batches_are_no_larger_than_asked(sqs_url: str) -> None:
    async def scenario(world: World) -> None:
        await world.send(*"abcdefg")
        await drained(world, world.poller(batch_size=3), 7)

    world = play(sqs_url, scenario)
    assert sorted(world.bodies) == [*"abcdefg"]
    assert max(map(len, world.batches)) == 3


def test_a_window_gathers_more_than_one_receive_can(sqs_url: str) -> None:
    async def scenario(world: World) -> None:
        await world.send(*(str(number) for number in range(12)))
        poller = world.poller(batch_size=20, window_s=1)
        poller.start()
        await asyncio.sleep(0.3)
        await world.send("late")
        await until(lambda: world.batches)
        await poller.stop()
        assert await world.left() == (0, 0)

    world = play(sqs_url, scenario)
    assert [len(batch) for batch in world.batches] == [13]


def test_failed_items_come_again_and_the_others_are_gone(sqs_url: str) -> None:
    async def scenario(world: World) -> None:
        def fail_b_once(records: list[dict[str, Any]]) -> Result:
            failed = [
                {"itemIdentifier": it["messageId"]}
                for it in records
                if it["body"] == "b" and it["attributes"]["ApproximateReceiveCount"] == "1"
            ]
            return Result(json.dumps({"batchItemFailures": failed}).encode())

        world.answer = fail_b_once
        await world.send("a", "b", "c")
        await drained(world, world.poller(), 4)
        assert await world.left() == (0, 0)

    world = play(sqs_url, scenario, visibility_s=1)
    assert sorted(world.bodies) == ["a", "b", "b", "c"]
    assert world.batches[-1][0]["attributes"]["ApproximateReceiveCount"] == "2"


@pytest.mark.parametrize(
    "answer",
    [
        Result(b'{"errorType":"ValueError"}', "Unhandled"),
        Result(b'{"batchItemFailures":[{"itemIdentifier":null}]}'),
        Result(b'{"batchItemFailures":[{"itemIdentifier":"unknown"}]}'),
        Result(b'{"batchItemFailures":[{"item":"x"}]}'),
        Result(b"not json"),
    ],
)
def test_a_thrown_error_or_an_unreadable_answer_keeps_the_whole_batch(sqs_url: str, answer: Result) -> None:
    async def scenario(world: World) -> None:
        world.answer = lambda records: answer
        await world.send("a", "b")
        await drained(world, world.poller(), 2)
        assert await world.left() == (0, 2)  # in flight until the visibility timeout is over

    play(sqs_url, scenario)


@pytest.mark.parametrize("answer", [b"", b"null", b"{}", b'{"batchItemFailures":[]}', b'{"batchItemFailures":null}'])
def test_no_failures_is_complete_success(answer: bytes) -> None:
    assert failed_ids(answer, {"a"}) == set()


def test_without_partial_failures_the_answer_is_not_read(sqs_url: str) -> None:
    async def scenario(world: World) -> None:
        world.answer = lambda records: Result(b'{"batchItemFailures":[{"itemIdentifier":""}]}')
        await world.send("a")
        await drained(world, world.poller(partial=False), 1)
        assert await world.left() == (0, 0)

    play(sqs_url, scenario)


def test_no_more_batches_run_at_once_than_there_are_processes(sqs_url: str) -> None:
    running_now, most = 0, 0

    async def scenario(world: World) -> None:
        async def slow(payload: bytes) -> Result:
            nonlocal running_now, most
            running_now += 1
            most = max(most, running_now)
            await asyncio.sleep(0.05)
            running_now -= 1
            return await world.handle(payload)

        await world.send(*"abcdefgh")
        await drained(world, world.poller(processes=2, batch_size=1, invoke=slow), 8)

    play(sqs_url, scenario)
    assert most == 2


def test_a_stop_lets_the_batch_in_work_finish(sqs_url: str) -> None:
    async def scenario(world: World) -> None:
        begun = asyncio.Event()

        async def slow(payload: bytes) -> Result:
            begun.set()
            await asyncio.sleep(0.2)
            return await world.handle(payload)

        poller = world.poller(invoke=slow)
        poller.start()
        await world.send("a")
        await begun.wait()
        await poller.stop()
        assert world.bodies == ["a"]
        assert await world.left() == (0, 0)

    play(sqs_url, scenario)


def test_a_killed_function_loses_nothing(sqs_url: str, tmp_path: Path) -> None:
    source = """
        import os
        def lambda_handler(event, context):
            if any(record["attributes"]["ApproximateReceiveCount"] == "1" for record in event["Records"]):
                os._exit(1)
            return {"batchItemFailures": []}
    """

    async def scenario(world: World) -> None:
        async with running(toy(tmp_path, "toy", source)) as pool:

            async def invoke(payload: bytes) -> Result:
                result = await pool.invoke(payload)
                await world.handle(payload)
                return result

            await world.send("a", "b")
            await drained(world, world.poller(invoke=invoke), 4)
            assert await world.left() == (0, 0)

    world = play(sqs_url, scenario, visibility_s=1)
    assert sorted(world.bodies) == ["a", "a", "b", "b"]


def test_schedules_send_eventbridges_event() -> None:
    schedule = Schedule("Tick", "toy", 60, "aws.events", "arn:aws:events:us-east-1:000000000000:rule/local-tick")
    event = scheduled_event(schedule, "us-east-1", 0)
    assert event.pop("id")
    assert event == {
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": "1970-01-01T00:00:00Z",
        "region": "us-east-1",
        "resources": [schedule.arn],
        "detail": {},
    }


def test_a_schedule_goes_on_after_a_failed_run() -> None:
    schedule = Schedule("Tick", "toy", 60, "aws.events", "arn", payload='{"own": true}')
    payloads: list[bytes] = []

    async def invoke(payload: bytes) -> Result:
        payloads.append(payload)
        return Result(b"{}", "Unhandled")

    async def scenario() -> None:
        timer = asyncio.create_task(run_schedule(schedule, "us-east-1", invoke, sleep_s=0.01))
        await until(lambda: len(payloads) >= 3)
        timer.cancel()

    asyncio.run(scenario())
    assert set(payloads) == {b'{"own": true}'}


def test_long_polls_of_the_emulator_wake_when_something_is_sent() -> None:
    class Original:
        def set(self) -> None:
            pass

    async def scenario() -> None:
        waking = WakingEvent(Original())
        polls = [asyncio.create_task(waking.sleep(30)) for _ in range(2)]
        await asyncio.sleep(0)
        waking.set()
        await asyncio.wait_for(asyncio.gather(*polls), 1)
        await waking.sleep(0.01)  # nothing was sent since: the delay ends it

    asyncio.run(scenario())
