"""How a load is scheduled, and what is made of what came of it."""

from __future__ import annotations

from itertools import islice, pairwise
from pathlib import Path

import pytest

from local.load import steady
from local.load.arrivals import arrivals
from local.load.capacity import judge
from local.load.memory import growth_mb, processes_of, rss_mb
from local.load.outcome import Told, count
from local.load.overload import broken
from local.load.redis_meter import kind_of
from local.load.report import merge, read
from local.load.samples import Sample, drift, percentiles, summary
from local.load.tickets import URGENT_SHARE, ticket_bodies

ROOT = Path(__file__).parents[2]
EMPTY = {"express": 0, "standard": 0, "alerts": 0}


def sample(
    due_s: float = 0.0, latency_ms: float = 10.0, late_ms: float = 0.0, status: int = 202, name: str = "a"
) -> Sample:
    return Sample(due_s, late_ms, latency_ms, latency_ms - late_ms, status, status in (429, 503), name)


def ticket(urgency: float = 0.9, lane: str = "express", status: str = "scored") -> dict[str, object]:
    accepted = "2026-11-22T01:00:00.000Z"
    return {"status": status, "urgency_score": urgency, "lane": lane, "accepted_at": accepted, "latency_ms": 40}


ACCEPTED_MS = 1_795_309_200_000  # that time


class TestArrivals:
    def test_constant_arrivals_have_one_gap(self) -> None:
        assert arrivals("constant", rate_per_s=4, seconds=1, seed=1) == [0, 0.25, 0.5, 0.75]

    def test_poisson_arrivals_have_the_rate_and_gaps_that_differ(self) -> None:
        times = arrivals("poisson", rate_per_s=50, seconds=100, seed=1)

        gaps = [later - earlier for earlier, later in pairwise(times)]
        assert len(times) == pytest.approx(5_000, rel=0.05)
        assert times == sorted(times) and times[-1] < 100
        # Of independent arrivals, 1/e have a gap above the mean one.
        assert sum(gap > 1 / 50 for gap in gaps) / len(gaps) == pytest.approx(0.368, abs=0.02)

    def test_a_seed_decides_them(self) -> None:
        one, again, other = (arrivals("poisson", rate_per_s=9, seconds=9, seed=seed) for seed in (1, 1, 2))

        assert one == again != other


class TestTickets:
    def test_each_has_an_id_of_its_own_and_the_share_of_urgent_ones_is_chosen(self) -> None:
        bodies = list(islice(ticket_bodies(ROOT, seed=1, prefix="x"), 2_000))
        again = list(islice(ticket_bodies(ROOT, seed=1, prefix="x"), 2_000))

        assert len({body["ticket_id"] for body in bodies}) == 2_000
        assert bodies == again
        assert 0 < URGENT_SHARE < 0.5


class TestSamples:
    @pytest.mark.parametrize(
        ("durations", "p50", "p99"), [(range(1, 101), 50, 99), ([7], 7, 7), ([], 0, 0), (range(1, 1001), 500, 990)]
    )
    def test_percentiles_are_of_the_samples_themselves(self, durations: list[float], p50: float, p99: float) -> None:
        found = percentiles(durations)

        assert (found.p50, found.p99) == (p50, p99)

    def test_a_drift_is_seen_by_thirds(self) -> None:
        samples = [sample(due_s=at / 10, latency_ms=100 + at) for at in range(300)]

        assert drift(samples) == ([149.5, 249.5, 349.5], pytest.approx(1.3378))

    def test_no_drift_is_none(self) -> None:
        assert drift([sample(due_s=at) for at in range(30)])[1] == 0

    def test_latencies_count_from_the_scheduled_time_and_only_of_what_was_taken(self) -> None:
        found = summary([sample(latency_ms=500, late_ms=400), sample(status=429, latency_ms=1), sample(status=0)])

        assert found["latency"]["p50_ms"] == 500
        assert found["uncorrected"]["p50_ms"] == 100
        assert found["statuses"] == {"0": 1, "202": 1, "429": 1}
        assert found["refused_with_retry_after"] == 1
        assert found["generator_kept_up"] is False


class TestCapacity:
    def test_a_rate_that_holds(self) -> None:
        assert judge(20, [sample()] * 100, EMPTY).broken == ()

    @pytest.mark.parametrize(
        ("samples", "backlog", "why"),
        [
            ([sample(latency_ms=501)] * 100, EMPTY, "p99 above 500 ms"),
            ([sample(late_ms=101)] * 100, EMPTY, "the generator fell behind"),
            ([sample(), sample(status=503)], EMPTY, "1 not taken"),
            ([sample()], EMPTY | {"standard": 21}, "the queues grow"),
        ],
    )
    def test_what_breaks_it(self, samples: list[Sample], backlog: dict[str, int], why: str) -> None:
        assert judge(20, samples, backlog).broken == (why,)


class TestSteady:
    def test_what_may_grow_and_what_may_not(self) -> None:
        grown = steady.broken([sample()], 0.06, {"redis": 500.0, "worker 1": 5.1, "ingest 1": 4.9}, 0, 0)

        assert grown == ["latency drifted by 6.0%", "worker 1 grows by 5.1 MB in ten minutes"]

    @pytest.mark.parametrize(
        ("held", "grown"),
        [
            ([50, 70, 90, 92, 92, 92, 92, 92, 92], 0.0),  # filled up, then flat
            ([92, 80, 95, 80, 92, 95, 80, 92, 95], 0.0),  # swings
            ([50, 51, 52, 53, 54, 55, 56, 57, 58], 10.0),  # one a minute
        ],
    )
    def test_growth_is_what_goes_on(self, held: list[float], grown: float) -> None:
        assert growth_mb([(60.0 * minute, mb) for minute, mb in enumerate(held)]) == grown

    def test_memory_is_what_the_kernel_says(self, tmp_path: Path) -> None:
        (tmp_path / "10").mkdir()
        (tmp_path / "10" / "statm").write_text("999 120 1 1 0 1 0")

        assert rss_mb(10, tmp_path) == pytest.approx(120 * 4096 / 1e6)
        assert rss_mb(99, tmp_path) is None

    def test_every_process_of_a_stack_has_a_name(self) -> None:
        pids = {"redis": 2, "emulator": 3, "functions": {"ingest": [4, 5], "worker": [6]}}

        found = processes_of({"pid": 1, "pids": pids})

        assert found == {"supervisor": 1, "redis": 2, "emulator": 3, "ingest 1": 4, "ingest 2": 5, "worker 1": 6}


class TestOutcome:
    def test_what_is_lost_untold_or_told_twice_is_counted(self) -> None:
        samples = [sample(name=name) for name in "abcd"] + [sample(name="e", status=503), sample(name="f", status=503)]
        tickets = {
            "a": ticket(),
            "b": ticket(),
            "c": ticket(status="accepted"),
            "e": ticket(urgency=0.8, lane="standard"),
            "of another run": ticket(),
        }
        told = [Told("w1", "a", ACCEPTED_MS + 900, 500), *[Told("w1", "a", ACCEPTED_MS + 1_500, 200)] * 2]

        found = count(samples, tickets, told)

        assert (found.taken, found.final, found.lost, found.unanswered) == (4, 2, 2, 1)
        assert (found.urgent, found.untold, found.told_twice) == (2, 1, 1)
        assert found.express_urgent_ms.p95 == 1_500
        assert broken(found, drained_s=3.0) == [
            "2 tickets that were answered 202 are not final",
            "1 urgent tickets without a message",
            "1 messages told twice",
        ]

    def test_a_slow_express_lane_and_queues_that_never_drain_are_said(self) -> None:
        found = count([sample()], {"a": ticket()}, [Told("w1", "a", ACCEPTED_MS + 2_001, 200)])

        assert broken(found, drained_s=float("inf")) == [
            "urgent tickets of the express lane took 2001 ms (p95)",
            "the queues did not drain",
        ]

    def test_all_is_well(self) -> None:
        found = count([sample()], {"a": ticket()}, [Told("w1", "a", ACCEPTED_MS + 2_000, 200)])

        assert broken(found, drained_s=3.0) == []


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["ZADD", "index:{tickets}:accepted", "1", "t"], ("ZADD", "{tickets}")),
        (["EVALSHA", "sha", "5", "index:{tickets}:accepted"], ("EVALSHA", "{tickets}")),
        (["evalsha", "sha", "1", "ticket:{INC-7}"], ("EVALSHA", "ticket:{<id>}")),
        (["HGET", "ticket:{tickets-7}", "state"], ("HGET", "ticket:{<id>}")),
        (["ZADD", "{incidents}:live", "1", "t"], ("ZADD", "{incidents}")),
        (["TIME"], ("TIME", "no key")),
    ],
)
def test_a_key_is_told_by_the_slot_that_it_shares(words: list[str], kind: tuple[str, str]) -> None:
    assert kind_of(words) == kind


def test_a_report_keeps_what_was_not_measured_again(tmp_path: Path) -> None:
    path = tmp_path / "report.json"

    merge(path, {"steady": {"drift": 0.2}, "capacity": {"capacity_per_s": 30}})
    merge(path, {"steady": {"drift": 0.1}})

    assert read(path) == {"steady": {"drift": 0.1}, "capacity": {"capacity_per_s": 30}}
