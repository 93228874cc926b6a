"""Every route by every caller, and one key's rate; and whether these checks notice what they are there for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from local.plan import Plan, Route
from tests.faults import access_rate
from tests.faults.access_matrix import attack
from tests.faults.access_timing import measure, rank_test
from tests.faults.harness.capture import captured
from tests.faults.harness.front_door import template_plan
from ticketrouter.domain.access import ROUTE_SCOPES, Scope


@pytest.fixture(scope="module")
def plan() -> Plan:
    return template_plan()


def test_whoever_may_not_is_refused_the_same_way_and_whoever_may_is_let_in(plan: Plan) -> None:
    with captured():
        outcome = attack(1, plan)

    assert outcome.broken == []
    assert outcome.refused > outcome.admitted > len(plan.routes)


def _without_authorizer(route: Route) -> Route:
    return replace(route, authorizer=None) if route.key == "GET /audit" else route


def _cached_by_key_alone(route: Route) -> Route:
    if route.authorizer is None:
        return route
    return replace(route, authorizer=replace(route.authorizer, identity_sources=("$request.header.Authorization",)))


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        (lambda routes: map(_without_authorizer, routes), "GET /audit has no authorizer in the template"),
        (lambda routes: map(_without_authorizer, routes), "GET /audit by no header: answered 200, not 401"),
        (lambda routes: map(_cached_by_key_alone, routes), "by the key submit: answered 200, not 403"),
        (
            lambda routes: [*routes, replace(routes[0], key="GET /secrets")],
            "GET /secrets stands in the template, and not",
        ),
        (lambda routes: routes[1:], "has a scope, and is not in the template"),
    ],
)
def test_a_mistake_in_the_template_is_reported(plan: Plan, mistake, said: str) -> None:
    few = [route for route in plan.routes if route.key in ("POST /tickets", "GET /audit", "GET /health")]

    with captured():
        broken = attack(1, replace(plan, routes=tuple(mistake(few)))).broken

    assert [sentence for sentence in broken if said in sentence]


@pytest.mark.parametrize(
    ("route", "scope"),
    [
        ("DELETE /tickets/{ticket_id}", Scope.SUBMIT),
        ("GET /tickets", Scope.SUBMIT),
        ("GET /deliveries/{delivery_id}", Scope.READ),
    ],
)
def test_a_route_that_opens_to_a_lesser_scope_is_reported(
    plan: Plan, monkeypatch: pytest.MonkeyPatch, route: str, scope: Scope
) -> None:
    monkeypatch.setitem(ROUTE_SCOPES, route, scope)

    with captured():
        broken = attack(1, replace(plan, routes=())).broken

    assert [sentence for sentence in broken if sentence.startswith(f"{route} opens to {scope}, and should to")]


def test_one_key_gets_its_rate_from_fifty_clients_and_not_a_ticket_more() -> None:
    outcome = access_rate.attack(seed=1, posts=1_000)

    assert outcome.broken == []
    assert outcome.figures["accepted"] + outcome.figures["refused"] + outcome.figures["without_redis"] == 1_000


def test_a_rate_that_is_read_and_written_in_two_steps_is_reported() -> None:
    broken = access_rate.attack(seed=1, posts=1_000, unsafe=True).broken

    assert [sentence for sentence in broken if "of one key were accepted" in sentence]


def test_the_rank_test_tells_what_is_apart_from_what_is_not() -> None:
    # z = (0 - 200) / sqrt(20 * 20 * 41 / 12) = -5.41; what is the same on both sides is never told apart
    assert rank_test(range(20), range(20, 40)) == (0.0, pytest.approx(6.3e-8, rel=0.01))
    assert rank_test(range(20, 40), range(20)) == (1.0, pytest.approx(6.3e-8, rel=0.01))
    assert rank_test([1, 1, 2] * 10, [1, 1, 2] * 10) == (0.5, 1.0)
    assert rank_test([5] * 20, [5] * 20) == (0.5, 1.0)


def test_the_time_of_every_reason_is_told() -> None:
    with captured():
        figures = measure(1, rounds=20)

    assert len([reason for reason in figures if reason != "rounds"]) == 4
    assert all(figures[reason]["median_us"] > 0 for reason in figures if reason != "rounds")
