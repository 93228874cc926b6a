"""What is limited, at which rate, and what to set: the page says what template, limits and report come to."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from local.commands.scale import PAGE, write_into
from local.overrides import parameter_values
from local.scaling.advice import beyond, fitting_ttl_s, round_up, settings_for, with_parameters
from local.scaling.burst import Mapping, simulate
from local.scaling.demand import SLOT_OF_INCIDENTS, Demand, demands, worker_s
from local.scaling.facts import Facts, read_facts
from tests.template.transformed import ROOT

TABLE = tomllib.loads((ROOT / "infra/limits.toml").read_text())
CALM = Mapping(maximum=10, first=10, growth_per_min=300, ticket_s=0.01, start_s=0)


@pytest.fixture(scope="module")
def facts() -> Facts:
    return read_facts(ROOT)


def demand(facts: Facts, what: str) -> Demand:
    (found,) = [it for it in demands(facts) if it.what == what]
    return found


def test_the_page_has_what_the_formulas_say(tmp_path: Path) -> None:
    page = tmp_path / "scaling.md"
    page.write_text((ROOT / PAGE).read_text())

    write_into(page, ROOT)

    assert page.read_text() == (ROOT / PAGE).read_text(), "run `make scaling`"


def test_each_limit_is_met_exactly_at_its_rate(facts: Facts) -> None:
    for it in demands(facts):
        assert it.need(it.met_at_per_s) == pytest.approx(it.limit, rel=1e-6), it.what
        assert it.need(it.met_at_per_s * 1.01) > it.limit, it.what


def test_reading_the_window_grows_with_the_square_of_the_rate(facts: Facts) -> None:
    slot = demand(facts, "slot of the incidents")
    per_ticket = [slot.need(rate) / rate for rate in (1_000, 2_000, 3_000)]

    assert per_ticket[2] - per_ticket[1] == pytest.approx(per_ticket[1] - per_ticket[0])
    assert per_ticket[1] > per_ticket[0]


def test_without_a_search_for_incidents_the_cache_has_no_more_to_do_with_them(facts: Facts) -> None:
    without = read_facts(ROOT, {"IncidentLimit": "0"})

    assert SLOT_OF_INCIDENTS not in {it.what for it in demands(without)}
    name = "the cache's units a second"
    assert demand(without, name).met_at_per_s > demand(facts, name).met_at_per_s
    assert "IncidentLimit" not in {it.parameter for it in settings_for(facts, 100)}
    assert "IncidentLimit" in {it.parameter for it in settings_for(facts, 10_000)}


def test_a_parameter_moves_the_rate_at_which_its_limit_is_met(facts: Facts) -> None:
    doubled = read_facts(ROOT, {"StandardConcurrency": "16"})
    before, after = (demand(it, "workers of the standard lane").met_at_per_s for it in (facts, doubled))

    assert after == pytest.approx(2 * before)


@pytest.mark.parametrize("rate_per_s", [1, 100, 1_000, 10_000])
def test_what_is_advised_carries_the_rate_and_the_template_takes_it(
    facts: Facts, written: dict[str, Any], rate_per_s: int
) -> None:
    settings = settings_for(facts, rate_per_s)
    given = {it.parameter: str(it.value) for it in settings}

    parameter_values(written["Parameters"], {"CacheMode": "managed", **given})  # raises on what it refuses

    short = [it for it in demands(read_facts(ROOT, given)) if it.met_at_per_s < rate_per_s]
    assert short == [] or {it.set_by for it in short} == {""}
    assert {it.what for it in beyond(with_parameters(facts, settings), rate_per_s)} >= {it.what for it in short}


def test_records_that_fit_are_kept_as_long_as_the_template_says(facts: Facts) -> None:
    assert fitting_ttl_s(facts, 0.1) > facts.number("RecordTtlSeconds")
    assert "RecordTtlSeconds" not in {it.parameter for it in settings_for(facts, 0.1)}
    assert fitting_ttl_s(facts, 1_000) < facts.number("RecordTtlSeconds")


@pytest.mark.parametrize(("value", "rounded"), [(1.2, 2), (10, 10), (41.5, 42), (1_234, 1_300), (29_500, 30_000)])
def test_parameters_are_round(value: float, rounded: int) -> None:
    assert round_up(value) == rounded


class TestBurst:
    def test_nobody_waits_while_there_are_workers_enough(self) -> None:
        found = simulate(900, 10, CALM)  # they manage 1,000/s

        assert found.longest_wait_s == 0
        assert found.most_waiting == 0
        assert found.drained_s == pytest.approx(10, abs=0.2)

    def test_a_backlog_takes_as_long_as_its_work(self) -> None:
        found = simulate(3_000, 10, CALM)

        assert found.workers == 10
        assert found.drained_s == pytest.approx(30, abs=0.5)
        assert found.most_waiting == pytest.approx(20_000, rel=0.02)
        assert found.longest_wait_s == pytest.approx(20, abs=0.5)

    def test_a_mapping_grows_by_300_a_minute(self) -> None:
        found = simulate(10_000, 60, Mapping(maximum=1_000, first=5, growth_per_min=300, ticket_s=0.1, start_s=0))

        # 5 more a second, ten tickets a second each: after t seconds there are 50 + 50 t a second.
        assert found.workers <= 5 + 300 * found.drained_s / 60 + 1
        assert found.most_waiting == pytest.approx(10_000 * 60 - (50 * 60 + 25 * 60**2), rel=0.01)

    def test_a_process_that_starts_does_nothing_yet(self) -> None:
        slow = Mapping(maximum=10, first=10, growth_per_min=300, ticket_s=0.01, start_s=5)

        assert simulate(900, 10, slow).longest_wait_s == pytest.approx(5, abs=0.2)

    def test_every_ticket_is_worked_on(self) -> None:
        lasting = simulate(500, 20, Mapping(maximum=2, first=2, growth_per_min=300, ticket_s=0.01, start_s=0))

        assert lasting.drained_s == pytest.approx(500 * 20 / 200, abs=0.5)


@pytest.mark.parametrize("name", TABLE["limit"])
def test_every_limit_has_a_source_and_says_whether_it_is_confirmed(name: str) -> None:
    limit = TABLE["limit"][name]

    assert limit["value"] > 0
    assert isinstance(limit["confirmed"], bool) and isinstance(limit["adjustable"], bool)
    assert limit["source"].startswith(("https://docs.aws.amazon.com/", "https://serverlessland.com/"))


def test_every_limit_and_assumption_is_used_and_none_is_missing() -> None:
    code = "".join(path.read_text() for path in (ROOT / "local/scaling").glob("*.py"))

    assert set(re.findall(r'limits\["(\w+)"\]', code)) | {"cache_gb", "cache_gb_per_slot"} == set(TABLE["limit"])
    assert set(re.findall(r'assumed\["(\w+)"\]', code)) == set(TABLE["assumed"])


def test_a_worker_takes_at_least_its_processor_time(facts: Facts) -> None:
    assert worker_s(facts) > facts.cpu_s("worker_in_tens")
