"""Changes and figures on real API Gateway events."""

from __future__ import annotations

import json

import pytest

from tests.query_events import World, load


@pytest.fixture
def world() -> World:
    return World()


def test_changes_are_told_once_and_then_304(world: World) -> None:
    cursor = world.ask("get_changes")[1]["cursor"]
    world.delivered()
    event = load("get_changes") | {"rawQueryString": f"since={cursor}"}
    first = world.call(event)
    assert [ticket["ticket_id"] for ticket in json.loads(first["body"])["tickets"]] == ["INC-2041"]
    event["headers"]["if-none-match"] = f'"other", W/{first["headers"]["etag"]}'
    second = world.call(event)
    assert second["statusCode"] == 304
    assert second["headers"]["etag"] == first["headers"]["etag"]
    world.accept("new")
    assert world.call(event)["statusCode"] == 200


def test_an_idle_page_gets_a_304_although_time_goes_by(world: World) -> None:
    world.delivered()
    world.clock.advance(ms=3_700_000)  # what happened is out of the last hour
    event = load("get_changes") | {"rawQueryString": f"since={world.ask('get_changes')[1]['cursor']}"}
    first = world.call(event)
    world.clock.advance(ms=7_200_000)
    event["headers"]["if-none-match"] = first["headers"]["etag"]

    second = world.call(event)

    assert (first["statusCode"], second["statusCode"]) == (200, 304)


def test_changes_come_with_the_figures_and_the_health_of_now(world: World) -> None:
    cursor = world.ask("get_changes")[1]["cursor"]
    world.delivered()
    world.accept("waits")
    world.clock.advance(ms=1_500)
    world.health.gone("legal", secret_print="print")

    body = world.ask("get_changes", f"since={cursor}")[1]

    assert body["summary"] == {
        "accepted_per_min": 2, "in_flight": 1, "oldest_wait_ms": 1_500, "urgent_1h": 1, "delivered_1h": 1,
        "exhausted_1h": 0, "pending_deliveries": 0, "dead_letters": 0, "open_incidents": 0,
        "total_p95_ms": pytest.approx(150, rel=0.05),
    }  # fmt: skip
    assert body["health"] == {
        "status": "degraded", "store": "ok", "queues": "ok", "model": "ok",
        "destinations": [
            {"id": "sink", "state": "ok", "since": None},
            {"id": "legal", "state": "disabled", "since": body["as_of"]},
        ],
    }  # fmt: skip
    (delivery,) = body["deliveries"]
    assert (delivery["id"], delivery["kind"], delivery["last_status"]) == ("INC-2041~sink", "generic", 200)
    assert delivery["replayable"] is True


def test_an_expired_cursor_is_gone(world: World) -> None:
    cursor = world.ask("get_changes")[1]["cursor"]
    world.state.changes_kept = 1
    world.accept("t1")
    world.accept("t2")
    status, body = world.ask("get_changes", f"since={cursor}")
    assert (status, body["code"]) == (410, "cursor-expired")


def test_stats_have_counters_latencies_and_depths(world: World) -> None:
    world.queue.send([world.delivered().item])
    status, body = world.ask("get_stats")
    assert status == 200
    assert (body["window_s"], body["step_s"], len(body["series"])) == (900, 60, 16)
    assert {name: body["counters"][name] for name in ("accepted", "scored", "urgent", "delivered")} == {
        "accepted": 1, "scored": 1, "urgent": 1, "delivered": 1,
    }  # fmt: skip
    assert body["latency"]["total_ms"]["p50"] == pytest.approx(150, rel=0.05)
    assert body["latency"]["total_ms"]["count"] == 1
    assert body["by_category"] == {"Technical": 1}
    assert body["queues"]["express"] == {"waiting": 1, "in_flight": 0}
    assert body["by_category_band"] == {"Technical": {"critical": 1, "high": 0, "normal": 0, "low": 0}}
    assert (len(body["by_urgency"]), body["by_urgency"][18]) == (20, 1)  # S is 0.93
    assert (body["in_flight"], body["oldest_wait_ms"]) == (0, None)
    (step,) = [step for step in body["series"] if step["scored"]]
    assert step["by_category"] == {"Technical": 1}
    assert step["mean_ms"] == {"queue": 120.0, "scoring": 28.5, "dispatch": 100.0}
    assert (step["cold_starts"], step["degraded"], step["delivered"]) == (1, 0, 1)
    assert step["total_ms"]["p95"] == pytest.approx(150, rel=0.05)


def test_stats_come_without_depths_when_sqs_does_not_say(world: World) -> None:
    world.queue.down = True
    status, body = world.ask("get_stats")
    assert (status, body["queues"]) == (200, None)
    assert body["latency"]["total_ms"] == {
        "count": 0, "mean": None, "p50": None, "p95": None, "p99": None,
    }  # fmt: skip


@pytest.mark.parametrize("window", ["0", "59", "25h", "2d", "1w", "-5m", "1.5h"])
def test_a_window_has_limits(world: World, window: str) -> None:
    status, body = world.ask("get_stats", f"window={window}")
    assert (status, body["errors"][0]["pointer"]) == (422, "/window")


@pytest.mark.parametrize(
    ("window", "seconds"), [("60", 60), ("15m", 900), ("24h", 86_400), ("1d", 86_400), ("", 3_600)]
)
def test_a_window_has_units(world: World, window: str, seconds: int) -> None:
    body = world.ask("get_stats", f"window={window}")[1]
    assert body["window_s"] == seconds
    assert len(body["series"]) <= 120
