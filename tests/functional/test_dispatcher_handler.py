"""The dispatcher on real SQS events: exactly what must come back is named, and nothing secret is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from functions.dispatcher.handler import make_handler
from tests.lambda_context import FakeLambdaContext
from ticketrouter.adapters.memory import (
    MemoryAlertQueue,
    MemoryBudgets,
    MemoryClock,
    MemoryDeadLetters,
    MemoryDeliveries,
    MemoryDestinationHealth,
    MemoryDestinations,
    MemoryDestinationSecrets,
    MemoryRandomness,
    MemoryState,
    MemoryVisibility,
    MemoryWebhookSender,
)
from ticketrouter.domain.alert import KINDS, Destination, DestinationSecret
from ticketrouter.domain.errors import WebhookRejectedError, WebhookUnavailableError
from ticketrouter.usecases.dispatcher import Dispatcher

EVENTS = Path(__file__).parents[2] / "events" / "dispatcher"
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SINKS = {"sink": "generic", **{f"sink-{kind}": kind for kind in KINDS if kind != "generic"}}
URLS = {name: f"https://hooks.example.com/{name}/xoxb-secret" for name in SINKS}


class World:
    def __init__(self) -> None:
        clock = MemoryClock(1_795_262_400_500)
        self.state = MemoryState(clock)
        self.deliveries = MemoryDeliveries(self.state)
        self.visibility = MemoryVisibility()
        self.sender = MemoryWebhookSender()
        self.destinations = MemoryDestinations([Destination(name, kind) for name, kind in SINKS.items()])
        self.handler = make_handler(
            dispatcher=Dispatcher(
                deliveries=self.deliveries,
                budgets=MemoryBudgets(self.state),
                destinations=self.destinations,
                secrets=MemoryDestinationSecrets({name: DestinationSecret(url, (KEY,)) for name, url in URLS.items()}),
                health=MemoryDestinationHealth(self.state),
                sender=self.sender,
                alerts=MemoryAlertQueue(),
                dead_letters=MemoryDeadLetters(self.state),
                visibility=self.visibility,
                clock=clock,
                randomness=MemoryRandomness(),
            )
        )

    def dispatch(self, case: str) -> list[str]:
        answer = self.handler(load(case), FakeLambdaContext("dispatcher"))
        assert set(answer) == {"batchItemFailures"}
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def load(case: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{case}.json").read_text())
    return event


def message_ids(case: str) -> list[str]:
    return [record["messageId"] for record in load(case)["Records"]]


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(
    ("case", "destination", "part"),
    [
        ("generic", "sink", "urgency_band"),
        ("slack", "sink-slack", "blocks"),
        ("discord", "sink-discord", "embeds"),
        ("teams", "sink-teams", "attachments"),
        ("pagerduty", "sink-pagerduty", "routing_key"),
    ],
)
def test_each_kind_of_destination_gets_its_body(world: World, case: str, destination: str, part: str) -> None:
    assert world.dispatch(case) == []
    (sent,) = world.sender.sent
    assert sent.url == URLS[destination]
    assert part in json.loads(sent.body)
    assert ("webhook-signature" in sent.headers) == (case == "generic")


def test_what_failed_comes_back_after_its_delay(world: World) -> None:
    world.sender.replies[URLS["sink"]].append(WebhookUnavailableError(status=503))
    # the second message is a copy of the first: it waits too
    assert world.dispatch("duplicate") == message_ids("duplicate")
    assert world.visibility.delays_s == dict.fromkeys(message_ids("duplicate"), 5)


def test_without_the_store_all_of_it_comes_back_soon(world: World) -> None:
    world.state.available = False
    assert world.dispatch("malformed") == message_ids("malformed")
    assert (set(world.visibility.delays_s.values()), world.sender.sent) == ({5}, [])


def lines_of(output: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.readouterr().out.splitlines()]


def test_a_delivery_is_counted_timed_and_logged(world: World, output: pytest.CaptureFixture[str]) -> None:
    world.dispatch("malformed")
    lines = lines_of(output)
    metrics = next(line for line in lines if "Delivered" in line)
    assert (metrics["Delivered"], metrics["DeadLettered"], metrics["BatchSize"]) == ([1.0], [1.0], [2.0])
    assert "DeliveryMs" in metrics
    assert not {"DeliveryFailed", "Exhausted", "Fallbacks"} & metrics.keys()
    logged = next(line for line in lines if line.get("message") == "delivered")
    assert (logged["level"], logged["ticket_id"], logged["destination"]) == ("INFO", "INC-2041", "sink")
    assert (logged["http_status"], logged["tries"]) == (200, 1)
    malformed = next(line for line in lines if line.get("message") == "malformed")
    assert (malformed["level"], malformed["message_id"]) == ("ERROR", message_ids("malformed")[0])


def test_a_refusal_is_counted_and_loud(world: World, output: pytest.CaptureFixture[str]) -> None:
    world.sender.replies[URLS["sink"]].append(WebhookRejectedError("no", status=404))
    assert world.dispatch("generic") == []
    lines = lines_of(output)
    metrics = next(line for line in lines if "Exhausted" in line)
    assert (metrics["Exhausted"], metrics["DeliveryFailed"]) == ([1.0], [1.0])
    assert "Delivered" not in metrics
    logged = next(line for line in lines if line.get("message") == "exhausted")
    assert (logged["level"], logged["code"], logged["http_status"]) == ("ERROR", "webhook-rejected", 404)


def test_an_alert_that_goes_to_a_fallback_too_is_counted(world: World, output: pytest.CaptureFixture[str]) -> None:
    world.destinations.destinations[0] = Destination("sink", fallback="sink-slack")
    world.sender.replies[URLS["sink"]].append(WebhookRejectedError("no", status=404))
    world.dispatch("generic")
    lines = lines_of(output)
    assert next(line for line in lines if "Exhausted" in line)["Fallbacks"] == [1.0]
    assert next(line for line in lines if line.get("message") == "fallback told")["fallback"] == "sink-slack"


def test_neither_a_word_of_the_ticket_nor_an_address_is_told(world: World, output: pytest.CaptureFixture[str]) -> None:
    for case in ("generic", "slack", "discord", "malformed"):
        world.sender.replies[URLS["sink"]].append(WebhookUnavailableError(status=500))
        world.dispatch(case)
    told = output.readouterr().out.lower()
    assert "inc-2041" in told
    for secret in ("invoices", "acme", "hooks.example.com", "xoxb", "whsec"):
        assert secret not in told
