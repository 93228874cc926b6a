"""The whole router as a user starts it, under duplicates, a broken message and the death of a worker.

Given the local stack with short timeouts, 200 tickets are posted; every one of them must end final exactly once, and
every urgent one must reach every destination exactly once.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

from ticketrouter.domain.alert import KINDS

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(170)]

ROOT = Path(__file__).parents[2]
SAMPLES = [json.loads(line) for line in (ROOT / "events" / "samples.jsonl").read_text().splitlines()]
TICKETS = 200
WORKER_TIMEOUT_S = 2
VISIBILITY_S = 6 * WORKER_TIMEOUT_S  # the local stack keeps the template's rule
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Start `python -m local run` with timeouts of seconds; stop it as Ctrl-C does."""
    state_dir = tmp_path_factory.mktemp("local")
    log_file = state_dir / "run.log"
    command = [sys.executable, "-m", "local", "run", "--state-dir", str(state_dir), "--port", "0"]
    overrides = [f"WorkerTimeout={WORKER_TIMEOUT_S}", "DispatcherTimeout=12", "DeadlineSeconds=20"]
    with log_file.open("w") as log:
        process = subprocess.Popen(
            [*command, "--parameter-overrides", *overrides],
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    stack_file = state_dir / "stack.json"
    try:
        wait_for(lambda: stack_file.exists() or process.poll() is not None, "the local stack", 90)
        assert process.poll() is None, log_file.read_text()
        yield json.loads(stack_file.read_text()) | {"file": stack_file}
    finally:
        pids = [pid for group in process_ids(stack_file).values() for pid in group] if stack_file.exists() else []
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        assert not [pid for pid in pids if is_alive(pid)], "a process outlived the stack"
        assert not stack_file.exists()


@pytest.fixture(scope="module")
def api(stack: dict[str, Any]) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {stack['api_key']}"}
    with httpx.Client(base_url=stack["api_url"], headers=headers, timeout=15) as client:
        yield client


def wait_for(condition: Callable[[], Any], what: str, patience_s: float = PATIENCE_S) -> Any:
    """Return the first truthy value of `condition`."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        if value := condition():
            return value
        time.sleep(0.1)
    raise AssertionError(f"{what} did not come within {patience_s} s")


def process_ids(stack_file: Path) -> dict[str, list[int]]:
    """Return what runs now, by name: the functions by their word, Redis, the emulator, and the supervisor itself."""
    stack = json.loads(stack_file.read_text())
    pids: dict[str, Any] = stack["pids"] | stack["pids"]["functions"] | {"supervisor": stack["pid"]}
    del pids["functions"]
    return {name: pid if isinstance(pid, list) else [pid] for name, pid in pids.items()}


def is_alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False


def ticket_named_in(body: Any) -> str | None:
    """Return the id that a message of any kind shows its reader; None of one about an incident."""
    found = set(re.findall(r"\be2e\d{3}\b", json.dumps(body)))
    assert len(found) <= 1
    return next(iter(found), None)


def tickets_to_post() -> list[dict[str, Any]]:
    """Return 200 tickets of different content: the samples, told again with other numbers."""
    return [
        sample | {"ticket_id": f"e2e{n:03d}", "description": f"{sample['description']} (case {n})"}
        for n, sample in ((n, SAMPLES[n % len(SAMPLES)]) for n in range(TICKETS))
    ]


def all_tickets(api: httpx.Client, **query: str) -> list[dict[str, Any]]:
    tickets: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = api.get("/tickets", params={"limit": "200", **query, **({"cursor": cursor} if cursor else {})})
        assert page.status_code == 200, page.text
        tickets += page.json()["tickets"]
        cursor = page.json()["cursor"]
        if cursor is None:
            return tickets


def test_every_ticket_is_final_once_and_every_urgent_one_is_delivered_once(
    stack: dict[str, Any], api: httpx.Client
) -> None:
    posted = tickets_to_post()

    # Twenty posts of one id in the same instant: exactly one is new, nobody else gets a second ticket.
    barrier = threading.Barrier(20)

    def post_same(_: int) -> httpx.Response:
        barrier.wait()
        return api.post("/tickets", json=posted[0])

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(post_same, range(20)))
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert sum(answer.status_code == 202 and not answer.json()["duplicate"] for answer in answers) == 1
    assert all("retry-after" in answer.headers for answer in answers if answer.status_code == 409)

    # A message that nobody can read, straight onto the queue.
    sqs = boto3.client(
        "sqs",
        endpoint_url=stack["sqs_url"],
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    standard = next(url for url in sqs.list_queues()["QueueUrls"] if url.endswith("tickets-standard"))
    malformed = sqs.send_message(QueueUrl=standard, MessageBody='{"v":1,"ticket":')["MessageId"]
    sqs.close()

    # The rest, every tenth one twice. Half-way the workers die with a batch in their hands: they are stopped, given
    # more to do, and killed.
    def post(ticket: dict[str, Any]) -> httpx.Response:
        return api.post("/tickets", json=ticket)

    def signal_workers(number: signal.Signals) -> None:
        for pid in process_ids(stack["file"])["worker"]:
            os.kill(pid, number)

    with ThreadPoolExecutor(4) as pool:
        first_half = list(pool.map(post, posted[1:80]))
        signal_workers(signal.SIGSTOP)
        first_half += list(pool.map(post, posted[80:100]))
        time.sleep(0.3)
        signal_workers(signal.SIGKILL)
        second_half = list(pool.map(post, posted[100:]))
        repeats = list(pool.map(post, posted[::10]))
    assert {answer.status_code for answer in first_half + second_half} == {202}
    assert all(answer.status_code == 202 and answer.json()["duplicate"] for answer in repeats), repeats

    # Every ticket final, none lost, none doubled.
    def unfinished() -> list[str]:
        return [ticket["ticket_id"] for ticket in all_tickets(api, status="accepted")]

    wait_for(lambda: not unfinished(), "a final status for every ticket")
    tickets = all_tickets(api)
    assert Counter(ticket["ticket_id"] for ticket in tickets) == Counter(ticket["ticket_id"] for ticket in posted)
    assert {ticket["status"] for ticket in tickets} == {"scored"}
    assert any(ticket["timings"]["total_ms"] > VISIBILITY_S * 1000 for ticket in tickets), (
        "no batch died with its worker"
    )
    assert not any(ticket["degraded"] for ticket in tickets), "the model must have scored, not the word list"
    stats = api.get("/stats", params={"window": "3600"}).json()
    assert (stats["counters"]["accepted"], stats["counters"]["scored"], stats["counters"]["failed"]) == (
        TICKETS,
        TICKETS,
        0,
    )

    # Every urgent one delivered to every destination, once; nothing else.
    urgent = {ticket["ticket_id"] for ticket in tickets if ticket["urgency_score"] > 0.8}
    destinations = [destination["id"] for destination in api.get("/destinations").json()["destinations"]]
    assert len(urgent) >= TICKETS // len(SAMPLES)
    assert len(destinations) == len(KINDS)

    def undelivered() -> list[str]:
        found = all_tickets(api, min_urgency="0.8001")
        return [t["ticket_id"] for t in found if {a["status"] for a in t["alerts"]} - {"delivered", "suppressed"}]

    wait_for(lambda: not undelivered(), "the record of every delivery")
    arrivals = httpx.get(f"{stack['sink_url']}/received").json()["received"]
    named = [(ticket_named_in(arrival["body"]), arrival["destination"]) for arrival in arrivals]
    singly = Counter((name, destination) for name, destination in named if name is not None)
    expected = {(ticket_id, destination) for ticket_id in urgent for destination in destinations}
    assert set(singly) <= expected
    assert set(singly.values()) == {1}
    # Whoever is not told of a ticket singly is told of its incident.
    told_of_incidents = {destination for name, destination in named if name is None}
    by_id = {ticket["ticket_id"]: ticket for ticket in tickets}
    for ticket_id, destination in expected - set(singly):
        assert by_id[ticket_id]["incident_id"] is not None
        assert destination in told_of_incidents

    # The unreadable message is where an operator finds it.
    letters = wait_for(lambda: api.get("/dead-letters").json()["dead_letters"], "the dead letter")
    assert [letter["id"] for letter in letters] == [malformed]
    assert letters[0]["reason"] == "malformed-message"


def test_twenty_who_tell_of_the_same_outage_are_one_incident(api: httpx.Client) -> None:
    ids = [f"storm-{n}" for n in range(20)]
    for n, ticket_id in enumerate(ids):
        text = f"Nobody in office {n} can sign in since 07:40. The whole building is locked out."
        assert api.post("/tickets", json={"ticket_id": ticket_id, "description": text}).status_code == 202

    def scored() -> list[dict[str, Any]]:
        found = [api.get(f"/tickets/{ticket_id}").json() for ticket_id in ids]
        return found if {ticket["status"] for ticket in found} == {"scored"} else []

    tickets = wait_for(scored, "the scores")
    (incident_id,) = {ticket["incident_id"] for ticket in tickets}
    assert any(alert["status"] == "suppressed" for ticket in tickets for alert in ticket["alerts"])
    incident = api.get(f"/incidents/{incident_id}").json()
    assert incident["count"] >= 20
    assert incident["updates"] >= 2
    assert set(ids) <= {ticket["ticket_id"] for ticket in incident["tickets"]}
    assert api.post(f"/incidents/{incident_id}/ack").json()["status"] == "acknowledged"


def test_both_old_front_doors_open(api: httpx.Client) -> None:
    first = api.post("/tickets", json={"ticket_id": "101", "description": "API login error ASAP"})
    assert first.status_code == 202
    assert first.json()["status"] == "accepted"
    assert 0 <= first.json()["urgency_score"] <= 1

    second = api.post("/tickets", json={"text": "Nobody in the whole company can sign in since this morning."})
    assert second.status_code == 202
    url = second.json()["status_url"]
    ticket = wait_for(lambda: (found := api.get(url).json())["status"] == "scored" and found, "the score")
    assert ticket["category"] in {"Billing", "Technical", "Legal", "General"}
    assert 0 <= ticket["urgency_score"] <= 1
    assert ticket["latency_ms"] > 0
    assert ticket["webhook_triggered"] in {True, False}
    assert api.get("/tickets/no-such-ticket").status_code == 404


def test_metrics_reach_the_emulators_cloudwatch(stack: dict[str, Any], api: httpx.Client) -> None:
    cloudwatch = boto3.client(
        "cloudwatch",
        endpoint_url=stack["sqs_url"],
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    names = wait_for(
        lambda: {metric["MetricName"] for metric in cloudwatch.list_metrics(Namespace="TicketRouter")["Metrics"]},
        "a metric",
    )
    cloudwatch.close()
    assert {"Accepted", "ColdStart"} <= names


def test_the_stack_keeps_what_verify_asks_for(stack: dict[str, Any], api: httpx.Client) -> None:
    command = [sys.executable, "-m", "local", "verify", "--state-dir", str(stack["file"].parent)]
    looked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=150)

    assert looked.returncode == 0, looked.stdout + looked.stderr
    assert looked.stdout.count("✓") == 15
    assert not [ticket for ticket in all_tickets(api) if ticket["ticket_id"].startswith("verify-")]


def test_the_stacks_destinations_are_checked_and_tried(stack: dict[str, Any]) -> None:
    def destinations(*words: str) -> str:
        command = [sys.executable, "-m", "local", "destinations", *words, "--state-dir", str(stack["file"].parent)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout

    assert "destinations are as they should be" in destinations("check")
    assert re.match(r"delivered  127\.0\.0\.1:\d+/…\S*  status 200, \d+ ms", destinations("test", "sink"))
