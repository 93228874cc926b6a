from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any, cast

import pytest

from local.aws import AwsClient
from local.emf import MetricsForwarder, read_emf
from local.emulator import start_emulator
from local.errors import LocalStackError
from local.keys import keep_secrets, key_entry, new_api_key
from local.logs import Logs
from local.plan import Place
from local.ports import free_ports
from local.state import StackFile, running_stack
from tests.functional.local_toys import place

EMF: dict[str, Any] = {
    "_aws": {
        "Timestamp": 1_700_000_000_000,
        "CloudWatchMetrics": [
            {
                "Namespace": "TicketRouter",
                "Dimensions": [["service"], ["service", "lane"]],
                "Metrics": [{"Name": "Accepted", "Unit": "Count"}, {"Name": "ScoringMs", "Unit": "Milliseconds"}],
            }
        ],
    },
    "service": "ingest",
    "lane": "express",
    "Accepted": [1.0, 2.0],
    "ScoringMs": 12.5,
}


def test_lines_are_written_whole_however_they_arrive(tmp_path: Path) -> None:
    shown: list[tuple[str, bytes]] = []
    logs = Logs(tmp_path, on_line=lambda name, line: shown.append((name, line)))
    one, other = logs.receiver("worker"), logs.receiver("worker")

    one(b"first half, ")
    other(b"of another process\n")
    one(b"second half\nand the ne")
    one(b"xt\n")
    logs.close()

    lines = b"of another process\nfirst half, second half\nand the next\n"
    assert (tmp_path / "worker.log").read_bytes() == lines
    assert shown == [("worker", line) for line in lines.splitlines()]


def test_metrics_lines_are_passed_on_and_stay_in_the_log(tmp_path: Path) -> None:
    taken: list[bytes] = []
    logs = Logs(tmp_path, on_metrics_line=taken.append)
    line = json.dumps(EMF).encode()

    logs.receiver("ingest")(b'{"message":"accepted"}\n' + line + b"\n")
    logs.close()

    assert taken == [line]
    assert line in (tmp_path / "ingest.log").read_bytes()


def test_every_dimension_set_and_metric_is_a_datum() -> None:
    data = list(read_emf(json.dumps(EMF).encode()))

    assert [(namespace, datum["MetricName"], len(datum["Dimensions"])) for namespace, datum in data] == [
        ("TicketRouter", "Accepted", 1),
        ("TicketRouter", "ScoringMs", 1),
        ("TicketRouter", "Accepted", 2),
        ("TicketRouter", "ScoringMs", 2),
    ]
    assert data[0][1]["Values"] == [1.0, 2.0]
    assert data[1][1]["Values"] == [12.5]
    assert data[0][1]["Timestamp"] == 1_700_000_000
    assert data[0][1]["Dimensions"] == [{"Name": "service", "Value": "ingest"}]


def test_what_is_no_emf_is_no_metric() -> None:
    assert list(read_emf(b'{"message": "about \\"_aws\\""}')) == []
    assert list(read_emf(b"not json")) == []
    assert list(read_emf(b'{"_aws": {"Timestamp": 1, "CloudWatchMetrics": [{}]}}')) == []


def test_metrics_can_be_asked_of_the_emulators_cloudwatch(tmp_path: Path) -> None:
    async def scenario() -> list[dict[str, Any]]:
        (port,) = free_ports(1)
        here = Place(Path.cwd(), f"http://127.0.0.1:{port}", state_folder=tmp_path)
        emulator = await start_emulator(here, port, lambda chunk: None)
        aws = AwsClient(here)
        try:
            forwarder = MetricsForwarder(aws)
            now = {**EMF["_aws"], "Timestamp": int(time.time() * 1000)}  # older ones than two weeks are dropped
            forwarder.take(json.dumps({**EMF, "_aws": now}).encode())
            await forwarder.flush()
            answer = await aws.call("monitoring", "ListMetrics", Namespace="TicketRouter")
        finally:
            await aws.close()
            await emulator.stop()
        metrics: list[dict[str, Any]] = answer["Metrics"]
        return metrics

    assert {metric["MetricName"] for metric in asyncio.run(scenario())} == {"Accepted", "ScoringMs"}


class Store:
    """Keeps what it is told to store."""

    def __init__(self) -> None:
        self.data: list[dict[str, Any]] = []

    async def call(self, service: str, operation: str, *, Namespace: str, MetricData: list[dict[str, Any]]) -> None:
        assert (service, operation, Namespace) == ("monitoring", "PutMetricData", "TicketRouter")
        self.data += MetricData


def test_what_is_alike_is_stored_together_however_much_comes() -> None:
    store = Store()
    forwarder = MetricsForwarder(cast("AwsClient", store))
    for number in range(1_000):
        forwarder.take(json.dumps({**EMF, "ScoringMs": float(number)}).encode())
    asyncio.run(forwarder.flush())

    accepted, scoring = store.data[:2]
    assert len(store.data) == 4  # two metrics, by two sets of dimensions
    assert (accepted["Values"], accepted["Counts"]) == ([1.0, 2.0], [1_000, 1_000])
    assert scoring["StatisticValues"] == {"SampleCount": 1_000, "Sum": 499_500, "Minimum": 0, "Maximum": 999}


def test_metrics_that_cannot_be_stored_are_dropped() -> None:
    async def scenario() -> None:
        aws = AwsClient(place(Path(), "http://127.0.0.1:1"))
        forwarder = MetricsForwarder(aws)
        forwarder.take(json.dumps(EMF).encode())
        await forwarder.flush()
        await aws.close()

    asyncio.run(scenario())


def test_the_key_stays_the_same_over_starts(tmp_path: Path) -> None:
    first, second = keep_secrets(tmp_path), keep_secrets(tmp_path)

    assert first == second
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0
    assert first.api_key not in repr(first)


def test_a_key_is_stored_as_its_hash() -> None:
    key = new_api_key("ci-1")
    entry = key_entry(key, ("read",))

    assert entry["id"] == "ci-1"
    assert entry["scopes"] == ["read"]
    assert key not in json.dumps(entry)


def test_one_stack_at_a_time_and_a_dead_ones_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "stack.json").write_text('{"api_url": "http://127.0.0.1:1", "pid": 999999999}')
    file = StackFile(tmp_path)
    file.claim()
    assert not (tmp_path / "stack.json").exists()
    file.write({"api_url": "http://127.0.0.1:8000", "pid": 1})

    with pytest.raises(LocalStackError, match=r"already runs here \(http://127\.0\.0\.1:8000"):
        StackFile(tmp_path).claim()
    assert running_stack(tmp_path)["api_url"] == "http://127.0.0.1:8000"
    file.release()
    assert not (tmp_path / "stack.json").exists()
    (tmp_path / "file").touch()
    with pytest.raises(LocalStackError, match="give another one with --state-dir"):
        StackFile(tmp_path / "file").claim()
    with pytest.raises(LocalStackError, match="No stack runs here"):
        running_stack(tmp_path)
