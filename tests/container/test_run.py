"""The image alone, by `docker run` and its own emulator: a model is loaded once in a container's life."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from local.expectations import read_event
from tests.container.conftest import Report
from tests.container.engine import Engine
from tests.container.services import Services
from tests.container.shell import ROOT

WARM_CALLS = 20
# As Lambda runs it: a user that owns nothing, a disk that cannot be written to, and the memory of template.yaml.
AS_LAMBDA = ("--user", "993:990", "--read-only", "--tmpfs", "/tmp", "--memory", "3008m")


class Worker:
    """A running container of the image, with its own emulator in front."""

    def __init__(self, engine: Engine, container: str) -> None:
        """Take over a container that has started."""
        self._engine, self._container = engine, container
        address = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
        ip = engine.docker("inspect", "--format", address, container)
        self._url = f"http://{ip}:8080/2015-03-31/functions/function/invocations"

    def score(self, ticket_id: str) -> tuple[Any, float]:
        """Let it score one ticket; return its answer and the milliseconds of the call."""
        event = read_event(ROOT / "events/worker/one.json")
        body = json.loads(event["Records"][0]["body"])
        body["ticket"]["ticket_id"] = ticket_id
        event["Records"][0]["body"] = json.dumps(body)
        began = time.perf_counter()
        answer = httpx.post(self._url, json=event, timeout=60)
        return answer.json(), (time.perf_counter() - began) * 1000

    @property
    def log(self) -> list[dict[str, Any]]:
        """Return the function's own log lines."""
        lines = self._engine.docker("logs", self._container).splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    @property
    def memory(self) -> str:
        """Return what it has of its memory now, as Docker tells it."""
        return self._engine.docker("stats", "--no-stream", "--format", "{{.MemUsage}}", self._container)


@pytest.fixture
def worker(engine: Engine, image: str, stack: Services) -> Iterator[Worker]:
    stack.stage.empty()
    credentials = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": "us-east-1"}
    variables = {**stack.environment("WorkerFunction"), **credentials}
    words = [word for name, value in variables.items() for word in ("--env", f"{name}={value}")]
    container = engine.docker("run", "--detach", "--network", stack.network, *AS_LAMBDA, *words, image)
    try:
        yield Worker(engine, container)
    finally:
        engine.docker("rm", "--force", container)


def test_the_model_is_loaded_once(worker: Worker, stack: Services, report: Report) -> None:
    # When
    answer, cold_ms = worker.score("T-0")
    warm = [worker.score(f"T-{number}") for number in range(1, WARM_CALLS + 1)]

    # Then every ticket was scored, and the first alone met a cold start
    assert [answer, *(answer for answer, _ in warm)] == [{"batchItemFailures": []}] * (WARM_CALLS + 1)
    scored = [line for line in worker.log if line.get("message") == "scored"]
    assert [line["ticket_id"] for line in scored] == [f"T-{number}" for number in range(WARM_CALLS + 1)]
    assert not any(line["degraded"] for line in scored)
    assert sum("ColdStart" in line for line in worker.log) == 1
    assert [_record(stack, f"T-{number}")["cold_start"] for number in range(3)] == [True, False, False]

    median_ms = statistics.median(wall_ms for _, wall_ms in warm)
    report(
        "docker run", f"the first ticket, cold: {cold_ms:7.1f} ms (the emulator starts the function on the first call)"
    )
    report("docker run", f"a ticket, warm, median of {WARM_CALLS}: {median_ms:7.1f} ms")
    scoring_ms = statistics.median(line["scoring_ms"] for line in scored[1:])
    report("docker run", f"of that in the model: {scoring_ms:7.1f} ms")
    report("docker run", f"memory: {worker.memory}")


def _record(stack: Services, ticket_id: str) -> dict[str, Any]:
    event = read_event(ROOT / "events/query/get_ticket.json")
    event |= {"rawPath": f"/tickets/{ticket_id}", "pathParameters": {"ticket_id": ticket_id}}
    record: dict[str, Any] = json.loads(stack.stage.invoke("query", event)["body"])
    return record
