"""Redis and the twins in memory give the same answers; where they do not, it shows."""

from __future__ import annotations

from tests.faults.twins import run, twin_of_records


def test_redis_and_its_twins_agree_whatever_happens():
    assert run(seed=1, scale=0.06).broken == []


def test_a_twin_without_compare_and_set_shows():
    def without():
        world = twin_of_records()
        world.deliveries.postpone = lambda alert, *, token, in_ms: True
        return world

    (sentence,) = run(seed=1, scale=0.1, twin=without).broken
    assert "differ on records" in sentence
