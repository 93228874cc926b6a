"""Figures of a window; on memory and on a real Redis."""

from __future__ import annotations

import pytest

from ticketrouter.domain.status import Lane


class TestStats:
    def test_an_empty_store_has_figures_of_zero(self, world):
        stats = world.views.stats(3_600)

        assert set(stats["counters"].values()) == {0}
        assert stats["latency"]["total_ms"] == {
            "count": 0, "mean": None, "p50": None, "p95": None, "p99": None,
        }  # fmt: skip
        assert len(stats["series"]) == 61
        assert (stats["window_s"], stats["step_s"]) == (3_600, 60)
        assert len(world.views.stats(86_400)["series"]) in (96, 97)
        assert abs(stats["until_ms"] - world.clock.now_ms()) < 5_000

    def test_counters_lanes_and_categories_add_up(self, world):
        express, standard = world.item(lane=Lane.EXPRESS), world.item()
        failed = world.item()
        world.accept(express, standard, failed)
        world.store.commit([world.outcome(express, 0.9), world.outcome(standard, 0.8, category="Billing")])
        world.store.fail(failed, "poison")

        stats = world.views.stats(60)

        assert stats["counters"] == {
            "accepted": 3, "scored": 2, "urgent": 1, "degraded": 0, "failed": 1,
            "delivered": 0, "exhausted": 0, "suppressed": 0,
        }  # fmt: skip
        assert stats["by_lane"] == {"express": 1, "standard": 1}
        assert stats["by_category"] == {"Technical": 1, "Billing": 1}
        assert sum(minute["accepted"] for minute in stats["series"]) == 3
        assert sum(minute["urgent"] for minute in stats["series"]) == 1

    def test_percentiles_come_from_all_tickets_not_from_averages(self, world):
        # Long enough ago that the scores lie in the past, and a window that a turn of the minute cannot cut.
        items = [world.item(accepted_at_ms=world.clock.now_ms() - 5_000) for _ in range(100)]
        world.accept(*items)
        world.store.commit(
            [
                world.outcome(item, started_at_ms=item.accepted_at_ms + (10 if n < 90 else 2_000),
                              scored_at_ms=item.accepted_at_ms + 2_100)
                for n, item in enumerate(items)
            ]
        )  # fmt: skip

        queue_ms = world.views.stats(180)["latency"]["queue_ms"]

        assert queue_ms["count"] == 100
        assert queue_ms["p50"] == pytest.approx(10, rel=0.06)
        assert queue_ms["p95"] == queue_ms["p99"] == pytest.approx(2_000, rel=0.06)

    def test_what_lies_before_the_window_is_not_counted(self, world):
        now_ms = world.clock.now_ms()
        old = world.item(accepted_at_ms=now_ms - 7_200_000)
        world.accept(old, world.item())

        assert world.views.stats(3_600)["counters"]["accepted"] == 1
        assert world.views.stats(86_400)["counters"]["accepted"] == 2
