"""What is held against a destination by all dispatchers together: breaker and 410; on memory and on a real Redis."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from ticketrouter.domain import backoff
from ticketrouter.domain.record import Condition
from ticketrouter.ports import Admission, Admitted

CLEAN, SEND = Admitted(Admission.SEND), Admitted(Admission.SEND, clean=False)
DISABLED = Admitted(Admission.DISABLED, clean=False)


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    """A real Redis has real time: pauses of 0.2, 0.4 and at most 0.4 s."""
    for module in ("adapters.redis_store.health", "adapters.memory.health"):
        monkeypatch.setattr(f"ticketrouter.{module}.FIRST_PAUSE_S", 0.2)
        monkeypatch.setattr(f"ticketrouter.{module}.LONGEST_PAUSE_S", 0.4)


def admit(world, token="t", destination="oncall", *, lease_ms=5_000, secret="print", by_operator=False):
    return world.health.admit(destination, token=token, lease_ms=lease_ms, secret_print=secret, by_operator=by_operator)


def fail(world, times=1, *, slow=False, wish_s=0):
    for _ in range(times):
        world.health.failed("oncall", slow=slow, wish_s=wish_s)


def condition(world):
    return world.health.conditions(["oncall"])[0]


def test_all_is_well_at_first_and_nothing_has_to_be_told(world):
    assert admit(world) == CLEAN
    assert world.health.conditions(["oncall", "chat"]) == [Condition(), Condition()]
    assert world.health.conditions([]) == []
    assert condition(world).state == "ok"


def test_the_third_failure_in_a_row_opens(world):
    fail(world, 2)
    assert admit(world) == SEND
    since_ms = condition(world).since_ms
    assert condition(world) == Condition(failures=2, failing_since_ms=since_ms)
    assert 0 <= world.clock.now_ms() - since_ms < 5_000
    fail(world)
    opened = admit(world)
    assert (opened.verdict, opened.wait_s) == (Admission.WAIT, 1)
    assert admit(world, destination="chat") == CLEAN
    assert (condition(world).failures, condition(world).state, condition(world).since_ms) == (3, "failing", since_ms)
    assert 0 < condition(world).paused_until_ms - world.clock.now_ms() <= 200


def test_an_answer_in_between_starts_the_count_again(world):
    fail(world, 2)
    world.health.answered("oncall")
    assert admit(world) == CLEAN
    fail(world, 2)
    assert admit(world) == SEND


def test_a_failure_that_held_up_others_opens_at_once(world):
    fail(world, slow=True)
    assert admit(world).verdict is Admission.WAIT


def test_those_that_were_under_way_when_it_opened_count_as_one_outage(world):
    fail(world, 10)
    assert condition(world).failures == 3


def test_a_receivers_wish_for_patience_binds_all_alerts(world):
    fail(world, wish_s=1)
    assert admit(world) == Admitted(Admission.WAIT, 1, clean=False)
    fail(world, wish_s=3)
    assert admit(world).wait_s == 3


def test_of_ten_dispatchers_one_probes_when_the_pause_is_over(world):
    fail(world, 3)
    world.wait_ms(250)
    barrier = Barrier(10)

    def dispatch(number):
        barrier.wait()
        return admit(world, f"token-{number}").verdict

    with ThreadPoolExecutor(10) as pool:
        verdicts = list(pool.map(dispatch, range(10)))

    assert (verdicts.count(Admission.SEND), verdicts.count(Admission.WAIT)) == (1, 9)
    probe = f"token-{verdicts.index(Admission.SEND)}"
    assert admit(world, probe) == SEND  # its first reply was lost
    world.health.answered("oncall")
    assert admit(world, "another") == CLEAN


def test_a_probe_that_fails_opens_for_twice_as_long_up_to_a_limit(world):
    fail(world, 3)
    pauses = []
    for token in "abc":
        world.wait_ms(450)
        assert admit(world, token) == SEND
        fail(world)
        pauses.append(condition(world).paused_until_ms - world.clock.now_ms())
        assert admit(world, "other").verdict is Admission.WAIT
    assert all(300 < pause <= 400 for pause in pauses)


def test_a_probe_that_dies_makes_room_for_the_next(world):
    fail(world, 3)
    world.wait_ms(250)
    assert admit(world, "dies", lease_ms=150) == SEND
    assert admit(world, "next") == Admitted(Admission.WAIT, 1, clean=False)
    world.wait_ms(200)
    assert admit(world, "next") == SEND


def test_a_410_disables_until_the_secret_changes(world):
    fail(world, 3)
    world.health.gone("oncall", secret_print="print")
    assert admit(world) == DISABLED
    assert (condition(world).state, condition(world).failures) == ("disabled", 0)
    assert abs(condition(world).disabled_at_ms - world.clock.now_ms()) < 5_000
    fail(world)  # of one that was under way
    assert admit(world) == DISABLED

    assert admit(world, secret="renewed") == CLEAN
    assert admit(world) == CLEAN  # and that is for good
    assert condition(world) == Condition()


def test_an_operator_is_let_through_and_an_answer_enables_again(world):
    world.health.gone("oncall", secret_print="print")
    assert admit(world, by_operator=True) == SEND
    assert admit(world) == DISABLED
    world.health.answered("oncall")
    assert admit(world) == CLEAN
    fail(world, 3)
    assert admit(world, by_operator=True) == SEND


def test_the_pauses_of_production_leave_an_alert_well_below_its_receptions():
    # given: an alert that comes back twice in each pause, for as long as it is not given up
    receptions, at_s, pause_s = 0, 0, backoff.FIRST_PAUSE_S
    while at_s < backoff.GIVE_UP_AFTER_S:
        receptions, at_s, pause_s = receptions + 2, at_s + pause_s, min(2 * pause_s, backoff.LONGEST_PAUSE_S)
    # then: maxReceiveCount of AlertQueue in template.yaml is 200
    assert receptions + backoff.MAX_TRIES + 2 < 200
