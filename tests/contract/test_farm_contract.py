"""The dispatcher against real servers: what each way to answer, or not to, makes of an alert and of its destination."""

from __future__ import annotations

from dataclasses import replace

import pytest
from standardwebhooks.webhooks import Webhook

from tests.contract.farm import Farm
from tests.unit.dispatcher_world import KEYS, World, alert, message
from ticketrouter.adapters.system import SystemClock
from ticketrouter.adapters.webhook_http import HttpWebhookSender
from ticketrouter.domain.alert import Destination, DestinationSecret
from ticketrouter.domain.status import DeliveryStatus
from ticketrouter.usecases.dispatch_report import Ending

DELIVERED, EXHAUSTED, RETRIED = Ending.DELIVERED, Ending.EXHAUSTED, Ending.RETRIED
DEADLINE_MS = 400
UNAVAILABLE, REJECTED, GONE = "webhook-unavailable", "webhook-rejected", "webhook-gone"
# Behaviour of the server: what becomes of the message, HTTP status and code of the try, when it comes back, whether the
# fallback is told at once, what is held against the destination.
TABLE = {
    "/200": (DELIVERED, 200, None, None, False, "ok"),
    "/202-chunked": (DELIVERED, 202, None, None, False, "ok"),
    "/204": (DELIVERED, 204, None, None, False, "ok"),
    "/ten-megabytes": (DELIVERED, 200, None, None, False, "ok"),
    "/drip-body": (DELIVERED, 200, None, None, False, "ok"),
    "/302": (EXHAUSTED, 302, REJECTED, None, True, "ok"),
    "/307": (EXHAUSTED, 307, REJECTED, None, True, "ok"),
    "/status/400": (EXHAUSTED, 400, REJECTED, None, True, "ok"),
    "/status/404": (EXHAUSTED, 404, REJECTED, None, True, "ok"),
    "/status/410": (EXHAUSTED, 410, GONE, None, True, "disabled"),
    "/status/408": (RETRIED, 408, UNAVAILABLE, 5, False, "failing"),
    "/status/425": (RETRIED, 425, UNAVAILABLE, 5, False, "failing"),
    "/status/429": (RETRIED, 429, UNAVAILABLE, 5, False, "failing"),
    "/429-seconds": (RETRIED, 429, UNAVAILABLE, 7, False, "failing"),
    "/429-date": (RETRIED, 429, UNAVAILABLE, 60, False, "failing"),
    "/status/500": (RETRIED, 500, UNAVAILABLE, 5, False, "failing"),
    "/status/503": (RETRIED, 503, UNAVAILABLE, 5, False, "failing"),
    "/503-forever": (RETRIED, 503, UNAVAILABLE, 5, False, "failing"),
    "/hang": (RETRIED, None, UNAVAILABLE, 5, False, "failing"),
    "/drip-head": (RETRIED, None, UNAVAILABLE, 5, False, "failing"),
    "/reset": (RETRIED, None, UNAVAILABLE, 5, False, "failing"),
    "/silent-close": (RETRIED, None, UNAVAILABLE, 5, False, "failing"),
    "/not-http": (RETRIED, None, UNAVAILABLE, 5, False, "failing"),
}


@pytest.fixture(scope="module")
def farm():
    made = Farm()
    yield made
    made.close()


@pytest.fixture
def world():
    """A dispatcher whose way out is real; its own clock stands still."""
    made = World()
    made.clock.advance(ms=SystemClock().now_ms() - made.clock.now_ms())  # for the dates in Retry-After
    made.sender = HttpWebhookSender(clock=SystemClock(), allow_loopback=True, deadline_ms=DEADLINE_MS)
    made.destinations.destinations[0] = Destination("oncall", fallback="chat")
    made.dispatcher = made.new_dispatcher()
    return made


def fresh(world, ticket_id="t_1"):
    return replace(alert(ticket_id), scored_at_ms=world.clock.now_ms())


def point_to(world, farm, behaviour):
    world.secrets.secrets["oncall"] = DestinationSecret(farm.url(behaviour), KEYS)


@pytest.mark.parametrize("behaviour", TABLE)
def test_an_answer_has_its_consequence(world, farm, behaviour):
    ending, status, code, delay_s, told, state = TABLE[behaviour]
    farm.sent_bytes = 0
    point_to(world, farm, behaviour)

    (handled,) = world.dispatch(message(fresh(world))).handled

    assert (handled.ending, handled.attempt.status, handled.attempt.error) == (ending, status, code)
    if delay_s is None:
        assert handled.delay_s is None
    else:
        assert delay_s - 3 <= handled.delay_s <= delay_s + 3
    assert [each.destination for each in world.alerts.sent] == (["chat"] if told else [])
    assert world.health.conditions(["oncall"])[0].state == state
    delivery = world.delivery()
    assert (delivery.status is DeliveryStatus.DELIVERED) == (ending is DELIVERED)
    assert delivery.attempts == 1


def test_a_receiver_with_the_library_of_standard_webhooks_accepts_it(world, farm):
    point_to(world, farm, "/200")
    seen = len(farm.requests)
    world.clock.advance(5)
    world.dispatch(message(fresh(world)))
    (request,) = farm.requests[seen:]
    for key in KEYS:
        assert Webhook(key).verify(request.body.decode(), request.headers)["ticket_id"] == "t_1"


def test_a_receiver_that_has_gone_is_not_called_again(world, farm):
    point_to(world, farm, "/status/410")
    seen = len(farm.requests)
    endings = world.endings(*(message(fresh(world, f"t_{n}"), f"m{n}") for n in range(3)))
    assert endings == [EXHAUSTED] * 3
    assert len(farm.requests) == seen + 1


def test_a_receiver_that_is_down_is_called_three_times_for_ten_alerts(world, farm):
    point_to(world, farm, "/status/500")
    seen = len(farm.requests)
    endings = world.endings(*(message(fresh(world, f"t_{n}"), f"m{n}") for n in range(10)))
    assert endings == [RETRIED] * 3 + [Ending.PAUSED] * 7
    assert len(farm.requests) == seen + 3
